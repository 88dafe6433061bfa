"""Errors as problem documents."""

import json

import pytest

from gateway.http import problems
from servicekit.errors import (
    ConflictError,
    FieldError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServiceError,
    UnauthenticatedError,
    UnavailableError,
)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (problems.MalformedError("x"), 400),
        (problems.BodyTooLargeError("x"), 413),
        (problems.MediaTypeError("x"), 415),
        (InvalidArgumentError("x"), 422),
        (UnauthenticatedError("x"), 401),
        (PermissionDeniedError("x"), 403),
        (NotFoundError("x"), 404),
        (ConflictError("x"), 409),
        (RateLimitedError("x"), 429),
        (UnavailableError("x"), 503),
        (InternalError("x"), 500),
    ],
)
def test_every_kind_has_a_status(error: ServiceError, status: int) -> None:
    """HTTP statuses follow the kind, or the request error's own."""
    assert problems.status_of(error) == status


def test_a_problem_names_fields_and_request() -> None:
    """The document holds what RFC 9457 asks for and our extensions, and nothing empty."""
    error = InvalidArgumentError("title: is too long", fields=[FieldError("title", "is too long")])

    status, headers, body = problems.render(problems.to_problem(error, "r-1"), "r-1")

    assert json.loads(body) == {
        "type": "urn:qiandao:problem:invalid-argument",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "title: is too long",
        "reason": "INVALID_ARGUMENT",
        "instance": "urn:qiandao:request:r-1",
        "errors": [{"field": "title", "message": "is too long"}],
    }
    assert status == 422 and (b"x-request-id", b"r-1") in headers


def test_what_an_internal_error_says_stays_inside() -> None:
    """Neither text nor reason of an INTERNAL error reaches a client."""
    problem = problems.to_problem(InternalError("password=hunter2", reason="SQL"), "r")

    assert "hunter2" not in problem.detail and problem.reason == "INTERNAL"


def test_503_comes_back_at_different_times() -> None:
    """Retry-After after an outage is spread over two seconds, and never before what the service asked for."""
    waits = {problems.to_problem(UnavailableError("x"), "r").retry_after_s for _ in range(50)}

    assert len(waits) > 5 and all(wait is not None and 1 <= wait <= 3 for wait in waits)
    assert problems.to_problem(UnavailableError("x", retry_after_s=30), "r").retry_after_s == 30


def test_lone_surrogates_can_be_answered() -> None:
    """A field name that no encoder takes is still told."""
    error = InvalidArgumentError("\ud800: is not known", fields=[FieldError("\ud800", "is not known")])

    assert b'"?: is not known"' in problems.render(problems.to_problem(error, "r"), "r")[2]


@pytest.mark.parametrize("offered", [None, b"", b"x" * 65, b"a b", b"a\nb", "签".encode()])
def test_a_strange_request_id_is_replaced(offered: bytes | None) -> None:
    """Ids that could not go into a header or log are not taken over; new ones differ."""
    first, second = problems.new_request_id(offered), problems.new_request_id(offered)

    assert first != second and first.isascii()


def test_a_plain_request_id_is_kept() -> None:
    """The client's own id comes back."""
    assert problems.new_request_id(b"phone-7") == "phone-7"
