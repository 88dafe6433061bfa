"""The ops port of every process: /healthz, /readyz, /metrics, /about, and what a process adds.

Liveness never asks a dependency. Readiness says that the process serves, not that its dependencies do: a fleet that has
a degraded path must not leave its Service because MySQL is gone.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, disable_created_metrics, generate_latest

from servicekit.http.limits import Limits
from servicekit.http.server import HttpServer

Scope = dict[str, Any]
Page = Callable[[], object]

# kubelet, Prometheus, and an operator or two.
_LIMITS = Limits(connections=256, slow_heads=64)
_GRACE_S = 2

# When a series began is a series of its own: nobody reads it, and it nearly doubles counters.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Health:
    """Whether this process serves, and the small HTTP server that says so."""

    def __init__(self, address: str, limits: Limits = _LIMITS) -> None:
        self.is_ready = False
        self._pages: dict[str, Page] = {}
        self._server = HttpServer("ops", self._app, address, limits, grace_s=_GRACE_S)

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
        headers = [
            (b"content-type", kind.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
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
