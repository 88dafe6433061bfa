"""AntifraudService: on the path of every check-in, one call per batch from `checkin`, no I/O.

Each item costs a few microseconds: rules are prepared once per batch, what a policy makes of the signals is remembered,
and protobuf fields are read once.
"""

import logging
from math import isfinite
from typing import Any, cast

from protos.antifraud.v1 import antifraud_pb2 as pb
from protos.antifraud.v1 import antifraud_pb2_grpc
from servicekit.rpc.interceptors import by
from services.antifraud.domain import Grade, PlaceRule, Policy, Verdict, weigh
from services.antifraud.metrics import FENCE_DISTANCE_RATIO, UNASSESSABLE
from services.antifraud.signals.fence import Fence, Position
from services.antifraud.signals.wifi import sighting

log = logging.getLogger(__name__)

ACCESS = {"/antifraud.v1.AntifraudService/BatchAssess": by("checkin", "recorder")}

_MEASURED = frozenset({"FENCE_OUTSIDE", "FENCE_UNCERTAIN"})


class _Rule:
    """What one occurrence asks for, prepared for its many items."""

    __slots__ = ("bssids", "fence", "policy")

    def __init__(self, rule: pb.Rule) -> None:
        self.fence = Fence(rule.latitude, rule.longitude, rule.radius_m) if rule.has_fence else None
        self.bssids = frozenset(rule.bssids)
        self.policy = Policy(Grade(rule.fence), Grade(rule.wifi), PlaceRule(rule.place))


class AntifraudServicer(antifraud_pb2_grpc.AntifraudServiceServicer):
    """Assesses batches."""

    async def BatchAssess(self, request: pb.BatchAssessRequest, context: Any) -> pb.BatchAssessResponse:
        """Assessments in the order of the items; VERDICT_UNSPECIFIED for one that could not be assessed."""
        response = pb.BatchAssessResponse()
        rules = [_prepare(rule) for rule in request.rules]
        muted = frozenset(request.muted)
        ratios: list[float] = []
        for item in request.items:
            try:
                _assess(rules[item.rule], item, muted, response, ratios)
            except (IndexError, ValueError) as error:
                UNASSESSABLE.inc()
                log.warning("cannot assess attempt %s: %s", item.attempt_id.hex(), error)
                response.assessments.add(distance_m=-1.0)
        FENCE_DISTANCE_RATIO.observe(ratios)
        return response


def _prepare(rule: pb.Rule) -> _Rule | None:
    """None for a rule that makes no sense: its items cannot be assessed, those of its neighbours can."""
    try:
        return _Rule(rule)
    except ValueError as error:
        log.warning("cannot use a rule: %s", error)
        return None


def _assess(
    rule: _Rule | None,
    item: pb.Item,
    muted: frozenset[str],
    response: pb.BatchAssessResponse,
    ratios: list[float],
) -> None:
    if rule is None:
        raise ValueError("its rule makes no sense")
    fence, position, distance_m, accuracy_m = rule.fence, Position.UNFENCED, -1.0, 0.0
    if fence is not None:
        position = Position.MISSING
        if item.has_location:
            distance_m, accuracy_m = fence.distance_m(item.latitude, item.longitude), item.accuracy_m
            if not isfinite(distance_m):
                raise ValueError("its location is no place")
            position = fence.position(distance_m, accuracy_m)
            ratios.append(distance_m / fence.radius_m)
    findings = weigh(rule.policy, position, sighting(rule.bssids, item.bssid), item.place_is_credential)
    if muted:
        findings = tuple(finding for finding in findings if finding.reason not in muted)
    if not findings:
        response.assessments.add(verdict=pb.VERDICT_PASS, distance_m=distance_m)
        return
    assessment = response.assessments.add(
        verdict=_wire(max(finding.verdict for finding in findings)), distance_m=distance_m
    )
    for finding in findings:
        factor = assessment.factors.add(reason=finding.reason, verdict=_wire(finding.verdict))
        if fence is not None and finding.reason in _MEASURED:
            factor.numbers.update(distance_m=round(distance_m, 1), radius_m=fence.radius_m, accuracy_m=accuracy_m)


def _wire(verdict: Verdict) -> pb.Verdict.ValueType:
    """The numbers are the same."""
    return cast(pb.Verdict.ValueType, verdict)
