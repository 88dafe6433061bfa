"""The way from the projector to history: seats are gathered for a quarter of a second, the newest of each is written.

Live numbers wait for nothing here. What is lost on the way, because this process died or MySQL was gone for too long,
the comparison with what is recorded finds within minutes (`compare.py`), and writes.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Protocol

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
_GATHER_S = 0.25


class Facts(Protocol):
    """See `store.Facts`."""

    async def save(self, changes: Sequence[Change]) -> int:
        """Brings facts up to what seats say; raises UnavailableError when MySQL is gone."""


class FactWriter:
    """Gathers and writes. For one event loop.

    Args:
        gather_s: How long seats are gathered.
    """

    def __init__(self, facts: Facts, gather_s: float = _GATHER_S) -> None:
        self._facts = facts
        self._gather_s = gather_s
        self._waiting: dict[SeatKey, Change] = {}

    def offer(self, changes: Iterable[Change]) -> None:
        """Takes seats that are to be written; of one that waits already the newer."""
        for change in changes:
            key = (change.occurrence_id, change.user_id, change.direction)
            known = self._waiting.get(key)
            if known is None and len(self._waiting) >= _WAITING:
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
            keys = sorted(self._waiting)[:_AT_ONCE]
            part = [self._waiting[key] for key in keys]
            await write(self._facts, part)
            for key, change in zip(keys, part, strict=True):
                # A newer one may have come meanwhile.
                if self._waiting.get(key) is change:
                    del self._waiting[key]


async def write(facts: Facts, changes: Sequence[Change]) -> None:
    """Writes seats; what no column can hold is noted and left out.

    Raises:
        UnavailableError: MySQL is gone.
    """
    try:
        await facts.save(changes)
    except (OverflowError, DBAPIError) as error:
        if isinstance(error, DBAPIError) and not is_data_refused(error):
            raise
        if len(changes) == 1:
            UNREADABLE_FACT.note(changes[0].occurrence_id, getattr(error, "orig", error))
            return
        half = len(changes) // 2
        await write(facts, changes[:half])
        await write(facts, changes[half:])
