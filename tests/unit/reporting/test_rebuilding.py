"""A rebuild among live traffic, step by step."""

import pytest

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import UnavailableError
from services.reporting.domain import Window
from services.reporting.errors import ActivityNotFoundError, RebuildBusyError, RebuildLostError
from services.reporting.project import to_change
from services.reporting.rebuilding import Rebuilder
from tests.fakes.reporting import FakeLive, FakeRecords, FakeWindows

ACTIVITY, FIRST, SECOND = b"a" * 16, b"1" * 16, b"2" * 16
WINDOWS = FakeWindows(Window(FIRST, ACTIVITY, 1, 1, 2), Window(SECOND, ACTIVITY, 1, 3, 4))


def a_seat(user: int, occurrence_id: bytes = FIRST, revision: int = 1) -> pb.SeatState:
    """Person number `user`, checked in; nobody named the activity."""
    attempt = pb.AttemptState(attempt_id=b"t" * 16, outcome=pb.OUTCOME_ACCEPTED, effective_at=1)
    return pb.SeatState(
        occurrence_id=occurrence_id,
        user_id=bytes([user]) * 16,
        direction=pb.DIRECTION_IN,
        state=pb.SeatState.STATE_HELD,
        holder=attempt.attempt_id,
        effective_at=1,
        revision=revision,
        attempts=[attempt],
    )


@pytest.fixture
def live() -> FakeLive:
    """Numbers in memory."""
    return FakeLive()


@pytest.fixture
def records() -> FakeRecords:
    """Five seats in two occurrences."""
    return FakeRecords(*(a_seat(user) for user in (1, 2, 3)), a_seat(1, SECOND), a_seat(4, SECOND))


async def checked_in(live: FakeLive) -> int:
    """How many people are."""
    found = [await live.numbers(ACTIVITY, each) for each in (FIRST, SECOND)]
    return sum(each.counts.get("checked_in", 0) for each in found)


async def test_all_occurrences_of_an_activity_are_rebuilt(live: FakeLive, records: FakeRecords) -> None:
    """Page by page, and whoever asked is told how far it is."""
    told: list[int] = []
    assert await Rebuilder(live, records, WINDOWS).rebuild(ACTIVITY, told.append) == 5
    assert (await checked_in(live), told) == (5, [2, 3, 5])
    assert await live.totals([ACTIVITY]) == await records.totals([FIRST, SECOND])


async def test_who_checks_in_behind_the_cursor_is_not_forgotten(live: FakeLive, records: FakeRecords) -> None:
    """The page has gone by, but the projector is told, and tells both generations."""

    async def happens() -> None:
        seat = a_seat(0, revision=2)
        records.record(seat)
        await live.apply({ACTIVITY: [to_change(seat)]})

    pages = records.pages

    async def interrupted(occurrence_id: bytes):  # type: ignore[no-untyped-def]
        async for page in pages(occurrence_id):
            yield page
            await happens()

    records.pages = interrupted  # type: ignore[method-assign]
    await Rebuilder(live, records, WINDOWS).rebuild(ACTIVITY)
    assert await live.totals([ACTIVITY]) == await records.totals([FIRST, SECOND])


async def test_a_second_rebuild_does_not_disturb_the_first(live: FakeLive, records: FakeRecords) -> None:
    """It is told to come later."""
    await live.begin(ACTIVITY, b"somebody")
    with pytest.raises(RebuildBusyError):
        await Rebuilder(live, records, WINDOWS).rebuild(ACTIVITY)
    assert live.building[ACTIVITY][0] == b"somebody"


async def test_checkin_goes_away_half_way(live: FakeLive, records: FakeRecords) -> None:
    """The old numbers go on, nothing is left over, and the next try is free to begin."""
    await live.apply({ACTIVITY: [to_change(a_seat(9))]})
    records.between_pages = lambda: setattr(records, "is_gone", True)
    with pytest.raises(UnavailableError):
        await Rebuilder(live, records, WINDOWS).rebuild(ACTIVITY)
    assert (await checked_in(live), live.building) == (1, {})


async def test_redis_is_emptied_half_way(live: FakeLive, records: FakeRecords) -> None:
    """Half a generation is never shown."""
    records.between_pages = live.forget
    with pytest.raises(RebuildLostError):
        await Rebuilder(live, records, WINDOWS).rebuild(ACTIVITY)
    assert await checked_in(live) == 0


async def test_an_activity_nobody_told_of(live: FakeLive, records: FakeRecords) -> None:
    """Without occurrences nothing is read, and nothing replaced by nothing."""
    await live.apply({ACTIVITY: [to_change(a_seat(9))]})
    with pytest.raises(ActivityNotFoundError):
        await Rebuilder(live, records, FakeWindows()).rebuild(ACTIVITY)
    assert await checked_in(live) == 1
