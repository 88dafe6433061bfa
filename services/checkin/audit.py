"""The law that the product lives by, watched as it runs: whatever was acknowledged is in MySQL.

What this process acknowledged is remembered until MySQL has it. So `checkin_unpersisted_attempts` is what was
acknowledged less what is persisted, attempt by attempt: on a good day what is on its way, for a second or two; in an
outage what waits in the queue or in the inbox. An attempt that is not there after a quarter of an hour, with MySQL
answering, counts as missing, which pages somebody.

Dead letters are missing too until they are replayed. A process that dies takes its memory with it: the attempts it
acknowledged are then watched by nobody, and nothing says that they are lost.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from itertools import islice

from servicekit.errors import UnavailableError
from servicekit.ids import to_text
from services.checkin.metrics import ACKNOWLEDGED, AUDITED, UNPERSISTED, UNPERSISTED_OLDEST

log = logging.getLogger(__name__)

MISSING_AFTER_S = 900.0

_EVERY_S = 2.0
_SOONEST_S = 2.0
_PAGE = 1000
_PAGES_AT_ONCE = 20
_CAPACITY = 200_000

Key = tuple[bytes, bytes]
Find = Callable[[Sequence[Key]], Awaitable[Collection[Key]]]


class Audit:
    """Remembers acknowledged attempts until they are found; bounded, what is too much is not watched.

    Args:
        find: Which of these (user_id, attempt_id) are in MySQL; raises UnavailableError when it cannot say.
        clock: Monotonic seconds.
    """

    def __init__(self, find: Find, clock: Callable[[], float] = time.monotonic, capacity: int = _CAPACITY) -> None:
        self._find = find
        self._clock = clock
        self._capacity = capacity
        # Since when, the oldest first.
        self._waiting: OrderedDict[Key, float] = OrderedDict()

    def note(self, keys: Collection[Key]) -> None:
        """These were acknowledged just now."""
        ACKNOWLEDGED.inc(len(keys))
        now = self._clock()
        for key in islice(keys, max(0, self._capacity - len(self._waiting))):
            self._waiting.setdefault(key, now)

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
        due = [key for key, since in self._waiting.items() if since <= now - _SOONEST_S]
        for start in range(0, min(len(due), _PAGE * _PAGES_AT_ONCE), _PAGE):
            page = due[start : start + _PAGE]
            self._judge(page, await self._find(page), now)

    def _judge(self, page: Sequence[Key], found: Collection[Key], now: float) -> None:
        AUDITED.labels("persisted").inc(len(found))
        for key in found:
            self._waiting.pop(key, None)
        missing = [key for key in page if key in self._waiting and self._waiting[key] <= now - MISSING_AFTER_S]
        AUDITED.labels("missing").inc(len(missing))
        for user_id, attempt_id in missing:
            log.error("attempt %s was acknowledged and is not in MySQL", to_text(attempt_id))
            del self._waiting[user_id, attempt_id]
        # What is not there yet makes room for what has not been asked for.
        for key in page:
            if key in self._waiting:
                self._waiting.move_to_end(key)

    def _tell(self) -> None:
        UNPERSISTED.set(len(self._waiting))
        oldest: Iterable[float] = self._waiting.values()
        UNPERSISTED_OLDEST.set(self._clock() - min(oldest) if self._waiting else 0)
