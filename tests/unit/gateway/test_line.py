"""The line in front of checkin turns people away before the wait gets long."""

import asyncio
from collections.abc import Sequence

import pytest

from gateway.fallback import BatchLostError
from gateway.line import Line, OverloadedError
from gateway.ratelimit import Drain
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids

FULL = 256


def an_attempt() -> pb.Attempt:
    """One person's attempt."""
    return pb.Attempt(user_id=ids.new_id(), attempt_id=ids.new_id(), token="T")


async def nobody(attempts: Sequence[pb.Attempt]) -> Sequence[pb.Checkin | Exception]:
    """A fallback that takes nothing."""
    raise BatchLostError("nothing durable")


class Checkin:
    """Answers batches when it is let."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()

    async def __call__(self, request: pb.BatchCreateCheckinsRequest, **_: object) -> pb.BatchCreateCheckinsResponse:
        await self.may_answer.wait()
        records = [pb.Checkin(attempt_id=attempt.attempt_id) for attempt in request.attempts]
        return pb.BatchCreateCheckinsResponse(results=[pb.CheckinResult(checkin=record) for record in records])


async def submitted(line: Line, count: int) -> list[asyncio.Task[pb.Checkin]]:
    """Attempts in the line, as far as they go without an answer."""
    tasks = [asyncio.create_task(line.submit(an_attempt(), None)) for _ in range(count)]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_a_long_wait_is_refused_at_once() -> None:
    """Behind a full batch that takes 4 s nobody else is let in, and those inside are answered."""
    now = 100.0
    drain = Drain(full=FULL, clock=lambda: now)
    drain.batch_ended(FULL, now - 4)
    checkin = Checkin()
    line = Line(checkin, nobody, drain)
    everybody = [task for _ in range(6) for task in await submitted(line, FULL)]

    refused = [task for task in everybody if task.done()]
    checkin.may_answer.set()
    inside = await asyncio.gather(*(task for task in everybody if task not in refused))

    assert {type(task.exception()) for task in refused} == {OverloadedError}
    assert len(inside) >= FULL


async def test_an_unmeasured_line_takes_a_rush() -> None:
    """A thousand at the same instant are no overload as long as nothing was found slow."""
    checkin = Checkin()
    line = Line(checkin, nobody)
    inside = await submitted(line, 1_000)
    checkin.may_answer.set()

    assert len(await asyncio.gather(*inside)) == 1_000


async def test_a_short_answer_is_a_lost_batch() -> None:
    """Results that do not match the batch are believed by nobody in it."""

    async def nothing(request: pb.BatchCreateCheckinsRequest, **_: object) -> pb.BatchCreateCheckinsResponse:
        """An answer without results."""
        return pb.BatchCreateCheckinsResponse()

    with pytest.raises(BatchLostError):
        await Line(nothing, nobody).submit(an_attempt(), None)
