"""An event loop whose time passes only when there is nothing left to do: hours in a moment, the same each time."""

import asyncio
import selectors
from collections.abc import Callable


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop for timers and tasks; sockets would wait for nobody.

    Args:
        watch: Told, before time passes, when that is and until when: whatever is so now stays so until then.
    """

    def __init__(self, watch: Callable[[float, float], None] = lambda now, until: None) -> None:
        self._now = 0.0
        self._watch = watch
        super().__init__(_Selector(self._pass))

    def time(self) -> float:
        """Seconds since it was made."""
        return self._now

    def _pass(self, seconds: float) -> None:
        self._watch(self._now, self._now + seconds)
        self._now += seconds


class _Selector(selectors.SelectSelector):
    def __init__(self, let_pass: Callable[[float], None]) -> None:
        super().__init__()
        self._let_pass = let_pass

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; a wait is over at once."""
        if timeout is not None and timeout > 0:
            self._let_pass(timeout)
        return super().select(0)
