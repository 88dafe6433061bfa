"""Errors of the reporting service."""

from servicekit.errors import ConflictError, NotFoundError, UnavailableError


class ActivityNotFoundError(NotFoundError):
    """There is no such activity, or the reader may not know of it: both read the same."""

    def __init__(self) -> None:
        super().__init__("there is no such activity, or you may not see its numbers")


class RebuildBusyError(UnavailableError):
    """The numbers are being rebuilt by somebody else, or somebody who did has just died."""

    def __init__(self) -> None:
        super().__init__("these numbers are being rebuilt already; try again in half a minute")


class RebuildLostError(UnavailableError):
    """What had been rebuilt so far is gone; the old numbers are as they were."""

    def __init__(self) -> None:
        super().__init__("Redis lost the new numbers on the way; try again")


class NumbersDroppedError(ConflictError):
    """Who came is no longer kept, so nobody can say who did not."""

    reason = "NUMBERS_DROPPED"

    def __init__(self) -> None:
        super().__init__("this closed more than a day ago: who was absent is no longer known here")
