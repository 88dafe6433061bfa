"""Values as literals of SQL: ids and texts in hexadecimal, everything else a number, so there is nothing to escape.

A statement with thousands of parameters costs more than its rows.
"""

from functools import lru_cache

from servicekit.clock import to_datetime


def id_literal(identifier: bytes | None) -> str:
    """An id; NULL where there is none."""
    return f"0x{identifier.hex()}" if identifier else "NULL"


def binary_literal(value: bytes) -> str:
    """Bytes, also none at all."""
    return f"0x{value.hex()}" if value else "''"


def text_literal(value: bytes) -> str:
    """A text, from its UTF-8."""
    return f"_utf8mb4 0x{value.hex()}" if value else "''"


def time_literal(at: int | None) -> str:
    """A DATETIME(6), from microseconds since 1970 UTC; NULL where there is none."""
    if at is None:
        return "NULL"
    second, microsecond = divmod(at, 1_000_000)
    return f"'{_second(second)}.{microsecond:06d}'"


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return to_datetime(second * 1_000_000).strftime("%Y-%m-%d %H:%M:%S")
