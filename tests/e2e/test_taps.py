"""One person, several taps: at once, again, and after an answer that never arrived."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest_asyncio

from deploy.local import launch
from protos.checkin.v1 import checkin_pb2 as pb
from protos.checkin.v1.checkin_pb2_grpc import CheckinServiceStub
from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from tests.e2e.api import Activity, Api, Json, Person, by_qr, expect, outcome
from tests.e2e.stack import (
    answers_key,
    attempts_of,
    channel_to,
    eventually,
    remembered,
    sealed,
    seat_hints,
    seats_of,
)
from tests.factories import an_attempt

if TYPE_CHECKING:
    from protos.checkin.v1.checkin_pb2_grpc import CheckinServiceAsyncStub


async def only_holder(person: Person, attempts: int) -> str:
    """The attempt that holds the person's only seat, once so many are recorded."""
    await eventually(lambda: len(attempts_of(person.user_id)) == attempts)
    [seat] = seats_of(person.user_id)
    return ids.to_text(seat["holder"])


async def test_two_taps_at_once(activity: Activity, person: Person) -> None:
    """Of two attempts at the same instant one is accepted, the other its duplicate, and one holds the seat."""
    token = await activity.token()
    taps = [by_qr(token), by_qr(token)]

    answers = await asyncio.gather(*(person.check_in(tap) for tap in taps))

    checkins = {outcome(answer): answer.json()["checkin"] for answer in answers}
    assert set(checkins) == {"accepted", "duplicate"}
    accepted, duplicate = checkins["accepted"], checkins["duplicate"]
    assert duplicate["duplicate_of"] == {"id": accepted["id"], "checked_in_at": accepted["checked_in_at"]}
    assert await only_holder(person, attempts=2) == accepted["attempt_id"]
    assert [(await person.record(one["id"]))["outcome"] for one in (accepted, duplicate)] == ["accepted", "duplicate"]


async def test_the_same_attempt_twice_at_once(activity: Activity, person: Person) -> None:
    """An attempt sent twice at the same instant is accepted twice and is one record."""
    tap = by_qr(await activity.token())

    answers = await asyncio.gather(person.check_in(tap), person.check_in(tap))

    assert [outcome(answer) for answer in answers] == ["accepted", "accepted"]
    assert len({answer.json()["checkin"]["id"] for answer in answers}) == 1
    assert await only_holder(person, attempts=1) == tap["attempt_id"]
    assert len(expect(await person.get("/v1/me/checkins"))["checkins"]) == 1


async def test_many_taps_of_many_people(api: Api, activity: Activity) -> None:
    """Everybody of a crowd that taps twice is checked in once."""
    crowd = await asyncio.gather(*(api.sign_in() for _ in range(20)))
    token = await activity.token()

    answers = await asyncio.gather(*(person.check_in(by_qr(token)) for person in (*crowd, *crowd)))

    assert sorted(map(outcome, answers)) == ["accepted"] * 20 + ["duplicate"] * 20

    async def counted() -> bool:
        return bool((await activity.stats())["checked_in"] == 20)

    await eventually(counted)


def expiring(activity: Activity) -> str:
    """A token of life 10 s, and 5 s of grace, that has seven to eight seconds left."""
    return sealed(activity.occurrence_id, issued_s_ago=7, life_s=10)


async def expired(api: Api, token: str) -> None:
    """Returns once nobody can check in with this token any more."""

    async def refused() -> bool:
        probe = await (await api.sign_in()).check_in(by_qr(token))
        return bool(probe.json().get("reason") == "QR_EXPIRED")

    await eventually(refused)


@asynccontextmanager
async def unanswered(person: Person, tap: Json) -> AsyncIterator[None]:
    """Sends an attempt and never reads the answer."""
    url, body = person.http.base_url, json.dumps(tap).encode()
    headers = {"host": url.host, "content-type": "application/json", "content-length": len(body), **person.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"POST /v1/checkins HTTP/1.1\r\n{head}\r\n".encode() + body)
    try:
        yield
    finally:
        writer.close()


async def test_a_retry_after_a_lost_answer_when_the_token_has_expired(
    api: Api, activity: Activity, person: Person
) -> None:
    """The phone that got no answer sends the same attempt later and gets the answer of its first try."""
    tap = by_qr(expiring(activity))
    async with unanswered(person, tap):
        await eventually(lambda: attempts_of(person.user_id))
    await expired(api, tap["token"])

    response = await person.check_in(tap)

    checkin = expect(response, 201)["checkin"]
    assert checkin["outcome"] == "accepted"
    assert await only_holder(person, attempts=1) == tap["attempt_id"]
    assert (await person.record(checkin["id"]))["checked_in_at"] == checkin["checked_in_at"]


async def test_a_new_attempt_with_an_expired_token_gets_no_such_answer(
    api: Api, activity: Activity, person: Person
) -> None:
    """Only the attempt that came in time is remembered: a new one reads as the duplicate of it."""
    token = expiring(activity)
    assert outcome(await person.check_in(by_qr(token))) == "accepted"
    await expired(api, token)
    assert outcome(await person.check_in(by_qr(token))) == "duplicate"


@pytest_asyncio.fixture(loop_scope="session")
async def checkin() -> AsyncIterator["CheckinServiceAsyncStub"]:
    """The checkin service as the gateway sees it."""
    running = launch.running("checkin")
    assert running is not None
    async with channel_to("checkin", running.ports["grpc"]) as channel:
        yield CheckinServiceStub(channel)


async def test_a_retry_long_after_every_cache_has_forgotten(
    activity: Activity, person: Person, checkin: "CheckinServiceAsyncStub"
) -> None:
    """An hour later only MySQL remembers, and the answer is still the first one."""
    attempt = an_attempt(user_id=ids.from_text(person.user_id), received_at=now_us(), token=await activity.token())
    first = await _judged(checkin, attempt)
    await eventually(lambda: attempts_of(person.user_id))
    attempt.received_at += 3600 * SECOND_US
    with remembered() as redis:
        assert redis.delete(seat_hints(activity.occurrence_id), answers_key(person.user_id)) == 2

    again = await _judged(checkin, attempt)

    assert again.checkin.outcome == first.checkin.outcome == pb.OUTCOME_ACCEPTED
    assert again.checkin.checked_in_at == first.checkin.checked_in_at
    await eventually(lambda: attempts_of(person.user_id)[0]["revision"] == 2)
    assert await only_holder(person, attempts=1) == ids.to_text(attempt.attempt_id)


async def _judged(checkin: "CheckinServiceAsyncStub", attempt: pb.Attempt) -> pb.CheckinResult:
    answer = await checkin.BatchCreateCheckins(pb.BatchCreateCheckinsRequest(attempts=[attempt]), timeout=10)
    return answer.results[0]


async def test_the_same_attempt_id_with_another_body(activity: Activity, person: Person) -> None:
    """An attempt_id names one attempt: used for another, it conflicts and changes nothing."""
    tap = by_qr(await activity.token())
    assert outcome(await person.check_in(tap)) == "accepted"

    response: httpx.Response = await person.check_in(tap | {"gate": "东门"})

    assert expect(response, 409)["reason"] == "CONFLICT"
    assert await only_holder(person, attempts=1) == tap["attempt_id"]
    # What a phone measures anew with each send is no other body.
    assert outcome(await person.check_in(tap | {"elapsed_ms": 900, "client": {"scan_ms": 3}})) == "accepted"
