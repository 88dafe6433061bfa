"""Whether all that was accepted before is sure to be recorded: what Redis forgot can then be counted anew."""

from collections.abc import Awaitable, Callable

# Longer than a recorder has a batch in hand.
QUIET_S = 5.0

Depth = Callable[[], Awaitable[int]]


class Quiet:
    """The time since which nothing waited, as often as somebody asked.

    Args:
        depth: How many messages wait to be recorded; raises UnavailableError when nobody knows.
        is_inbox_empty: Whether no batch waits in the second durable place; raises UnavailableError.
        clock: Monotonic seconds.
    """

    def __init__(self, depth: Depth, is_inbox_empty: Callable[[], Awaitable[bool]], clock: Callable[[], float]) -> None:
        self._depth = depth
        self._is_inbox_empty = is_inbox_empty
        self._clock = clock
        self._since: float | None = None

    async def is_kept(self) -> bool:
        """Whether nothing has waited to be recorded for longer than a recorder has a batch in hand.

        Raises:
            UnavailableError: Nobody knows.
        """
        if await self._depth() or not await self._is_inbox_empty():
            self._since = None
            return False
        if self._since is None:
            self._since = self._clock()
        return self._clock() - self._since >= QUIET_S
