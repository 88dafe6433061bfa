"""Codes of entries: read as they were made, however they are typed, and slips are mostly noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainkit.codes import CODE_ALPHABET
from domainkit.entry_codes import LENGTH, PREFIX, TAIL_BYTES, code_of, printed, tail_of

IDS = st.binary(min_size=16, max_size=16)


@given(IDS)
def test_a_code_says_where_its_id_ends(entry_id: bytes) -> None:
    """As printed, as scanned, and as people type it."""
    code = code_of(entry_id)
    assert len(code) == LENGTH and set(code) <= set(CODE_ALPHABET)
    ways = (code, printed(code), f"{code[:5].lower()} {code[5:]}", PREFIX + code)
    assert {tail_of(way) for way in ways} == {entry_id[-TAIL_BYTES:]}


@given(IDS, st.integers(0, LENGTH - 1), st.sampled_from(CODE_ALPHABET))
def test_a_slip_never_reads_as_the_same_entry(entry_id: bytes, where: int, letter: str) -> None:
    """One wrong letter is no code, or that of another entry."""
    code = code_of(entry_id)
    slipped = code[:where] + letter + code[where + 1 :]
    assert (tail_of(slipped) == entry_id[-TAIL_BYTES:]) is (slipped == code)


def test_most_slips_are_no_code_at_all() -> None:
    """All wrong letters at every place of a code."""
    code = code_of(bytes(range(16)))
    slips = [code[:at] + letter + code[at + 1 :] for at in range(LENGTH) for letter in {*CODE_ALPHABET} - {code[at]}]
    assert sum(tail_of(slip) is None for slip in slips) > 0.8 * len(slips)


@pytest.mark.parametrize(
    "text",
    ["", "K7MCF", "K7MCFGHJ4R9", "0000000000", "YYYYYYYYYY", "王小明王小明王小明王", "QDP1CCCCCCCCCC"],
)
def test_what_is_no_code_is_none(text: str) -> None:
    """Too short, too long, of other letters, or more than there is."""
    assert tail_of(text) is None
