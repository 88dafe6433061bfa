"""Ids of guests: no user and no entry ever has one."""

import pytest

from domainkit.guest_ids import guest_id, is_guest
from servicekit import ids


def test_the_id_of_a_guest_is_nobody_elses() -> None:
    """A phone says again what it made, and another what it was told: it is one guest."""
    made = ids.new_id()
    kept = guest_id(made)
    assert guest_id(kept) == kept and kept != made and is_guest(kept) and not is_guest(made)
    assert kept[:6] + kept[7:] == made[:6] + made[7:]


@pytest.mark.parametrize("made", [b"", bytes(15), bytes(16), b"\xff" * 16, bytes(6) + b"\x41\0\x80" + bytes(7)])
def test_other_ids_are_refused(made: bytes) -> None:
    """Of another version or length."""
    with pytest.raises(ValueError, match="UUIDv7"):
        guest_id(made)
    assert not is_guest(made)
