"""How the people of a roster behave over its occurrences: who stays away, when people come, and how that moves."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from servicekit.clock import SECOND_US, now_us
from servicekit.errors import invalid
from services.reporting.behaviour.attendance import Presence, Row, rows_of
from services.reporting.behaviour.findings import STREAK, Finding, findings_of
from services.reporting.domain import Counted
from services.reporting.expected.roster_client import EntryName
from services.reporting.expected.tally import Answer, Roster, one_each
from services.reporting.facts.fact import SEATS
from services.reporting.periods.calendar import Period
from services.reporting.periods.held import Held
from services.reporting.trends.trends import SMALL_GROUP

# People of all occurrences together that one request looks at, one by one.
MAXIMUM_PEOPLE = 60_000
_ABSENT, _SERIES, _GROUPS, _ROSTERS = 100, 60, 200, 20
_MINUTE_US = 60 * SECOND_US
# Arrivals are told in steps of five minutes, from an hour before the start to an hour after it.
HABIT_MIN, _FROM_MIN, _TO_MIN = 5, -60, 60


class Absent(NamedTuple):
    """Somebody who stays away; `last_came` is None for who never came in the period."""

    row: Row
    name: EntryName
    last_came: date | None


class Step(NamedTuple):
    """An occurrence of the series."""

    held: Held
    expected: int
    came: int
    leave: int


class Group(NamedTuple):
    """A group of the roster, summed over occurrences."""

    name: str
    people: int
    expected: int
    came: int
    leave: int
    late: int
    absent_people: int


class RosterUse(NamedTuple):
    """A roster that occurrences have, and what its latest activity is called."""

    roster_id: bytes
    occurrences: int
    title: str


class Behaviour(NamedTuple):
    """What there is to tell."""

    period: Period
    roster_id: bytes
    occurrences: int
    people: int
    findings: Sequence[Finding]
    absent: Sequence[Absent]
    absent_people: int
    by_regularity: Sequence[int]
    series: Sequence[Step]
    groups: Sequence[Group]
    hidden_groups: int
    habits: Mapping[int, int]
    rosters: Sequence[RosterUse]


class Stored(Protocol):
    """See `periods.store.Periods`."""

    async def held(self, organisation_id: bytes, period: Period, activity_id: bytes, now: int) -> list[Held]:
        """Occurrences, in order of their start; raises UnavailableError, InvalidArgumentError."""

    async def counts(self, occurrence_ids: Sequence[bytes], names: Collection[str]) -> dict[bytes, Counter[str]]:
        """What is counted of each; raises UnavailableError."""


class Lists(Protocol):
    """See `facts.lists.FactLists`."""

    async def at(self, activity_id: bytes, occurrence_ids: Collection[bytes]) -> list[Counted]:
        """What everybody did at some occurrences of an activity; raises UnavailableError."""


class Rosters(Protocol):
    """See `expected.roster_client.Rosters`; both raise ServiceError."""

    async def get(self, roster_id: bytes) -> Roster:
        """Everybody who is expected."""

    async def names(self, roster_id: bytes, entry_ids: Collection[bytes]) -> dict[bytes, EntryName]:
        """What lists show of entries."""


class Participants(Protocol):
    """See `expected.participant_client.Participants`."""

    async def answers(self, activity_id: bytes) -> Mapping[bytes, Answer]:
        """What everybody answered; raises ServiceError."""


class Behaviours:
    """Looks at people one by one, of one roster."""

    def __init__(self, stored: Stored, lists: Lists, rosters: Rosters, participants: Participants) -> None:
        self._stored = stored
        self._lists = lists
        self._rosters = rosters
        self._participants = participants

    async def of(
        self, organisation_id: bytes, period: Period, activity_id: bytes, roster_id: bytes, *, sees_small: bool
    ) -> Behaviour:
        """The behaviour of the people of a roster.

        Args:
            activity_id: Of which occurrences; empty: of every one that has the roster.
            roster_id: Empty: that of most occurrences.
            sees_small: Whether groups of few are told.

        Raises:
            InvalidArgumentError: That are too many people to look at.
            ServiceError: MySQL, the roster or the answers cannot be read.
        """
        now = now_us()
        held = [each for each in await self._stored.held(organisation_id, period, activity_id, now) if each.roster_id]
        over = [each for each in held if each.is_settled(now)]
        rosters = _rosters(over)
        chosen = roster_id or (rosters[0].roster_id if rosters else b"")
        occurrences = [each for each in over if each.roster_id == chosen]
        if not occurrences:
            return Behaviour(period, chosen, 0, 0, [], [], 0, [0] * 11, [], [], 0, {}, rosters)
        roster = await self._rosters.get(chosen)
        people = await self._people(occurrences, len(roster.members))
        answers = {each: await self._participants.answers(each) for each in {one.activity_id for one in occurrences}}
        rows = rows_of(occurrences, people, answers, roster)
        offsets = _offsets(occurrences, people, roster)
        absent = sorted(
            (row for row in rows if row.absent_in_a_row >= STREAK), key=lambda row: (-row.absent_in_a_row, row.entry_id)
        )
        groups = _groups(rows)
        shown = [group for group in groups if sees_small or group.people >= SMALL_GROUP]
        return Behaviour(
            period,
            chosen,
            len(occurrences),
            len(rows),
            findings_of(occurrences, rows, offsets),
            await self._named(chosen, absent[:_ABSENT], occurrences),
            len(absent),
            _regularity(rows),
            _series(occurrences, rows),
            shown[:_GROUPS],
            len(groups) - len(shown),
            Counter(max(_FROM_MIN, min(_TO_MIN, each // HABIT_MIN * HABIT_MIN)) for each in offsets),
            rosters,
        )

    async def _people(self, occurrences: Sequence[Held], members: int) -> list[Counted]:
        counts = await self._stored.counts([held.occurrence_id for held in occurrences], [SEATS])
        seats = sum(each[SEATS] for each in counts.values())
        if max(seats, members * len(occurrences)) > 2 * MAXIMUM_PEOPLE:
            raise invalid("from", "these are too many people to look at one by one; ask for a shorter period")
        by_activity: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for held in occurrences:
            by_activity[held.activity_id].append(held.occurrence_id)
        return [person for each, ids in by_activity.items() for person in await self._lists.at(each, ids)]

    async def _named(self, roster_id: bytes, absent: Sequence[Row], occurrences: Sequence[Held]) -> list[Absent]:
        names = await self._rosters.names(roster_id, [row.entry_id for row in absent]) if absent else {}
        nobody = EntryName("", "")
        return [Absent(row, names.get(row.entry_id, nobody), _last_came(row, occurrences)) for row in absent]


def _rosters(over: Sequence[Held]) -> list[RosterUse]:
    uses = Counter(held.roster_id for held in over if held.roster_id)
    titles = {held.roster_id: held.title for held in over}
    return [RosterUse(each, count, titles[each]) for each, count in uses.most_common(_ROSTERS)]


def _last_came(row: Row, occurrences: Sequence[Held]) -> date | None:
    days = [held.day for held, presence in zip(occurrences, row.presences, strict=True) if presence.has_come]
    return days[-1] if days else None


def _offsets(occurrences: Sequence[Held], people: Sequence[Counted], roster: Roster) -> list[int]:
    """When people of the roster came by themselves, in minutes from the start."""
    starts = {held.occurrence_id: held.starts_at for held in occurrences}
    return [
        (person.seat.at - starts[person.occurrence_id]) // _MINUTE_US
        for person in one_each((each for each in people if each.user_id in roster.by_id), roster)
        if person.seat.is_held and not person.seat.mark
    ]


def _regularity(rows: Sequence[Row]) -> list[int]:
    tenths = Counter(10 * row.came // row.due for row in rows if row.due)
    return [tenths[number] for number in range(11)]


def _series(occurrences: Sequence[Held], rows: Sequence[Row]) -> list[Step]:
    first = max(0, len(occurrences) - _SERIES)
    steps = []
    for number, held in enumerate(occurrences[first:], first):
        counts = Counter(row.presences[number] for row in rows)
        came = counts[Presence.CAME] + counts[Presence.LATE]
        steps.append(Step(held, len(rows), came, counts[Presence.LEAVE]))
    return steps


def _groups(rows: Sequence[Row]) -> list[Group]:
    by_group: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_group[row.group].append(row)
    return [_group(name, by_group[name]) for name in sorted(by_group, key=lambda name: (-len(by_group[name]), name))]


def _group(name: str, rows: Sequence[Row]) -> Group:
    counts = Counter(presence for row in rows for presence in row.presences)
    return Group(
        name,
        len(rows),
        counts.total(),
        counts[Presence.CAME] + counts[Presence.LATE],
        counts[Presence.LEAVE],
        counts[Presence.LATE],
        sum(row.absent_in_a_row >= STREAK for row in rows),
    )
