"""The windows of an activity: the one that was planned, and those opened by hand while it went on. Pure.

They follow one another and never overlap, so that a moment belongs to one of them.
"""

from dataclasses import dataclass, replace

from servicekit.clock import SECOND_US, to_rfc3339
from servicekit.errors import invalid
from services.activity.definition import Definition

MAXIMUM_MINUTES = 24 * 60
# Where nobody says for how long: less would be over before a class has scanned.
_LEAST_US = 15 * 60 * SECOND_US


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time window: check-ins count from opens_at to closes_at."""

    occurrence_id: bytes
    starts_at: int
    ends_at: int
    opens_at: int
    closes_at: int

    def until(self, at: int) -> "Occurrence":
        """The same, over at a moment."""
        starts_at, ends_at, closes_at = (min(each, at) for each in (self.starts_at, self.ends_at, self.closes_at))
        return replace(self, starts_at=starts_at, ends_at=ends_at, closes_at=closes_at)


def planned(definition: Definition, occurrence_id: bytes) -> Occurrence:
    """The window that an organiser describes."""
    return Occurrence(
        occurrence_id=occurrence_id,
        starts_at=definition.starts_at,
        ends_at=definition.ends_at,
        opens_at=definition.starts_at - definition.opens_before_s * SECOND_US,
        closes_at=definition.ends_at + definition.closes_after_s * SECOND_US,
    )


def from_now(definition: Definition, minutes: int, occurrence_id: bytes, now_us: int) -> Occurrence:
    """A window that is opened by hand.

    Args:
        minutes: For how long; 0: until the activity ends as planned, and a quarter of an hour at least.

    Raises:
        InvalidArgumentError: That is too long.
    """
    if minutes > MAXIMUM_MINUTES:
        raise invalid("minutes", f"must be between 1 and {MAXIMUM_MINUTES}, or left out")
    if minutes:
        ends_at = closes_at = now_us + minutes * 60 * SECOND_US
    else:
        plan = planned(definition, occurrence_id)
        ends_at, closes_at = (max(at, now_us + _LEAST_US) for at in (plan.ends_at, plan.closes_at))
    return Occurrence(occurrence_id, now_us, ends_at, now_us, closes_at)


def amended(occurrences: tuple[Occurrence, ...], before: Definition, definition: Definition) -> tuple[Occurrence, ...]:
    """What was planned is planned anew; of the others only an end moves that was the end of the plan.

    Raises:
        InvalidArgumentError: The first would open when the second was open already.
    """
    first, *others = occurrences
    plan, until_now = planned(definition, first.occurrence_id), planned(before, first.occurrence_id)
    if not others:
        return (plan,)
    second, last = others[0], others[-1]
    if plan.opens_at >= second.opens_at:
        raise invalid("starts_at", f"must leave its first window before the second, {to_rfc3339(second.opens_at)}")
    if last.closes_at == until_now.closes_at:
        ends_at, closes_at = (max(at, last.opens_at) for at in (plan.ends_at, plan.closes_at))
        others[-1] = replace(last, ends_at=ends_at, closes_at=closes_at)
    return plan.until(second.opens_at), *others
