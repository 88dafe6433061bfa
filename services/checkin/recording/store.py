"""Stored copies: what a row of `attempts` says of one, the copy that a row says, and the reads that bring rows.

The transactions that write are in `transactions.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from google.protobuf.message import DecodeError
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from domainkit.copies import as_approved, as_ended, as_lapsed, make_canonical, without_gate
from domainkit.credentials import checkin_id
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import from_datetime
from servicekit.mysql.literals import binary_literal, id_literal, text_literal, time_literal
from servicekit.unreadable import Unreadable
from services.checkin.rules import merge
from services.checkin.rules.keys import AttemptKey, SeatKey
from services.checkin.rules.merge import Decision, DecisionKind, Judgement

# More keys than this in one IN list and the optimiser gives up on ranges.
_KEYS_PER_READ = 500

# The numbers of the column and of the wire.
DECISION_KINDS: dict[int, DecisionKind] = {
    pb.DECISION_KIND_APPROVE: DecisionKind.APPROVE,
    pb.DECISION_KIND_REFUSE: DecisionKind.REFUSE,
    pb.DECISION_KIND_ANNUL: DecisionKind.ANNUL,
    pb.DECISION_KIND_APPEAL: DecisionKind.APPEAL,
    pb.DECISION_KIND_MARK_PRESENT: DecisionKind.MARK_PRESENT,
    pb.DECISION_KIND_MARK_LATE: DecisionKind.MARK_LATE,
    pb.DECISION_KIND_MARK_LEAVE: DecisionKind.MARK_LEAVE,
    pb.DECISION_KIND_MARK_ABSENT: DecisionKind.MARK_ABSENT,
    pb.DECISION_KIND_UNMARK: DecisionKind.UNMARK,
}
MARK_NUMBERS: dict[DecisionKind, pb.Mark.ValueType] = {
    DecisionKind.MARK_PRESENT: pb.MARK_PRESENT,
    DecisionKind.MARK_LATE: pb.MARK_LATE,
    DecisionKind.MARK_LEAVE: pb.MARK_LEAVE,
    DecisionKind.MARK_ABSENT: pb.MARK_ABSENT,
    DecisionKind.UNMARK: pb.MARK_UNSPECIFIED,
}
# Calling the enum costs several times as much, for each copy.
_JUDGEMENTS: dict[int, Judgement] = {each.value: each for each in Judgement}
_encode = msgspec.json.encode
_decode_reasons = msgspec.json.Decoder(list[tuple[str, dict[str, float]]]).decode
_ATTEMPTS = Unreadable("attempt")

Copies = tuple[pb.Copy, ...]

# Who decided what no human did.
NOBODY = bytes(16)
# Who decided what an activity's policy did, for no human did in time.
POLICY = bytes(15) + b"\x01"
# What a mark names in place of an attempt.
NO_ATTEMPT = bytes(16)


class UnreadableAttemptError(Exception):
    """What is stored of an attempt cannot be read, so nothing may be merged with it and written in its place."""


def seat_of(copy: pb.Copy) -> SeatKey | None:
    """The seat an attempt asks for; None where its credential did not open."""
    return (copy.occurrence_id, copy.user_id, copy.direction, 0) if copy.occurrence_id else None


def has_columns(copy: pb.Copy) -> bool:
    """Whether the columns of `attempts` say all of a copy."""
    return not copy.effective_punctuality and not copy.tag_id


def told(copy: pb.Copy, decisions: Sequence[Decision]) -> pb.Copy:
    """What others read of a winning copy, in the light of what was decided on it.

    Args:
        decisions: Every decision on its seat.
    """
    if copy.gate and not copy.activity_id:
        copy = without_gate(copy)
    verdict = merge.verdict_on(copy.attempt_id, decisions) if decisions else None
    if verdict is None:
        return copy
    if verdict.kind is DecisionKind.APPROVE:
        copy = as_approved(copy)
    elif verdict.kind is not DecisionKind.ANNUL and copy.judgement == Judgement.ACCEPTED:
        return copy
    elif verdict.is_end:
        return as_ended(copy)
    return as_lapsed(copy) if merge.is_lapsed(copy.attempt_id, decisions) else copy


def to_merge(copy: pb.Copy) -> merge.Copy:
    """The merge law's view of a copy."""
    return merge.Copy(
        attempt_id=copy.attempt_id,
        received_at=copy.received_at,
        effective_at=copy.effective_at,
        judgement=_JUDGEMENTS[copy.judgement],
        is_staff=copy.is_staff,
        body_hash=copy.body_hash,
        canonical=copy.SerializeToString(deterministic=True),
    )


# An attempt's winning copy, and all copies when there are several, or one that its columns cannot say.
AttemptRow = tuple[pb.Copy, bytes | None]

# What a row says of the winning copy: columns, and how their values are written; `_plain_columns` reads them back. By
# subject, because a renderer for each column costs a microsecond more for each row.
_COLUMNS: tuple[tuple[str, Callable[[pb.Copy], str]], ...] = (
    (
        "user_id, attempt_id, checkin_id",
        lambda copy: (
            f"0x{copy.user_id.hex()},0x{copy.attempt_id.hex()},0x{checkin_id(copy.user_id, copy.attempt_id).hex()}"
        ),
    ),
    (
        "occurrence_id, activity_id, organisation_id",
        lambda copy: (
            f"{id_literal(copy.occurrence_id)},{id_literal(copy.activity_id)},{id_literal(copy.organisation_id)}"
        ),
    ),
    (
        "method, direction, gate, is_offline, actor_id",
        lambda copy: (
            f"{copy.method},{copy.direction},{text_literal(copy.gate.encode())},"
            f"{int(copy.is_offline)},{id_literal(copy.actor_id)}"
        ),
    ),
    (
        "received_at, effective_at, judged_at",
        lambda copy: (
            f"{time_literal(copy.received_at)},{time_literal(copy.effective_at)},{time_literal(copy.judged_at or None)}"
        ),
    ),
    (
        "judgement, reasons, punctuality, late_by_s",
        lambda copy: f"{copy.judgement},{_reasons(copy)},{copy.punctuality},{copy.late_by_s}",
    ),
    (
        "distance_m, accuracy_m, slot_age_bucket, is_staff, body_hash, evidence",
        lambda copy: (
            f"{copy.distance_m!r},{copy.accuracy_m!r},{copy.slot_age_bucket},{int(copy.is_staff)},"
            f"0x{copy.body_hash.hex()},{binary_literal(copy.evidence)}"
        ),
    ),
)
_RENDERERS = tuple(render for _, render in _COLUMNS)
ATTEMPT_COLUMNS = (*", ".join(names for names, _ in _COLUMNS).split(", "), "copies", "revision")


def attempt_values(row: AttemptRow) -> str:
    """The values of ATTEMPT_COLUMNS in parentheses."""
    copy, copies = row
    values = ",".join([render(copy) for render in _RENDERERS])
    return f"({values},{binary_literal(copies) if copies else 'NULL'},1)"


def _reasons(copy: pb.Copy) -> str:
    if not copy.reasons:
        return "NULL"
    return text_literal(_encode([[reason.reason, dict(reason.numbers)] for reason in copy.reasons]))


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
    for copy in copies:
        make_canonical(copy)
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
    rows = await rows_by_keys(connection, head, (f"(0x{user.hex()},0x{attempt.hex()})" for user, attempt in keys))
    return {(row.user_id, row.attempt_id): read(row) for row in rows}


async def stored_keys(connection: AsyncConnection, keys: Iterable[AttemptKey]) -> set[AttemptKey]:
    """Those of these attempts that have a row."""
    head = "SELECT user_id, attempt_id FROM attempts WHERE (user_id, attempt_id) IN "
    rows = await rows_by_keys(connection, head, (f"(0x{user.hex()},0x{attempt.hex()})" for user, attempt in keys))
    return {(row.user_id, row.attempt_id) for row in rows}


async def recorded_among(connection: AsyncConnection, message_ids: Iterable[bytes]) -> set[bytes]:
    """Those of these messages that are recorded to the last copy."""
    head = "SELECT message_id FROM recorded_batches WHERE message_id IN "
    rows = await rows_by_keys(connection, head, (f"0x{message_id.hex()}" for message_id in message_ids))
    return {row.message_id for row in rows}


async def read_attempts_of_seats(
    connection: AsyncConnection, keys: Iterable[SeatKey], read: Callable[[Row[Any]], Copies] = shown_copies
) -> dict[AttemptKey, Copies]:
    """All copies of all attempts on these seats."""
    head = "SELECT * FROM attempts WHERE (occurrence_id, user_id, direction) IN "
    rows = await rows_by_keys(connection, head, (f"(0x{key[0].hex()},0x{key[1].hex()},{key[2]})" for key in keys))
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
    return await rows_by_keys(connection, where, literals)


async def rows_by_keys(connection: AsyncConnection, head: str, literals: Iterable[str]) -> list[Row[Any]]:
    """Rows by their keys, which are literals as in the inserts: thousands of parameters cost more than the rows."""
    every, found = list(literals), list[Row[Any]]()
    for start in range(0, len(every), _KEYS_PER_READ):
        found += await connection.exec_driver_sql(f"{head}({','.join(every[start : start + _KEYS_PER_READ])})")
    return found


def is_mark(decided: pb.Decided) -> bool:
    """Whether it says what somebody counts as: a decision on a seat and on no attempt."""
    return DECISION_KINDS[decided.kind] in merge.MARKS


def numbered(decided: pb.Decided, sequence: int, *, is_stale: bool) -> Decision:
    """The merge law's view of a decision that is recorded now."""
    return Decision(
        decision_id=decided.decision_id,
        sequence=sequence,
        kind=DECISION_KINDS[decided.kind],
        attempt_id=decided.attempt_id,
        decided_at=decided.decided_at,
        is_stale=is_stale,
        is_end=decided.decided_by == NOBODY,
        is_lapse=decided.decided_by == POLICY,
        decided_by=decided.decided_by,
    )


def to_decision(row: Row[Any]) -> Decision:
    """The merge law's view of a decision."""
    return Decision(
        decision_id=row.decision_id,
        sequence=row.sequence,
        kind=DECISION_KINDS[row.kind],
        attempt_id=row.attempt_id,
        decided_at=from_datetime(row.decided_at),
        is_stale=bool(row.is_stale),
        is_end=row.decided_by == NOBODY,
        is_lapse=row.decided_by == POLICY,
        decided_by=row.decided_by,
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
        slot_age_bucket=row.slot_age_bucket,
    )
