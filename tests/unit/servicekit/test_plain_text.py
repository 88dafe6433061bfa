"""What others will see cannot disturb what stands beside it."""

import pytest

from servicekit.plain_text import is_plain, tidy


@pytest.mark.parametrize("text", ["", "新生讲座", "Müller & Söhne", "🎓 family 👨‍👩‍👧", "مرحبا", "a\u00a0b"])
def test_text_of_any_script_is_plain(text: str) -> None:
    """Also what is written from right to left by itself, and joined emoji."""
    assert is_plain(text)


@pytest.mark.parametrize("sign", ["\x00", "\n", "\x7f", "\x85", "\u2028", "\u2029", "\ud83d", "\u202e", "\u2066"])
def test_what_disturbs_its_neighbours_is_not(sign: str) -> None:
    """Controls, separators, half an emoji, and what turns the text after it around."""
    assert not is_plain(f"a{sign}b")


@pytest.mark.parametrize("copied", ["\ufeff王小明", "王\u200b小明 ", "\u00a0王小\u2060明", "王小\u00ad明"])
def test_what_came_along_when_text_was_copied_is_left_behind(copied: str) -> None:
    """A name with a space of no width is the name without it."""
    assert tidy(copied) == "王小明"


def test_what_joins_letters_stays() -> None:
    """Of a family of emoji, and of Persian words."""
    assert tidy("👨\u200d👩\u200d👧 می\u200cخواهم") == "👨\u200d👩\u200d👧 می\u200cخواهم"
