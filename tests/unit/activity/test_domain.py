"""An activity's life, its codes, and the slots of its QR."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainkit.qr import QrToken
from servicekit.clock import SECOND_US
from servicekit.errors import InvalidArgumentError
from services.activity.definition import Kind
from services.activity.domain import (
    Activity,
    Slot,
    State,
    check_qr,
)
from services.activity.errors import QrExpiredError, QrFutureError, QrRevokedError, StateError
from tests.fakes.activity import HOUR_US, STARTS_AT, a_draft

NOW = STARTS_AT
MINUTE_US = 60 * SECOND_US
DRAFT = a_draft(b"o" * 16, b"a" * 16, b"c" * 16)
PUBLISHED = DRAFT.publish(NOW)

MOVES: dict[str, Callable[[Activity], Activity]] = {
    "publish": lambda activity: activity.publish(NOW),
    "close": Activity.close,
    "cancel": Activity.cancel,
    "revoke": Activity.revoke,
    "reopen": Activity.reopen,
    "delete": Activity.delete,
    "amend": lambda activity: activity.amend(replace(activity.definition, title="另一个标题")),
}
ALLOWED = {
    ("publish", State.DRAFT): State.PUBLISHED,
    ("publish", State.PUBLISHED): State.PUBLISHED,
    ("close", State.PUBLISHED): State.CLOSED,
    ("close", State.CLOSED): State.CLOSED,
    ("cancel", State.DRAFT): State.CANCELLED,
    ("cancel", State.PUBLISHED): State.CANCELLED,
    ("cancel", State.CANCELLED): State.CANCELLED,
    ("revoke", State.PUBLISHED): State.PUBLISHED,
    ("reopen", State.PUBLISHED): State.PUBLISHED,
    ("reopen", State.CLOSED): State.PUBLISHED,
    ("delete", State.DRAFT): State.DELETED,
    ("delete", State.DELETED): State.DELETED,
    ("amend", State.DRAFT): State.DRAFT,
    ("amend", State.PUBLISHED): State.PUBLISHED,
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", MOVES)
def test_every_move_from_every_state(move: str, state: State) -> None:
    """What is not allowed is refused with the state as data."""
    activity = replace(PUBLISHED, state=state)

    if (move, state) in ALLOWED:
        assert MOVES[move](activity).state is ALLOWED[move, state]
    else:
        with pytest.raises(StateError) as refusal:
            MOVES[move](activity)
        assert refusal.value.metadata == {"state": state.word}


@pytest.mark.parametrize("move", ["publish", "close", "cancel"])
def test_a_move_made_twice_changes_nothing(move: str) -> None:
    """The second one gives the very same value, so nothing is written and nobody is told."""
    once = MOVES[move](PUBLISHED)

    assert MOVES[move](once) is once


def test_revoking_replaces_epoch_and_code_and_raises_the_revision() -> None:
    """Old tokens and the old code are worth nothing together."""
    revoked = PUBLISHED.revoke()

    assert (revoked.epoch, revoked.revision) == (PUBLISHED.epoch + 1, PUBLISHED.revision + 1)
    assert revoked.code != PUBLISHED.code


def test_an_amended_activity_keeps_its_occurrence_and_moves_its_window() -> None:
    """Records of the occurrence stay its own; times follow what was said."""
    [before] = PUBLISHED.occurrences
    amended = PUBLISHED.amend(replace(PUBLISHED.definition, starts_at=STARTS_AT + HOUR_US, opens_before_s=60))

    [occurrence] = amended.occurrences
    assert occurrence.occurrence_id == before.occurrence_id
    assert (occurrence.starts_at, occurrence.opens_at) == (STARTS_AT + HOUR_US, STARTS_AT + HOUR_US - 60 * SECOND_US)
    assert (occurrence.ends_at, amended.revision) == (before.ends_at, PUBLISHED.revision + 1)


def again(activity: Activity, number: int = 2, minutes: int = 0, now: int = NOW + MINUTE_US) -> Activity:
    """With another window a minute after the start, under an id that tells its number."""
    return activity.opened_again(number, minutes, bytes([number]) * 16, now)


def test_another_window_follows_the_one_before() -> None:
    """That is over from then on; the new one lasts until the plan ends, and takes nothing of what is asked."""
    opened = again(PUBLISHED)
    first, second = opened.occurrences
    assert (first.opens_at, first.closes_at) == (PUBLISHED.occurrences[0].opens_at, NOW + MINUTE_US)
    assert (second.opens_at, second.starts_at) == (NOW + MINUTE_US, NOW + MINUTE_US)
    assert second.closes_at == PUBLISHED.occurrences[0].closes_at
    assert (opened.definition, opened.code, opened.epoch) == (PUBLISHED.definition, PUBLISHED.code, PUBLISHED.epoch)
    assert opened.revision == PUBLISHED.revision + 1
    assert opened.stored_after(PUBLISHED, NOW + MINUTE_US).amended_at == 0
    assert [opened.occurrence_at(at) for at in (0, NOW, NOW + MINUTE_US, NOW + HOUR_US)] == [first] * 2 + [second] * 2


def test_a_window_lasts_as_long_as_somebody_says_and_a_quarter_of_an_hour_at_least() -> None:
    """Also where the activity has just ended."""
    assert again(PUBLISHED, minutes=5).occurrences[1].closes_at == NOW + 6 * MINUTE_US
    ended = PUBLISHED.closes_at + MINUTE_US
    assert again(PUBLISHED, now=ended).occurrences[1].closes_at == ended + 15 * MINUTE_US
    assert again(PUBLISHED, now=ended).occurrences[0] == PUBLISHED.occurrences[0]


def test_a_window_of_a_number_is_opened_once() -> None:
    """However often it is asked for: two taps are one."""
    opened = again(PUBLISHED)
    assert again(opened, now=NOW + 5 * MINUTE_US) is opened
    assert len(again(opened, 3, now=NOW + 5 * MINUTE_US).occurrences) == 3


@pytest.mark.parametrize(
    ("activity", "now"),
    [
        (DRAFT, NOW),
        (PUBLISHED.close(), NOW),
        (PUBLISHED.cancel(), NOW),
        (PUBLISHED, PUBLISHED.occurrences[0].opens_at),
        (PUBLISHED, PUBLISHED.closes_at + 24 * HOUR_US + 1),
    ],
    ids=["draft", "closed", "cancelled", "coming", "past"],
)
def test_no_other_window_where_nobody_can_check_in(activity: Activity, now: int) -> None:
    """The state is told as data."""
    with pytest.raises(StateError):
        again(activity, now=now)


@pytest.mark.parametrize(("number", "minutes"), [(0, 0), (1, 0), (3, 0), (2, 24 * 60 + 1)])
def test_a_window_must_be_the_next_and_end(number: int, minutes: int) -> None:
    """Anything else names its field."""
    with pytest.raises(InvalidArgumentError) as refused:
        again(PUBLISHED, number, minutes)
    assert [each.field for each in refused.value.fields] == ["minutes" if minutes else "number"]


def test_an_activity_has_a_dozen_windows_at_most() -> None:
    """Nothing that somebody can tap is unbounded."""
    activity = PUBLISHED
    for number in range(2, 13):
        activity = again(activity, number, now=NOW + number * MINUTE_US)
    assert len(activity.occurrences) == 12
    with pytest.raises(InvalidArgumentError, match="at most 12"):
        again(activity, 13, now=NOW + HOUR_US)


def test_an_amended_plan_leaves_windows_that_were_opened_by_hand() -> None:
    """But for an end that was the plan's; and what comes before the second stays before it."""
    opened = again(PUBLISHED)
    longer = opened.amend(replace(opened.definition, ends_at=opened.definition.ends_at + HOUR_US))
    assert longer.occurrences[0] == opened.occurrences[0]
    assert longer.occurrences[1].closes_at == opened.occurrences[1].closes_at + HOUR_US
    short = again(PUBLISHED, minutes=5)
    assert short.amend(replace(short.definition, title="另一个标题")).occurrences == short.occurrences
    with pytest.raises(InvalidArgumentError) as refused:
        opened.amend(replace(opened.definition, starts_at=NOW + HOUR_US, ends_at=NOW + 3 * HOUR_US, opens_before_s=0))
    assert [each.field for each in refused.value.fields] == ["starts_at"]


def test_whoever_says_the_same_changes_nothing() -> None:
    """The very same value, so nothing is written and nobody is told."""
    assert PUBLISHED.amend(replace(PUBLISHED.definition)) is PUBLISHED


@pytest.mark.parametrize("change", [{"time_zone": "Asia/Tokyo"}, {"kind": Kind.POINTS}, {"strict": True}])
def test_some_things_are_a_draft_s_alone(change: dict[str, Any]) -> None:
    """Participants' days, records and screens go by them."""
    definition = replace(PUBLISHED.definition, **change)

    assert DRAFT.amend(definition).definition == definition
    with pytest.raises(InvalidArgumentError) as refusal:
        PUBLISHED.amend(definition)
    assert [fault.field for fault in refusal.value.fields] == [*change]


def test_only_what_a_published_activity_asks_is_amended_at_a_moment() -> None:
    """Drafts, publishing and new QRs leave it alone; each version follows the one before, whatever the clock says."""
    renamed = replace(DRAFT.definition, title="改名")
    draft = DRAFT.amend(renamed).stored_after(DRAFT, NOW)
    published = draft.publish(NOW).stored_after(draft, NOW + 5)
    amended = published.amend(replace(renamed, capacity=80)).stored_after(published, NOW + 3)
    revoked = amended.revoke().stored_after(amended, NOW + 9)

    assert [each.valid_from - NOW for each in (draft, published, amended, revoked)] == [0, 5, 6, 9]
    assert [each.amended_at and each.amended_at - NOW for each in (draft, published, amended, revoked)] == [0, 0, 6, 6]


def test_a_draft_is_rehearsed_from_now_on() -> None:
    """As long as it will last, published, with a code of its own; and never reopened."""
    rehearsal = DRAFT.rehearsal(b"r" * 16, b"s" * 16, NOW + 7)

    assert (rehearsal.state, rehearsal.rehearsal_of, rehearsal.published_at) == (
        State.PUBLISHED,
        DRAFT.activity_id,
        NOW + 7,
    )
    assert rehearsal.definition == replace(DRAFT.definition, starts_at=NOW + 7, ends_at=NOW + 7 + 2 * HOUR_US)
    assert rehearsal.code != DRAFT.code
    with pytest.raises(StateError):
        rehearsal.close().reopen()
    with pytest.raises(StateError):
        PUBLISHED.rehearsal(b"r" * 16, b"s" * 16, NOW)


@pytest.mark.parametrize(("title", "expected"), [("", "新生讲座"), ("第二讲", "第二讲")])
def test_a_copy_lasts_as_long_as_its_original(title: str, expected: str) -> None:
    """Everything else is the same, but for a title of its own."""
    definition = PUBLISHED.copied(STARTS_AT + 7 * HOUR_US, title)

    assert definition.ends_at - definition.starts_at == 2 * HOUR_US
    assert definition == replace(
        PUBLISHED.definition, starts_at=STARTS_AT + 7 * HOUR_US, ends_at=STARTS_AT + 9 * HOUR_US, title=expected
    )


def test_the_window_reaches_beyond_the_event() -> None:
    """It opens and closes by the margins."""
    [occurrence] = a_draft(b"o" * 16, b"a" * 16, b"c" * 16, opens_before_s=600, closes_after_s=60).occurrences

    assert occurrence.opens_at == STARTS_AT - 600 * SECOND_US
    assert occurrence.closes_at == STARTS_AT + 2 * HOUR_US + 60 * SECOND_US


@given(now_us=st.integers(0, 2**32 * SECOND_US), period_s=st.integers(10, 300))
def test_a_slot_holds_its_moment_and_the_next_begins_where_it_ends(now_us: int, period_s: int) -> None:
    """Every screen that asks in a slot is told the same slot and to come back right after it."""
    slot = Slot.at(now_us, period_s)

    assert slot.issued_at * SECOND_US <= now_us < slot.expires_at
    assert slot.issued_at // period_s == slot.number
    assert Slot.at(slot.expires_at, period_s).number == slot.number + 1
    assert 1 <= slot.refresh_in_s(now_us) <= period_s
    assert now_us + slot.refresh_in_s(now_us) * SECOND_US >= slot.expires_at


ISSUED_AT = STARTS_AT // SECOND_US


@pytest.mark.parametrize(
    ("life_s", "epoch", "after_s", "error"),
    [
        (60, 2, 0, None),
        (60, 2, -5, None),
        (60, 2, -5.000001, QrFutureError),
        (60, 2, 70, None),
        (60, 2, 70.000001, QrExpiredError),
        (10, 2, 15, None),
        (10, 2, 15.000001, QrExpiredError),
        (60, 1, 0, QrRevokedError),
        (60, 1, 500, QrRevokedError),
        (60, 3, 0, None),
    ],
)
def test_a_token_is_good_for_its_life_and_grace_in_its_epoch(
    life_s: int, epoch: int, after_s: float, error: type[Exception] | None
) -> None:
    """Ten seconds of grace, at most half a life; five seconds ahead; never an earlier epoch."""
    token = QrToken(b"c" * 16, ISSUED_AT, life_s, epoch)
    now_us = STARTS_AT + round(after_s * SECOND_US)

    if error is None:
        check_qr(token, 2, now_us)
    else:
        with pytest.raises(error):
            check_qr(token, 2, now_us)
