"""The way from the projector to history: seats are gathered for half a second, the newest of each is written.

Live numbers wait for nothing here. What is lost on the way, because this process died or MySQL was gone for too long,
the comparison with what is recorded finds within minutes (`compare.py`), and writes.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy.exc import DBAPIError

from servicekit.errors import UnavailableError
from servicekit.mysql.database import is_data_refused
from services.reporting.domain import SeatKey
from services.reporting.metrics import FACTS_DROPPED, UNREADABLE_FACT
from services.reporting.project import Change

log = logging.getLogger(__name__)

# Seats of one transaction, and seats that wait at most.
_AT_ONCE = 1000
_WAITING = 100_000
_GATHER_S = 0.5
# Seats that wait for their activity to be told of, how often that is looked for, and how long.
_STRAYS = 20_000
_AGAIN_S, _STRAY_S = 2.0, 90.0


class Facts(Protocol):
    """See `store.Facts`."""

    async def save(self, changes: Sequence[Change]) -> list[Change]:
        """Brings facts up to what seats say; returns those of occurrences that nobody knows yet.

        Raises:
            UnavailableError: MySQL is gone.
        """


class Stray(NamedTuple):
    """A seat of an occurrence that nobody knew, and until when it is tried again, in seconds of `time.monotonic`."""

    change: Change
    until: float


class FactWriter:
    """Gathers and writes. For one event loop.

    A seat may come before anybody told of its activity: it waits a while for that.

    Args:
        gather_s: How long seats are gathered.
        waiting: Seats that wait at most.
        strays: Seats that wait for their activity at most.
        again_s: How often that is looked for.
    """

    def __init__(
        self,
        facts: Facts,
        gather_s: float = _GATHER_S,
        waiting: int = _WAITING,
        strays: int = _STRAYS,
        again_s: float = _AGAIN_S,
    ) -> None:
        self._facts = facts
        self._gather_s = gather_s
        self._waiting_at_most = waiting
        self._strays_at_most = strays
        self._again_s = again_s
        self._waiting: dict[SeatKey, Change] = {}
        self._strays: dict[SeatKey, Stray] = {}
        self._again_at = 0.0

    def offer(self, changes: Iterable[Change]) -> None:
        """Takes seats that are to be written; of one that waits already the newer."""
        for change in changes:
            key = _key(change)
            known = self._waiting.get(key)
            if known is None and len(self._waiting) >= self._waiting_at_most:
                FACTS_DROPPED.inc()
            elif known is None or known.revision < change.revision:
                self._waiting[key] = change

    async def run(self) -> None:
        """Writes until cancelled."""
        while True:
            await asyncio.sleep(self._gather_s)
            try:
                await self.write()
            except UnavailableError as error:
                log.warning("%d seats wait to be written: %s", len(self._waiting), error)

    async def write(self) -> None:
        """Writes all that waits.

        Raises:
            UnavailableError: MySQL is gone; what is not written waits.
        """
        while self._waiting:
            for keys in _parts(sorted(self._waiting)):
                await self._write(keys)
        if self._strays and time.monotonic() >= self._again_at:
            await self._write_strays()

    async def _write(self, keys: Sequence[SeatKey]) -> None:
        part = [self._waiting[key] for key in keys]
        until = time.monotonic() + _STRAY_S
        self._keep([Stray(change, until) for change in await write(self._facts, part)])
        for key, change in zip(keys, part, strict=True):
            # A newer one may have come meanwhile.
            if self._waiting.get(key) is change:
                del self._waiting[key]

    async def _write_strays(self) -> None:
        for keys in _parts(sorted(self._strays)):
            part = {key: self._strays[key] for key in keys}
            left_out = await write(self._facts, [stray.change for stray in part.values()])
            for key in keys:
                del self._strays[key]
            self._keep([part[_key(change)] for change in left_out])
        self._again_at = time.monotonic() + self._again_s

    def _keep(self, strays: Iterable[Stray]) -> None:
        """Has strays wait, while there is time and room; others are left to the comparison."""
        for stray in strays:
            if stray.until > time.monotonic() and len(self._strays) < self._strays_at_most:
                self._strays[_key(stray.change)] = stray
            else:
                FACTS_DROPPED.inc()


def _key(change: Change) -> SeatKey:
    return change.occurrence_id, change.user_id, change.direction


def _parts(keys: Sequence[SeatKey]) -> Iterator[Sequence[SeatKey]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


async def write(facts: Facts, changes: Sequence[Change]) -> list[Change]:
    """Writes seats; what no column can hold is noted and left out.

    Returns:
        Those of occurrences that nobody knows yet.

    Raises:
        UnavailableError: MySQL is gone.
    """
    try:
        return await facts.save(changes)
    except (OverflowError, DBAPIError) as error:
        if isinstance(error, DBAPIError) and not is_data_refused(error):
            raise
        if len(changes) == 1:
            UNREADABLE_FACT.note(changes[0].occurrence_id, getattr(error, "orig", error))
            return []
        half = len(changes) // 2
        return [*await write(facts, changes[:half]), *await write(facts, changes[half:])]
