"""What the projector makes of messages, on a memory of its own."""

from typing import Any

import pytest

from protos.activity.v1 import activity_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.domain import IN, OUT, Status, Window
from services.reporting.project import Projector, newest, to_activity, to_change
from tests.fakes.reporting import FakeActivities, FakeLive

ACTIVITY, OCCURRENCE, PERSON, OTHER = b"a" * 16, b"c" * 16, b"p" * 16, b"o" * 16
ROSTER = b"r" * 16
UNKNOWN: dict[bytes, bytes] = {}
FIRST, SECOND = b"1" * 16, b"2" * 16
MINUTE_US = 60_000_000
LATE = [pb.Reason(reason="LATE")]
HELD, FREE, ANNULLED = pb.SeatState.STATE_HELD, pb.SeatState.STATE_FREE, pb.SeatState.STATE_ANNULLED

REVIEWED = [(pb.OUTCOME_REFUSED, FREE), (pb.OUTCOME_PENDING_REVIEW, FREE), (pb.OUTCOME_ACCEPTED, HELD)]


def an_attempt(attempt_id: bytes = FIRST, **changes: Any) -> pb.AttemptState:
    """An accepted attempt by QR at gate A, in minute 7."""
    at = 7 * MINUTE_US + 5
    fields = {
        "outcome": pb.OUTCOME_ACCEPTED,
        "method": pb.METHOD_QR,
        "gate": "A",
        "received_at": at,
        "effective_at": at,
    }
    return pb.AttemptState(attempt_id=attempt_id, **{**fields, "punctuality": pb.PUNCTUALITY_ON_TIME, **changes})


def a_seat(*attempts: pb.AttemptState, **changes: Any) -> pb.SeatState:
    """PERSON's seat on the way in, held by the first attempt."""
    attempts = attempts or (an_attempt(),)
    holder = attempts[0]
    fields = {
        "activity_id": ACTIVITY,
        "occurrence_id": OCCURRENCE,
        "user_id": PERSON,
        "direction": IN,
        "revision": 1,
        "state": HELD,
    }
    held = {"holder": holder.attempt_id, "effective_at": holder.effective_at}
    return pb.SeatState(attempts=attempts, **{**fields, **held, **changes})


def a_message(*seats: pb.SeatState, recorded_at: int = 1) -> bytes:
    """A `recorded.v1` of these seats."""
    return pb.RecordedBatch(seats=seats, recorded_at=recorded_at).SerializeToString()


@pytest.fixture
def live() -> FakeLive:
    """Numbers in memory."""
    return FakeLive()


@pytest.fixture
def projector(live: FakeLive) -> Projector:
    """A projector on them."""
    return Projector(live, FakeActivities(), {OCCURRENCE: ACTIVITY}.get)


async def counts(live: FakeLive) -> dict[str, int]:
    """The counters of ACTIVITY."""
    return (await live.numbers(ACTIVITY, OCCURRENCE)).counts


async def test_a_held_seat_is_a_person_checked_in(projector: Projector, live: FakeLive) -> None:
    """It counts once by minute, method, gate and reason, and viewers are told."""
    late = an_attempt(punctuality=pb.PUNCTUALITY_LATE, reasons=[pb.Reason(reason="LATE")])

    await projector.recorded([a_message(a_seat(late))])

    once = ["checked_in", "inside", "late", "minute:7", "method:qr", "gate:A", "reason:LATE"]
    assert await counts(live) == dict.fromkeys(once, 1)
    [event] = live.events[ACTIVITY]
    assert (event.user_id, event.status, event.method) == (PERSON, Status.CHECKED_IN, "qr")
    assert (event.gate, event.punctuality, event.checked_in_at) == ("A", "late", 7 * MINUTE_US + 5)


async def test_the_same_message_twice_counts_once(projector: Projector, live: FakeLive) -> None:
    """A redelivery changes nothing and tells nobody again."""
    message = a_message(a_seat())

    await projector.recorded([message, message])
    await projector.recorded([message])

    assert (await counts(live))["checked_in"] == 1
    assert len(live.events[ACTIVITY]) == 1


async def test_a_second_tap_is_no_second_person(projector: Projector, live: FakeLive) -> None:
    """A duplicate raises the seat's revision only: the holder's numbers stay and no event is sent."""
    duplicate = an_attempt(SECOND, outcome=pb.OUTCOME_DUPLICATE, method=pb.METHOD_CODE, gate="B")

    await projector.recorded([a_message(a_seat())])
    await projector.recorded([a_message(a_seat(an_attempt(), duplicate, revision=2))])

    assert await counts(live) == dict.fromkeys(["checked_in", "inside", "minute:7", "method:qr", "gate:A"], 1)
    assert len(live.events[ACTIVITY]) == 1


async def test_somebody_refused_and_then_accepted_is_checked_in_only(projector: Projector, live: FakeLive) -> None:
    """People are counted, not attempts: the refusal leaves the numbers when the seat is held."""
    refused = an_attempt(SECOND, outcome=pb.OUTCOME_REFUSED, reasons=[pb.Reason(reason="FENCE_OUTSIDE")])

    await projector.recorded([a_message(a_seat(refused, state=FREE, holder=b""))])
    assert await counts(live) == {"refused": 1, "reason:FENCE_OUTSIDE": 1}
    await projector.recorded([a_message(a_seat(an_attempt(), refused, revision=2))])

    assert await counts(live) == dict.fromkeys(["checked_in", "inside", "minute:7", "method:qr", "gate:A"], 1)
    assert [event.status for event in live.events[ACTIVITY]] == [Status.REFUSED, Status.CHECKED_IN]


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([pb.OUTCOME_REFUSED], Status.REFUSED),
        ([pb.OUTCOME_REFUSED, pb.OUTCOME_PROVISIONAL], Status.PROVISIONAL),
        ([pb.OUTCOME_PENDING_REVIEW, pb.OUTCOME_PROVISIONAL, pb.OUTCOME_REFUSED], Status.PENDING_REVIEW),
        ([pb.OUTCOME_ANNULLED], Status.ABSENT),
        ([pb.OUTCOME_ANNULLED, pb.OUTCOME_REFUSED], Status.REFUSED),
    ],
)
def test_the_best_attempt_speaks_for_a_person_without_a_seat(outcomes: list[Any], status: Status) -> None:
    """pending_review comes before provisional, provisional before refused, and an annulled person is absent."""
    attempts = [an_attempt(bytes([number]) * 16, outcome=outcome) for number, outcome in enumerate(outcomes)]
    assert to_change(a_seat(*attempts, state=ANNULLED, holder=b"")).view.status == status


def test_of_several_refusals_the_latest_speaks() -> None:
    """The list shows why the last try failed."""
    tries = [("TOO_EARLY", 5), ("QR_EXPIRED", 9), ("CODE_WRONG", 7)]
    attempts = [
        an_attempt(bytes([at]) * 16, outcome=pb.OUTCOME_REFUSED, received_at=at, reasons=[pb.Reason(reason=reason)])
        for reason, at in tries
    ]
    assert to_change(a_seat(*attempts, state=FREE, holder=b"")).view.reasons == ["QR_EXPIRED"]


@pytest.mark.parametrize(("left_at", "inside"), [(6, 1), (8, 0)])
@pytest.mark.parametrize("out_comes_first", [True, False])
async def test_who_left_after_coming_in_is_not_inside(
    projector: Projector, live: FakeLive, left_at: int, inside: int, out_comes_first: bool
) -> None:
    """Leaving takes one from inside, and none from checked in, whichever message comes first."""
    left = a_seat(an_attempt(effective_at=left_at * MINUTE_US), direction=OUT)
    messages = [a_message(left), a_message(a_seat())]

    for message in messages if out_comes_first else reversed(messages):
        await projector.recorded([message])

    found = await counts(live)
    assert (found["checked_in"], found.get("inside", 0)) == (1, inside)


def test_each_seat_comes_once_in_its_highest_revision() -> None:
    """What lies together in the queue is reduced before anything is sent, by occurrence."""
    seats = [a_seat(revision=2), a_seat(revision=3), a_seat(revision=1), a_seat(user_id=OTHER)]

    [changes] = newest([*seats, a_seat(occurrence_id=OTHER)], UNKNOWN.get).values()

    assert [(change.occurrence_id, change.user_id, change.revision) for change in changes] == [
        (OCCURRENCE, PERSON, 3),
        (OCCURRENCE, OTHER, 1),
        (OTHER, PERSON, 1),
    ]


async def test_a_seat_recorded_while_nobody_knew_its_activity(projector: Projector, live: FakeLive) -> None:
    """Its occurrence tells; where that is not known either it is left out."""
    provisional = an_attempt(outcome=pb.OUTCOME_PROVISIONAL)
    seat = a_seat(provisional, state=FREE, holder=b"", activity_id=b"")
    await projector.recorded([a_message(seat, a_seat(user_id=OTHER, activity_id=b"", occurrence_id=OTHER))])
    assert await counts(live) == {"provisional": 1}
    assert list(live.seats) == [ACTIVITY]


async def test_an_annulled_person_is_counted_nowhere(projector: Projector, live: FakeLive) -> None:
    """Neither the annulled attempt nor the duplicates under it leave a trace in the numbers."""
    annulled = [an_attempt(each, outcome=pb.OUTCOME_ANNULLED, reasons=LATE) for each in (FIRST, SECOND)]
    await projector.recorded([a_message(a_seat(an_attempt(reasons=LATE)))])
    await projector.recorded([a_message(a_seat(*annulled, state=ANNULLED, holder=b"", revision=2))])
    assert await counts(live) == {}
    assert live.events[ACTIVITY][-1].status == Status.ABSENT


@pytest.mark.parametrize("state", [HELD, FREE])
@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (pb.MARK_PRESENT, ["checked_in", "inside"]),
        (pb.MARK_LATE, ["checked_in", "inside", "late"]),
        (pb.MARK_LEAVE, []),
        (pb.MARK_ABSENT, []),
    ],
)
async def test_people_count_as_staff_say(
    projector: Projector, live: FakeLive, state: Any, mark: Any, expected: list[str]
) -> None:
    """Whatever they did; who holds no seat came by the word of staff, when it was said."""
    outcome = pb.OUTCOME_ACCEPTED if state == HELD else pb.OUTCOME_PENDING_REVIEW
    attempt = an_attempt(outcome=outcome, punctuality=pb.PUNCTUALITY_LATE)
    held = {} if state == HELD else {"holder": b"", "effective_at": 0}
    marked_at = 9 * MINUTE_US
    await projector.recorded([a_message(a_seat(attempt, state=state, mark=mark, marked_at=marked_at, **held))])

    how = ["minute:7", "method:qr", "gate:A"] if state == HELD else ["minute:9", "method:staff"]
    assert await counts(live) == dict.fromkeys(expected + how if expected else [], 1)
    [person] = await live.people(ACTIVITY, OCCURRENCE)
    status = {pb.MARK_LEAVE: 0, pb.MARK_ABSENT: Status.ABSENT}.get(mark, Status.CHECKED_IN)
    assert (person.seat.status, person.seat.mark, person.presence.is_inside) == (status, mark, bool(expected))
    [event] = live.events[ACTIVITY]
    assert (event.status, event.mark) == (status, mark)


async def test_who_is_unmarked_counts_as_they_did(projector: Projector, live: FakeLive) -> None:
    """And of who never tried nothing is left, not even an absence."""
    marked = a_seat(mark=pb.MARK_ABSENT, marked_at=1)
    nothing = {"state": FREE, "holder": b"", "effective_at": 0, "user_id": OTHER}
    only_said = a_seat(mark=pb.MARK_LEAVE, marked_at=1, **nothing)
    del only_said.attempts[:]
    await projector.recorded([a_message(marked, only_said)])
    assert len(await live.people(ACTIVITY, OCCURRENCE)) == 2

    unsaid = a_seat(revision=2, **nothing)
    del unsaid.attempts[:]
    await projector.recorded([a_message(a_seat(revision=2), unsaid)])
    [person] = await live.people(ACTIVITY, OCCURRENCE)
    assert (person.user_id, person.seat.status, person.seat.mark) == (PERSON, Status.CHECKED_IN, 0)


@pytest.mark.parametrize(("marked_at", "is_inside"), [(5, False), (7, True)])
async def test_who_is_marked_present_is_there_from_then_on(
    projector: Projector, live: FakeLive, marked_at: int, is_inside: bool
) -> None:
    """Unless they went after it."""
    said = a_seat(mark=pb.MARK_PRESENT, marked_at=marked_at, state=FREE, holder=b"", effective_at=0)
    del said.attempts[:]
    went = a_seat(an_attempt(effective_at=6), direction=OUT)
    await projector.recorded([a_message(said, went)])
    [person] = await live.people(ACTIVITY, OCCURRENCE)
    assert (person.presence.is_inside, person.seat.reasons) == (is_inside, [])


def test_a_mark_is_as_old_as_it_was_said() -> None:
    """What waited for long before staff said something of it did not take that long to show."""
    pending = an_attempt(outcome=pb.OUTCOME_PENDING_REVIEW, received_at=1)
    seat = a_seat(pending, state=FREE, holder=b"", effective_at=0, mark=pb.MARK_PRESENT, marked_at=5)
    assert to_change(seat).received_at == 5


async def test_a_review_moves_a_person(projector: Projector, live: FakeLive) -> None:
    """Refused, in review after an appeal, approved with a superseded attempt beside it: always in one place."""
    seen = []
    for revision, (outcome, state) in enumerate(REVIEWED, 1):
        beside = an_attempt(SECOND, outcome=pb.OUTCOME_SUPERSEDED if state == HELD else pb.OUTCOME_PROVISIONAL)
        attempts = [an_attempt(outcome=outcome)] + [beside] * (revision > 2)
        holder = FIRST if state == HELD else b""
        await projector.recorded([a_message(a_seat(*attempts, state=state, holder=holder, revision=revision))])
        found = await counts(live)
        seen.append([name for name in ("refused", "pending_review", "provisional", "checked_in") if name in found])
    assert seen == [["refused"], ["pending_review"], ["checked_in"]]


@pytest.mark.parametrize(("age_s", "is_behind"), [(0, False), (4, False), (6, True), (600, True)])
async def test_a_projector_knows_when_it_is_behind(projector: Projector, age_s: int, is_behind: bool) -> None:
    """What waited more than 5 s shows that more waits."""
    assert not projector.is_behind
    await projector.recorded([a_message(a_seat(), recorded_at=now_us() - age_s * 1_000_000)])
    assert projector.is_behind is is_behind


async def test_a_message_nobody_can_read_leaves_its_neighbours_alone(projector: Projector, live: FakeLive) -> None:
    """It is dropped; the others of the batch are projected."""
    await projector.recorded([b"\xff\xff", a_message(a_seat())])
    assert (await counts(live))["checked_in"] == 1


async def test_numbers_and_words_of_a_later_release_do_no_harm(projector: Projector, live: FakeLive) -> None:
    """An unknown method, punctuality or outcome reads as none."""
    attempt = an_attempt(outcome=99, method=99, punctuality=99)
    await projector.recorded([a_message(a_seat(attempt, state=FREE, holder=b""))])
    [person] = await live.people(ACTIVITY, OCCURRENCE)
    assert (person.seat.status, person.seat.method, person.seat.punctuality) == (Status.ABSENT, "", "")


async def test_redis_gone_means_not_now(projector: Projector, live: FakeLive) -> None:
    """The error reaches the consumer, which gives the messages back to the queue."""
    live.is_gone = True
    with pytest.raises(UnavailableError):
        await projector.recorded([a_message(a_seat())])


async def test_a_changed_activity_is_kept_in_its_highest_revision() -> None:
    """An older message that comes later changes nothing."""
    activities = FakeActivities()
    projector = Projector(FakeLive(), activities, UNKNOWN.get)
    newer, older = (
        activity_pb2.ActivityChanged(activity_id=ACTIVITY, revision=revision, title=title).SerializeToString()
        for revision, title in [(2, "new"), (1, "old")]
    )

    await projector.changed([newer, older])

    assert activities.stored[ACTIVITY].title == "new"


def test_an_activity_closes_with_its_last_window() -> None:
    """Of several windows the latest close counts; a draft without one has none."""
    windows = [activity_pb2.Window(occurrence_id=OCCURRENCE, opens_at=at - 1, closes_at=at) for at in (5, 9, 7)]
    activity = to_activity(activity_pb2.ActivityChanged(activity_id=ACTIVITY, revision=3, occurrences=windows))
    assert activity.closes_at == 9
    assert activity.windows[1] == Window(OCCURRENCE, ACTIVITY, 3, 8, 9)
    assert to_activity(activity_pb2.ActivityChanged()).closes_at is None


def test_an_activity_says_who_is_expected() -> None:
    """By roster or by number, and until when phones may bring what they did; an earlier release said less."""
    said = activity_pb2.ActivityChanged(roster_id=ROSTER, expected=7, offline_window_s=0, questions=2)
    activity = to_activity(said)
    assert (activity.roster_id, activity.expected) == (ROSTER, 7)
    assert (activity.offline_window_s, activity.questions) == (0, 2)
    before = to_activity(activity_pb2.ActivityChanged())
    assert (before.roster_id, before.offline_window_s, before.questions) == (None, 7200, 0)


@pytest.mark.parametrize("changes", [{"direction": 300}, {"direction": 0}, {"user_id": b"p"}, {"occurrence_id": b""}])
def test_a_seat_that_is_none_is_left_out(changes: dict[str, Any]) -> None:
    """It would fail on its way to Redis, and its message would come again for ever."""
    found = newest([a_seat(**changes), a_seat(user_id=OTHER)], UNKNOWN.get)
    assert [change.user_id for change in found[ACTIVITY]] == [OTHER]
