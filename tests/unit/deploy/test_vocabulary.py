"""The words of reasons: one source, and what is made of it."""

import re
from pathlib import Path
from typing import Any

import pytest

from deploy import vocabulary
from gateway.reasons import TO_STAFF

_WRITTEN = re.compile(
    r'"((?:QR|CODE|PERSON_CODE|NO|ENTERED|NFC|ACTIVITY|TOO|NOT|FENCE|LOCATION|WIFI|CAPACITY|METHOD|CLOCK|OFFLINE|EVIDENCE)_[A-Z_]+)"'
)


@pytest.mark.parametrize("path", vocabulary.FILES, ids=lambda path: path.name)
def test_what_is_committed_is_what_the_source_says(path: Path) -> None:
    """`make vocabulary` was run."""
    assert path.read_text(encoding="utf-8") == vocabulary.FILES[path](vocabulary.read())


def test_every_reason_that_an_attempt_can_get_has_words() -> None:
    """Whatever checkin and antifraud write down is in the vocabulary."""
    folders = (vocabulary.ROOT / "services" / name for name in ("checkin", "antifraud"))
    source = "".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py"))
    written = {*_WRITTEN.findall(source)} - {"METHOD_UNSPECIFIED", "NOT_FOUND"}

    assert len(written) > 15
    assert written - vocabulary.read().keys() == set()


def test_nothing_that_staff_read_speaks_to_them_as_the_one_who_checks_in() -> None:
    """Staff read about somebody else."""
    assert [reason for reason, words in TO_STAFF.items() if "你" in words.cause + words.with_numbers] == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"action": "dance"}, "action is one of"),
        ({"en": {"why": "Late"}}, "en: what is missing"),
        ({"en": {"why": "Late", "much": "by {minutes}", "what": "Ask"}}, "en: other numbers than in zh-CN"),
        ({"zh-CN": {"why": "迟到", "how": "", "what": "请联系组织者"}}, "zh-CN: how is no field"),
        ({"fr": {}}, "fr is no field"),
    ],
)
def test_words_that_nobody_could_read_are_told(change: dict[str, Any], fault: str) -> None:
    """A missing word, an unknown field, an action that no button has."""
    entry = {**vocabulary.read()["LATE"], **change}
    assert any(told.startswith(fault) for told in vocabulary.faults(entry))
