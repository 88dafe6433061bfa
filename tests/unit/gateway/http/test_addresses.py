"""Whom limits per address count, directly and behind proxies."""

from typing import Any

import pytest

from gateway.http.addresses import Proxies, parse_networks
from gateway.settings import HttpSettings
from servicekit.settings import load

PROXIES = Proxies(parse_networks("10.0.0.0/8, fd00::/8"))


def scope(peer: str, *forwarded: str) -> dict[str, Any]:
    """A request of this peer, with these X-Forwarded-For lines."""
    return {"client": (peer, 4711), "headers": [(b"x-forwarded-for", line.encode()) for line in forwarded]}


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "nobody in between": (scope("203.0.113.7"), "203.0.113.7"),
    "a stranger says who he is": (scope("203.0.113.7", "198.51.100.1"), "203.0.113.7"),
    "our proxy says who": (scope("10.0.0.1", "198.51.100.1"), "198.51.100.1"),
    "a stranger says it to our proxy": (scope("10.0.0.1", "192.0.2.9, 198.51.100.1"), "198.51.100.1"),
    "a stranger claims to be our proxy": (scope("10.0.0.1", "192.0.2.9, 10.0.0.2, 198.51.100.1"), "198.51.100.1"),
    "two of our proxies": (scope("10.0.0.1", "198.51.100.1, 10.0.0.2"), "198.51.100.1"),
    "two lines are one list": (scope("10.0.0.1", "192.0.2.9", "198.51.100.1"), "198.51.100.1"),
    "our proxy asks for itself": (scope("10.0.0.1"), "10.0.0.1"),
    "only our proxies": (scope("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3"),
    "no address": (scope("10.0.0.1", "192.0.2.9, unknown"), "10.0.0.1"),
    "empty": (scope("10.0.0.1", ""), "10.0.0.1"),
    "with a port": (scope("10.0.0.1", "198.51.100.1:443"), "198.51.100.1"),
    "IPv6 with a port": (scope("fd00::1", "[2001:db8:1:2:3::4]:443"), "2001:db8:1:2::/64"),
    "IPv6 counts by its network": (scope("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64"),
    "IPv4 in IPv6's clothes": (scope("::ffff:10.0.0.1", "::ffff:198.51.100.1"), "198.51.100.1"),
    "gone": ({"client": None, "headers": []}, ""),
}


@pytest.mark.parametrize(("request_scope", "address"), CASES.values(), ids=CASES)
def test_who_is_counted(request_scope: dict[str, Any], address: str) -> None:
    """The nearest one that is none of our proxies, whatever strangers write."""
    assert PROXIES.client_address(request_scope) == address


def test_without_proxies_nobody_is_believed() -> None:
    """Unless they are named, the header of the proxy itself is a stranger's."""
    assert Proxies().client_address(scope("10.0.0.1", "198.51.100.1")) == "10.0.0.1"


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "ingress", "0.0.0.0/0", "::/0", "10.0.0.0/8 fd00::/8"])
def test_networks_that_make_no_sense_are_named(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gateway does not start, and says which variable is wrong and how it is written."""
    monkeypatch.setenv("QIANDAO_TRUSTED_PROXIES", text)
    with pytest.raises(SystemExit):
        load(HttpSettings)
    said = capsys.readouterr().err
    assert said.startswith("QIANDAO_TRUSTED_PROXIES: ") and "network" in said


def test_networks_come_from_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Separated by commas; empty is nobody."""
    monkeypatch.setenv("QIANDAO_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7")
    assert Proxies(load(HttpSettings).trusted_proxies).trusts("192.0.2.7")
    monkeypatch.setenv("QIANDAO_TRUSTED_PROXIES", "")
    assert load(HttpSettings).trusted_proxies == ()


def test_unless_told_nobody_is_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway starts without the variable."""
    monkeypatch.delenv("QIANDAO_TRUSTED_PROXIES", raising=False)
    assert load(HttpSettings).trusted_proxies == ()
