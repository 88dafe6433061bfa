"""Whose connection it is: the address in front of the proxies that we trust.

Limits per address count by what is said here. Behind an ingress that `QIANDAO_TRUSTED_PROXIES` does not name everybody
has one address, the ingress's.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

_FORWARDED_FOR = b"x-forwarded-for"
_PORT = re.compile(r"\[(?P<six>[^\]]*)\](:\d+)?|(?P<four>\d+\.\d+\.\d+\.\d+):\d+")
# What one customer of a provider has; RFC 6177.
_SIX_PREFIX = 64

Network = IPv4Network | IPv6Network


def parse_networks(text: object) -> tuple[Network, ...]:
    """Networks from text such as `10.0.0.0/8, 192.0.2.7, fd00::/8`.

    Raises:
        ValueError: A part is no network, or is everybody.
    """
    # The default, which is validated too, is no text.
    return tuple(_network(part.strip()) for part in str(text or "").split(",") if part.strip())


Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(parse_networks)]


def _network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError:
        raise ValueError("a part is no network; write networks such as 10.0.0.0/8, separated by commas") from None
    if network.prefixlen == 0:
        raise ValueError("a part is everybody, and then anybody may say who they are; name the proxies' own networks")
    return network


class Proxies:
    """The proxies in front of us.

    Args:
        networks: Where they are; X-Forwarded-For of anybody else is not read.
    """

    def __init__(self, networks: tuple[Network, ...] = ()) -> None:
        self._networks = networks

    def trusts(self, address: str) -> bool:
        """Whether a proxy of ours has this address."""
        parsed = _parse(address) if self._networks else None
        return parsed is not None and any(parsed in network for network in self._networks)

    def stranger(self, peer: str) -> str:
        """Who is at the other end of a connection, as limits count it; "" for a proxy of ours, which is not counted."""
        return "" if self.trusts(peer) else counted_as(peer)

    def client_address(self, scope: Mapping[str, Any]) -> str:
        """What limits per address count: IPv4 as it is, IPv6 by its /64; "" when the client has gone.

        It is read from the right: our own proxy wrote the last address, and left of a stranger's is only what the
        stranger says.
        """
        peer = (scope["client"] or ("",))[0]
        for hop in [peer, *reversed(_forwarded(scope["headers"]))] if self.trusts(peer) else ():
            if _parse(hop) is None:
                break
            peer = hop
            if not self.trusts(hop):
                break
        return counted_as(peer)


def counted_as(address: str) -> str:
    """An address as limits count it."""
    parsed = _parse(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _SIX_PREFIX), strict=False))
    return str(parsed or "")


def _forwarded(headers: list[tuple[bytes, bytes]]) -> list[str]:
    lines = [value.decode("latin-1") for name, value in headers if name == _FORWARDED_FOR]
    return [hop.strip() for hop in ",".join(lines).split(",")] if lines else []


@lru_cache(maxsize=4096)
def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """An address, with or without a port; IPv4 in IPv6's clothes is IPv4."""
    match = _PORT.fullmatch(text)
    try:
        address = ip_address((match["six"] or match["four"]) if match else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
