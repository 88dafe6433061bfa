"""Live streams over real HTTP and a real Redis."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from types import MappingProxyType
from typing import Any

import pytest

from protos.activity.v1 import activity_pb2
from protos.identity.v1 import identity_pb2
from protos.reporting.v1 import reporting_pb2 as pb
from servicekit import ids
from servicekit.errors import (
    InternalError,
    NotFoundError,
    PermissionDeniedError,
    ServiceError,
    UnauthenticatedError,
    UnavailableError,
)
from tests.component.gateway.conftest import Gateway, session_of, until

ACTIVITY = ids.new_id()
PATH = f"/v1/activities/{ids.to_text(ACTIVITY)}/live"
KEY = f"reporting:live:{{{ids.to_text(ACTIVITY)}}}"

Event = dict[str, Any]


class Numbers:
    """What reporting answers: a count a test moves, and the newest id of the stream.

    Attributes:
        strangers: People who may not see the numbers.
        error: What the gateway gets instead of the numbers that its viewers share.
        newest, before: The window that has opened last, and how many came to any other one.
    """

    def __init__(self, gateway: Gateway) -> None:
        self.checked_in = 0
        self.before = 0
        self.newest = ids.new_id()
        self.came = 0
        self.by_minute: dict[tuple[int, int], int] = {}
        self.strangers: set[bytes] = set()
        self.error: ServiceError | None = None
        self._gateway = gateway
        gateway.services.answers["GetStats"] = self.of_person
        gateway.services.answers["GetLiveStats"] = self.of_gateway

    async def of_person(self, request: pb.GetStatsRequest) -> pb.Stats:
        """The numbers now, for the person who asks."""
        if self._gateway.services.calls[-1][2] in self.strangers:
            raise NotFoundError("there is no such activity")
        return await self._stats(request)

    async def of_gateway(self, request: pb.GetLiveStatsRequest) -> pb.Stats:
        """The numbers now, for whoever watches."""
        if self.error:
            raise self.error
        return await self._stats(request)

    async def _stats(self, request: pb.GetStatsRequest | pb.GetLiveStatsRequest) -> pb.Stats:
        newest: Any = await self._gateway.redis.xrevrange(KEY, count=1)
        event_id = newest[0][0].decode() if newest else "0-0"
        stats = pb.Stats(activity_id=request.activity_id, checked_in=self.checked_in, event_id=event_id)
        stats.occurrence_id = request.occurrence_id or self.newest
        if stats.occurrence_id != self.newest:
            stats.checked_in = self.before
        stats.came, stats.has_expected = self.came, True
        for (minute, span_s), count in self.by_minute.items():
            stats.by_minute.add(minute_at=minute * 60_000_000, count=count, span_s=span_s)
        return stats

    async def check_in(self, *people: bytes) -> str:
        """People come; the id of the stream's entry."""
        self.checked_in += len(people)
        events = [pb.LiveEvent(user_id=one, status=pb.STATUS_CHECKED_IN, method="qr") for one in people]
        batch = pb.LiveBatch(events=events).SerializeToString()
        event_id: Any = await self._gateway.redis.xadd(KEY, {"e": batch})
        return event_id.decode()


@pytest.fixture
def numbers(gateway: Gateway) -> Numbers:
    """See `Numbers`."""
    return Numbers(gateway)


def watching(gateway: Gateway, **headers: str) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
    """The events of a person's open stream."""
    return showing(gateway, {**gateway.bearer(), **headers})


@asynccontextmanager
async def showing(
    gateway: Gateway, headers: Mapping[str, str], asked: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[AsyncIterator[Event]]:
    """The events of an open stream."""
    async with asyncio.timeout(10), gateway.http.stream("GET", PATH, headers=headers, params=asked) as response:
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


async def test_viewers_of_two_windows_are_told_the_numbers_of_theirs(gateway: Gateway, numbers: Numbers) -> None:
    """On one stream of Redis: each gets all who come, once, and the numbers of the window that they look at."""
    earlier, numbers.before = ids.new_id(), 7
    asked = {"occurrence_id": ids.to_text(earlier)}
    async with showing(gateway, gateway.bearer(), asked) as old, watching(gateway) as new:
        told = [(await anext(events))["data"] for events in (old, new)]
        assert [each["checked_in"] for each in told] == [7, 0]
        assert [each["occurrence_id"] for each in told] == [ids.to_text(each) for each in (earlier, numbers.newest)]
        person = ids.new_id()
        await numbers.check_in(person)
        for events in (old, new):
            came = await anext(events)
            assert (came["event"], came["data"]["user_id"]) == ("checkin", ids.to_text(person))
        assert (await anext(new))["data"]["checked_in"] == 1
        await numbers.check_in(ids.new_id())
        assert (await anext(old))["event"] == "checkin"


async def test_numbers_go_on_with_the_window_that_opens(gateway: Gateway, numbers: Numbers) -> None:
    """Who names no window need not come again."""
    await numbers.check_in(ids.new_id())
    async with watching(gateway) as events:
        assert (await anext(events))["data"]["checked_in"] == 1
        numbers.newest, numbers.checked_in = ids.new_id(), 0
        await numbers.check_in()
        after = await anext(events)
    assert (after["data"]["occurrence_id"], after["data"]["checked_in"]) == (ids.to_text(numbers.newest), 0)


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
        values: dict[Any, Any] = {
            name: each if isinstance(each, bytes) else each.SerializeToString() for name, each in fields.items()
        }
        await gateway.redis.xadd(KEY, values)
        await numbers.check_in(person)
        told = await anext(event async for event in events if event["event"] == "checkin")
    assert told["data"]["user_id"] == ids.to_text(person)


async def test_viewers_share_one_question(gateway: Gateway, numbers: Numbers) -> None:
    """However many watch, an entry costs one read and one call of reporting."""
    async with watching(gateway) as one, watching(gateway) as other:
        await anext(one), await anext(other)
        asked = len(gateway.services.requests("GetLiveStats"))
        await numbers.check_in(ids.new_id())
        seen = [[(await anext(events))["event"] for _ in range(2)] for events in (one, other)]

    assert seen == [["checkin", "stats"]] * 2
    assert len(gateway.services.requests("GetLiveStats")) == asked + 1


async def test_what_viewers_share_is_read_on_nobodys_behalf(gateway: Gateway, numbers: Numbers) -> None:
    """Whoever lost the right, and was not asked again yet, holds up nobody's numbers."""
    leaver, stayer = gateway.bearer(person := ids.new_id()), gateway.bearer()
    async with watching(gateway, **leaver) as one, watching(gateway, **stayer) as other:
        await anext(one), await anext(other)
        numbers.strangers.add(person)
        # Neither viewer is asked for now, so that none of them can be the one who asks.
        numbers.strangers |= {call[2] for call in gateway.services.calls if call[0] == "GetStats" and call[2]}
        await numbers.check_in(ids.new_id())
        assert (await anext(other))["event"] == "checkin"
        after = await anext(other)

    assert (after["event"], after["data"]["checked_in"], after["data"]["stale"]) == ("stats", 1, False)


async def test_those_expected_are_counted_to_the_last(gateway: Gateway, numbers: Numbers) -> None:
    """They are counted once a second: what the last event changed is told in the next, without another event."""
    async with watching(gateway) as events:
        await anext(events)
        await numbers.check_in(ids.new_id())
        at_once = [await anext(events) for _ in range(2)][-1]
        numbers.came, began = 1, time.monotonic()
        settled = await anext(events)

    assert (at_once["data"]["checked_in"], at_once["data"]["came"]) == (1, 0)
    assert (settled["event"], settled["data"]["came"]) == ("stats", 1)
    assert time.monotonic() - began < 3


async def test_who_lost_the_right_is_let_go_and_nobody_else(
    gateway: Gateway, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each viewer's right is checked apart; the others' numbers go on, and are not stale."""
    monkeypatch.setattr("gateway.live._RECHECK_S", 0.0)
    person = ids.new_id()
    async with watching(gateway) as others, watching(gateway, **gateway.bearer(person)) as theirs:
        await anext(others), await anext(theirs)
        numbers.strangers.add(person)
        rest = [event async for event in theirs]
        await numbers.check_in(ids.new_id())
        seen = [await anext(others) for _ in range(2)]

    assert rest == []
    assert [event["event"] for event in seen] == ["checkin", "stats"]
    assert (seen[-1]["data"]["checked_in"], seen[-1]["data"]["stale"]) == (1, False)


async def test_a_right_that_nobody_confirms_ends_in_the_end(
    gateway: Gateway, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage is waited for, but not for ever."""
    monkeypatch.setattr("gateway.live._RECHECK_S", 0.0)
    monkeypatch.setattr("gateway.live._UNCONFIRMED_S", 0.0)
    async with watching(gateway) as events:
        await anext(events)
        gateway.services.answers["GetStats"] = UnavailableError("nobody can tell")
        assert [event async for event in events] == []


@pytest.mark.parametrize("error", [NotFoundError, PermissionDeniedError, InternalError, UnavailableError])
async def test_numbers_that_cannot_be_read_are_stale(
    gateway: Gateway, numbers: Numbers, error: type[ServiceError]
) -> None:
    """Whatever the reason, every viewer is told, once; and again when they can be read."""
    async with watching(gateway) as events:
        await anext(events)
        numbers.error = error("no numbers")
        await numbers.check_in(ids.new_id())
        assert (await anext(events))["event"] == "checkin"
        during = await anext(events)
        numbers.error = None
        await numbers.check_in(ids.new_id())
        assert (await anext(events))["event"] == "checkin"
        after = await anext(events)

    assert (during["event"], during["data"]["checked_in"], during["data"]["stale"]) == ("stats", 0, True)
    assert (after["event"], after["data"]["checked_in"], after["data"]["stale"]) == ("stats", 2, False)


MINUTE, QUARTER = 60, 900


async def test_after_the_first_only_the_minutes_that_changed_are_sent(gateway: Gateway, numbers: Numbers) -> None:
    """A later `stats` says that it is partial; one that is gone reads 0, and the others are not repeated."""
    numbers.by_minute = {(15, QUARTER): 9, (30, MINUTE): 4, (31, MINUTE): 5}
    async with watching(gateway) as events:
        first = await anext(events)
        numbers.by_minute = {(15, QUARTER): 9, (30, QUARTER): 9, (90, MINUTE): 1}
        await numbers.check_in(ids.new_id())
        await anext(events)
        after = await anext(events)

    assert "is_partial" not in first["data"] and len(first["data"]["by_minute"]) == 3
    assert after["data"]["is_partial"] is True
    changed = {(each["minute"][11:16], each["span_s"]): each["count"] for each in after["data"]["by_minute"]}
    assert changed == {
        ("00:30", QUARTER): 9, ("00:30", MINUTE): 0, ("00:31", MINUTE): 0, ("01:30", MINUTE): 1
    }  # fmt: skip


async def test_a_viewer_who_joins_begins_with_what_the_others_have(gateway: Gateway, numbers: Numbers) -> None:
    """Changes are told from one base: their sum is the same for whoever came at any time."""
    numbers.by_minute = {(30, MINUTE): 1}
    async with watching(gateway) as early:
        seen = [await anext(early)]
        numbers.by_minute = {(30, MINUTE): 2}
        # The stream says nothing yet, so what is shared is still the old.
        async with watching(gateway) as late:
            joined = [await anext(late)]
            numbers.by_minute[31, MINUTE] = 7
            await numbers.check_in(ids.new_id())
            for events, all_seen in ((early, seen), (late, joined)):
                all_seen += [await anext(events), await anext(events)]

    expected = {"1970-01-01T00:30:00.000Z": 2, "1970-01-01T00:31:00.000Z": 7}
    assert minutes_after(seen) == minutes_after(joined) == expected


def minutes_after(events: list[Event]) -> Mapping[str, int]:
    """What a viewer shows after these events."""
    shown: dict[tuple[str, int], int] = {}
    for data in (event["data"] for event in events if event["event"] == "stats"):
        shown = shown if data.get("is_partial") else {}
        shown |= {(each["minute"], each["span_s"]): each["count"] for each in data["by_minute"]}
    return {minute: count for (minute, _), count in shown.items() if count}


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


async def test_a_long_break_loses_nothing_either(gateway: Gateway, numbers: Numbers) -> None:
    """All that the stream still has is given, in order, however much it is."""
    seen = await numbers.check_in(ids.new_id())
    people = [ids.new_id() for _ in range(259)]
    for person in people:
        last = await numbers.check_in(person)

    async with watching(gateway, **{"last-event-id": seen}) as events:
        first = await anext(events)
        missed = [await anext(events) for _ in people]

    assert first["event"] == "stats"
    assert [event["data"]["user_id"] for event in missed] == [ids.to_text(person) for person in people]
    assert missed[-1]["id"] == last


async def test_who_saw_nothing_happen_yet_misses_nothing(gateway: Gateway, numbers: Numbers) -> None:
    """A viewer of an empty stream resumes at its beginning."""
    async with watching(gateway) as events:
        empty = await anext(events)
    await numbers.check_in(person := ids.new_id())

    async with watching(gateway, **{"last-event-id": empty["id"]}) as events:
        seen = [await anext(events) for _ in range(2)]

    assert [event["event"] for event in seen] == ["stats", "checkin"]
    assert seen[1]["data"]["user_id"] == ids.to_text(person)


@pytest.mark.parametrize("lost", ["trimmed", "emptied", "never seen"])
async def test_what_cannot_be_given_completely_is_said(gateway: Gateway, numbers: Numbers, lost: str) -> None:
    """A `reset` comes first; the numbers after it begin anew, with the id from which to go on."""
    seen = await numbers.check_in(ids.new_id())
    match lost:
        case "trimmed":
            await numbers.check_in(ids.new_id())
            await gateway.redis.xtrim(KEY, maxlen=1, approximate=False)
        case "emptied":
            await gateway.redis.flushdb()
            # An id is a millisecond: the next one must be another.
            await until(lambda: is_after(gateway, seen))
        case "never seen":
            seen = "9" * 13 + "-0"
    last = await numbers.check_in(ids.new_id())

    async with watching(gateway, **{"last-event-id": seen}) as events:
        reset, first = await anext(events), await anext(events)
        await numbers.check_in(person := ids.new_id())
        after = await anext(events)

    assert reset["event"] == "reset"
    assert (first["event"], first["id"]) == ("stats", last) and "is_partial" not in first["data"]
    assert (after["event"], after["data"]["user_id"]) == ("checkin", ids.to_text(person))


async def is_after(gateway: Gateway, event_id: str) -> bool:
    """Whether the clock of the stream is beyond an id."""
    seconds, us = await gateway.redis.time()
    return seconds * 1000 + us // 1000 > int(event_id.split("-")[0])


async def test_where_nobody_can_tell_what_was_missed_a_reset_comes(redisless: Gateway) -> None:
    """Without Redis a stream cannot go on where it was."""
    numbers = pb.Stats(activity_id=ACTIVITY, event_id="5-0")
    redisless.services.answers["GetStats"] = redisless.services.answers["GetLiveStats"] = numbers
    async with watching(redisless, **{"last-event-id": "4-0"}) as events:
        seen = [await anext(events) for _ in range(2)]
    assert [event["event"] for event in seen] == ["reset", "stats"]


async def test_a_gap_in_the_shared_stream_is_told_to_all(gateway: Gateway, numbers: Numbers) -> None:
    """What was trimmed before this gateway read it is lost for its viewers: they begin anew."""
    await numbers.check_in(ids.new_id())
    async with watching(gateway) as events:
        await anext(events)
        batch = pb.LiveBatch(events=[pb.LiveEvent(user_id=ids.new_id())]).SerializeToString()
        async with gateway.redis.pipeline(transaction=True) as pipeline:
            pipeline.delete(KEY)
            pipeline.xadd(KEY, {"e": batch})
            _, last = await pipeline.execute()
        reset, first = await anext(events), await anext(events)

    assert reset["event"] == "reset"
    assert (first["event"], first["id"]) == ("stats", last.decode()) and "is_partial" not in first["data"]


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


COOKIE = "qiandao_display=" + "A" * 43


async def next_of(events: AsyncIterator[Event], kind: str) -> Event:
    """The next event of a kind."""
    return await anext(event async for event in events if event["event"] == kind)


def revise(gateway: Gateway, revision: int) -> None:
    """The activity has this revision from now on."""
    snapshot = activity_pb2.OccurrenceSnapshot(activity_id=ACTIVITY, revision=revision)
    answer = activity_pb2.BatchGetOccurrencesResponse(occurrences=[snapshot])
    gateway.services.answers["BatchGetOccurrences"] = answer


async def test_viewers_are_told_that_their_activity_was_changed(gateway: Gateway, numbers: Numbers) -> None:
    """Its revision as the stream begins, and each one after; one question serves all viewers."""
    revise(gateway, 3)
    async with watching(gateway) as one, watching(gateway) as other:
        begun = [await next_of(events, "activity") for events in (one, other)]
        revise(gateway, 4)
        changed = [await next_of(events, "activity") for events in (one, other)]
        async with watching(gateway) as late:
            joined = await next_of(late, "activity")

    assert [event["data"]["revision"] for event in (*begun, *changed, joined)] == [3, 3, 4, 4, 4]
    assert all("id" not in event for event in (*begun, *changed))
    asked = gateway.services.requests("BatchGetOccurrences")
    assert {tuple(request.activity_ids) for request in asked} == {(ACTIVITY,)}


async def test_what_was_changed_during_a_break_is_told(gateway: Gateway, numbers: Numbers) -> None:
    """Whoever comes back hears the revision, whichever events were missed."""
    revise(gateway, 3)
    async with watching(gateway) as events:
        await next_of(events, "activity")
    revise(gateway, 5)

    async with watching(gateway, **{"last-event-id": "0-0"}) as events:
        again = await next_of(events, "activity")

    assert again["data"] == {"revision": 5}


async def test_while_activity_is_gone_streams_go_on(gateway: Gateway, numbers: Numbers) -> None:
    """Nobody is told of changes, and afterwards of what changed meanwhile."""
    revise(gateway, 3)
    async with watching(gateway) as events:
        await next_of(events, "activity")
        gateway.services.answers["BatchGetOccurrences"] = UnavailableError("activity is gone")
        await until(lambda: is_asked_again(gateway))
        await numbers.check_in(ids.new_id())
        assert (await anext(events))["event"] == "checkin"
        revise(gateway, 4)
        assert (await next_of(events, "activity"))["data"] == {"revision": 4}


async def is_asked_again(gateway: Gateway) -> bool:
    """Whether revisions were asked for at least twice."""
    return len(gateway.services.requests("BatchGetOccurrences")) >= 2


def a_display(gateway: Gateway, display_id: bytes) -> dict[str, str]:
    """The header of a browser that is a display of the activity."""
    display = activity_pb2.Display(display_id=display_id, activity_id=ACTIVITY, state=activity_pb2.Display.STATE_OPEN)
    gateway.services.answers["GetScreen"] = activity_pb2.Screen(display=display)
    return {"cookie": COOKIE}


async def test_a_display_is_told_counts_and_nobodys_name(gateway: Gateway, numbers: Numbers) -> None:
    """Neither who comes nor who came during a break; the others are told as ever."""
    revise(gateway, 3)
    header = a_display(gateway, ids.new_id())
    async with showing(gateway, header) as screen, watching(gateway) as staff:
        first = await next_of(screen, "stats")
        await anext(staff)
        person = ids.to_text(ids.new_id())
        await numbers.check_in(ids.from_text(person))
        seen = [first, await anext(screen), await anext(screen)]
        told = await next_of(staff, "checkin")
    async with showing(gateway, {**header, "last-event-id": "0-0"}) as screen:
        seen += [await anext(screen), await anext(screen)]

    assert {event["event"] for event in seen} == {"stats", "activity"} and person not in str(seen)
    assert [event["data"]["checked_in"] for event in seen if event["event"] == "stats"] == [0, 1, 1]
    assert told["data"]["user_id"] == person and gateway.services.requests("GetStats") != []


async def test_a_display_goes_dark_once_it_is_revoked(
    gateway: Gateway, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its right is asked for as that of a person is."""
    monkeypatch.setattr("gateway.live._RECHECK_S", 0.0)
    async with showing(gateway, a_display(gateway, ids.new_id())) as screen:
        await anext(screen)
        gateway.services.answers["GetScreen"] = UnauthenticatedError("this browser is no display any more")
        assert [event async for event in screen] == []


async def test_streams_are_counted_by_display(gateway: Gateway, numbers: Numbers) -> None:
    """However many screens hang in one room, each has its own five."""
    header = a_display(gateway, ids.new_id())
    async with AsyncExitStack() as open_streams:
        screens = [await open_streams.enter_async_context(showing(gateway, header)) for _ in range(5)]
        for screen in screens:
            await anext(screen)
        refused = await gateway.http.get(PATH, headers=header)
        other = await open_streams.enter_async_context(showing(gateway, a_display(gateway, ids.new_id())))
        assert (await anext(other))["event"] == "stats"

    assert (refused.status_code, refused.json()["reason"]) == (429, "TOO_MANY_STREAMS")


async def test_the_streams_of_one_display_are_confirmed_together(
    gateway: Gateway, numbers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One question for all that it has open, without the numbers; all of them end with the right."""
    monkeypatch.setattr("gateway.live._RECHECK_S", 1.0)
    header = a_display(gateway, ids.new_id())
    async with showing(gateway, header) as one, showing(gateway, header) as other:
        await anext(one), await anext(other)
        opened = len(gateway.services.requests("GetScreen"))
        gateway.services.answers["GetScreen"] = UnauthenticatedError("this browser is no display any more")
        rest = [[event["event"] async for event in screen if "event" in event] for screen in (one, other)]

    assert rest == [[], []]
    assert len(gateway.services.requests("GetScreen")) == opened + 1


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
