"""What can go wrong with one attempt, as that attempt's own result."""

from servicekit.errors import ConflictError, RateLimitedError, UnavailableError


class AttemptReusedError(ConflictError):
    """The attempt_id was answered before with another body."""

    reason = "CONFLICT"


class NothingDurableError(UnavailableError):
    """No durable place took the attempt; the phone keeps it and tries again with the receipt."""

    reason = "UNAVAILABLE"


class TooManyOpenError(RateLimitedError):
    """The person has too many undecided attempts."""
