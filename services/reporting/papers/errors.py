"""Why somebody has no proof of their own, and what to do."""

from servicekit.errors import ConflictError, NotFoundError, PermissionDeniedError


class NotAttendedError(NotFoundError):
    """They were accepted nowhere in it; or there is no such activity, which reads the same."""

    reason = "NOT_ATTENDED"

    def __init__(self) -> None:
        super().__init__(
            "no accepted check-in of yours is known here; if you came under a name on a list, ask staff to bind it"
        )


class UndecidedError(ConflictError):
    """All that they did there waits for somebody to decide."""

    reason = "CHECKIN_UNDECIDED"

    def __init__(self) -> None:
        super().__init__("your check-in waits for a decision; ask again when it is accepted")


class StillOpenError(ConflictError):
    """What they came to has not closed."""

    reason = "STILL_OPEN"

    def __init__(self) -> None:
        super().__init__("check-in has not closed yet; ask again when it has")


class OwnProofNeverError(PermissionDeniedError):
    """The activity leaves proofs to its organisers."""

    reason = "OWN_PROOF_NEVER"

    def __init__(self) -> None:
        super().__init__("proofs of this activity come from its organisers alone; ask one of them")


class ProofNotAskedError(NotFoundError):
    """They asked for none, or so long ago that it is forgotten."""

    reason = "PROOF_NOT_ASKED"

    def __init__(self) -> None:
        super().__init__("you have asked for no proof here; ask for one first")
