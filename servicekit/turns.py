"""Turns: what one person asks for at the same instant is done one by one, and holds one place of what all share."""

import asyncio
import weakref


class Turns:
    """A lock per person, for as long as anybody holds it or waits for it; for one event loop."""

    def __init__(self) -> None:
        self._locks: weakref.WeakValueDictionary[bytes, asyncio.Lock] = weakref.WeakValueDictionary()

    def of(self, person: bytes) -> asyncio.Lock:
        """Their lock; whoever asked first has it first."""
        return self._locks.setdefault(person, asyncio.Lock())
