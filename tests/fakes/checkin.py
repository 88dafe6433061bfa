"""Fakes of the checkin service's ports; the contract tests keep those of real servers honest."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from domainkit.organisations import OneActivity
from protos.checkin.v1 import checkin_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit.errors import NotFoundError, ServiceError, UnavailableError
from servicekit.ids import new_id
from services.checkin.errors import NothingDurableError
from services.checkin.judging.antifraud_client import Assessment
from services.checkin.judging.person_codes import Showing
from services.checkin.judging.roster_client import Asked
from services.checkin.judging.snapshots import Snapshot, Switches
from services.checkin.judging.tag_counters import WINDOW
from services.checkin.judging.taps import Reading, Verdict
from services.checkin.rules.keys import PersonKey
from services.checkin.rules.merge import Hint, HintKind, Judgement
from services.checkin.rules.occurrence import Direction
from services.checkin.rules.standing import Move
from services.checkin.seats.seats import Answer, Claim, Room, Seating

Key = tuple[bytes, bytes]


@dataclass
class FakeActivities:
    """Snapshots that are there from the start; `is_gone` makes every call fail."""

    snapshots: list[Snapshot]
    is_gone: bool = False
    newer: list[Snapshot] = field(default_factory=list)
    switches: Switches = Switches()
    past: dict[tuple[bytes, int], Snapshot] = field(default_factory=dict)

    async def find(self, occurrence_ids: Iterable[bytes], activity_ids: Iterable[bytes], codes: Iterable[str]) -> None:
        """Nothing more can be found."""
        keys: list[bytes | str] = [*occurrence_ids, *activity_ids, *codes]
        if self.is_gone and any(self.get(key) is None for key in keys):
            raise UnavailableError("the activity service is gone")

    async def renew(self, occurrence_ids: Collection[bytes]) -> None:
        """Takes the newer snapshots."""
        if self.is_gone:
            raise UnavailableError("the activity service is gone")
        self.snapshots = self.newer or self.snapshots

    def get(self, key: bytes | str, at: int = 0) -> Snapshot | None:
        """By any of the three keys; of several windows the newest that had opened, else the first."""
        found = None
        for snapshot in self.snapshots:
            occurrence = snapshot.occurrence
            if key in (occurrence.occurrence_id, occurrence.activity_id, occurrence.code):
                found = snapshot if found is None or occurrence.opens_at <= at else found
        return found

    async def as_of(self, occurrence_id: bytes, at: int) -> Snapshot | None:
        """As it was, where a test says so; else as it is."""
        if self.is_gone:
            raise UnavailableError("the activity service is gone")
        return self.past.get((occurrence_id, at)) or self.get(occurrence_id)


@dataclass
class FakeAntifraud:
    """Says the same of everybody; None is an antifraud that is gone."""

    assessment: Assessment | None = field(default_factory=lambda: Assessment(Judgement.ACCEPTED, 12.0, ()))

    muted: Collection[str] = ()
    asked: list[pb.Attempt] = field(default_factory=list)

    async def assess(
        self, cases: Sequence[tuple[pb.Attempt, Snapshot]], muted: Collection[str]
    ) -> list[Assessment] | None:
        """An assessment for each case; None while antifraud is gone."""
        self.muted = muted
        self.asked += [attempt for attempt, _ in cases]
        return None if self.assessment is None else [self.assessment for _ in cases]


@dataclass
class FakeRosters:
    """Who is listed, by roster and person; `is_gone` is when nobody can tell."""

    listed: set[tuple[bytes, bytes]] = field(default_factory=set)
    is_gone: bool = False
    asked: list[Asked] = field(default_factory=list)

    async def are_listed(self, asked: Sequence[Asked]) -> list[bool | None]:
        """Whether they are listed, whenever they came."""
        self.asked += asked
        return [None if self.is_gone else (roster_id, user_id) in self.listed for roster_id, user_id, *_ in asked]


@dataclass
class FakeSeats:
    """Seats without expiry; `is_gone` makes every call fail, `is_uncounted` is a Redis that forgot the count."""

    hints: dict[tuple[bytes, bytes, int], Hint] = field(default_factory=dict)
    told: dict[Key, Answer] = field(default_factory=dict)
    confirmed: set[bytes] = field(default_factory=set)
    is_gone: bool = False
    is_uncounted: bool = False

    async def claim(
        self, rooms: Mapping[Room, Sequence[Claim]], attempts: Collection[Key]
    ) -> tuple[dict[Room, list[Seating]], dict[Key, Answer]]:
        """What stood there; free seats are taken, up to the room's capacity."""
        self._check()
        seatings = {room: [self._claim(room, claim) for claim in claims] for room, claims in rooms.items()}
        return seatings, {key: self.told[key] for key in attempts if key in self.told}

    def _claim(self, room: Room, claim: Claim) -> Seating:
        key = (room.occurrence_id, claim.user_id, claim.direction)
        hint = self.hints.get(key)
        if hint is None and claim.judgement is Judgement.ACCEPTED:
            if room.capacity and self.is_uncounted:
                return Seating(is_uncounted=True)
            inside = sum(occurrence_id == room.occurrence_id for occurrence_id, _, _ in self.hints)
            if room.capacity and inside >= room.capacity:
                return Seating(is_full=True)
            self.hints[key] = Hint(HintKind.CLAIMED, claim.attempt_id, claim.effective_at)
        return Seating(hint)

    async def never_came(self, leaving: Collection[PersonKey]) -> set[PersonKey]:
        """Those without a hint to come in."""
        self._check()
        return {person for person in leaving if (*person, Direction.IN) not in self.hints}

    async def gone(self, people: Collection[PersonKey]) -> dict[PersonKey, int]:
        """Those with a hint each way."""
        self._check()
        ways = {each: [self.hints.get((*each, way)) for way in (Direction.IN, Direction.OUT)] for each in people}
        return {person: left.effective_at or 0 for person, (came, left) in ways.items() if came and left}

    async def restore(self, room: Room, users: Sequence[bytes]) -> None:
        """Counts again."""
        self.is_uncounted = False

    async def settle(self, held: Mapping[Room, Sequence[Claim]], answers: Mapping[Key, Answer]) -> None:
        """Remembers the answers, and where claims hold."""
        self._check()
        self.told |= answers
        self.confirmed |= {room.occurrence_id for room, claims in held.items() if claims}

    def _check(self) -> None:
        if self.is_gone:
            raise UnavailableError("Redis is gone")


@dataclass
class FakeGuesses:
    """Five wrong codes lock, for ever."""

    wrong: list[bytes] = field(default_factory=list)

    def wait_s(self, person: bytes) -> float:
        """Ten minutes for who guessed wrong five times."""
        return 600.0 if self.wrong.count(person) >= 5 else 0.0

    async def spend(self, guesses: Sequence[tuple[bytes, bool]]) -> list[float]:
        """Notes each wrong one in time."""
        return [self._spend(*guess) for guess in guesses]

    def _spend(self, person: bytes, is_wrong: bool) -> float:
        wait_s = self.wait_s(person)
        if is_wrong and not wait_s:
            self.wrong.append(person)
        return wait_s


@dataclass
class FakeRefusals:
    """So many refusals a person, for ever."""

    quota: int = 60
    kept: list[bytes] = field(default_factory=list)

    async def spend(self, refusals: Sequence[tuple[bytes, bool]]) -> list[float]:
        """Keeps each one in time."""
        return [self._spend(person) for person, _ in refusals]

    def _spend(self, person: bytes) -> float:
        if self.kept.count(person) >= self.quota:
            return 600.0
        self.kept.append(person)
        return 0.0


@dataclass
class FakeRoles:
    """Roles by organisation and person, and who is staff `alone` of an activity; `is_gone`: identity is silent."""

    roles: dict[tuple[bytes, bytes], "identity_pb2.Role.ValueType"] = field(default_factory=dict)
    alone: set[tuple[OneActivity, bytes]] = field(default_factory=set)
    is_gone: bool = False

    async def of(
        self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None
    ) -> "identity_pb2.Role.ValueType":
        """A role there, or for that activity alone; none for strangers."""
        if self.is_gone:
            raise UnavailableError("identity is gone")
        if activity and (activity, user_id) in self.alone:
            return identity_pb2.ROLE_STAFF
        return self.roles.get((organisation_id, user_id), identity_pb2.ROLE_UNSPECIFIED)


@dataclass
class FakePeople:
    """Everybody exists but the strangers; `calls` is what was asked, all of which is remembered."""

    strangers: set[bytes] = field(default_factory=set)
    is_gone: bool = False
    calls: list[set[bytes]] = field(default_factory=list)

    async def of(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """The same name for each."""
        if self.is_gone and len(self.remembered(user_ids)) < len(user_ids):
            raise UnavailableError("identity is gone")
        self.calls.append(set(user_ids))
        return self.remembered(user_ids)

    def remembered(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """Those who exist and were asked about."""
        asked = set().union(*self.calls)
        return {user_id: "李四" for user_id in user_ids if user_id in asked - self.strangers}


@dataclass
class FakeAcquaintances:
    """Every organisation knows everybody but the unknown; `calls` is what was asked, all of which is remembered."""

    unknown: set[bytes] = field(default_factory=set)
    is_gone: bool = False
    calls: list[set[bytes]] = field(default_factory=list)

    async def strangers(self, organisation_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, ServiceError]:
        """See `services.checkin.records.acquaintances`."""
        if self.is_gone:
            return dict.fromkeys(set(user_ids) - set().union(*self.calls), UnavailableError("nobody can tell"))
        self.calls.append(set(user_ids))
        return dict.fromkeys(set(user_ids) & self.unknown, NotFoundError("there is no such person here"))


@dataclass
class FakeDevices:
    """Devices that staff used at a door, for ever."""

    learnt: set[tuple[bytes, str]] = field(default_factory=set)
    trips: int = 0

    async def meet(
        self, at_the_door: Collection[tuple[bytes, str]], brought_later: Collection[tuple[bytes, str]]
    ) -> set[tuple[bytes, str]]:
        """Remembers the first, and knows whom of the second it remembers."""
        self.trips += 1
        self.learnt |= set(at_the_door)
        return self.learnt & set(brought_later)


@dataclass
class FakeNonces:
    """To which attempts personal codes belong, for ever; `is_gone` is a Redis that is."""

    taken: dict[bytes, bytes] = field(default_factory=dict)
    is_gone: bool = False
    trips: int = 0

    async def owners(self, showings: Sequence[Showing]) -> list[bytes | None] | None:
        """The first that showed each in its time."""
        self.trips += 1
        if self.is_gone:
            return None
        return [
            self.taken.setdefault(each.said, each.attempt_id) if each.is_alive else self.taken.get(each.said)
            for each in showings
        ]


@dataclass
class FakeTagCounters:
    """Readings of SUN tags, for ever; `is_gone` is a Redis that is, and `old` are tags it may have forgotten."""

    old: set[bytes] = field(default_factory=set)
    since: dict[bytes, int] = field(default_factory=dict)
    high: dict[bytes, int] = field(default_factory=dict)
    taken: dict[tuple[bytes, int], tuple[bytes, bool]] = field(default_factory=dict)
    is_gone: bool = False
    trips: int = 0

    async def take(self, readings: Sequence[Reading]) -> list[Verdict] | None:
        """See `TagCounters.take`."""
        self.trips += 1
        return None if self.is_gone else [self._take(each) for each in readings]

    async def note(self, readings: Sequence[Reading]) -> None:
        """See `TagCounters.note`."""
        if self.is_gone:
            raise UnavailableError("Redis is gone")
        for each in readings:
            self._note(each)

    async def keep(self, readings: Sequence[Reading]) -> None:
        """See `TagCounters.keep`."""
        if self.is_gone:
            raise UnavailableError("Redis is gone")
        for each in readings:
            is_known = each.tag_id in self.since and each.counter > self.since[each.tag_id]
            if not is_known or self._take(each) is Verdict.OLD:
                self._note(each)

    async def trust(self, activity_id: bytes, used: Mapping[bytes, int], closes_at: int) -> None:
        """See `TagCounters.trust`."""
        if self.is_gone:
            raise UnavailableError("Redis is gone")
        for tag_id, counter in used.items():
            self.since.setdefault(tag_id, counter)
            self.high.setdefault(tag_id, counter)

    def _note(self, reading: Reading) -> None:
        self.taken.setdefault((reading.tag_id, reading.counter), (reading.owner, False))

    def _take(self, reading: Reading) -> Verdict:
        tag_id, counter = reading.tag_id, reading.counter
        if held := self.taken.get((tag_id, counter)):
            owner, is_sure = held
            if owner != reading.owner:
                return Verdict.USED
            return Verdict.OWN if is_sure else Verdict.UNSURE
        if tag_id not in self.old:
            self.since.setdefault(tag_id, reading.recorded)
            self.high.setdefault(tag_id, reading.recorded)
        if tag_id not in self.since:
            return Verdict.FORGOTTEN
        if counter + WINDOW < self.high.get(tag_id, 0):
            return Verdict.OLD
        is_sure = counter > self.since[tag_id]
        self.taken[tag_id, counter] = reading.owner, is_sure
        if is_sure:
            self.high[tag_id] = max(self.high.get(tag_id, 0), counter)
        return Verdict.OWN if is_sure else Verdict.UNSURE


@dataclass
class FakeDoor:
    """What people did; `is_slow` is a MySQL that tells nothing in time."""

    did: dict[PersonKey, list[Move]] = field(default_factory=dict)
    is_slow: bool = False
    asked: list[set[PersonKey]] = field(default_factory=list)
    called: dict[bytes, str] = field(default_factory=dict)

    async def recall(self, people: Collection[PersonKey]) -> dict[PersonKey, list[Move]]:
        """Nothing while it is slow."""
        self.asked.append(set(people))
        return {} if self.is_slow else await self.moves(people)

    async def names(self, user_ids: Collection[bytes], within_s: float = 0.05) -> dict[bytes, str]:
        """Of those who are called something."""
        return {user_id: self.called[user_id] for user_id in user_ids if user_id in self.called}

    async def moves(self, people: Collection[PersonKey]) -> dict[PersonKey, list[Move]]:
        """What each did."""
        return {person: self.did.get(person, []) for person in people}


@dataclass
class FakeDispatch:
    """Keeps what was sent; `is_gone` is a broker that takes nothing."""

    sent: list[pb.Copy] = field(default_factory=list)
    is_gone: bool = False

    async def send(self, batch: pb.AttemptedBatch, within_s: float) -> bytes:
        """Takes the batch or raises."""
        if self.is_gone:
            raise NothingDurableError("no broker")
        self.sent += batch.copies
        return new_id()


@dataclass
class FakeRecords:
    """What MySQL would know."""

    stored: dict[Key, pb.Checkin] = field(default_factory=dict)

    async def which_are_recorded(self, message_ids: Sequence[bytes]) -> set[bytes]:
        """None: nobody records here."""
        return set()

    async def which_are_stored(self, keys: Sequence[Key]) -> set[Key]:
        """Those that are there."""
        return {key for key in keys if key in self.stored}

    async def recall(self, attempts: Sequence[Key]) -> dict[Key, pb.Checkin]:
        """Those stored."""
        return {key: self.stored[key] for key in attempts if key in self.stored}
