"""Several attempts of one request: each has an answer of its own, and a bad one never blocks the rest.

Control comes from `routes/sync.py` with what waited on a phone, or from `routes/staff.py` with people whom staff check
in. All of them go into the line (`line.py`) together.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec

from domainkit.person_codes import PersonKeys
from gateway import metrics
from gateway.checkins import attempts, texts
from gateway.checkins.answers import Checkin, Outcome, to_answer, to_staff_answer
from gateway.checkins.attempts import StaffCheckin
from gateway.checkins.line import ANSWER_S, Line, OverloadedError
from gateway.checkins.open_attempts import MAXIMUM_OPEN, Provisional, TooManyOpenError
from gateway.checkins.receipts import Receipts
from gateway.checkins.subjects import NOBODY, require_another
from gateway.http import problems
from gateway.http.fields import identifier
from gateway.reasons import TO_PERSON, TO_STAFF
from protos.activity.v1 import door_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import telemetry
from servicekit.errors import ConflictError, Kind, NotFoundError, PermissionDeniedError, ServiceError
from servicekit.ids import to_text
from servicekit.tokens import Claims
from servicekit.turns import Turns

# What waited on phones can wait a little longer: more syncs at once would fill the line before people at a door.
_SYNCS_AT_ONCE = 16
_SYNCS_WAITING = 400
_TURN_S = ANSWER_S / 2
_PASSING = (Kind.UNAVAILABLE, Kind.RATE_LIMITED, Kind.INTERNAL)


class Result(msgspec.Struct, omit_defaults=True):
    """What became of one attempt: with an `outcome` it is kept, with a `problem` it is not.

    Without an outcome, `retryable` says whether sending it again, with the `receipt` if there is one, can help; what
    cannot be retried stays on the phone for the person to see. `user_id` is there for people whom staff let in.
    """

    attempt_id: str | None
    outcome: Outcome | None
    retryable: bool
    user_id: str | None = None
    checkin: Checkin | None = None
    message: str = ""
    problem: problems.Problem | None = None
    receipt: str = ""


_Key = tuple[bytes, bytes]
_Answer = pb.Checkin | ServiceError
# The attempt, its receipt, and whom it means where only the activity service can tell.
_Item = tuple[pb.Attempt, str, door_pb2.Subject | None]
_Read = Callable[[bytes], _Item]
_Resolve = Callable[
    [Claims, bytes, Sequence[door_pb2.Subject]], Awaitable[Sequence[door_pb2.DoorPerson | ServiceError]]
]


class _Case:
    """One item on its way to its result.

    Attributes:
        asked: Whom it means, where only the activity service can tell.
    """

    __slots__ = ("answer", "asked", "attempt", "item")

    def __init__(self, item: msgspec.Raw) -> None:
        self.item = bytes(item)
        self.attempt: pb.Attempt | None = None
        self.asked: door_pb2.Subject | None = None
        self.answer: _Answer | None = None

    @property
    def as_sent(self) -> pb.Attempt:
        """The attempt as its receipt tells it: as whom an entry or a guest checks in may be another the next time."""
        assert self.attempt is not None
        if self.asked is None:
            return self.attempt
        sent = pb.Attempt()
        sent.CopyFrom(self.attempt)
        sent.user_id = NOBODY
        return sent

    @property
    def key(self) -> _Key:
        """What makes it the same attempt as another one."""
        assert self.attempt is not None
        return self.attempt.user_id, self.attempt.attempt_id


class Many:
    """Takes several attempts that one person sends.

    Args:
        admit_staff: Returns when a person may check others in to an activity: owner, organiser and staff may. Raises
            ServiceError otherwise; an activity that is foreign is as unknown as one that never was.
        resolve: Says whom staff mean at an activity, each in order or why not; one call, which raises ServiceError when
            nobody can tell.
        keys: Verify what people show of themselves.
    """

    def __init__(
        self,
        line: Line,
        receipts: Receipts,
        provisional: Provisional,
        admit_staff: Callable[[Claims, bytes], Awaitable[None]],
        resolve: _Resolve,
        keys: PersonKeys,
    ) -> None:
        self._line = line
        self._receipts = receipts
        self._provisional = provisional
        self._admit_staff = admit_staff
        self._resolve = resolve
        self._keys = keys
        self._flying = asyncio.Semaphore(_SYNCS_AT_ONCE)
        self._syncs = 0
        # Syncs of one person follow each other, or each of them would find room for three open attempts.
        self._turns = Turns()

    async def sync(
        self, person: Claims, items: Sequence[msgspec.Raw], received_at: int, request_id: str, since: float
    ) -> list[Result]:
        """A result per attempt that waited on a phone, in order, ANSWER_S after `since` at the latest.

        Raises:
            OverloadedError: Too many phones sync at this moment.
        """

        def read(item: bytes) -> _Item:
            read_one = self._read_staff_attempt if _said(item, "method") == "staff" else _read_attempt
            attempt, receipt, asked = read_one(item, person, received_at)
            attempt.is_offline = attempt.presented.is_offline = True
            return attempt, receipt, asked

        cases = self._read(items, read)
        async with self._turn(person.user_id, since):
            await self._entitle(person, cases)
            await self._take_offline(person, _distinct(cases), since)
        return self._results(cases, "attempts", request_id)

    @asynccontextmanager
    async def _turn(self, user_id: bytes, since: float) -> AsyncIterator[None]:
        """One of the syncs that fly at once, and the only one of its person; who would wait too long is told so."""
        if self._syncs >= _SYNCS_WAITING:
            raise _too_many_syncs()
        self._syncs += 1
        try:
            async with AsyncExitStack() as held:
                try:
                    async with asyncio.timeout(since + _TURN_S - time.monotonic()):
                        await held.enter_async_context(self._turns.of(user_id))
                        await held.enter_async_context(self._flying)
                except TimeoutError:
                    raise _too_many_syncs() from None
                yield
        finally:
            self._syncs -= 1

    async def let_in(
        self, staff: Claims, activity_id: bytes, items: Sequence[msgspec.Raw], received_at: int, request_id: str
    ) -> list[Result]:
        """A result per person whom staff check in, in order.

        Raises:
            NotFoundError: There is no such activity, or not for this person to know.
        """
        since = time.monotonic()

        def read(item: bytes) -> _Item:
            return self._to_staff_attempt(attempts.decode_staff_checkin(item), activity_id, staff, received_at)

        cases = self._read(items, read)
        refusals = await self._entitle(staff, cases)
        if isinstance(refusal := refusals.get(activity_id), NotFoundError):
            raise refusal
        await self._take(_distinct(cases), since)
        return self._results(cases, "checkins", request_id)

    async def let_in_one(self, attempt: pb.Attempt) -> pb.Checkin:
        """The record of one attempt that somebody answers for who was asked about.

        Raises:
            ServiceError: What checkin said of it, or that nothing durable could take it in time.
        """
        return await self._line.submit(attempt, telemetry.current_context(), time.monotonic())

    def _read_staff_attempt(self, item: bytes, staff: Claims, received_at: int) -> _Item:
        request = attempts.decode_staff_attempt(item)
        activity_id = identifier("activity_id", request.activity_id)
        return self._to_staff_attempt(request, activity_id, staff, received_at)

    def _to_staff_attempt(self, request: StaffCheckin, activity_id: bytes, staff: Claims, received_at: int) -> _Item:
        attempt, subject = attempts.to_staff_attempt(request, activity_id, staff.user_id, received_at, self._keys)
        return attempt, request.receipt, subject.asked

    def _read(self, items: Sequence[msgspec.Raw], read: _Read) -> list[_Case]:
        """What the items say; one that makes no sense has its answer already."""
        cases = [_Case(item) for item in items]
        for case in cases:
            try:
                case.attempt, receipt, case.asked = read(case.item)
            except ServiceError as error:
                case.answer = error
            else:
                if receipt:
                    self._receipts.honour(receipt, case.attempt)
        return cases

    async def _take_offline(self, person: Claims, cases: Sequence[_Case], since: float) -> None:
        """Takes as many as may stay open; the rest goes after them if none of the first did."""
        waiting = [case for case in cases if self._counts(case.attempt)]
        await self._take([case for case in cases if not self._counts(case.attempt)], since)
        room = await self._provisional.room(person) if waiting else 0
        while waiting and room > 0:
            going, waiting = waiting[:room], waiting[room:]
            await self._take(going, since)
            room = self._provisional.left(person.user_id)
            if room == MAXIMUM_OPEN:
                room = len(waiting)
        metrics.CAPPED.inc(len(waiting))
        for case in waiting:
            case.answer = TooManyOpenError()

    def _counts(self, attempt: pb.Attempt | None) -> bool:
        """Whether an attempt may become one more that is open: not what is open already, or what staff vouch for."""
        assert attempt is not None
        return not attempt.actor_id and not self._provisional.is_open(attempt.user_id, attempt.attempt_id)

    async def _entitle(self, staff: Claims, cases: Sequence[_Case]) -> dict[bytes, ServiceError]:
        """Gives those that may not be taken their answer, and the others whom they mean.

        Returns:
            Why the caller may not check others in, by activity.
        """
        theirs: dict[bytes, list[_Case]] = {}
        for case in cases:
            if case.attempt is not None and case.attempt.actor_id:
                theirs.setdefault(case.attempt.activity_id, []).append(case)
        refusals = await self._refusals(staff, theirs)
        for activity_id, refusal in refusals.items():
            for case in theirs.pop(activity_id):
                case.answer = refusal
        await asyncio.gather(*(self._name(staff, *each) for each in theirs.items()))
        return refusals

    async def _name(self, staff: Claims, activity_id: bytes, cases: Sequence[_Case]) -> None:
        """Asks once as whom all those check in of whom only the activity service can tell."""
        unknown = [case for case in cases if case.asked]
        if not unknown:
            return
        found: Sequence[door_pb2.DoorPerson | ServiceError]
        try:
            found = await self._resolve(staff, activity_id, [case.asked for case in unknown if case.asked])
        except ServiceError as error:
            found = [error] * len(unknown)
        for case, person in zip(unknown, found, strict=True):
            if isinstance(person, ServiceError):
                case.answer = person
            else:
                _tell_who(case, person.user_id, staff.user_id)

    async def _refusals(self, staff: Claims, activity_ids: Collection[bytes]) -> dict[bytes, ServiceError]:
        """Why a person may not check others in, by activity; nothing for those where they may."""

        async def ask(activity_id: bytes) -> ServiceError | None:
            try:
                await self._admit_staff(staff, activity_id)
            except ServiceError as error:
                return error
            return None

        answers = await asyncio.gather(*map(ask, activity_ids))
        return {activity_id: error for activity_id, error in zip(activity_ids, answers, strict=True) if error}

    async def _take(self, cases: Iterable[_Case], since: float) -> None:
        context = telemetry.current_context()

        async def take(case: _Case) -> None:
            assert case.attempt is not None
            try:
                case.answer = await self._line.submit(case.attempt, context, since)
            except ServiceError as error:
                case.answer = error
            else:
                if not case.attempt.actor_id:
                    self._provisional.note(case.answer)

        await asyncio.gather(*(take(case) for case in cases))

    def _results(self, cases: Sequence[_Case], name: str, request_id: str) -> list[Result]:
        """The results; an attempt that comes again has the answer of its first."""
        first: dict[_Key, _Answer | None] = {}
        for case in cases:
            if case.attempt is not None:
                case.answer = case.answer or first.get(case.key)
                first.setdefault(case.key, case.answer)
        return [self._result(case, f"{name}.{index}", request_id) for index, case in enumerate(cases)]

    def _result(self, case: _Case, where: str, request_id: str) -> Result:
        attempt, answer = case.attempt, case.answer
        assert answer is not None
        is_staff = attempt is not None and bool(attempt.actor_id)
        # What the caller calls it: a staff attempt has another id inside.
        name, subject = _said(case.item, "attempt_id"), _subject(case)
        if isinstance(answer, pb.Checkin):
            view = to_staff_answer(answer) if is_staff else to_answer(answer)
            view.checkin.attempt_id = name or view.checkin.attempt_id
            return Result(name, view.checkin.outcome, False, subject, view.checkin, view.message)
        problem = problems.to_problem(answer, request_id)
        for fault in problem.errors:
            fault.field = f"{where}.{fault.field}"
        receipt = self._receipts.give(case.as_sent) if attempt is not None and answer.kind is Kind.UNAVAILABLE else ""
        vocabulary = TO_STAFF if is_staff else TO_PERSON
        message = texts.failure(problem.reason, bool(receipt), problem.metadata, vocabulary)
        return Result(name, None, answer.kind in _PASSING, subject, None, message, problem, receipt)


def _read_attempt(item: bytes, person: Claims, received_at: int) -> _Item:
    """One item of a sync that people send for themselves."""
    request = attempts.decode(item)
    return attempts.to_attempt(request, person.user_id, received_at), request.receipt, None


def _tell_who(case: _Case, user_id: bytes, actor_id: bytes) -> None:
    """Says as whom somebody checks in for whom the activity service vouches."""
    assert case.attempt is not None
    try:
        require_another(user_id, actor_id)
    except PermissionDeniedError as error:
        case.answer = error
    else:
        case.attempt.user_id, case.attempt.is_vouched = user_id, True


def _subject(case: _Case) -> str | None:
    """Whom staff check in, as far as it is known; None of one's own attempts."""
    if case.attempt is None:
        return _said(case.item, "user_id")
    is_known = case.attempt.actor_id and case.attempt.user_id != NOBODY
    return to_text(case.attempt.user_id) if is_known else None


def _distinct(cases: Sequence[_Case]) -> list[_Case]:
    """The first of each attempt that may be taken; one that comes again with another body has its answer."""
    first: dict[_Key, _Case] = {}
    for case in cases:
        if case.attempt is not None and case.answer is None:
            known = first.setdefault(case.key, case).attempt
            assert known is not None
            if known.body_hash != case.attempt.body_hash:
                case.answer = ConflictError("this attempt_id comes twice here with different bodies; make a new one")
    return list(first.values())


def _too_many_syncs() -> OverloadedError:
    return OverloadedError("too many phones sync at this moment; try again")


class _Said(msgspec.Struct):
    attempt_id: Any = None
    user_id: Any = None
    method: Any = None


_decode_said = msgspec.json.Decoder(_Said).decode


def _said(item: bytes, field: str) -> str | None:
    """What an item says in a field, however faulty the rest; so that the phone finds it again."""
    try:
        said = getattr(_decode_said(item), field)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return problems.readable(said)[:64] if isinstance(said, str) else None
