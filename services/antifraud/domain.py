"""Weighing what the signals say under an activity's policy: pass, review or refuse, and why.

Source: services/antifraud/README.md, "Coordinates".
"""

from enum import IntEnum
from functools import cache
from typing import NamedTuple

from services.antifraud.signals.fence import Position
from services.antifraud.signals.wifi import Sighting


class Verdict(IntEnum):
    """What an assessment comes to, the graver the higher. UNKNOWN: the item could not be assessed."""

    UNKNOWN = 0
    PASS = 1
    REVIEW = 2
    REFUSE = 3


class Grade(IntEnum):
    """What a signal that speaks against an attempt may cost it."""

    UNSPECIFIED = 0
    OFF = 1
    REVIEW = 2
    REFUSE = 3


class PlaceRule(IntEnum):
    """Whether one proof of place is enough."""

    UNSPECIFIED = 0
    ANY = 1
    ALL = 2


class Policy(NamedTuple):
    """What an activity asks of the place."""

    fence: Grade
    wifi: Grade
    place: PlaceRule


class Finding(NamedTuple):
    """Something that speaks against an attempt."""

    reason: str
    verdict: Verdict


_AGAINST_FENCE = {
    Position.OUTSIDE: "FENCE_OUTSIDE",
    Position.UNCERTAIN: "FENCE_UNCERTAIN",
    Position.MISSING: "LOCATION_MISSING",
}
_AGAINST_WIFI = {Sighting.MISMATCH: "WIFI_MISMATCH", Sighting.MISSING: "WIFI_MISSING"}
_NOTHING_TO_PROVE_IT = (Finding("LOCATION_MISSING", Verdict.REVIEW),)


@cache
def weigh(policy: Policy, position: Position, sighting: Sighting, is_credential: bool) -> tuple[Finding, ...]:
    """What speaks against an attempt, fence first.

    A signal that is off accuses nobody, but a listed BSSID still excuses under `any`. Only what is proven wrong
    (outside, another BSSID) may be refused; what is merely not proven goes to review.

    Args:
        is_credential: The place is all the person showed (method `place`): fence or Wi-Fi holds, or at least review.
    """
    fence, wifi = policy.fence, policy.wifi
    is_unproven = is_credential and position is not Position.INSIDE and sighting is not Sighting.LISTED
    if is_unproven:
        fence, wifi = max(fence, Grade.REVIEW), max(wifi, Grade.REVIEW)
    against = (
        _fence(fence, policy.place, position, sighting),
        _wifi(wifi, fence, policy.place, position, sighting),
    )
    findings = tuple(finding for finding in against if finding is not None)
    return findings or (_NOTHING_TO_PROVE_IT if is_unproven else ())


def _fence(grade: Grade, place: PlaceRule, position: Position, sighting: Sighting) -> Finding | None:
    reason = _AGAINST_FENCE.get(position)
    is_settled = place is not PlaceRule.ALL and sighting is Sighting.LISTED and position is not Position.OUTSIDE
    if reason is None or is_settled or grade < Grade.REVIEW:
        return None
    return Finding(reason, _verdict(grade, is_proven=position is Position.OUTSIDE))


def _wifi(grade: Grade, fence: Grade, place: PlaceRule, position: Position, sighting: Sighting) -> Finding | None:
    reason = _AGAINST_WIFI.get(sighting)
    is_settled = place is not PlaceRule.ALL and position is Position.INSIDE and fence >= Grade.REVIEW
    if reason is None or is_settled or grade < Grade.REVIEW:
        return None
    return Finding(reason, _verdict(grade, is_proven=sighting is Sighting.MISMATCH))


def _verdict(grade: Grade, *, is_proven: bool) -> Verdict:
    return Verdict.REFUSE if is_proven and grade is Grade.REFUSE else Verdict.REVIEW
