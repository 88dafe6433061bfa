"""Where Redis knows who is on a roster: a set of people that activity writes and checkin reads.

A set without its marker says nothing. Who is in it is on the roster now; who is not may be, or may have been.
"""

MARKER = b"whole"


def key_of(roster_id: bytes) -> bytes:
    """The set of a roster; its braces keep all keys of the roster together."""
    return b"activity:roster:{" + roster_id.hex().encode() + b"}"
