"""The second half of the journey: judged copies become rows, one transaction per batch, whatever dies in between.

Control comes from `worker.py` with the messages of `checkin.record.v1`, and goes through MySQL (the transaction below)
to the outbox (`states.py`): seat hints for Redis and `recorded.v1` for the projector. The first half is `accept.py`;
the rules are in `merge.py`.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.rabbitmq.outbox import OutboxRow
from services.checkin.recording.merged import EMPTY, Copies, Merged, grouped, seated, viewed
from services.checkin.recording.states import effects_of
from services.checkin.recording.store import AttemptRow, is_mark, numbered, seat_of
from services.checkin.recording.taps import taps_of
from services.checkin.recording.transactions import DecisionRow, InboxRow, ReviewRow
from services.checkin.rules import merge
from services.checkin.rules.keys import AttemptKey, SeatKey


class Transaction(Protocol):
    """The recorder's statements inside one READ COMMITTED transaction, which ends with the context it came from."""

    async def insert_seats(self, rows: Iterable[tuple[SeatKey, merge.Seat, bytes]]) -> int:
        """Inserts missing seats and locks all of them; returns how many were missing."""

    async def insert_attempts(self, rows: Iterable[AttemptRow]) -> int:
        """Inserts missing attempts; returns how many were missing."""

    async def replace_seats(self, rows: Iterable[tuple[SeatKey, merge.Seat, bytes, int]]) -> None:
        """Writes seats that changed."""

    async def replace_attempts(self, rows: Iterable[AttemptRow]) -> None:
        """Writes attempts whose copies changed."""

    async def attempts(
        self, keys: Iterable[AttemptKey], *, to_show: bool = False
    ) -> dict[AttemptKey, tuple[pb.Copy, ...]]:
        """All copies of these attempts; unless only to show, UnreadableAttemptError where one cannot be read."""

    async def attempts_of_seats(
        self, keys: Iterable[SeatKey], *, to_show: bool = False
    ) -> dict[AttemptKey, tuple[pb.Copy, ...]]:
        """All copies of all attempts on these seats; to show, or not, as above."""

    async def seats(self, keys: Iterable[SeatKey]) -> dict[SeatKey, tuple[int, bytes]]:
        """Revision and fingerprint of these seats."""

    async def decisions(self, keys: Iterable[SeatKey]) -> dict[SeatKey, list[merge.Decision]]:
        """What humans decided on these seats."""

    async def keep_open(self, opened: Mapping[AttemptKey, int], closed: Iterable[AttemptKey]) -> None:
        """Notes attempts that have an undecided copy (with its received_at) and those that have none any more."""

    async def known_decisions(self, decision_ids: Collection[bytes]) -> set[bytes]:
        """Those of these decisions that are recorded."""

    async def insert_decisions(self, rows: Iterable[DecisionRow]) -> None:
        """Records decisions that are new; raises when another recorder just did."""

    async def listed(self, keys: Iterable[AttemptKey]) -> set[AttemptKey]:
        """Those of these attempts that reviewers have been shown."""

    async def write_reviews(self, rows: Iterable[ReviewRow]) -> None:
        """Notes how attempts stand with those who review."""

    async def overdue(self, before_us: int, limit: int) -> list[AttemptKey]:
        """Attempts that are open since before a moment and that no reviewer has been shown."""

    async def inbox(self, after: bytes, limit: int) -> list[InboxRow]:
        """The first waiting batches beyond an id, locked, without those in another recorder's hand."""

    async def delete_inbox(self, message_ids: Collection[bytes]) -> None:
        """Removes batches that this transaction has recorded."""

    async def note_batches(self, message_ids: Iterable[bytes]) -> None:
        """Notes messages every copy of which is recorded once this is committed."""

    async def forget_batches(self, before_us: int, limit: int) -> int:
        """Removes notes of messages that were made before a moment; returns how many."""

    async def write_outbox(self, rows: Sequence[OutboxRow]) -> None:
        """Effects to carry out once this is committed."""


@dataclass(frozen=True, slots=True)
class Drained:
    """Batches of the inbox that were recorded: how many copies, how many new attempts, and the effects now due."""

    batches: Sequence[InboxRow]
    copies: int
    new: int
    effects: Sequence[OutboxRow]


class Recorder:
    """Records batches of copies, numbers decisions, and keeps the list of those who review.

    Each method is one transaction. It may be repeated whatever became of the first try: nothing is done twice.

    Args:
        begin: Opens a transaction: committed when its block ends, rolled back when it raises. It repeats nothing.
    """

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager[Transaction]]) -> None:
        self._begin = begin

    async def record(
        self, arrived: Sequence[pb.Copy], message_ids: Collection[bytes] = ()
    ) -> tuple[list[OutboxRow], int]:
        """Merges copies into the stored truth.

        Args:
            message_ids: The messages that are recorded to the last copy with these.

        Returns:
            The effects that are now due, and how many attempts were new.
        """
        async with self._begin() as transaction:
            recorded = await _record(transaction, arrived)
            await transaction.note_batches(message_ids)
        return recorded

    async def note(self, message_ids: Collection[bytes]) -> None:
        """Notes messages the last copy of which has been recorded."""
        async with self._begin() as transaction:
            await transaction.note_batches(message_ids)

    async def forget(self, before_us: int, limit: int) -> int:
        """Removes notes of messages that were made before a moment.

        Returns:
            How many there were; there may be more when it is `limit`.
        """
        async with self._begin() as transaction:
            return await transaction.forget_batches(before_us, limit)

    async def drain(self, read: Callable[[InboxRow], Sequence[pb.Copy]], after: bytes, limit: int) -> Drained:
        """Records batches that wait in the inbox and removes them there.

        Args:
            read: The copies of a batch; what it raises leaves the whole page as it was.
            after: The batches beyond this id.
        """
        async with self._begin() as transaction:
            waiting = await transaction.inbox(after, limit)
            copies = [copy for row in waiting for copy in read(row)]
            if not waiting:
                return Drained(waiting, 0, 0, [])
            effects, new = await _record(transaction, copies)
            await transaction.delete_inbox([row.message_id for row in waiting])
            await transaction.note_batches([row.message_id for row in waiting])
        return Drained(waiting, len(copies), new, effects)

    async def hand_over(
        self, take: Callable[[InboxRow], Awaitable[bool]], after: bytes, limit: int
    ) -> Sequence[InboxRow]:
        """Has batches that wait in the inbox taken one by one, and removes those that were.

        Returns:
            All that were tried.
        """
        async with self._begin() as transaction:
            waiting = await transaction.inbox(after, limit)
            if taken := [row.message_id for row in waiting if await take(row)]:
                await transaction.delete_inbox(taken)
        return waiting

    async def decide(self, arrived: Sequence[pb.Decided]) -> tuple[list[OutboxRow], list[pb.Decided]]:
        """Numbers decisions and merges them into the stored truth.

        Returns:
            The effects that are now due, and the decisions on attempts that are not known on their seats; of these
            nothing is recorded. A mark is of a seat, which may be new.
        """
        async with self._begin() as transaction:
            fresh = await _unknown_decisions(transaction, arrived)
            named = await transaction.attempts({(each.user_id, each.attempt_id) for each in fresh if not is_mark(each)})
            ready: list[pb.Decided] = []
            early: list[pb.Decided] = []
            for each in fresh:
                copies = named.get((each.user_id, each.attempt_id), ())
                is_known = is_mark(each) or _decided_seat(each) in map(seat_of, copies)
                (ready if is_known else early).append(each)
            return await _decide(transaction, ready, named) if ready else [], early

    async def flag_overdue(self, before_us: int, limit: int) -> int:
        """Shows reviewers the attempts that could not be decided since before a moment.

        Returns:
            How many they had not been shown before; there may be more when it is `limit`.
        """
        async with self._begin() as transaction:
            overdue = await transaction.overdue(before_us, limit)
            if not overdue:
                return 0
            keys = seated(*viewed(await transaction.attempts(overdue, to_show=True))).seats.keys()
            await _lock(transaction, keys)
            copies, messages = viewed(await transaction.attempts_of_seats(keys, to_show=True))
            merged = seated(copies, messages, await transaction.decisions(keys))
            await _note_reviews(transaction, merged, set(overdue))
        return len(overdue)


async def _record(transaction: Transaction, arrived: Iterable[pb.Copy]) -> tuple[list[OutboxRow], int]:
    copies = [*arrived]
    fresh = grouped(copies)
    new_seats = await transaction.insert_seats(fresh.seat_rows())
    new_attempts = await transaction.insert_attempts(fresh.attempt_rows(fresh.copies))
    merged, revisions = fresh, dict.fromkeys(fresh.seats, 1)
    if new_seats < len(fresh.seats) or new_attempts < len(fresh.copies):
        merged, revisions = await _merge_with_stored(transaction, fresh)
    await _note_open(transaction, fresh, merged)
    await _note_reviews(transaction, merged, None if merged is fresh else await transaction.listed(merged.copies))
    effects = [*effects_of(merged, revisions), *taps_of(copies)]
    await transaction.write_outbox(effects)
    return effects, new_attempts


async def _merge_with_stored(transaction: Transaction, fresh: Merged) -> tuple[Merged, dict[SeatKey, int]]:
    """Some rows were there before: reads them under the locks, merges, and writes what changed."""
    stored = await transaction.attempts_of_seats(fresh.seats)
    stored |= await transaction.attempts([key for key in fresh.copies if key not in stored])
    # An attempt that came with another credential may have stood on another seat: that one is locked and read too.
    elsewhere = _seats_of({key: stored[key] for key in fresh.copies}) - fresh.seats.keys()
    await _lock(transaction, elsewhere)
    stored |= await transaction.attempts_of_seats(sorted(elsewhere))
    keys = sorted(fresh.seats.keys() | elsewhere)
    before, messages = viewed(stored)
    after = before | {key: merge.add_copies(before.get(key, ()), copies) for key, copies in fresh.copies.items()}
    merged = seated(after, messages | fresh.messages, await transaction.decisions(keys), keys)
    await transaction.replace_attempts(
        merged.attempt_rows(key for key in fresh.copies if after[key] != before.get(key))
    )
    return merged, await _write_seats(transaction, merged, await transaction.seats(keys))


async def _decide(
    transaction: Transaction, ready: Sequence[pb.Decided], named: Mapping[AttemptKey, Sequence[pb.Copy]]
) -> list[OutboxRow]:
    """Numbers decisions under the locks of their seats, merges, and writes what changed."""
    keys = sorted({_decided_seat(each) for each in ready})
    await _lock(transaction, keys)
    copies, messages = viewed({**named, **await transaction.attempts_of_seats(keys)})
    before = seated(copies, messages, await transaction.decisions(keys), keys)
    known = await transaction.seats(keys)
    rows, raised, decisions = _number(ready, before, {key: revision for key, (revision, _) in known.items()})
    await transaction.insert_decisions(rows)
    homes = {each.occurrence_id: (each.activity_id, each.organisation_id) for each in ready if is_mark(each)}
    # A named attempt may stand on another seat by now, which is not ours to write.
    merged = seated(copies, messages, decisions, keys, homes)
    revisions = await _write_seats(transaction, merged, known, raised)
    await _note_reviews(transaction, merged, await transaction.listed(merged.copies))
    effects = effects_of(merged, revisions)
    await transaction.write_outbox(effects)
    return effects


def _number(
    ready: Sequence[pb.Decided], before: Merged, revisions: Mapping[SeatKey, int]
) -> tuple[list[DecisionRow], dict[SeatKey, int], dict[SeatKey, list[merge.Decision]]]:
    """Sequence and staleness of each decision, one after the other.

    Returns:
        The rows, the revisions to which these raise seats, and all decisions on the seats.
    """
    raised, rows = dict(revisions), []
    decisions = {key: list(before.decisions.get(key, ())) for key in before.seats}
    for each in ready:
        key = _decided_seat(each)
        of_seat = decisions[key]
        is_stale = each.saw_revision not in (0, raised[key])
        is_stale |= each.only_unset and merge.is_set(before.by_seat[key], of_seat)
        sequence = of_seat[-1].sequence + 1 if of_seat else 1
        raised[key] += not is_stale
        of_seat.append(numbered(each, sequence, is_stale=is_stale))
        rows.append((each, sequence, is_stale))
    return rows, raised, decisions


async def _write_seats(
    transaction: Transaction,
    merged: Merged,
    known: Mapping[SeatKey, tuple[int, bytes]],
    raised: Mapping[SeatKey, int] = MappingProxyType({}),
) -> dict[SeatKey, int]:
    """Writes the seats that changed, one revision higher unless a decision has raised it; returns all revisions."""
    rows, revisions = merged.seat_rows(), {}
    for key, _, fingerprint in rows:
        revision, known_fingerprint = known[key]
        revisions[key] = max(revision + (fingerprint != known_fingerprint), raised.get(key, 0))
    await transaction.replace_seats((*row, revisions[row[0]]) for row in rows if revisions[row[0]] != known[row[0]][0])
    return revisions


async def _lock(transaction: Transaction, keys: Iterable[SeatKey]) -> None:
    if rows := [(key, EMPTY, bytes(8)) for key in sorted(keys)]:
        await transaction.insert_seats(rows)


async def _unknown_decisions(transaction: Transaction, arrived: Iterable[pb.Decided]) -> list[pb.Decided]:
    """Each decision once, without those that are recorded already."""
    each_once: dict[bytes, pb.Decided] = {}
    for each in arrived:
        each_once.setdefault(each.decision_id, each)
    known = await transaction.known_decisions(each_once.keys())
    return [each for decision_id, each in each_once.items() if decision_id not in known]


async def _note_open(transaction: Transaction, fresh: Merged, merged: Merged) -> None:
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


async def _note_reviews(transaction: Transaction, merged: Merged, listed: Collection[AttemptKey] | None) -> None:
    """Keeps the list of those who review in step; costs nothing when all is new and nothing pending.

    Args:
        listed: Attempts that are their business already; None when all is new.
    """
    if listed is None and all(copy.judgement is not merge.Judgement.PENDING_REVIEW for copy in merged.winners.values()):
        return
    rows = []
    for key, seat in merged.seats.items():
        decisions, user_id = merged.decisions.get(key, ()), key[1]
        for winner in merged.by_seat[key]:
            is_listed = (user_id, winner.attempt_id) in (listed or ())
            if state := merge.review_state(winner, seat.outcomes[winner.attempt_id], decisions, is_listed):
                rows.append((merged.message(winner), state))
    await transaction.write_reviews(rows)


def _seats_of(stored: Mapping[AttemptKey, Sequence[pb.Copy]]) -> set[SeatKey]:
    return {seat for copies in stored.values() for copy in copies if (seat := seat_of(copy))}


def _decided_seat(decided: pb.Decided) -> SeatKey:
    return decided.occurrence_id, decided.user_id, decided.direction, decided.pass_no
