"""The HTTP server of a process: the public API of the gateway, and everybody's ops port."""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import uvicorn

from servicekit.http.doors import Doors, LimitedProtocol
from servicekit.http.limits import Limits

App = Callable[[Any, Any, Any], Awaitable[None]]

_LOOK_S = 0.05
# uvicorn ticks ten times a second.
_SWEEP_TICKS = 5
# Files, and connections to our own servers.
_OTHER_DESCRIPTORS = 256


class HttpServer(uvicorn.Server):
    """uvicorn in the background of a process, without its signal handlers: the process owns the signals.

    Args:
        name: In the metrics of its limits.
        app: Raw ASGI.
        address: host:port.
        limits: What it bears from strangers.
        grace_s: How long answers under way may take when it stops.
        farewell_s: At most so long, before it closes, its answers tell clients to open another connection: one that is
            closed while a request is on its way loses that request.
        whose, is_upload: See `servicekit.http.doors.Doors`.
    """

    _serving: asyncio.Task[None] | None = None

    def __init__(
        self,
        name: str,
        app: App,
        address: str,
        limits: Limits,
        *,
        grace_s: int,
        farewell_s: float = 0,
        whose: Callable[[str], str] = str,
        is_upload: Callable[[Any], bool] = lambda _: False,
    ) -> None:
        limits = _within_descriptors(limits)
        super().__init__(_config(app, address, limits, grace_s))
        self.server_state: Doors = Doors(name, limits, whose, is_upload)
        self._farewell_s = farewell_s

    async def start(self) -> None:
        """Begins to serve.

        Raises:
            OSError: The address is taken.
        """
        self._serving = asyncio.create_task(self._serve_or_raise(), name="http")
        while not self.started:
            if self._serving.done():
                await self._serving
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Bids farewell, stops accepting, lets the requests under way end, and closes."""
        await self._bid_farewell()
        self.should_exit = True
        if self._serving is not None:
            await self._serving

    async def on_tick(self, counter: int) -> bool:
        """What is done ten times a second."""
        if counter % _SWEEP_TICKS == 0:
            self.server_state.sweep(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    async def _bid_farewell(self) -> None:
        # uvicorn makes the headers of its answers anew from these, once a second.
        goodbye = (b"connection", b"close")
        self.config.encoded_headers.append(goodbye)
        self.server_state.default_headers.append(goodbye)
        ends_at = time.monotonic() + self._farewell_s
        while self.server_state.connections and time.monotonic() < ends_at:  # noqa: ASYNC110  uvicorn rings no bell
            await asyncio.sleep(_LOOK_S)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals alone."""
        yield

    async def _serve_or_raise(self) -> None:
        try:
            await self.serve()
        except SystemExit:
            raise OSError(f"cannot listen on {self.config.host}:{self.config.port}") from None


def _config(app: App, address: str, limits: Limits, grace_s: int) -> uvicorn.Config:
    """uvicorn without what our apps do themselves or an ingress in front of them does."""
    host, _, port = address.rpartition(":")
    return uvicorn.Config(
        app,
        host=host,
        port=int(port),
        loop="uvloop",
        http=LimitedProtocol,
        ws="none",
        lifespan="off",
        # uvicorn takes a bound method for the old two-step interface.
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=4096,
        timeout_keep_alive=limits.idle_s,
        timeout_graceful_shutdown=grace_s,
    )


def _within_descriptors(limits: Limits) -> Limits:
    """No more connections than this process may have open, having asked for as many as it needs.

    Without a descriptor left nothing is refused with an answer, and no server of ours can be reached either.
    """
    needed = limits.connections + _OTHER_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return replace(limits, connections=min(limits.connections, max(1, soft - _OTHER_DESCRIPTORS)))
