"""Codes: as they are made, and as people type them."""

import pytest

from domainkit.codes import CODE_ALPHABET, CODE_LENGTH, clean_code, new_code


def test_codes_have_no_look_alikes_and_are_no_words() -> None:
    """Nothing that reads as something else from the back row, and no vowels."""
    assert not set(CODE_ALPHABET) & set("0ODQ1IL2Z5S8BUAE")
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET) == 20


def test_new_codes_are_six_characters_and_differ() -> None:
    """A thousand draws of 64 million hardly meet."""
    codes = {new_code() for _ in range(1000)}

    assert len(codes) > 990
    assert all(len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) for code in codes)


@pytest.mark.parametrize("typed", ["cfg347", " CFG 347 ", "cfg-347", "CFG347", "ＣＦＧ３４７", "ｃｆｇ　３４７"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    """Case, blanks, hyphens and width say nothing."""
    assert clean_code(typed) == "CFG347"


@pytest.mark.parametrize("typed", ["", "CFG34", "CFG3477", "CFG340", "ÇFG347", "CFG34\x00"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    """It never reaches the database."""
    assert clean_code(typed) == ""
