"""Files sealed piece by piece."""

import io
import os
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainkit.sealed import SealBrokenError
from services.reporting.exports.sealing import FileKeys, sealed, unsealed

KEY = bytes(range(32))
PIECE = 65_536


async def opened(content: bytes, size: int = 10_000, key: bytes = KEY) -> bytes:
    """The clear text of what comes in pieces of some size."""

    async def cut() -> AsyncIterator[bytes]:
        for first in range(0, len(content), size):
            yield content[first : first + size]

    return b"".join([piece async for piece in unsealed(cut(), key)])


@given(
    length=st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7]),
    size=st.sampled_from([1000, PIECE, PIECE + 16, 10**6]),
)
async def test_it_comes_back_however_it_is_cut(length: int, size: int) -> None:
    """Whole, to the byte, also an empty one."""
    clear = os.urandom(length)
    assert await opened(b"".join(sealed(io.BytesIO(clear), KEY)), size) == clear


@pytest.mark.parametrize(
    "spoil",
    [
        lambda pieces: pieces[:-1],
        lambda pieces: [pieces[1], pieces[0], pieces[2]],
        lambda pieces: [pieces[0], pieces[2]],
        lambda pieces: [*pieces, pieces[2]],
        lambda pieces: [pieces[0], pieces[1][:-1] + b"x", pieces[2]],
        lambda pieces: [],
    ],
    ids=["cut off", "moved", "left out", "twice", "changed", "nothing"],
)
async def test_what_was_touched_does_not_open(spoil: object) -> None:
    """Not at its end, nor in its middle."""
    pieces = [*sealed(io.BytesIO(os.urandom(2 * PIECE + 5)), KEY)]
    with pytest.raises(SealBrokenError):
        await opened(b"".join(spoil(pieces)))  # type: ignore[operator]


def test_a_key_opens_for_its_export_alone() -> None:
    """Moved to another row it is worth nothing."""
    keys = FileKeys({1: bytes(range(32))})
    key, stored = keys.new(b"a" * 16)
    assert keys.open(stored, b"a" * 16) == key
    with pytest.raises(SealBrokenError):
        keys.open(stored, b"b" * 16)
