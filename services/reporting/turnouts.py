"""Tells the activity service how many came to what is over, so that its calendar knows what to expect of the next."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import grpc

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from servicekit.clock import SECOND_US, now_us
from servicekit.errors import ServiceError
from servicekit.rpc import client
from services.reporting.domain import Window
from services.reporting.live.numbers import Numbers

log = logging.getLogger(__name__)

_EVERY_S = 60.0
# Phones bring what they did offline for two hours; the numbers of a day are kept.
_AFTER_US = 3 * 3600 * SECOND_US
_AT_ONCE = 500
_TIMEOUT_S = 2.0

Tell = Callable[[Mapping[bytes, int]], Awaitable[None]]


class StoredWindows(Protocol):
    """The windows of activities."""

    async def windows(self, closing_after: int) -> list[Window]:
        """Those that close after a moment; raises UnavailableError."""


class LiveNumbers(Protocol):
    """How many came, as the live numbers say."""

    async def numbers(self, activity_id: bytes, occurrence_id: bytes) -> Numbers:
        """The counters of an occurrence; raises UnavailableError."""


class Turnouts:
    """Looks once a minute at what closed lately, and tells what has changed since it last told."""

    def __init__(self, stored: StoredWindows, live: LiveNumbers, tell: Tell) -> None:
        self._stored = stored
        self._live = live
        self._tell = tell
        self._told: dict[bytes, int] = {}

    async def run(self) -> None:
        """Runs until cancelled; what cannot be told now is told later."""
        while True:
            try:
                await self.look(now_us())
            except ServiceError as error:
                log.info("turnouts are told later: %s", error)
            await asyncio.sleep(_EVERY_S)

    async def look(self, now: int) -> None:
        """Tells what is new.

        Raises:
            ServiceError: MySQL, Redis or the activity service is gone.
        """
        over = [window for window in await self._stored.windows(now - _AFTER_US) if window.closes_at <= now]
        came = {window.occurrence_id: await self._people(window) for window in over}
        # Nobody came, or the numbers are gone: that says nothing about the next time.
        found = {each: people for each, people in came.items() if people}
        new = {each: people for each, people in found.items() if self._told.get(each) != people}
        for start in range(0, len(new), _AT_ONCE):
            await self._tell(dict(list(new.items())[start : start + _AT_ONCE]))
        self._told = found

    async def _people(self, window: Window) -> int:
        return (await self._live.numbers(window.activity_id, window.occurrence_id)).counts.get("checked_in", 0)


def teller(channel: grpc.aio.Channel) -> Tell:
    """Tells the activity service."""
    stub = activity_pb2_grpc.ActivityServiceStub(channel)

    async def tell(turnouts: Mapping[bytes, int]) -> None:
        request = pb.RecordTurnoutsRequest(
            turnouts=[pb.Turnout(occurrence_id=each, people=people) for each, people in turnouts.items()]
        )
        await client.call(stub.RecordTurnouts, request, timeout_s=_TIMEOUT_S)

    return tell
