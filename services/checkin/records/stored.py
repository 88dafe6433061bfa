"""Attempts in the light of their seats: copies, decisions and the merge law brought together, and how that reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from domainkit.copies import checkin_of, point_at_holder, presented_of
from domainkit.credentials import checkin_id
from domainkit.presence import moment, presence
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import from_datetime
from services.checkin.recording.store import (
    MARK_NUMBERS,
    Copies,
    read_attempts_of_seats,
    read_seats,
    rows_of_seats,
    seat_of,
    shown_copies,
    to_decision,
    to_merge,
    told,
)
from services.checkin.rules import merge
from services.checkin.rules.keys import AttemptKey, SeatKey
from services.checkin.rules.lapse import Undecided, verdict
from services.checkin.rules.merge import MARKS, MOVES, DecisionKind, Judgement, Outcome
from services.checkin.rules.occurrence import Direction
from services.checkin.rules.standing import Move
from services.checkin.tables import reviews


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision as it is stored: what counts, who made it, and why."""

    decision: merge.Decision
    decided_by: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """What humans decided on a seat, in sequence, and its revision: 0 for one that is not there."""

    revision: int = 0
    rulings: Sequence[Ruling] = ()
    is_held: bool = False

    @property
    def mark(self) -> merge.Decision | None:
        """What staff say its person counts as."""
        return merge.mark_of(ruling.decision for ruling in self.rulings)


@dataclass(frozen=True, slots=True)
class Stored:
    """An attempt in the light of its seat.

    Attributes:
        copy: The winning one of `copies`.
        seat: None where the credential did not open; then `revision` is 0 and nobody decided anything.
        review_state: As reviewers see it; unspecified while it is not on their list.
        listed_at: Its place on the reviewers' list, which never changes; 0 while it is not on it.
        came: The moment of the person's latest attempt to come in that counts; empty where there is none.
        left: The latest to go that counts.
    """

    copy: pb.Copy
    copies: Copies
    seat: merge.Seat | None = None
    revision: int = 0
    rulings: Sequence[Ruling] = ()
    review_state: pb.ReviewState.ValueType = pb.REVIEW_STATE_UNSPECIFIED
    listed_at: int = 0
    came: str = ""
    left: pb.Copy | None = None

    @property
    def key(self) -> AttemptKey:
        """Person and attempt."""
        return self.copy.user_id, self.copy.attempt_id

    @property
    def checkin_id(self) -> bytes:
        """The id of its record."""
        return checkin_id(*self.key)

    @property
    def said_at(self) -> int:
        """When a human last decided anything on its seat that counts; 0 for never."""
        said = (ruling.decision for ruling in self.rulings)
        counts = (each.decided_at for each in said if not (each.is_stale or each.is_end or each.is_lapse))
        return max(counts, default=0)

    def lapse(self, policy: Undecided) -> DecisionKind | None:
        """What a policy says of it when nobody decides; None: nothing, for it does not wait judged, or waits on."""
        if self.outcome is not Outcome.PENDING_REVIEW:
            return None
        return verdict(policy, to_merge(self.copy), [ruling.decision for ruling in self.rulings])

    @property
    def outcome(self) -> Outcome:
        """What it reads now."""
        if self.seat:
            return self.seat.outcomes[self.copy.attempt_id]
        return merge.answer(Judgement(self.copy.judgement), None, self.copy.attempt_id, self.copy.is_staff)

    @property
    def told(self) -> pb.Copy:
        """What others read of the copy, in the light of what was decided on it."""
        return told(self.copy, [ruling.decision for ruling in self.rulings])

    def move(self) -> Move:
        """What it says of where its person is."""
        copy, presented = self.copy, presented_of(self.copy)
        return Move(
            copy.effective_at,
            copy.attempt_id,
            presented.direction,
            self.outcome,
            presented.method,
            presented.gate,
            presented.actor_id,
        )

    def record(self) -> pb.Checkin:
        """The record as its person sees it."""
        copy, seat, outcome = self.copy, self.seat, self.outcome
        record = checkin_of(self.told, presented_of(copy), pb.Outcome.ValueType(outcome))
        record.revision = self.revision
        if seat and seat.holder and outcome in (Outcome.DUPLICATE, Outcome.SUPERSEDED):
            point_at_holder(record, seat.holder, seat.effective_at or 0, is_counted=outcome is Outcome.DUPLICATE)
        if copy.direction == Direction.OUT and outcome in MOVES:
            self._add_presence(record)
        return record

    def _add_presence(self, record: pb.Checkin) -> None:
        """Of several times a person went only where they are now says whether that was early."""
        record.punctuality = pb.PUNCTUALITY_EARLY_LEAVE if self._is_gone_early() else pb.PUNCTUALITY_ON_TIME
        if not self.came:
            record.reasons.add(reason="OUT_WITHOUT_IN")

    def _is_gone_early(self) -> bool:
        left = self.left
        if left is None:
            return False
        is_early = left.punctuality == pb.PUNCTUALITY_EARLY_LEAVE
        return presence(self.came, _moment(left), left.effective_at, is_early).is_early

    def history(self) -> list[pb.Event]:
        """What happened to it, oldest first: its arrival, later judgements, and what humans decided."""
        events = [pb.Event(kind=pb.Event.KIND_RECEIVED, at=min(copy.received_at for copy in self.copies))]
        judged = {copy.judged_at for copy in self.copies if copy.judged_at}
        events += [pb.Event(kind=pb.Event.KIND_COMPLETED, at=at) for at in judged]
        events += [_to_event(ruling) for ruling in self.rulings if self._is_about_me(ruling.decision)]
        return sorted(events, key=lambda event: event.at)

    def answer(self) -> pb.Checkin:
        """The record with its history, as an answer to a retry: superseded reads duplicate there."""
        record = self.record()
        record.history.extend(self.history())
        if record.outcome == Outcome.SUPERSEDED:
            record.outcome = pb.OUTCOME_DUPLICATE
        return record

    def _is_about_me(self, decision: merge.Decision) -> bool:
        """An annul empties the seat, whichever attempt it names, and a mark lies over it."""
        is_about_seat = decision.kind is DecisionKind.ANNUL or decision.kind in MARKS
        return is_about_seat or decision.attempt_id == self.copy.attempt_id


_EVENTS = {
    DecisionKind.APPROVE: pb.Event.KIND_APPROVED,
    DecisionKind.REFUSE: pb.Event.KIND_REFUSED,
    DecisionKind.ANNUL: pb.Event.KIND_ANNULLED,
    DecisionKind.APPEAL: pb.Event.KIND_APPEALED,
} | dict.fromkeys(MARKS, pb.Event.KIND_MARKED)


def _to_event(ruling: Ruling) -> pb.Event:
    decision = ruling.decision
    # What no human said is a word of the vocabulary, and the record has it among its reasons.
    reason = "" if decision.is_end or decision.is_lapse else ruling.reason
    event = pb.Event(kind=_EVENTS[decision.kind], at=decision.decided_at, reason=reason, is_stale=decision.is_stale)
    event.is_lapse = decision.is_lapse
    event.mark = MARK_NUMBERS.get(decision.kind, pb.MARK_UNSPECIFIED)
    return event


async def read(connection: AsyncConnection, query: Any, for_review: bool = False) -> list[Stored]:
    """What a query over `attempts` finds, in its order.

    Args:
        for_review: With state and place on the reviewers' list.
    """
    found = {(row.user_id, row.attempt_id): shown_copies(row) for row in await connection.execute(query)}
    return list((await resolve(connection, found, for_review)).values())


async def resolve(
    connection: AsyncConnection, found: Mapping[AttemptKey, Copies], for_review: bool = False
) -> dict[AttemptKey, Stored]:
    """Attempts in the light of their seats, in the order given.

    Args:
        for_review: With state and place on the reviewers' list.
    """
    winners = {key: _winner(copies) for key, copies in found.items()}
    on_seat = {key: seat for key, winner in winners.items() if (seat := seat_of(winner))}
    keys = sorted({twin for seat in on_seat.values() for twin in both_ways(*seat[:2])})
    groups: dict[SeatKey, list[pb.Copy]] = {}
    for winner in map(_winner, (await read_attempts_of_seats(connection, keys)).values()):
        if seat := seat_of(winner):
            groups.setdefault(seat, []).append(winner)
    rulings = await read_rulings(connection, keys)
    revisions = await read_seats(connection, keys)
    resolved = {seat: _resolve_seat(group, rulings.get(seat, ())) for seat, group in groups.items()}
    latest = {seat: _latest(groups[seat], resolved[seat]) for seat in groups}
    cases = await _cases(connection, found) if for_review else {}
    stored: dict[AttemptKey, Stored] = {}
    for key, winner in winners.items():
        if seat := on_seat.get(key):
            came, left = (latest.get(each) for each in both_ways(*seat[:2]))
            stored[key] = Stored(
                winner,
                found[key],
                resolved[seat],
                revisions[seat][0],
                rulings.get(seat, ()),
                *cases.get(key, (pb.REVIEW_STATE_UNSPECIFIED, 0)),
                came=_moment(came) if came else "",
                left=left,
            )
        else:
            stored[key] = Stored(winner, found[key])
    return stored


def both_ways(occurrence_id: bytes, user_id: bytes) -> tuple[SeatKey, SeatKey]:
    """The seats of a person at an occurrence: to come in, and to go."""
    return (occurrence_id, user_id, Direction.IN, 0), (occurrence_id, user_id, Direction.OUT, 0)


def _latest(winners: Iterable[pb.Copy], seat: merge.Seat) -> pb.Copy | None:
    counted = (copy for copy in winners if seat.outcomes[copy.attempt_id] in MOVES)
    return max(counted, key=_moment, default=None)


def _moment(copy: pb.Copy) -> str:
    return moment(copy.effective_at, copy.attempt_id)


def _winner(copies: Sequence[pb.Copy]) -> pb.Copy:
    if len(copies) == 1:
        return copies[0]
    return pb.Copy.FromString(merge.winning_copy(map(to_merge, copies)).canonical)


def _resolve_seat(winners: Iterable[pb.Copy], rulings: Iterable[Ruling]) -> merge.Seat:
    return merge.resolve_seat(map(to_merge, winners), [ruling.decision for ruling in rulings])


async def read_rulings(connection: AsyncConnection, keys: Sequence[SeatKey]) -> dict[SeatKey, list[Ruling]]:
    """What humans decided on these seats, in sequence, with their names and reasons."""
    found: dict[SeatKey, list[Ruling]] = {}
    rows = await rows_of_seats(connection, "SELECT * FROM decisions", keys)
    for row in sorted(rows, key=lambda row: row.sequence):
        found.setdefault(seat_key(row), []).append(Ruling(to_decision(row), row.decided_by, row.reason))
    return found


async def _cases(
    connection: AsyncConnection, keys: Iterable[AttemptKey]
) -> dict[AttemptKey, tuple[pb.ReviewState.ValueType, int]]:
    """State and place of those of these attempts that are on the reviewers' list."""
    key = reviews.c.user_id, reviews.c.attempt_id
    query = select(*key, reviews.c.state, reviews.c.received_at).where(tuple_(*key).in_(list(keys)))
    return {
        (row.user_id, row.attempt_id): (row.state, from_datetime(row.received_at))
        for row in await connection.execute(query)
    }


def seat_key(row: Row[Any]) -> SeatKey:
    """The seat that a row of `seats` or `decisions` is about."""
    return row.occurrence_id, row.user_id, row.direction, row.pass_no
