"""What somebody counts as at an occurrence, and what that comes to: the ground of the register and of papers. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from servicekit.clock import SECOND_US
from services.reporting.domain import Counted, Mark, Status, Window
from services.reporting.expected.tally import Answer
from services.reporting.exports import texts
from services.reporting.exports.columns import Cell, Column, Kind, local
from services.reporting.exports.reading import Gathering

DOUBTFUL = (Status.PENDING_REVIEW, Status.PROVISIONAL, Status.REFUSED)


class Verdict(NamedTuple):
    """What somebody counts as at one occurrence.

    Attributes:
        word: What the register says of it.
        counts: Names of `texts.TOTALS` that count it once.
    """

    word: str
    counts: Collection[str] = ()


class Slot(NamedTuple):
    """An occurrence, and the activity it is of."""

    window: Window
    gathering: Gathering

    def is_settled(self, now: int) -> bool:
        """Whether nothing from before its close can come any more: only then is anybody absent from it."""
        return now >= self.window.closes_at + self.gathering.activity.offline_window_s * SECOND_US

    def verdict(self, key: bytes, person: Counted | None, now: int) -> Verdict:
        """What somebody of the activity counts as at it; `person` is what they did there, None for nothing."""
        scene = self.gathering.scene
        return verdict(
            person,
            is_listed=scene.member(key) is not None and not scene.activity.is_cancelled,
            answer=scene.answered(key),
            is_settled=self.is_settled(now),
        )

    @property
    def begins_at(self) -> datetime | None:
        """When it opens, on the wall of its place."""
        return local(self.window.opens_at, self.gathering.zone)


NOT_EXPECTED = Verdict("")


@dataclass(slots=True)
class Tally:
    """What counts of somebody, or of an occurrence."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float | None:
        """Of those due the share who came; None where nobody was due."""
        due = self.counts[texts.EXPECTED] - self.counts[texts.LEAVE]
        return self.counts[texts.CAME_EXPECTED] / due if due > 0 else None

    def cells(self) -> list[Cell]:
        """As `TOTALS` are headed."""
        return [*(self.counts[name] for name in texts.TOTALS), self.rate]


def total_columns() -> list[Column]:
    """What heads `Tally.cells`."""
    return [*(Column(name, Kind.NUMBER, 8) for name in texts.TOTALS), Column(texts.RATE, Kind.SHARE, 9)]


def verdict(person: Counted | None, *, is_listed: bool, answer: Answer, is_settled: bool) -> Verdict:
    """What somebody counts as; `person` is what they did at the occurrence, None for nothing."""
    due = [texts.EXPECTED] if is_listed else []
    if person and person.seat.status == Status.CHECKED_IN:
        came = [*due, texts.CAME, *([texts.CAME_EXPECTED] if is_listed else [])]
        if person.presence.is_early:
            came.append(texts.EARLY)
        if person.seat.punctuality == "late":
            return Verdict(texts.CELLS["late"], [*came, texts.LATE])
        return Verdict(texts.CELLS["early" if person.presence.is_early else "came"], came)
    mark = person.seat.mark if person else Mark.NONE
    if mark == Mark.LEAVE or (mark != Mark.ABSENT and answer is Answer.LEAVE and is_listed):
        return Verdict(texts.CELLS["leave"], [*due, texts.LEAVE] if is_listed else [])
    if person and person.seat.status in DOUBTFUL:
        missing = [texts.ABSENTEES] if is_listed and is_settled else []
        return Verdict(texts.STATUSES[person.seat.status], [*due, *missing])
    if not is_listed and not (person and person.seat.status == Status.ABSENT):
        return NOT_EXPECTED
    if is_settled or mark == Mark.ABSENT or person:
        return Verdict(texts.CELLS["absent"], [*due, texts.ABSENTEES] if is_listed else [])
    return Verdict("", due)


def slots_of(gatherings: Sequence[Gathering], from_at: int, to_at: int) -> list[Slot]:
    """The occurrences that open in a period, in order of time; 0: open end."""
    found = [Slot(window, gathering) for gathering in gatherings for window in gathering.windows.values()]
    inside = [slot for slot in found if from_at <= slot.window.opens_at and (not to_at or slot.window.opens_at < to_at)]
    return sorted(inside, key=lambda slot: (slot.window.opens_at, slot.window.occurrence_id))
