"""A gRPC server with mTLS, bounded concurrency, and a share for every new client connection."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import grpc

from servicekit.process import Process, Stop
from servicekit.rpc.interceptors import Access, ServerInterceptor
from servicekit.settings import SharedSettings
from servicekit.tokens import TokenVerifier

_GRACE_S = 10.0
# A new pod takes the place of one that knows the keys; while identity is gone it serves what needs no person.
_KEYS_WITHIN_S = 3.0
# Connection age makes clients look names up again, so that a new replica gets its share within a minute; a handshake
# every half minute costs each pair of processes some 2 ms.
_OPTIONS: list[tuple[str, int]] = [
    ("grpc.max_connection_age_ms", 30_000),
    ("grpc.max_connection_age_grace_ms", 15_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 60_000),
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    ("grpc.so_reuseport", 0),
]
# No limit on streams per connection: with one, the server resets what a client sends beyond it [measured]. What comes
# beyond this is refused at once rather than queued.
_MAXIMUM_CONCURRENT_RPCS = 2048


class Registration(Protocol):
    """`add_XServicer_to_server` of the generated code."""

    def __call__(self, servicer: Any, server: Any) -> None:
        """Registers the servicer."""


def read_certificate(settings: SharedSettings) -> tuple[bytes, bytes, bytes]:
    """CA certificate, own key, own certificate, as PEM."""
    paths: tuple[Path, Path, Path] = (settings.tls_ca_file, settings.tls_key_file, settings.tls_cert_file)
    ca, key, certificate = (path.read_bytes() for path in paths)
    return ca, key, certificate


async def serve(
    process: Process,
    address: str,
    register: Registration,
    servicer: object,
    access: Mapping[str, Access],
    verifier: TokenVerifier | None = None,
) -> None:
    """Starts serving, with the signing keys unless they take too long, and registers the orderly stop.

    Args:
        address: host:port.
        access: Who may call which method; see `ServerInterceptor`.
        verifier: Needed when any method needs a person.
    """
    ca, key, certificate = read_certificate(process.settings)
    credentials = grpc.ssl_server_credentials([(key, certificate)], ca, require_client_auth=True)
    server = grpc.aio.server(
        interceptors=[ServerInterceptor(access, verifier)],
        options=_OPTIONS,
        maximum_concurrent_rpcs=_MAXIMUM_CONCURRENT_RPCS,
    )
    register(servicer, server)
    if verifier is not None:
        await verifier.learn_keys(_KEYS_WITHIN_S)
    server.add_secure_port(address, credentials)
    await server.start()
    process.at_stop(Stop.ACCEPTING, lambda: server.stop(_GRACE_S))
