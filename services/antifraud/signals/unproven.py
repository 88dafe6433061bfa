"""A place that is the credential where the activity has nothing to prove it with: a human looks."""

from services.antifraud.domain import Evidence, Factor, Rules, Signal, Verdict


def _look(evidence: Evidence, rules: Rules) -> Factor | None:
    return Factor("LOCATION_MISSING", Verdict.REVIEW) if evidence.is_unproven else None


UNPROVEN = Signal("unproven", lambda rules: rules.fence is None and not rules.bssids, _look)
