"""A small cache with a lifetime and one load at a time per key."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from servicekit.errors import UnavailableError
from servicekit.rpc.interceptors import shared_context

log = logging.getLogger(__name__)

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")

# While the source is gone, one caller a second pays for finding out; the others get what is remembered at once.
_RETRY_S = 1.0


@dataclass(slots=True)
class _Entry(Generic[ValueT]):
    value: ValueT
    loaded_at: float
    believed_until: float


class TimedCache(Generic[KeyT, ValueT]):
    """Remembers what `load` gave.

    Args:
        load: Called once per key however many wait, on behalf of none of them; its error goes to all of them and is not
            remembered.
        life_s: How long a value is believed.
        keep: Says whether a value may be remembered at all, for example "not absence".
        capacity: Values at most; the oldest go first.
        stale_s: How old a value may be that is given instead of an UnavailableError of `load`. 0: never.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        load: Callable[[KeyT], Awaitable[ValueT]],
        life_s: float,
        keep: Callable[[ValueT], bool] = lambda value: True,
        capacity: int = 10_000,
        stale_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._life_s = life_s
        self._keep = keep
        self._capacity = capacity
        self._stale_s = stale_s
        self._clock = clock
        self._entries: OrderedDict[KeyT, _Entry[ValueT]] = OrderedDict()
        self._loading: dict[KeyT, asyncio.Task[ValueT]] = {}

    async def get(self, key: KeyT) -> ValueT:
        """The value, loaded when it is unknown or too old."""
        known = self._entries.get(key)
        if known is not None and known.believed_until > self._clock():
            return known.value
        task = self._loading.get(key)
        if task is None:
            task = self._loading[key] = asyncio.create_task(self._load_once(key), context=shared_context())
        return await asyncio.shield(task)

    def forget(self, key: KeyT) -> None:
        """Drops a value that is known to have changed."""
        self._entries.pop(key, None)

    async def _load_once(self, key: KeyT) -> ValueT:
        try:
            value = await self._load(key)
        except UnavailableError as error:
            return self._remembered(key, error)
        finally:
            del self._loading[key]
        if self._keep(value):
            now = self._clock()
            self._entries[key] = _Entry(value, now, now + self._life_s)
            self._entries.move_to_end(key)
            if len(self._entries) > self._capacity:
                self._entries.popitem(last=False)
        else:
            # What was remembered is not so any more, and must not come back when the source is gone.
            self.forget(key)
        return value

    def _remembered(self, key: KeyT, error: UnavailableError) -> ValueT:
        known, now = self._entries.get(key), self._clock()
        if known is None or now - known.loaded_at > self._stale_s:
            raise error
        log.warning("using what was known %.0f s ago: %s", now - known.loaded_at, error)
        known.believed_until = now + _RETRY_S
        return known.value
