"""The hot route, `POST /v1/checkins`: a raw ASGI callable beside the FastAPI app.

Control comes from uvicorn with one person's attempt. It is stamped, checked and put in line here, leaves with others in
one `BatchCreateCheckins` (the second half: `services/checkin/accept.py`), and its answer goes back from here. Every
microsecond counts: a thousand people come at the same instant.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec
from opentelemetry.trace import Span, SpanContext

from gateway import attempts, metrics, problems, texts
from gateway.answers import to_answer
from gateway.auth import Guard, refuse_query_credentials
from gateway.problems import Headers
from gateway.ratelimit import Buckets, Drain
from gateway.surface import Receive, Scope, Send, read_body, require_json
from gateway.whole import send_answer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from servicekit import telemetry
from servicekit.batching import BATCH_SIZE, NaturalBatcher
from servicekit.breaker import AsyncBreaker
from servicekit.clock import now_us
from servicekit.errors import InternalError, Kind, RateLimitedError, ServiceError, UnavailableError
from servicekit.rpc import client
from servicekit.rpc.status import from_status
from servicekit.sealed import SealBrokenError, SealedTextError, Sealer

log = logging.getLogger(__name__)

PATH = "/v1/checkins"

_BATCH_S = 2.0
_SLOW_BATCH_S = 1.9
_MAXIMUM_BATCH = 256
# A batch costs some 2 ms whatever is in it [measured], so a second one flies only when it is worth while.
_MAXIMUM_IN_FLIGHT = 2
_WORTH_A_BATCH = 64
_MAXIMUM_WAITING = 10_000
_MAXIMUM_WAIT_S = 1.5
_STATUSES = {
    pb.OUTCOME_ACCEPTED: 201,
    pb.OUTCOME_PENDING_REVIEW: 201,
    pb.OUTCOME_DUPLICATE: 200,
    pb.OUTCOME_PROVISIONAL: 202,
    pb.OUTCOME_REFUSED: 422,
    pb.OUTCOME_ANNULLED: 200,
    pb.OUTCOME_SUPERSEDED: 200,
}
_JSON = (b"content-type", b"application/json")

_encode = msgspec.json.Encoder().encode
_duration = metrics.duration(PATH, "POST")
_batch_size = BATCH_SIZE.labels("gateway")

Reply = tuple[int, Headers, bytes]


class OverloadedError(UnavailableError):
    """Who comes now would wait longer than a person does."""

    reason = "OVERLOADED"


class BatchLostError(UnavailableError):
    """The batch did not come back: nobody in it knows whether it counted, and trying again is safe."""


class _Item:
    """An attempt in line."""

    __slots__ = ("attempt", "context", "credential")

    def __init__(self, attempt: pb.Attempt, context: SpanContext | None) -> None:
        self.attempt = attempt
        self.context = context
        self.credential = attempt.token or attempt.code or attempt.activity_id


class Line:
    """The line in front of checkin: natural batches, a breaker, and a limit before the wait gets long.

    Args:
        send: `BatchCreateCheckins` of the stub.
        drain: Measures how fast the line empties.
    """

    def __init__(self, send: Callable[..., object], drain: Drain | None = None) -> None:
        self._rpc = send
        self._breaker = AsyncBreaker("checkin", slow_s=_SLOW_BATCH_S)
        self._drain = drain or Drain(full=_MAXIMUM_BATCH)
        self._batcher: NaturalBatcher[_Item, pb.Checkin] = NaturalBatcher(
            self._send,
            max_batch=_MAXIMUM_BATCH,
            max_in_flight=_MAXIMUM_IN_FLIGHT,
            worth=_WORTH_A_BATCH,
            max_waiting=_MAXIMUM_WAITING,
            key=lambda item: item.credential,
            owner=lambda item: item.attempt.user_id,
            observe=_observe_batch,
        )
        metrics.WAITING.set_function(lambda: self._batcher.waiting)
        self.drain = self._batcher.drain

    async def submit(self, attempt: pb.Attempt, context: SpanContext | None) -> pb.Checkin:
        """The record of an attempt.

        Raises:
            OverloadedError: The line is too long.
            UnavailableError: checkin is gone, too slow, or could not keep the attempt.
            ServiceError: What checkin said of this attempt.
        """
        if self._drain.wait_s(self._batcher.waiting) > _MAXIMUM_WAIT_S:
            metrics.SHED.inc()
            raise OverloadedError("too many people check in at this moment; try again")
        return await self._batcher.submit(_Item(attempt, context))

    async def _send(self, items: list[_Item]) -> Sequence[pb.Checkin | Exception]:
        request = pb.BatchCreateCheckinsRequest(attempts=[item.attempt for item in items])
        links = [item.context for item in items if item.context is not None]
        started_at = time.monotonic()
        try:
            with telemetry.span("checkin batch", links=links, attributes={"checkin.batch_size": len(items)}):
                async with self._breaker.calling():
                    response = await client.call(self._rpc, request, timeout_s=_BATCH_S)
        except ServiceError as error:
            # Whatever is wrong with a batch as a whole is nobody's in it; items have their own status.
            if error.kind is not Kind.UNAVAILABLE:
                log.error("checkin refused a batch: %s", error)
            raise BatchLostError("check-ins cannot be taken at this moment; try again") from error
        self._drain.batch_ended(len(items), started_at)
        if len(response.results) != len(items):
            log.error("%d results for %d attempts", len(response.results), len(items))
            raise BatchLostError("check-ins cannot be taken at this moment; try again")
        return [
            result.checkin if result.HasField("checkin") else from_status(result.status) for result in response.results
        ]


def _observe_batch(size: int, waited_s: float) -> None:
    _batch_size.observe(size)
    metrics.BATCH_WAIT.observe((waited_s,))


class CheckinRoute:
    """`POST /v1/checkins`.

    Args:
        guard: Knows people by their tokens.
        receipts: Seals and opens proofs of arrival.
        line: Where attempts go.
    """

    def __init__(
        self, guard: Guard, receipts: Sealer[credential_pb2.Receipt], line: Line, buckets: Buckets | None = None
    ) -> None:
        self._guard = guard
        self._receipts = receipts
        self._line = line
        self._buckets = buckets or Buckets()
        self._late_spans = Buckets(burst=20, per_s=10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        started_at = time.perf_counter()
        received_at = now_us()
        headers = dict(scope["headers"])
        request_id = problems.new_request_id(headers.get(b"x-request-id"))
        parent = span = None
        if traceparent := headers.get(b"traceparent"):
            parent = telemetry.parse_traceparent(traceparent.decode("latin-1"))
        if parent is not None or telemetry.is_sampled_by_chance():
            span = telemetry.start_request_span(f"POST {PATH}", parent)
        try:
            refuse_query_credentials(scope["query_string"])
            status, head, body = await self._serve(headers, receive, received_at, request_id, span)
        except ServiceError as error:
            status, head, body = _failed(error, request_id)
        except Exception:
            log.exception("unexpected error in POST %s", PATH)
            status, head, body = _failed(InternalError("something went wrong on our side"), request_id)
        await send_answer(send, status, head, body)
        metrics.answered(PATH, "POST", status).inc()
        _duration.observe(time.perf_counter() - started_at)
        if span is not None or status == 202 or status >= 500:
            self._trace(span, parent, status, received_at, request_id)

    async def _serve(
        self, headers: Mapping[bytes, bytes], receive: Receive, received_at: int, request_id: str, span: Span | None
    ) -> Reply:
        claims = await self._guard.admit(headers.get(b"authorization"))
        if wait_s := self._buckets.take(claims.user_id):
            raise RateLimitedError("one person checks in once a second at most", retry_after_s=wait_s)
        require_json(headers)
        request = attempts.decode(await read_body(receive, headers))
        attempt = attempts.to_attempt(request, claims.user_id, received_at)
        if request.receipt:
            self._honour(request.receipt, attempt)
        try:
            record = await self._line.submit(attempt, span.get_span_context() if span is not None else None)
        except UnavailableError as error:
            return self._saved(error, attempt, request_id)
        return _answered(record, request_id)

    def _honour(self, text: str, attempt: pb.Attempt) -> None:
        """Takes the time of arrival from a receipt for this very attempt; any other text is as good as none."""
        try:
            receipt = self._receipts.open_text(text)
        except (SealedTextError, SealBrokenError):
            return
        if (receipt.user_id, receipt.attempt_id, receipt.body_hash) == (
            attempt.user_id,
            attempt.attempt_id,
            attempt.body_hash,
        ):
            attempt.received_at = receipt.received_at
            attempt.has_receipt = True

    def _saved(self, error: UnavailableError, attempt: pb.Attempt, request_id: str) -> Reply:
        receipt = credential_pb2.Receipt(
            user_id=attempt.user_id,
            attempt_id=attempt.attempt_id,
            body_hash=attempt.body_hash,
            received_at=attempt.received_at,
        )
        problem = problems.to_problem(error, request_id)
        problem.receipt = self._receipts.seal_text(receipt)
        problem.message = texts.failure(error.reason, is_saved=True)
        return problems.render(problem, request_id)

    def _trace(
        self, span: Span | None, parent: SpanContext | None, status: int, received_at: int, request_id: str
    ) -> None:
        """Ends the span, or makes one after the fact for an answer that is worth it; bounded, for outages are long."""
        if span is not None:
            span.set_attributes({"http.route": PATH, "http.response.status_code": status, "request.id": request_id})
            span.end()
        elif not self._late_spans.take(b""):
            attributes = {"http.route": PATH, "http.response.status_code": str(status), "request.id": request_id}
            telemetry.record_late(f"POST {PATH}", parent, received_at * 1000, attributes)


def _answered(record: pb.Checkin, request_id: str) -> Reply:
    answer = to_answer(record)
    status = _STATUSES[record.outcome]
    if status != 422:
        body = _encode(answer)
        head = [_JSON, (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id.encode())]
        return status, head, body
    reasons = answer.checkin.reasons
    problem = problems.Problem(
        type="urn:qiandao:problem:refused",
        title="Check-in refused",
        status=status,
        detail=answer.message,
        reason=str(reasons[0]["reason"]) if reasons else "REFUSED",
        instance=f"urn:qiandao:request:{request_id}",
        message=answer.message,
        reasons=reasons,
        checkin=answer.checkin,
    )
    return problems.render(problem, request_id)


def _failed(error: ServiceError, request_id: str) -> Reply:
    problem = problems.to_problem(error, request_id)
    problem.message = texts.failure(problem.reason, is_saved=False)
    return problems.render(problem, request_id)
