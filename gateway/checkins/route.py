"""The hot route, `POST /v1/checkins`: a raw ASGI callable beside all other routes.

Control comes from uvicorn with one person's attempt. It is stamped, checked and put in line here, leaves with others in
one `BatchCreateCheckins` (`services/checkin/accepting/accept.py` goes on), and its answer goes back from here. Every
microsecond counts: a thousand people come at the same instant.
"""

import logging
import time
from collections.abc import Mapping

import msgspec
from opentelemetry.trace import Span, SpanContext

from gateway import metrics
from gateway.checkins import attempts, texts
from gateway.checkins.answers import to_answer
from gateway.checkins.line import Line
from gateway.checkins.open_attempts import Provisional
from gateway.checkins.receipts import Receipts
from gateway.http import problems
from gateway.http.asgi import Receive, Scope, Send, read_body, require_json
from gateway.http.auth import Guard, refuse_query_credentials, refuse_two_credentials
from gateway.http.buckets import Buckets
from gateway.http.one_write import send_answer
from gateway.http.problems import Headers
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import telemetry
from servicekit.clock import now_us
from servicekit.errors import InternalError, RateLimitedError, ServiceError, UnavailableError

log = logging.getLogger(__name__)

PATH = "/v1/checkins"

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

Reply = tuple[int, Headers, bytes]


class CheckinRoute:
    """`POST /v1/checkins`.

    Args:
        guard: Knows people by their tokens.
        receipts: Gives and honours proofs of arrival.
        line: Where attempts go.
        provisional: Who has how many attempts open.
    """

    def __init__(
        self, guard: Guard, receipts: Receipts, line: Line, provisional: Provisional, buckets: Buckets | None = None
    ) -> None:
        self._guard = guard
        self._receipts = receipts
        self._line = line
        self._provisional = provisional
        self._buckets = buckets or Buckets()
        self._late_spans = Buckets(burst=20, per_s=10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        started_at = time.monotonic()
        received_at = now_us()
        headers = dict(scope["headers"])
        request_id = problems.new_request_id(headers.get(b"x-request-id"))
        parent = span = None
        if telemetry.is_sampled_by_chance():
            parent = telemetry.parse_strangers_traceparent(headers.get(b"traceparent", b""))
            span = telemetry.start_request_span(f"POST {PATH}", parent)
        try:
            refuse_query_credentials(scope["query_string"])
            if len(headers) < len(scope["headers"]):
                refuse_two_credentials(scope["headers"])
            status, head, body = await self._serve(headers, receive, started_at, received_at, request_id, span)
        except ServiceError as error:
            status, head, body = _failed(error, request_id)
        except Exception:
            log.exception("unexpected error in POST %s", PATH)
            status, head, body = _failed(InternalError("something went wrong on our side"), request_id)
        await send_answer(send, status, head, body)
        metrics.answered(PATH, "POST", status).inc()
        _duration.observe(time.monotonic() - started_at)
        if span is not None or status == 202 or status >= 500:
            self._trace(span, parent, status, received_at, request_id)

    async def _serve(
        self,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        started_at: float,
        received_at: int,
        request_id: str,
        span: Span | None,
    ) -> Reply:
        claims = await self._guard.admit(headers.get(b"authorization"))
        if wait_s := self._buckets.take(claims.user_id):
            raise RateLimitedError("one person checks in once a second at most", retry_after_s=wait_s)
        require_json(headers)
        our_s = time.monotonic() - started_at
        body = await read_body(receive, headers)
        # The time in which a phone sends its body is its own.
        since = time.monotonic() - our_s
        request = attempts.decode(body)
        attempt = attempts.to_attempt(request, claims.user_id, received_at)
        if request.receipt:
            self._receipts.honour(request.receipt, attempt)
        if claims.user_id in self._provisional:
            await self._provisional.admit(claims, attempt.attempt_id)
        try:
            record = await self._line.submit(attempt, span.get_span_context() if span is not None else None, since)
        except UnavailableError as error:
            return self._saved(error, attempt, request_id)
        self._provisional.note(record)
        return _answered(record, request_id)

    def _saved(self, error: UnavailableError, attempt: pb.Attempt, request_id: str) -> Reply:
        problem = problems.to_problem(error, request_id)
        problem.receipt = self._receipts.give(attempt)
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
        length, identifier = (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id.encode())
        return status, [_JSON, problems.NO_STORE, length, identifier], body
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
    problem.message = texts.failure(problem.reason, is_saved=False, metadata=problem.metadata)
    return problems.render(problem, request_id)
