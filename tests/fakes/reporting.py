"""reporting without Redis, MySQL and other services."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence

from protos.checkin.v1 import checkin_pb2
from protos.reporting.v1 import reporting_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.domain import IN, OUT, Activity, Counted, Listing, SeatKey, Totals, Window, counted
from services.reporting.live.numbers import Numbers
from services.reporting.project import Change

Seats = dict[SeatKey, Change]


class FakeLive:
    """Live numbers in memory: it keeps the newest of each seat and counts them anew whenever it is asked."""

    def __init__(self) -> None:
        self.seats: defaultdict[bytes, Seats] = defaultdict(dict)
        self.building: dict[bytes, tuple[bytes, Seats]] = {}
        self.events: defaultdict[bytes, list[pb.LiveEvent]] = defaultdict(list)
        self.moves: defaultdict[bytes, dict[bytes, int]] = defaultdict(dict)
        self.heartbeat_at = now_us()
        self.is_gone = False

    async def apply(self, changes: Mapping[bytes, Sequence[Change]]) -> list[Change]:
        """Stores what is newer, in both generations while there are two."""
        self._check()
        given = [(activity_id, change) for activity_id, part in changes.items() for change in part]
        return [change for activity_id, change in given if self._take(activity_id, change)]

    async def begin(self, activity_id: bytes, owner: bytes) -> bool:
        """Begins an empty generation."""
        self._check()
        return self.building.setdefault(activity_id, (owner, {}))[0] == owner

    async def fill(self, activity_id: bytes, changes: Sequence[Change], owner: bytes) -> bool:
        """Adds to it."""
        self._check()
        if not self._is_owner(activity_id, owner):
            return False
        for change in changes:
            _keep(self.building[activity_id][1], change)
        return True

    async def switch(self, activity_id: bytes, owner: bytes) -> bool:
        """Puts it in the place of the old one."""
        self._check()
        if not self._is_owner(activity_id, owner):
            return False
        self.seats[activity_id] = self.building.pop(activity_id)[1]
        self._move(activity_id, b"")
        return True

    async def abandon(self, activity_id: bytes, owner: bytes) -> None:
        """Throws it away."""
        if self._is_owner(activity_id, owner):
            del self.building[activity_id]

    async def totals(self, activity_ids: Collection[bytes]) -> dict[bytes, Totals]:
        """A recount."""
        self._check()
        return totals_of(change for activity_id in activity_ids for change in self.seats[activity_id].values())

    async def beat(self, *, anew: bool = False) -> bool:
        """Beats, unless it is all forgotten."""
        self._check()
        if not self.heartbeat_at and not anew:
            return False
        self.heartbeat_at = now_us()
        return True

    async def numbers(self, activity_id: bytes) -> Numbers:
        """A recount."""
        self._check()
        seats = self.seats[activity_id]
        counts = Counter(counter for change in seats.values() for counter in change.view.counters)
        counts["inside"] = sum(each.presence.is_inside for each in _counted(seats))
        event_id = f"{len(self.events[activity_id])}-0"
        return Numbers(dict(+counts), event_id, self.heartbeat_at, activity_id in self.building)

    async def people(self, activity_id: bytes, since: int | None = None) -> Listing:
        """Everybody with an attempt to come in, and who moved since."""
        self._check()
        moves = self.moves[activity_id]
        people = list(_counted(self.seats[activity_id]))
        since = self._last_move(activity_id) if since is None else since
        recent = {user_id: number for user_id, number in moves.items() if number > since}
        return Listing(people, recent, self._last_move(activity_id), recent.pop(b"", 0))

    def forget(self) -> None:
        """FLUSHALL."""
        self.seats.clear()
        self.moves.clear()
        self.building.clear()
        self.heartbeat_at = 0

    def _take(self, activity_id: bytes, change: Change) -> bool:
        """Whether the seat is newly held."""
        if activity_id in self.building:
            _keep(self.building[activity_id][1], change)
        known = self.seats[activity_id].get(_key(change))
        if not _keep(self.seats[activity_id], change):
            return False
        if change.event and (known is None or known.view._replace(last="") != change.view._replace(last="")):
            self.events[activity_id].extend(pb.LiveBatch.FromString(change.event).events)
        twin = self.seats[activity_id].get(
            (change.occurrence_id, change.user_id, OUT if change.direction == IN else IN)
        )
        seen = known or twin if change.direction == IN else None if twin else known
        if seen and seen.view.at != change.view.at:
            self._move(activity_id, change.user_id)
        return change.view.is_held and not (known is not None and known.view.is_held)

    def _move(self, activity_id: bytes, user_id: bytes) -> None:
        self.moves[activity_id][user_id] = self._last_move(activity_id) + 1

    def _last_move(self, activity_id: bytes) -> int:
        return max(self.moves[activity_id].values(), default=0)

    def _is_owner(self, activity_id: bytes, owner: bytes) -> bool:
        return activity_id in self.building and self.building[activity_id][0] == owner

    def _check(self) -> None:
        if self.is_gone:
            raise UnavailableError("Redis does not answer; try again", retry_after_s=1)


def totals_of(changes: Iterable[Change]) -> dict[bytes, Totals]:
    """How many seats there are by occurrence, and the sum of their revisions."""
    revisions: defaultdict[bytes, list[int]] = defaultdict(list)
    for change in changes:
        revisions[change.occurrence_id].append(change.revision)
    return {occurrence_id: Totals(len(every), sum(every)) for occurrence_id, every in revisions.items()}


def _key(change: Change) -> SeatKey:
    return change.occurrence_id, change.user_id, change.direction


def _keep(seats: Seats, change: Change) -> bool:
    known = seats.get(_key(change))
    if known is not None and known.revision >= change.revision:
        return False
    seats[_key(change)] = change
    return True


def _counted(seats: Seats) -> Iterable[Counted]:
    return counted({key: change.view for key, change in seats.items()})


class FakeRecords:
    """What checkin has recorded, in pages of two seats.

    Attributes:
        between_pages: Called after each page, for what happens meanwhile.
    """

    def __init__(self, *seats: checkin_pb2.SeatState) -> None:
        self.seats: dict[SeatKey, checkin_pb2.SeatState] = {}
        self.between_pages: Callable[[], object] = lambda: None
        self.is_gone = False
        self.record(*seats)

    def record(self, *seats: checkin_pb2.SeatState) -> None:
        """Replaces what was recorded of these seats."""
        self.seats |= {(seat.occurrence_id, seat.user_id, seat.direction): seat for seat in seats}

    async def pages(self, occurrence_id: bytes) -> AsyncIterator[Sequence[checkin_pb2.SeatState]]:
        """The seats in order of user and direction, each as it is when its page is read."""
        after: SeatKey = (occurrence_id, b"", 0)
        while True:
            if self.is_gone:
                raise UnavailableError("checkin does not answer")
            rest = sorted(key for key in self.seats if key[0] == occurrence_id and key > after)
            if not rest:
                return
            after = rest[:2][-1]
            yield [self.seats[key] for key in rest[:2]]
            self.between_pages()

    async def totals(self, occurrence_ids: Sequence[bytes]) -> dict[bytes, Totals]:
        """A recount of those asked for."""
        if self.is_gone:
            raise UnavailableError("checkin does not answer")
        found = dict.fromkeys(occurrence_ids, Totals())
        for (occurrence_id, _, _), seat in self.seats.items():
            if occurrence_id in found:
                seats, revisions = found[occurrence_id]
                found[occurrence_id] = Totals(seats + 1, revisions + seat.revision)
        return found


class FakeActivities:
    """The read model of activities in memory."""

    def __init__(self, *activities: Activity) -> None:
        self.stored: dict[bytes, Activity] = {}
        self.is_gone = False
        self._put(activities)

    async def save(self, activities: Sequence[Activity]) -> None:
        """Keeps the higher revision."""
        self._put(activities)

    async def get(self, activity_id: bytes) -> Activity | None:
        """An activity, if there is one."""
        if self.is_gone:
            raise UnavailableError("MySQL does not answer")
        return self.stored.get(activity_id)

    def _put(self, activities: Sequence[Activity]) -> None:
        for activity in activities:
            known = self.stored.get(activity.activity_id)
            if known is None or known.revision < activity.revision:
                self.stored[activity.activity_id] = activity


class FakeWindows:
    """Windows in memory, all of them kept."""

    def __init__(self, *windows: Window) -> None:
        self.windows = list(windows)

    async def kept(self) -> list[Window]:
        """Every window that is kept."""
        return self.windows

    async def of_activity(self, activity_id: bytes) -> list[Window]:
        """Those of one activity."""
        return [window for window in self.windows if window.activity_id == activity_id]
