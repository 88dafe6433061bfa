"""What an organiser may say of an activity, and how each mistake is named."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.clock import SECOND_US
from servicekit.errors import InvalidArgumentError
from services.activity.definition import (
    DAY_S,
    Definition,
    Detail,
    Grade,
    Kind,
    Method,
    Place,
    PlaceRule,
    Policy,
    Question,
    Wifi,
    check,
    differences,
)
from tests.fakes.activity import STARTS_AT, a_definition

ORGANISATION = b"o" * 16
HERE = Place("报告厅", 25.0389, 102.7183)
ACCESS_POINT = Wifi("campus", b"\x9c\xa6\x15\x00\x1f\x2e")


def fields_at_fault(**changes: Any) -> list[str]:
    """The JSON paths that are wrong with the lecture after these changes."""
    try:
        check(a_definition(ORGANISATION, **changes))
    except InvalidArgumentError as error:
        return [fault.field for fault in error.fields]
    return []


def test_what_is_left_unsaid_has_the_defaults_of_the_contract() -> None:
    """A title, a zone and two times make an activity."""
    least = Definition(ORGANISATION, Kind.EVENT, "例会", "Asia/Shanghai", STARTS_AT, STARTS_AT + SECOND_US)

    check(least)

    assert least.policy == Policy(
        fence=Grade.REVIEW, wifi=Grade.OFF, place=PlaceRule.ANY, late=Grade.ACCEPT, offline=Grade.REVIEW, face=Grade.OFF
    )
    assert (least.opens_before_s, least.closes_after_s, least.late_after_s) == (1800, 0, None)
    assert (least.methods, least.qr_period_s, least.offline_window_s, least.capacity) == ((Method.QR,), 60, 7200, 0)
    assert Place().radius_m == 500


def test_the_full_lecture_is_fine() -> None:
    """Everything said at once, all of it sensible."""
    assert fields_at_fault() == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"kind": 0}, "kind"),
        ({"kind": 9}, "kind"),
        ({"title": ""}, "title"),
        ({"title": " \u3000"}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "half an emoji \ud83d"}, "title"),
        ({"title": "evil\u202eelttit"}, "title"),
        ({"title": "\u200b\u200d\ufeff"}, "title"),
        ({"title": "\u3164\u3164"}, "title"),
        ({"title": "Lecture\u2800"}, "title"),
        ({"gates": ("东门", "\u200b")}, "gates[1]"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": "UTC+8"}, "time_zone"),
        ({"time_zone": "localtime"}, "time_zone"),
        ({"time_zone": "Factory"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"ends_at": STARTS_AT}, "ends_at"),
        ({"ends_at": STARTS_AT + 31 * DAY_S * SECOND_US + 1}, "ends_at"),
        ({"opens_before_s": 8 * DAY_S}, "opens_before_s"),
        ({"closes_after_s": 8 * DAY_S}, "closes_after_s"),
        ({"late_after_s": 32 * DAY_S}, "late_after_s"),
        ({"place": Place("", float("nan"), 0)}, "place.latitude"),
        ({"place": Place("", 0, float("inf"))}, "place.longitude"),
        ({"place": Place("", 102.7, 25.0)}, "place.latitude"),
        ({"place": Place("", 25.0, 180.1)}, "place.longitude"),
        ({"place": Place("", 25.0, 102.7, 19.9)}, "place.radius_m"),
        ({"place": Place("", 25.0, 102.7, 5001)}, "place.radius_m"),
        ({"place": Place("", 25.0, 102.7, float("nan"))}, "place.radius_m"),
        ({"place": Place("x" * 101, 25.0, 102.7)}, "place.name"),
        ({"wifi": tuple(Wifi("", bytes([2, 0, 0, 0, 1, n])) for n in range(21))}, "wifi"),
        ({"wifi": (ACCESS_POINT, ACCESS_POINT)}, "wifi"),
        ({"wifi": (ACCESS_POINT, Wifi("x", b"\x01" * 5))}, "wifi[1].bssid"),
        ({"wifi": (Wifi("x" * 33, b"\x0c" * 6),)}, "wifi[0].ssid"),
        ({"wifi": (Wifi("x", bytes.fromhex("020000000000")),)}, "wifi[0].bssid"),
        ({"wifi": (Wifi("x", bytes(6)),)}, "wifi[0].bssid"),
        ({"wifi": (Wifi("x", b"\xff" * 6),)}, "wifi[0].bssid"),
        ({"wifi": (Wifi("x", bytes.fromhex("01005e000001")),)}, "wifi[0].bssid"),
        ({"methods": (Method.QR, 0)}, "methods[1]"),
        ({"methods": (Method.QR, 77)}, "methods[1]"),
        ({"methods": (Method.QR, Method.QR)}, "methods"),
        ({"methods": (Method.PLACE,), "place": None, "wifi": ()}, "methods[0]"),
        ({"policy": Policy(fence=Grade.ACCEPT)}, "policy.fence"),
        ({"policy": Policy(fence=Grade.REFUSE), "place": None}, "policy.fence"),
        ({"policy": Policy(wifi=42)}, "policy.wifi"),
        ({"policy": Policy(wifi=Grade.REVIEW), "wifi": ()}, "policy.wifi"),
        ({"policy": Policy(late=Grade.OFF)}, "policy.late"),
        ({"policy": Policy(offline=Grade.OFF)}, "policy.offline"),
        ({"policy": Policy(face=Grade.REVIEW)}, "policy.face"),
        ({"policy": Policy(place=3)}, "policy.place"),
        ({"policy": Policy(place=PlaceRule.ALL), "wifi": ()}, "policy.place"),
        ({"policy": Policy(location_max_age_s=9)}, "policy.location_max_age_s"),
        ({"policy": Policy(location_max_age_s=3601)}, "policy.location_max_age_s"),
        ({"qr_period_s": 9}, "qr_period_s"),
        ({"qr_period_s": 301}, "qr_period_s"),
        ({"capacity": 1_000_001}, "capacity"),
        ({"offline_window_s": 8 * DAY_S}, "offline_window_s"),
        ({"gates": tuple(f"gate {n}" for n in range(21))}, "gates"),
        ({"gates": ("东门", "东门")}, "gates"),
        ({"gates": ("东门", "")}, "gates[1]"),
        ({"gates": ("x" * 65,)}, "gates[0]"),
        ({"roster_id": b"7"}, "roster_id"),
        ({"roster_id": b"r" * 16, "expected_count": 7}, "expected_count"),
        ({"expected_count": 1_000_001}, "expected_count"),
        ({"policy": Policy(not_listed=Grade.ACCEPT)}, "policy.not_listed"),
        ({"policy": Policy(undecided=3)}, "policy.undecided"),
        ({"policy": Policy(own_proof=2)}, "policy.own_proof"),
        ({"ask": tuple(Question(Detail.TEXT, f"question {n}") for n in range(6))}, "ask"),
        ({"ask": (Question(Detail.NAME), Question(Detail.NAME))}, "ask"),
        ({"ask": (Question(9),)}, "ask[0].detail"),
        ({"reentry": 3}, "reentry"),
        ({"ask": (Question(Detail.TEXT),)}, "ask[0].label"),
        ({"ask": (Question(Detail.TEXT, "长" * 33),)}, "ask[0].label"),
        ({"ask": (Question(Detail.NAME, "姓名"),)}, "ask[0].label"),
    ],
)
def test_each_mistake_is_named_by_its_path_and_nothing_else_is(changes: dict[str, Any], path: str) -> None:
    """One wrong field gives one field error."""
    assert fields_at_fault(**changes) == [path]


def test_a_missing_time_is_asked_for() -> None:
    """Times far off, zero among them, are refused as such and not only against each other."""
    assert fields_at_fault(starts_at=0, ends_at=0) == ["starts_at", "ends_at", "ends_at"]


def test_all_mistakes_come_at_once() -> None:
    """Nobody has to send a form five times."""
    assert fields_at_fault(title="", time_zone="Mars", capacity=-1) == ["title", "time_zone", "capacity"]


def test_swapped_coordinates_get_a_question_back() -> None:
    """A latitude that could only be a longitude says so."""
    with pytest.raises(InvalidArgumentError, match="swapped"):
        check(a_definition(ORGANISATION, place=Place("", 102.7183, 25.0389)))


@given(st.text(min_size=1, max_size=100))
def test_a_title_is_taken_unless_it_is_blank_or_breaks_text(title: str) -> None:
    """Any script, any whole emoji."""
    kinds = {unicodedata.category(character) for character in title}
    is_blank = kinds <= {"Cf", "Mn", "Me", "Zs"}
    breaks = kinds & {"Cc", "Cs", "Zl", "Zp"}
    refused = set(title) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u115f\u1160\u2800\u3164\uffa0")

    assert fields_at_fault(title=title) == (["title"] if is_blank or breaks or refused else [])


@given(latitude=st.floats(), longitude=st.floats(), radius_m=st.floats())
def test_a_place_is_taken_only_on_earth(latitude: float, longitude: float, radius_m: float) -> None:
    """Whatever a float can be, the answer is a place or a named field."""
    is_place = abs(latitude) <= 90 and abs(longitude) <= 180 and 20 <= radius_m <= 5000

    assert (fields_at_fault(place=Place("", latitude, longitude, radius_m)) == []) == is_place


def test_differences_say_what_was_changed_from_what_to_what() -> None:
    """Plain values and times in full, the others by name alone."""
    then = a_definition(b"o" * 16)
    now = replace(then, title="改名", ends_at=then.ends_at + 1800 * SECOND_US, place=None, late_after_s=None)

    assert {each.field: each.message for each in differences(then, now)} == {
        "title": "was 新生讲座, is 改名 now",
        "ends_at": "was 2027-01-15T10:00:00.000Z, is 2027-01-15T10:30:00.000Z now",
        "late_after_s": "was 600, is None now",
        "place": "was changed",
    }
    assert differences(then, then) == []
