"""What the rules of an occurrence make of fence and Wi-Fi."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from protos.antifraud.v1 import antifraud_pb2 as pb
from services.antifraud import signals
from services.antifraud.domain import Evidence, Factor, Grade, PlaceRule, Rules, Verdict, weigh
from services.antifraud.place import Fence, Position, Sighting
from services.antifraud.signals import SIGNALS

OFF, REVIEW, REFUSE = Grade.OFF, Grade.REVIEW, Grade.REFUSE
ANY, ALL = PlaceRule.ANY, PlaceRule.ALL
UNFENCED, INSIDE, OUTSIDE, UNCERTAIN, NOWHERE = Position
NO_LIST, LISTED, MISMATCH, UNSEEN = Sighting

FENCE_OUTSIDE, FENCE_UNCERTAIN = "FENCE_OUTSIDE", "FENCE_UNCERTAIN"
LOCATION_MISSING, WIFI_MISMATCH, WIFI_MISSING = "LOCATION_MISSING", "WIFI_MISMATCH", "WIFI_MISSING"


# An item that shows a position near a fence of 500 m, or an access point near a list of one.
HERE: dict[str, Any] = {"has_location": True, "latitude": 31.0, "longitude": 121.0, "accuracy_m": 10.0}
LOCATIONS: dict[Position, dict[str, Any]] = {
    UNFENCED: HERE,
    INSIDE: HERE,
    OUTSIDE: {**HERE, "latitude": 31.02},
    UNCERTAIN: {**HERE, "accuracy_m": 900.0},
    NOWHERE: {},
}
BSSIDS = {NO_LIST: b"", LISTED: b"listed", MISMATCH: b"nearby", UNSEEN: b""}


def assess(
    rules: tuple[Grade, Grade, PlaceRule], position: Position, seen: Sighting, is_credential: bool
) -> list[Factor]:
    """What the signals that the rules ask for hold against an item."""
    fence = None if position is UNFENCED else Fence(31.0, 121.0, 500)
    asked = Rules(fence, frozenset() if seen is NO_LIST else frozenset({b"listed"}), *rules)
    item = pb.Item(**LOCATIONS[position], bssid=BSSIDS[seen], place_is_credential=is_credential)
    evidence = Evidence.of(item, asked)
    assert (evidence.position, evidence.sighting) == (position, seen)
    return weigh(evidence, asked, [signal for signal in SIGNALS if signal.needs(asked)])


def found(
    rules: tuple[Grade, Grade, PlaceRule], position: Position, seen: Sighting, is_credential: bool = False
) -> dict[str, str]:
    """Reasons with what each costs."""
    return {factor.reason: factor.verdict.name.lower() for factor in assess(rules, position, seen, is_credential)}


@pytest.mark.parametrize(
    ("rules", "position", "seen", "expected"),
    [
        ((REVIEW, OFF, ANY), UNFENCED, NO_LIST, {}),
        ((REVIEW, OFF, ANY), INSIDE, NO_LIST, {}),
        ((REVIEW, OFF, ANY), OUTSIDE, NO_LIST, {FENCE_OUTSIDE: "review"}),
        ((REFUSE, OFF, ANY), OUTSIDE, NO_LIST, {FENCE_OUTSIDE: "refuse"}),
        ((REFUSE, OFF, ANY), UNCERTAIN, NO_LIST, {FENCE_UNCERTAIN: "review"}),
        ((REFUSE, OFF, ANY), NOWHERE, NO_LIST, {LOCATION_MISSING: "review"}),
        ((OFF, OFF, ANY), OUTSIDE, MISMATCH, {}),
        ((REFUSE, OFF, ANY), UNCERTAIN, LISTED, {}),
        ((REFUSE, OFF, ANY), NOWHERE, LISTED, {}),
        ((REFUSE, OFF, ANY), OUTSIDE, LISTED, {FENCE_OUTSIDE: "refuse"}),
        ((REVIEW, REVIEW, ALL), UNCERTAIN, LISTED, {FENCE_UNCERTAIN: "review"}),
        ((OFF, REFUSE, ANY), UNFENCED, MISMATCH, {WIFI_MISMATCH: "refuse"}),
        ((OFF, REFUSE, ANY), UNFENCED, UNSEEN, {WIFI_MISSING: "review"}),
        ((OFF, REFUSE, ANY), INSIDE, MISMATCH, {WIFI_MISMATCH: "refuse"}),
        ((REVIEW, REFUSE, ANY), INSIDE, MISMATCH, {}),
        ((REVIEW, REFUSE, ALL), INSIDE, MISMATCH, {WIFI_MISMATCH: "refuse"}),
        ((REFUSE, REVIEW, ANY), OUTSIDE, UNSEEN, {FENCE_OUTSIDE: "refuse", WIFI_MISSING: "review"}),
    ],
)
def test_factors_under_rules(
    rules: tuple[Grade, Grade, PlaceRule], position: Position, seen: Sighting, expected: dict[str, str]
) -> None:
    """Only what is proven wrong may be refused, and `any` lets one proof do."""
    assert found(rules, position, seen) == expected


@pytest.mark.parametrize(
    ("rules", "position", "seen", "expected"),
    [
        ((OFF, OFF, ANY), INSIDE, MISMATCH, {}),
        ((OFF, OFF, ANY), OUTSIDE, LISTED, {}),
        ((OFF, OFF, ANY), OUTSIDE, NO_LIST, {FENCE_OUTSIDE: "review"}),
        ((REFUSE, OFF, ANY), OUTSIDE, NO_LIST, {FENCE_OUTSIDE: "refuse"}),
        ((OFF, OFF, ANY), NOWHERE, UNSEEN, {WIFI_MISSING: "review"}),
        ((OFF, OFF, ANY), NOWHERE, MISMATCH, {WIFI_MISMATCH: "review"}),
        ((OFF, OFF, ANY), UNFENCED, NO_LIST, {LOCATION_MISSING: "review"}),
    ],
)
def test_a_place_that_is_the_credential_must_hold(
    rules: tuple[Grade, Grade, PlaceRule], position: Position, seen: Sighting, expected: dict[str, str]
) -> None:
    """Method `place` passes only inside the fence or at a listed access point, whatever is off."""
    assert found(rules, position, seen, is_credential=True) == expected


def test_a_stricter_policy_never_softens_a_verdict() -> None:
    """Raising either grade, asking for both proofs, or making the place the credential never makes a verdict milder."""
    grades = (OFF, REVIEW, REFUSE)
    for fence, wifi, position, seen in product(grades, grades, Position, Sighting):
        mild = worst(assess((fence, wifi, ANY), position, seen, False))
        assert mild <= worst(assess((max(fence, REVIEW), wifi, ALL), position, seen, False))
        assert mild <= worst(assess((fence, max(wifi, REVIEW), ALL), position, seen, False))
        assert mild <= worst(assess((fence, wifi, ANY), position, seen, True))


def worst(factors: list[Factor]) -> Verdict:
    """The gravest verdict."""
    return max((factor.verdict for factor in factors), default=Verdict.PASS)


@pytest.mark.parametrize(
    ("position", "numbers"),
    [
        (OUTSIDE, {"distance_m": 2223.9, "radius_m": 500, "accuracy_m": 10}),
        (UNCERTAIN, {"distance_m": 0, "radius_m": 500, "accuracy_m": 900}),
        (NOWHERE, {}),
    ],
)
def test_a_measured_factor_has_its_numbers(position: Position, numbers: dict[str, float]) -> None:
    """What was measured, by what it was measured against; nothing where nothing was."""
    [factor] = assess((REVIEW, OFF, ANY), position, NO_LIST, False)
    assert factor.numbers == pytest.approx(numbers, abs=0.1)


def test_every_signal_is_listed_under_a_name_of_its_own() -> None:
    """A signal that is not in the list looks at nothing."""
    files = {path.stem for path in Path(signals.__file__).parent.glob("[a-z]*.py")}
    assert [signal.name for signal in SIGNALS] == list(dict.fromkeys(signal.name for signal in SIGNALS))
    assert {signal.name for signal in SIGNALS} == files


@pytest.mark.parametrize(
    ("changes", "position"),
    [
        ({}, INSIDE),
        ({"age_ms": 120_000}, INSIDE),
        ({"age_ms": 120_001}, NOWHERE),
        ({"age_ms": 49 * 24 * 3_600_000}, NOWHERE),
        ({"accuracy_m": 0.0}, UNCERTAIN),
        ({"accuracy_m": 0.0, "latitude": 31.02}, OUTSIDE),
        ({"latitude": 0.0, "longitude": 0.0}, NOWHERE),
    ],
)
def test_what_a_phone_does_not_know_proves_nothing(changes: dict[str, Any], position: Position) -> None:
    """An old position, one without its accuracy, and 0, 0, which phones say instead of none."""
    rules = Rules(Fence(31.0, 121.0, 500), frozenset(), Grade.REFUSE, Grade.OFF, PlaceRule.ANY, 120_000)
    assert Evidence.of(pb.Item(**(HERE | changes)), rules).position is position


def test_numbers_that_nobody_knows_are_not_told() -> None:
    """How far away is known, how surely is not."""
    rules = Rules(Fence(31.0, 121.0, 500), frozenset(), Grade.REVIEW, Grade.OFF, PlaceRule.ANY)
    [factor] = weigh(Evidence.of(pb.Item(**(HERE | {"accuracy_m": 0.0})), rules), rules, SIGNALS)
    assert (factor.reason, factor.numbers) == ("FENCE_UNCERTAIN", {"distance_m": 0.0, "radius_m": 500})
