"""Errors of the reporting service."""

from servicekit.errors import NotFoundError


class ActivityNotFoundError(NotFoundError):
    """There is no such activity, or the reader may not know of it: both read the same."""

    def __init__(self) -> None:
        super().__init__("there is no such activity, or you may not see its numbers")
