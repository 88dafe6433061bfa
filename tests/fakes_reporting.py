"""reporting without Redis, MySQL and other services."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from protos.reporting.v1 import reporting_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.domain import IN, OUT, Activity, Counted, SeatView
from services.reporting.live import Numbers
from services.reporting.project import Change

Seats = dict[tuple[bytes, int], Change]


class FakeLive:
    """Live numbers in memory: it keeps the newest of each seat and counts them anew whenever it is asked."""

    def __init__(self) -> None:
        self.seats: defaultdict[bytes, Seats] = defaultdict(dict)
        self.events: defaultdict[bytes, list[pb.LiveEvent]] = defaultdict(list)
        self.heartbeat_at = now_us()
        self.is_gone = False

    async def apply(self, changes: Mapping[bytes, Sequence[Change]]) -> list[Change]:
        """Stores what is newer."""
        self._check()
        given = [(activity_id, change) for activity_id, part in changes.items() for change in part]
        return [change for activity_id, change in given if self._take(activity_id, change)]

    async def numbers(self, activity_id: bytes) -> Numbers:
        """A recount."""
        self._check()
        seats = self.seats[activity_id]
        counts = Counter(counter for change in seats.values() for counter in change.view.counters)
        counts["inside"] = sum(_is_inside(seats, user_id) for user_id, direction in seats if direction == IN)
        return Numbers(dict(+counts), f"{len(self.events[activity_id])}-0", self.heartbeat_at)

    async def people(self, activity_id: bytes) -> list[Counted]:
        """Everybody with an attempt to come in."""
        self._check()
        seats = self.seats[activity_id].items()
        return [Counted(user_id, change.view) for (user_id, direction), change in seats if direction == IN]

    def _take(self, activity_id: bytes, change: Change) -> bool:
        """Whether the seat is newly held."""
        seats, key = self.seats[activity_id], (change.user_id, change.direction)
        known = seats.get(key)
        if known is not None and known.revision >= change.revision:
            return False
        seats[key] = change
        if change.event and (known is None or known.view != change.view):
            self.events[activity_id].extend(pb.LiveBatch.FromString(change.event).events)
        return change.view.is_held and not (known is not None and known.view.is_held)

    def _check(self) -> None:
        if self.is_gone:
            raise UnavailableError("Redis does not answer; try again", retry_after_s=1)


def _is_inside(seats: Seats, user_id: bytes) -> bool:
    entered = _held(seats, user_id, IN)
    left = _held(seats, user_id, OUT)
    return entered is not None and (left is None or left.at <= entered.at)


def _held(seats: Seats, user_id: bytes, direction: int) -> SeatView | None:
    change = seats.get((user_id, direction))
    return change.view if change is not None and change.view.is_held else None


class FakeActivities:
    """The read model of activities in memory."""

    def __init__(self, *activities: Activity) -> None:
        self.stored: dict[bytes, Activity] = {}
        self._put(activities)

    async def save(self, activities: Sequence[Activity]) -> None:
        """Keeps the higher revision."""
        self._put(activities)

    async def get(self, activity_id: bytes) -> Activity | None:
        """An activity, if there is one."""
        return self.stored.get(activity_id)

    def _put(self, activities: Sequence[Activity]) -> None:
        for activity in activities:
            known = self.stored.get(activity.activity_id)
            if known is None or known.revision < activity.revision:
                self.stored[activity.activity_id] = activity
