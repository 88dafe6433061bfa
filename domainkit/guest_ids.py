"""Ids of guests: told from those of users, entries and everything else by their version, so that no guest is somebody.

A phone makes a UUIDv7; kept and told is the same with version 8. Users and entries have version 7, so nobody can be
made a guest of an activity by a guest that has their id.

Source: RFC 9562, sections 5.7 and 5.8.
"""

_BYTES = 16
_VERSION = 6
_PHONES, _OURS = 7, 8


def guest_id(made: bytes) -> bytes:
    """The id of a guest, of what a phone made or of itself.

    Raises:
        ValueError: It is neither.
    """
    if len(made) != _BYTES or made[_VERSION] >> 4 not in (_PHONES, _OURS) or made[8] >> 6 != 0b10:
        raise ValueError("must be a UUIDv7")
    return made[:_VERSION] + bytes([_OURS << 4 | made[_VERSION] & 0x0F]) + made[_VERSION + 1 :]


def is_guest(identifier: bytes) -> bool:
    """Whether somebody goes by the id of a guest."""
    return len(identifier) == _BYTES and identifier[_VERSION] >> 4 == _OURS
