"""What becomes of a display, and how its link and its secret are kept."""

from dataclasses import replace

import pytest

from servicekit import ids
from services.activity.displays import (
    GRACE_US,
    LINK_US,
    Display,
    State,
    digest_of_code,
    new_code,
    new_secret,
)
from services.activity.domain import Activity
from tests.fakes.activity import STARTS_AT, a_draft

MADE_AT = STARTS_AT
ACTIVITY = a_draft(ids.new_id(), ids.new_id(), ids.new_id()).publish(MADE_AT)
ENDS_AT = ACTIVITY.occurrences[0].closes_at + GRACE_US
SECRET = new_secret()
WAITING = Display(ids.new_id(), ACTIVITY.activity_id, 1, 1, digest_of_code(new_code()), ids.new_id(), MADE_AT)
OPEN = WAITING.opened(SECRET, "203.0.113.7", MADE_AT + 1)
REVOKED = replace(OPEN, revoked_at=MADE_AT + 2)


@pytest.mark.parametrize(
    ("display", "activity", "at", "state"),
    [
        (WAITING, ACTIVITY, MADE_AT, State.WAITING),
        (WAITING, ACTIVITY, MADE_AT + LINK_US - 1, State.WAITING),
        (WAITING, ACTIVITY, MADE_AT + LINK_US, State.EXPIRED),
        (OPEN, ACTIVITY, MADE_AT + LINK_US, State.OPEN),
        (OPEN, ACTIVITY, ENDS_AT - 1, State.OPEN),
        (OPEN, ACTIVITY, ENDS_AT, State.ENDED),
        (OPEN, ACTIVITY.close(), MADE_AT + 2, State.ENDED),
        (OPEN, ACTIVITY.cancel(), MADE_AT + 2, State.ENDED),
        (WAITING, ACTIVITY.close(), MADE_AT + 2, State.ENDED),
        (OPEN, ACTIVITY.close().reopen(), MADE_AT + 2, State.OPEN),
        (REVOKED, ACTIVITY, MADE_AT + 3, State.REVOKED),
        (REVOKED, ACTIVITY.close(), MADE_AT + 3, State.REVOKED),
    ],
)
def test_a_display_lives_as_long_as_its_activity(display: Display, activity: Activity, at: int, state: State) -> None:
    """Its link for a quarter of an hour, and what was revoked never again."""
    assert display.state(activity, at) is state


def test_an_edited_window_moves_the_end() -> None:
    """Of the display; that of the link stays."""
    longer = ACTIVITY.amend(replace(ACTIVITY.definition, ends_at=ACTIVITY.definition.ends_at + 5))

    assert OPEN.expires_at(longer) == OPEN.expires_at(ACTIVITY) + 5 == ENDS_AT + 5
    assert WAITING.expires_at(longer) == MADE_AT + LINK_US


def test_only_the_browser_that_opened_it_has_its_secret() -> None:
    """Nobody has that of a link that waits."""
    assert OPEN.is_opened_by(SECRET)
    assert not OPEN.is_opened_by(new_secret()) and not OPEN.is_opened_by(b"") and not WAITING.is_opened_by(b"")


def test_a_link_can_be_typed() -> None:
    """In small letters and with blanks; it is one of more than 2^80."""
    code = new_code()
    assert digest_of_code(f" {code[:5]} {code[5:].lower()}") == digest_of_code(code) != digest_of_code(new_code())
    assert 20 ** len(code) > 2**80
