"""A small cache with a lifetime and one load at a time per key."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class TimedCache(Generic[KeyT, ValueT]):
    """Remembers what `load` gave.

    Args:
        load: Called once per key however many wait; its error goes to all of them and is not remembered.
        life_s: How long a value is believed.
        keep: Says whether a value may be remembered at all, for example "not absence".
        capacity: Values at most; the oldest go first.
    """

    def __init__(
        self,
        load: Callable[[KeyT], Awaitable[ValueT]],
        life_s: float,
        keep: Callable[[ValueT], bool] = lambda value: True,
        capacity: int = 10_000,
    ) -> None:
        self._load = load
        self._life_s = life_s
        self._keep = keep
        self._capacity = capacity
        self._values: OrderedDict[KeyT, tuple[float, ValueT]] = OrderedDict()
        self._loading: dict[KeyT, asyncio.Task[ValueT]] = {}

    async def get(self, key: KeyT) -> ValueT:
        """The value, loaded when it is unknown or too old."""
        known = self._values.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        task = self._loading.get(key)
        if task is None:
            task = self._loading[key] = asyncio.create_task(self._load_once(key))
        return await asyncio.shield(task)

    def forget(self, key: KeyT) -> None:
        """Drops a value that is known to have changed."""
        self._values.pop(key, None)

    async def _load_once(self, key: KeyT) -> ValueT:
        try:
            value = await self._load(key)
        finally:
            del self._loading[key]
        if self._keep(value):
            self._values[key] = (time.monotonic() + self._life_s, value)
            self._values.move_to_end(key)
            if len(self._values) > self._capacity:
                self._values.popitem(last=False)
        return value
