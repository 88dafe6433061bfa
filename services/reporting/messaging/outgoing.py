"""Requests to hosts that people name: to addresses that may be, and to none that were not looked at.

A name is looked up once, each of its addresses must be allowed, and the connection goes to the very address that was
looked at, with the name in TLS and in the request; whoever moves the name in between moves nothing. Nothing is
redirected, no proxy of the environment is asked, and little is read of what is answered.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import asyncio
import ipaddress
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import httpx

from services.reporting.messaging.robots import Outgoing

log = logging.getLogger(__name__)

_TIMEOUT_S = 5.0
_ANSWER_BYTES = 64 * 1024
_RETRY_AFTER_AT_MOST_S = 3600
# Nothing is unpacked: what is small on the way may be anything in memory.
_AS_IT_IS = "identity"
_HEADERS = {"content-type": "application/json; charset=utf-8", "accept-encoding": _AS_IT_IS}

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The addresses of a host, as text; raises OSError.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class AddressRefusedError(Exception):
    """A host has an address that nobody outside may have us talk to."""


class Answer(NamedTuple):
    """What a host answered; `retry_after_s` is 0 where it does not say."""

    status: int
    content: bytes
    retry_after_s: int


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as the system knows them; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """Whether it is of the internet, or in a network that settings allow."""
    within = getattr(address, "ipv4_mapped", None) or address
    if any(within in network for network in networks if network.version == within.version):
        return True
    embeds = getattr(within, "sixtofour", None) or getattr(within, "teredo", None)
    return within.is_global and not within.is_multicast and embeds is None and within not in _TRANSLATED


# Addresses of IPv4 behind a translator (RFC 6052), whatever they are.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class _Looked(httpx.AsyncBaseTransport):
    """Sends to an address that was looked at."""

    def __init__(self, inner: httpx.AsyncBaseTransport, networks: Sequence[Network], resolve: Resolve) -> None:
        self._inner = inner
        self._networks = networks
        self._resolve = resolve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Looks the host up, and goes where that led."""
        host = request.url.host
        found = [ipaddress.ip_address(each) for each in await self._resolve(host, request.url.port or 443)]
        if not found or not all(is_allowed(each, self._networks) for each in found):
            raise AddressRefusedError
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=str(found[0]))
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._inner.aclose()


class Outside:
    """Posts to hosts that people name.

    Args:
        networks: Allowed though they are not of the internet.
        ca_file: Whose certificates are believed; empty: those of the system.
        resolve: Looks hosts up.
        transport: What carries requests; None for the network.
    """

    def __init__(
        self,
        networks: Sequence[Network] = (),
        ca_file: str = "",
        *,
        resolve: Resolve = resolve,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        verify = ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
        # Each message goes its own way: connections that are kept would outlive what was looked up.
        limits = httpx.Limits(max_keepalive_connections=0)
        inner = transport or httpx.AsyncHTTPTransport(verify=verify, limits=limits, trust_env=False)
        self._client = httpx.AsyncClient(
            transport=_Looked(inner, networks, resolve), timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False
        )

    async def post(self, outgoing: Outgoing) -> Answer | None:
        """What a host answers; None: it does not, or too much, or too late. No URL is ever logged: keys are in them.

        Raises:
            AddressRefusedError: It is nowhere we may go.
        """
        try:
            # httpx bounds each phase of a request, this all of them together.
            async with asyncio.timeout(_TIMEOUT_S):
                return await self._asked(outgoing)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            log.warning("a robot cannot be reached: %s", type(error).__name__)
            return None

    async def _asked(self, outgoing: Outgoing) -> Answer | None:
        content = bytearray()
        async with self._client.stream("POST", outgoing.url, content=outgoing.body, headers=_HEADERS) as response:
            if response.headers.get("content-encoding", _AS_IT_IS) != _AS_IT_IS:
                return None
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > _ANSWER_BYTES:
                    return None
        return Answer(response.status_code, bytes(content), _seconds(response.headers.get("retry-after", "")))

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()


def _seconds(text: str) -> int:
    """Of Retry-After, where it is a number; RFC 9110 knows dates too, which none of them sends."""
    return min(int(text), _RETRY_AFTER_AT_MOST_S) if text.isascii() and text.isdigit() and len(text) < 9 else 0
