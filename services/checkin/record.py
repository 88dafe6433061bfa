"""The second half of the journey: judged copies become rows, one transaction per batch, whatever dies in between.

Control comes from `worker.py` with the messages of `checkin.record.v1`, and goes through MySQL (the transaction below)
to the outbox: seat hints for Redis and `recorded.v1` for the projector. The first half is `accept.py`; the rules are in
`merge.py`.
"""

import hashlib
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import telemetry
from servicekit.clock import now_us
from servicekit.outbox import OutboxRow
from services.checkin import merge
from services.checkin.dispatch import EXCHANGE, RECORDED
from services.checkin.judging import Key
from services.checkin.seats import pack_hints, pack_recorded
from services.checkin.store import SeatKey, seat_of, to_merge

HINT = "hint"

_SEAT = struct.Struct(">B16sq")
_NO_HOLDER = bytes(16)


class Transaction(Protocol):
    """The recorder's statements inside one READ COMMITTED transaction, which ends with the context it came from."""

    async def insert_seats(self, rows: Iterable[tuple[SeatKey, merge.Seat, bytes]]) -> int:
        """Inserts missing seats and locks all of them; returns how many were missing."""

    async def insert_attempts(self, rows: Iterable[tuple[merge.Copy, pb.Copy, bytes | None]]) -> int:
        """Inserts missing attempts; returns how many were missing."""

    async def replace_seats(self, rows: Iterable[tuple[SeatKey, merge.Seat, bytes, int]]) -> None:
        """Writes seats that changed."""

    async def replace_attempts(self, rows: Iterable[tuple[merge.Copy, pb.Copy, bytes | None]]) -> None:
        """Writes attempts whose copies changed."""

    async def attempts(self, keys: Iterable[Key]) -> dict[Key, tuple[pb.Copy, ...]]:
        """All copies of these attempts."""

    async def attempts_of_seats(self, keys: Iterable[SeatKey]) -> dict[Key, tuple[pb.Copy, ...]]:
        """All copies of all attempts on these seats."""

    async def seats(self, keys: Iterable[SeatKey]) -> dict[SeatKey, tuple[int, bytes]]:
        """Revision and fingerprint of these seats."""

    async def decisions(self, keys: Iterable[SeatKey]) -> dict[SeatKey, list[merge.Decision]]:
        """What humans decided on these seats."""

    async def keep_open(self, opened: Mapping[Key, int], closed: Iterable[Key]) -> None:
        """Notes attempts that have an undecided copy (with its received_at) and those that have none any more."""

    async def write_outbox(self, rows: Sequence[OutboxRow]) -> None:
        """Effects to carry out once this is committed."""


Copies = tuple[merge.Copy, ...]


@dataclass(slots=True)
class _Merged:
    """Attempts with all their copies, and the seats these make."""

    copies: dict[Key, Copies]
    decisions: Mapping[SeatKey, Sequence[merge.Decision]] = field(default_factory=dict)
    messages: dict[bytes, pb.Copy] = field(default_factory=dict)
    winners: dict[Key, merge.Copy] = field(init=False)
    seats: dict[SeatKey, merge.Seat] = field(init=False)
    fingerprints: dict[SeatKey, bytes] = field(init=False)
    by_seat: dict[SeatKey, list[merge.Copy]] = field(init=False)
    # Activity and organisation by occurrence, also of seats that their last attempt has left.
    homes: dict[bytes, tuple[bytes, bytes]] = field(init=False)

    def __post_init__(self) -> None:
        self.winners = {key: merge.winning_copy(copies) for key, copies in self.copies.items()}
        known = (self.message(copy) for copies in self.copies.values() for copy in copies)
        self.homes = {copy.occurrence_id: (copy.activity_id, copy.organisation_id) for copy in known}
        groups: defaultdict[SeatKey, list[merge.Copy]] = defaultdict(list)
        for winner in self.winners.values():
            if seat := seat_of(self.message(winner)):
                groups[seat].append(winner)
        # Sorted by seat: two recorders that lock in one order do not deadlock.
        self.by_seat = dict(sorted(groups.items()))
        self.seats = {
            key: merge.resolve_seat(group, self.decisions.get(key, ())) for key, group in self.by_seat.items()
        }
        self.fingerprints = {key: _fingerprint(seat, self.by_seat[key]) for key, seat in self.seats.items()}

    def message(self, copy: merge.Copy) -> pb.Copy:
        """The copy as it came."""
        message = self.messages.get(copy.canonical)
        if message is None:
            message = self.messages[copy.canonical] = pb.Copy.FromString(copy.canonical)
        return message

    def seat_rows(self) -> Iterable[tuple[SeatKey, merge.Seat, bytes]]:
        """Seats in locking order."""
        return ((key, seat, self.fingerprints[key]) for key, seat in self.seats.items())

    def attempt_rows(self, keys: Iterable[Key]) -> list[tuple[merge.Copy, pb.Copy, bytes | None]]:
        """Attempts in locking order: by seat, then attempt."""
        rows = [(self.winners[key], self.message(self.winners[key]), self._several(key)) for key in keys]
        return sorted(rows, key=lambda row: (seat_of(row[1]) or _NOWHERE, row[1].user_id, row[1].attempt_id))

    def _several(self, key: Key) -> bytes | None:
        copies = self.copies[key]
        if len(copies) == 1:
            return None
        messages = pb.Copies(copies=[self.message(copy) for copy in copies])
        return messages.SerializeToString(deterministic=True)


_NOWHERE: SeatKey = (b"", b"", 0, 0)


class Recorder:
    """Records batches of copies.

    Args:
        begin: Opens a transaction: committed when its block ends, rolled back when it raises. It repeats nothing.
    """

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager[Transaction]]) -> None:
        self._begin = begin

    async def record(self, arrived: Sequence[pb.Copy]) -> tuple[list[OutboxRow], int]:
        """Merges copies into the stored truth.

        Returns:
            The effects that are now due, and how many attempts were new.
        """
        fresh = _group(arrived)
        async with self._begin() as transaction:
            new_seats = await transaction.insert_seats(fresh.seat_rows())
            new_attempts = await transaction.insert_attempts(fresh.attempt_rows(fresh.copies))
            merged, revisions = fresh, dict.fromkeys(fresh.seats, 1)
            if new_seats < len(fresh.seats) or new_attempts < len(fresh.copies):
                merged, revisions = await _merge_with_stored(transaction, fresh)
            await _note_open(transaction, fresh, merged)
            effects = _effects(merged, revisions)
            await transaction.write_outbox(effects)
        return effects, new_attempts


def _group(arrived: Iterable[pb.Copy]) -> _Merged:
    copies: dict[Key, Copies] = {}
    messages: dict[bytes, pb.Copy] = {}
    for message in arrived:
        key = (message.user_id, message.attempt_id)
        copy = to_merge(message)
        messages[copy.canonical] = message
        known = copies.get(key)
        copies[key] = merge.add_copies(known, (copy,)) if known else (copy,)
    return _Merged(copies, {}, messages)


async def _merge_with_stored(transaction: Transaction, fresh: _Merged) -> tuple[_Merged, dict[SeatKey, int]]:
    """Some rows were there before: reads them under the locks, merges, and writes what changed."""
    stored = await transaction.attempts(fresh.copies)
    keys = set(fresh.seats) | _seats_of(stored)
    # An attempt that came with another credential may have stood on another seat: that one is locked too.
    if elsewhere := sorted(keys - set(fresh.seats)):
        await transaction.insert_seats((key, _EMPTY, bytes(8)) for key in elsewhere)
    stored |= await transaction.attempts_of_seats(sorted(keys))
    before = {key: tuple(map(to_merge, copies)) for key, copies in stored.items()}
    after = before | {key: merge.add_copies(before.get(key, ()), copies) for key, copies in fresh.copies.items()}
    merged = _Merged(after, await transaction.decisions(sorted(keys)), fresh.messages)
    await transaction.replace_attempts(
        merged.attempt_rows(key for key in fresh.copies if after[key] != before.get(key))
    )
    for key in keys - set(merged.seats):
        merged.seats[key] = _EMPTY
        merged.by_seat[key] = []
        merged.fingerprints[key] = _fingerprint(_EMPTY, ())
    known = await transaction.seats(sorted(keys))
    changed = {key for key in merged.seats if known[key][1] != merged.fingerprints[key]}
    revisions = {key: known[key][0] + (key in changed) for key in merged.seats}
    await transaction.replace_seats(
        (key, seat, fingerprint, revisions[key]) for key, seat, fingerprint in merged.seat_rows() if key in changed
    )
    return merged, revisions


async def _note_open(transaction: Transaction, fresh: _Merged, merged: _Merged) -> None:
    """Keeps the list of completion in step with what was just merged; costs nothing when all is decided."""
    opened = {key: at for key in fresh.copies if (at := _open_since(merged.copies[key])) is not None}
    # Only what was known before can have been open before.
    closed = [key for key in fresh.copies if key not in opened] if merged is not fresh else []
    if opened or closed:
        await transaction.keep_open(opened, closed)


def _open_since(copies: Copies) -> int | None:
    undecided = (copy.received_at for copy in copies if copy.judgement is merge.Judgement.UNDECIDED)
    since = min(undecided, default=None)
    accepted = (copy.received_at for copy in copies if copy.judgement is merge.Judgement.ACCEPTED)
    return None if since is None or min(accepted, default=since) < since else since


_EMPTY = merge.Seat(merge.SeatState.FREE, None, None, {})


def _seats_of(stored: Mapping[Key, Sequence[pb.Copy]]) -> set[SeatKey]:
    return {seat for copies in stored.values() for copy in copies if (seat := seat_of(copy))}


def _fingerprint(seat: merge.Seat, winners: Iterable[merge.Copy]) -> bytes:
    digest = hashlib.blake2b(_SEAT.pack(seat.state, seat.holder or _NO_HOLDER, seat.effective_at or -1), digest_size=8)
    for winner in sorted(winners, key=lambda copy: copy.attempt_id):
        digest.update(winner.canonical)
        digest.update(bytes([seat.outcomes[winner.attempt_id]]))
    return digest.digest()


def _effects(merged: _Merged, revisions: Mapping[SeatKey, int]) -> list[OutboxRow]:
    """The hints of every seat for Redis, and their states for the projector."""
    if not merged.seats:
        return []
    hints: defaultdict[bytes, bytearray] = defaultdict(bytearray)
    batch = pb.RecordedBatch(recorded_at=now_us())
    for key, seat in merged.seats.items():
        occurrence_id, user_id, direction, _ = key
        annulled = seat.state is merge.SeatState.ANNULLED
        hints[occurrence_id] += pack_recorded(
            user_id, direction, seat.holder, seat.effective_at or 0, revisions[key], annulled
        )
        _add_seat_state(batch, key, seat, revisions[key], merged)
    return [
        OutboxRow.effect(HINT, pack_hints(hints)),
        OutboxRow.message(EXCHANGE, RECORDED, batch.SerializeToString(), type=RECORDED, headers=telemetry.headers()),
    ]


def _add_seat_state(batch: pb.RecordedBatch, key: SeatKey, seat: merge.Seat, revision: int, merged: _Merged) -> None:
    occurrence_id, user_id, direction, pass_no = key
    state = batch.seats.add(
        occurrence_id=occurrence_id,
        user_id=user_id,
        direction=direction,
        pass_no=pass_no,
        state=int(seat.state),
        holder=seat.holder or b"",
        effective_at=seat.effective_at or 0,
        revision=revision,
    )
    state.activity_id, state.organisation_id = merged.homes[occurrence_id]
    for winner in merged.by_seat[key]:
        copy = merged.message(winner)
        state.attempts.add(
            attempt_id=copy.attempt_id,
            outcome=int(seat.outcomes[copy.attempt_id]),
            reasons=copy.reasons,
            method=copy.method,
            gate=copy.gate,
            punctuality=copy.punctuality,
            late_by_s=copy.late_by_s,
            received_at=copy.received_at,
            effective_at=copy.effective_at,
        )
