"""Finding an activity by the code that a person typed, in natural batches and within the limit on guessing.

A thousand people type the same code at the same instant: one statement and one trip to Redis serve all who came while
the last batch was under way. What the code leads to is looked up first, and then the counter says guess by guess who is
still told: nothing is gained by guessing much at once.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Protocol

from domainkit.codes import clean_code
from servicekit.batching import NaturalBatcher
from servicekit.errors import UnavailableError
from services.activity.domain import Activity
from services.activity.errors import CodeLockedError, CodeWrongError

# A trip to a Redis that does not answer, tried twice, and the statement.
_TIMEOUT_S = 2.5

Guess = tuple[bytes, str]


class GuessLimitPort(Protocol):
    """Wrong guesses per person; never fails and never opens."""

    def wait_s(self, person: bytes) -> float:
        """How long somebody who is known to be locked may not guess."""

    async def spend(self, guesses: Sequence[tuple[bytes, bool]]) -> list[float]:
        """Counts those that are wrong; for each, how long its person is locked."""


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
                known = await self._known(
                    {code for user_id, code in guesses if code and not self._guesses.wait_s(user_id)}
                )
                waits = await self._guesses.spend([(user_id, code not in known) for user_id, code in guesses])
        except TimeoutError:
            raise UnavailableError("codes cannot be looked up now; try again", retry_after_s=1) from None
        return [
            _locked(wait_s) if wait_s else known.get(code) or CodeWrongError()
            for (_, code), wait_s in zip(guesses, waits, strict=True)
        ]

    async def _known(self, codes: set[str]) -> dict[str, Activity]:
        if not codes:
            return {}
        found = await self._activities.find(codes=codes)
        return {activity.code: activity for activity in found if activity.published_at is not None}


def _locked(wait_s: float) -> CodeLockedError:
    return CodeLockedError("too many wrong codes; scan the QR, or try again in ten minutes", retry_after_s=wait_s)
