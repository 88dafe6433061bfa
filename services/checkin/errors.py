"""What can go wrong with one attempt, as that attempt's own result."""

from collections.abc import Sequence

from servicekit.errors import ConflictError, FieldError, InvalidArgumentError, RateLimitedError, UnavailableError


class AttemptReusedError(ConflictError):
    """The attempt_id was answered before with another body."""

    reason = "CONFLICT"


class GateUnknownError(InvalidArgumentError):
    """Staff at a door named a gate that the activity does not have.

    Args:
        gates: Those that it has.
    """

    reason = "GATE_UNKNOWN"

    def __init__(self, gate: str, gates: Sequence[str]) -> None:
        cure = f"choose one of its gates: {', '.join(gates)}" if gates else "it has none; leave it out"
        told = f"{gate} is no gate of this activity; {cure}"
        super().__init__(f"gate: {told}", fields=[FieldError("gate", told)])


class NothingDurableError(UnavailableError):
    """No durable place took the attempt; the phone keeps it and tries again with the receipt."""

    reason = "UNAVAILABLE"


class TooManyRefusalsError(RateLimitedError):
    """The person was refused as often as is kept; nothing of this attempt was stored."""

    reason = "TOO_MANY_REFUSALS"

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many of your attempts were refused; this one is not kept", retry_after_s=wait_s)


class TooManyOpenError(RateLimitedError):
    """The person has too many undecided attempts."""
