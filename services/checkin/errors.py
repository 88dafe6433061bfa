"""What can go wrong with one attempt, as that attempt's own result."""

from servicekit.errors import ConflictError, RateLimitedError, UnavailableError


class AttemptReusedError(ConflictError):
    """The attempt_id was answered before with another body."""

    reason = "CONFLICT"


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
