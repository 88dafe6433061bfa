"""Reads of records: which attempts, in which order; how each reads is in `stored.py`.

What one call returns belongs together: its statements see one moment of the database.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, tuple_
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import from_datetime, to_datetime
from servicekit.errors import UnavailableError
from services.checkin.recording.states import add_state
from services.checkin.recording.store import (
    Copies,
    read_attempts,
    read_attempts_of_seats,
    read_decisions,
    recorded_among,
    rows_of_seats,
    seat_of,
    stored_keys,
)
from services.checkin.records.moment import moment, reviewed
from services.checkin.records.stored import Said, Stored, both_ways, read, read_rulings, resolve, seat_key
from services.checkin.rules import merge
from services.checkin.rules.keys import AttemptKey, PersonKey, SeatKey
from services.checkin.rules.merge import SeatState
from services.checkin.rules.occurrence import Direction, Occurrence
from services.checkin.rules.standing import Move
from services.checkin.tables import attempts, decisions, inbox, open_attempts, reviews, seats

log = logging.getLogger(__name__)

RECALL_TIMEOUT_S = 0.05
_SAID = "SELECT occurrence_id, user_id, direction, pass_no, revision, holder FROM seats"

# Where a list goes on: a time, then ids that make it exact.
Position = tuple[int, bytes]
ReviewPosition = tuple[int, bytes, bytes]
ChangePosition = tuple[int, bytes, int]


class Records:
    """Reads of records; every method but `recall` raises UnavailableError when MySQL is gone."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def recall(self, keys: Sequence[AttemptKey]) -> dict[AttemptKey, pb.Checkin]:
        """The records of these attempts with their history; nothing at all when MySQL takes longer than 50 ms."""
        if not keys:
            return {}
        try:
            async with asyncio.timeout(RECALL_TIMEOUT_S), moment(self._engine) as connection:
                found = await resolve(connection, await read_attempts(connection, keys))
                return {key: stored.answer() for key, stored in found.items()}
        except (TimeoutError, UnavailableError, SQLAlchemyError) as error:
            log.warning("stored attempts are not recalled: %s", type(error).__name__)
            return {}

    async def which_are_stored(self, keys: Sequence[AttemptKey]) -> set[AttemptKey]:
        """Those of these attempts that have a row.

        Raises:
            UnavailableError: MySQL is gone or busy.
        """
        async with moment(self._engine) as connection:
            return await stored_keys(connection, keys)

    async def which_are_recorded(self, message_ids: Sequence[bytes]) -> set[bytes]:
        """Those of these messages that are recorded to the last copy.

        Raises:
            UnavailableError: MySQL is gone or busy.
        """
        async with moment(self._engine) as connection:
            return await recorded_among(connection, message_ids)

    async def who_tried(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those with an attempt of their own at an activity of the organisation."""
        own = attempts.c.organisation_id == organisation_id, attempts.c.is_staff == 0
        query = select(attempts.c.user_id).where(attempts.c.user_id.in_(list(user_ids)), *own).distinct()
        async with moment(self._engine) as connection:
            return set(await connection.scalars(query))

    async def who_came(self, occurrence_ids: Collection[bytes], user_ids: Collection[bytes]) -> set[bytes]:
        """Those who hold a seat in one of these occurrences."""
        theirs = seats.c.occurrence_id.in_(list(occurrence_ids)), seats.c.user_id.in_(list(user_ids))
        query = select(seats.c.user_id).where(*theirs, seats.c.holder.is_not(None)).distinct()
        async with moment(self._engine) as connection:
            return set(await connection.scalars(query))

    async def moves_of(self, people: Collection[PersonKey]) -> dict[AttemptKey, tuple[bytes, Move]]:
        """Every attempt of these people at the occurrence that is named with each, and the occurrence."""
        keys = sorted({seat for person in people for seat in both_ways(*person)})
        async with moment(self._engine) as connection:
            found = await resolve(connection, await read_attempts_of_seats(connection, keys))
        return {key: (stored.copy.occurrence_id, stored.move()) for key, stored in found.items()}

    async def get(self, user_id: bytes, identifier: bytes) -> Stored | None:
        """One person's record by checkin id."""
        async with moment(self._engine) as connection:
            mine = attempts.c.checkin_id == identifier, attempts.c.user_id == user_id
            return next(iter(await read(connection, select(attempts).where(*mine))), None)

    async def list_of(self, user_id: bytes, size: int, before: Position | None) -> list[Stored]:
        """One person's records, the last to arrive first.

        Args:
            before: (received_at, attempt_id) of the last record of the page before.
        """
        query = select(attempts).where(attempts.c.user_id == user_id)
        if before:
            at, attempt_id = to_datetime(before[0]), before[1]
            older = attempts.c.received_at < at
            same = and_(attempts.c.received_at == at, attempts.c.attempt_id < attempt_id)
            query = query.where(or_(older, same))
        query = query.order_by(attempts.c.received_at.desc(), attempts.c.attempt_id.desc()).limit(size)
        async with moment(self._engine) as connection:
            return await read(connection, query)

    async def changes_of(
        self, user_id: bytes, since: int, after: ChangePosition | None, size: int
    ) -> tuple[list[Stored], ChangePosition | None]:
        """One person's records that changed since a moment, and where to go on if there are more.

        A changed seat brings all its attempts; an attempt without a seat comes once, when it arrived.

        Args:
            size: Seats at most.
        """
        async with moment(self._engine) as connection:
            steps = sorted(
                await _changed_seats(connection, user_id, since, after, size + 1)
                + await _seatless(connection, user_id, since, after, size + 1)
            )
            page, more = steps[:size], len(steps) > size
            # Where a person is now is told by the records of both their seats, so both have changed.
            moved = {identifier for _, identifier, direction in page if direction}
            changed = [seat for each in sorted(moved) for seat in both_ways(each, user_id)]
            arrived = [(user_id, identifier) for _, identifier, direction in page if not direction]
            found = await read_attempts_of_seats(connection, changed) | await read_attempts(connection, arrived)
            stored = list((await resolve(connection, found)).values())
        return stored, page[-1] if more else None

    async def find(self, identifiers: Collection[bytes]) -> dict[bytes, Stored]:
        """Anybody's records by checkin id, as reviewers see them; unknown ones are left out."""
        async with moment(self._engine) as connection:
            found = await read(connection, select(attempts).where(attempts.c.checkin_id.in_(identifiers)), True)
        return {stored.checkin_id: stored for stored in found}

    async def list_reviews(
        self, occurrence: Occurrence, state: int, size: int, after: ReviewPosition | None
    ) -> list[Stored]:
        """What waits, or was decided, in an activity; the longest waiting first.

        Args:
            occurrence: Of the activity.
            after: (listed_at, attempt_id, user_id) of the last one of the page before.
        """
        order = (reviews.c.received_at, reviews.c.attempt_id, reviews.c.user_id)
        query = select(reviews.c.user_id, reviews.c.attempt_id)
        query = query.where(_is_of(occurrence), reviews.c.state == state)
        if after:
            query = query.where(tuple_(*order) > (to_datetime(after[0]), *after[1:]))
        return await reviewed(self._engine, query.order_by(*order).limit(size))

    async def tries_of(self, occurrence: Occurrence, user_id: bytes, limit: int) -> list[Stored]:
        """What one person tried at an activity, the last to arrive first.

        Args:
            occurrence: Of the activity.
        """
        here = or_(
            attempts.c.activity_id == occurrence.activity_id, attempts.c.occurrence_id == occurrence.occurrence_id
        )
        query = select(attempts).where(attempts.c.user_id == user_id, here)
        query = query.order_by(attempts.c.received_at.desc(), attempts.c.attempt_id.desc()).limit(limit)
        async with moment(self._engine) as connection:
            return await read(connection, query, True)

    async def bulk_cases(self, occurrence: Occurrence) -> list[pb.BulkCase]:
        """How much waits by occurrence of an activity."""
        query = (
            select(reviews.c.occurrence_id, func.count(), func.sum(reviews.c.is_offline))
            .where(_is_of(occurrence), reviews.c.state == pb.REVIEW_STATE_PENDING)
            .group_by(reviews.c.occurrence_id)
            .order_by(reviews.c.occurrence_id)
        )
        async with moment(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return [pb.BulkCase(occurrence_id=row[0], pending=row[1], pending_offline=int(row[2])) for row in rows]

    async def waiting_in(self, activity_ids: Collection[bytes]) -> list[pb.WaitingReviews]:
        """How much waits for a human, by activity, of what is known to be of one."""
        query = (
            select(reviews.c.activity_id, func.count(), func.sum(reviews.c.is_offline))
            .where(reviews.c.activity_id.in_(activity_ids), reviews.c.state == pb.REVIEW_STATE_PENDING)
            .group_by(reviews.c.activity_id)
            .order_by(reviews.c.activity_id)
        )
        async with moment(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return [pb.WaitingReviews(activity_id=row[0], pending=row[1], pending_offline=int(row[2])) for row in rows]

    async def waiting(self, occurrence_id: bytes, limit: int, *, is_offline: bool = False) -> list[Stored]:
        """What waits for a human at an occurrence, the longest waiting first.

        Args:
            is_offline: Only what came offline.
        """
        waits = reviews.c.occurrence_id == occurrence_id, reviews.c.state == pb.REVIEW_STATE_PENDING
        query = select(reviews.c.user_id, reviews.c.attempt_id).where(*waits)
        if is_offline:
            query = query.where(reviews.c.is_offline == 1)
        return await reviewed(self._engine, query.order_by(reviews.c.received_at, reviews.c.attempt_id).limit(limit))

    async def occurrences_waiting(self, after: bytes, limit: int) -> list[bytes]:
        """Occurrences at which something waits for a human, in order, those beyond an id."""
        waits = reviews.c.state == pb.REVIEW_STATE_PENDING, reviews.c.occurrence_id > after
        query = select(reviews.c.occurrence_id).where(*waits).distinct().order_by(reviews.c.occurrence_id)
        async with moment(self._engine) as connection:
            return list(await connection.scalars(query.limit(limit)))

    async def said(self, occurrence_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, Said]:
        """What was decided on the seats of people to come in; who has none is left out."""
        keys = [both_ways(occurrence_id, user_id)[0] for user_id in user_ids]
        async with moment(self._engine) as connection:
            rows = await rows_of_seats(connection, _SAID, keys)
            rulings = await read_rulings(connection, keys)
        return {row.user_id: Said(row.revision, rulings.get(seat_key(row), ()), row.holder is not None) for row in rows}

    async def recorded(self, decision_ids: Collection[bytes]) -> dict[bytes, bool]:
        """Those of these decisions that are recorded, and whether they were stale."""
        query = select(decisions.c.decision_id, decisions.c.is_stale).where(decisions.c.decision_id.in_(decision_ids))
        async with moment(self._engine) as connection:
            return {row.decision_id: bool(row.is_stale) for row in await connection.execute(query)}

    async def list_states(
        self, occurrence_id: bytes, size: int, after: tuple[bytes, int] | None
    ) -> pb.ListRecordsResponse:
        """Seats of an occurrence as `recorded.v1` would carry them, by user and direction.

        Args:
            after: (user_id, direction) of the last seat of the page before.
        """
        order = (seats.c.user_id, seats.c.direction)
        query = select(seats).where(seats.c.occurrence_id == occurrence_id)
        if after:
            query = query.where(tuple_(*order) > after)
        async with moment(self._engine) as connection:
            rows = (await connection.execute(query.order_by(*order).limit(size))).all()
            keys = [seat_key(row) for row in rows]
            found = await resolve(connection, await read_attempts_of_seats(connection, keys))
            said = await read_decisions(connection, keys)
            home = await _home(connection, occurrence_id)
        return _to_states(rows, found.values(), said, home)

    async def totals(self, occurrence_ids: Sequence[bytes]) -> list[pb.Totals]:
        """Number and sum of revisions of the seats of each occurrence, in their order."""
        query = (
            select(seats.c.occurrence_id, func.count(), func.sum(seats.c.revision))
            .where(seats.c.occurrence_id.in_(occurrence_ids))
            .group_by(seats.c.occurrence_id)
        )
        async with moment(self._engine) as connection:
            found = {row[0]: (row[1], int(row[2])) for row in await connection.execute(query)}
        counted = ((occurrence_id, *found.get(occurrence_id, (0, 0))) for occurrence_id in occurrence_ids)
        return [pb.Totals(occurrence_id=one, seats=count, revisions=revisions) for one, count, revisions in counted]

    async def holders(self, occurrence_id: bytes) -> list[bytes]:
        """Who holds a seat to come in at an occurrence: those that count against its capacity."""
        held = seats.c.state == int(SeatState.HELD), seats.c.direction == int(Direction.IN)
        query = select(seats.c.user_id).where(seats.c.occurrence_id == occurrence_id, *held)
        async with moment(self._engine) as connection:
            return list(await connection.scalars(query))

    async def is_inbox_empty(self) -> bool:
        """Whether no batch waits in the second durable place."""
        async with moment(self._engine) as connection:
            return await connection.scalar(select(inbox.c.message_id).limit(1)) is None

    async def open_attempts(self, limit: int, skip: int = 0) -> dict[AttemptKey, Copies]:
        """All copies of the longest open attempts, leaving out so many of the very longest."""
        oldest = select(open_attempts.c.user_id, open_attempts.c.attempt_id).order_by(open_attempts.c.received_at)
        async with moment(self._engine) as connection:
            keys = [(row.user_id, row.attempt_id) for row in await connection.execute(oldest.limit(limit).offset(skip))]
            return await read_attempts(connection, keys)

    async def count_open(self) -> tuple[int, int | None]:
        """How many attempts are open, and since when the oldest is."""
        query = select(func.count(), func.min(open_attempts.c.received_at)).select_from(open_attempts)
        async with moment(self._engine) as connection:
            count, oldest = (await connection.execute(query)).one()
        return count, from_datetime(oldest) if oldest else None


def _is_of(occurrence: Occurrence) -> ColumnElement[bool]:
    """Whether a case belongs to the occurrence's activity, also while nobody could ask which activity that is."""
    unasked = and_(reviews.c.activity_id.is_(None), reviews.c.occurrence_id == occurrence.occurrence_id)
    return or_(reviews.c.activity_id == occurrence.activity_id, unasked)


async def _changed_seats(
    connection: AsyncConnection, user_id: bytes, since: int, after: ChangePosition | None, limit: int
) -> list[ChangePosition]:
    order = (seats.c.changed_at, seats.c.occurrence_id, seats.c.direction)
    query = select(*order).where(seats.c.user_id == user_id, seats.c.changed_at > to_datetime(since))
    if after:
        query = query.where(tuple_(*order) > (to_datetime(after[0]), *after[1:]))
    rows = await connection.execute(query.order_by(*order).limit(limit))
    return [(from_datetime(row.changed_at), row.occurrence_id, row.direction) for row in rows]


async def _seatless(
    connection: AsyncConnection, user_id: bytes, since: int, after: ChangePosition | None, limit: int
) -> list[ChangePosition]:
    """Attempts whose credential did not open, as positions with their attempt_id and direction 0."""
    order = (attempts.c.received_at, attempts.c.attempt_id)
    query = select(*order).where(attempts.c.user_id == user_id, attempts.c.occurrence_id.is_(None))
    query = query.where(attempts.c.received_at > to_datetime(since))
    if after:
        at, identifier = to_datetime(after[0]), after[1]
        # Of the same id, direction 0 comes before those of seats.
        same = and_(attempts.c.received_at == at, attempts.c.attempt_id > identifier)
        query = query.where(or_(attempts.c.received_at > at, same))
    rows = await connection.execute(query.order_by(*order).limit(limit))
    return [(from_datetime(row.received_at), row.attempt_id, 0) for row in rows]


async def _home(connection: AsyncConnection, occurrence_id: bytes) -> tuple[bytes, bytes]:
    """Activity and organisation of an occurrence, from any attempt that knows them.

    Where there are marks alone nobody says so here; whoever rebuilds asks for the occurrences of an activity.
    """
    query = select(attempts.c.activity_id, attempts.c.organisation_id)
    query = query.where(attempts.c.occurrence_id == occurrence_id, attempts.c.organisation_id.is_not(None)).limit(1)
    row = (await connection.execute(query)).first()
    return (row.activity_id, row.organisation_id) if row else (b"", b"")


def _to_states(
    rows: Iterable[Row[Any]],
    found: Iterable[Stored],
    said: Mapping[SeatKey, Sequence[merge.Decision]],
    home: tuple[bytes, bytes],
) -> pb.ListRecordsResponse:
    on_seat: dict[SeatKey, list[Stored]] = {}
    for stored in found:
        if key := seat_of(stored.copy):
            on_seat.setdefault(key, []).append(stored)
    response = pb.ListRecordsResponse()
    for row in rows:
        key = seat_key(row)
        on_it = on_seat.get(key, ())
        held_since = from_datetime(row.effective_at) if row.effective_at else None
        outcomes = {stored.copy.attempt_id: stored.outcome for stored in on_it}
        seat = merge.Seat(SeatState(row.state), row.holder, held_since, outcomes)
        mark = merge.mark_of(said.get(key, ()))
        add_state(response, key, seat, row.revision, home, [stored.told for stored in on_it], mark)
    return response
