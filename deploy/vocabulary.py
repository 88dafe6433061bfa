"""The words of reasons for all who say them, made by `python -m deploy.vocabulary`; a test compares.

Source: protos/vocabulary/reasons.yaml, one language of it for each file.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
LANGUAGES = ("zh-CN", "en")
ACTIONS = ("scan", "code", "precise", "settings", "wifi", "nearer", "touch", "none")

_SOURCE = ROOT / "protos" / "vocabulary" / "reasons.yaml"
_FIELDS = ("why", "much", "sentence", "what")
_NUMBER = re.compile(r"\{([a-z_]+)\}")

Words = Mapping[str, str]
Entry = Mapping[str, Mapping[str, Words] | Words | str]


def read() -> dict[str, Entry]:
    """Every reason with its words, as the source has them.

    Raises:
        ValueError: A reason lacks words, or says something nobody reads.
    """
    entries: dict[str, Entry] = yaml.safe_load(_SOURCE.read_text(encoding="utf-8"))
    told = [f"{reason}: {fault}" for reason, entry in entries.items() for fault in faults(entry)]
    if told:
        raise ValueError("; ".join(told))
    return entries


def faults(entry: Entry) -> list[str]:
    """What is wrong with one reason."""
    found = [f"{field} is no field" for field in {*entry} - {"action", "staff", *LANGUAGES}]
    if entry.get("action") not in ACTIONS:
        found.append(f"action is one of {', '.join(ACTIONS)}")
    for language in LANGUAGES:
        words, staff = person(entry, language), to_staff(entry, language)
        found += [f"{language}: {field} is missing" for field in ("why", "what") if not words.get(field)]
        found += [f"{language}: {field} is no field" for field in {*words, *staff} - {*_FIELDS}]
        if numbers(words.get("much", "")) != numbers(person(entry, LANGUAGES[0]).get("much", "")):
            found.append(f"{language}: other numbers than in {LANGUAGES[0]}")
    return found


def person(entry: Entry, language: str) -> Words:
    """What the person of the attempt reads."""
    words = entry.get(language, {})
    assert isinstance(words, Mapping)
    return words  # type: ignore[return-value]


def to_staff(entry: Entry, language: str) -> Words:
    """What staff read about that person."""
    staff = entry.get("staff", {})
    assert isinstance(staff, Mapping)
    return {**person(entry, language), **staff.get(language, {})}  # type: ignore[dict-item]


def numbers(template: str) -> set[str]:
    """The numbers that a template names."""
    return {*_NUMBER.findall(template)}


def sentence(words: Words) -> str:
    """Cause and numbers in one; empty where there are no numbers."""
    return words.get("sentence") or (f"{words['why']}：{words['much']}" if "much" in words else "")


def for_gateway(entries: Mapping[str, Entry]) -> str:
    """`gateway/reasons.py`."""
    head = '"""The words of reasons, made by `make vocabulary` from protos/vocabulary/reasons.yaml."""\n\n'
    head += "from typing import NamedTuple\n\n\nclass Words(NamedTuple):\n"
    head += '    """The cause, the cause with its numbers (empty where it has none), and the next step."""\n\n'
    head += "    cause: str\n    with_numbers: str\n    next_step: str\n\n\n"
    return head + _table("TO_PERSON", entries, person) + "\n" + _table("TO_STAFF", entries, to_staff)


def for_files(entries: Mapping[str, Entry]) -> str:
    """`services/reporting/exports/vocabulary.py`."""
    head = '"""What files say of reasons, made by `make vocabulary` from protos/vocabulary/reasons.yaml."""\n\n'
    words = ((reason, to_staff(entry, "zh-CN")["why"]) for reason, entry in entries.items())
    lines = (f"    {_quoted(reason)}: {_quoted(why)},\n" for reason, why in words)
    return f"{head}REASONS = {{\n{''.join(lines)}}}\n"


def _table(name: str, entries: Mapping[str, Entry], audience: Callable[[Entry, str], Words]) -> str:
    rows = ((reason, audience(entry, "zh-CN")) for reason, entry in entries.items())
    texts = ((reason, (words["why"], sentence(words), words["what"])) for reason, words in rows)
    lines = (f"    {_quoted(reason)}: Words({''.join(map(_line, words))}\n    ),\n" for reason, words in texts)
    return f"{name} = {{\n{''.join(lines)}}}\n"


def _line(text: str) -> str:
    return f"\n        {_quoted(text)},"


def for_phone(entries: Mapping[str, Entry]) -> str:
    """`miniprogram/texts/vocabulary.js`."""
    lines = []
    for reason, entry in entries.items():
        words = person(entry, "zh-CN")
        fields = {field: words[field] for field in ("why", "much", "what") if field in words}
        said = ", ".join(
            f"{field}: {_in_javascript(text)}" for field, text in {**fields, "action": entry["action"]}.items()
        )
        lines.append(f"  {reason}: {{ {said} }},\n")
    actions = " | ".join(f"'{action}'" for action in ACTIONS)
    head = "/** The words of reasons, made by `make vocabulary` from protos/vocabulary/reasons.yaml. */\n\n"
    head += f"/** @typedef {{{actions}}} Action What the button below does. */\n"
    head += "/** @typedef {{ why: string, much?: string, what: string, action: Action }} Words */\n\n"
    head += "/** @type {Record<string, Words>} */\n"
    return f"{head}module.exports = {{\n{''.join(lines)}}}\n"


def for_console(language: str) -> Callable[[Mapping[str, Entry]], str]:
    """`console/src/texts/reasons/<language>.ts`: what staff read, for organisers are who the console is for."""

    def write(entries: Mapping[str, Entry]) -> str:
        lines = []
        for reason, entry in entries.items():
            words = to_staff(entry, language)
            said = ", ".join(f"{field}: {_in_javascript(words[field])}" for field in _FIELDS if field in words)
            lines.append(f"  {reason}: {{ {said} }},\n")
        head = "/** The words of reasons, made by `make vocabulary` from protos/vocabulary/reasons.yaml. */\n\n"
        return f"{head}export const reasons = {{\n{''.join(lines)}}}\n"

    return write


def _in_javascript(text: object) -> str:
    return "'" + str(text).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted(text: object) -> str:
    return json.dumps(text, ensure_ascii=False)


FILES: dict[Path, Callable[[Mapping[str, Entry]], str]] = {
    ROOT / "gateway" / "reasons.py": for_gateway,
    ROOT / "services" / "reporting" / "exports" / "vocabulary.py": for_files,
    ROOT / "miniprogram" / "texts" / "vocabulary.js": for_phone,
    ROOT / "console" / "src" / "texts" / "reasons" / "zh.ts": for_console("zh-CN"),
    ROOT / "console" / "src" / "texts" / "reasons" / "en.ts": for_console("en"),
}


if __name__ == "__main__":
    for path, write in FILES.items():
        path.write_text(write(read()), encoding="utf-8")
