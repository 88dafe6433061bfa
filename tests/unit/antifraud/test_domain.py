"""What a policy makes of fence and Wi-Fi."""

from itertools import product

import pytest

from services.antifraud.domain import Finding, Grade, PlaceRule, Policy, Verdict, weigh
from services.antifraud.signals.fence import Position
from services.antifraud.signals.wifi import Sighting, sighting

OFF, REVIEW, REFUSE = Grade.OFF, Grade.REVIEW, Grade.REFUSE
ANY, ALL = PlaceRule.ANY, PlaceRule.ALL
UNFENCED, INSIDE, OUTSIDE, UNCERTAIN, NOWHERE = Position
NO_LIST, LISTED, MISMATCH, UNSEEN = Sighting

FENCE_OUTSIDE, FENCE_UNCERTAIN = "FENCE_OUTSIDE", "FENCE_UNCERTAIN"
LOCATION_MISSING, WIFI_MISMATCH, WIFI_MISSING = "LOCATION_MISSING", "WIFI_MISMATCH", "WIFI_MISSING"


def found(
    policy: tuple[Grade, Grade, PlaceRule], position: Position, seen: Sighting, is_credential: bool = False
) -> dict[str, str]:
    """Reasons with what each costs."""
    findings = weigh(Policy(*policy), position, seen, is_credential)
    return {finding.reason: finding.verdict.name.lower() for finding in findings}


@pytest.mark.parametrize(
    ("policy", "position", "seen", "expected"),
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
def test_findings_under_a_policy(
    policy: tuple[Grade, Grade, PlaceRule], position: Position, seen: Sighting, expected: dict[str, str]
) -> None:
    """Only what is proven wrong may be refused, and `any` lets one proof do."""
    assert found(policy, position, seen) == expected


@pytest.mark.parametrize(
    ("policy", "position", "seen", "expected"),
    [
        ((OFF, OFF, ANY), INSIDE, MISMATCH, {}),
        ((OFF, OFF, ANY), OUTSIDE, LISTED, {}),
        ((OFF, OFF, ANY), OUTSIDE, NO_LIST, {FENCE_OUTSIDE: "review"}),
        ((REFUSE, OFF, ANY), OUTSIDE, NO_LIST, {FENCE_OUTSIDE: "refuse"}),
        ((OFF, OFF, ANY), NOWHERE, UNSEEN, {LOCATION_MISSING: "review", WIFI_MISSING: "review"}),
        ((OFF, OFF, ANY), UNFENCED, NO_LIST, {LOCATION_MISSING: "review"}),
    ],
)
def test_a_place_that_is_the_credential_must_hold(
    policy: tuple[Grade, Grade, PlaceRule], position: Position, seen: Sighting, expected: dict[str, str]
) -> None:
    """Method `place` passes only inside the fence or at a listed access point, whatever is off."""
    assert found(policy, position, seen, is_credential=True) == expected


def test_a_stricter_policy_never_softens_a_verdict() -> None:
    """Raising either grade, asking for both proofs, or making the place the credential never makes a verdict milder."""
    grades = (OFF, REVIEW, REFUSE)
    for fence, wifi, position, seen in product(grades, grades, Position, Sighting):
        mild = worst(weigh(Policy(fence, wifi, ANY), position, seen, False))
        assert mild <= worst(weigh(Policy(max(fence, REVIEW), wifi, ALL), position, seen, False))
        assert mild <= worst(weigh(Policy(fence, max(wifi, REVIEW), ALL), position, seen, False))
        assert mild <= worst(weigh(Policy(fence, wifi, ANY), position, seen, True))


def worst(findings: tuple[Finding, ...]) -> Verdict:
    """The gravest verdict."""
    return max((finding.verdict for finding in findings), default=Verdict.PASS)


@pytest.mark.parametrize(
    ("listed", "bssid", "seen"),
    [
        (frozenset(), b"\x01" * 6, NO_LIST),
        (frozenset({b"\x01" * 6}), b"\x01" * 6, LISTED),
        (frozenset({b"\x01" * 6}), b"\x02" * 6, MISMATCH),
        (frozenset({b"\x01" * 6}), b"", UNSEEN),
    ],
)
def test_sightings(listed: frozenset[bytes], bssid: bytes, seen: Sighting) -> None:
    """A BSSID is listed, another one, or missing; without a list it says nothing."""
    assert sighting(listed, bssid) is seen
