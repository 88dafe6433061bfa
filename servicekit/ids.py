"""Identifiers: 16 bytes inside, canonical UUID text outside."""

import os
import re
import time

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> bytes:
    """A UUIDv7: sorts by time to the millisecond, 74 random bits.

    Source: RFC 9562, section 5.7.
    """
    random = int.from_bytes(os.urandom(10), "big")
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | ((random >> 68) << 64) | (0b10 << 62) | (random & ((1 << 62) - 1))
    return value.to_bytes(16, "big")


def least_id_at(at_us: int) -> bytes:
    """What every UUIDv7 made at that moment (microseconds) or later is greater than, and none made before it is."""
    return ((at_us // 1000) << 80).to_bytes(16, "big")


def to_text(identifier: bytes) -> str:
    """Canonical lower-case UUID text of 16 bytes."""
    digits = identifier.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def is_id(text: str) -> bool:
    """Whether it is an identifier's text."""
    return _CANONICAL.fullmatch(text) is not None


def from_text(text: str) -> bytes:
    """16 bytes of canonical UUID text.

    Raises:
        ValueError: Anything but 36 characters of lower-case canonical text.
    """
    if not is_id(text):
        raise ValueError("must be a lower-case UUID such as 0192f0c1-2b7a-7cc3-9b1e-5a2f6d0c4e11")
    return bytes.fromhex(text.replace("-", ""))
