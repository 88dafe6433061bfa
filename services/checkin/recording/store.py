"""Schema `checkin`: the recorder's statements, one per batch, and the reads of stored copies they need.

Rows go in as one multi-row INSERT of literals: ids and texts in hexadecimal, everything else a number, so there is
nothing to escape. It raises on what a column cannot hold, unlike INSERT IGNORE and typed JSON_TABLE columns, which
truncate silently.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from google.protobuf.message import DecodeError
from sqlalchemy import Row, and_, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.credentials import checkin_id
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import from_datetime, now_us, to_datetime
from servicekit.ids import least_id_at
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from servicekit.unreadable import Unreadable
from services.checkin.rules import merge
from services.checkin.rules.keys import AttemptKey, SeatKey
from services.checkin.rules.merge import Decision, DecisionKind, Judgement
from services.checkin.tables import attempts, decisions, inbox, open_attempts, recorded_batches, reviews

# More keys than this in one IN list and the optimiser gives up on ranges.
_KEYS_PER_READ = 500

_DECISION_KINDS = {1: DecisionKind.APPROVE, 2: DecisionKind.REFUSE, 3: DecisionKind.ANNUL, 4: DecisionKind.APPEAL}
_encode = msgspec.json.encode
_decode_reasons = msgspec.json.Decoder(list[tuple[str, dict[str, float]]]).decode
_ATTEMPTS = Unreadable("attempt")

Copies = tuple[pb.Copy, ...]


class UnreadableAttemptError(Exception):
    """What is stored of an attempt cannot be read, so nothing may be merged with it and written in its place."""


def seat_of(copy: pb.Copy) -> SeatKey | None:
    """The seat an attempt asks for; None where its credential did not open."""
    return (copy.occurrence_id, copy.user_id, copy.direction, 0) if copy.occurrence_id else None


def to_merge(copy: pb.Copy) -> merge.Copy:
    """The merge law's view of a copy."""
    return merge.Copy(
        attempt_id=copy.attempt_id,
        received_at=copy.received_at,
        effective_at=copy.effective_at,
        judgement=Judgement(copy.judgement),
        is_staff=copy.is_staff,
        body_hash=copy.body_hash,
        canonical=copy.SerializeToString(deterministic=True),
    )


# An attempt's winning copy, the message of it, and all copies when there are several.
AttemptRow = tuple[merge.Copy, pb.Copy, bytes | None]
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
_ATTEMPT_COLUMNS = (
    "user_id, attempt_id, checkin_id, occurrence_id, activity_id, organisation_id, direction, method, gate,"
    " body_hash, judgement, reasons, received_at, effective_at, punctuality, late_by_s, distance_m, accuracy_m,"
    " is_staff, evidence, copies, is_offline, judged_at, actor_id, revision"
)
_INSERT_ATTEMPTS = f"INSERT INTO attempts ({_ATTEMPT_COLUMNS}) VALUES "  # noqa: S608  our own column names
_TOUCH_ATTEMPTS = " ON DUPLICATE KEY UPDATE attempt_id = attempts.attempt_id"
_REPLACE_ATTEMPTS = " ON DUPLICATE KEY UPDATE revision = attempts.revision + 1, " + ", ".join(
    f"{column} = VALUES({column})" for column in _ATTEMPT_COLUMNS.split(", ")[2:-1]
)
_INSERT_OPEN = "INSERT INTO open_attempts (user_id, attempt_id, received_at) VALUES "
_TOUCH_OPEN = " ON DUPLICATE KEY UPDATE attempt_id = open_attempts.attempt_id"
_REVIEW_COLUMNS = (
    "user_id, attempt_id, checkin_id, occurrence_id, activity_id, organisation_id, is_offline, state, received_at"
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


def _seat_values(row: tuple[SeatKey, merge.Seat, bytes, int], changed_at: str) -> str:
    (occurrence_id, user_id, direction, pass_no), seat, fingerprint, revision = row
    return (
        f"(0x{occurrence_id.hex()},0x{user_id.hex()},{direction},{pass_no},{int(seat.state)},{_id(seat.holder)},"
        f"{_time(seat.effective_at)},{revision},0x{fingerprint.hex()},{changed_at})"
    )


def _attempt_values(row: AttemptRow) -> str:
    winner, copy, copies = row
    return (
        f"(0x{copy.user_id.hex()},0x{copy.attempt_id.hex()},0x{checkin_id(copy.user_id, copy.attempt_id).hex()},"
        f"{_id(copy.occurrence_id)},{_id(copy.activity_id)},{_id(copy.organisation_id)},"
        f"{copy.direction},{copy.method},{_text(copy.gate.encode())},0x{copy.body_hash.hex()},"
        f"{int(winner.judgement)},{_reasons(copy)},{_time(winner.received_at)},{_time(winner.effective_at)},"
        f"{copy.punctuality},{copy.late_by_s},{copy.distance_m!r},{copy.accuracy_m!r},{int(copy.is_staff)},"
        f"{_binary(copy.evidence)},{_binary(copies) if copies else 'NULL'},"
        f"{int(copy.is_offline)},{_time(copy.judged_at or None)},{_id(copy.actor_id)},1)"
    )


def _review_values(row: ReviewRow) -> str:
    copy, state = row
    return (
        f"(0x{copy.user_id.hex()},0x{copy.attempt_id.hex()},0x{checkin_id(copy.user_id, copy.attempt_id).hex()},"
        f"{_id(copy.occurrence_id)},{_id(copy.activity_id)},{_id(copy.organisation_id)},"
        f"{int(copy.is_offline)},{int(state)},{_time(copy.received_at)})"
    )


def _decision_values(row: DecisionRow) -> str:
    decided, sequence, is_stale = row
    return (
        f"(0x{decided.occurrence_id.hex()},0x{decided.user_id.hex()},{decided.direction},{decided.pass_no},{sequence},"
        f"0x{decided.decision_id.hex()},{decided.kind},0x{decided.attempt_id.hex()},{_time(decided.decided_at)},"
        f"0x{decided.decided_by.hex()},{decided.saw_revision},{int(is_stale)},{_text(decided.reason.encode())})"
    )


def _reasons(copy: pb.Copy) -> str:
    if not copy.reasons:
        return "NULL"
    return _text(_encode([[reason.reason, dict(reason.numbers)] for reason in copy.reasons]))


def _id(identifier: bytes | None) -> str:
    return f"0x{identifier.hex()}" if identifier else "NULL"


def _binary(value: bytes) -> str:
    return f"0x{value.hex()}" if value else "''"


def _text(value: bytes) -> str:
    return f"_utf8mb4 0x{value.hex()}" if value else "''"


def _time(at: int | None) -> str:
    if at is None:
        return "NULL"
    second, microsecond = divmod(at, 1_000_000)
    return f"'{_second(second)}.{microsecond:06d}'"


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return to_datetime(second * 1_000_000).strftime("%Y-%m-%d %H:%M:%S")


def copies_of(row: Row[Any]) -> Copies:
    """All copies of the attempt in a row, for whoever writes it anew.

    Raises:
        UnreadableAttemptError: The row holds something else.
    """
    try:
        copies = (_to_copy(row),) if row.copies is None else tuple(pb.Copies.FromString(row.copies).copies)
    except (DecodeError, msgspec.MsgspecError) as error:
        raise UnreadableAttemptError(f"what is stored of it cannot be read: {error}") from error
    if not copies or any((copy.user_id, copy.attempt_id) != (row.user_id, row.attempt_id) for copy in copies):
        raise UnreadableAttemptError("what is stored of it cannot be read: it is of another attempt")
    return copies


def shown_copies(row: Row[Any]) -> Copies:
    """All copies of the attempt in a row, for whoever shows it; of an unreadable one what its plain columns say."""
    try:
        return copies_of(row)
    except UnreadableAttemptError as error:
        _ATTEMPTS.note(row.attempt_id, error)
        return (_plain_columns(row),)


async def read_attempts(
    connection: AsyncConnection, keys: Iterable[AttemptKey], read: Callable[[Row[Any]], Copies] = shown_copies
) -> dict[AttemptKey, Copies]:
    """All copies of these attempts."""
    head = "SELECT * FROM attempts WHERE (user_id, attempt_id) IN "
    rows = await _rows(connection, head, (f"(0x{user.hex()},0x{attempt.hex()})" for user, attempt in keys))
    return {(row.user_id, row.attempt_id): read(row) for row in rows}


async def stored_keys(connection: AsyncConnection, keys: Iterable[AttemptKey]) -> set[AttemptKey]:
    """Those of these attempts that have a row."""
    head = "SELECT user_id, attempt_id FROM attempts WHERE (user_id, attempt_id) IN "
    rows = await _rows(connection, head, (f"(0x{user.hex()},0x{attempt.hex()})" for user, attempt in keys))
    return {(row.user_id, row.attempt_id) for row in rows}


async def recorded_among(connection: AsyncConnection, message_ids: Iterable[bytes]) -> set[bytes]:
    """Those of these messages that are recorded to the last copy."""
    head = "SELECT message_id FROM recorded_batches WHERE message_id IN "
    rows = await _rows(connection, head, (f"0x{message_id.hex()}" for message_id in message_ids))
    return {row.message_id for row in rows}


async def read_attempts_of_seats(
    connection: AsyncConnection, keys: Iterable[SeatKey], read: Callable[[Row[Any]], Copies] = shown_copies
) -> dict[AttemptKey, Copies]:
    """All copies of all attempts on these seats."""
    head = "SELECT * FROM attempts WHERE (occurrence_id, user_id, direction) IN "
    rows = await _rows(connection, head, (f"(0x{key[0].hex()},0x{key[1].hex()},{key[2]})" for key in keys))
    return {(row.user_id, row.attempt_id): read(row) for row in rows}


async def read_seats(connection: AsyncConnection, keys: Iterable[SeatKey]) -> dict[SeatKey, tuple[int, bytes]]:
    """Revision and fingerprint of these seats."""
    head = "SELECT occurrence_id, user_id, direction, pass_no, revision, fingerprint FROM seats"
    return {tuple(row[:4]): (row.revision, row.fingerprint) for row in await rows_of_seats(connection, head, keys)}


async def read_decisions(connection: AsyncConnection, keys: Iterable[SeatKey]) -> dict[SeatKey, list[Decision]]:
    """What humans decided on these seats, in sequence."""
    found: dict[SeatKey, list[Decision]] = {}
    rows = await rows_of_seats(connection, "SELECT * FROM decisions", keys)
    for row in sorted(rows, key=lambda row: row.sequence):
        key = (row.occurrence_id, row.user_id, row.direction, row.pass_no)
        found.setdefault(key, []).append(to_decision(row))
    return found


async def rows_of_seats(connection: AsyncConnection, head: str, keys: Iterable[SeatKey]) -> list[Row[Any]]:
    """What a SELECT without condition finds of these seats, in no order; its table has a seat's four columns."""
    where = f"{head} WHERE (occurrence_id, user_id, direction, pass_no) IN "
    literals = (f"(0x{key[0].hex()},0x{key[1].hex()},{key[2]},{key[3]})" for key in keys)
    return await _rows(connection, where, literals)


async def _rows(connection: AsyncConnection, head: str, literals: Iterable[str]) -> list[Row[Any]]:
    """Rows by their keys, which are literals as in the inserts: thousands of parameters cost more than the rows."""
    every, found = list(literals), list[Row[Any]]()
    for start in range(0, len(every), _KEYS_PER_READ):
        found += await connection.exec_driver_sql(f"{head}({','.join(every[start : start + _KEYS_PER_READ])})")
    return found


def to_decision(row: Row[Any]) -> Decision:
    """The merge law's view of a decision."""
    return Decision(
        decision_id=row.decision_id,
        sequence=row.sequence,
        kind=_DECISION_KINDS[row.kind],
        attempt_id=row.attempt_id,
        decided_at=from_datetime(row.decided_at),
        is_stale=bool(row.is_stale),
    )


def _to_copy(row: Row[Any]) -> pb.Copy:
    """The copy an attempt's columns were written from, to the byte: what is canonical must stay so."""
    copy = _plain_columns(row)
    if row.reasons:
        copy.reasons.extend(pb.Reason(reason=name, numbers=numbers) for name, numbers in _decode_reasons(row.reasons))
    return copy


def _plain_columns(row: Row[Any]) -> pb.Copy:
    """The winning copy without its reasons."""
    return pb.Copy(
        user_id=row.user_id,
        attempt_id=row.attempt_id,
        occurrence_id=row.occurrence_id or b"",
        activity_id=row.activity_id or b"",
        organisation_id=row.organisation_id or b"",
        received_at=from_datetime(row.received_at),
        effective_at=from_datetime(row.effective_at),
        judgement=row.judgement,
        method=row.method,
        direction=row.direction,
        gate=row.gate,
        body_hash=row.body_hash,
        evidence=row.evidence,
        punctuality=row.punctuality,
        late_by_s=row.late_by_s,
        distance_m=row.distance_m,
        accuracy_m=row.accuracy_m,
        is_staff=bool(row.is_staff),
        is_offline=bool(row.is_offline),
        judged_at=from_datetime(row.judged_at) if row.judged_at else 0,
        actor_id=row.actor_id or b"",
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
        now = _time(now_us())
        values = (_seat_values((key, seat, fingerprint, 1), now) for key, seat, fingerprint in rows)
        return await self._insert(_INSERT_SEATS, values, _TOUCH_SEATS)

    async def replace_seats(self, rows: Iterable[tuple[SeatKey, merge.Seat, bytes, int]]) -> None:
        """Writes seats (key, state, fingerprint, new revision) that changed."""
        now = _time(now_us())
        await self._insert(_INSERT_SEATS, (_seat_values(row, now) for row in rows), _REPLACE_SEATS)

    async def insert_attempts(self, rows: Iterable[AttemptRow]) -> int:
        """Inserts missing attempts; returns how many were missing."""
        return await self._insert(_INSERT_ATTEMPTS, map(_attempt_values, rows), _TOUCH_ATTEMPTS)

    async def replace_attempts(self, rows: Iterable[AttemptRow]) -> None:
        """Writes attempts whose copies changed."""
        await self._insert(_INSERT_ATTEMPTS, map(_attempt_values, rows), _REPLACE_ATTEMPTS)

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
        rows = (f"(0x{user.hex()},0x{attempt.hex()},{_time(at)})" for (user, attempt), at in sorted(opened.items()))
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
        return {(row.user_id, row.attempt_id) for row in await _rows(self._connection, head, pairs)}

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
async def transaction(engine: AsyncEngine, outbox: Outbox) -> AsyncIterator[StoreTransaction]:
    """Commits when its block ends; rolls back when it raises."""
    async with engine.begin() as connection:
        yield StoreTransaction(connection, outbox)
