"""Where requests go: to the address that was looked at, which must be of the internet or allowed."""

import gzip
import ipaddress
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from services.reporting.messaging.outgoing import AddressRefusedError, Outside, is_allowed
from services.reporting.messaging.robots import Outgoing

URL = "https://open.feishu.cn/open-apis/bot/v2/hook/a"


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("8.8.8.8", True),
        ("2400:3200::1", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),  # noqa: S104  nothing listens here
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("239.1.1.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_only_the_internet_is_outside(address: str, *, is_good: bool) -> None:
    """And none of what leads inside in disguise."""
    assert is_allowed(ipaddress.ip_address(address), []) is is_good


def test_a_network_may_be_allowed() -> None:
    """By settings, and no further."""
    networks = [ipaddress.ip_network("10.1.0.0/16")]
    assert is_allowed(ipaddress.ip_address("10.1.2.3"), networks)
    assert is_allowed(ipaddress.ip_address("::ffff:10.1.2.3"), networks)
    assert not is_allowed(ipaddress.ip_address("10.2.2.3"), networks)


class Wire:
    """What is connected to, and with which name."""

    def __init__(self, answer: httpx.Response | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer or httpx.Response(200, json={"code": 0})

    def transport(self) -> httpx.MockTransport:
        """Answers everything."""

        def handle(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return self._answer

        return httpx.MockTransport(handle)


class Names:
    """A name server that says something else each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The next answer."""
        self.asked += 1
        return self._answers.pop(0)


def outside(wire: Wire, resolve: Any) -> Outside:
    """One that allows the internet alone."""
    return Outside(resolve=resolve, transport=wire.transport())


async def test_it_connects_to_what_it_looked_at() -> None:
    """A name that is moved inside after the look (rebinding) moves nothing: it is looked up once."""
    wire, names = Wire(), Names(["8.8.8.8"], ["127.0.0.1"])
    answer = await outside(wire, names.resolve).post(Outgoing(URL, b"{}"))
    assert answer is not None and answer.status == 200
    [request] = wire.requests
    assert (request.url.host, request.headers["host"]) == ("8.8.8.8", "open.feishu.cn")
    assert request.extensions["sni_hostname"] == "open.feishu.cn" and names.asked == 1


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["169.254.169.254"], []])
async def test_a_name_that_leads_inside_is_refused(addresses: Sequence[str]) -> None:
    """Though only one of its addresses does; nothing is sent."""
    wire = Wire()
    with pytest.raises(AddressRefusedError):
        await outside(wire, Names(addresses).resolve).post(Outgoing(URL, b"{}"))
    assert wire.requests == []


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://2130706433/x", "https://0x7f.1/x", "https://[::1]/x"])
async def test_an_address_in_disguise_is_refused(url: str) -> None:
    """However it is written, the system's own resolver says what it is."""
    wire = Wire()
    with pytest.raises(AddressRefusedError):
        await Outside(transport=wire.transport()).post(Outgoing(url, b"{}"))
    assert wire.requests == []


async def test_nothing_is_redirected() -> None:
    """Whatever the answer says."""
    wire = Wire(httpx.Response(302, headers={"location": "http://127.0.0.1/"}))
    answer = await outside(wire, Names(["8.8.8.8"]).resolve).post(Outgoing(URL, b"{}"))
    assert answer is not None and answer.status == 302 and len(wire.requests) == 1


async def test_little_is_read_of_an_answer() -> None:
    """A megabyte is none."""
    wire = Wire(httpx.Response(200, content=b"x" * 1_000_000))
    assert await outside(wire, Names(["8.8.8.8"]).resolve).post(Outgoing(URL, b"{}")) is None


async def test_nothing_of_an_answer_is_unpacked() -> None:
    """A few bytes that would be a hundred megabytes are not even read; nobody is asked to pack."""
    read: list[bytes] = []

    async def pieces() -> AsyncIterator[bytes]:
        read.append(gzip.compress(bytes(100_000_000)))
        yield read[-1]

    wire = Wire(httpx.Response(200, headers={"content-encoding": "gzip"}, content=pieces()))
    assert await outside(wire, Names(["8.8.8.8"]).resolve).post(Outgoing(URL, b"{}")) is None
    assert wire.requests[0].headers["accept-encoding"] == "identity" and read == []


async def test_a_name_that_nobody_knows_is_no_answer() -> None:
    """It may be known later."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror

    assert await outside(Wire(), resolve).post(Outgoing(URL, b"{}")) is None
