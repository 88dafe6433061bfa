"""ServiceError to google.rpc.Status and back; the only place that knows both."""

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from servicekit.errors import (
    ConflictError,
    FieldError,
    InternalError,
    InvalidArgumentError,
    Kind,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServiceError,
    UnauthenticatedError,
    UnavailableError,
)

DOMAIN = "qiandao"
DETAILS_KEY = "grpc-status-details-bin"

_CODES = {
    Kind.INVALID_ARGUMENT: grpc.StatusCode.INVALID_ARGUMENT,
    Kind.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    Kind.PERMISSION_DENIED: grpc.StatusCode.PERMISSION_DENIED,
    Kind.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Kind.CONFLICT: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.RATE_LIMITED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Kind.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Kind.INTERNAL: grpc.StatusCode.INTERNAL,
}
_ERRORS: dict[int, type[ServiceError]] = {
    grpc.StatusCode.INVALID_ARGUMENT.value[0]: InvalidArgumentError,
    grpc.StatusCode.UNAUTHENTICATED.value[0]: UnauthenticatedError,
    grpc.StatusCode.PERMISSION_DENIED.value[0]: PermissionDeniedError,
    grpc.StatusCode.NOT_FOUND.value[0]: NotFoundError,
    grpc.StatusCode.FAILED_PRECONDITION.value[0]: ConflictError,
    grpc.StatusCode.ABORTED.value[0]: ConflictError,
    grpc.StatusCode.ALREADY_EXISTS.value[0]: ConflictError,
    grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]: RateLimitedError,
    grpc.StatusCode.UNAVAILABLE.value[0]: UnavailableError,
    grpc.StatusCode.DEADLINE_EXCEEDED.value[0]: UnavailableError,
    grpc.StatusCode.CANCELLED.value[0]: UnavailableError,
}


def code_of(error: ServiceError) -> grpc.StatusCode:
    """The transport code of an error's kind."""
    return _CODES[error.kind]


def to_status(error: ServiceError) -> status_pb2.Status:
    """The rich status with ErrorInfo, and BadRequest and RetryInfo where they apply.

    Source: google.aip.dev/193.
    """
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    details: list[any_pb2.Any] = [_pack(info)]
    if error.fields:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=field.field, description=field.message)
            for field in error.fields
        ]
        details.append(_pack(error_details_pb2.BadRequest(field_violations=violations)))
    if error.retry_after_s is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(int(error.retry_after_s * 1000))
        details.append(_pack(retry))
    return status_pb2.Status(code=code_of(error).value[0], message=error.detail, details=details)


def from_status(status: status_pb2.Status) -> ServiceError:
    """The error another process raised; unknown codes become INTERNAL."""
    info = error_details_pb2.ErrorInfo()
    bad_request = error_details_pb2.BadRequest()
    retry = error_details_pb2.RetryInfo()
    retry_after_s = None
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad_request)
        if detail.Unpack(retry):
            retry_after_s = retry.retry_delay.ToMilliseconds() / 1000
    error_type = _ERRORS.get(status.code, InternalError)
    return error_type(
        status.message,
        fields=[FieldError(violation.field, violation.description) for violation in bad_request.field_violations],
        retry_after_s=retry_after_s,
        metadata=dict(info.metadata),
        reason=info.reason or None,
    )


def from_rpc_error(error: grpc.aio.AioRpcError) -> ServiceError:
    """The typed error of a failed call, from its rich status when the other side sent one."""
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY and isinstance(value, bytes):
            return from_status(status_pb2.Status.FromString(value))
    return from_status(status_pb2.Status(code=error.code().value[0], message=error.details() or ""))


def _pack(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
