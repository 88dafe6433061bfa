"""What was answered lately, by activity: a few minutes in process memory, for `qiandao top` and for nothing else.

Metrics may not carry ids in their labels, so this is where an operator sees which activity it is.
"""

import time
from collections import Counter, deque
from collections.abc import Callable

from servicekit import ids
from servicekit.clock import now_us

# Activity, outcome, reason; the activity empty where the credential did not open.
_Line = tuple[bytes, str, str]

_ELSEWHERE = b""


class Recent:
    """Counts of answers in slices of time, the oldest dropped; bounded whatever comes. For one event loop.

    Args:
        span_s: How far back it remembers; a multiple of `slice_s`.
        slice_s: How finely it forgets.
        lines: Different lines kept apart per slice; what comes beyond them is counted without its activity.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        span_s: int = 300,
        slice_s: int = 10,
        lines: int = 2000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._span_s = span_s
        self._slice_s = slice_s
        self._lines = lines
        self._clock = clock
        # A slice that has only begun counts as well, hence one more than the span holds.
        self._slices: deque[tuple[int, Counter[_Line]]] = deque(maxlen=span_s // slice_s + 1)

    def add(self, activity_id: bytes, outcome: str, reason: str, count: int = 1) -> None:
        """Counts answers given now; about a microsecond.

        Args:
            activity_id: Empty where the credential did not open.
            outcome: A word of the vocabulary, in lower case.
            reason: The first reason; empty when there is none.
        """
        current = self._current()
        line = (activity_id, outcome, reason)
        if line not in current and len(current) >= self._lines:
            line = (_ELSEWHERE, outcome, reason)
        current[line] += count

    def snapshot(self) -> dict[str, object]:
        """The page `/recent`: `{span_s, at, lines: [{activity_id, outcome, reason, count}]}`, the largest first.

        `activity_id` is null where it is not known.
        """
        oldest = self._slice() - self._span_s // self._slice_s
        total: Counter[_Line] = Counter()
        for slice_no, counts in self._slices:
            if slice_no >= oldest:
                total.update(counts)
        lines = [
            {"activity_id": ids.to_text(activity_id) if activity_id else None, "outcome": outcome, "reason": reason}
            | {"count": count}
            for (activity_id, outcome, reason), count in total.most_common()
        ]
        return {"span_s": self._span_s, "at": now_us(), "lines": lines}

    def _current(self) -> Counter[_Line]:
        slice_no = self._slice()
        if not self._slices or self._slices[-1][0] != slice_no:
            self._slices.append((slice_no, Counter()))
        return self._slices[-1][1]

    def _slice(self) -> int:
        return int(self._clock() // self._slice_s)
