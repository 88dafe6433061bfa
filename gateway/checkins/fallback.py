"""ID-only check-ins: what the gateway does with a batch while checkin is gone.

Control comes from `line.py` when `BatchCreateCheckins` failed as a whole. A QR proves its occurrence by itself, so it
is opened here: bad ones are refused, good ones become undecided copies, all in one message to the recorder, and
completion judges them as of their arrival. What no QR proves (code, NFC, place, staff) is left to the phone and its
receipt.

The batch may have reached checkin all the same, and been published by it. That is harmless: received_at and body_hash
are the same, so both are the same copy, the better judgement of the two counts, and undecided beats only a refusal.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from domainkit import qr
from domainkit.copies import checkin_of, copy_of, evidence_of, presented_of
from domainkit.credentials import QrFaultError, evidence_binding, open_qr
from domainkit.qr import QrToken
from domainkit.sealed import Sealer
from gateway import metrics
from gateway.http.buckets import Buckets
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from servicekit import ids, telemetry
from servicekit.breaker import AsyncBreaker
from servicekit.errors import RateLimitedError, ServiceError, UnavailableError

EXCHANGE = "checkin"
ATTEMPTED = "attempted.v1"
_REFUSALS = 60


class BatchLostError(UnavailableError):
    """Nothing durable holds the batch that we know of: nobody in it knows whether it counted, trying again is safe."""


class TooManyRefusalsError(RateLimitedError):
    """The person was refused as often as is kept; nothing of this attempt was stored."""

    reason = "TOO_MANY_REFUSALS"


class PublisherPort(Protocol):
    """Publishes with confirms; raises UnavailableError when nobody confirmed in time."""

    async def publish(
        self,
        exchange: str,
        routing_key: str,
        body: bytes,
        *,
        message_id: str,
        type: str,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> None:
        """Returns when the message is durable; raises ServiceError within that time otherwise."""


class Fallback:
    """Judges what a QR alone proves, and publishes it.

    Args:
        breaker: Guards the publisher.
        secrets: Master secrets, as of `servicekit.keyring.parse_secrets`.
    """

    def __init__(self, publisher: PublisherPort, breaker: AsyncBreaker, secrets: dict[int, bytes]) -> None:
        self._publisher = publisher
        self._breaker = breaker
        self._qr = Sealer(credential_pb2.QrToken, secrets)
        self._evidence = Sealer(credential_pb2.Evidence, secrets)
        # As many as checkin keeps of one person in ten minutes; each gateway counts for itself.
        self._refusals = Buckets(burst=_REFUSALS, per_s=_REFUSALS / 600)

    async def take(self, attempts: Sequence[pb.Attempt], within_s: float) -> Sequence[pb.Checkin | ServiceError]:
        """A result per attempt, in order; whatever has a record in its result is durable.

        Args:
            within_s: How long it may take: all that the batch has left, for in a rush a busy process reads a
                confirmation late that came early, and nobody is helped by not waiting for it.

        Raises:
            BatchLostError: The message could not be published; then it may still arrive later.
        """
        due_at = time.monotonic() + within_s
        judged = [self._judge(each) if each.method == pb.METHOD_QR else _lost() for each in attempts]
        if copies := [each for each in judged if isinstance(each, pb.Copy)]:
            await self._publish(pb.AttemptedBatch(copies=copies), due_at)
        results: list[pb.Checkin | ServiceError] = [
            _record(each) if isinstance(each, pb.Copy) else each for each in judged
        ]
        _count(results)
        return results

    def _judge(self, attempt: pb.Attempt) -> pb.Copy | TooManyRefusalsError:
        """What the recorder gets, unless the person was refused too often."""
        copy = self._to_copy(attempt)
        if copy.judgement == pb.JUDGEMENT_REFUSED and (wait_s := self._refusals.take(attempt.user_id)):
            metrics.REFUSALS_OVER.inc()
            return TooManyRefusalsError(
                "too many of your attempts were refused; this one is not kept", retry_after_s=wait_s
            )
        return copy

    def _to_copy(self, attempt: pb.Attempt) -> pb.Copy:
        """The copy: undecided, or refused for what is wrong with its QR."""
        token, fault = self._open(attempt.token)
        slot_age_s = -1 if token is None else qr.slot_age_s(token.issued_at, attempt.received_at)
        binding = evidence_binding(attempt.user_id, attempt.attempt_id)
        evidence = self._evidence.seal(evidence_of(attempt, slot_age_s), binding)
        copy = copy_of(attempt, evidence, pb.JUDGEMENT_REFUSED, slot_age_s=slot_age_s)
        if token is None:
            copy.reasons.add(reason=fault)
        else:
            _judge_time(copy, token)
        return copy

    def _open(self, text: str) -> tuple[QrToken | None, str]:
        """What a QR says, or why it says nothing."""
        try:
            return open_qr(self._qr, text), ""
        except QrFaultError as error:
            return None, error.reason

    async def _publish(self, batch: pb.AttemptedBatch, due_at: float) -> None:
        try:
            async with self._breaker.calling():
                await self._publisher.publish(
                    EXCHANGE,
                    ATTEMPTED,
                    batch.SerializeToString(),
                    message_id=ids.to_text(ids.new_id()),
                    type=ATTEMPTED,
                    headers=telemetry.headers(),
                    timeout_s=max(due_at - time.monotonic(), 0.0),
                )
        except ServiceError as error:
            metrics.FALLBACK.labels("lost").inc(len(batch.copies))
            raise _lost() from error


def _judge_time(copy: pb.Copy, token: QrToken) -> None:
    """Leaves the copy to completion unless its QR was not alive; one that waited on a phone may be out of its life."""
    fault = qr.fault(token, token.epoch, copy.received_at)
    if fault is None or (copy.is_offline and fault[0] == "QR_EXPIRED"):
        copy.judgement = pb.JUDGEMENT_UNDECIDED
        copy.occurrence_id = token.occurrence_id
        copy.reasons.add(reason="DEPENDENCY_UNAVAILABLE")
    else:
        reason, numbers = fault
        copy.reasons.add(reason=reason, numbers=numbers)


def _record(copy: pb.Copy) -> pb.Checkin:
    """What the person gets to see: as checkin would answer, without the activity's title and place."""
    is_refused = copy.judgement == pb.JUDGEMENT_REFUSED
    return checkin_of(copy, presented_of(copy), pb.OUTCOME_REFUSED if is_refused else pb.OUTCOME_PROVISIONAL)


def _lost() -> BatchLostError:
    return BatchLostError("check-ins cannot be taken at this moment; try again")


def _count(results: Sequence[pb.Checkin | ServiceError]) -> None:
    for result in results:
        if isinstance(result, TooManyRefusalsError):
            metrics.FALLBACK.labels("over_quota").inc()
        elif isinstance(result, ServiceError):
            metrics.FALLBACK.labels("not_qr").inc()
        else:
            metrics.FALLBACK.labels("refused" if result.outcome == pb.OUTCOME_REFUSED else "provisional").inc()
