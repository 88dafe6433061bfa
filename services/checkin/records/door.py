"""What people did at an occurrence, as staff at a door see it: what is recorded, and what was answered since."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from domainkit.copies import presented_of
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import UnavailableError
from services.checkin.records.records import RECALL_TIMEOUT_S
from services.checkin.rules.keys import AttemptKey, PersonKey
from services.checkin.rules.merge import Outcome
from services.checkin.rules.standing import Move
from services.checkin.seats.seats import Answer

log = logging.getLogger(__name__)

# Which answered duplicates count as moves: of the others nobody knows before they are recorded.
_MOVED = frozenset({"LEFT_AGAIN", "ENTERED_AGAIN"})


class RecordsPort(Protocol):
    """Stored attempts; raises UnavailableError when MySQL is gone."""

    async def moves_of(self, people: Collection[PersonKey]) -> Mapping[AttemptKey, tuple[bytes, Move]]:
        """Every attempt of theirs there, with its occurrence."""


class AnswersPort(Protocol):
    """Answers of the last 15 minutes; raises UnavailableError when Redis is gone."""

    async def answers_of_all(self, user_ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Answer]]:
        """By person; one trip."""


class NamesPort(Protocol):
    """What people are called; raises UnavailableError when nobody can tell."""

    async def of(self, user_ids: Collection[bytes]) -> Mapping[bytes, str]:
        """By person; one call for those of whom nothing is remembered."""


class Door:
    """Asks Redis and then MySQL, once for all people."""

    def __init__(self, records: RecordsPort, answers: AnswersPort, names: NamesPort) -> None:
        self._records = records
        self._answers = answers
        self._names = names

    async def recall(self, people: Collection[PersonKey]) -> dict[PersonKey, list[Move]]:
        """What each of these people did; nothing of anybody where MySQL takes longer than 50 ms."""
        try:
            async with asyncio.timeout(RECALL_TIMEOUT_S):
                return await self.moves(people)
        except (TimeoutError, UnavailableError) as error:
            log.warning("staff are not told how somebody came before: %s", type(error).__name__)
            return {}

    async def moves(self, people: Collection[PersonKey]) -> dict[PersonKey, list[Move]]:
        """What each of these people did.

        Raises:
            UnavailableError: MySQL is gone.
        """
        # What is recorded meanwhile is found twice rather than never, and what is stored is right.
        fresh = await self._answered(people)
        found = fresh | dict(await self._records.moves_of(people))
        moves: dict[PersonKey, list[Move]] = {person: [] for person in people}
        for (user_id, _), (occurrence_id, move) in found.items():
            moves.setdefault((occurrence_id, user_id), []).append(move)
        return moves

    async def names(self, user_ids: Collection[bytes], within_s: float = RECALL_TIMEOUT_S) -> Mapping[bytes, str]:
        """What these people are called; nobody is where that is not known in time."""
        try:
            async with asyncio.timeout(within_s):
                return await self._names.of(user_ids)
        except (TimeoutError, UnavailableError) as error:
            log.warning("staff are told no names: %s", type(error).__name__)
            return {}

    async def _answered(self, people: Collection[PersonKey]) -> dict[AttemptKey, tuple[bytes, Move]]:
        try:
            answers = await self._answers.answers_of_all([*{user_id for _, user_id in people}])
        except UnavailableError:
            return {}
        told = [record for each in answers.values() for answer in each if (record := answer.record())]
        return {
            (record.user_id, record.attempt_id): (record.occurrence_id, _move(record))
            for record in told
            if (record.occurrence_id, record.user_id) in people and _is_known(record)
        }


def _is_known(record: pb.Checkin) -> bool:
    return record.outcome != pb.OUTCOME_DUPLICATE or any(reason.reason in _MOVED for reason in record.reasons)


def _move(record: pb.Checkin) -> Move:
    presented = presented_of(record)
    return Move(
        record.checked_in_at,
        record.attempt_id,
        record.direction,
        Outcome(record.outcome),
        record.method,
        record.gate,
        presented.actor_id,
    )
