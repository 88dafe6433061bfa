"""The law that the product lives by, watched as it runs: whatever was acknowledged is in MySQL.

What this process acknowledged is remembered until MySQL has it. So `checkin_unpersisted_attempts` is what was
acknowledged less what is persisted: on a good day what is on its way, for a second or two; in an outage what waits in
the queue or in the inbox. An attempt that is not there after a quarter of an hour, with MySQL answering, counts as
missing, which pages somebody.

The recorder notes each message of which it has recorded every copy, in the transaction of the last of them: one row
says of a whole batch that it is there. A batch without one for half a minute is asked for attempt by attempt: part of
it may be dead, or the recorder is of a release that kept no such notes.

Dead letters are missing too until they are replayed. A process that dies takes its memory with it: the attempts it
acknowledged are then watched by nobody, and nothing says that they are lost. Nor does anybody watch what a gateway
published on its own while checkin was gone: that is for a reconciliation.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from servicekit.errors import UnavailableError
from servicekit.ids import to_text
from services.checkin.metrics import ACKNOWLEDGED, AUDITED, UNPERSISTED, UNPERSISTED_OLDEST
from services.checkin.rules.keys import AttemptKey

log = logging.getLogger(__name__)

MISSING_AFTER_S = 900.0
DOUBTFUL_AFTER_S = 30.0

_EVERY_S = 2.0
_SOONEST_S = 2.0
_PAGE = 1000
_PAGES_AT_ONCE = 20
_CAPACITY = 200_000


@dataclass(slots=True)
class _Batch:
    """A message on its way: since when, and those of its attempts that MySQL is not known to have."""

    since: float
    attempts: Sequence[AttemptKey]


class Audit:
    """Remembers acknowledged attempts until they are found; bounded, what is too much is not watched.

    Args:
        find_batches: Which of these messages are in MySQL whole; raises UnavailableError when it cannot say.
        find_attempts: Which of these (user_id, attempt_id) are in MySQL; raises UnavailableError when it cannot say.
        clock: Monotonic seconds.
        capacity: Attempts that are watched at a time.
    """

    def __init__(
        self,
        find_batches: Callable[[Sequence[bytes]], Awaitable[Collection[bytes]]],
        find_attempts: Callable[[Sequence[AttemptKey]], Awaitable[Collection[AttemptKey]]],
        clock: Callable[[], float] = time.monotonic,
        capacity: int = _CAPACITY,
    ) -> None:
        self._find_batches = find_batches
        self._find_attempts = find_attempts
        self._clock = clock
        self._capacity = capacity
        self._unpersisted = 0
        # By message id, what has not been asked for longest first.
        self._waiting: OrderedDict[bytes, _Batch] = OrderedDict()

    def note(self, message_id: bytes, attempts: Sequence[AttemptKey]) -> None:
        """These were acknowledged just now; that message has them."""
        ACKNOWLEDGED.inc(len(attempts))
        if self._unpersisted + len(attempts) <= self._capacity:
            self._unpersisted += len(attempts)
            self._waiting[message_id] = _Batch(self._clock(), attempts)

    async def run(self) -> None:
        """Looks now and then, until cancelled."""
        while True:
            try:
                await self.look()
            except UnavailableError as error:
                log.info("MySQL cannot be asked what it has: %s", error)
            self._tell()
            await asyncio.sleep(_EVERY_S)

    async def look(self) -> None:
        """Asks for what has waited long enough to be there.

        Raises:
            UnavailableError: MySQL cannot be asked; everything goes on waiting.
        """
        now = self._clock()
        due = [message_id for message_id, batch in self._waiting.items() if batch.since <= now - _SOONEST_S]
        for start in range(0, min(len(due), _PAGE * _PAGES_AT_ONCE), _PAGE):
            for message_id in await self._find_batches(due[start : start + _PAGE]):
                self._keep(message_id, ())
        doubtful = [each for each, batch in self._waiting.items() if batch.since <= now - DOUBTFUL_AFTER_S]
        for group in islice(self._in_pages(doubtful), _PAGES_AT_ONCE):
            found = await self._find_attempts([key for each in group for key in self._waiting[each].attempts])
            for message_id in group:
                self._judge(message_id, found, now)

    def _in_pages(self, message_ids: Iterable[bytes]) -> Iterator[list[bytes]]:
        """Batches that have some thousand attempts together."""
        group, size = list[bytes](), 0
        for message_id in message_ids:
            group.append(message_id)
            size += len(self._waiting[message_id].attempts)
            if size >= _PAGE:
                yield group
                group, size = [], 0
        if group:
            yield group

    def _judge(self, message_id: bytes, found: Collection[AttemptKey], now: float) -> None:
        batch = self._waiting[message_id]
        left = [key for key in batch.attempts if key not in found]
        # What is not there makes room for what has not been asked for.
        self._waiting.move_to_end(message_id)
        self._keep(message_id, left)
        if left and batch.since <= now - MISSING_AFTER_S:
            AUDITED.labels("missing").inc(len(left))
            self._unpersisted -= len(left)
            del self._waiting[message_id]
            for _, attempt_id in left:
                log.error("attempt %s was acknowledged and is not in MySQL", to_text(attempt_id))

    def _keep(self, message_id: bytes, left: Sequence[AttemptKey]) -> None:
        """All of a batch but these is in MySQL."""
        batch = self._waiting[message_id]
        persisted = len(batch.attempts) - len(left)
        AUDITED.labels("persisted").inc(persisted)
        self._unpersisted -= persisted
        batch.attempts = left
        if not left:
            del self._waiting[message_id]

    def _tell(self) -> None:
        UNPERSISTED.set(self._unpersisted)
        oldest = min((batch.since for batch in self._waiting.values()), default=self._clock())
        UNPERSISTED_OLDEST.set(self._clock() - oldest)
