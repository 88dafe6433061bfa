"""When numbers count as different from what is recorded, and what follows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.compare import Comparison
from services.reporting.domain import DAY_US, Window
from services.reporting.errors import RebuildBusyError
from services.reporting.project import to_change
from tests.fakes.reporting import FakeLive, FakeRecords, FakeWindows

ACTIVITY, OTHER_ACTIVITY, OCCURRENCE, OTHER = b"a" * 16, b"b" * 16, b"o" * 16, b"p" * 16


def a_window(activity_id: bytes = ACTIVITY, occurrence_id: bytes = OCCURRENCE, opens_in_us: int = -5) -> Window:
    """An occurrence that is open."""
    opens_at = now_us() + opens_in_us
    return Window(occurrence_id, activity_id, 1, opens_at, opens_at + DAY_US)


def a_seat(user: int, revision: int = 1, occurrence_id: bytes = OCCURRENCE) -> pb.SeatState:
    """A free seat of person number `user`."""
    return pb.SeatState(
        occurrence_id=occurrence_id, user_id=bytes([user]) * 16, direction=pb.DIRECTION_IN, revision=revision
    )


@dataclass
class World:
    """Numbers beside records, with a clock that ticks when somebody sleeps."""

    live: FakeLive = field(default_factory=FakeLive)
    records: FakeRecords = field(default_factory=FakeRecords)
    windows: FakeWindows = field(default_factory=lambda: FakeWindows(a_window()))
    is_current: bool = True
    slept_s: float = 0
    rebuilt: list[bytes] = field(default_factory=list)
    error: Exception | None = None
    meanwhile: Callable[[], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        self.comparison = Comparison(
            self.windows, self.live, self.records, self.rebuild, lambda: self.is_current, self.sleep
        )

    async def sleep(self, seconds: float) -> None:
        """Lets something happen meanwhile."""
        self.slept_s += seconds
        if self.meanwhile:
            await self.meanwhile()

    async def rebuild(self, activity_id: bytes) -> None:
        """Notes it, or fails."""
        if self.error:
            raise self.error
        self.rebuilt.append(activity_id)

    async def project(self, *seats: pb.SeatState, activity_id: bytes = ACTIVITY) -> None:
        """What the projector was told."""
        await self.live.apply({activity_id: [to_change(seat) for seat in seats]})


@pytest.fixture
def world() -> World:
    """Everything, empty."""
    return World()


async def test_equal_numbers_are_left_alone(world: World) -> None:
    """Nothing is rebuilt, nobody waits."""
    world.records.record(a_seat(1), a_seat(2, 3))
    await world.project(a_seat(1), a_seat(2, 3))
    assert await world.comparison.compare()
    assert (world.rebuilt, world.slept_s) == ([], 0)


@pytest.mark.parametrize(
    "projected", [[], [a_seat(1)], [a_seat(1), a_seat(2, 1)], [a_seat(1), a_seat(2, 3), a_seat(3)]]
)
async def test_a_lasting_difference_is_rebuilt(world: World, projected: list[pb.SeatState]) -> None:
    """A seat too few, a revision too low, or a seat that nobody recorded, for about 10 s."""
    world.records.record(a_seat(1), a_seat(2, 3))
    await world.project(*projected)
    assert await world.comparison.compare()
    assert (world.rebuilt, world.slept_s) == ([ACTIVITY], 9)


async def test_what_is_on_its_way_is_no_difference(world: World) -> None:
    """Numbers that catch up within the 10 s are left alone."""
    world.records.record(a_seat(1))
    world.meanwhile = lambda: world.project(a_seat(1))
    assert await world.comparison.compare()
    assert (world.rebuilt, world.slept_s) == ([], 1)


async def test_numbers_that_move_while_being_read_are_no_difference(world: World) -> None:
    """What is recorded may be what the numbers were at some moment between the two readings of them."""
    world.records.record(a_seat(1))
    read = world.records.totals

    async def totals(*asked: object) -> object:
        found = await read(*asked)  # type: ignore[arg-type]
        await world.project(a_seat(1), a_seat(2))
        return found

    world.records.totals = totals  # type: ignore[method-assign, assignment]
    assert await world.comparison.compare()
    assert world.rebuilt == []


async def test_a_queue_that_is_behind_explains_everything(world: World) -> None:
    """While the projector is not current nothing is compared, and the comparison is not over."""
    world.records.record(a_seat(1))
    world.is_current = False
    assert not await world.comparison.compare()
    assert world.rebuilt == []


async def test_only_what_differs_is_rebuilt_each_activity_once(world: World) -> None:
    """Two occurrences of one activity are one rebuild; a neighbour that is right keeps its numbers."""
    other = b"q" * 16
    world.windows.windows += [a_window(occurrence_id=other), a_window(OTHER_ACTIVITY, OTHER)]
    right = a_seat(3, occurrence_id=OTHER)
    world.records.record(a_seat(1), a_seat(2, occurrence_id=other), right)
    await world.project(right, activity_id=OTHER_ACTIVITY)
    await world.comparison.compare()
    assert world.rebuilt == [ACTIVITY]


async def test_occurrences_of_next_week_wait(world: World) -> None:
    """What opens more than a day from now has no numbers to compare."""
    world.windows.windows = [a_window(opens_in_us=2 * DAY_US)]
    world.records.record(a_seat(1))
    await world.comparison.compare()
    assert world.rebuilt == []


async def test_an_emptied_redis_is_rebuilt_at_once_and_only_then_vouched_for(world: World) -> None:
    """Nobody waits 10 s, and the heart beats again when everything is whole."""
    world.records.record(a_seat(1))
    world.live.forget()
    world.comparison.lost()

    world.error = RebuildBusyError()
    assert not await world.comparison.compare()
    assert world.live.heartbeat_at == 0
    world.error = None
    assert await world.comparison.compare()

    assert (world.rebuilt, world.slept_s) == ([ACTIVITY], 0)
    assert world.live.heartbeat_at > 0


async def test_what_is_open_is_rebuilt_first(world: World) -> None:
    """Thousands may have to be, and somebody looks at those."""
    tomorrow = a_window(OTHER_ACTIVITY, OTHER, opens_in_us=DAY_US // 2)
    world.windows.windows = [tomorrow, a_window()]
    world.records.record(a_seat(1, occurrence_id=OTHER), a_seat(2))
    world.comparison.lost()
    await world.comparison.compare()
    assert world.rebuilt == [ACTIVITY, OTHER_ACTIVITY]


async def test_checkin_gone(world: World) -> None:
    """Nobody can compare, and nothing is vouched for."""
    world.records.is_gone = True
    world.live.forget()
    world.comparison.lost()
    with pytest.raises(UnavailableError):
        await world.comparison.compare()
    assert world.live.heartbeat_at == 0
