"""What is sealed opens for its own entry only, and is found by what it says, in its own roster only."""

import pytest

from domainkit.pii import Pii
from domainkit.sealed import SealBrokenError, SealedTextError
from services.activity.rosters.sealing import Said, Sealing

ROSTER, OTHER, ENTRY = b"r" * 16, b"s" * 16, b"e" * 16
SAID = Said("王小明", "2026001", "13800000000", "第一排", {"座位": "A7"})
SEALING = Sealing(Pii({1: b"\x01" * 32}, "activity", ""))
ROTATED = Sealing(Pii({2: b"\x02" * 32, 1: b"\x01" * 32}, "activity", ""))


def test_what_is_sealed_opens_again_under_later_keys_too() -> None:
    """All of it, for its own entry; what is empty is of somebody who was erased."""
    sealed = SEALING.columns(ROSTER, ENTRY, SAID)["said"]

    assert sealed is not None and SAID.name.encode() not in sealed
    assert SEALING.open(ENTRY, sealed) == ROTATED.open(ENTRY, sealed) == SAID
    with pytest.raises(SealBrokenError):
        SEALING.open(b"f" * 16, sealed)
    with pytest.raises(SealedTextError):
        SEALING.open(ENTRY, b"")


def test_it_is_found_by_what_it_says_in_its_own_roster() -> None:
    """By number, by phone and by its last four digits; after a rotation too, and never from another roster."""
    columns = SEALING.columns(ROSTER, ENTRY, SAID)

    assert columns["number_index"] in ROTATED.by_number(ROSTER, "2026001")
    assert columns["phone_index"] in ROTATED.by_phone(ROSTER, "13800000000")
    assert columns["phone_tail_index"] in ROTATED.by_phone_tail(ROSTER, "0000")
    assert columns["number_index"] not in ROTATED.by_number(OTHER, "2026001")


def test_what_is_unknown_has_no_index() -> None:
    """Two people without a number are not the same."""
    columns = SEALING.columns(ROSTER, ENTRY, Said("王小明"))
    assert [columns[name] for name in ("number_index", "phone_index", "phone_tail_index")] == [None] * 3
