"""Limits kept in memory: what one person may ask for, and what the whole line may hold."""

import time
from collections.abc import Callable


class Buckets:
    """A token bucket per person, in bounded memory.

    A bucket is one number: when it will be full again. Two generations take turns, so nobody is swept one by one:
    whoever was not seen for a whole turn has a full bucket anyway.

    Args:
        burst: Requests at once.
        per_s: Requests per second after that.
        capacity: People per generation; beyond it the older generation is forgotten early.
    """

    def __init__(
        self,
        burst: int = 5,
        per_s: float = 1.0,
        capacity: int = 100_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval_s = 1 / per_s
        self._fill_s = burst / per_s
        self._capacity = capacity
        self._clock = clock
        self._recent: dict[bytes, float] = {}
        self._older: dict[bytes, float] = {}
        self._turn_at = clock() + self._fill_s

    def take(self, person: bytes) -> float:
        """Takes one token.

        Returns:
            0 when there was one, else the seconds until there is.

        Source: the generic cell rate algorithm, ITU-T I.371.
        """
        now = self._clock()
        if now >= self._turn_at or len(self._recent) >= self._capacity:
            self._older, self._recent = self._recent, {}
            self._turn_at = now + self._fill_s
        full_at = self._recent.get(person) or self._older.get(person, now)
        full_at = max(full_at, now) + self._interval_s
        wait_s = full_at - now - self._fill_s
        if wait_s > 1e-9:
            return wait_s
        self._recent[person] = full_at
        return 0.0

    def give_back(self, person: bytes) -> None:
        """Undoes a `take`."""
        if person in self._recent:
            self._recent[person] -= self._interval_s

    def empty(self, person: bytes, wait_s: float) -> None:
        """Takes all that is left: the next token is there in `wait_s` seconds."""
        self._recent[person] = self._clock() + self._fill_s - self._interval_s + wait_s


class Drain:
    """How fast a line empties, and so how long a newcomer would wait.

    Only full batches tell: a small one says that nobody waited, not that more would not have fitted. What was measured
    is believed for a few seconds, for a slow minute must not turn away the next rush.

    Args:
        full: Size from which a batch counts as full.
        believe_s: How long a measurement holds without a newer one.
    """

    def __init__(self, full: int, believe_s: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._full = full
        self._believe_s = believe_s
        self._clock = clock
        self._items = 0.0
        self._took_s = 0.0
        self._measured_at = float("-inf")
        self._last_end = float("-inf")

    def batch_ended(self, size: int, started_at: float) -> None:
        """Learns from a batch that was answered.

        Args:
            started_at: When it left, in this clock's seconds. Batches overlap, so it took the line only what passed
                since then or since the last one ended, whichever is shorter.
        """
        now = self._clock()
        took_s = now - max(started_at, self._last_end)
        self._last_end = now
        if size < self._full:
            return
        # Sums, not a mean of rates: of three batches that end together only the first seems to have taken any time.
        keep = 0.7 if now - self._measured_at <= self._believe_s else 0.0
        self._items = keep * self._items + size
        self._took_s = keep * self._took_s + took_s
        self._measured_at = now

    def wait_s(self, waiting: int) -> float:
        """The estimated wait behind `waiting` items; 0 while nothing is known."""
        if waiting < self._full or self._clock() - self._measured_at > self._believe_s:
            return 0.0
        return waiting * self._took_s / self._items
