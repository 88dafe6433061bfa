"""Who was not there is called by one word: 未到 of one occurrence, 缺勤 of several together, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = (
    *("console/src/texts/zh/**/*.ts", "miniprogram/texts/**/*.js", "miniprogram/**/*.wxml"),
    *("protos/vocabulary/*.yaml", "gateway/**/*.py", "services/**/*.py", "services/**/*.typ"),
)
# Over several: in a row, often, and what leave is none of.
OF_SEVERAL = re.compile("(?:连续|常|算)缺勤")


def other_words(text: str) -> list[str]:
    """What else a text calls it, with what stands before."""
    return re.findall(".{0,2}(?:缺席|缺勤)", OF_SEVERAL.sub("", text))


def texts() -> Iterator[Path]:
    """All that people read words from."""
    for place in PLACES:
        yield from (path for path in ROOT.glob(place) if "node_modules" not in path.parts)


def test_one_word_is_meant_by_one_word() -> None:
    """On the console, on phones, in files, on paper and in chats."""
    found = {str(path.relative_to(ROOT)): words for path in texts() if (words := other_words(path.read_text("utf-8")))}
    assert found == {}


@pytest.mark.parametrize(
    ("text", "found"), [("他缺席", ["他缺席"]), ("本场缺勤", ["本场缺勤"]), ("连续缺勤 3 次", []), ("请假不算缺勤", [])]
)
def test_another_word_is_found(text: str, found: list[str]) -> None:
    """Whoever writes one again is told."""
    assert other_words(text) == found
