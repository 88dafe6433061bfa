"""Errors as problem+json; the one place that knows both a Kind and an HTTP status.

Source: RFC 9457.
"""

import math
import random
from http import HTTPStatus
from itertools import count
from os import urandom
from typing import Any, ClassVar

import msgspec

from servicekit.errors import InvalidArgumentError, Kind, NotFoundError, ServiceError

MEDIA_TYPE = "application/problem+json"

Headers = list[tuple[bytes, bytes]]

_STATUSES = {
    Kind.INVALID_ARGUMENT: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.PERMISSION_DENIED: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.RATE_LIMITED: 429,
    Kind.UNAVAILABLE: 503,
    Kind.INTERNAL: 500,
}
# What is about a person stays with them, also behind a cache that nobody thought of.
NO_STORE = (b"cache-control", b"no-store")
_CONTENT_TYPE = (b"content-type", MEDIA_TYPE.encode())
_CHALLENGE = (b"www-authenticate", b'Bearer realm="qiandao"')
_RETRY_S = (1.0, 3.0)
_REQUEST_ID_CHARACTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")

_boot = urandom(6).hex()
_numbers = count(1)


class RequestError(InvalidArgumentError):
    """What HTTP itself has a status for; its kind is INVALID_ARGUMENT."""

    status: ClassVar[int] = 400


class MalformedError(RequestError):
    """Not JSON, or not of the shape that the OpenAPI document gives."""


class BodyTooLargeError(RequestError):
    """More bytes than any request needs."""

    status = 413
    reason = "BODY_TOO_LARGE"


class MediaTypeError(RequestError):
    """A body that is not application/json."""

    status = 415
    reason = "MEDIA_TYPE_UNSUPPORTED"


class VerbError(RequestError):
    """The path exists, the HTTP method does not."""

    status = 405
    reason = "HTTP_METHOD_UNSUPPORTED"


class NoSuchPathError(NotFoundError):
    """Nothing is served at this path."""


class FieldProblem(msgspec.Struct):
    """A field that cannot be taken and how to mend it."""

    field: str
    message: str


class Problem(msgspec.Struct, omit_defaults=True):
    """A problem document with our extensions.

    `reason` is a stable code, `message` a sentence for the person, `receipt` the proof of arrival to send again with
    the same attempt, `reasons` and `checkin` the refused attempt.
    """

    type: str
    title: str
    status: int
    detail: str
    reason: str
    instance: str
    errors: list[FieldProblem] = []
    retry_after_s: float | None = None
    metadata: dict[str, str] = {}
    message: str = ""
    receipt: str = ""
    reasons: list[dict[str, Any]] = []
    checkin: Any = None


_encode = msgspec.json.Encoder().encode


def new_request_id(offered: bytes | None) -> str:
    """The id of a request: what the client sent when it is 1 to 64 plain characters, else a new one."""
    if offered is not None and 0 < len(offered) <= 64 and _REQUEST_ID_CHARACTERS.issuperset(offered):
        return offered.decode()
    return f"{_boot}-{next(_numbers):x}"


def status_of(error: ServiceError) -> int:
    """The HTTP status of an error."""
    return error.status if isinstance(error, RequestError) else _STATUSES[error.kind]


def to_problem(error: ServiceError, request_id: str) -> Problem:
    """The document of an error; what an INTERNAL error says stays inside."""
    status = status_of(error)
    is_internal = error.kind is Kind.INTERNAL
    return Problem(
        type=f"urn:qiandao:problem:{error.reason.lower().replace('_', '-')}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail="something went wrong on our side" if is_internal else readable(error.detail),
        reason="INTERNAL" if is_internal else error.reason,
        instance=f"urn:qiandao:request:{request_id}",
        errors=[FieldProblem(readable(field.field), readable(field.message)) for field in error.fields],
        retry_after_s=retry_after_s(error),
        metadata=error.metadata,
    )


def retry_after_s(error: ServiceError) -> float | None:
    """When to come back. After 503 with jitter, so that a thousand phones do not come back at the same instant."""
    if error.kind is Kind.UNAVAILABLE:
        return round(max(error.retry_after_s or 0.0, random.uniform(*_RETRY_S)), 1)  # noqa: S311  not a secret
    return error.retry_after_s


def readable(text: str) -> str:
    """Text that can be encoded, whatever a client wrote into it (lone surrogates become question marks)."""
    return text.encode("utf-8", "replace").decode()


def render(problem: Problem, request_id: str) -> tuple[int, Headers, bytes]:
    """Status, headers and body."""
    body = _encode(problem)
    headers: Headers = [
        _CONTENT_TYPE,
        NO_STORE,
        (b"content-length", b"%d" % len(body)),
        (b"x-request-id", request_id.encode()),
    ]
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers.append(_CHALLENGE)
    if problem.retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % max(1, math.ceil(problem.retry_after_s))))
    return problem.status, headers, body
