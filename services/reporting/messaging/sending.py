"""Has robots say what they are to: again where that failed, at their own rate, and for a day at most.

What a chat has is not said again, save that whoever is killed between the robot's answer and the note of it leaves it
to the next, who cannot know: robots know no idempotency key.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Protocol

from servicekit.clock import SECOND_US, now_us
from servicekit.errors import InvalidArgumentError, ServiceError
from servicekit.process import end_all
from services.reporting.domain import DAY_US
from services.reporting.messaging.deliveries import Delivery
from services.reporting.messaging.kinds import Result
from services.reporting.messaging.metrics import DELIVERIES
from services.reporting.messaging.outgoing import AddressRefusedError, Answer
from services.reporting.messaging.robots import PROTOCOLS, Outgoing, Robot, Verdict, check, request, verdict
from services.reporting.messaging.webhooks import Webhook

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 1.0
_SLOTS = 2
# Before the second attempt, and so on; the last one again and again.
_WAITS_S = (5, 30, 120, 600, 1800, 3600)


class Deliveries(Protocol):
    """See `deliveries.Deliveries`; every method raises UnavailableError when MySQL is gone."""

    async def claim(self, now: int) -> Delivery | None:
        """Takes up what is due."""

    async def sent(self, delivery: Delivery) -> None:
        """Notes that the chat has it."""

    async def put_back(self, delivery: Delivery, reason: str, due_at: int, robot_at: int) -> None:
        """Has it tried again later."""

    async def fail(self, delivery: Delivery, reason: str) -> None:
        """Notes that it comes to nothing."""


class Keys(Protocol):
    """See `webhooks.RobotKeys`."""

    def open(self, webhook: Webhook) -> Robot | None:
        """Where a robot is; None: nobody knows any more."""


class Outside(Protocol):
    """See `outgoing.Outside`."""

    async def post(self, outgoing: Outgoing) -> Answer | None:
        """What a host answers, within 5 s; None: nothing; raises AddressRefusedError."""


class Sender:
    """Sends for ever, a few at a time.

    Args:
        hosts: Where robots may be, which is asked each time; see `robots.check`.
    """

    def __init__(
        self, deliveries: Deliveries, keys: Keys, outside: Outside, hosts: Mapping[str, frozenset[str]]
    ) -> None:
        self._deliveries = deliveries
        self._keys = keys
        self._outside = outside
        self._hosts = hosts
        self._slots: list[asyncio.Task[None]] = []
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Runs until cancelled, or told to stop."""
        self._slots = [asyncio.create_task(self._slot(), name=f"robots-{each}") for each in range(_SLOTS)]
        await asyncio.gather(*self._slots)

    async def stop(self) -> None:
        """Leaves what is under way to whoever comes next."""
        await end_all(self._slots)

    async def _slot(self) -> None:
        while True:
            try:
                await self.work(await self._next())
            except ServiceError as error:
                log.warning("robots are silent: %s", error)
                await asyncio.sleep(_LOOK_EVERY_S)

    async def _next(self) -> Delivery:
        """Something to say, once there is: one slot looks for all that are idle."""
        async with self._looking:
            while True:
                if delivery := await self._deliveries.claim(now_us()):
                    return delivery
                await asyncio.sleep(_LOOK_EVERY_S)

    async def work(self, delivery: Delivery) -> None:
        """Says something once, and notes what became of it; raises UnavailableError where nobody can."""
        found, now = await self._said(delivery), now_us()
        DELIVERIES.labels(PROTOCOLS[delivery.webhook.kind].name, found.result.lower()).inc()
        if found.result is Result.SENT:
            await self._deliveries.sent(delivery)
        elif found.result.is_final or now >= delivery.created_at + DAY_US:
            await self._deliveries.fail(delivery, found.result)
        else:
            wait_us = found.wait_us or _WAITS_S[min(delivery.attempts, len(_WAITS_S)) - 1] * SECOND_US
            robot_at = now + found.wait_us
            await self._deliveries.put_back(delivery, found.result, now + wait_us, robot_at)

    async def _said(self, delivery: Delivery) -> Verdict:
        if (robot := self._keys.open(delivery.webhook)) is None:
            return Verdict(Result.KEY_UNREADABLE)
        try:
            check(robot, self._hosts)
            answer = await self._outside.post(request(robot, delivery.text, now_us()))
        except (AddressRefusedError, InvalidArgumentError):
            return Verdict(Result.ADDRESS_REFUSED)
        if answer is None:
            return Verdict(Result.UNREACHABLE)
        return verdict(robot.kind, answer.status, answer.content, answer.retry_after_s)
