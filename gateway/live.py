"""Live numbers over SSE: every viewer of an activity in this process shares one reader of its Redis stream.

A stream entry says that numbers moved, and who checked in (services/reporting/README.md). One task reads the streams
of all watched activities with one blocking command, asks reporting for the numbers, and hands the same bytes to all
viewers.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from google.protobuf.message import DecodeError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway import metrics
from gateway.auth import Guard
from protos.reporting.v1 import reporting_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.errors import Kind, RateLimitedError, ServiceError
from servicekit.ids import to_text
from servicekit.tokens import Claims
from servicekit.unreadable import Unreadable

log = logging.getLogger(__name__)

STATUSES: dict[pb.Status.ValueType, str] = {
    pb.STATUS_CHECKED_IN: "checked_in",
    pb.STATUS_PENDING_REVIEW: "pending_review",
    pb.STATUS_PROVISIONAL: "provisional",
    pb.STATUS_REFUSED: "refused",
    pb.STATUS_ABSENT: "absent",
}

# At most four sends a second.
_TICK_S = 0.25
# Numbers are asked for without an event too: they may have become stale, or the stream may be out of reach.
_REFRESH_S = 5.0
_HEARTBEAT_S = 15.0
_RECHECK_S = 60.0
_REDIS_RETRY_S = 1.0
_VIEWER_WAKES_S = 1.0
_STREAMS_PER_PERSON = 5
_CHUNKS_WAITING = 32
_ENTRIES_AT_ONCE = 100
_HEARTBEAT = b":\n\n"
_EVENT_ID = re.compile(r"(\d{1,15})-(\d{1,15})")
_LOST_RIGHTS = {Kind.UNAUTHENTICATED, Kind.PERMISSION_DENIED, Kind.NOT_FOUND}

_EVENTS = Unreadable("live_event")

_encode = msgspec.json.Encoder().encode

Position = tuple[int, int]
Entries = list[tuple[bytes, dict[bytes, bytes]]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The numbers of an activity, as JSON, and the position in its stream that they include at least."""

    event_id: str
    numbers: bytes
    # Without the time of reading: tells whether anything moved.
    fingerprint: bytes


Fetch = Callable[[bytes, Claims], Awaitable[Snapshot]]


class TooManyStreamsError(RateLimitedError):
    """One person watches on that many screens already."""

    reason = "TOO_MANY_STREAMS"


class _Viewer:
    """One open stream."""

    def __init__(self, person: Claims) -> None:
        self.person = person
        self.chunks: asyncio.Queue[bytes] = asyncio.Queue(_CHUNKS_WAITING)
        self.is_over = False

    def give(self, chunk: bytes) -> None:
        """Queues a chunk; a viewer who does not keep up is let go, and resumes where it was."""
        try:
            self.chunks.put_nowait(chunk)
        except asyncio.QueueFull:
            self.is_over = True


class _Channel:
    """What the viewers of one activity share."""

    def __init__(self, activity_id: bytes, first: Snapshot) -> None:
        self.activity_id = activity_id
        # The braces are part of the key: a hash tag.
        self.key = f"reporting:live:{{{to_text(activity_id)}}}".encode()
        self.position = _parse(first.event_id) or (0, 0)
        self.viewers: set[_Viewer] = set()
        self.numbers = first.numbers
        self.fingerprint = first.fingerprint
        self.refreshed_at = time.monotonic()

    def give(self, chunk: bytes) -> None:
        """Queues a chunk for every viewer."""
        for viewer in self.viewers:
            viewer.give(chunk)


class Live:
    """All live streams of this process.

    Args:
        redis: May read `reporting:live:*`; its timeout must exceed a tick.
        guard: Says whether a viewer's session was ended.
        fetch: The numbers as a person may see them; raises ServiceError, also when they may not.
    """

    def __init__(self, redis: Redis, guard: Guard, fetch: Fetch) -> None:
        self._redis = redis
        self._guard = guard
        self._fetch = fetch
        self._channels: dict[bytes, _Channel] = {}
        self._streams: Counter[bytes] = Counter()
        self._watched = asyncio.Event()

    async def open(self, activity_id: bytes, person: Claims, last_event_id: str) -> AsyncIterator[bytes]:
        """The events of an activity, numbers first.

        Args:
            last_event_id: Where an earlier stream ended; empty or senseless for a new one.

        Raises:
            ServiceError: The person may not see the activity, or has too many streams open.
        """
        self._take_place(person)
        try:
            first = await self._fetch(activity_id, person)
        except BaseException:
            self._give_place_back(person)
            raise
        events = self._follow(activity_id, person, first, _parse(last_event_id))
        # Once it has begun, whatever ends it gives the place back, be it never read.
        await anext(events)
        return events

    async def run(self) -> None:
        """Reads the streams of all watched activities; for ever."""
        while True:
            await self._watched.wait()
            started_at = time.monotonic()
            entries = await self._read()
            await asyncio.gather(*(self._move(channel, entries.get(channel.key, [])) for channel in self._all()))
            await asyncio.sleep(max(0.0, started_at + _TICK_S - time.monotonic()))

    async def close(self) -> None:
        """Ends every stream; clients resume elsewhere with the last id they saw."""
        for channel in self._all():
            for viewer in channel.viewers:
                viewer.is_over = True
                viewer.give(_HEARTBEAT)

    def _take_place(self, person: Claims) -> None:
        """Counts a stream before anything is waited for: those opened at the same instant would all pass otherwise."""
        if self._streams.get(person.user_id, 0) >= _STREAMS_PER_PERSON:
            metrics.LIVE_STREAMS_OVER.inc()
            raise TooManyStreamsError(
                f"at most {_STREAMS_PER_PERSON} live streams per person; close one", retry_after_s=5
            )
        self._streams[person.user_id] += 1

    def _give_place_back(self, person: Claims) -> None:
        self._streams[person.user_id] -= 1
        if not self._streams[person.user_id]:
            del self._streams[person.user_id]

    async def _follow(
        self, activity_id: bytes, person: Claims, first: Snapshot, resumed: Position | None
    ) -> AsyncIterator[bytes]:
        viewer = _Viewer(person)
        channel = self._join(activity_id, first, viewer)
        try:
            yield b""
            # Resuming, the numbers carry no id: it would say that the events in between had been seen.
            yield _event("stats", first.numbers, None if resumed else first.event_id)
            missed = await self._missed(channel, resumed or _parse(first.event_id) or (0, 0))
            if missed:
                yield b"".join(_checkin_events(missed))
            async for chunk in self._chunks(channel, viewer):
                yield chunk
        finally:
            self._leave(channel, viewer)

    def _join(self, activity_id: bytes, first: Snapshot, viewer: _Viewer) -> _Channel:
        channel = self._channels.get(activity_id)
        if channel is None:
            channel = self._channels[activity_id] = _Channel(activity_id, first)
        channel.viewers.add(viewer)
        self._watched.set()
        metrics.VIEWERS.inc()
        return channel

    def _leave(self, channel: _Channel, viewer: _Viewer) -> None:
        metrics.VIEWERS.dec()
        channel.viewers.discard(viewer)
        self._give_place_back(viewer.person)
        if not channel.viewers:
            self._channels.pop(channel.activity_id, None)
        if not self._channels:
            self._watched.clear()

    async def _chunks(self, channel: _Channel, viewer: _Viewer) -> AsyncIterator[bytes]:
        """What the channel gives, with heartbeats, for as long as the viewer may see it."""
        sent_at = checked_at = time.monotonic()
        while not viewer.is_over and not self._guard.is_ended(viewer.person):
            try:
                yield await asyncio.wait_for(viewer.chunks.get(), _VIEWER_WAKES_S)
                sent_at = time.monotonic()
            except TimeoutError:
                if time.monotonic() - sent_at >= _HEARTBEAT_S:
                    yield _HEARTBEAT
                    sent_at = time.monotonic()
            if time.monotonic() - checked_at >= _RECHECK_S:
                checked_at = time.monotonic()
                if not await self._may_still(channel, viewer):
                    return

    async def _may_still(self, channel: _Channel, viewer: _Viewer) -> bool:
        try:
            await self._fetch(channel.activity_id, viewer.person)
        except ServiceError as error:
            return error.kind not in _LOST_RIGHTS
        return True

    async def _missed(self, channel: _Channel, after: Position) -> Entries:
        """What happened after a position and before the channel's own, the newest part of it."""
        if after >= channel.position:
            return []
        try:
            newest_first: Any = await self._redis.xrevrange(
                channel.key, max=_text(channel.position), min=f"({_text(after)}", count=_ENTRIES_AT_ONCE
            )
        except (RedisError, OSError) as error:
            log.warning("cannot read what a viewer missed: %s", error)
            return []
        return list(reversed(newest_first))

    async def _read(self) -> dict[bytes, Entries]:
        positions: dict[Any, Any] = {channel.key: _text(channel.position) for channel in self._all()}
        try:
            streams = await self._redis.xread(positions, count=_ENTRIES_AT_ONCE, block=int(_TICK_S * 1000))
        except (RedisError, OSError) as error:
            log.warning("live streams are out of reach: %s", error)
            await asyncio.sleep(_REDIS_RETRY_S)
            return {}
        return _by_key(streams)

    async def _move(self, channel: _Channel, entries: Entries) -> None:
        """Tells the viewers what happened, and the numbers after it."""
        chunk = b"".join(_checkin_events(entries))
        if entries:
            channel.position = _parse(entries[-1][0].decode()) or channel.position
        if entries or time.monotonic() - channel.refreshed_at >= _REFRESH_S:
            chunk += await self._numbers(channel)
        if chunk:
            channel.give(chunk)

    async def _numbers(self, channel: _Channel) -> bytes:
        """A `stats` event; nothing when nothing moved. When reporting is gone the last numbers, once, as stale."""
        channel.refreshed_at = time.monotonic()
        person = next((viewer.person for viewer in channel.viewers), None)
        if person is None:
            return b""
        try:
            snapshot = await self._fetch(channel.activity_id, person)
        except ServiceError as error:
            log.info("no live numbers: %s", error)
            if error.kind is not Kind.UNAVAILABLE:
                return b""
            snapshot = Snapshot("", _as_stale(channel.numbers), b"stale")
        if snapshot.fingerprint == channel.fingerprint:
            return b""
        channel.numbers, channel.fingerprint = snapshot.numbers, snapshot.fingerprint
        return _event("stats", snapshot.numbers, None)

    def _all(self) -> list[_Channel]:
        return list(self._channels.values())


def _checkin_events(entries: Entries) -> Iterable[bytes]:
    """The `checkin` events of stream entries; only an entry's last carries the id, or a break would lose the rest."""
    for event_id, fields in entries:
        views = _views(event_id, fields)
        for number, view in enumerate(views, 1):
            yield _event("checkin", _encode(view), event_id.decode() if number == len(views) else None)


def _views(event_id: bytes, fields: dict[bytes, bytes]) -> list[dict[str, object]]:
    """The events of an entry; none of one that cannot be read."""
    try:
        return [_view(event) for event in pb.LiveBatch.FromString(fields[b"e"]).events]
    except (DecodeError, KeyError, OverflowError) as error:
        _EVENTS.note(event_id.decode(), repr(error))
        return []


def _view(event: pb.LiveEvent) -> dict[str, object]:
    return {
        "user_id": to_text(event.user_id),
        "status": STATUSES.get(event.status),
        "method": event.method or None,
        "gate": event.gate or None,
        "punctuality": event.punctuality or None,
        "checked_in_at": to_rfc3339(event.checked_in_at) if event.checked_in_at else None,
    }


def _as_stale(numbers: bytes) -> bytes:
    return _encode(msgspec.json.decode(numbers) | {"stale": True})


def _event(kind: str, data: bytes, event_id: str | None) -> bytes:
    head = f"id: {event_id}\nevent: {kind}\ndata: " if event_id else f"event: {kind}\ndata: "
    return head.encode() + data + b"\n\n"


def _by_key(streams: Any) -> dict[bytes, Entries]:
    """The entries of each stream; redis-py answers with a mapping of lists (RESP3) or a list of pairs (RESP2)."""
    if isinstance(streams, dict):
        return {key: [entry for part in parts for entry in part] for key, parts in streams.items()}
    return {key: entries for key, entries in streams or []}


def _parse(event_id: str) -> Position | None:
    match = _EVENT_ID.fullmatch(event_id)
    return (int(match[1]), int(match[2])) if match else None


def _text(position: Position) -> str:
    return f"{position[0]}-{position[1]}"
