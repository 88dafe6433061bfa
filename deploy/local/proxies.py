"""Every edge between two programs through a port of its own of toxiproxy, so that the chaos suite can cut or slow it.

With `QIANDAO_PROXIED=1 make up` each process finds the servers and services it uses at such ports; TLS passes through,
for every certificate holds for this machine. A plain `make up` leads all of them back.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from deploy.fleet import LOCAL, PROCESSES, ROOT, Place, Process, instance, ports
from deploy.local.credentials import Vault, write
from deploy.local.launch import LaunchError, Program, answers_http, digest_of

API_PORT = 20000
NAME = "toxiproxy"

# go.sum there holds the digest of every module; what the proxy answers must match it.
_MODULE = "tests/chaos/toxiproxy"
_PACKAGE = "github.com/Shopify/toxiproxy/v2/cmd/server"
BINARY = LOCAL / "bin" / NAME
_CONFIG = LOCAL / "run" / "toxiproxy.json"
_URLS = LOCAL / "proxied"


@dataclass(frozen=True, slots=True)
class Edge:
    """What one process, all its replicas together, says to one program."""

    client: str
    server: str
    port: int
    upstream: str

    @property
    def name(self) -> str:
        """`<client>-<server>`."""
        return f"{self.client}-{self.server}"

    @property
    def address(self) -> str:
        """Where the client finds the server."""
        return f"127.0.0.1:{self.port}"


def edges(counts: Mapping[str, int], place: Place) -> list[Edge]:
    """Every edge there is, on ports in the order of the table of processes."""
    pairs = [(process.name, *pair) for process in PROCESSES.values() for pair in _servers(process, counts, place)]
    return [Edge(client, server, API_PORT + 1 + number, where) for number, (client, server, where) in enumerate(pairs)]


def _servers(process: Process, counts: Mapping[str, int], place: Place) -> Iterable[tuple[str, str]]:
    """What a process talks to, and where that really is."""
    yield "redis", place.redis
    if process.schema:
        yield "mariadb", place.mysql
    if process.amqp:
        yield "rabbitmq", place.amqp
    if process.name == "identity":
        yield "wechat", place.wechat.removeprefix("http://")
    for name in process.calls:
        for replica in range(counts[name]):
            yield instance(name, replica), f"127.0.0.1:{ports(PROCESSES[name], replica)['grpc']}"


def place_of(process: Process, all_edges: Iterable[Edge], place: Place) -> Place:
    """The place as a process sees it through its proxies."""
    found = {edge.server: edge.address for edge in all_edges if edge.client == process.name}
    targets = dict(place.targets)
    for name in process.calls:
        addresses = [address for server, address in found.items() if server.partition(".")[0] == name]
        targets[name] = addresses[0] if len(addresses) == 1 else f"ipv4:{','.join(addresses)}"
    return replace(
        place,
        redis=found["redis"],
        mysql=found.get("mariadb", place.mysql),
        amqp=found.get("rabbitmq", place.amqp),
        wechat=f"http://{found['wechat']}" if "wechat" in found else place.wechat,
        targets=targets,
        urls=str(_URLS),
    )


def write_urls(vault: Vault, all_edges: Iterable[Edge], place: Place) -> None:
    """Writes the connection URLs of every process, as seen through its proxies."""
    _URLS.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = list(all_edges)
    for process in PROCESSES.values():
        vault.write_urls(place_of(process, known, place), _URLS, process.prefix)


def program(all_edges: Iterable[Edge]) -> Program:
    """toxiproxy with all its edges open."""
    known = list(all_edges)
    config = json.dumps(
        [{"name": edge.name, "listen": edge.address, "upstream": edge.upstream, "enabled": True} for edge in known]
    )

    def prepare() -> None:
        build()
        write(_CONFIG, config)

    return Program(
        NAME,
        (str(BINARY), "-host", "127.0.0.1", "-port", str(API_PORT), "-config", str(_CONFIG)),
        {"http": API_PORT, **{edge.name: edge.port for edge in known}},
        # It opens its proxies before its API.
        partial(answers_http, API_PORT, "/version"),
        fingerprint=hashlib.sha256(f"{config}{_sources()}".encode()).hexdigest(),
        prepare=prepare,
        grace_s=5,
    )


def _sources() -> str:
    return digest_of([_MODULE], ("go.mod", "go.sum"))


def build() -> None:
    """Builds toxiproxy from source, once per pinned version; what Go keeps meanwhile is in `.local/`, and then gone."""
    stamp = BINARY.with_suffix(".built-from")
    if BINARY.exists() and stamp.exists() and stamp.read_text() == _sources():
        return
    home = LOCAL / "go"
    environment = os.environ | {
        "GOPATH": str(home),
        "GOCACHE": str(home / "cache"),
        # Debian's Go must do: no other one is fetched. Files of the module cache can be removed again.
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=readonly -modcacherw",
    }
    done = subprocess.run(
        ["go", "build", "-o", str(BINARY), _PACKAGE],
        cwd=ROOT / _MODULE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LaunchError(f"toxiproxy does not build:\n{done.stderr}")
    shutil.rmtree(home)
    write(stamp, _sources())
