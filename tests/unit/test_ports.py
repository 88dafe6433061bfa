"""A port that was promised to a test's server is there for it and for nobody else."""

import errno
import socket

import pytest

from tests.ports import reserved_port


def test_a_reserved_port_is_given_to_whoever_names_it() -> None:
    """A server sets SO_REUSEADDR, as asyncio, gRPC, Redis and MariaDB do."""
    port = reserved_port()
    with socket.create_server(("127.0.0.1", port)) as server:
        assert server.getsockname()[1] == port


def test_a_reserved_port_is_not_free() -> None:
    """So the kernel picks it for no connection and for no other port 0."""
    port = reserved_port()
    with socket.socket() as other, pytest.raises(OSError) as refused:
        other.bind(("127.0.0.1", port))
    assert refused.value.errno == errno.EADDRINUSE
