"""Errors of exports."""

from servicekit.errors import ConflictError, NotFoundError, UnavailableError


class ExportNotFoundError(NotFoundError):
    """There is no such export, or the caller may not know of it: both read the same."""

    def __init__(self) -> None:
        super().__init__("there is no such export, or it is not yours to see")


class OrganisationNotFoundError(NotFoundError):
    """There is no such organisation, or the caller is no staff of it."""

    def __init__(self) -> None:
        super().__init__("there is no such organisation, or you are no staff of it")


class ExportNotReadyError(ConflictError):
    """There is no file yet, or none any more."""

    reason = "EXPORT_NOT_READY"

    def __init__(self, state: str) -> None:
        super().__init__(f"this export is {state}: it has no file; ask for its state first, or export it again")


class ExportsOffError(UnavailableError):
    """Nobody said where files are to lie."""

    reason = "EXPORTS_OFF"

    def __init__(self) -> None:
        super().__init__("exports are switched off here: QIANDAO_EXPORTS_STORE names no storage")


class WishNotMadeError(Exception):
    """A file that cannot be made of this, however often it is tried.

    Args:
        reason: UPPER_SNAKE, for whoever asked.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LeaseLostError(Exception):
    """The job was cancelled, or somebody else runs it."""
