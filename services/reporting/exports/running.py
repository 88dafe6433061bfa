"""Runs jobs, each from its beginning to a file in the storage, whoever dies on the way.

1. Taken up: nobody else runs it for as long as its lease is renewed; what a dead process held is taken up again.
2. Made in a folder on the disk, which goes whatever happens.
3. Sealed and put into the storage under a name of this attempt, whole or not at all.
4. Said to be there. Only that offers the file; whose lease is lost takes their own away.
"""

import asyncio
import logging
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from servicekit import ids
from servicekit.clock import SECOND_US
from servicekit.errors import Kind, ServiceError, UnavailableError
from servicekit.process import end_all
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.job import LEASE_US, Job
from services.reporting.exports.making import Made, Make
from services.reporting.exports.metrics import EXPORTS, SECONDS
from services.reporting.exports.sealing import FileKeys, sealed
from services.reporting.exports.vault import StorageFullError, StorageGoneError, Vault

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_BEAT_S = 5.0
# For how long a file that is made waits for the storage, and how often it is tried.
_PATIENCE_S, _AGAIN_S = 600.0, 3.0
_SWEEP_EVERY_S = 30.0
# Before the second attempt, and so on.
_WAITS_S = (5, 15, 60, 180)
_MADE_SHARE = 95
# Of what is waited for by its name.
_SAID = ("STORAGE", "RULINGS")


class Jobs(Protocol):
    """See `store.Jobs`; every method raises UnavailableError when MySQL is gone."""

    async def claim(self) -> Job | None:
        """Takes up a job."""

    async def renew(self, job: Job, progress: int, row_count: int, reason: str) -> bool:
        """Says how far it is."""

    async def finish(self, job: Job, sealed_key: bytes, file_name: str, row_count: int, file_bytes: int) -> bool:
        """Says that the file is there."""

    async def fail(self, job: Job, reason: str) -> bool:
        """Says that it will never be there."""

    async def put_back(self, job: Job, reason: str, wait_us: int) -> bool:
        """Has it begin anew later."""

    async def give_up(self, job: Job) -> bool:
        """Has it begin anew elsewhere."""

    async def over(self) -> list[Job]:
        """Jobs whose files are to be erased."""

    async def erased(self, job: Job) -> None:
        """Notes that one has no file any more."""

    async def forget_old(self) -> None:
        """Forgets what is long over."""


@dataclass(slots=True)
class Progress:
    """How far a job is, and what it waits for."""

    percent: int = 0
    row_count: int = 0
    reason: str = ""

    async def told(self, done: int, total: int, row_count: int) -> None:
        """Notes it, and lets others have the processor."""
        self.percent, self.row_count = _MADE_SHARE * done // max(1, total), row_count
        await asyncio.sleep(0)


class Runner:
    """Runs jobs for ever.

    Args:
        folder: Where files are made; emptied as it begins.
        at_once: Jobs at the same time.
        beat_s: How often a lease is renewed.
        patience_s: For how long a file waits for the storage, before the attempt counts as failed.
        again_s: How often it is tried meanwhile.
    """

    def __init__(
        self,
        jobs: Jobs,
        vault: Vault,
        keys: FileKeys,
        make: Make,
        folder: Path,
        *,
        at_once: int = 2,
        beat_s: float = _BEAT_S,
        patience_s: float = _PATIENCE_S,
        again_s: float = _AGAIN_S,
    ) -> None:
        self._jobs = jobs
        self._vault = vault
        self._keys = keys
        self._make = make
        self._folder = folder
        self._at_once = at_once
        self._beat_s = beat_s
        self._patience_s = patience_s
        self._again_s = again_s
        self._slots: list[asyncio.Task[None]] = []
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Runs until cancelled, or told to stop."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True)
        self._slots = [asyncio.create_task(self._slot(), name=f"export-{each}") for each in range(self._at_once)]
        await asyncio.gather(*self._slots)

    async def stop(self) -> None:
        """Gives up what is under way, for others to begin anew."""
        await end_all(self._slots)

    async def sweep(self) -> None:
        """Takes away files whose time is up, and what is left of attempts that came to nothing; for ever."""
        while True:
            try:
                await self.tidy()
            except ServiceError as error:
                log.warning("old files stay for now: %s", error)
            await asyncio.sleep(_SWEEP_EVERY_S)

    async def tidy(self) -> None:
        """Looks once; raises ServiceError."""
        while jobs := await self._jobs.over():
            for job in jobs:
                await self._vault.erase(ids.to_text(job.export_id))
                await self._jobs.erased(job)
        await self._jobs.forget_old()

    async def _slot(self) -> None:
        while True:
            try:
                await self.work(await self._next())
            except UnavailableError as error:
                log.warning("no export is taken up: %s", error)
                await asyncio.sleep(_LOOK_EVERY_S)

    async def _next(self) -> Job:
        """A job, once there is one: one slot looks for all that are idle."""
        async with self._looking:
            while True:
                if job := await self._jobs.claim():
                    return job
                await asyncio.sleep(_LOOK_EVERY_S)

    async def work(self, job: Job) -> None:
        """Runs a job to its end, whatever that is; raises UnavailableError when nobody can be told of it."""
        began, progress = time.monotonic(), Progress()
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        making = asyncio.create_task(self._made(job, folder, progress))
        beating = asyncio.create_task(self._beat(job, progress))
        try:
            await asyncio.wait((making, beating), return_when=asyncio.FIRST_COMPLETED)
            result = await self._settle(job, making) if making.done() else "lost"
        except asyncio.CancelledError:
            await end_all([making, beating])
            await self._jobs.give_up(job)
            raise
        finally:
            await end_all([making, beating])
            shutil.rmtree(folder, ignore_errors=True)
        if result == "lost":
            await self._vault.discard(_path(job))
        EXPORTS.labels(job.wish.report.name.lower(), job.wish.format.name.lower(), result).inc()
        SECONDS.observe([time.monotonic() - began])

    async def _made(self, job: Job, folder: Path, progress: Progress) -> Callable[[], Awaitable[bool]]:
        """Makes the file and puts it into the storage; returns what says so."""
        made = await self._make(job, folder, progress.told)
        key, sealed_key = self._keys.new(job.export_id)
        progress.percent = _MADE_SHARE
        await self._store(job, made, key, progress)
        file_bytes = made.path.stat().st_size
        return lambda: self._jobs.finish(job, sealed_key, made.file_name, made.row_count, file_bytes)

    async def _store(self, job: Job, made: Made, key: bytes, progress: Progress) -> None:
        """Puts a file into the storage, and waits for that while it is full or gone; then raises what it was."""
        until = time.monotonic() + self._patience_s
        while True:
            try:
                with made.path.open("rb") as file:
                    await self._vault.put(_path(job), sealed(file, key))
                progress.reason = ""
                return
            except (StorageFullError, StorageGoneError) as error:
                if time.monotonic() >= until:
                    raise
                log.warning("an export waits for the storage: %r", error.__cause__)
                progress.reason = error.reason
            await asyncio.sleep(self._again_s)

    async def _beat(self, job: Job, progress: Progress) -> None:
        """Renews the lease until it is lost."""
        believed_until = time.monotonic() + LEASE_US / SECOND_US
        while time.monotonic() < believed_until:
            await asyncio.sleep(self._beat_s)
            try:
                if not await self._jobs.renew(job, progress.percent, progress.row_count, progress.reason):
                    return
                believed_until = time.monotonic() + LEASE_US / SECOND_US
            except UnavailableError as error:
                log.warning("a lease is not renewed: %s", error)

    async def _settle(self, job: Job, making: "asyncio.Task[Callable[[], Awaitable[bool]]]") -> str:
        """Says what became of a job; returns it in a word."""
        try:
            finish = making.result()
        except WishNotMadeError as error:
            return "failed" if await self._jobs.fail(job, error.reason) else "lost"
        except ServiceError as error:
            if error.kind in (Kind.NOT_FOUND, Kind.CONFLICT, Kind.INVALID_ARGUMENT):
                return "failed" if await self._jobs.fail(job, error.reason) else "lost"
            reason = error.reason if error.reason.startswith(_SAID) else "DEPENDENCY_UNAVAILABLE"
            return await self._put_back(job, reason, error)
        except OSError as error:
            return await self._put_back(job, "DISK_FULL", error)
        except Exception as error:  # A bug must not take the others' exports with it.
            log.exception("an export failed")
            return await self._put_back(job, "INTERNAL", error)
        return "done" if await finish() else "lost"

    async def _put_back(self, job: Job, reason: str, error: Exception) -> str:
        log.warning("attempt %d of export %s failed: %r", job.attempts, ids.to_text(job.export_id), error)
        wait_s = _WAITS_S[min(job.failures, len(_WAITS_S) - 1)]
        return "put_back" if await self._jobs.put_back(job, reason, wait_s * SECOND_US) else "lost"


def _path(job: Job) -> str:
    """Where the file of this attempt lies."""
    return path_of(job.export_id, job.lease)


def path_of(export_id: bytes, lease: bytes) -> str:
    """Where the file of an attempt lies, in the folder of its export."""
    return f"{ids.to_text(export_id)}/{lease.hex()}"
