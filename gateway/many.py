"""Several attempts of one request: each has an answer of its own, and a bad one never blocks the rest.

Control comes from `routes/sync.py` with what waited on a phone. All of them go into the line (`line.py`) at once.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from gateway import attempts, problems, texts
from gateway.answers import Checkin, to_answer
from gateway.line import Line
from gateway.provisional import MAXIMUM_OPEN, Provisional, TooManyOpenError
from gateway.receipts import Receipts
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import FieldError, InvalidArgumentError, Kind, ServiceError
from servicekit.ids import to_text
from servicekit.tokens import Claims

_PASSING = (Kind.UNAVAILABLE, Kind.RATE_LIMITED, Kind.INTERNAL)


class Result(msgspec.Struct, omit_defaults=True):
    """What became of one attempt: with an `outcome` it is kept, with a `problem` it is not.

    Without an outcome, `retryable` says whether sending it again, with the `receipt` if there is one, can help; what
    cannot be retried stays on the phone for the person to see.
    """

    attempt_id: str | None
    outcome: str | None
    retryable: bool
    checkin: Checkin | None = None
    message: str = ""
    problem: problems.Problem | None = None
    receipt: str = ""


class Many:
    """Takes several attempts of one person."""

    def __init__(self, line: Line, receipts: Receipts, provisional: Provisional) -> None:
        self._line = line
        self._receipts = receipts
        self._provisional = provisional

    async def sync(
        self, person: Claims, items: Sequence[msgspec.Raw], received_at: int, request_id: str
    ) -> list[Result]:
        """A result per attempt that waited on a phone, in order."""
        read = [self._read(item, index, person.user_id, received_at) for index, item in enumerate(items)]
        room = await self._provisional.room(person)
        # Nothing open: all may pass, for most of them will be decided at once.
        answers = (self._take(one, index < room or room == MAXIMUM_OPEN) for index, one in enumerate(read))
        results = await asyncio.gather(*answers)
        return [
            self._result(one, item, answer, request_id) for one, item, answer in zip(read, items, results, strict=True)
        ]

    def _read(
        self, item: msgspec.Raw, index: int, user_id: bytes, received_at: int
    ) -> pb.Attempt | InvalidArgumentError:
        try:
            request = attempts.decode(bytes(item))
            attempt = attempts.to_attempt(request, user_id, received_at)
        except InvalidArgumentError as error:
            return _within(error, index)
        attempt.is_offline = True
        if request.receipt:
            self._receipts.honour(request.receipt, attempt)
        return attempt

    async def _take(self, attempt: pb.Attempt | InvalidArgumentError, has_room: bool) -> pb.Checkin | ServiceError:
        if isinstance(attempt, InvalidArgumentError):
            return attempt
        if not has_room and not self._provisional.is_open(attempt.user_id, attempt.attempt_id):
            return TooManyOpenError()
        try:
            record = await self._line.submit(attempt, None)
        except ServiceError as error:
            return error
        self._provisional.note(record)
        return record

    def _result(
        self,
        attempt: pb.Attempt | InvalidArgumentError,
        item: msgspec.Raw,
        answer: pb.Checkin | ServiceError,
        request_id: str,
    ) -> Result:
        if isinstance(answer, pb.Checkin):
            view = to_answer(answer)
            return Result(view.checkin.attempt_id, view.checkin.outcome, False, view.checkin, view.message)
        can_pass = answer.kind in _PASSING
        problem = problems.to_problem(answer, request_id)
        problem.message = texts.failure(problem.reason, is_saved=can_pass)
        if isinstance(attempt, pb.Attempt):
            receipt = self._receipts.give(attempt) if answer.kind is Kind.UNAVAILABLE else ""
            return Result(to_text(attempt.attempt_id), None, can_pass, problem=problem, receipt=receipt)
        return Result(_claimed_id(item), None, can_pass, problem=problem)


class _Named(msgspec.Struct):
    attempt_id: Any = None


def _claimed_id(item: msgspec.Raw) -> str | None:
    """What a faulty item calls itself, so that the phone finds it again."""
    try:
        name = msgspec.json.decode(item, type=_Named).attempt_id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return problems.readable(name)[:64] if isinstance(name, str) else None


def _within(error: InvalidArgumentError, index: int) -> InvalidArgumentError:
    """The error of an item, told from the whole body's point of view."""
    fields = [FieldError(f"attempts.{index}.{field.field}", field.message) for field in error.fields]
    return type(error)(error.detail, fields=fields)
