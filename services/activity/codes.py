"""Finding an activity by the code that a person typed, in natural batches and within the limit on guessing.

A thousand people type the same code at the same instant: one trip to Redis and one statement serve all who came while
the last batch was under way. One batch at a time and a person only once in each: a second guess starts after the first
one has been counted.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from servicekit.batching import NaturalBatcher
from servicekit.errors import UnavailableError
from services.activity.domain import Activity, clean_code
from services.activity.errors import CodeLockedError, CodeWrongError

# Two trips to a Redis that does not answer, each tried twice, and the statement.
_TIMEOUT_S = 2.5
_RETRY_AFTER_S = 600

Guess = tuple[bytes, str]


class GuessLimitPort(Protocol):
    """Wrong guesses per person; never fails and never opens."""

    async def locked(self, people: Collection[bytes]) -> set[bytes]:
        """Who may not guess now."""

    async def count_wrong(self, people: Iterable[bytes]) -> None:
        """Counts a wrong guess of each."""


class CodesPort(Protocol):
    """Activities by code; raises UnavailableError when it cannot tell."""

    async def find(self, *, codes: Collection[str]) -> list[Activity]:
        """Those that have one of these codes."""


class CodeResolver:
    """Answers guesses."""

    def __init__(self, activities: CodesPort, guesses: GuessLimitPort) -> None:
        self._activities = activities
        self._guesses = guesses
        self._batcher: NaturalBatcher[Guess, Activity] = NaturalBatcher(
            self._resolve, max_in_flight=1, max_batch=1000, owner=lambda guess: guess[0]
        )

    async def find(self, user_id: bytes, typed: str) -> Activity:
        """The published activity that has this code now.

        Raises:
            CodeLockedError: The person guessed wrong too often, right or not this time.
            CodeWrongError: None has it; the guess counts.
            UnavailableError: Nobody can tell; the guess does not count.
        """
        return await self._batcher.submit((user_id, clean_code(typed)))

    async def drain(self) -> None:
        """Returns when every guess is answered."""
        await self._batcher.drain()

    async def _resolve(self, guesses: list[Guess]) -> Sequence[Activity | Exception]:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                locked = await self._guesses.locked([user_id for user_id, _ in guesses])
                known = await self._known({code for user_id, code in guesses if code and user_id not in locked})
                await self._guesses.count_wrong(
                    [user_id for user_id, code in guesses if code not in known and user_id not in locked]
                )
        except TimeoutError:
            raise UnavailableError("codes cannot be looked up now; try again", retry_after_s=1) from None
        return [_locked() if user_id in locked else known.get(code) or CodeWrongError() for user_id, code in guesses]

    async def _known(self, codes: set[str]) -> dict[str, Activity]:
        if not codes:
            return {}
        found = await self._activities.find(codes=codes)
        return {activity.code: activity for activity in found if activity.published_at is not None}


def _locked() -> CodeLockedError:
    detail = "too many wrong codes; scan the QR, or try again in ten minutes"
    return CodeLockedError(detail, retry_after_s=_RETRY_AFTER_S)
