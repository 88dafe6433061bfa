"""Calling another process: one mTLS channel per target, a deadline on every call, typed errors."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc

from servicekit import telemetry
from servicekit.errors import UnavailableError
from servicekit.process import Process, Stop
from servicekit.rpc import status
from servicekit.rpc.interceptors import MINIMUM_LEFT_S, authorization, time_left_s
from servicekit.rpc.server import read_certificate

# The time this process needs itself to pass an answer on.
_SHAVE_S = 0.02
# For TCP and TLS together. In a rush both sides are busy: a shorter one fails again and again though all is well.
_CONNECT_MS = 2000


def connect(process: Process, target: str, name: str, *, retry: bool = False) -> grpc.aio.Channel:
    """A lazy channel, closed with the process.

    Args:
        target: host:port, `dns:///name:port`, or `ipv4:a:1,b:2`; calls go round-robin over its addresses.
        name: The mTLS name the other side must prove.
        retry: Repeat calls that failed UNAVAILABLE, for services whose methods are all idempotent.
    """
    ca, key, certificate = read_certificate(process.settings)
    channel = grpc.aio.secure_channel(
        target,
        grpc.ssl_channel_credentials(ca, key, certificate),
        options=[
            ("grpc.ssl_target_name_override", name),
            ("grpc.service_config", _service_config(retry)),
            ("grpc.initial_reconnect_backoff_ms", 100),
            # Despite its name how long an attempt to connect may take; the pauses between them are the other two.
            # Source: https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md, MIN_CONNECT_TIMEOUT.
            ("grpc.min_reconnect_backoff_ms", _CONNECT_MS),
            ("grpc.max_reconnect_backoff_ms", 1000),
            ("grpc.keepalive_time_ms", 60_000),
            ("grpc.dns_min_time_between_resolutions_ms", 5000),
            ("grpc.max_receive_message_length", 8 * 1024 * 1024),
        ],
    )
    process.at_stop(Stop.CLIENTS, channel.close)
    return channel


def _service_config(retry: bool) -> str:
    config: dict[str, Any] = {"loadBalancingConfig": [{"round_robin": {}}]}
    if retry:
        policy = {
            "maxAttempts": 3,
            "initialBackoff": "0.05s",
            "maxBackoff": "0.5s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE"],
        }
        config["methodConfig"] = [{"name": [{}], "retryPolicy": policy}]
        config["retryThrottling"] = {"maxTokens": 20, "tokenRatio": 0.1}
    return json.dumps(config)


async def call(
    method: Callable[..., Any], request: object, *, timeout_s: float, token: str | None = None, as_person: bool = False
) -> Any:
    """Calls a stub's method.

    Args:
        timeout_s: Own budget; shaved to what the incoming call has left.
        token: An access token to send along.
        as_person: Send along the access token of the call being served.

    Raises:
        ServiceError: What the other side raised; UNAVAILABLE when it is gone or too slow.
    """
    metadata, budget_s = _prepared(timeout_s, token or (authorization() if as_person else None))
    try:
        return await method(request, timeout=budget_s, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        raise status.from_rpc_error(error) from error


async def pieces(
    method: Callable[..., Any], request: object, *, timeout_s: float, token: str | None = None
) -> AsyncIterator[Any]:
    """Calls a stub's method that answers in pieces; see `call`."""
    metadata, budget_s = _prepared(timeout_s, token)
    try:
        async for piece in method(request, timeout=budget_s, metadata=metadata):
            yield piece
    except grpc.aio.AioRpcError as error:
        raise status.from_rpc_error(error) from error


def _prepared(timeout_s: float, sender: str | None) -> tuple[list[tuple[str, str]], float]:
    """The metadata of a call, and how long it may take."""
    left_s = time_left_s()
    budget_s = timeout_s if left_s is None else min(timeout_s, left_s - _SHAVE_S)
    if budget_s < min(MINIMUM_LEFT_S, timeout_s):
        raise UnavailableError("too little time left to ask another service", retry_after_s=1)
    metadata: list[tuple[str, str]] = []
    if sender:
        metadata.append(("authorization", sender))
    if parent := telemetry.traceparent():
        metadata.append(("traceparent", parent))
    return metadata, budget_s
