"""Time as every process keeps it: microseconds since 1970-01-01 UTC."""

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

SECOND_US = 1_000_000
# The last microsecond that a datetime, and a column, can hold.
LATEST_US = 253_402_300_799_999_999
_EPOCH = datetime(1970, 1, 1)


def now_us() -> int:
    """Microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def to_datetime(at_us: int) -> datetime:
    """Naive UTC, as DATETIME(6) columns hold it."""
    return _EPOCH + timedelta(microseconds=at_us)


def from_datetime(at: datetime) -> int:
    """Microseconds of a naive UTC or an aware datetime."""
    naive = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return (naive - _EPOCH) // timedelta(microseconds=1)


def to_rfc3339(at_us: int) -> str:
    """UTC with milliseconds: 2026-09-01T08:00:00.000Z."""
    second, microseconds = divmod(at_us, SECOND_US)
    return f"{second_text(second, 'T')}.{microseconds // 1000:03}Z"


# A rush has a thousand moments and few seconds.
@lru_cache(maxsize=4096)
def second_text(second: int, separator: str) -> str:
    """Date and time in UTC, from seconds since 1970, with that between them: 2026-09-01T08:00:00."""
    return to_datetime(second * SECOND_US).isoformat(separator)
