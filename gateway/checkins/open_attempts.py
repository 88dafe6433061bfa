"""How many undecided attempts one person may have open: three, remembered by this process.

Each one is work that somebody does later, so a person cannot pile them up while a dependency is gone. Only attempts
answered here count, and taps at the same instant may exceed the cap by what the bucket of `buckets.py` lets through.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection

from gateway import metrics
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import RateLimitedError, ServiceError
from servicekit.tokens import Claims

log = logging.getLogger(__name__)

MAXIMUM_OPEN = 3

_LIFE_S = 900.0
_PEOPLE = 100_000
_RETRY_S = 30.0
_LOOK_UPS = 16
_LOOK_UP_S = 1.0

Decided = Callable[[Claims], Awaitable[Collection[bytes]]]


class TooManyOpenError(RateLimitedError):
    """Three attempts of this person wait for their judgement; nothing of this one was stored."""

    def __init__(self) -> None:
        super().__init__(
            f"{MAXIMUM_OPEN} of your check-ins are still being verified; wait for their result",
            retry_after_s=_RETRY_S,
            metadata={"open": str(MAXIMUM_OPEN)},
        )


class Provisional:
    """The open attempts of each person, for 15 minutes, in bounded memory.

    Args:
        decided: The attempt_ids of a person's latest records that are provisional no longer; raises ServiceError.
    """

    def __init__(self, decided: Decided, clock: Callable[[], float] = time.monotonic, people: int = _PEOPLE) -> None:
        self._decided = decided
        self._clock = clock
        self._people = people
        # A rush of people who have three open must not become a rush of look-ups on what is just coming back.
        self._looking_up = asyncio.Semaphore(_LOOK_UPS)
        # The oldest person first; attempt_id to when it is forgotten.
        self._open: OrderedDict[bytes, dict[bytes, float]] = OrderedDict()

    def __contains__(self, user_id: bytes) -> bool:
        """Whether a person may have open attempts: false for everybody on a good day, which is all it costs then."""
        return user_id in self._open

    def note(self, record: pb.Checkin) -> None:
        """Learns from an answer."""
        if record.outcome == pb.OUTCOME_PROVISIONAL:
            self._open.setdefault(record.user_id, {})[record.attempt_id] = self._clock() + _LIFE_S
            self._open.move_to_end(record.user_id)
            if len(self._open) > self._people:
                self._open.popitem(last=False)
        elif self._open:
            self._forget(record.user_id, {record.attempt_id})

    async def room(self, person: Claims) -> int:
        """How many more attempts of a person may become provisional; asks checkin only when there seems to be none."""
        if self.left(person.user_id) <= 0:
            try:
                async with asyncio.timeout(_LOOK_UP_S), self._looking_up:
                    self._forget(person.user_id, await self._decided(person))
            except (ServiceError, TimeoutError) as error:
                # Nobody can tell, so they are as open as they were.
                log.info("open attempts cannot be looked up: %r", error)
        return self.left(person.user_id)

    def left(self, user_id: bytes) -> int:
        """How many more may become provisional as far as this process knows."""
        return MAXIMUM_OPEN - len(self._of(user_id))

    async def admit(self, person: Claims, attempt_id: bytes) -> None:
        """Lets an attempt pass unless three others are open.

        Raises:
            TooManyOpenError: They are.
        """
        if not self.is_open(person.user_id, attempt_id) and await self.room(person) <= 0:
            metrics.CAPPED.inc()
            raise TooManyOpenError

    def is_open(self, user_id: bytes, attempt_id: bytes) -> bool:
        """Whether this very attempt is one of the open ones: sending it again costs nobody anything."""
        return attempt_id in self._of(user_id)

    def _of(self, user_id: bytes) -> dict[bytes, float]:
        """A person's open attempts, without those that were open for too long."""
        attempts = self._open.get(user_id)
        if attempts is None:
            return {}
        now = self._clock()
        self._forget(user_id, [attempt_id for attempt_id, until in attempts.items() if until <= now])
        return attempts

    def _forget(self, user_id: bytes, attempt_ids: Collection[bytes]) -> None:
        attempts = self._open.get(user_id)
        if attempts is None:
            return
        for attempt_id in attempt_ids:
            attempts.pop(attempt_id, None)
        if not attempts:
            del self._open[user_id]
