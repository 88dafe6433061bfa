"""The life of a process: start, serve, and an ordered shutdown on SIGTERM or SIGINT."""

import asyncio
import gc
import logging
import signal
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Coroutine
from enum import IntEnum
from typing import Any, TypeVar

import uvloop

from servicekit import VERSION, server_access, telemetry
from servicekit.clock import now_us
from servicekit.health import Health
from servicekit.settings import OwnSettings, SharedSettings, load

log = logging.getLogger(__name__)

SettingsT = TypeVar("SettingsT", bound=OwnSettings)

_STEP_TIMEOUT_S = 20.0
_CANCEL_AGAIN_S = 1.0
_GC_THRESHOLDS = (50_000, 20, 100)


class Stop(IntEnum):
    """The order in which a process ends, after it said that it is not ready."""

    ACCEPTING = 1
    CONSUMING = 2
    DRAINING = 3
    CLIENTS = 4


class Process:
    """What a composing module (`server.py`, `worker.py`) hangs its parts on."""

    def __init__(self, name: str, settings: SharedSettings, ops_address: str) -> None:
        self.name = name
        self.settings = settings
        self.health = Health(ops_address)
        self.health.page("/about", self._about)
        self._started_at = now_us()
        self._steps: dict[Stop, list[Callable[[], Awaitable[object]]]] = defaultdict(list)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopping = asyncio.Event()
        self.has_failed = False

    def at_stop(self, step: Stop, action: Callable[[], Awaitable[object]]) -> None:
        """Runs `action` in this step of the shutdown; actions of one step run together."""
        self._steps[step].append(action)

    def background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Runs `work` until shutdown; if it ends before, the process ends and has failed: half alive helps nobody."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if self._stopping.is_set():
            if error:
                log.error("background task %s failed at the end", task.get_name(), exc_info=error)
            return
        how = "failed" if error else "was cancelled" if task.cancelled() else "ended by itself"
        log.critical("background task %s %s, so this process ends", task.get_name(), how, exc_info=error)
        self.has_failed = True
        self._stopping.set()

    async def compose(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs what builds the parts, unless a part that is built already fails: nobody waits for that one."""
        composing, stopping = asyncio.create_task(work), asyncio.create_task(self._stopping.wait())
        await asyncio.wait((composing, stopping), return_when=asyncio.FIRST_COMPLETED)
        is_built = composing.done()
        await end_all([composing, stopping])
        if is_built:
            composing.result()

    def _about(self) -> dict[str, object]:
        """Who this is and what its clock says, for `qiandao doctor`."""
        return {"process": self.name, "version": VERSION, "started_at": self._started_at, "now": now_us()}

    async def serve(self) -> None:
        """Says ready, waits for the signal, then shuts down in order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        # What start-up made lives as long as the process; looking through it again only costs time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GC_THRESHOLDS)
        if not self.has_failed:
            self.health.is_ready = True
            log.info("ready")
        await self._stopping.wait()
        await self._shut_down()

    async def _shut_down(self) -> None:
        log.info("stopping")
        self.health.is_ready = False
        for step in (Stop.ACCEPTING, Stop.CONSUMING, Stop.DRAINING):
            await self._run(step)
        await end_all(self._tasks)
        await self._run(Stop.CLIENTS)
        await self.health.stop()
        await asyncio.to_thread(telemetry.flush)

    async def _run(self, step: Stop) -> None:
        actions = [asyncio.wait_for(action(), _STEP_TIMEOUT_S) for action in self._steps[step]]
        for result in await asyncio.gather(*actions, return_exceptions=True):
            if isinstance(result, BaseException):
                log.error("shutdown step %s failed", step.name, exc_info=result)


async def end_all(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancels tasks until they have ended.

    One cancellation is not always enough: what comes in at the same moment as an answer can be lost on the way through
    a library (`asyncio.wait_for` of Python 3.11 does so), and a loop would go on for ever.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_S)


def run(
    name: str, settings: type[SettingsT], compose: Callable[[Process, SettingsT], Coroutine[Any, Any, None]]
) -> None:
    """Reads the settings of one process, and runs it to its end.

    Args:
        name: The mTLS name and the `service.name` of its traces.
        settings: Its own, with the URLs of the servers it needs.
        compose: Builds the parts and registers how they stop; returns when the process may serve.

    Raises:
        SystemExit: A server refuses these settings, or a part of the process failed; the log says which.
    """
    own, shared = load(settings), load(SharedSettings)
    telemetry.setup(name, shared)

    async def main() -> None:
        await server_access.ask(own)
        process = Process(name, shared, own.ops_address)
        await process.health.start()
        process.background(telemetry.watch_event_loop(), "event-loop-lag")
        await process.compose(compose(process, own))
        await process.serve()
        if process.has_failed:
            sys.exit(1)

    uvloop.run(main())
