"""The fence: outside of it, not surely inside, or nobody knows where."""

from services.antifraud.domain import Evidence, Factor, Grade, Rules, Signal, cost
from services.antifraud.place import Position, Sighting

_REASONS = {
    Position.OUTSIDE: "FENCE_OUTSIDE",
    Position.UNCERTAIN: "FENCE_UNCERTAIN",
    Position.MISSING: "LOCATION_MISSING",
}


def _look(evidence: Evidence, rules: Rules) -> Factor | None:
    """A listed access point excuses whoever is not proven to be outside, also where Wi-Fi itself is off."""
    reason = _REASONS.get(evidence.position)
    if reason is None:
        return None
    if rules.fence_grade is Grade.OFF and rules.bssids:
        # The access points are what proves the place here, and what the person is told of.
        return None
    grade = evidence.grade(rules.fence_grade)
    is_outside = evidence.position is Position.OUTSIDE
    is_settled = rules.is_one_enough and evidence.sighting is Sighting.LISTED and not is_outside
    if is_settled or grade < Grade.REVIEW:
        return None
    return Factor(reason, cost(grade, is_proven=is_outside), _numbers(evidence, rules))


def _numbers(evidence: Evidence, rules: Rules) -> dict[str, float]:
    if rules.fence is None or evidence.position is Position.MISSING:
        return {}
    numbers = {"distance_m": round(evidence.distance_m, 1), "radius_m": rules.fence.radius_m}
    return numbers | {"accuracy_m": evidence.accuracy_m} if evidence.accuracy_m > 0 else numbers


FENCE = Signal("fence", lambda rules: rules.fence is not None, _look)
