"""What the rows of history come to, read from MySQL and counted one by one: what reports are held against."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.reporting.expected.tally import Member

CAME, PENDING, PROVISIONAL, REFUSED = 1, 2, 3, 4
ON_LEAVE, MARKED_ABSENT = 3, 4
_NAMES = {CAME: "checked_in", PENDING: "pending_review", PROVISIONAL: "provisional", REFUSED: "refused"}
_ROWS = text("""
SELECT f.user_id, f.occurrence_id, f.status, f.at, f.method, f.punctuality, f.reasons, f.mark, f.is_offline,
  f.is_anomalous, f.refused_tries, o.local_day FROM facts f JOIN occurrences o ON o.occurrence_id = f.occurrence_id
WHERE f.activity_id IN :activity_ids AND f.is_shown = 1
""").bindparams(bindparam("activity_ids", expanding=True))


class Row(NamedTuple):
    """A row, as MySQL has it."""

    user_id: bytes
    occurrence_id: bytes
    status: int
    at: int
    method: str
    punctuality: str
    reasons: str
    mark: int
    is_offline: int
    is_anomalous: int
    refused_tries: int
    local_day: date

    @property
    def has_come(self) -> bool:
        """Whether somebody holds the seat."""
        return self.status == CAME

    def names(self) -> Iterator[str]:
        """What quality counts of it."""
        if self.status not in _NAMES:
            return
        yield _NAMES[self.status]
        yield from (f"reason:{reason}" for reason in self.reasons.split())
        if self.is_offline:
            yield "offline"
        if self.is_anomalous:
            yield "anomalous"
        if self.has_come:
            yield f"method:{self.method}"
            yield from ["late"] * (self.punctuality == "late")
            yield from ["tried_again"] * bool(self.refused_tries)


class Turnout(NamedTuple):
    """What one occurrence comes to, each person counted once; strangers are in `came` and `late` alone."""

    expected: int = 0
    came_expected: int = 0
    leave: int = 0
    came: int = 0
    late: int = 0

    @property
    def rate(self) -> float | None:
        """Of those due the share who came."""
        due = self.expected - self.leave
        return self.came_expected / due if due > 0 else None


def _last_word(row: Row) -> tuple[int, bool, int, int]:
    """Whoever was marked last, else who came, else the best; histories mark people when they have them come."""
    return -row.at if row.mark else 0, not row.has_come, row.status, row.at


def together(turnouts: Iterable[Turnout]) -> Turnout:
    """Several occurrences as one."""
    return Turnout(*map(sum, zip(Turnout(), *turnouts, strict=True)))


@dataclass(frozen=True)
class Rows:
    """All rows of some activities, and who is expected by now.

    Attributes:
        leave: Who said that they would not come.
    """

    rows: Sequence[Row]
    members: Sequence[Member]
    leave: Collection[bytes]

    def of(self, *occurrence_ids: bytes) -> Sequence[Row]:
        """Those of some occurrences."""
        return [row for row in self.rows if row.occurrence_id in occurrence_ids]

    def counts(self) -> Counter[str]:
        """What everybody tried, by all that quality counts."""
        return Counter(name for row in self.rows for name in row.names())

    def people(self, occurrence_id: bytes) -> Mapping[bytes, Row]:
        """What counts of what each person did at an occurrence, under whichever id."""
        entries = {each: member.entry_id for member in self.members for each in member.ids}
        both: defaultdict[bytes, list[Row]] = defaultdict(list)
        for row in self.of(occurrence_id):
            both[entries.get(row.user_id, row.user_id)].append(row)
        return {key: min(some, key=_last_word) for key, some in both.items()}

    def trend(self, rows: Iterable[Row]) -> Counter[str]:
        """What trends count of some rows."""
        tried = [row for row in rows if row.status in _NAMES]
        came = [row for row in tried if row.has_come]
        counts = Counter(_NAMES[row.status] for row in tried) + Counter(f"method:{row.method}" for row in came)
        return counts + Counter("late" for row in came if row.punctuality == "late")

    def presence(self, member: Member, row: Row | None) -> str:
        """Whether somebody of the roster came, was excused, or did neither."""
        if row and row.has_come:
            return "came"
        mark = row.mark if row else 0
        is_excused = mark == ON_LEAVE or (mark != MARKED_ABSENT and not {*member.ids}.isdisjoint(self.leave))
        return "leave" if is_excused else "absent"

    def expected(self, occurrence_ids: Iterable[bytes]) -> Iterator[Row]:
        """What those on the roster did who did anything."""
        for occurrence_id in occurrence_ids:
            people = self.people(occurrence_id)
            yield from (people[each.entry_id] for each in self.members if each.entry_id in people)

    def turnout(self, occurrence_id: bytes) -> Turnout:
        """Of an occurrence that has the roster."""
        people = self.people(occurrence_id)
        told = Counter(self.presence(member, people.get(member.entry_id)) for member in self.members)
        came = [row for row in people.values() if row.has_come]
        late = sum(row.punctuality == "late" for row in came)
        return Turnout(len(self.members), told["came"], told["leave"], len(came), late)

    def turnout_of(self, number: int, occurrence_id: bytes) -> Turnout:
        """Of one that expects a number of people, whoever they are."""
        rows = {row.user_id: row for row in self.of(occurrence_id)}
        came = {user_id for user_id, row in rows.items() if row.has_come}
        excused = {user_id for user_id, row in rows.items() if row.mark == ON_LEAVE}
        excused |= {each for each in self.leave if each not in rows or rows[each].mark != MARKED_ABSENT}
        late = sum(row.punctuality == "late" for row in rows.values() if row.has_come)
        leave = min(len(excused - came), max(number - len(came), 0))
        return Turnout(number, len(came), leave, len(came), late)

    def absent_in_a_row(self, occurrence_ids: Sequence[bytes]) -> Mapping[bytes, int]:
        """How often each of the roster was absent to the last."""
        found = {}
        by_occurrence = [self.people(each) for each in occurrence_ids]
        for member in self.members:
            told = [self.presence(member, people.get(member.entry_id)) for people in by_occurrence]
            since = told[::-1].index("came") if "came" in told else len(told)
            found[member.entry_id] = told[len(told) - since :].count("absent")
        return found

    def beginners(self, *occurrence_ids: bytes) -> Sequence[tuple[date, Sequence[bool]]]:
        """The first day of everybody, and whether they came again on the first, 7th and 30th day after."""
        days: defaultdict[bytes, set[date]] = defaultdict(set)
        for row in self.of(*occurrence_ids):
            if row.has_come:
                days[row.user_id].add(row.local_day)
        return [
            (min(each), [min(each) + timedelta(days=after) in each for after in (1, 7, 30)]) for each in days.values()
        ]


async def read_rows(
    engine: AsyncEngine, activity_ids: Sequence[bytes], members: Sequence[Member], leave: Collection[bytes]
) -> Rows:
    """Everything that MySQL has of some activities."""
    async with engine.connect() as connection:
        found = await connection.execute(_ROWS, {"activity_ids": activity_ids})
        return Rows([Row(*row) for row in found], members, leave)
