"""What this process last read of activities, for the time MySQL is gone: then nothing can change there either.

Screens go on showing QRs and checkin goes on judging. A replica that alone cannot reach MySQL may miss a change, so
what it remembers is believed for an hour at most.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prometheus_client import Counter

from services.activity.domain import Activity

log = logging.getLogger(__name__)

_BELIEVED_S = 3600.0
_CAPACITY = 10_000

_SERVED = Counter("activity_remembered_total", "Reads answered from memory because MySQL is gone.")

Key = bytes | str


@dataclass(frozen=True, slots=True)
class _Remembered:
    """An activity, and until when it is believed."""

    activity: Activity
    until: float


class Memory:
    """Activities by activity id, occurrence id and code; of each the highest revision that was seen.

    Args:
        clock: Monotonic seconds.
        capacity: Activities at most; those not read for longest go first.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, capacity: int = _CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._by_id: OrderedDict[bytes, _Remembered] = OrderedDict()
        # Codes and occurrences; a replaced code leads nowhere any more.
        self._ids: dict[Key, bytes] = {}

    def keep(self, found: Iterable[Activity]) -> None:
        """Remembers what was read."""
        for activity in found:
            self._keep(activity)
        while len(self._by_id) > self._capacity:
            self.forget(next(iter(self._by_id)))

    def forget(self, activity_id: bytes) -> None:
        """Knows nothing of an activity any more."""
        known = self._by_id.pop(activity_id, None)
        for key in _keys(known.activity) if known else ():
            # A code that was free again may lead to another activity by now.
            if self._ids.get(key) == activity_id:
                del self._ids[key]

    def recall(self, keys: Iterable[Key]) -> list[Activity] | None:
        """Those under the keys, once each; None unless all are known: absence cannot be remembered."""
        recalled: dict[bytes, Activity] = {}
        for key in keys:
            activity_id = self._ids.get(key)
            if activity_id is None:
                return None
            known = self._by_id[activity_id]
            if known.until < self._clock():
                return None
            recalled[activity_id] = known.activity
        log.warning("%d activities are answered from memory", len(recalled))
        _SERVED.inc()
        return list(recalled.values())

    def _keep(self, activity: Activity) -> None:
        before = self._by_id.get(activity.activity_id)
        if before is not None and before.activity.revision > activity.revision:
            # Read before a change of this process's own, and late.
            return
        self.forget(activity.activity_id)
        self._by_id[activity.activity_id] = _Remembered(activity, self._clock() + _BELIEVED_S)
        self._ids.update(dict.fromkeys(_keys(activity), activity.activity_id))


def _keys(activity: Activity) -> list[Key]:
    return [activity.activity_id, activity.code, *(each.occurrence_id for each in activity.occurrences)]
