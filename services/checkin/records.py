"""Reads of records: what is stored of attempts, with outcomes derived by the merge law."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import from_datetime, to_datetime
from servicekit.credentials import checkin_id
from servicekit.database import unavailable_when_lost
from services.checkin import merge
from services.checkin.judging import Key
from services.checkin.merge import Judgement, Outcome
from services.checkin.store import (
    SeatKey,
    copies_of,
    read_attempts,
    read_attempts_of_seats,
    read_decisions,
    seat_of,
    to_merge,
)
from services.checkin.tables import attempts, open_attempts

log = logging.getLogger(__name__)

RECALL_TIMEOUT_S = 0.05


class Records:
    """Reads of records, with outcomes derived by the merge law from what is stored."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def recall(self, keys: Sequence[Key]) -> dict[Key, pb.Checkin]:
        """The records of these attempts; nothing at all when MySQL takes longer than 50 ms."""
        if not keys:
            return {}
        try:
            async with asyncio.timeout(RECALL_TIMEOUT_S), self._engine.connect() as connection:
                found = await read_attempts(connection, keys)
                return {key: _as_answer(record) for key, record in (await self._resolve(connection, found)).items()}
        except (TimeoutError, SQLAlchemyError) as error:
            log.warning("stored attempts are not recalled: %s", type(error).__name__)
            return {}

    async def get(self, user_id: bytes, identifier: bytes) -> pb.Checkin | None:
        """One person's record by checkin id.

        Raises:
            UnavailableError: MySQL is gone.
        """
        query = select(attempts).where(attempts.c.checkin_id == identifier, attempts.c.user_id == user_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                found = {(row.user_id, row.attempt_id): copies_of(row) for row in await connection.execute(query)}
                return next(iter((await self._resolve(connection, found)).values()), None)

    async def list_of(self, user_id: bytes, size: int, before: tuple[int, bytes] | None) -> list[pb.Checkin]:
        """One person's records, newest first.

        Args:
            before: (received_at, attempt_id) of the last record of the page before.

        Raises:
            UnavailableError: MySQL is gone.
        """
        query = select(attempts).where(attempts.c.user_id == user_id)
        if before:
            at, attempt_id = to_datetime(before[0]), before[1]
            older = attempts.c.received_at < at
            same = and_(attempts.c.received_at == at, attempts.c.attempt_id < attempt_id)
            query = query.where(or_(older, same))
        query = query.order_by(attempts.c.received_at.desc(), attempts.c.attempt_id.desc()).limit(size)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                found = {(row.user_id, row.attempt_id): copies_of(row) for row in await connection.execute(query)}
                return list((await self._resolve(connection, found)).values())

    async def open_attempts(self, limit: int) -> dict[Key, tuple[pb.Copy, ...]]:
        """All copies of the longest open attempts.

        Raises:
            UnavailableError: MySQL is gone.
        """
        oldest = select(open_attempts.c.user_id, open_attempts.c.attempt_id).order_by(open_attempts.c.received_at)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                keys = [(row.user_id, row.attempt_id) for row in await connection.execute(oldest.limit(limit))]
                return await read_attempts(connection, keys)

    async def count_open(self) -> tuple[int, int | None]:
        """How many attempts are open, and since when the oldest is.

        Raises:
            UnavailableError: MySQL is gone.
        """
        query = select(func.count(), func.min(open_attempts.c.received_at)).select_from(open_attempts)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                count, oldest = (await connection.execute(query)).one()
        return count, from_datetime(oldest) if oldest else None

    async def _resolve(
        self, connection: AsyncConnection, found: Mapping[Key, tuple[pb.Copy, ...]]
    ) -> dict[Key, pb.Checkin]:
        winners = {key: _winner(copies) for key, copies in found.items()}
        keys = {seat for winner in winners.values() if (seat := seat_of(winner))}
        neighbours = await read_attempts_of_seats(connection, keys) if keys else {}
        decided = await read_decisions(connection, keys) if keys else {}
        by_seat: dict[SeatKey, list[pb.Copy]] = {}
        for copies in neighbours.values():
            winner = _winner(copies)
            if seat := seat_of(winner):
                by_seat.setdefault(seat, []).append(winner)
        resolved = {
            seat: merge.resolve_seat(map(to_merge, group), decided.get(seat, ())) for seat, group in by_seat.items()
        }
        return {key: to_record(winner, resolved.get(seat_of(winner) or _NO_SEAT)) for key, winner in winners.items()}


_NO_SEAT: SeatKey = (b"", b"", 0, 0)


def _winner(copies: Sequence[pb.Copy]) -> pb.Copy:
    if len(copies) == 1:
        return copies[0]
    return pb.Copy.FromString(merge.winning_copy(map(to_merge, copies)).canonical)


def to_record(copy: pb.Copy, seat: merge.Seat | None) -> pb.Checkin:
    """The record of an attempt as its person sees it, from its winning copy and its seat."""
    own = merge.answer(Judgement(copy.judgement), None, copy.attempt_id, copy.is_staff)
    outcome = seat.outcomes[copy.attempt_id] if seat else own
    record = pb.Checkin(
        checkin_id=checkin_id(copy.user_id, copy.attempt_id),
        attempt_id=copy.attempt_id,
        activity_id=copy.activity_id,
        occurrence_id=copy.occurrence_id,
        user_id=copy.user_id,
        outcome=pb.Outcome.ValueType(outcome),
        reasons=copy.reasons,
        punctuality=copy.punctuality,
        late_by_s=copy.late_by_s,
        checked_in_at=copy.effective_at,
        distance_m=copy.distance_m,
        method=copy.method,
        direction=copy.direction,
        gate=copy.gate,
    )
    if seat and seat.holder and outcome in (Outcome.DUPLICATE, Outcome.SUPERSEDED):
        del record.reasons[:]
        record.reasons.add(reason="ALREADY_CHECKED_IN")
        record.duplicate_of.checkin_id = checkin_id(copy.user_id, seat.holder)
        record.duplicate_of.checked_in_at = seat.effective_at or 0
    return record


def _as_answer(record: pb.Checkin) -> pb.Checkin:
    """A record as an answer to a retry: superseded reads duplicate there."""
    if record.outcome == Outcome.SUPERSEDED:
        record.outcome = pb.OUTCOME_DUPLICATE
    return record
