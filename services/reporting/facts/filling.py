"""Writes history from what `checkin` has recorded: where it differs, and where somebody asks for it."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from protos.checkin.v1 import checkin_pb2
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
    """Brings facts up to what is recorded, page by page, while others come in: the higher revision wins, as ever."""

    def __init__(self, facts: Facts, records: Records, windows: Windows) -> None:
        self._facts = facts
        self._records = records
        self._windows = windows

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
        seats = 0
        for window in windows:
            async for page in self._records.pages(window.occurrence_id):
                await write(self._facts, [to_change(seat) for seat in page])
                seats += len(page)
                told(seats)
        return seats
