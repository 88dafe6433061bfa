"""Sealed columns open in their place only, and blind indexes find without telling."""

from dataclasses import replace
from typing import Any

import pytest

from domainkit.pii import Cell, Pii
from domainkit.sealed import KeyMissingError, SealBrokenError, SealedTextError

OLD, NEW = {1: b"\x01" * 32}, {2: b"\x02" * 32}
CELL = Cell("users", "name", b"r" * 16)


def test_a_sealed_value_opens_in_its_place() -> None:
    """Sealing twice gives different bytes, and neither shows the text."""
    pii = Pii(OLD, "identity", "app")
    first, second = pii.seal("王小明", CELL), pii.seal("王小明", CELL)

    assert pii.open(first, CELL) == pii.open(second, CELL) == "王小明"
    assert first != second
    assert "王小明".encode() not in first


@pytest.mark.parametrize("moved", [{"table": "sessions"}, {"column": "openid"}, {"row": b"s" * 16}])
def test_a_value_moved_elsewhere_does_not_open(moved: dict[str, Any]) -> None:
    """Table, column and row are part of the seal."""
    pii = Pii(OLD, "identity", "app")

    with pytest.raises(SealBrokenError):
        pii.open(pii.seal("x", CELL), replace(CELL, **moved))


@pytest.mark.parametrize(
    "other",
    [
        Pii(OLD, "identity", "another app"),
        Pii(OLD, "activity", "app"),
        Pii(NEW, "identity", "app"),
        Pii({1: b"\x03" * 32}, "identity", "app"),
    ],
)
def test_another_tenant_or_key_does_not_open(other: Pii) -> None:
    """Neither a foreign tenant nor a foreign master opens it."""
    with pytest.raises(SealBrokenError):
        other.open(Pii(OLD, "identity", "app").seal("x", CELL), CELL)


def test_rotation_keeps_old_values_readable_and_findable() -> None:
    """The new master seals and indexes first; what the old one made opens and is found."""
    before, after = Pii(OLD, "identity", "app"), Pii(NEW | OLD, "identity", "app")

    assert after.open(before.seal("x", CELL), CELL) == "x"
    assert after.seal("x", CELL)[0] == 2
    assert after.blind_indexes("openid", "o")[1:] == before.blind_indexes("openid", "o")


def test_a_blind_index_depends_on_tenant_column_and_value() -> None:
    """Equal values of different people's tenants or columns do not show as equal."""
    [index] = Pii(OLD, "identity", "app").blind_indexes("openid", "o")

    others = [("app", "openid", "p"), ("app", "phone", "o"), ("another", "openid", "o")]
    assert index not in [
        Pii(OLD, "identity", tenant).blind_indexes(column, value)[0] for tenant, column, value in others
    ]


def test_a_master_that_is_gone_is_named() -> None:
    """Whoever dropped it too early has to know which one to bring back."""
    with pytest.raises(KeyMissingError, match="key 2,"):
        Pii(OLD, "identity", "app").open(Pii(NEW, "identity", "app").seal("x", CELL), CELL)


@pytest.mark.parametrize("garbled", [b"", b"\x01", b"\x01short", b"\x01" + bytes(11), b"\x01" + bytes(28)])
def test_what_is_no_sealed_value_fails_in_one_of_two_ways(garbled: bytes) -> None:
    """Whatever its length, it is an error that lists can leave out, and no other."""
    with pytest.raises((SealedTextError, SealBrokenError)):
        Pii(OLD, "identity", "app").open(garbled, CELL)
