"""The first half of the journey: a batch of attempts becomes durable, judged copies, and each person gets an answer.

Control comes from `rpc.py` with a batch the gateway put together, and goes through antifraud (one call), Redis (one
trip for earlier answers, one for what stands on the seats, one to settle; one more where somebody is refused, whose
refusals are counted, one where somebody goes, who may never have come, one where somebody comes twice who may not, and
two for what staff are told of who came before) and RabbitMQ (one message) back to it. The second half is `record.py`.
"""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from domainkit.copies import checkin_of, point_at_holder
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.batching import BATCH_SIZE
from servicekit.clock import LATEST_US
from servicekit.errors import UnavailableError
from servicekit.rpc.status import to_status
from services.checkin import metrics
from services.checkin.accepting.audit import Audit
from services.checkin.accepting.recent import Recent
from services.checkin.errors import AttemptReusedError, TooManyRefusalsError
from services.checkin.judging.case import Case, effective_at, no_seat_left, slot_age_s, to_reasons, undecided
from services.checkin.judging.judging import Judging
from services.checkin.rules.keys import AttemptKey, PersonKey
from services.checkin.rules.merge import MOVES, Judgement, Outcome, answer
from services.checkin.rules.occurrence import Direction, Method, Reason, is_refused_for_time
from services.checkin.rules.standing import Move, before
from services.checkin.seats.seats import Answer, Claim, Room, Seating

log = logging.getLogger(__name__)

# Under the gateway's two seconds, whatever hangs: what judging leaves of it is for the broker, and then for the inbox.
ACCEPT_S = 1.6
_LEAST_DISPATCH_S = 0.6
_UNSEEN = Seating()
_TOLD_OF_DUPLICATES = frozenset({"NO_REENTRY", "PERSON_CODE_USED"})
_SUCCESS = (pb.OUTCOME_ACCEPTED, pb.OUTCOME_DUPLICATE)
# As which a copy is recorded that came before the one which succeeded.
_UNDONE = (pb.OUTCOME_PROVISIONAL, pb.OUTCOME_PENDING_REVIEW, pb.OUTCOME_REFUSED)


class SeatsPort(Protocol):
    """Hints and answers in Redis; every method is one trip and raises UnavailableError when Redis is gone."""

    async def claim(
        self, rooms: Mapping[Room, Sequence[Claim]], attempts: Collection[AttemptKey]
    ) -> tuple[dict[Room, list[Seating]], dict[AttemptKey, Answer]]:
        """What stood on each seat, after taking the free ones, and earlier answers; idempotent for the same attempt."""

    async def never_came(self, leaving: Collection[PersonKey]) -> set[PersonKey]:
        """Those of these people who hold no seat to come in, where all that happened is remembered."""

    async def gone(self, people: Collection[PersonKey]) -> dict[PersonKey, int]:
        """When those of these people first went who came and went."""

    async def settle(self, held: Mapping[Room, Sequence[Claim]], answers: Mapping[AttemptKey, Answer]) -> None:
        """Confirms claims and keeps answers; idempotent."""


class DispatchPort(Protocol):
    """Where a batch is safe before anybody is answered: RabbitMQ, or MySQL while that is gone."""

    async def send(self, batch: pb.AttemptedBatch, within_s: float) -> bytes:
        """Its message's id when it is durable; NothingDurableError otherwise, and then it may still arrive later."""


class RecordsPort(Protocol):
    """What MySQL knows of attempts; asked in rare cases only, answers within 50 ms and never raises."""

    async def recall(self, attempts: Sequence[AttemptKey]) -> dict[AttemptKey, pb.Checkin]:
        """The current records with their history; those unknown, or all when MySQL is slow, are left out."""


class DoorPort(Protocol):
    """What people did at occurrences; asked for staff only, answers within 50 ms and never raises."""

    async def recall(self, people: Collection[PersonKey]) -> Mapping[PersonKey, Sequence[Move]]:
        """By person; those of whom nobody can tell are left out."""

    async def names(self, user_ids: Collection[bytes]) -> Mapping[bytes, str]:
        """What people are called; those of whom nobody can tell are left out."""


class RefusalsPort(Protocol):
    """How many refusals of each person are still kept; one trip, and never raises."""

    async def spend(self, refusals: Sequence[tuple[bytes, bool]]) -> list[float]:
        """For each, in order: 0 when it may be kept, else the seconds until one may be again."""


@dataclass(slots=True)
class _Reply(Case):
    """A case on its way to its answer."""

    outcome: Outcome = Outcome.PROVISIONAL
    seating: Seating = _UNSEEN
    never_came: bool = False
    # For staff: the attempt that holds the seat, and how often the person has come in with this one.
    holder: Move | None = None
    let_in_by: str = ""
    passes: int = 0
    # What its person is told; before that, what they were told of an earlier copy of it.
    told: pb.Checkin | None = None

    def add_to(self, response: pb.BatchCreateCheckinsResponse) -> None:
        """Adds what was told, or why nothing can be."""
        result = response.results.add()
        if self.error is not None:
            result.status.CopyFrom(to_status(self.error))
        elif self.told is not None:
            result.checkin.CopyFrom(self.told)


class Acceptance:
    """Takes batches of attempts; see the module. For one event loop, any number of batches at once."""

    def __init__(
        self,
        judging: Judging,
        seats: SeatsPort,
        dispatch: DispatchPort,
        records: RecordsPort,
        door: DoorPort,
        refusals: RefusalsPort,
        recent: Recent,
        audit: Audit,
    ) -> None:
        self._judging = judging
        self._seats = seats
        self._dispatch = dispatch
        self._records = records
        self._door = door
        self._refusals = refusals
        self._recent = recent
        self._audit = audit

    async def accept(self, attempts: Sequence[pb.Attempt]) -> pb.BatchCreateCheckinsResponse:
        """A result per attempt, in order. Whatever has a checkin in its result is durable.

        Raises:
            NothingDurableError: The batch found no durable place.
        """
        BATCH_SIZE.labels("accept").observe(len(attempts))
        must_end_at = time.monotonic() + ACCEPT_S
        cases = [_Reply(attempt) for attempt in attempts]
        await self._judging.judge(cases)
        claims, earlier = await self._take_seats([case for case in cases if case.error is None])
        await self._look_for_arrivals([case for case in cases if case.error is None])
        await self._look_at_door([case for case in cases if case.error is None])
        await self._recall_earlier([case for case in cases if case.error is None], earlier)
        await self._limit_refusals(cases)
        # From here on only attempts that may be stored; the others have their error.
        taken = [case for case in cases if case.error is None]
        batch, response = pb.AttemptedBatch(), pb.BatchCreateCheckinsResponse()
        copies = [self._judging.to_copy(case, batch.copies.add) for case in taken]
        if taken:
            message_id = await self._dispatch.send(batch, max(must_end_at - time.monotonic(), _LEAST_DISPATCH_S))
            self._audit.note(message_id, [_key(case) for case in taken])
        for case, copy in zip(taken, copies, strict=True):
            case.told = case.told or _to_checkin(case, copy)
        await self._settle(taken, claims)
        self._count(taken)
        for case in cases:
            case.add_to(response)
        return response

    async def _take_seats(self, cases: Sequence[_Reply]) -> tuple[dict[Room, list[Claim]], dict[AttemptKey, Answer]]:
        """Claims seats and sets each case's outcome; returns the claims that hold, and earlier answers."""
        rooms: dict[Room, list[_Reply]] = defaultdict(list)
        for case in cases:
            if case.snapshot:
                rooms[Room.of(case.snapshot.occurrence)].append(case)
            else:
                case.outcome = answer(case.finding.judgement, None, case.attempt.attempt_id, is_staff=False)
        claims = {room: [_to_claim(case) for case in group] for room, group in rooms.items()}
        try:
            seatings, earlier = await self._seats.claim(claims, [_key(case) for case in cases]) if cases else ({}, {})
        except UnavailableError as error:
            log.warning("seats are decided by the recorder alone, earlier answers are not known: %s", error)
            earlier = {}
            seatings = {room: [Seating(is_uncounted=room.capacity > 0)] * len(group) for room, group in rooms.items()}
        # A claim of an attempt that was used before with another body lapses by itself: nothing confirms it.
        _refuse_reused(cases, earlier)
        _keep_window(cases, earlier)
        held: defaultdict[Room, list[Claim]] = defaultdict(list)
        for room, group in rooms.items():
            for case, claim, seating in zip(group, claims[room], seatings[room], strict=True):
                _seat(case, seating)
                if case.outcome is Outcome.ACCEPTED and case.error is None and case.told is None:
                    held[room].append(claim)
        return held, earlier

    async def _look_for_arrivals(self, cases: Sequence[_Reply]) -> None:
        """Who goes without having come is told so at once."""
        leaving: defaultdict[PersonKey, list[_Reply]] = defaultdict(list)
        for case in cases:
            if case.attempt.direction == Direction.OUT and case.snapshot and case.outcome in MOVES:
                leaving[case.snapshot.occurrence.occurrence_id, case.attempt.user_id].append(case)
        if not leaving:
            return
        try:
            never_came = await self._seats.never_came(leaving)
        except UnavailableError as error:
            log.warning("nobody is told that they never came: %s", error)
            return
        for case in chain.from_iterable(leaving[person] for person in never_came):
            case.never_came = True

    async def _look_at_door(self, cases: Sequence[_Reply]) -> None:
        """Of who comes twice: who went and may not come in again, and what staff are told."""
        twice = [case for case in cases if case.outcome is Outcome.DUPLICATE and case.snapshot]
        if not twice:
            return
        await self._keep_out([case for case in twice if case.asking.occurrence.is_once and _comes(case)])
        await self._tell_staff([case for case in twice if case.attempt.method == Method.STAFF])

    async def _keep_out(self, cases: Sequence[_Reply]) -> None:
        """Who went does not come in again (rule 29)."""
        if not cases:
            return
        try:
            gone = await self._seats.gone({_person(case) for case in cases})
        except UnavailableError as error:
            log.warning("nobody is kept out who has left: %s", error)
            return
        for case in cases:
            if effective_at(case) > gone.get(_person(case), LATEST_US):
                case.finding = case.finding.worsened(Judgement.REFUSED, Reason("NO_REENTRY"))

    async def _tell_staff(self, cases: Sequence[_Reply]) -> None:
        """How the person came before; nothing where nobody can tell in time."""
        if not cases:
            return
        moves = await self._door.recall({_person(case) for case in cases})
        for case in cases:
            theirs = moves.get(_person(case), ())
            holder = case.seating.hint.attempt_id if case.seating.hint else None
            case.holder = next((move for move in theirs if move.attempt_id == holder), None)
            then = before(theirs, effective_at(case), case.attempt.attempt_id)
            if _comes(case) and then.passes and not then.is_inside:
                case.passes = then.passes + 1
        await self._name_actors([case for case in cases if case.holder and case.holder.actor_id])

    async def _name_actors(self, cases: Sequence[_Reply]) -> None:
        if not cases:
            return
        names = await self._door.names({case.holder.actor_id for case in cases if case.holder})
        for case in cases:
            case.let_in_by = names.get(case.holder.actor_id, "") if case.holder else ""

    async def _recall_earlier(self, cases: Sequence[_Reply], earlier: Mapping[AttemptKey, Answer]) -> None:
        """A retry that by itself would now be refused for the time gets the answer its first copy got."""
        repeatable = (Outcome.REFUSED, Outcome.ACCEPTED)
        late = [
            case
            for case in cases
            if case.outcome in repeatable and case.told is None and is_refused_for_time(case.finding)
        ]
        if not late:
            return
        stored = await self._records.recall([_key(case) for case in late])
        for case in late:
            known = earlier.get(_key(case))
            told = known.record() if known else None
            case.told = _current(told, stored.get(_key(case)))
            if case.told:
                case.told.ClearField("history")

    async def _limit_refusals(self, cases: Sequence[_Reply]) -> None:
        """Nobody fills the tables: beyond so many, refusals are told and not kept. Staff answer for theirs."""
        refused = [
            case
            for case in cases
            if case.finding.judgement is Judgement.REFUSED and case.error is None and case.told is None
        ]
        if not refused:
            return
        waits = await self._refusals.spend([(case.attempt.actor_id or case.attempt.user_id, True) for case in refused])
        for case, wait_s in zip(refused, waits, strict=True):
            if wait_s:
                metrics.REFUSALS_OVER.inc()
                case.error = TooManyRefusalsError(wait_s)

    async def _settle(self, cases: Sequence[_Reply], held: Mapping[Room, Sequence[Claim]]) -> None:
        answers = {
            _key(case): Answer(case.attempt.body_hash, case.attempt.received_at, case.told.SerializeToString())
            for case in cases
            if case.told is not None
        }
        try:
            if answers:
                await self._seats.settle(held, answers)
        except UnavailableError as error:
            # Nothing is lost: the batch is durable, and the recorder writes the hints once more.
            log.warning("answers are not remembered: %s", error)

    def _count(self, cases: Sequence[_Reply]) -> None:
        """Counts a whole batch with one call per label set."""
        seen = Counter(_line(case) for case in cases)
        for (activity_id, outcome, reason), count in seen.items():
            metrics.ATTEMPTS.labels(outcome, reason).inc(count)
            self._recent.add(activity_id, outcome, reason, count)
        metrics.SLOT_AGE.observe(slot_age_s(case) for case in cases if case.token)


def _line(case: _Reply) -> tuple[bytes, str, str]:
    activity_id = case.snapshot.occurrence.activity_id if case.snapshot else b""
    reason = case.finding.reasons[0].reason if case.finding.reasons else ""
    return activity_id, case.outcome.name.lower(), reason


def _comes(case: _Reply) -> bool:
    """Whether it would count as coming in, if its person may."""
    return case.attempt.direction == Direction.IN and case.finding.judgement is Judgement.ACCEPTED


def _person(case: _Reply) -> PersonKey:
    assert case.snapshot is not None
    return case.snapshot.occurrence.occurrence_id, case.attempt.user_id


def _key(case: _Reply) -> AttemptKey:
    return case.attempt.user_id, case.attempt.attempt_id


def _current(told: pb.Checkin | None, stored: pb.Checkin | None) -> pb.Checkin | None:
    """What an attempt is now: what is stored, unless its success is on its way there.

    Only an annul undoes a success that is stored; without one, the stored copy came before the one that succeeded.
    """
    if told is None or stored is None:
        return told or stored
    is_on_its_way = told.outcome in _SUCCESS and stored.outcome in _UNDONE and not _was_annulled(stored)
    return told if is_on_its_way else stored


def _was_annulled(record: pb.Checkin) -> bool:
    return any(event.kind == pb.Event.KIND_ANNULLED and not event.is_stale for event in record.history)


def _refuse_reused(cases: Sequence[_Reply], earlier: Mapping[AttemptKey, Answer]) -> None:
    for case in cases if earlier else ():
        known = earlier.get(_key(case))
        if known is not None and known.body_hash != case.attempt.body_hash:
            case.error = AttemptReusedError("this attempt_id was used with another body; make a new one")


def _keep_window(cases: Sequence[_Reply], earlier: Mapping[AttemptKey, Answer]) -> None:
    """A retry after whose first copy another window was opened is told what that one got; its new claim lapses."""
    for case in cases if earlier else ():
        told = known.record() if (known := earlier.get(_key(case))) and case.error is None else None
        if told and case.snapshot and told.occurrence_id not in (b"", case.snapshot.occurrence.occurrence_id):
            case.told = told


def _to_claim(case: _Reply) -> Claim:
    attempt = case.attempt
    is_staff = attempt.method == Method.STAFF
    return Claim(
        attempt.user_id, attempt.attempt_id, attempt.direction, case.finding.judgement, is_staff, effective_at(case)
    )


def _seat(case: _Reply, seating: Seating) -> None:
    """Turns the own judgement and what Redis said into the answer."""
    attempt = case.attempt
    if seating.is_full:
        case.finding = no_seat_left(case)
    elif seating.is_uncounted and case.finding.judgement is Judgement.ACCEPTED:
        case.finding = undecided(case.finding)
    case.seating = seating
    is_staff = attempt.method == Method.STAFF
    case.outcome = answer(case.finding.judgement, seating.hint, attempt.attempt_id, is_staff)


def _to_checkin(case: _Reply, copy: pb.Copy) -> pb.Checkin:
    checkin = checkin_of(copy, case.attempt.presented, pb.Outcome.ValueType(case.outcome))
    if case.snapshot:
        checkin.activity_title = case.snapshot.occurrence.title
        checkin.place_name = case.snapshot.occurrence.place_name
    else:
        # What a QR says of it by itself is for completion.
        checkin.ClearField("occurrence_id")
    if held_since := _held_since(case):
        checkin.checked_in_at = held_since
    if case.outcome is Outcome.DUPLICATE and case.seating.hint:
        hint, is_counted = case.seating.hint, case.finding.judgement is Judgement.ACCEPTED
        point_at_holder(checkin, hint.attempt_id or b"", hint.effective_at or 0, is_counted=is_counted)
        _tell_of_door(checkin, case)
    if case.never_came:
        checkin.reasons.add(reason="OUT_WITHOUT_IN")
    return checkin


def _tell_of_door(checkin: pb.Checkin, case: _Reply) -> None:
    """Says first what is special about a duplicate, and to staff how the one before it came."""
    told = [reason for reason in case.finding.reasons if reason.reason in _TOLD_OF_DUPLICATES]
    if case.passes:
        told.append(Reason("ENTERED_AGAIN", {"passes": case.passes}))
    if told:
        was = list(checkin.reasons)
        del checkin.reasons[:]
        checkin.reasons.extend([*to_reasons(told), *was])
    if case.holder:
        held = checkin.duplicate_of
        held.method, held.gate = pb.Method.ValueType(case.holder.method), case.holder.gate
        held.actor_id, held.actor_name = case.holder.actor_id, case.let_in_by


def _held_since(case: _Reply) -> int | None:
    """Since when its seat is held by the attempt itself: a retry does not begin anew."""
    hint = case.seating.hint
    is_holder = case.outcome is Outcome.ACCEPTED and hint and hint.attempt_id == case.attempt.attempt_id
    return hint.effective_at if hint and is_holder else None
