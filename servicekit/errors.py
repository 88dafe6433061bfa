"""One typed error from the domain to the wire: a Kind, a stable reason, never a transport code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """What went wrong, in terms every transport can map."""

    INVALID_ARGUMENT = "invalid_argument"
    UNAUTHENTICATED = "unauthenticated"
    PERMISSION_DENIED = "permission_denied"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class FieldError:
    """A field that cannot be taken and how to mend it."""

    field: str
    message: str


class ServiceError(Exception):
    """Base of every error that may cross a process.

    Args:
        detail: A sentence for the caller that names the cure. Never contains secrets or another person's data.
        fields: The fields at fault, for INVALID_ARGUMENT.
        retry_after_s: When to come back, for RATE_LIMITED and UNAVAILABLE.
        metadata: Numbers and ids that belong to the reason.
        reason: Overrides the class's reason when an error arrives from another process.
    """

    kind: ClassVar[Kind] = Kind.INTERNAL
    reason: str = "INTERNAL"

    def __init__(
        self,
        detail: str,
        *,
        fields: Sequence[FieldError] = (),
        retry_after_s: float | None = None,
        metadata: Mapping[str, str] | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = tuple(fields)
        self.retry_after_s = retry_after_s
        self.metadata = dict(metadata or {})
        if reason is not None:
            self.reason = reason


class InvalidArgumentError(ServiceError):
    """The request cannot be understood or a field is out of range."""

    kind = Kind.INVALID_ARGUMENT
    reason = "INVALID_ARGUMENT"


class UnauthenticatedError(ServiceError):
    """Nobody proved who they are."""

    kind = Kind.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"


class PermissionDeniedError(ServiceError):
    """The caller is known and may not do this."""

    kind = Kind.PERMISSION_DENIED
    reason = "PERMISSION_DENIED"


class NotFoundError(ServiceError):
    """There is no such thing, or the caller may not know of it."""

    kind = Kind.NOT_FOUND
    reason = "NOT_FOUND"


class ConflictError(ServiceError):
    """The thing is not in a state that allows this."""

    kind = Kind.CONFLICT
    reason = "CONFLICT"


class RateLimitedError(ServiceError):
    """The caller asks too often; `retry_after_s` says when to come back."""

    kind = Kind.RATE_LIMITED
    reason = "RATE_LIMITED"


class UnavailableError(ServiceError):
    """A dependency is gone or too slow; the same request may work later."""

    kind = Kind.UNAVAILABLE
    reason = "UNAVAILABLE"


class InternalError(ServiceError):
    """A bug. Its text stays inside."""


def invalid(field: str, message: str) -> InvalidArgumentError:
    """One field at fault, with the cure as message."""
    return InvalidArgumentError(f"{field}: {message}", fields=[FieldError(field, message)])
