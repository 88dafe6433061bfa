"""The register (出勤总表): a row for everybody, a column for every occurrence, and who was there when.

Of an activity, or of an organisation's period; then a person is who they are in all of its activities: the user, or the
entry of a roster while nobody knows whom that is. Four tables are written in one go, so that all say the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

from servicekit.clock import now_us
from services.reporting.domain import Counted
from services.reporting.exports import texts
from services.reporting.exports.attendance import DOUBTFUL, NOT_EXPECTED, Slot, Tally, Verdict, total_columns
from services.reporting.exports.book import Book, Counts
from services.reporting.exports.columns import (
    Cell,
    Column,
    Kind,
    Line,
    cells_of,
    columns_of,
    local,
    punctuality_of,
    reasons_of,
    status_of,
)
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.job import Wish
from services.reporting.exports.lists import Told
from services.reporting.exports.reading import Gathering
from services.reporting.exports.rulings import Ruling

MOST_OCCURRENCES = 400
_TITLE_CHARACTERS = 12
_LATE = "LATE"
_FACTS_AT_ONCE = 5000


class Register:
    """Writes the four tables.

    Args:
        gatherings: The activities; of an organisation all that have an occurrence in the period.
        slots: Their occurrences, in order of time.
    """

    def __init__(self, gatherings: Sequence[Gathering], slots: Sequence[Slot], wish: Wish, book: Book) -> None:
        if len(slots) > MOST_OCCURRENCES:
            raise WishNotMadeError("TOO_MANY_OCCURRENCES")
        self._gatherings = gatherings
        self._slots = slots
        self._wish = wish
        self._book = book
        self._names = wish.shown_columns
        self._cells = cells_of(self._names)
        self._by_slot = [Tally() for _ in slots]
        self._now = now_us()
        who = columns_of(self._names)
        where = [*columns_of(["occurrence"]), *([] if wish.activity_id else [Column(texts.TITLE, width=24)])]
        words = [Column(heading, Kind.WORD, 11) for heading in self._headings()]
        what = columns_of(["status", "punctuality", "reasons", "decided_by", "decided_at", "decided_reason"])
        self._summary = book.sheet(texts.SUMMARY, [*where, *total_columns()])
        self._detail = book.sheet(texts.DETAIL, [*who, *words, *total_columns()], texts.NOBODY)
        self._absent = book.sheet(texts.ABSENT, [*who, *where], texts.NOBODY_ABSENT)
        self._exceptions = book.sheet(texts.EXCEPTIONS, [*who, *where, *what], texts.NOTHING_ODD)

    async def write(self, told: Told) -> int:
        """Writes them; returns how many people there are. Raises as `lists.write`."""
        people, done = self._people(), 0
        for chunk in self._chunks(list(people)):
            found = [await self._of(gathering, [people[key] for key in chunk]) for gathering in self._gatherings]
            by_gathering = dict(zip(map(id, self._gatherings), found, strict=True))
            for index in range(len(chunk)):
                self._row([by_gathering[id(each)][index] for each in self._gatherings])
            done += len(chunk)
            await told(done, len(people), done)
        self._sum_up()
        return done

    def _sum_up(self) -> None:
        """Every occurrence, and all of them."""
        told = [*zip(self._slots, self._by_slot, strict=True)]
        self._summary.write([*self._where(slot), *tally.cells()] for slot, tally in told)
        if len(told) > 1:
            whole = Tally()
            for tally in self._by_slot:
                whole.counts.update(tally.counts)
            self._summary.sum_up([texts.TOTAL, *([] if self._wish.activity_id else [""]), *whole.cells()])
        counts = [(f"{slot.begins_at:%m-%d %H:%M}", tally.counts[texts.CAME]) for slot, tally in told]
        rates = [tally.rate for tally in self._by_slot]
        by = texts.HEADINGS["occurrence"]
        self._book.chart(Counts(texts.BY_OCCURRENCE, by, texts.CAME, counts, texts.RATE, rates))

    def _where(self, slot: Slot) -> list[Cell]:
        """When something was, and of what activity, unless the file bears its name."""
        return [slot.begins_at, *([] if self._wish.activity_id else [slot.gathering.activity.title])]

    def _headings(self) -> Iterator[str]:
        """Of the columns of occurrences: when, and of what where there are several activities."""
        for slot in self._slots:
            when = f"{slot.begins_at:%Y-%m-%d %H:%M}"
            yield when if len(self._gatherings) == 1 else f"{when} {_short(slot.gathering.activity.title)}"

    def _people(self) -> Mapping[bytes, Mapping[int, bytes]]:
        """Everybody by who they are, with the key that each activity knows them by."""
        people: dict[bytes, dict[int, bytes]] = {}
        for gathering in self._gatherings:
            for key in filter(partial(gathering.scene.is_in, self._wish.wanted.group), gathering.keys):
                people.setdefault(gathering.scene.known_as(key), {})[id(gathering)] = key
        return people

    def _chunks(self, people: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
        size = max(1, min(500, _FACTS_AT_ONCE // max(1, len(self._slots))))
        return (people[first : first + size] for first in range(0, len(people), size))

    async def _of(self, gathering: Gathering, people: Sequence[Mapping[int, bytes]]) -> list["_Attendance | None"]:
        """What each did at the occurrences of one activity; None of who has nothing to do with it."""
        keys = [each[id(gathering)] for each in people if id(gathering) in each]
        if not keys:
            return [None] * len(people)
        tried = await gathering.tried(keys)
        lines = await gathering.lines(
            list(gathering.scene.people(keys, tried)), self._names, shows_phones=self._wish.shows_phones
        )
        attendances = {key: _Attendance(key, line, gathering) for key, line in zip(keys, lines, strict=True)}
        for person in tried:
            attendances[gathering.scene.key(person.user_id)].tried[person.occurrence_id] = person
        for (occurrence_id, key), ruling in (await gathering.rulings(filter(_is_exception, tried))).items():
            attendances[key].ruled[occurrence_id] = ruling
        return [attendances.get(each.get(id(gathering), b"")) for each in people]

    def _row(self, attendances: Sequence["_Attendance | None"]) -> None:
        """Everything that the tables say of one person."""
        of_activity = {id(each.gathering): each for each in attendances if each}
        who = self._cells(next(iter(of_activity.values())).line)
        total, words = Tally(), list[Cell]()
        for slot, of_slot in zip(self._slots, self._by_slot, strict=True):
            attendance = of_activity.get(id(slot.gathering))
            found = attendance.at(slot, self._now) if attendance else NOT_EXPECTED
            words.append(found.word)
            total.counts.update(found.counts)
            of_slot.counts.update(found.counts)
            where = [*who, *self._where(slot)]
            if texts.ABSENTEES in found.counts:
                self._absent.write([where])
            if attendance:
                self._tell_exception(slot, attendance, where)
        self._detail.write([[*who, *words, *total.cells()]])

    def _tell_exception(self, slot: Slot, attendance: "_Attendance", where: Sequence[Cell]) -> None:
        """A line for what is doubtful, or has a reason; who was merely late is told by the details."""
        person = attendance.tried.get(slot.window.occurrence_id)
        if person and _is_exception(person):
            shown = attendance.line.shown._replace(found=person)
            ruled = _ruling_cells(attendance.ruled.get(slot.window.occurrence_id), slot.gathering.zone)
            self._exceptions.write([[*where, status_of(shown), punctuality_of(shown), reasons_of(shown), *ruled]])


def _is_exception(person: Counted) -> bool:
    return person.seat.status in DOUBTFUL or any(reason != _LATE for reason in person.seat.reasons)


def _ruling_cells(ruling: Ruling | None, zone: ZoneInfo) -> list[Cell]:
    return [ruling.by, local(ruling.at, zone), ruling.reason] if ruling else ["", None, ""]


def _short(title: str) -> str:
    """What has room over a column; all of it is in the summary, at the same time."""
    return title if len(title) <= _TITLE_CHARACTERS else title[: _TITLE_CHARACTERS - 1] + "…"


@dataclass(slots=True)
class _Attendance:
    """One person at one activity; `tried`, and what was decided where they stood out, go by occurrence."""

    key: bytes
    line: Line
    gathering: Gathering
    tried: dict[bytes, Counted] = field(default_factory=dict)
    ruled: dict[bytes, Ruling] = field(default_factory=dict)

    def at(self, slot: Slot, now: int) -> Verdict:
        """What they count as at an occurrence; at one that has yet to open, nothing."""
        person = self.tried.get(slot.window.occurrence_id)
        found = slot.verdict(self.key, person, now)
        return found if person or slot.window.opens_at <= now else Verdict(found.word)
