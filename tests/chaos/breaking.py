"""How to break a program of the running stack and mend it again: signals, launcher, toxiproxy, the broker's tool."""

import asyncio
import os
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import httpx

from deploy.fleet import PROCESSES, ROOT, VHOST
from deploy.local import launch, servers
from deploy.local.proxies import API_PORT
from deploy.local.stack import PYTHON

# What RabbitMQ has unless told otherwise.
_WATERMARK = "0.4"
_TINY = "chaos-tiny"
_SHOWN = 2000

SERVERS = ("mariadb", "redis", "rabbitmq")


class LauncherError(Exception):
    """The launcher could not mend what was broken."""


def kill(names: Iterable[str]) -> None:
    """`kill -9`, all at once."""
    for name in names:
        _send(name, signal.SIGKILL)


def hang(name: str) -> None:
    """The program stops in the middle of whatever it does, and keeps its connections."""
    _send(name, signal.SIGSTOP)


def wake(name: str) -> None:
    """It goes on where it stopped."""
    _send(name, signal.SIGCONT)


def _send(name: str, number: signal.Signals) -> None:
    found = launch.running(name)
    assert found is not None, f"{name} does not run"
    os.kill(found.pid, number)


async def restart(names: Iterable[str]) -> None:
    """Has the launcher start dead programs again, one after the other; returns when they are ready.

    Raises:
        LauncherError: One did not become ready.
    """
    await _launcher("deploy.local.stack", "restart", *names)


async def stop(name: str) -> None:
    """Ends a program in order, as a deployment does."""
    await asyncio.to_thread(launch.stop, name, 30)


async def start_everything(*, proxied: bool) -> None:
    """`make up`, with or without proxies between all programs.

    Raises:
        LauncherError: It failed.
    """
    environment = {name: text for name, text in os.environ.items() if name != "QIANDAO_PROXIED"}
    await _launcher("deploy.local.up", environment=environment | ({"QIANDAO_PROXIED": "1"} if proxied else {}))


async def _launcher(*arguments: str, environment: Mapping[str, str] | None = None) -> None:
    child = await asyncio.create_subprocess_exec(
        *(PYTHON, "-m", *arguments),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    if child.returncode:
        raise LauncherError(said.decode(errors="replace")[-_SHOWN:])


def everything() -> list[str]:
    """Every process of ours and every server that runs."""
    return [name for name in launch.names_on_file() if name.partition(".")[0] in (*PROCESSES, *SERVERS)]


async def raise_memory_alarm() -> None:
    """RabbitMQ believes that it has too little memory: it stops reading from publishers."""
    await asyncio.to_thread(servers.rabbitmqctl, "set_vm_memory_high_watermark", "0.000001")


async def clear_memory_alarm() -> None:
    """It believes so no longer."""
    await asyncio.to_thread(servers.rabbitmqctl, "set_vm_memory_high_watermark", _WATERMARK)


async def fill(queue: str) -> None:
    """Makes a queue so small that it is full at once."""
    pattern = f"^{queue.replace('.', '[.]')}$"
    arguments = ("--vhost", VHOST, "--apply-to", "queues", _TINY, pattern, '{"max-length-bytes": 1}')
    await asyncio.to_thread(servers.rabbitmqctl, "set_policy", *arguments)


async def unfill() -> None:
    """It has its own size again."""
    await asyncio.to_thread(servers.rabbitmqctl, "clear_policy", "--vhost", VHOST, _TINY)


@dataclass
class Proxies:
    """The API of toxiproxy: edges are named `<client>-<server>`.

    Source: github.com/Shopify/toxiproxy, README, "HTTP API".
    """

    http: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(base_url=f"http://127.0.0.1:{API_PORT}", timeout=5)
    )

    async def names(self) -> list[str]:
        """Every edge there is."""
        return sorted((await self.http.get("/proxies")).raise_for_status().json())

    async def cut(self, edge: str) -> None:
        """Closes the edge's connections, and refuses new ones."""
        await self._post(f"/proxies/{edge}", {"enabled": False})

    async def slow(self, edge: str, latency_ms: int) -> None:
        """Every answer of the server comes so much later."""
        toxic = {"type": "latency", "stream": "downstream", "attributes": {"latency": latency_ms}}
        await self._post(f"/proxies/{edge}/toxics", toxic)

    async def mend_all(self) -> None:
        """Opens every edge, and takes every toxic out."""
        await self._post("/reset", {})

    async def _post(self, path: str, body: Mapping[str, object]) -> None:
        (await self.http.post(path, json=body)).raise_for_status()
