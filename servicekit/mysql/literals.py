"""Values as literals of SQL: ids and texts in hexadecimal, everything else a number, so there is nothing to escape.

A statement with thousands of parameters costs more than its rows.
"""

from servicekit.clock import SECOND_US, second_text


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
    second, microsecond = divmod(at, SECOND_US)
    return f"'{second_text(second, ' ')}.{microsecond:06d}'"
