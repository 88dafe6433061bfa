"""To what somebody came, as a proof attests it: accepted, at which occurrences, and for how long. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from services.reporting.domain import MINUTE_US, Activity, Counted, Status, Window


class Stay(NamedTuple):
    """An occurrence to which somebody came.

    Attributes:
        left_at: 0: nobody knows.
        minutes: From coming to leaving; 0 where that is not known.
    """

    window: Window
    came_at: int
    left_at: int
    minutes: int


def stays(windows: Mapping[bytes, Window], tried: Iterable[Counted], from_at: int, until: int) -> list[Stay]:
    """Where somebody was accepted, in order of time.

    Args:
        tried: What they did, as one at each occurrence.
        from_at, until: When occurrences opened, to the minute; from included, until not.
    """
    found = list[Stay]()
    for person in tried:
        window = windows.get(person.occurrence_id)
        if window is None or person.seat.status != Status.CHECKED_IN:
            continue
        if from_at // MINUTE_US <= window.opens_at // MINUTE_US < until // MINUTE_US:
            left_at = person.presence.left_at
            minutes = max(0, left_at - person.seat.at) // MINUTE_US if left_at else 0
            found.append(Stay(window, person.seat.at, left_at, minutes))
    return sorted(found, key=lambda each: (each.window.opens_at, each.window.occurrence_id))


def is_nothing(activity: Activity) -> bool:
    """Whether being there proves nothing: it was cancelled, or is a rehearsal."""
    return activity.is_rehearsal or activity.is_cancelled


def minutes_of(found: Sequence[Stay]) -> int:
    """For how long, in all."""
    return sum(each.minutes for each in found)
