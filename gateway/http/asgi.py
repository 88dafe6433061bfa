"""What holds for every request: id, time of arrival, size limit, JSON only, no credentials in the URL, metrics, trace.

`Surface` wraps all routes but the hot one (`checkins/route.py`), which calls its functions, as pure ASGI.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from opentelemetry.trace import SpanKind

from gateway import metrics
from gateway.http import problems
from gateway.http.auth import refuse_query_credentials, refuse_two_credentials
from gateway.http.problems import BodyTooLargeError, MalformedError, MediaTypeError
from servicekit import telemetry
from servicekit.clock import now_us
from servicekit.errors import InternalError, ServiceError

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAXIMUM_BODY_BYTES = 64 * 1024

# What an answer says of itself unless it says otherwise: it is what its type says, no page, and kept by nobody.
_PLAIN = (
    problems.NO_STORE,
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
)


async def read_body(receive: Receive, headers: Mapping[bytes, bytes], most: int = MAXIMUM_BODY_BYTES) -> bytes:
    """The whole body.

    How long it may take is the server's business (`servicekit.http.limits`): a late one ends as if the client had gone.

    Raises:
        BodyTooLargeError: Announced or found to have more than `most` bytes; the rest is not read.
        MalformedError: The client went away in the middle.
    """
    announced = headers.get(b"content-length")
    if announced is not None and (len(announced) > 9 or int(announced) > most):
        raise _too_large(most)
    body, more = await _read_part(receive)
    if more:
        body = await _read_rest(receive, body, most)
    if len(body) > most:
        raise _too_large(most)
    return body


async def _read_rest(receive: Receive, start: bytes, most: int) -> bytes:
    body, more = bytearray(start), True
    while more and len(body) <= most:
        part, more = await _read_part(receive)
        body += part
    return bytes(body)


async def _read_part(receive: Receive) -> tuple[bytes, bool]:
    """What came, and whether there is more."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise MalformedError("the body ended early")
    return message.get("body", b""), message.get("more_body", False)


def _too_large(most: int) -> BodyTooLargeError:
    return BodyTooLargeError(f"a body may have at most {most} bytes")


def require_json(headers: Mapping[bytes, bytes]) -> None:
    """Takes application/json in UTF-8 only.

    Raises:
        MediaTypeError: Another type, another charset, or none.
    """
    content_type = headers.get(b"content-type")
    if content_type == b"application/json":
        return
    kind, _, parameters = (content_type or b"").lower().partition(b";")
    if kind.strip() != b"application/json" or parameters.strip() not in (b"", b"charset=utf-8", b'charset="utf-8"'):
        raise MediaTypeError("send Content-Type: application/json")


async def send_problem(send: Send, error: ServiceError, request_id: str) -> None:
    """Answers with the problem document of an error."""
    status, headers, body = problems.render(problems.to_problem(error, request_id), request_id)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Surface:
    """The wrapper of every route but the hot one.

    Args:
        is_upload: Whether a request's route reads the body itself, which may be long and of any type.
    """

    def __init__(self, app: App, is_upload: Callable[[Scope], bool]) -> None:
        self._app = app
        self._is_upload = is_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        received_at = now_us()
        headers = dict(scope["headers"])
        request = _Request(scope, headers, send)
        scope["state"].update(request_id=request.id, received_at=received_at)
        is_sampled = telemetry.is_sampled_by_chance()
        traceparent = headers.get(b"traceparent", b"") if is_sampled else b""
        parent = telemetry.parse_strangers_traceparent(traceparent)
        is_root = is_sampled and parent is None
        with telemetry.span(scope["method"], parent=parent, root=is_root, kind=SpanKind.SERVER) as span:
            try:
                refuse_query_credentials(scope["query_string"])
                refuse_two_credentials(scope["headers"])
                body = receive if self._is_upload(scope) else await _replay(receive, headers)
                await self._app(scope, body, request.send)
            except ServiceError as error:
                await request.fail(error)
            except Exception:
                log.exception("unexpected error in %s %s", scope["method"], request.route)
                await request.fail(InternalError("something went wrong on our side"))
            if span is not None:
                span.update_name(f"{scope['method']} {request.route}")
                span.set_attributes({"http.route": request.route, "http.response.status_code": request.status})
        # 499: the client went away before there was anything to say.
        metrics.answered(request.route, scope["method"], request.status or 499).inc()


async def _replay(receive: Receive, headers: Mapping[bytes, bytes]) -> Receive:
    """A `receive` that gives the checked body once and then whatever comes, such as the disconnect."""
    body = await read_body(receive, headers)
    if body:
        require_json(headers)
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return parts.pop() if parts else await receive()

    return replay


class _Request:
    """One request under way: its id and what was answered."""

    def __init__(self, scope: Scope, headers: Mapping[bytes, bytes], send: Send) -> None:
        self.id = problems.new_request_id(headers.get(b"x-request-id"))
        self.status = 0
        self._scope = scope
        self._send = send
        self._started_at = time.perf_counter()

    @property
    def route(self) -> str:
        """The template of the route, a fixed word for what no route takes."""
        return getattr(self._scope.get("route"), "path", "unmatched")

    async def send(self, message: Message) -> None:
        """Passes an answer on, with the request's id."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            metrics.duration(self.route, self._scope["method"]).observe(time.perf_counter() - self._started_at)
            named = {name for name, _ in message["headers"]}
            ours = ((b"x-request-id", self.id.encode()), *_PLAIN)
            message["headers"] = [*message["headers"], *(header for header in ours if header[0] not in named)]
        await self._send(message)

    async def fail(self, error: ServiceError) -> None:
        """Answers with an error, unless an answer has begun: then the connection ends for all to see."""
        if self.status:
            raise error
        await send_problem(self.send, error, self.id)
