"""One `BatchAssess` per batch, behind a breaker."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import grpc

from domainkit.nfc_tags import is_text_alone
from protos.antifraud.v1 import antifraud_pb2, antifraud_pb2_grpc
from protos.checkin.v1 import checkin_pb2
from servicekit.breaker import AsyncBreaker
from servicekit.errors import ServiceError
from servicekit.rpc import client
from services.checkin.judging.snapshots import Snapshot
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import Method, Reason

log = logging.getLogger(__name__)

TIMEOUT_S = 0.2
_REST_S = 2.0

_JUDGEMENTS = {
    antifraud_pb2.VERDICT_UNSPECIFIED: Judgement.UNDECIDED,
    antifraud_pb2.VERDICT_PASS: Judgement.ACCEPTED,
    antifraud_pb2.VERDICT_REVIEW: Judgement.PENDING_REVIEW,
    antifraud_pb2.VERDICT_REFUSE: Judgement.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """Antifraud's verdict as a judgement, with what speaks against the attempt. Distance is negative when unknown."""

    judgement: Judgement
    distance_m: float
    reasons: tuple[Reason, ...]


class Antifraud:
    """The antifraud service as this process sees it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = antifraud_pb2_grpc.AntifraudServiceStub(channel)
        self._breaker = AsyncBreaker("antifraud", fail_max=3, reset_s=_REST_S, slow_s=TIMEOUT_S)

    async def assess(
        self, cases: Sequence[tuple[checkin_pb2.Attempt, Snapshot]], muted: Collection[str] = ()
    ) -> list[Assessment] | None:
        """An assessment per case, in order; None when antifraud is gone, too slow, or its breaker is open.

        Args:
            muted: Reasons that operators have switched off.
        """
        request = to_request(cases, muted)
        try:
            async with self._breaker.calling():
                response = await client.call(self._stub.BatchAssess, request, timeout_s=TIMEOUT_S)
        except ServiceError:
            return None
        if len(response.assessments) != len(cases):
            log.error("antifraud gave %d assessments of %d items", len(response.assessments), len(cases))
            return None
        return [to_assessment(message) for message in response.assessments]


def is_place_alone(attempt: checkin_pb2.Attempt) -> bool:
    """Whether nothing but the place can prove that a person is there: what a static tag says, anybody can repeat."""
    if attempt.method == Method.NFC:
        return is_text_alone(attempt.token)
    return attempt.method == Method.PLACE


def to_request(
    cases: Sequence[tuple[checkin_pb2.Attempt, Snapshot]], muted: Collection[str] = ()
) -> antifraud_pb2.BatchAssessRequest:
    """The batch with each rule once: of one occurrence there may be several, as it was at different times."""
    rules: dict[int, int] = {}
    request = antifraud_pb2.BatchAssessRequest(muted=muted)
    add = request.items.add
    for attempt, snapshot in cases:
        rule = rules.get(id(snapshot))
        if rule is None:
            rule = rules[id(snapshot)] = len(rules)
            request.rules.append(snapshot.rule)
        item = add(
            rule=rule,
            user_id=attempt.user_id,
            attempt_id=attempt.attempt_id,
            bssid=attempt.wifi.bssid,
            device_id=attempt.device_id,
            place_is_credential=is_place_alone(attempt),
        )
        if attempt.HasField("location"):
            location = attempt.location
            item.has_location = True
            item.latitude = location.latitude
            item.longitude = location.longitude
            item.accuracy_m = location.accuracy_m
            item.age_ms = location.age_ms
    return request


def to_assessment(message: antifraud_pb2.Assessment) -> Assessment:
    """The domain's view of an assessment."""
    factors = tuple(Reason(factor.reason, dict(factor.numbers)) for factor in message.factors)
    return Assessment(_JUDGEMENTS.get(message.verdict, Judgement.UNDECIDED), message.distance_m, factors)
