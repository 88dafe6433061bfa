"""Advice comes from numbers, says them, and goes with them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from services.reporting.papers.advice_words import advice_text
from services.reporting.quality.advice import CODES, Case, Rush, Settings, advice_of

HALL = Settings(radius_m=200, wifi=1, gates=1, opens_before_s=1800)
NO_RUSH = Rush()


def told(
    counts: dict[str, int], settings: Settings = HALL, rush: Rush = NO_RUSH, tried: int = 100
) -> dict[str, object]:
    """What is advised, by code, with the change."""
    found = advice_of(Case(Counter({"checked_in": 90, **counts}), tried, settings, rush))
    assert {advice.code for advice in found} <= CODES
    return {advice.code: advice.change for advice in found}


@pytest.mark.parametrize(
    ("counts", "code", "change"),
    [
        # Nine in ten of those let in from outside were within 500 m.
        ({"outside:4": 9, "outside:6": 1}, "FENCE_WIDER", {"place": {"radius_m": 500.0}}),
        ({"reason:LOCATION_DENIED": 6, "reason:LOCATION_MISSING": 4}, "LOCATION_EXPLAIN", {}),
        ({"accuracy:1": 80, "accuracy:5": 20}, "LOCATION_PRECISE", {}),
        ({"reason:WIFI_MISMATCH": 10}, "WIFI_ADD", {}),
        ({"reason:QR_EXPIRED": 5}, "QR_LONGER", {"qr_period_s": 120}),
        ({"slot_age:1": 70, "slot_age:6": 30}, "QR_LONGER", {"qr_period_s": 120}),
        ({"answer:3": 85, "scans_failed": 8, "scans_cancelled": 7}, "QR_CLEARER", {}),
        ({"offline": 20}, "NETWORK", {}),
    ],
)
def test_numbers_suggest_a_change(counts: dict[str, int], code: str, change: dict[str, object]) -> None:
    """One rule each; one person fewer, and there is nothing to say."""
    assert told(counts) == {code: change}
    name = next(reversed(counts))
    fewer = {each: amount - 1 if each == name else amount for each, amount in counts.items()}
    if code != "FENCE_WIDER":
        assert told(fewer) == {}


VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "advice.json").read_text("utf-8"))["advice"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["code"] for vector in VECTORS])
def test_every_piece_of_advice_says_its_numbers(vector: dict[str, Any]) -> None:
    """On paper all of them; the console holds its texts against the same vectors."""
    counts = Counter({"checked_in": 90, **vector.get("counts", {})})
    settings, rush = HALL._replace(**vector.get("settings", {})), Rush(**vector.get("rush", {}))
    [advice] = advice_of(Case(counts, 100, settings, rush))
    assert advice == (vector["code"], pytest.approx(vector["numbers"]), vector["change"])
    said = advice_text(advice)
    for name, number in vector["numbers"].items():
        assert (f"{number:.1%}" if name == "share" else f"{number:g}") in said, name


def test_vectors_have_every_piece_of_advice() -> None:
    """One of each."""
    assert sorted(vector["code"] for vector in VECTORS) == sorted(CODES)


def test_a_fence_is_widened_only_by_honest_people_and_not_for_nothing() -> None:
    """A few are not enough, and one that is wide already stays."""
    assert told({"outside:4": 4}) == {}
    assert told({"outside:4": 10}, HALL._replace(radius_m=500)) == {}
    assert told({"outside:4": 10}, HALL._replace(radius_m=0)) == {}
    [advice] = advice_of(Case(Counter({"checked_in": 90, "outside:5": 18}), 100, HALL, Rush()))
    assert advice.numbers == {"people": 18, "share": 0.2, "radius_m": 200, "to_m": 1000.0}


def test_where_positions_fail_and_no_wifi_is_known_wifi_is_the_cure() -> None:
    """Indoors no phone knows where it is."""
    assert told({"reason:LOCATION_MISSING": 10}, HALL._replace(wifi=0)) == {"WIFI_ADD_INDOORS": {}}


def test_a_crowd_needs_gates_or_time() -> None:
    """More than 15 a minute at one door; half of all at the opening, and many late."""
    assert told({}, rush=Rush(peak=31, people=90)) == {"GATES_MORE": {}}
    assert told({}, HALL._replace(gates=3), Rush(peak=31, people=90)) == {}
    queue = Rush(peak=10, at_opening=40, people=90, opened_before_s=1800)
    assert told({"late": 20}, rush=queue) == {"OPEN_EARLIER": {"opens_before_s": 2700}}
    assert told({"late": 5}, rush=queue) == {}
    assert told({"late": 20}, rush=queue._replace(opened_before_s=7200)) == {}


def test_what_was_done_is_advised_no_more() -> None:
    """Though the numbers are still those of before: a longer period, a door that opens earlier by now."""
    expired = {"reason:QR_EXPIRED": 5}
    assert told(expired, HALL._replace(qr_period_s=60)) == {"QR_LONGER": {"qr_period_s": 120}}
    assert told(expired, HALL._replace(qr_period_s=120)) == {}
    queue = Rush(peak=10, at_opening=40, people=90, opened_before_s=1800)
    assert told({"late": 20}, HALL._replace(opens_before_s=2700), queue) == {}


def test_few_people_suggest_nothing() -> None:
    """Fewer than twenty."""
    assert told({"offline": 19, "reason:WIFI_MISMATCH": 19}, tried=19) == {}
