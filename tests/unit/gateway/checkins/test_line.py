"""The line in front of checkin: who goes together, who is turned away, and what becomes of a lost batch."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest

from domainkit.nfc_tags import TagKeys
from gateway.checkins.fallback import BatchLostError
from gateway.checkins.line import ANSWER_S, Line, OverloadedError, WaitedTooLongError
from gateway.http.buckets import Drain
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.errors import UnavailableError
from servicekit.rpc.status import to_status

FULL = 256


def an_attempt() -> pb.Attempt:
    """One person's attempt."""
    return pb.Attempt(user_id=ids.new_id(), attempt_id=ids.new_id(), token="T")


def touching(token: str) -> pb.Attempt:
    """Somebody brings what a tag said."""
    return pb.Attempt(user_id=ids.new_id(), attempt_id=ids.new_id(), method=pb.METHOD_NFC, token=token)


async def nobody(attempts: Sequence[pb.Attempt], within_s: float) -> Sequence[pb.Checkin | Exception]:
    """A fallback that takes nothing."""
    raise BatchLostError("nothing durable")


class Checkin:
    """Answers batches when it is let."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()

    async def __call__(self, request: pb.BatchCreateCheckinsRequest, **_: object) -> pb.BatchCreateCheckinsResponse:
        """Answers a batch once it may."""
        await self.may_answer.wait()
        records = [pb.Checkin(attempt_id=attempt.attempt_id) for attempt in request.attempts]
        return pb.BatchCreateCheckinsResponse(results=[pb.CheckinResult(checkin=record) for record in records])


async def submitted(line: Line, count: int) -> list[asyncio.Task[pb.Checkin]]:
    """Attempts in the line, as far as they go without an answer."""
    tasks = [asyncio.create_task(line.submit(an_attempt(), None, time.monotonic())) for _ in range(count)]
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


async def test_who_touches_a_tag_is_one_party_with_all_who_do() -> None:
    """No two readings are the same, and still whoever scans at another activity gets half of a full batch."""
    checkin, keys, activity_id = Checkin(), TagKeys({1: bytes(32)}), ids.new_id()
    sent: list[int] = []

    async def counting(request: pb.BatchCreateCheckinsRequest, **given: Any) -> pb.BatchCreateCheckinsResponse:
        sent.append(sum(attempt.method == pb.METHOD_NFC for attempt in request.attempts))
        return await checkin(request, **given)

    line, text = Line(counting, nobody), keys.text(ids.new_id(), activity_id)
    readings = (f"{text}.{number:032x}.{number:016x}" for number in range(2 * FULL))
    touches = [touching(reading) for reading in readings]
    scans = [an_attempt() for _ in range(FULL)]
    first = await submitted(line, 1)
    waiting = [asyncio.create_task(line.submit(each, None, time.monotonic())) for each in (*touches, *scans)]
    for _ in range(3):
        await asyncio.sleep(0)
    checkin.may_answer.set()
    await asyncio.gather(*first, *waiting)

    assert sent[:2] == [0, FULL // 2] and sum(sent) == 2 * FULL


async def test_a_short_answer_is_a_lost_batch() -> None:
    """Results that do not match the batch are believed by nobody in it."""

    async def nothing(request: pb.BatchCreateCheckinsRequest, **_: object) -> pb.BatchCreateCheckinsResponse:
        """An answer without results."""
        return pb.BatchCreateCheckinsResponse()

    with pytest.raises(BatchLostError):
        await Line(nothing, nobody).submit(an_attempt(), None, time.monotonic())


class Fallback:
    """Takes everything, and keeps in what portions."""

    def __init__(self) -> None:
        self.batches: list[Sequence[pb.Attempt]] = []
        self.within_s: list[float] = []

    async def __call__(self, attempts: Sequence[pb.Attempt], within_s: float) -> Sequence[pb.Checkin | Exception]:
        """Takes a portion."""
        self.batches.append(attempts)
        self.within_s.append(within_s)
        return [pb.Checkin(attempt_id=attempt.attempt_id) for attempt in attempts]


class Gone:
    """A checkin that is not there: how often it was asked, and how long it was given."""

    def __init__(self) -> None:
        self.asked = 0
        self.timeouts_s: list[float] = []

    async def __call__(self, request: pb.BatchCreateCheckinsRequest, **given: Any) -> pb.BatchCreateCheckinsResponse:
        """Is gone."""
        self.asked += 1
        self.timeouts_s.append(given["timeout"])
        raise UnavailableError("gone")


async def test_a_lost_batch_goes_to_the_fallback() -> None:
    """Everybody in it is answered all the same; after two of them checkin is left alone."""
    checkin, fallback = Gone(), Fallback()
    line = Line(checkin, fallback)
    attempts = [an_attempt() for _ in range(4)]

    records = [await line.submit(attempt, None, time.monotonic()) for attempt in attempts]

    assert [record.attempt_id for record in records] == [attempt.attempt_id for attempt in attempts]
    assert (checkin.asked, len(fallback.batches)) == (2, 4)


async def test_all_who_can_take_it_share_the_time_of_one_answer() -> None:
    """What an attempt waited before is missing from checkin's time, and what both took from the fallback's."""
    checkin, fallback = Gone(), Fallback()
    line = Line(checkin, fallback)

    await line.submit(an_attempt(), None, time.monotonic())
    await line.submit(an_attempt(), None, time.monotonic() - 1.5)

    assert checkin.timeouts_s[0] == 2.0 and 0.3 <= checkin.timeouts_s[1] <= 0.9
    assert 2.0 < fallback.within_s[0] <= ANSWER_S and 0.2 <= fallback.within_s[1] <= 1.5


async def test_who_has_waited_too_long_is_answered_at_once() -> None:
    """Nobody else in the batch pays for it, and nobody is asked about an answer that would come too late."""
    checkin, fallback = Gone(), Fallback()
    line = Line(checkin, fallback)
    late, early = (
        asyncio.ensure_future(line.submit(an_attempt(), None, time.monotonic() - waited_s))
        for waited_s in (ANSWER_S, 0.0)
    )
    await asyncio.wait((late, early))

    assert isinstance(late.exception(), WaitedTooLongError)
    assert [early.result().attempt_id] == [attempt.attempt_id for attempt in fallback.batches[0]]


async def test_what_is_wrong_with_one_attempt_is_no_lost_batch() -> None:
    """Its own status is its answer, and the fallback is not asked."""

    async def refuse(request: pb.BatchCreateCheckinsRequest, **_: object) -> pb.BatchCreateCheckinsResponse:
        """One status."""
        status = to_status(UnavailableError("the activity cannot be looked up"))
        return pb.BatchCreateCheckinsResponse(results=[pb.CheckinResult(status=status)])

    fallback = Fallback()
    with pytest.raises(UnavailableError, match="looked up"):
        await Line(refuse, fallback).submit(an_attempt(), None, time.monotonic())

    assert not fallback.batches


class Keeper(Checkin):
    """Answers batches when it is let, and keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[pb.Attempt]] = []

    async def __call__(self, request: pb.BatchCreateCheckinsRequest, **_: object) -> pb.BatchCreateCheckinsResponse:
        """Keeps a batch, and answers it."""
        self.batches.append(list(request.attempts))
        return await super().__call__(request)


async def test_people_at_a_door_keep_half_of_each_batch() -> None:
    """A thousand attempts that waited on phones, each with a QR of its own, are one party to the fairness."""
    checkin = Keeper()
    line = Line(checkin, nobody)
    first = await submitted(line, 1)
    offline = [_offline(str(number)) for number in range(1_000)]
    everybody = [asyncio.ensure_future(line.submit(attempt, None, time.monotonic())) for attempt in offline]
    everybody += await submitted(line, 300)
    checkin.may_answer.set()
    await asyncio.gather(*first, *everybody)

    sizes = [(len(batch), sum(attempt.is_offline for attempt in batch)) for batch in checkin.batches]
    with_both = [(size, waited) for size, waited in sizes if 0 < waited < size == FULL]
    assert with_both and all(waited <= FULL / 2 for _, waited in with_both[:2])


async def test_whom_staff_scan_is_one_party_however_many_codes_they_show() -> None:
    """Each has a code of their own, and all are of one activity: people with phones keep half of each batch."""
    checkin = Keeper()
    line = Line(checkin, nobody)
    first = await submitted(line, 1)
    activity_id, staff = ids.new_id(), ids.new_id()
    shown = [_shown(str(number), activity_id, staff) for number in range(1_000)]
    everybody = [asyncio.ensure_future(line.submit(attempt, None, time.monotonic())) for attempt in shown]
    everybody += await submitted(line, 300)
    checkin.may_answer.set()
    await asyncio.gather(*first, *everybody)

    sizes = [(len(batch), sum(bool(attempt.actor_id) for attempt in batch)) for batch in checkin.batches]
    with_both = [(size, scanned) for size, scanned in sizes if 0 < scanned < size == FULL]
    assert with_both and all(scanned <= FULL / 2 for _, scanned in with_both[:2])


def _shown(token: str, activity_id: bytes, actor_id: bytes) -> pb.Attempt:
    attempt = pb.Attempt(user_id=ids.new_id(), attempt_id=ids.new_id(), token=token)
    attempt.activity_id, attempt.actor_id = activity_id, actor_id
    return attempt


def _offline(token: str, user_id: bytes = b"") -> pb.Attempt:
    return pb.Attempt(user_id=user_id or ids.new_id(), attempt_id=ids.new_id(), token=token, is_offline=True)


async def test_attempts_of_one_sync_share_a_batch() -> None:
    """A person's taps go one after the other, what waited on their phone goes together."""
    checkin, user_id = Keeper(), ids.new_id()
    checkin.may_answer.set()
    line = Line(checkin, nobody)

    await asyncio.gather(*(line.submit(_offline(str(number), user_id), None, time.monotonic()) for number in range(5)))

    assert [len(batch) for batch in checkin.batches] == [5]
