"""Every edge between two programs has a proxy, and every process finds the others behind its own."""

import json
import re
from pathlib import Path

import pytest

from deploy import fleet
from deploy.fleet import PROCESSES, ROOT, SERVICES, environment, ports
from deploy.local import proxies
from deploy.local.credentials import Vault
from deploy.local.stack import Shape, programs

TWO = Shape({**dict.fromkeys(PROCESSES, 1), "checkin": 2}, is_proxied=True)


def calls_in_code(package: str) -> set[str]:
    """The services whose targets the code of a package reads."""
    code = "".join(path.read_text() for path in (ROOT / package).rglob("*.py"))
    return {name for name in SERVICES if re.search(rf"\b{name}_target\b", code)}


@pytest.mark.parametrize("package", sorted({process.package for process in PROCESSES.values()}))
def test_every_call_is_in_the_table(package: str) -> None:
    """A process that calls a new service gets a proxy for it, or the table lies."""
    named = {name for process in PROCESSES.values() if process.package == package for name in process.calls}
    assert named == calls_in_code(package)


def test_no_edge_is_shared() -> None:
    """Each has a name and a port of its own, a replica of a service too."""
    edges = TWO.edges()
    assert len({edge.name for edge in edges}) == len({edge.port for edge in edges}) == len(edges)
    assert {"gateway-checkin", "gateway-checkin.1", "recorder-mariadb"} <= {edge.name for edge in edges}


def test_a_process_finds_everything_behind_its_own_proxies() -> None:
    """Servers and services, all replicas of these, and nobody else's ports."""
    edges, place = TWO.edges(), TWO.place()
    own = {edge.name: edge.address for edge in edges}

    gateway = proxies.place_of(PROCESSES["gateway"], edges, place)
    identity = proxies.place_of(PROCESSES["identity"], edges, place)

    assert gateway.targets["checkin"] == f"ipv4:{own['gateway-checkin']},{own['gateway-checkin.1']}"
    assert (gateway.redis, gateway.amqp) == (own["gateway-redis"], own["gateway-rabbitmq"])
    assert identity.wechat == f"http://{own['identity-wechat']}"
    assert identity.mysql == own["identity-mariadb"]


def test_an_edge_ends_where_its_server_listens() -> None:
    """What comes out of the proxies is where everything really is."""
    upstreams = {edge.name: edge.upstream for edge in TWO.edges()}
    assert upstreams["checkin-redis"] == TWO.place().redis
    assert upstreams["identity-wechat"] == "127.0.0.1:8090"
    assert upstreams["gateway-checkin.1"] == "127.0.0.1:50063"


def test_a_process_reads_other_urls_and_the_same_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxied, only where things are differs; passwords and keys stay what they are."""
    monkeypatch.setattr(proxies, "_URLS", tmp_path / "proxied")
    vault, edges = Vault(tmp_path / "secrets"), TWO.edges()
    vault.fill(TWO.place())
    proxies.write_urls(vault, edges, TWO.place())
    checkin = PROCESSES["checkin"]
    found = environment(checkin, ports(checkin, 0), proxies.place_of(checkin, edges, TWO.place()))

    url = Path(found["CHECKIN_REDIS_URL_FILE"]).read_text()
    usual = (tmp_path / "secrets" / "CHECKIN_REDIS_URL").read_text()

    proxy = next(edge.address for edge in edges if edge.name == "checkin-redis")
    assert url == usual.replace(TWO.place().redis, proxy) != usual
    assert found["QIANDAO_CREDENTIAL_SECRET_FILE"] == f"{fleet.SECRETS}/credential"


def test_toxiproxy_runs_only_when_asked_for() -> None:
    """A plain stack has no proxies, and each process restarts when that changes."""
    plain = {program.name: program for program in programs(Shape(TWO.counts))}
    proxied = {program.name: program for program in programs(TWO)}
    assert proxied.keys() - plain.keys() == {proxies.NAME}
    assert all(plain[name].digest() != proxied[name].digest() for name in ("gateway", "recorder", "checkin.1"))
    assert plain["redis"].digest() == proxied["redis"].digest()


def test_the_module_is_pinned() -> None:
    """The version is exact, and its digest is known before anything is fetched."""
    folder = ROOT / "tests" / "chaos" / "toxiproxy"
    [version] = re.findall(r"^require github.com/Shopify/toxiproxy/v2 (v\S+)$", (folder / "go.mod").read_text(), re.M)
    assert f"github.com/Shopify/toxiproxy/v2 {version} h1:" in (folder / "go.sum").read_text()


def test_the_shell_asks_for_proxies() -> None:
    """QIANDAO_PROXIED chooses the shape and is no setting of any process."""
    assert Shape.asked_for({"QIANDAO_PROXIED": "1"}).is_proxied
    assert not Shape.asked_for({}).is_proxied
    described = json.dumps([sorted(program.environment) for program in programs(TWO)])
    assert "QIANDAO_PROXIED" not in described
