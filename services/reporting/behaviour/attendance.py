"""Who came to which of a roster's occurrences: the ground of everything that is told of behaviour. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from services.reporting.domain import Counted, SeatView
from services.reporting.expected.tally import Answer, Roster, answer_of, one_each, under
from services.reporting.periods.held import Held


class Presence(IntEnum):
    """What one person was at one occurrence."""

    ABSENT = 0
    LEAVE = 1
    CAME = 2
    LATE = 3

    @property
    def has_come(self) -> bool:
        """Late or not."""
        return self >= Presence.CAME


class Row(NamedTuple):
    """One person of a roster.

    Attributes:
        presences: One for each occurrence, in order of their start.
    """

    entry_id: bytes
    group: str
    presences: Sequence[Presence]

    @property
    def absent_in_a_row(self) -> int:
        """How often they were absent to the last, leave left out; it breaks no row."""
        count = 0
        for presence in reversed(self.presences):
            if presence.has_come:
                break
            count += presence is Presence.ABSENT
        return count

    @property
    def came(self) -> int:
        """To how many they came."""
        return sum(presence.has_come for presence in self.presences)

    @property
    def due(self) -> int:
        """To how many they could have come: all but those from which they were excused."""
        return sum(presence is not Presence.LEAVE for presence in self.presences)


def rows_of(
    occurrences: Sequence[Held],
    people: Iterable[Counted],
    answers: Mapping[bytes, Mapping[bytes, Answer]],
    roster: Roster,
) -> list[Row]:
    """A row for everybody on a roster.

    Args:
        people: What everybody did at these occurrences.
        answers: Of each activity, by person.
    """
    listed = [person for person in people if person.user_id in roster.by_id]
    seats = {
        (roster.by_id[person.user_id].entry_id, person.occurrence_id): person.seat
        for person in one_each(listed, roster)
    }
    return [
        Row(
            member.entry_id,
            member.group,
            [
                _presence(
                    seats.get((member.entry_id, held.occurrence_id)),
                    answer_of(member.ids, answers.get(held.activity_id, {})),
                )
                for held in occurrences
            ],
        )
        for member in roster.members
    ]


def _presence(seat: SeatView | None, answer: Answer) -> Presence:
    if seat and seat.is_held:
        return Presence.LATE if seat.punctuality == "late" else Presence.CAME
    marks = (seat.mark,) if seat and seat.mark else ()
    return Presence.LEAVE if under(answer, marks) is Answer.LEAVE else Presence.ABSENT
