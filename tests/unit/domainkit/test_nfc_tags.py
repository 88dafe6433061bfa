"""What tags say and their chips are given; `tests/vectors/nfc_tags.json` holds whoever else reads or writes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from domainkit.nfc_tags import TagKeys, TagUnknownError, Touch, is_text_alone, party_of, sun_file
from domainkit.sun import Reading, SunKeys, read
from tests.fakes.nfc_chip import Chip

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "nfc_tags.json").read_text())
KEYS = TagKeys({1: bytes.fromhex(VECTORS["secret"])})
TAG, ACTIVITY = bytes.fromhex(VECTORS["static"][0]["tag_id"]), bytes.fromhex(VECTORS["static"][0]["activity_id"])
TEXT = VECTORS["static"][0]["text"]
READ = [each for each in VECTORS["sun"] if "token" in each]


def chip(keys: TagKeys = KEYS, tag_id: bytes = TAG) -> Chip:
    """One that was written with a tag's keys."""
    return Chip(bytes.fromhex("04010203040506"), *keys.sun(tag_id))


@pytest.mark.parametrize("row", VECTORS["static"], ids=lambda row: row["text"][:6])
def test_a_text_says_which_tag_of_which_activity(row: dict[str, str]) -> None:
    """There and back."""
    tag_id, activity_id = bytes.fromhex(row["tag_id"]), bytes.fromhex(row["activity_id"])
    assert KEYS.text(tag_id, activity_id) == row["text"]
    assert KEYS.read(row["text"]) == Touch(tag_id, activity_id, None)
    assert is_text_alone(row["text"])


@pytest.mark.parametrize("row", VECTORS["sun"], ids=lambda row: row["name"])
def test_a_chip_says_what_the_vectors_say(row: dict[str, Any]) -> None:
    """The chip of the tests and the reader of ours agree with NXP's example and with each other."""
    keys = SunKeys(bytes.fromhex(row["meta_read_key"]), bytes.fromhex(row["file_read_key"]))
    uid, counter = bytes.fromhex(row["uid"]), row["counter"]
    assert read(keys, bytes.fromhex(row["e"]), bytes.fromhex(row["c"])) == Reading(uid, counter)
    padding = bytes.fromhex(row.get("padding", "DA5CF60941"))
    assert Chip(uid, *keys, counter - 1, padding).touch() == (row["e"], row["c"])


@pytest.mark.parametrize("row", READ, ids=lambda row: row["name"])
def test_a_reading_is_believed_in_either_case_of_its_digits(row: dict[str, Any]) -> None:
    """A phone may have made them small."""
    text, e, c = row["token"].split(".")
    assert KEYS.read(row["token"]).counter == row["counter"]
    assert KEYS.read(f"{text}.{e.lower()}.{c}") == KEYS.read(row["token"])
    assert not is_text_alone(row["token"])


@pytest.mark.parametrize("index", range(len(TEXT)))
def test_a_text_that_was_changed_anywhere_is_not_believed(index: int) -> None:
    """Every other character at every place, stray bits of the last one included."""
    for letter in "AQgw_-":
        if letter != TEXT[index]:
            with pytest.raises(TagUnknownError):
                KEYS.read(TEXT[:index] + letter + TEXT[index + 1 :])


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        TEXT[:-1],
        TEXT + "A",
        TEXT + "=",
        TEXT + "\n",
        f"{TEXT}.",
        f"{TEXT}..",
        f"{TEXT}.{'0' * 32}",
        f"{TEXT}.{'0' * 32}.",
        f"{TEXT}..{'0' * 16}",
        f"{TEXT}.{'0' * 32}.{'0' * 16}",
        f"{TEXT}.{'0' * 32}.{'0' * 16}.",
        f"{TEXT}.{'0' * 33}.{'0' * 16}",
        f"{TEXT}.{'٠' * 32}.{'0' * 16}",
        f"{TEXT}.{'g' * 32}.{'0' * 16}",
        f"{TEXT}?e={'0' * 32}&c={'0' * 16}",
        f" {TEXT}",
        "签" * 59,
        "\ud800" * 59,
        "A" * 100_000,
    ],
)
def test_what_is_no_touch_is_not_believed(token: str) -> None:
    """Cut off, longer, of other letters, or half of a reading."""
    with pytest.raises(TagUnknownError):
        KEYS.read(token)


def test_tags_of_an_activity_are_one_party() -> None:
    """However many it has and whatever they say; those of another one are another, and any text is of some."""
    other = bytes(reversed(ACTIVITY))
    said = [KEYS.text(bytes([number]) * 16, ACTIVITY) for number in range(256)]
    touched = ".".join((said[7], *chip(tag_id=bytes([7]) * 16).touch()))
    assert {party_of(each) for each in (*said, touched)} == {party_of(TEXT)} != {party_of(KEYS.text(TAG, other))}
    assert party_of("A" * 5) == party_of("")


def test_a_reading_of_one_tag_is_none_of_another() -> None:
    """Each has keys of its own."""
    e, c = chip(tag_id=bytes(16)).touch()
    with pytest.raises(TagUnknownError):
        KEYS.read(f"{TEXT}.{e}.{c}")


def test_tags_outlive_the_secret_that_made_them_while_it_is_kept() -> None:
    """The first makes, all read, and a tag's chip goes with its text."""
    old, new = {1: bytes.fromhex(VECTORS["secret"])}, {2: bytes(range(32))}
    both = TagKeys(new | old)
    token = ".".join((TEXT, *chip().touch()))
    assert both.text(TAG, ACTIVITY) == TagKeys(new).text(TAG, ACTIVITY) != TEXT
    assert both.read(token) == KEYS.read(token) == Touch(TAG, ACTIVITY, 1)
    with pytest.raises(TagUnknownError):
        TagKeys(new).read(token)


@pytest.mark.parametrize("row", VECTORS["files"], ids=lambda row: row["url"][:30])
def test_offsets_are_where_the_zeros_begin(row: dict[str, Any]) -> None:
    """As one counts in the file itself, which begins with its length; NXP's example is the first."""
    file = sun_file(row["url"])
    assert (file.url, file.picc_offset, file.mac_offset) == (row["url_template"], row["picc_offset"], row["mac_offset"])
    written = ndef(file.url)
    assert written[file.picc_offset :][:32] == b"0" * 32 and written[file.picc_offset - 3 :][:3] == b"?e="
    assert written[file.mac_offset :][:16] == b"0" * 16 and written[file.mac_offset - 3 :][:3] == b"&c="


def ndef(url: str) -> bytes:
    """A file with one URI record, as the NFC Forum has it."""
    prefixes = {b"http://www.": 1, b"https://www.": 2, b"http://": 3, b"https://": 4}
    said = url.encode()
    prefix = next(each for each in prefixes if said.startswith(each))
    payload = bytes([prefixes[prefix]]) + said.removeprefix(prefix)
    is_short = len(payload) < 256
    length = bytes([len(payload)]) if is_short else len(payload).to_bytes(4, "big")
    record = bytes([0xD1 if is_short else 0xC1, 1]) + length + b"U" + payload
    return len(record).to_bytes(2, "big") + record
