"""Words for rows and files that could not be taken."""

import re
from pathlib import Path

import pytest

from gateway.routes.roster_texts import language, words

_SOURCES = Path(__file__).parents[4] / "services" / "activity" / "rosters"
_REASON = re.compile(r'"((?:FILE|NAME|PHONE|NUMBER|PERSON|CELL|HEADING|ROSTER|IMPORT)_[A-Z_]+)"')


def test_every_reason_has_its_own_words() -> None:
    """In both languages, of whatever reading and comparing may say."""
    reasons = {reason for path in _SOURCES.glob("*.py") for reason in _REASON.findall(path.read_text())}

    assert len(reasons) > 15
    for reason in reasons:
        for spoken in ("zh-CN", "en"):
            assert words(reason, spoken) != words("NOBODY_KNOWS", spoken), reason


@pytest.mark.parametrize(
    ("accepted", "spoken"), [("", "zh-CN"), ("zh-CN,en;q=0.5", "zh-CN"), ("en-GB,zh;q=0.5", "en"), ("fr", "zh-CN")]
)
def test_chinese_is_told_unless_english_comes_first(accepted: str, spoken: str) -> None:
    """A browser names first what it prefers."""
    assert language(accepted) == spoken
