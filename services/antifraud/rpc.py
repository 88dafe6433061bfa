"""AntifraudService: on the path of every check-in, one call per batch from `checkin`, no I/O.

Each item costs a few microseconds: rules are prepared once per batch, and a signal that they give nothing to look for
is not asked.
"""

import logging
from typing import Any, NamedTuple, cast

from protos.antifraud.v1 import antifraud_pb2 as pb
from protos.antifraud.v1 import antifraud_pb2_grpc
from servicekit.rpc.interceptors import by
from services.antifraud.domain import Evidence, Grade, PlaceRule, Rules, Signal, Verdict, weigh
from services.antifraud.metrics import FENCE_DISTANCE_RATIO, UNASSESSABLE
from services.antifraud.place import Fence
from services.antifraud.signals import SIGNALS

log = logging.getLogger(__name__)

ACCESS = {"/antifraud.v1.AntifraudService/BatchAssess": by("checkin", "recorder")}


class _Prepared(NamedTuple):
    """The rules of one occurrence, and the signals that they ask for, for its many items."""

    rules: Rules
    signals: tuple[Signal, ...]


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


def _prepare(rule: pb.Rule) -> _Prepared | None:
    """None for a rule that makes no sense: its items cannot be assessed, those of its neighbours can."""
    try:
        fence = Fence(rule.latitude, rule.longitude, rule.radius_m) if rule.has_fence else None
        grades = Grade(rule.fence), Grade(rule.wifi)
        max_age_ms = rule.location_max_age_s * 1000
        rules = Rules(fence, frozenset(rule.bssids), *grades, PlaceRule(rule.place), max_age_ms)
    except ValueError as error:
        log.warning("cannot use a rule: %s", error)
        return None
    return _Prepared(rules, tuple(signal for signal in SIGNALS if signal.needs(rules)))


def _assess(
    prepared: _Prepared | None,
    item: pb.Item,
    muted: frozenset[str],
    response: pb.BatchAssessResponse,
    ratios: list[float],
) -> None:
    if prepared is None:
        raise ValueError("its rule makes no sense")
    rules, signals = prepared
    evidence = Evidence.of(item, rules)
    distance_m = evidence.distance_m
    if rules.fence is not None and distance_m >= 0:
        ratios.append(distance_m / rules.fence.radius_m)
    factors = weigh(evidence, rules, signals)
    if muted:
        factors = [factor for factor in factors if factor.reason not in muted]
    if not factors:
        response.assessments.add(verdict=pb.VERDICT_PASS, distance_m=distance_m)
        return
    verdict = max(factor.verdict for factor in factors)
    assessment = response.assessments.add(verdict=_wire(verdict), distance_m=distance_m)
    for factor in factors:
        assessment.factors.add(reason=factor.reason, verdict=_wire(factor.verdict), numbers=factor.numbers)


def _wire(verdict: Verdict) -> pb.Verdict.ValueType:
    """The numbers are the same."""
    return cast(pb.Verdict.ValueType, verdict)
