"""A personal code says who shows it, at which activity and when, and nobody else can draw it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainkit import person_codes
from domainkit.person_codes import PERIOD_S, PersonCodeError, PersonKeys, parse
from servicekit.clock import SECOND_US

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "person_codes.json").read_text())
KEYS = PersonKeys({1: bytes(range(32))})
LI, HUA = b"l" * 16, b"h" * 16
LECTURE, GALA = bytes(12) + b"lect", bytes(12) + b"gala"
NOW = 1_790_000_000


def drawn(activity_id: bytes = LECTURE, issued_at: int = NOW, keys: PersonKeys = KEYS) -> str:
    """The code that Li's phone shows."""
    key = person_codes.activity_key(keys.of(LI, issued_at)[0].key, activity_id)
    return person_codes.draw(key, LI, activity_id, issued_at, b"once")


@pytest.mark.parametrize("vector", VECTORS["drawn"], ids=lambda vector: vector["name"])
def test_a_code_is_drawn_as_the_vectors_say(vector: dict[str, Any]) -> None:
    """The phone's twin draws the same from the same."""
    said = {name: bytes.fromhex(vector[name]) for name in ("person_key", "activity_id", "user_id", "nonce")}
    key = person_codes.activity_key(said["person_key"], said["activity_id"])
    assert key.hex() == vector["activity_key"]
    text = person_codes.draw(key, said["user_id"], said["activity_id"], vector["issued_at"], said["nonce"])
    assert text == vector["code"]
    assert len(text) == 58
    person_codes.require_proof(parse(text), said["activity_id"], [key])


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_a_code_is_refused_as_the_vectors_say(vector: dict[str, str]) -> None:
    """A phone at the door without a network says the same of it."""
    with pytest.raises(PersonCodeError) as caught:
        person_codes.require_proof(
            parse(vector["code"]), bytes.fromhex(vector["activity_id"]), [bytes.fromhex(vector["activity_key"])]
        )
    assert caught.value.reason == vector["reason"]
    assert [fault.field for fault in caught.value.fields] == ["person_token"]


@pytest.mark.parametrize("vector", VECTORS["judged"], ids=lambda vector: vector["name"])
def test_a_code_is_judged_as_the_vectors_say(vector: dict[str, Any]) -> None:
    """To the second before and after its life."""
    said = person_codes.fault(parse(vector["code"]), vector["at_ms"] * 1000)
    assert said == ((vector["reason"], vector["numbers"]) if vector["reason"] else None)


def test_who_drew_a_code_for_an_activity_is_believed() -> None:
    """It says whose it is, and the server needs nothing but its secrets."""
    code = parse(drawn())
    KEYS.verify(code, LECTURE)
    assert (code.user_id, code.issued_at, code.nonce) == (LI, NOW, b"once")


def test_a_code_is_good_for_the_activity_it_was_made_for() -> None:
    """Whoever photographs it cannot use it next door, where the same four bytes may end another id."""
    with pytest.raises(PersonCodeError, match="another activity"):
        KEYS.verify(parse(drawn()), GALA)
    with pytest.raises(PersonCodeError, match="somebody else"):
        KEYS.verify(parse(drawn()), b"another     " + b"lect")


def test_what_a_phone_at_a_door_has_makes_no_code_for_another_activity() -> None:
    """Its keys are of this activity alone."""
    at_lecture = KEYS.at_activity(LI, LECTURE, NOW, NOW)[0]
    with pytest.raises(PersonCodeError, match="somebody else"):
        KEYS.verify(parse(person_codes.draw(at_lecture, LI, GALA, NOW, b"once")), GALA)


def test_a_code_of_the_secret_before_is_good_while_both_are_there() -> None:
    """A rotation turns nobody away whose phone has had no network since."""
    both = PersonKeys({2: bytes(range(1, 33)), 1: bytes(range(32))})
    both.verify(parse(drawn()), LECTURE)
    both.verify(parse(drawn(keys=both)), LECTURE)
    with pytest.raises(PersonCodeError, match="somebody else"):
        KEYS.verify(parse(drawn(keys=both)), LECTURE)


def test_a_phone_has_the_keys_of_this_period_and_the_next() -> None:
    """For a month at least it draws without asking; each key has its own span, and they meet."""
    this, following = KEYS.of(LI, NOW)
    assert this.valid_from <= NOW < this.valid_until == following.valid_from
    assert following.valid_until - following.valid_from == PERIOD_S
    assert this.key != following.key
    assert KEYS.of(LI, this.valid_until)[0] == following


def test_a_door_has_the_keys_of_all_periods_it_is_open_in() -> None:
    """The newest first, and each person's are their own."""
    keys = KEYS.at_activity(LI, LECTURE, NOW, NOW + PERIOD_S)
    persons = [person_codes.activity_key(each.key, LECTURE) for each in KEYS.of(LI, NOW)]
    assert keys == persons[::-1]
    assert not set(keys) & set(KEYS.at_activity(HUA, LECTURE, NOW, NOW + PERIOD_S))


@given(st.text(max_size=80) | st.from_regex(r"\AQDP1[A-Za-z0-9_-]{52,56}\Z"))
def test_no_text_that_nobody_drew_is_believed(text: str) -> None:
    """Whatever is scanned has a reason, and nothing else is raised."""
    with pytest.raises(PersonCodeError):
        KEYS.verify(parse(text), LECTURE)


@given(st.integers(0, 57), st.characters(codec="ascii"))
def test_a_code_that_was_changed_anywhere_is_not_believed(index: int, other: str) -> None:
    """Not in one character, the last one's spare bits included."""
    text = drawn()
    changed = text[:index] + other + text[index + 1 :]
    if changed != text:
        with pytest.raises(PersonCodeError):
            KEYS.verify(parse(changed), LECTURE)


@given(st.integers(0, 2**32 - 1), st.integers(-60, 90))
def test_a_code_lives_thirty_seconds_and_a_little(issued_at: int, age_s: int) -> None:
    """Five before it is issued, for clocks differ, and five after it is over."""
    code = parse(person_codes.draw(bytes(32), LI, LECTURE, issued_at, b"once"))
    assert (person_codes.fault(code, (issued_at + age_s) * SECOND_US) is None) == (-5 <= age_s <= 35)
