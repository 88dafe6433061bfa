"""What people still get from a gateway that has lost somebody."""

import json

import httpx
import pytest

from protos.reporting.v1 import reporting_pb2
from servicekit import ids
from servicekit.errors import UnavailableError
from tests.component.gateway.conftest import Gateway, at_once

ACTIVITY = f"/v1/activities/{ids.to_text(ids.new_id())}"


async def check_in(gateway: Gateway, **headers: str) -> httpx.Response:
    """One scan of a new person."""
    body = {"attempt_id": ids.to_text(ids.new_id()), "method": "qr", "token": "T" * 75}
    return await gateway.http.post("/v1/checkins", json=body, headers=gateway.bearer() | headers)


async def test_without_identity_signed_in_people_check_in(gateway: Gateway) -> None:
    """Keys and ended sessions are in memory; what identity itself answers is 503."""
    await gateway.lose("identity")

    assert (await check_in(gateway)).status_code == 201
    lost = await gateway.http.get("/v1/me", headers=gateway.bearer())
    assert (lost.status_code, lost.json()["reason"], bool(lost.headers["retry-after"])) == (503, "UNAVAILABLE", True)


async def test_without_redis_people_check_in(redisless: Gateway) -> None:
    """Buckets are in memory."""
    header = redisless.bearer()

    statuses, _ = await at_once(lambda: check_in(redisless, **header))

    assert statuses.keys() == {201, 429} and statuses[201] >= 5


async def test_without_redis_a_stream_still_has_numbers(redisless: Gateway) -> None:
    """They come as they can be had; what happens in between is not told."""
    redisless.services.answers["GetStats"] = reporting_pb2.Stats(checked_in=7, stale=True, event_id="0-0")

    async with redisless.http.stream("GET", f"{ACTIVITY}/live", headers=redisless.bearer()) as response:
        lines = response.aiter_lines()
        first = [await anext(lines) for _ in range(3)]

    assert response.status_code == 200
    numbers = json.loads(first[-1].removeprefix("data: "))
    assert (numbers["checked_in"], numbers["stale"]) == (7, True)


async def test_a_stream_that_lost_its_numbers_says_so(gateway: Gateway) -> None:
    """Viewers see the last ones once more, as stale, and fresh ones when reporting is back."""
    stats = reporting_pb2.Stats(checked_in=7, event_id="0-0")
    gateway.services.answers["GetStats"] = gateway.services.answers["GetLiveStats"] = stats
    seen = []
    async with gateway.http.stream("GET", f"{ACTIVITY}/live", headers=gateway.bearer(), timeout=30) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                seen.append(json.loads(line.removeprefix("data: ")))
                gateway.services.answers["GetLiveStats"] = UnavailableError("gone") if len(seen) == 1 else stats
            if len(seen) == 3:
                break

    assert [(one["checked_in"], one["stale"]) for one in seen] == [(7, False), (7, True), (7, False)]


@pytest.mark.parametrize("path", ["stats", "people", "live"])
async def test_without_reporting_its_pages_are_503(gateway: Gateway, path: str) -> None:
    """A clear problem that says when to come back, and check-ins go on."""
    await gateway.lose("reporting")

    answer = await gateway.http.get(f"{ACTIVITY}/{path}", headers=gateway.bearer())

    assert (answer.status_code, answer.json()["reason"]) == (503, "UNAVAILABLE")
    assert answer.headers["content-type"] == "application/problem+json" and answer.headers["retry-after"]
    assert (await check_in(gateway)).status_code == 201
