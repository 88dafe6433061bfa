"""Wi-Fi: another access point than those the organiser listed, or none."""

from services.antifraud.domain import Evidence, Factor, Grade, Rules, Signal, cost
from services.antifraud.place import Position, Sighting

_REASONS = {Sighting.MISMATCH: "WIFI_MISMATCH", Sighting.MISSING: "WIFI_MISSING"}


def _look(evidence: Evidence, rules: Rules) -> Factor | None:
    """Being inside a fence that is on excuses whoever sees no listed access point."""
    reason = _REASONS.get(evidence.sighting)
    if reason is None:
        return None
    grade = evidence.grade(rules.wifi_grade)
    is_settled = rules.is_one_enough and evidence.position is Position.INSIDE and rules.fence_grade >= Grade.REVIEW
    if is_settled or grade < Grade.REVIEW:
        return None
    return Factor(reason, cost(grade, is_proven=evidence.sighting is Sighting.MISMATCH))


WIFI = Signal("wifi", lambda rules: bool(rules.bssids), _look)
