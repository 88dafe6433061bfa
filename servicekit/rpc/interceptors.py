"""The one server interceptor: who calls, how much time is left, metrics, trace, and errors as rich status."""

# grpc.RpcMethodHandler is generic for mypy only, so annotations must not be evaluated.
from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from typing import Any

import grpc
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Histogram

from servicekit import telemetry
from servicekit.errors import InternalError, PermissionDeniedError, ServiceError, UnauthenticatedError, UnavailableError
from servicekit.rpc import status
from servicekit.series import from_start
from servicekit.tokens import Claims, TokenVerifier

log = logging.getLogger(__name__)

MINIMUM_LEFT_S = 0.1

_HANDLED = Counter("grpc_server_handled_total", "RPCs answered.", ["method", "code"])
_HANDLING = Histogram(
    "grpc_server_handling_seconds",
    "Time to answer an RPC.",
    ["method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5),
)

# What is shown as failing: the other codes are answers to what a caller did.
_WATCHED_CODES = ("OK", "UNAVAILABLE", "INTERNAL")

_claims: ContextVar[Claims | None] = ContextVar("claims", default=None)
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a method, and whether a person must stand behind the call."""

    callers: frozenset[str]
    needs_person: bool = False


def by(*callers: str) -> Access:
    """Processes that may call, on nobody's behalf."""
    return Access(frozenset(callers))


def for_person(*callers: str) -> Access:
    """Processes that may call with a person's access token."""
    return Access(frozenset(callers), needs_person=True)


def person() -> Claims:
    """The claims of the person behind the current call.

    Raises:
        UnauthenticatedError: The method's Access does not ask for a person and none was sent.
    """
    claims = _claims.get()
    if claims is None:
        raise UnauthenticatedError("this call needs an access token")
    return claims


def authorization() -> str | None:
    """The access token behind the current call, to hand on to the next service."""
    claims = _claims.get()
    return claims.token if claims else None


def time_left_s() -> float | None:
    """Seconds until the incoming call's deadline; None outside a call."""
    deadline = _deadline.get()
    return None if deadline is None else deadline - time.monotonic()


def shared_context() -> Context:
    """The current context for work whose result several callers share: no person, no deadline, the same trace."""
    context = copy_context()
    context.run(_claims.set, None)
    context.run(_deadline.set, None)
    return context


Handler = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Any]]


class ServerInterceptor(grpc.aio.ServerInterceptor):
    """Wraps each method once; one that answers in pieces writes them to its context, none streams both ways.

    Args:
        access: Full method name, as in `/checkin.v1.CheckinService/GetCheckin`, to who may call it. A method that is
            not in the table is open to nobody.
        verifier: Checks access tokens of methods that need a person.
    """

    def __init__(self, access: Mapping[str, Access], verifier: TokenVerifier | None) -> None:
        self._access = access
        self._verifier = verifier
        self._wrapped: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}
        from_start(_HANDLED, method=access, code=_WATCHED_CODES)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The wrapped handler of the method."""
        method = handler_call_details.method
        if method not in self._wrapped:
            handler = await continuation(handler_call_details)
            if handler is None:
                return None
            handle, handler_of = _kind(handler)
            self._wrapped[method] = handler_of(
                self._wrap(method, handle),
                request_deserializer=handler.request_deserializer,
                response_serializer=handler.response_serializer,
            )
        return self._wrapped[method]

    def _wrap(self, method: str, handle: Handler) -> Handler:
        access = self._access.get(method, by())
        handling = _HANDLING.labels(method)
        ok = _HANDLED.labels(method, grpc.StatusCode.OK.name)

        async def wrapped(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
            started = time.perf_counter()
            try:
                metadata = dict(context.invocation_metadata() or ())
                await self._admit(access, metadata, context)
                parent = telemetry.parse_traceparent(_text(metadata.get("traceparent")))
                with telemetry.span(method[1:], parent=parent, kind=SpanKind.SERVER):
                    response = await handle(request, context)
                ok.inc()
                return response
            except ServiceError as error:
                await _abort(context, method, error)
            except (grpc.aio.AbortError, grpc.aio.BaseError):
                raise
            except Exception:
                log.exception("unexpected error in %s", method)
                await _abort(context, method, InternalError("something went wrong on our side"))
            finally:
                handling.observe(time.perf_counter() - started)

        return wrapped

    async def _admit(
        self, access: Access, metadata: Mapping[str, str | bytes], context: grpc.aio.ServicerContext[Any, Any]
    ) -> None:
        if caller_name(context) not in access.callers:
            raise PermissionDeniedError("this process may not call this method")
        left_s = context.time_remaining()
        if left_s is None or left_s > 3600:
            raise PermissionDeniedError("every call needs a deadline")
        if left_s < MINIMUM_LEFT_S:
            raise UnavailableError("too little time left to answer", retry_after_s=1)
        _deadline.set(time.monotonic() + left_s)
        _claims.set(None)
        if access.needs_person:
            token = _text(metadata.get("authorization"))
            if self._verifier is None or token is None:
                raise UnauthenticatedError("this call needs an access token")
            _claims.set(await self._verifier.verify(token))


def _kind(handler: grpc.RpcMethodHandler[Any, Any]) -> tuple[Handler, Callable[..., Any]]:
    """The function of a handler, and what makes a handler of another such function."""
    kinds: tuple[tuple[Any, Callable[..., Any]], ...] = (
        (handler.unary_unary, grpc.unary_unary_rpc_method_handler),
        (handler.stream_unary, grpc.stream_unary_rpc_method_handler),
        (handler.unary_stream, grpc.unary_stream_rpc_method_handler),
    )
    [(handle, handler_of)] = [kind for kind in kinds if kind[0] is not None]
    return handle, handler_of


def caller_name(context: grpc.aio.ServicerContext[Any, Any]) -> str | None:
    """The common name of the client certificate."""
    names = context.auth_context().get("x509_common_name", ())
    return next((name.decode() for name in names), None)


async def _abort(context: grpc.aio.ServicerContext[Any, Any], method: str, error: ServiceError) -> None:
    code = status.code_of(error)
    _HANDLED.labels(method, code.name).inc()
    details = status.to_status(error).SerializeToString()
    await context.abort(code, error.detail, ((status.DETAILS_KEY, details),))


def _text(value: str | bytes | None) -> str | None:
    return value.decode() if isinstance(value, bytes) else value
