"""What waits for a human and ends without one: with its cancelled activity, or because nobody decided in time.

The recorder process runs it. It decides like a human, on the revision it saw, so that whatever happens meanwhile goes
before; what is decided or judged later and waits again ends again, or lapses again (rules 21 and 30 of the law).
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import ServiceError
from services.checkin.judging.snapshots import Snapshot
from services.checkin.recording.store import NOBODY, POLICY, seat_of
from services.checkin.records.stored import Stored
from services.checkin.reviewing.decision import Word, to_decided
from services.checkin.rules.keys import SeatKey
from services.checkin.rules.merge import DecisionKind
from services.checkin.rules.occurrence import LAPSING, ActivityState, Occurrence

log = logging.getLogger(__name__)

INTERVAL_S = 5.0
_FIRST = b""
_CANCELLED = Word(NOBODY, DecisionKind.REFUSE, "ACTIVITY_CANCELLED")
_LAPSED = {kind: Word(POLICY, kind, "UNDECIDED") for kind in (DecisionKind.APPROVE, DecisionKind.REFUSE)}

# What is said of an attempt that waits.
Ending = tuple[Word, Stored]


class RecordsPort(Protocol):
    """What waits for a human; raises UnavailableError when MySQL is gone."""

    async def occurrences_waiting(self, after: bytes, limit: int) -> Sequence[bytes]:
        """Occurrences at which something waits, in order, those beyond an id."""

    async def waiting(self, occurrence_id: bytes, limit: int) -> Sequence[Stored]:
        """What waits at one, the longest waiting first."""


class LapsingPort(Protocol):
    """What has waited for too long; raises UnavailableError when MySQL is gone."""

    async def lapsing(self, occurrence_ids: Collection[bytes], before_us: int, limit: int) -> Sequence[Stored]:
        """What waits at some and has been left alone since a moment, the longest waiting first."""


class ActivitiesPort(Protocol):
    """Occurrences as they are."""

    async def renew(self, occurrence_ids: Collection[bytes]) -> None:
        """Reads these anew; ServiceError when the activity service is gone."""

    def get(self, key: bytes) -> Snapshot | None:
        """One that was read."""


class Ended:
    """Ends what waits at cancelled activities, and what waits for too long where a policy says how.

    Args:
        decide: Records decisions and carries out what follows; raises UnavailableError when MySQL is gone.
        after_us: How long humans have before a policy decides.
        page: Occurrences in one look, and attempts in one transaction.
    """

    def __init__(
        self,
        records: RecordsPort,
        lapsing: LapsingPort,
        activities: ActivitiesPort,
        decide: Callable[[Sequence[pb.Decided]], Awaitable[None]],
        after_us: int,
        page: int = 200,
    ) -> None:
        self._records = records
        self._lapsing = lapsing
        self._activities = activities
        self._decide = decide
        self._after_us = after_us
        self._page = page
        self._after = _FIRST

    async def run(self) -> None:
        """Looks every 5 s; runs until cancelled."""
        while True:
            try:
                await self.look()
            except ServiceError as error:
                log.warning("what waits for nobody any more ends later: %s", error)
            await asyncio.sleep(INTERVAL_S)

    async def look(self) -> None:
        """Ends what has to of what waits at the next occurrences.

        Raises:
            ServiceError: MySQL or the activity service is gone.
        """
        waiting = await self._records.occurrences_waiting(self._after, self._page)
        self._after = waiting[-1] if len(waiting) == self._page else _FIRST
        if not waiting:
            return
        await self._activities.renew(waiting)
        occurrences = [found.occurrence for each in waiting if (found := self._activities.get(each))]
        for occurrence in occurrences:
            if occurrence.state is ActivityState.CANCELLED:
                here = await self._records.waiting(occurrence.occurrence_id, self._page)
                await self._end([(_CANCELLED, stored) for stored in here])
        await self._lapse(occurrences)

    async def _lapse(self, occurrences: Sequence[Occurrence]) -> None:
        """Decides as the activities' policies say, as much as one page holds."""
        before_us = now_us() - self._after_us
        policies = {
            each.occurrence_id: each.undecided
            for each in occurrences
            if each.undecided and each.state in LAPSING and each.closes_at <= before_us
        }
        if policies:
            left_alone = await self._lapsing.lapsing(policies.keys(), before_us, self._page)
            verdicts = ((stored.lapse(policies[stored.copy.occurrence_id]), stored) for stored in left_alone)
            await self._end(_one_of_a_seat([(_LAPSED[kind], stored) for kind, stored in verdicts if kind]))

    async def _end(self, waiting: Sequence[Ending]) -> None:
        if waiting:
            await self._decide([to_decided(word, stored, _decision_id(word, stored)) for word, stored in waiting])


def _one_of_a_seat(waiting: Sequence[Ending]) -> Sequence[Ending]:
    """The first of each seat: a decision raises its revision, and one on another attempt there would be stale."""
    first: dict[SeatKey | None, Ending] = {}
    for word, stored in waiting:
        first.setdefault(seat_of(stored.copy), (word, stored))
    return list(first.values())


def _decision_id(word: Word, stored: Stored) -> bytes:
    """The same for whichever recorder ends the same."""
    said = b"|".join((word.actor, stored.checkin_id, str(stored.revision).encode()))
    return hashlib.blake2b(said, digest_size=16).digest()
