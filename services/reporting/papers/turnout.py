"""What occurrences come to on paper, in one look at everybody: so every figure of a paper is of the same moment.

What anybody counts as is said by the register (`exports.attendance`); of an activity that expects a number of people
and has no roster, that number is expected.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from servicekit.clock import now_us
from services.reporting.domain import MINUTE_US, Counted, Status
from services.reporting.expected import tally
from services.reporting.exports import texts
from services.reporting.exports.attendance import Slot, Tally
from services.reporting.exports.lists import Told
from services.reporting.exports.reading import Gathering
from services.reporting.exports.rulings import Ruling
from services.reporting.facts.fact import ANOMALIES

KeyT = TypeVar("KeyT", int, str)

# More are not listed one by one: whoever needs them has a spreadsheet.
MOST_LISTED = 3000
WAITING = (Status.PENDING_REVIEW, Status.PROVISIONAL)


class Notable(NamedTuple):
    """Somebody at one occurrence, for a list of a paper.

    Attributes:
        person: What they did there; None: nothing.
        ruling: What was decided on them, of who is doubtful; None: nothing yet.
    """

    slot: Slot
    key: bytes
    person: Counted | None
    ruling: Ruling | None = None


@dataclass(slots=True)
class Turnout:
    """What one occurrence comes to.

    Attributes:
        minutes: How many came in each minute from the start.
        outcomes: How many who were in doubt, by their status now.
        doubts: The reasons for that, by person.
    """

    slot: Slot
    tally: Tally = field(default_factory=Tally)
    methods: Counter[str] = field(default_factory=Counter)
    gates: Counter[str] = field(default_factory=Counter)
    minutes: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[int] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    groups: dict[str, Tally] = field(default_factory=dict)


class Attended(NamedTuple):
    """Somebody in a list of everybody.

    Attributes:
        tried: What they did, of each occurrence; None where they did nothing.
        words: What they count as there.
    """

    key: bytes
    tally: Tally
    tried: Sequence[Counted | None]
    words: Sequence[str]


@dataclass(slots=True)
class Looked:
    """What there is to tell of some occurrences of an activity.

    Attributes:
        people: How many there are; `attended` has everybody, or nobody where they are too many.
        late, absent, leave, doubtful: `MOST_LISTED` at most; what is counted is in the turnouts.
    """

    gathering: Gathering
    turnouts: Sequence[Turnout]
    people: int = 0
    attended: list[Attended] = field(default_factory=list)
    late: list[Notable] = field(default_factory=list)
    absent: list[Notable] = field(default_factory=list)
    leave: list[Notable] = field(default_factory=list)
    doubtful: list[Notable] = field(default_factory=list)

    @property
    def whole(self) -> Tally:
        """All occurrences together."""
        return Tally(self.total(lambda each: each.tally.counts))

    def total(self, counted: Callable[[Turnout], Counter[KeyT]]) -> Counter[KeyT]:
        """Something that is counted of each occurrence, of all of them."""
        return _sum([counted(each) for each in self.turnouts])

    @property
    def groups(self) -> dict[str, Tally]:
        """Groups over all occurrences, in the order of the roster."""
        found: dict[str, Tally] = {}
        for turnout in self.turnouts:
            for name, own in turnout.groups.items():
                found.setdefault(name, Tally()).counts.update(own.counts)
        return found

    @property
    def is_of_number(self) -> bool:
        """Whether a number is expected, and nobody in person."""
        return self.gathering.activity.roster_id is None


def starts_at(slot: Slot) -> int:
    """When an occurrence begins; when it opens, where nobody noted that."""
    return slot.window.starts_at or slot.window.opens_at


def is_doubtful(person: Counted) -> bool:
    """Whether a check found something, or somebody still has to decide."""
    return person.seat.status in WAITING or not ANOMALIES.isdisjoint(person.seat.reasons)


async def look(gathering: Gathering, slots: Sequence[Slot], group: str, told: Told) -> Looked:
    """Looks at everybody, or at one group.

    Raises:
        LeaseLostError: Nobody wants it any more.
        ServiceError: Something cannot be read.
    """
    keys = [key for key in gathering.keys if gathering.scene.is_in(group, key)]
    found = Looked(gathering, [Turnout(slot) for slot in slots], len(keys))
    looking, done = _Looking(found, now_us()), 0
    for chunk in gathering.chunks(keys):
        tried = {(gathering.scene.key(each.user_id), each.occurrence_id): each for each in await gathering.tried(chunk)}
        for key in chunk:
            looking.at(key, [tried.get((key, slot.window.occurrence_id)) for slot in slots])
        done += len(chunk)
        await told(done, len(keys), done)
    if found.is_of_number:
        _expect_number(found, looking.people)
    return found


class _Looking:
    """Counts person by person."""

    def __init__(self, found: Looked, now: int) -> None:
        self._found = found
        self._now = now
        self._lists_all = found.people <= MOST_LISTED
        self.people: list[list[Counted]] = [[] for _ in found.turnouts]

    def at(self, key: bytes, tried: Sequence[Counted | None]) -> None:
        """One person, and what they did at each occurrence."""
        own, words = Tally(), list[str]()
        for number, (turnout, person) in enumerate(zip(self._found.turnouts, tried, strict=True)):
            found = turnout.slot.verdict(key, person, self._now)
            counts = found.counts
            own.counts.update(counts)
            words.append(found.word)
            self._count(turnout, key, person, counts)
            if person and self._found.is_of_number:
                self.people[number].append(person)
        if self._lists_all:
            self._found.attended.append(Attended(key, own, tried, words))

    def _count(self, turnout: Turnout, key: bytes, person: Counted | None, counts: Collection[str]) -> None:
        turnout.tally.counts.update(counts)
        member = self._found.gathering.scene.member(key)
        if member:
            turnout.groups.setdefault(member.group, Tally()).counts.update(counts)
        if person and person.seat.status == Status.CHECKED_IN:
            turnout.methods[person.seat.method] += 1
            turnout.gates[person.seat.gate] += 1
            turnout.minutes[(person.seat.at - starts_at(turnout.slot)) // MINUTE_US] += 1
        notable = Notable(turnout.slot, key, person)
        if person and is_doubtful(person):
            turnout.outcomes[person.seat.status] += 1
            turnout.doubts.update(ANOMALIES.intersection(person.seat.reasons))
            _note(self._found.doubtful, notable)
        for name, listed in (
            (texts.LATE, self._found.late),
            (texts.LEAVE, self._found.leave),
            (texts.ABSENTEES, self._found.absent),
        ):
            if name in counts:
                _note(listed, notable)


def _note(listed: list[Notable], notable: Notable) -> None:
    if len(listed) < MOST_LISTED:
        listed.append(notable)


def _expect_number(found: Looked, people: Sequence[Sequence[Counted]]) -> None:
    """Counts against the number that an activity expects, where it says one."""
    expected = found.gathering.activity.expected
    if not expected or found.gathering.activity.is_cancelled:
        return
    for turnout, some in zip(found.turnouts, people, strict=True):
        counted = tally.of_count(expected, some, found.gathering.scene.answers).whole
        counts = turnout.tally.counts
        counts[texts.EXPECTED], counts[texts.CAME_EXPECTED] = counted.expected, counted.came
        counts[texts.LEAVE] = counted.leave
        counts[texts.ABSENTEES] = counted.not_yet if turnout.slot.is_settled(now_us()) else 0


def _sum(counters: Sequence[Counter[KeyT]]) -> Counter[KeyT]:
    total: Counter[KeyT] = Counter()
    for each in counters:
        total.update(each)
    return total
