"""Errors of schedules."""

from servicekit.errors import ConflictError, NotFoundError
from services.reporting.schedules.schedule import SCHEDULES_AT_MOST


class ScheduleNotFoundError(NotFoundError):
    """There is no such schedule, or the caller may not know of it: both read the same."""

    def __init__(self) -> None:
        super().__init__("this organisation has no such schedule")


class TooManySchedulesError(ConflictError):
    """An organisation has as many as it may."""

    reason = "TOO_MANY_SCHEDULES"

    def __init__(self) -> None:
        super().__init__(f"an organisation has at most {SCHEDULES_AT_MOST} schedules; delete one first")
