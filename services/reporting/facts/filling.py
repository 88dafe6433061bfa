"""Writes history from what `checkin` has recorded: where it differs, and where somebody asks for it."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from protos.checkin.v1 import checkin_pb2
from servicekit.clock import now_us
from services.reporting.domain import Window
from services.reporting.errors import ActivityNotFoundError
from services.reporting.facts.writer import Facts, write
from services.reporting.project import to_change


class Records(Protocol):
    """See `checkin_client.Records`."""

    def pages(self, occurrence_id: bytes) -> AsyncIterator[Sequence[checkin_pb2.SeatState]]:
        """All seats of an occurrence; raises UnavailableError when checkin is gone."""


class Windows(Protocol):
    """Which occurrences an activity has."""

    async def of_activity(self, activity_id: bytes) -> list[Window]:
        """Every window of an activity; raises UnavailableError when MySQL is gone."""


class Filler:
    """Brings facts up to what is recorded, page by page, while others come in: the higher revision wins, as ever.

    Args:
        kept_us: How long facts are kept after the close.
    """

    def __init__(self, facts: Facts, records: Records, windows: Windows, kept_us: int) -> None:
        self._facts = facts
        self._records = records
        self._windows = windows
        self._kept_us = kept_us

    async def fill(self, activity_id: bytes, told: Callable[[int], None] = lambda seats: None) -> int:
        """Writes the facts of an activity; returns how many seats were read. Idempotent.

        Args:
            told: Called with the number of seats after each page.

        Raises:
            ActivityNotFoundError: No message told of occurrences of it.
            UnavailableError: checkin or MySQL is gone; what is written stays.
        """
        windows = await self._windows.of_activity(activity_id)
        if not windows:
            raise ActivityNotFoundError
        oldest, seats = now_us() - self._kept_us, 0
        for window in windows:
            # What is older is erased.
            if window.closes_at >= oldest:
                seats += await self.fill_occurrence(window.occurrence_id, _after(seats, told))
        return seats

    async def fill_occurrence(self, occurrence_id: bytes, told: Callable[[int], None] = lambda seats: None) -> int:
        """Writes the facts of an occurrence; see `fill`.

        Raises:
            UnavailableError: checkin or MySQL is gone; what is written stays.
        """
        seats = 0
        async for page in self._records.pages(occurrence_id):
            await write(self._facts, [to_change(seat) for seat in page])
            seats += len(page)
            told(seats)
        return seats


def _after(before: int, told: Callable[[int], None]) -> Callable[[int], None]:
    return lambda seats: told(before + seats)
