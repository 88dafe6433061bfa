"""reporting without Redis, MySQL and other services."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence

from protos.checkin.v1 import checkin_pb2
from protos.reporting.v1 import reporting_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from services.reporting.domain import Activity, Counted, Cursor, SeatKey, Status, Totals, Window, counted
from services.reporting.facts.fact import Fact, FactKey
from services.reporting.facts.lists import BY_MOVE, Lot, Narrowed, Stand, Standing, Step
from services.reporting.live.numbers import Numbers
from services.reporting.project import Change

Seats = dict[SeatKey, Change]


class FakeLive:
    """Live numbers in memory: it keeps the newest of each seat and counts them anew whenever it is asked."""

    def __init__(self) -> None:
        self.seats: defaultdict[bytes, Seats] = defaultdict(dict)
        self.building: dict[bytes, tuple[bytes, Seats]] = {}
        self.events: defaultdict[bytes, list[pb.LiveEvent]] = defaultdict(list)
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

    async def numbers(self, activity_id: bytes, occurrence_id: bytes) -> Numbers:
        """A recount."""
        self._check()
        seats = self._at(activity_id, occurrence_id)
        counts = Counter(counter for change in seats.values() for counter in change.view.counters)
        counts["inside"] = sum(each.presence.is_inside for each in _counted(seats))
        event_id = f"{len(self.events[activity_id])}-0"
        return Numbers(dict(+counts), event_id, self.heartbeat_at, activity_id in self.building)

    async def people(self, activity_id: bytes, occurrence_id: bytes) -> list[Counted]:
        """Everybody with an attempt to come in, or to go."""
        self._check()
        return list(_counted(self._at(activity_id, occurrence_id)))

    def _at(self, activity_id: bytes, occurrence_id: bytes) -> Seats:
        return {key: change for key, change in self.seats[activity_id].items() if key[0] == occurrence_id}

    def forget(self) -> None:
        """FLUSHALL."""
        self.seats.clear()
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
        return change.view.is_held and not (known is not None and known.view.is_held)

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


class FakeFacts:
    """Facts in memory, for lists.

    Attributes:
        is_filled: Whether what was over before history began is there.
    """

    def __init__(self) -> None:
        self.kept: dict[FactKey, tuple[Fact, int]] = {}
        self.is_filled = True
        self.is_gone = False

    async def apply(self, changes: Mapping[bytes, Sequence[Change]]) -> None:
        """Keeps what is newer; each activity's at one time, later than all before."""
        for activity_id, part in changes.items():
            at = await self.written_at(activity_id) + 1
            for change in part:
                key = FactKey(activity_id, change.user_id, change.occurrence_id)
                known = self.kept.get(key, (Fact(), 0))[0]
                if (fact := known.with_change(change)) != known:
                    self.kept[key] = fact, at

    async def written_at(self, activity_id: bytes) -> int:
        """The time of the last one."""
        self._check()
        return max((at for key, (_, at) in self.kept.items() if key.activity_id == activity_id), default=0)

    async def is_whole(self) -> bool:
        """As the test says."""
        return self.is_filled

    async def page(
        self, activity_id: bytes, narrowed: Narrowed, cursor: Cursor, size: int, occurrence_id: bytes = b""
    ) -> list[Step]:
        """Sorts all of them anew."""
        self._check()
        steps = [step for step in self.steps(activity_id, occurrence_id) if narrowed.admits(step.person)]
        is_down = cursor.part != BY_MOVE
        ordered = sorted((step.cursor(0, cursor.part)[2:], step) for step in steps)
        after = tuple(cursor[2:])
        if is_down:
            return [step for place, step in reversed(ordered) if place < after][:size]
        return [step for place, step in ordered if place > after][:size]

    async def of(self, activity_id: bytes, user_ids: Collection[bytes], occurrence_id: bytes = b"") -> list[Counted]:
        """What these did."""
        self._check()
        return [step.person for step in self.steps(activity_id, occurrence_id) if step.person.user_id in user_ids]

    async def lots(
        self, activity_id: bytes, seed: bytes, after: bytes, size: int, occurrence_id: bytes = b""
    ) -> list[Lot]:
        """Draws all of them anew."""
        self._check()
        people = [each.person for each in self.steps(activity_id, occurrence_id)]
        held = [each for each in people if each.seat.status == Status.CHECKED_IN]
        drawn = [
            Lot(one, hashlib.md5(seed + one.user_id + one.occurrence_id, usedforsecurity=False).digest())
            for one in held
        ]
        return sorted((each for each in drawn if each.lot > after), key=lambda each: each.lot)[:size]

    async def standing(self, activity_id: bytes, occurrence_id: bytes = b"") -> Standing:
        """Who stands where."""
        self._check()
        here = self.steps(activity_id, occurrence_id)
        stands = [Stand(one.seat.status, one.seat.mark, one.user_id) for one, _ in here]
        held = [stand for stand in stands if stand[:2] == (Status.CHECKED_IN, 0)]
        return Standing({stand.user_id for stand in held}, [stand for stand in stands if stand not in held])

    def steps(self, activity_id: bytes, occurrence_id: bytes = b"") -> Iterable[Step]:
        """Everybody, in no order."""
        for key, (fact, at) in self.kept.items():
            is_here = key.activity_id == activity_id and occurrence_id in (b"", key.occurrence_id)
            if is_here and (person := fact.shown(key)):
                yield Step(person, at)

    def _check(self) -> None:
        if self.is_gone:
            raise UnavailableError("MySQL does not answer")


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

    async def at(self, activity_id: bytes, occurrence_id: bytes) -> Activity | None:
        """See `activities.Activities`."""
        activity = await self.get(activity_id)
        if activity is None:
            return None
        return activity.at(occurrence_id) if occurrence_id else activity.shown_at(now_us())

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
