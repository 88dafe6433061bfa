"""Live streams over real HTTP and a real Redis."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from protos.identity.v1 import identity_pb2
from protos.reporting.v1 import reporting_pb2 as pb
from servicekit import ids
from servicekit.errors import NotFoundError
from tests.component.gateway.conftest import Gateway, session_of

ACTIVITY = ids.new_id()
PATH = f"/v1/activities/{ids.to_text(ACTIVITY)}/live"
KEY = f"reporting:live:{{{ids.to_text(ACTIVITY)}}}"

Event = dict[str, Any]


class Numbers:
    """What reporting answers: a count a test moves, and the newest id of the stream."""

    def __init__(self, gateway: Gateway) -> None:
        self.checked_in = 0
        self._gateway = gateway
        gateway.services.answers["GetStats"] = self.stats

    async def stats(self, request: pb.GetStatsRequest) -> pb.Stats:
        """The numbers now."""
        newest = await self._gateway.redis.xrevrange(KEY, count=1)
        event_id = newest[0][0].decode() if newest else "0-0"
        return pb.Stats(activity_id=request.activity_id, checked_in=self.checked_in, event_id=event_id)

    async def check_in(self, *people: bytes) -> str:
        """People come; the id of the stream's entry."""
        self.checked_in += len(people)
        events = [pb.LiveEvent(user_id=one, status=pb.STATUS_CHECKED_IN, method="qr") for one in people]
        batch = pb.LiveBatch(events=events).SerializeToString()
        event_id: bytes = await self._gateway.redis.xadd(KEY, {"e": batch})
        return event_id.decode()


@pytest.fixture
def numbers(gateway: Gateway) -> Numbers:
    """See `Numbers`."""
    return Numbers(gateway)


@asynccontextmanager
async def watching(gateway: Gateway, **headers: str) -> AsyncIterator[AsyncIterator[Event]]:
    """The events of an open stream."""
    head = {**gateway.bearer(), **headers}
    async with asyncio.timeout(10), gateway.http.stream("GET", PATH, headers=head) as response:
        assert response.status_code == 200 and response.headers["content-type"].startswith("text/event-stream")
        yield _events(response.aiter_lines())


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    event: Event = {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if name:
            event[name] = json.loads(value) if name == "data" else value
        elif event:
            yield event
            event = {}


async def test_numbers_come_first_and_then_what_happens(gateway: Gateway, numbers: Numbers) -> None:
    """A viewer gets a snapshot, then who came, then the new numbers, within a second."""
    person = ids.new_id()
    async with watching(gateway) as events:
        first = await anext(events)
        event_id = await numbers.check_in(person)
        came, after = await anext(events), await anext(events)

    assert (first["event"], first["id"], first["data"]["checked_in"]) == ("stats", "0-0", 0)
    assert (came["event"], came["id"], came["data"]["user_id"]) == ("checkin", event_id, ids.to_text(person))
    assert came["data"]["status"] == "checked_in" and came["data"]["method"] == "qr"
    assert (after["event"], after["data"]["checked_in"]) == ("stats", 1) and "id" not in after


@pytest.mark.parametrize(
    "fields", [{"e": b"\xff\xff"}, {"other": b""}, {"e": pb.LiveBatch(events=[pb.LiveEvent(checked_in_at=2**62)])}]
)
async def test_an_entry_that_cannot_be_read_is_passed_over(
    gateway: Gateway, numbers: Numbers, fields: dict[str, Any]
) -> None:
    """What ended every stream of the gateway, and the gateway, says nothing; what comes after it is told."""
    person = ids.new_id()
    async with watching(gateway) as events:
        await anext(events)
        values = {name: each if isinstance(each, bytes) else each.SerializeToString() for name, each in fields.items()}
        await gateway.redis.xadd(KEY, values)
        await numbers.check_in(person)
        told = await anext(event async for event in events if event["event"] == "checkin")
    assert told["data"]["user_id"] == ids.to_text(person)


async def test_viewers_share_one_question(gateway: Gateway, numbers: Numbers) -> None:
    """However many watch, an entry costs one read and one call of reporting."""
    async with watching(gateway) as one, watching(gateway) as other:
        await anext(one), await anext(other)
        asked = len(gateway.services.requests("GetStats"))
        await numbers.check_in(ids.new_id())
        seen = [[(await anext(events))["event"] for _ in range(2)] for events in (one, other)]

    assert seen == [["checkin", "stats"]] * 2
    assert len(gateway.services.requests("GetStats")) == asked + 1


async def test_a_broken_stream_goes_on_where_it_was(gateway: Gateway, numbers: Numbers) -> None:
    """With Last-Event-ID nothing in between is lost, however many came in one entry."""
    seen = await numbers.check_in(ids.new_id())
    people = [ids.new_id() for _ in range(3)]
    last = await numbers.check_in(*people)

    async with watching(gateway, **{"last-event-id": seen}) as events:
        first = await anext(events)
        missed = [await anext(events) for _ in people]

    assert first["data"]["checked_in"] == 4 and "id" not in first
    assert [event["data"]["user_id"] for event in missed] == [ids.to_text(person) for person in people]
    assert [event.get("id") for event in missed] == [None, None, last]


async def test_a_later_viewer_misses_nothing(gateway: Gateway, numbers: Numbers) -> None:
    """Somebody who resumes on a channel that is ahead gets what lies between."""
    async with watching(gateway) as early:
        await anext(early)
        seen = await numbers.check_in(ids.new_id())
        await numbers.check_in(later := ids.new_id())
        while (await anext(early)).get("data", {}).get("user_id") != ids.to_text(later):
            pass
        async with watching(gateway, **{"last-event-id": seen}) as events:
            await anext(events)
            missed = await anext(events)

    assert missed["data"]["user_id"] == ids.to_text(later)


async def test_who_may_not_see_gets_no_stream(gateway: Gateway) -> None:
    """The right is checked before the first byte."""
    gateway.services.answers["GetStats"] = NotFoundError("there is no such activity")

    answer = await gateway.http.get(PATH, headers=gateway.bearer())

    assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND")


async def test_a_person_has_five_streams_at_most(gateway: Gateway, numbers: Numbers) -> None:
    """The sixth is refused until one of them ends."""
    header = gateway.bearer(ids.new_id())
    async with AsyncExitStack() as open_streams:
        streams = [await open_streams.enter_async_context(watching(gateway, **header)) for _ in range(5)]
        for events in streams:
            await anext(events)
        refused = await gateway.http.get(PATH, headers=header)

    assert (refused.status_code, refused.json()["reason"]) == (429, "TOO_MANY_STREAMS")


async def test_a_stream_ends_with_its_session(gateway: Gateway, numbers: Numbers) -> None:
    """Revocation closes what is open."""
    header = gateway.bearer(ids.new_id())
    session = session_of(header)
    async with watching(gateway, **header) as events:
        await anext(events)
        ended = identity_pb2.ListRevokedSessionsResponse(session_ids=[session])
        gateway.services.answers["ListRevokedSessions"] = ended
        await gateway.redis.publish("identity:revoked", session)
        rest = [event async for event in events]

    assert rest == []
