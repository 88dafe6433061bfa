"""Reads files and makes or takes back their changes while nobody waits; at most two files are read at once.

An import whose job is gone, with the process that had it, is taken up by whoever asks about it, or by a sweep.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.errors import ServiceError, UnavailableError
from services.activity.errors import TooManyImportsError
from services.activity.rosters.applying import Applying
from services.activity.rosters.comparing import compare
from services.activity.rosters.entry_rows import QUOTA
from services.activity.rosters.imports import UNDER_WAY, Import, Imports, summary_of
from services.activity.rosters.reading import Reading, read
from services.activity.rosters.rosters import Roster, check
from services.activity.rosters.sealing import Said
from services.activity.rosters.table import FileRefusedError

log = logging.getLogger(__name__)

_READERS = 2
_WAITING = 8
# Most files are small: who sent one is told at once what it would change.
_PATIENCE_S = 2.0
_AGAIN_S = 2.0
_QUIET_US = 10 * SECOND_US
_SWEEP_EVERY_S = 15.0


class Jobs:
    """The jobs of this process."""

    def __init__(self, imports: Imports, applying: Applying) -> None:
        self._imports = imports
        self._applying = applying
        self._readers = asyncio.Semaphore(_READERS)
        self._reading = 0
        self._tasks: dict[bytes, asyncio.Task[None]] = {}

    async def upload(self, roster: Roster, content: bytes, user_id: bytes) -> Import:
        """Has a file read and compared with a roster; what it says so far.

        Raises:
            TooManyImportsError: As many wait for that as may.
            UnavailableError: The database is gone or busy.
        """
        if self._reading >= _READERS + _WAITING:
            raise TooManyImportsError
        import_id = ids.new_id()
        self._reading += 1
        try:
            await self._imports.begin(import_id, roster.roster_id, user_id)
        except UnavailableError:
            self._reading -= 1
            raise
        task = self._start(import_id, self._read(roster, import_id, content))
        await asyncio.wait((task,), timeout=_PATIENCE_S)
        return await self._imports.get(roster.roster_id, import_id)

    async def go_on(self, found: Import) -> Import:
        """The same import, which has a job here or elsewhere if it is under way; raises as `Imports.get` does."""
        if found.state in UNDER_WAY and found.import_id not in self._tasks:
            is_quiet = found.touched_at + _QUIET_US < now_us()
            if is_quiet or found.done == 0:
                task = self._start(found.import_id, self._work(found.roster_id, found.import_id))
                await asyncio.wait((task,), timeout=_PATIENCE_S)
        return await self._imports.get(found.roster_id, found.import_id)

    async def sweep(self) -> None:
        """Takes up what died with its process, and deletes what is past its hour; for ever."""
        while True:
            try:
                for found in await self._imports.under_way(now_us() - _QUIET_US):
                    await self.go_on(found)
                while await self._imports.forget_old():
                    continue
            except ServiceError as error:
                log.warning("old imports stay for now: %s", error)
            await asyncio.sleep(_SWEEP_EVERY_S)

    async def stop(self) -> None:
        """Ends the jobs; what they did is kept, and another process goes on."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _start(self, import_id: bytes, work: Any) -> asyncio.Task[None]:
        task = self._tasks[import_id] = asyncio.create_task(work, name="roster-import")
        task.add_done_callback(lambda _: self._tasks.pop(import_id, None))
        return task

    async def _work(self, roster_id: bytes, import_id: bytes) -> None:
        while True:
            try:
                if not await self._applying.step(roster_id, import_id):
                    return
            except UnavailableError as error:
                log.warning("an import waits: %s", error)
                await asyncio.sleep(_AGAIN_S)

    async def _read(self, roster: Roster, import_id: bytes, content: bytes) -> None:
        try:
            async with self._readers:
                await self._compare(roster, import_id, await read(content))
        except FileRefusedError as error:
            await self._imports.fail(import_id, error.reason)
        except ServiceError as error:
            log.warning("a file is not read to its end: %s", error)
        finally:
            self._reading -= 1

    async def _compare(self, roster: Roster, import_id: bytes, reading: Reading) -> None:
        before = await self._imports.current(roster.roster_id)
        rows, summary, is_full = await asyncio.to_thread(self._found, import_id, reading, before)
        if is_full:
            raise FileRefusedError("ROSTER_FULL")
        columns = [column.heading for column in reading.columns if column.field == "extra"]
        try:
            check(roster.with_headings(columns))
        except ServiceError:
            raise FileRefusedError("FILE_EXTRA") from None
        sample = [(one.group, Said(one.name, one.number, one.phone, one.note, one.extra)) for one in reading.entries]
        await self._imports.ready(import_id, rows, summary, sample[:10], reading.bad)

    def _found(self, import_id: bytes, reading: Reading, before: Sequence[Row[Any]]) -> Any:
        changes, unchanged = compare(reading.columns, reading.entries, self._imports.opened(before))
        summary = summary_of(changes, unchanged, reading.columns, len(reading.bad))
        is_full = len(before) + summary.added > QUOTA
        return ([] if is_full else self._imports.sealed(import_id, changes, before)), summary, is_full
