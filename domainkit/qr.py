"""The life of a dynamic QR: whoever opens one, now or later, comes to the same end. Pure."""

from dataclasses import dataclass

from servicekit.clock import SECOND_US

# How far ahead of the server's clock a QR may seem to be: two servers' clocks differ.
FUTURE_US = 5 * SECOND_US
GRACE_S = 10


@dataclass(frozen=True, slots=True)
class QrToken:
    """An opened QR. `issued_at` and `life_s` in seconds."""

    occurrence_id: bytes
    issued_at: int
    life_s: int
    epoch: int


def slot_age_s(issued_at: int, received_at: int) -> int:
    """Seconds from a QR's issue (seconds since 1970) to its scan's arrival (microseconds)."""
    return max(0, received_at // SECOND_US - issued_at)


def expires_at(issued_at: int, life_s: int, extra_grace_s: int = 0) -> int:
    """When a QR is over, its grace included: microseconds, from an issue and a life in seconds."""
    return (issued_at + life_s + min(GRACE_S, life_s // 2) + extra_grace_s) * SECOND_US


def fault(token: QrToken, epoch: int, received_at: int, extra_grace_s: int = 0) -> tuple[str, dict[str, float]] | None:
    """Why a QR is not, or no longer, good at `received_at`: a reason of the vocabulary with its numbers.

    Args:
        epoch: The activity's; the QR's own where that is not known.
    """
    if token.epoch < epoch:
        return "QR_REVOKED", {}
    if received_at < token.issued_at * SECOND_US - FUTURE_US:
        return "QR_FUTURE", {"ahead_s": (token.issued_at * SECOND_US - received_at) // SECOND_US}
    end = expires_at(token.issued_at, token.life_s, extra_grace_s)
    if received_at > end:
        return "QR_EXPIRED", {"expired_since_s": (received_at - end) // SECOND_US}
    return None
