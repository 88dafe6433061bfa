"""The recorder's statements: what one transaction writes, and what it reads under its locks.

Rows go in as one multi-row INSERT of literals: ids and texts in hexadecimal, everything else a number, so there is
nothing to escape. It raises on what a column cannot hold, unlike INSERT IGNORE and typed JSON_TABLE columns, which
truncate silently.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import and_, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.credentials import checkin_id
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us, to_datetime
from servicekit.ids import least_id_at
from servicekit.mysql.literals import id_literal, text_literal, time_literal
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from services.checkin.recording.store import (
    ATTEMPT_COLUMNS,
    AttemptRow,
    Copies,
    attempt_values,
    copies_of,
    read_attempts,
    read_attempts_of_seats,
    read_decisions,
    read_seats,
    rows_by_keys,
    shown_copies,
)
from services.checkin.rules import merge
from services.checkin.rules.keys import AttemptKey, SeatKey
from services.checkin.rules.merge import Decision
from services.checkin.tables import attempts, decisions, inbox, open_attempts, recorded_batches, reviews

# An attempt's winning copy, and how it stands with those who review.
ReviewRow = tuple[pb.Copy, merge.ReviewState]
# What was decided, its number on the seat, and whether it came too late to count.
DecisionRow = tuple[pb.Decided, int, bool]

_SEAT_COLUMNS = (
    "occurrence_id, user_id, direction, pass_no, state, holder, effective_at, revision, fingerprint, changed_at"
)
_INSERT_SEATS = f"INSERT INTO seats ({_SEAT_COLUMNS}) VALUES "  # noqa: S608  our own column names
# Changes nothing, takes the lock.
_TOUCH_SEATS = " ON DUPLICATE KEY UPDATE pass_no = seats.pass_no"
_REPLACE_SEATS = " ON DUPLICATE KEY UPDATE " + ", ".join(
    f"{column} = VALUES({column})" for column in _SEAT_COLUMNS.split(", ")[4:]
)
_INSERT_ATTEMPTS = f"INSERT INTO attempts ({', '.join(ATTEMPT_COLUMNS)}) VALUES "  # noqa: S608  our own column names
_TOUCH_ATTEMPTS = " ON DUPLICATE KEY UPDATE attempt_id = attempts.attempt_id"
_REPLACE_ATTEMPTS = " ON DUPLICATE KEY UPDATE revision = attempts.revision + 1, " + ", ".join(
    f"{column} = VALUES({column})" for column in ATTEMPT_COLUMNS[2:-1]
)
_INSERT_OPEN = "INSERT INTO open_attempts (user_id, attempt_id, received_at) VALUES "
_TOUCH_OPEN = " ON DUPLICATE KEY UPDATE attempt_id = open_attempts.attempt_id"
_WORDS_BYTES = 255
_REVIEW_COLUMNS = (
    "user_id, attempt_id, checkin_id, occurrence_id, activity_id, organisation_id, is_offline, state, reasons,"
    " received_at"
)
_INSERT_REVIEWS = f"INSERT INTO reviews ({_REVIEW_COLUMNS}) VALUES "  # noqa: S608  our own column names
# All but received_at, by which the list is ordered: a case whose earlier or better copy turns up stays in its place.
_REPLACE_REVIEWS = " ON DUPLICATE KEY UPDATE " + ", ".join(
    f"{column} = VALUES({column})" for column in _REVIEW_COLUMNS.split(", ")[3:-1]
)
_INSERT_BATCHES = "INSERT INTO recorded_batches (message_id) VALUES "
_TOUCH_BATCHES = " ON DUPLICATE KEY UPDATE message_id = recorded_batches.message_id"
_INSERT_DECISIONS = (
    "INSERT INTO decisions (occurrence_id, user_id, direction, pass_no, sequence, decision_id, kind, attempt_id,"
    " decided_at, decided_by, saw_revision, is_stale, reason) VALUES "
)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A batch that waits in the inbox: its message id, the bytes and who put them there."""

    message_id: bytes
    body: bytes
    publisher: str


class StoreTransaction:
    """What `record.py` asks of a transaction, on one connection."""

    def __init__(self, connection: AsyncConnection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    async def insert_seats(self, rows: Iterable[tuple[SeatKey, merge.Seat, bytes]]) -> int:
        """Inserts missing seats at revision 1 and locks all; returns how many were missing."""
        now = time_literal(now_us())
        values = (_seat_values((key, seat, fingerprint, 1), now) for key, seat, fingerprint in rows)
        return await self._insert(_INSERT_SEATS, values, _TOUCH_SEATS)

    async def replace_seats(self, rows: Iterable[tuple[SeatKey, merge.Seat, bytes, int]]) -> None:
        """Writes seats (key, state, fingerprint, new revision) that changed."""
        now = time_literal(now_us())
        await self._insert(_INSERT_SEATS, (_seat_values(row, now) for row in rows), _REPLACE_SEATS)

    async def insert_attempts(self, rows: Iterable[AttemptRow]) -> int:
        """Inserts missing attempts; returns how many were missing."""
        return await self._insert(_INSERT_ATTEMPTS, map(attempt_values, rows), _TOUCH_ATTEMPTS)

    async def replace_attempts(self, rows: Iterable[AttemptRow]) -> None:
        """Writes attempts whose copies changed."""
        await self._insert(_INSERT_ATTEMPTS, map(attempt_values, rows), _REPLACE_ATTEMPTS)

    async def _insert(self, head: str, values: Iterable[str], tail: str) -> int:
        text = ",".join(values)
        if not text:
            return 0
        return int((await self._connection.exec_driver_sql(head + text + tail)).rowcount)

    async def attempts(self, keys: Iterable[AttemptKey], *, to_show: bool = False) -> dict[AttemptKey, Copies]:
        """All copies of these attempts; unless only to show, raises where one cannot be read."""
        return await read_attempts(self._connection, keys, shown_copies if to_show else copies_of)

    async def attempts_of_seats(self, keys: Iterable[SeatKey], *, to_show: bool = False) -> dict[AttemptKey, Copies]:
        """All copies of all attempts on these seats; unless only to show, raises where one cannot be read."""
        return await read_attempts_of_seats(self._connection, keys, shown_copies if to_show else copies_of)

    async def seats(self, keys: Iterable[SeatKey]) -> dict[SeatKey, tuple[int, bytes]]:
        """Revision and fingerprint of these seats."""
        return await read_seats(self._connection, keys)

    async def decisions(self, keys: Iterable[SeatKey]) -> dict[SeatKey, list[Decision]]:
        """What humans decided on these seats, in sequence."""
        return await read_decisions(self._connection, keys)

    async def keep_open(self, opened: Mapping[AttemptKey, int], closed: Iterable[AttemptKey]) -> None:
        """Notes attempts that have an undecided copy and those that have none any more."""
        rows = (
            f"(0x{user.hex()},0x{attempt.hex()},{time_literal(at)})" for (user, attempt), at in sorted(opened.items())
        )
        await self._insert(_INSERT_OPEN, rows, _TOUCH_OPEN)
        done = tuple_(open_attempts.c.user_id, open_attempts.c.attempt_id).in_(sorted(closed))
        await self._connection.execute(delete(open_attempts).where(done))

    async def known_decisions(self, decision_ids: Collection[bytes]) -> set[bytes]:
        """Those of these decisions that are recorded."""
        query = select(decisions.c.decision_id).where(decisions.c.decision_id.in_(decision_ids))
        return set(await self._connection.scalars(query))

    async def insert_decisions(self, rows: Iterable[DecisionRow]) -> None:
        """Records decisions that are new."""
        await self._insert(_INSERT_DECISIONS, map(_decision_values, rows), "")

    async def listed(self, keys: Iterable[AttemptKey]) -> set[AttemptKey]:
        """Those of these attempts that have a row in `reviews`."""
        head = "SELECT user_id, attempt_id FROM reviews WHERE (user_id, attempt_id) IN "
        pairs = (f"(0x{user_id.hex()},0x{attempt_id.hex()})" for user_id, attempt_id in keys)
        return {(row.user_id, row.attempt_id) for row in await rows_by_keys(self._connection, head, pairs)}

    async def write_reviews(self, rows: Iterable[ReviewRow]) -> None:
        """Notes how attempts stand with those who review."""
        await self._insert(_INSERT_REVIEWS, map(_review_values, rows), _REPLACE_REVIEWS)

    async def overdue(self, before_us: int, limit: int) -> list[AttemptKey]:
        """Attempts with an occurrence that are open since before a moment and not yet listed for review."""
        both = reviews.c.user_id == open_attempts.c.user_id, reviews.c.attempt_id == open_attempts.c.attempt_id
        same = attempts.c.user_id == open_attempts.c.user_id, attempts.c.attempt_id == open_attempts.c.attempt_id
        query = (
            select(open_attempts.c.user_id, open_attempts.c.attempt_id)
            .join(attempts, and_(*same))
            .outerjoin(reviews, and_(*both))
            .where(open_attempts.c.received_at < to_datetime(before_us))
            .where(reviews.c.user_id.is_(None), attempts.c.occurrence_id.is_not(None))
            .order_by(open_attempts.c.received_at)
            .limit(limit)
        )
        return [(row.user_id, row.attempt_id) for row in await self._connection.execute(query)]

    async def inbox(self, after: bytes, limit: int) -> list[InboxRow]:
        """The first waiting batches beyond an id, locked; those that another recorder has in hand are left out."""
        query = select(inbox.c.message_id, inbox.c.body, inbox.c.publisher).where(inbox.c.message_id > after)
        query = query.order_by(inbox.c.message_id).limit(limit).with_for_update(skip_locked=True)
        return [InboxRow(*row) for row in await self._connection.execute(query)]

    async def delete_inbox(self, message_ids: Collection[bytes]) -> None:
        """Removes batches that this transaction has recorded."""
        await self._connection.execute(delete(inbox).where(inbox.c.message_id.in_(message_ids)))

    async def note_batches(self, message_ids: Iterable[bytes]) -> None:
        """Notes messages every copy of which is recorded once this is committed."""
        await self._insert(
            _INSERT_BATCHES, (f"(0x{message_id.hex()})" for message_id in sorted(message_ids)), _TOUCH_BATCHES
        )

    async def forget_batches(self, before_us: int, limit: int) -> int:
        """Removes notes of messages that were made before a moment; returns how many."""
        old = delete(recorded_batches).where(recorded_batches.c.message_id < least_id_at(before_us))
        return (await self._connection.execute(old.with_dialect_options(mysql_limit=limit))).rowcount

    async def write_outbox(self, rows: Sequence[OutboxRow]) -> None:
        """Effects to carry out once this is committed."""
        await self._outbox.write(self._connection, rows)


@asynccontextmanager
async def begin(engine: AsyncEngine, outbox: Outbox) -> AsyncIterator[StoreTransaction]:
    """Commits when its block ends; rolls back when it raises."""
    async with engine.begin() as connection:
        yield StoreTransaction(connection, outbox)


def _seat_values(row: tuple[SeatKey, merge.Seat, bytes, int], changed_at: str) -> str:
    (occurrence_id, user_id, direction, pass_no), seat, fingerprint, revision = row
    return (
        f"(0x{occurrence_id.hex()},0x{user_id.hex()},{direction},{pass_no},{int(seat.state)},{id_literal(seat.holder)},"
        f"{time_literal(seat.effective_at)},{revision},0x{fingerprint.hex()},{changed_at})"
    )


def _review_values(row: ReviewRow) -> str:
    copy, state = row
    return (
        f"(0x{copy.user_id.hex()},0x{copy.attempt_id.hex()},0x{checkin_id(copy.user_id, copy.attempt_id).hex()},"
        f"{id_literal(copy.occurrence_id)},{id_literal(copy.activity_id)},{id_literal(copy.organisation_id)},"
        f"{int(copy.is_offline)},{int(state)},{text_literal(_words(copy))},{time_literal(copy.received_at)})"
    )


def _words(copy: pb.Copy) -> bytes:
    """The reasons of a copy, as many as fit: a list is filtered by them, and the attempt has them all."""
    words = ",".join(dict.fromkeys(reason.reason for reason in copy.reasons)).encode("ascii", "replace")
    return words if len(words) <= _WORDS_BYTES else words[:_WORDS_BYTES].rpartition(b",")[0]


def _decision_values(row: DecisionRow) -> str:
    decided, sequence, is_stale = row
    return (
        f"(0x{decided.occurrence_id.hex()},0x{decided.user_id.hex()},{decided.direction},{decided.pass_no},{sequence},"
        f"0x{decided.decision_id.hex()},{decided.kind},0x{decided.attempt_id.hex()},{time_literal(decided.decided_at)},"
        f"0x{decided.decided_by.hex()},{decided.saw_revision},{int(is_stale)},{text_literal(decided.reason.encode())})"
    )
