"""What one address or one person may ask for at the same instant, over real HTTP."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from protos.identity.v1 import identity_pb2
from protos.reporting.v1 import reporting_pb2
from servicekit import ids
from servicekit.errors import NotFoundError, UnauthenticatedError
from tests.component.conftest import Signer
from tests.component.gateway.conftest import Gateway, a_gateway, until

LIVE = f"/v1/activities/{ids.to_text(ids.new_id())}/live"
SIGN_INS = {
    "/v1/auth/wechat": ({"code": "wrong"}, "SignInWithWechat"),
    "/v1/auth/refresh": ({"refresh_token": "wrong"}, "RefreshSession"),
}


@pytest.fixture
async def strict(tls: Path, signer: Signer, redis_url: str, redis: Redis) -> AsyncIterator[Gateway]:
    """A gateway where one sign-in may fail from an address, and another one a hundred seconds later."""
    async with a_gateway(tls, signer, redis_url, redis, failed_sign_ins_per_s=0.01) as gateway:
        yield gateway


@pytest.mark.parametrize("path", SIGN_INS)
async def test_failed_sign_ins_have_a_limit_and_good_ones_have_none(strict: Gateway, path: str) -> None:
    """However many come at once; whoever has a good code never pays for it."""
    body, method = SIGN_INS[path]
    strict.services.answers[method] = identity_pb2.Session(user=identity_pb2.User(user_id=ids.new_id()))
    good = [await strict.http.post(path, json=body) for _ in range(5)]
    strict.services.answers[method] = UnauthenticatedError("this code is unknown")

    failed = await asyncio.gather(*(strict.http.post(path, json=body) for _ in range(20)))

    assert [answer.status_code for answer in good] == [200] * 5
    assert Counter(answer.status_code for answer in failed) == {401: 1, 429: 19}
    refusal = next(answer for answer in failed if answer.status_code == 429)
    assert refusal.json()["reason"] == "TOO_MANY_FAILED_SIGN_INS" and 0 < int(refusal.headers["retry-after"]) <= 101
    assert len(strict.services.requests(method)) == 6


async def test_streams_opened_at_the_same_instant_are_counted_one_by_one(gateway: Gateway) -> None:
    """Five are open before the first has its numbers; one that may not be seen, or ends, makes room."""
    header, asked, may_answer = gateway.bearer(), 0, asyncio.Event()

    async def numbers(request: Any) -> reporting_pb2.Stats:
        """What takes its time."""
        nonlocal asked
        asked += 1
        await may_answer.wait()
        return reporting_pb2.Stats(event_id="0-0")

    async def opened() -> httpx.Response:
        """Opens one more stream."""
        return await stack.enter_async_context(gateway.http.stream("GET", LIVE, headers=header))

    gateway.services.answers["GetStats"] = NotFoundError("there is no such activity")
    assert [(await gateway.http.get(LIVE, headers=header)).status_code for _ in range(6)] == [404] * 6
    gateway.services.answers["GetStats"] = numbers
    async with AsyncExitStack() as stack:
        streams = [asyncio.create_task(opened()) for _ in range(17)]
        await until(lambda: _are_done(streams, 12))
        may_answer.set()
        statuses = Counter(response.status_code for response in await asyncio.gather(*streams))
        assert (statuses, asked) == ({200: 5, 429: 12}, 5)

    async def has_room() -> bool:
        """Whether another one is let in."""
        async with gateway.http.stream("GET", LIVE, headers=header) as again:
            return again.status_code == 200

    await until(has_room)


async def _are_done(tasks: list["asyncio.Task[httpx.Response]"], count: int) -> bool:
    return sum(task.done() for task in tasks) >= count
