"""What this process last read of activities, for the time MySQL is gone: then nothing can change there either.

Screens go on showing QRs and checkin goes on judging. A replica that alone cannot reach MySQL may miss a change, so
what it remembers is believed for an hour at most.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable

from prometheus_client import Counter

from services.activity.domain import Activity

log = logging.getLogger(__name__)

_BELIEVED_S = 3600.0
_CAPACITY = 20_000

_SERVED = Counter("activity_remembered_total", "Reads answered from memory because MySQL is gone.")

Key = bytes | str


class Memory:
    """Activities by activity id, occurrence id and code, as they were found by that key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, capacity: int = _CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._found: OrderedDict[Key, tuple[float, Activity]] = OrderedDict()

    def keep(self, keys: Collection[Key], found: Iterable[Activity]) -> None:
        """Remembers what was read under the keys that were asked for."""
        until = self._clock() + _BELIEVED_S
        for activity in found:
            own: list[Key] = [activity.activity_id, activity.code]
            own += [occurrence.occurrence_id for occurrence in activity.occurrences]
            for key in own:
                if key in keys:
                    self._found[key] = (until, activity)
                    self._found.move_to_end(key)
        while len(self._found) > self._capacity:
            self._found.popitem(last=False)

    def recall(self, keys: Iterable[Key]) -> list[Activity] | None:
        """Those under the keys, once each; None unless all are known: absence cannot be remembered."""
        now = self._clock()
        recalled: dict[bytes, Activity] = {}
        for key in keys:
            known = self._found.get(key)
            if known is None or known[0] < now:
                return None
            activity = known[1]
            recalled.setdefault(activity.activity_id, activity)
        log.warning("%d activities are answered from memory", len(recalled))
        _SERVED.inc()
        return list(recalled.values())
