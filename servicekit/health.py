"""The ops port of every process: /healthz, /readyz, /metrics, /about, and what a process adds.

Liveness never asks a dependency. Readiness says that the process serves, not that its dependencies do: a fleet that has
a degraded path must not leave its Service because MySQL is gone.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Scope = dict[str, Any]
Page = Callable[[], object]

_LOOK_S = 0.05


class HttpServer(uvicorn.Server):
    """uvicorn in the background of a process, without its signal handlers: the process owns the signals.

    Args:
        farewell_s: At most so long, before it closes, its answers tell clients to open another connection: one that is
            closed while a request is on its way loses that request.
    """

    _serving: asyncio.Task[None] | None = None

    def __init__(self, config: uvicorn.Config, farewell_s: float = 0) -> None:
        super().__init__(config)
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


class Health:
    """Whether this process serves, and the small HTTP server that says so."""

    def __init__(self, address: str) -> None:
        self.is_ready = False
        self._pages: dict[str, Page] = {}
        host, _, port = address.rpartition(":")
        config = uvicorn.Config(
            self._app,
            host=host,
            port=int(port),
            # uvicorn takes a bound method for the old two-step interface.
            interface="asgi3",
            log_config=None,
            access_log=False,
            lifespan="off",
        )
        self._server = HttpServer(config)

    def page(self, path: str, content: Page) -> None:
        """Serves what `content` returns, as JSON; it must not block, and may say nothing secret or personal."""
        self._pages[path] = content

    async def start(self) -> None:
        """Begins to serve in the background.

        Raises:
            OSError: The address is taken.
        """
        await self._server.start()

    async def stop(self) -> None:
        """Stops serving."""
        await self._server.stop()

    async def _app(self, scope: Scope, receive: Any, send: Any) -> None:
        status, kind, body = self._answer(scope["path"])
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, path: str) -> tuple[int, str, bytes]:
        if path == "/metrics":
            return 200, CONTENT_TYPE_LATEST, generate_latest()
        if path == "/healthz":
            return 200, "text/plain", b"ok\n"
        if path == "/readyz":
            return (200, "text/plain", b"ready\n") if self.is_ready else (503, "text/plain", b"not ready\n")
        if page := self._pages.get(path):
            return 200, "application/json", msgspec.json.encode(page())
        known = ", ".join(("/healthz", "/readyz", "/metrics", *self._pages))
        return 404, "text/plain", f"there are {known}\n".encode()
