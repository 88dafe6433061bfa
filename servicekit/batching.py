"""Natural batching: whatever arrives while batches fly goes together in the next one.

An idle batcher sends at once and a rush makes its own big batches, because at most `max_in_flight` sends run at a time.
There is no timer, save where a line is told to linger: whoever was answered together comes again together, and waiting
until the last of them is there makes the next batch twice as large. What waits is grouped by a fairness key, and an
owner appears at most once in a batch.
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from dataclasses import dataclass
from operator import attrgetter
from typing import Generic, TypeVar, cast

from prometheus_client import Histogram

from servicekit.errors import InternalError, UnavailableError

Item = TypeVar("Item")
Result = TypeVar("Result")

Send = Callable[[list[Item]], Awaitable[Sequence[Result | Exception]]]

# A flight this old is slow: others need not wait for it to make a batch worth while.
_PATIENCE_S = 0.1
# A timer this late rang in a loop that was busy: whoever came meanwhile has not been read yet.
_BUSY_S = 0.001

# One name for every stage of a journey whose batches are compared.
BATCH_SIZE = Histogram(
    "checkin_batch_size",
    "Items that went together.",
    ["stage"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
)


@dataclass(frozen=True, slots=True)
class Linger:
    """A wait for company after a batch has landed, unless a full one is there to leave.

    Attributes:
        after: The size of a landed batch from which on others will come at once.
        quiet_s: The next batch then leaves when nobody came for so long,
        at_most_s: and so long after the landing at the latest.
    """

    after: int
    quiet_s: float
    at_most_s: float


class QueueFullError(UnavailableError):
    """As many items wait already as may; taking more would only make everybody late."""

    reason = "OVERLOADED"


@dataclass(eq=False, slots=True)
class _Entry(Generic[Item, Result]):
    """An item on its way, and whoever waits for it."""

    item: Item
    key: Hashable
    owner: Hashable
    answer: "asyncio.Future[Result]"
    submitted_at: float


_submitted_at = attrgetter("submitted_at")


class NaturalBatcher(Generic[Item, Result]):
    """Sends items in batches that form by themselves; for one event loop.

    Every item is sent exactly once, unless its waiter gave up before its batch left. Within a key items leave in the
    order they came; an owner's second item joins the end of its key's line when the first has left.

    Args:
        send: Takes a batch, returns one result per item in the same order. An Exception among the results is raised for
            that item alone; a `send` that raises does so for its whole batch. It runs in an empty context, so nobody's
            span leaks into it, and must bound its own time.
        max_in_flight: Sends at a time; more make batches smaller.
        worth: Items that must be ready to leave before a batch does beside one that flies, unless the last one left
            more than 0.1 s ago. More makes larger batches while one flight is enough.
        linger: Whether to wait for company after a large batch; an idle batcher never does. None: no timer at all.
        max_batch: Items in one batch at most.
        max_waiting: Items not yet sent at most; beyond it `submit` refuses.
        key: What to be fair about. No key fills more than half a batch while another one's items stay behind.
            None: everything is one key.
        owner: Whose item it is; an owner is never twice in one batch. A result of None exempts the item.
        observe: Told, for each batch, its size and how many seconds its oldest item waited.
    """

    def __init__(
        self,
        send: Send[Item, Result],
        *,
        max_in_flight: int = 3,
        worth: int = 1,
        linger: Linger | None = None,
        max_batch: int = 256,
        max_waiting: int = 10_000,
        key: Callable[[Item], Hashable] | None = None,
        owner: Callable[[Item], Hashable | None] | None = None,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self._send = send
        self._max_in_flight = max_in_flight
        self._worth = worth
        self._linger = linger
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._key = key
        self._owner = owner
        self._observe = observe
        self._lines: dict[Hashable, deque[_Entry[Item, Result]]] = {}
        # An owner is in here while an item of theirs stands in a line; the value holds those that wait behind it.
        self._behind: dict[Hashable, deque[_Entry[Item, Result]] | None] = {}
        self._waiting = 0
        # Those that stand in a line: a batch is full of these, whoever waits behind them.
        self._ready = 0
        self._flights: set[asyncio.Task[None]] = set()
        self._is_launching = False
        self._lingering: asyncio.TimerHandle | None = None
        self._linger_until = -math.inf
        self._came_at = -math.inf
        self._patience: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def waiting(self) -> int:
        """Items not yet sent."""
        return self._waiting

    @property
    def in_flight(self) -> int:
        """Batches that were sent and not yet answered."""
        return len(self._flights)

    def submit(self, item: Item) -> "asyncio.Future[Result]":
        """Puts an item in line.

        Returns:
            A future of the item's result. Cancelling it before its batch left withdraws the item alone.

        Raises:
            QueueFullError: `max_waiting` items wait already.
        """
        if self._waiting >= self._max_waiting:
            raise QueueFullError("too many requests wait already; try again", retry_after_s=1)
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        key = None if self._key is None else self._key(item)
        owner = None if self._owner is None else self._owner(item)
        self._came_at = loop.time()
        entry = _Entry(item, key, owner, answer, self._came_at)
        self._waiting += 1
        if owner is None:
            self._line_up(entry)
        elif owner not in self._behind:
            self._behind[owner] = None
            self._line_up(entry)
        else:
            self._wait_behind(owner, entry)
        # Launching in the loop's next round lets everything that arrived in this one share the batch.
        if not self._is_launching and self._may_leave():
            self._is_launching = True
            loop.call_soon(self._launch, context=Context())
        return answer

    async def drain(self) -> None:
        """Returns when nothing waits and nothing flies; for shutdown, after the last `submit`."""
        self._linger = None
        self._end_lingering()
        while self._flights:
            await asyncio.wait(self._flights)

    def _line_up(self, entry: _Entry[Item, Result]) -> None:
        line = self._lines.get(entry.key)
        if line is None:
            line = self._lines[entry.key] = deque()
        line.append(entry)
        self._ready += 1

    def _wait_behind(self, owner: Hashable, entry: _Entry[Item, Result]) -> None:
        others = self._behind[owner]
        if others is None:
            others = self._behind[owner] = deque()
        others.append(entry)

    def _may_leave(self) -> bool:
        if len(self._flights) >= self._max_in_flight:
            return False
        if self._ready >= self._max_batch:
            return True
        if self._lingering is not None:
            return False
        return not self._flights or self._ready >= self._worth or self._patience is None

    def _launch(self) -> None:
        self._is_launching = False
        loop = asyncio.get_running_loop()
        while self._lines and self._may_leave():
            batch = self._collect()
            if batch:
                self._flights.add(loop.create_task(self._fly(batch), context=Context()))
                self._be_patient(loop)

    def _be_patient(self, loop: asyncio.AbstractEventLoop) -> None:
        """What left just now may make others wait; not for long."""
        if self._patience is not None:
            self._patience.cancel()
        if self._worth > 1:
            self._patience = loop.call_later(_PATIENCE_S, self._lose_patience, context=Context())

    def _lose_patience(self) -> None:
        self._patience = None
        self._launch()

    def _linger_after(self, size: int) -> None:
        """A batch of that size has landed."""
        linger = self._linger
        if linger is None or size < linger.after:
            return
        now = asyncio.get_running_loop().time()
        self._linger_until = now + linger.at_most_s
        self._listen_until(now + linger.quiet_s, linger.quiet_s)

    def _listen_until(self, quiet_at: float, quiet_s: float) -> None:
        if self._lingering is not None:
            self._lingering.cancel()
        due_at = min(quiet_at, self._linger_until)
        loop = asyncio.get_running_loop()
        self._lingering = loop.call_at(due_at, self._listen, due_at, quiet_s, context=Context())

    def _listen(self, due_at: float, quiet_s: float) -> None:
        now = asyncio.get_running_loop().time()
        quiet_at = quiet_s + (now if now > due_at + _BUSY_S else self._came_at)
        if now < min(quiet_at, self._linger_until):
            self._listen_until(quiet_at, quiet_s)
        else:
            self._end_lingering()

    def _end_lingering(self) -> None:
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None
        self._launch()

    def _collect(self) -> list[_Entry[Item, Result]]:
        """The next batch, without those whose waiter has gone; empty when all have."""
        lined_up = self._take()
        self._waiting -= len(lined_up)
        self._ready -= len(lined_up)
        if self._owner is not None:
            self._let_next_line_up(lined_up)
        return [entry for entry in lined_up if not entry.answer.cancelled()]

    def _take(self) -> list[_Entry[Item, Result]]:
        lines = self._lines
        if len(lines) == 1:
            [(key, line)] = lines.items()
            if len(line) <= self._max_batch:
                del lines[key]
                return list(line)
        return self._take_fairly()

    def _take_fairly(self) -> list[_Entry[Item, Result]]:
        """Max-min fair: rounds of equal shares, so that a long line gets only what shorter ones leave."""
        taken: list[_Entry[Item, Result]] = []
        while self._lines and (room := self._max_batch - len(taken)):
            share = max(1, room // len(self._lines))
            for key in list(self._lines)[:room]:
                # Back to the end of the round: with more keys than room, the others are first next time.
                line = self._lines.pop(key)
                taken += [line.popleft() for _ in range(min(share, len(line)))]
                if line:
                    self._lines[key] = line
        return taken

    def _let_next_line_up(self, left: list[_Entry[Item, Result]]) -> None:
        behind = self._behind
        for entry in left:
            if entry.owner is None:
                continue
            others = behind.pop(entry.owner)
            if others:
                self._line_up(others.popleft())
                behind[entry.owner] = others

    async def _fly(self, batch: list[_Entry[Item, Result]]) -> None:
        try:
            results = await self._results(batch)
        except asyncio.CancelledError:
            # Only the end of the loop cancels a flight: nobody is left to be told, and no other batch may leave.
            for entry in batch:
                entry.answer.cancel()
            raise
        finally:
            self._flights.remove(cast("asyncio.Task[None]", asyncio.current_task()))
        self._linger_after(len(batch))
        _settle(batch, results)
        self._launch()

    async def _results(self, batch: list[_Entry[Item, Result]]) -> Sequence[Result | Exception]:
        try:
            if self._observe is not None:
                waited_s = asyncio.get_running_loop().time() - min(map(_submitted_at, batch))
                self._observe(len(batch), waited_s)
            results = await self._send([entry.item for entry in batch])
            if len(results) != len(batch):
                raise InternalError(f"{len(results)} results for {len(batch)} items")
        except asyncio.CancelledError as error:
            # A client library raises it for its own reasons too, as grpc.aio does when its channel closes.
            if cast("asyncio.Task[None]", asyncio.current_task()).cancelling():
                raise
            return [UnavailableError(f"the batch was given up: {error}")] * len(batch)
        except Exception as error:
            # Whatever went wrong belongs to the waiters: each of them gets it.
            return [error] * len(batch)
        return results


def _settle(batch: Sequence[_Entry[Item, Result]], results: Sequence[Result | Exception]) -> None:
    for entry, result in zip(batch, results, strict=True):
        answer = entry.answer
        if answer.done():
            continue
        if isinstance(result, Exception):
            answer.set_exception(result)
        else:
            answer.set_result(result)
