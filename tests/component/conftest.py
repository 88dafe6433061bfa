"""Processes on the loopback: real gRPC and mTLS, and whatever fakes a test puts behind the servicer."""

import base64
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from deploy.local.credentials import Authority
from servicekit import ids
from servicekit.process import Process, Stop
from servicekit.rpc import client
from servicekit.rpc.interceptors import Access
from servicekit.rpc.server import Registration, serve
from servicekit.settings import SharedSettings
from servicekit.tokens import AUDIENCE, ISSUER, MEDIA_TYPE, TokenVerifier


@cache
def _settings(name: str, tls: Path) -> SharedSettings:
    files = {"ca": tls / "ca.pem", "cert": tls / f"{name}.pem", "key": tls / f"{name}.key"}
    settings: dict[str, Any] = {f"tls_{kind}_file": path for kind, path in files.items()}
    return SharedSettings(**settings)


class LoopbackProcess(Process):
    """A process without signals and ops port, whose shutdown the test runs."""

    def __init__(self, name: str, tls: Path) -> None:
        super().__init__(name, _settings(name, tls), "127.0.0.1:0")
        self._ends: list[tuple[Stop, Callable[[], Awaitable[object]]]] = []

    def at_stop(self, step: Stop, action: Callable[[], Awaitable[object]]) -> None:
        """Keeps the action for `end`."""
        self._ends.append((step, action))

    async def end(self) -> None:
        """Runs the shutdown in its order."""
        for _, action in sorted(self._ends, key=lambda end: end[0]):
            await action()


class Signer:
    """Signs access tokens as identity does, and lets services verify them."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def token(self, user_id: bytes) -> str:
        """An hour's access token of a person."""
        header = {"alg": "ES256", "typ": MEDIA_TYPE, "kid": "test"}
        person = {"sub": ids.to_text(user_id), "sid": ids.to_text(ids.new_id())}
        payload = {"iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 3600, **person}
        signed = f"{_encode(msgspec.json.encode(header))}.{_encode(msgspec.json.encode(payload))}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{_encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def verifier(self) -> TokenVerifier:
        """What a service checks tokens with."""
        return TokenVerifier(self._jwks)

    async def _jwks(self) -> str:
        numbers = self._key.public_key().public_numbers()
        x, y = (_encode(part.to_bytes(32, "big")) for part in (numbers.x, numbers.y))
        return json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "kid": "test", "x": x, "y": y}]})


class Loopback:
    """Serves servicers and connects to them under any process's name."""

    def __init__(self, tls: Path) -> None:
        self._tls = tls
        self._processes: list[LoopbackProcess] = []
        self._addresses: dict[str, str] = {}

    def process(self, name: str) -> LoopbackProcess:
        """A process of that name, ended after the test."""
        process = LoopbackProcess(name, self._tls)
        self._processes.append(process)
        return process

    async def serve(
        self,
        name: str,
        register: Registration,
        servicer: object,
        access: Mapping[str, Access],
        verifier: TokenVerifier | None = None,
    ) -> None:
        """Serves a servicer as the process `name`."""
        self._addresses[name] = _free_address()
        await serve(self.process(name), self._addresses[name], register, servicer, access, verifier)

    def connect(self, name: str, caller: str, address: str = "") -> grpc.aio.Channel:
        """A channel to the process `name` with the certificate of `caller`, by another address if one is given."""
        return client.connect(self.process(caller), address or self._addresses[name], name)

    def address(self, name: str) -> str:
        """host:port of the process `name`."""
        return self._addresses[name]

    async def end(self) -> None:
        """Ends everything, callers first."""
        for process in reversed(self._processes):
            await process.end()


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for every process, from an authority of this run's own."""
    folder = tmp_path_factory.mktemp("tls")
    Authority(folder).issue()
    return folder


@pytest.fixture
async def loopback(tls: Path) -> AsyncIterator[Loopback]:
    """See `Loopback`."""
    loopback = Loopback(tls)
    yield loopback
    await loopback.end()


@pytest.fixture(scope="session")
def signer() -> Signer:
    """See `Signer`."""
    return Signer()


def _encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
