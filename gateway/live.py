"""Live numbers over SSE: every viewer of an activity in this process shares one reader of its Redis stream.

A stream entry says that numbers moved, and who checked in (services/reporting/README.md). One task reads the streams
of all watched activities with one blocking command, asks reporting for the numbers under the gateway's own right, and
hands the same bytes to all viewers. Whether each of them may still see these is asked apart. README.md says what they
get.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway import metrics
from gateway.live_channels import Channel, Snapshot, Viewer, Watched, Watcher
from gateway.live_events import (
    HEARTBEAT,
    RESET,
    START,
    Entries,
    Numbers,
    Position,
    activity_event,
    by_stream,
    checkin_events,
    parse,
    partial,
    position_of,
    stats_event,
    text,
)
from servicekit.errors import Kind, RateLimitedError, ServiceError

log = logging.getLogger(__name__)

# At most four sends a second, and two where they are so many that sending is what the process is busy with.
_TICK_S = 0.25
_TICK_OF_MANY_S = 0.5
_MANY_VIEWERS = 200
# Numbers are asked for without an event too: they may have become stale, or the stream may be out of reach.
_REFRESH_S = 5.0
# Those expected are counted once a second: what the last event changed may be in the next count only.
_SETTLE_S = 1.0
_HEARTBEAT_S = 15.0
# With what roles.py believes, and the second until the next sweep: a right that is gone ends its stream in 10 s.
_RECHECK_S = 4.0
# An edit is on every screen within 5 s.
_REVISIONS_S = 2.0
# By then whoever counts has heard of it too: the numbers may be of another window.
_ANEW_S = 1.5
# A right that nobody could confirm for so long ends with its stream.
_UNCONFIRMED_S = 900.0
_REDIS_RETRY_S = 1.0
_SWEEP_S = 1.0
_STREAMS_EACH = 5
_ENTRIES_AT_ONCE = 100
# A stream that is shorter was never trimmed.
_ENTRIES_KEPT = 1000
_LOST_RIGHTS = {Kind.UNAUTHENTICATED, Kind.PERMISSION_DENIED, Kind.NOT_FOUND}


# The numbers for whoever watches.
Fetch = Callable[[Watched], Awaitable[Snapshot]]
# The revisions of activities, without those that nobody knows.
Revisions = Callable[[Collection[bytes]], Awaitable[Mapping[bytes, int]]]


class TooManyStreamsError(RateLimitedError):
    """One person, or one display, has that many streams already."""

    reason = "TOO_MANY_STREAMS"


class Live:
    """All live streams of this process.

    Args:
        redis: May read `reporting:live:*`; its timeout must exceed a tick.
        fetch: The numbers, on nobody's behalf; raises ServiceError.
        revisions: See `Revisions`; raises ServiceError.
    """

    def __init__(self, redis: Redis, fetch: Fetch, revisions: Revisions) -> None:
        self._redis = redis
        self._fetch = fetch
        self._revisions = revisions
        self._channels: dict[Watched, Channel] = {}
        self._streams: Counter[bytes] = Counter()
        self._watched = asyncio.Event()

    async def open(self, watched: Watched, watcher: Watcher, last_event_id: str) -> AsyncIterator[bytes]:
        """The events of an activity and the numbers of a window of it, these first.

        Args:
            last_event_id: Where an earlier stream ended; empty for a new one. Who is not told who came misses nothing.

        Raises:
            ServiceError: They may not see the activity, or have too many streams open.
        """
        self._take_place(watcher)
        try:
            first = await watcher.fetch()
        except BaseException:
            self._give_place_back(watcher)
            raise
        events = self._follow(watched, watcher, first, last_event_id if watcher.sees_people else "")
        # Once it has begun, whatever ends it gives the place back, be it never read.
        await anext(events)
        return events

    async def run(self) -> None:
        """Reads the streams of all watched activities; for ever."""
        while True:
            await self._watched.wait()
            started_at = time.monotonic()
            entries = await self._read()
            await asyncio.gather(*(self._move(channel, _new(entries, channel)) for channel in self._all()))
            tick_s = _TICK_OF_MANY_S if self._streams.total() >= _MANY_VIEWERS else _TICK_S
            await asyncio.sleep(max(0.0, started_at + tick_s - time.monotonic()))

    async def watch_revisions(self) -> None:
        """Tells viewers that their activity was changed, within moments; for ever.

        A new viewer is told the revision as the stream begins, and so of what was changed during a break.
        """
        while True:
            await self._watched.wait()
            try:
                revisions = await self._revisions({watched.activity_id for watched in self._channels})
            except ServiceError as error:
                log.warning("nobody can tell which activities were changed: %s", error)
                revisions = {}
            for channel in self._all():
                if channel.revise(revisions.get(channel.watched.activity_id, 0)):
                    channel.refreshed_at = time.monotonic() + _ANEW_S - _REFRESH_S
            await asyncio.sleep(_REVISIONS_S)

    async def sweep(self) -> None:
        """Ends streams of sessions that are over, asks whether the others may go on, and says that they live; for ever.

        One task for all streams: a timer in each would be most of what a thousand quiet ones cost.
        """
        async with asyncio.TaskGroup() as asking:
            while True:
                await self._watched.wait()
                now = time.monotonic()
                for channel in self._all():
                    for streams in channel.by_watcher():
                        if _keep_alive(streams, now):
                            asking.create_task(_confirm(streams))
                await asyncio.sleep(_SWEEP_S)

    async def close(self) -> None:
        """Ends every stream; clients resume elsewhere with the last id they saw."""
        for channel in self._all():
            for viewer in channel.viewers:
                viewer.end()

    def _take_place(self, watcher: Watcher) -> None:
        """Counts a stream before anything is waited for: those opened at the same instant would all pass otherwise."""
        if self._streams.get(watcher.key, 0) >= _STREAMS_EACH:
            metrics.LIVE_STREAMS_OVER.inc()
            raise TooManyStreamsError(f"at most {_STREAMS_EACH} live streams each; close one", retry_after_s=5)
        self._streams[watcher.key] += 1

    def _give_place_back(self, watcher: Watcher) -> None:
        self._streams[watcher.key] -= 1
        if not self._streams[watcher.key]:
            del self._streams[watcher.key]

    async def _follow(
        self, watched: Watched, watcher: Watcher, first: Snapshot, last_event_id: str
    ) -> AsyncIterator[bytes]:
        viewer = Viewer(watcher)
        channel = self._join(watched, first, viewer)
        # What the channel gives from here on comes on top of these.
        numbers, position, revision = channel.numbers, channel.position, channel.revision
        try:
            yield b""
            async for chunk in self._beginning(channel, numbers, position, last_event_id):
                yield chunk
            if revision:
                yield activity_event(revision)
            while not viewer.is_over:
                yield await viewer.chunks.get()
        finally:
            self._leave(channel, viewer)

    def _join(self, watched: Watched, first: Snapshot, viewer: Viewer) -> Channel:
        channel = self._channels.get(watched)
        if channel is None:
            channel = self._channels[watched] = Channel(watched, first)
        channel.viewers.add(viewer)
        self._watched.set()
        metrics.VIEWERS.inc()
        return channel

    def _leave(self, channel: Channel, viewer: Viewer) -> None:
        metrics.VIEWERS.dec()
        channel.viewers.discard(viewer)
        self._give_place_back(viewer.watcher)
        if not channel.viewers:
            self._channels.pop(channel.watched, None)
        if not self._channels:
            self._watched.clear()

    async def _beginning(
        self, channel: Channel, numbers: Numbers, until: Position, last_event_id: str
    ) -> AsyncIterator[bytes]:
        """The numbers that the channel goes on from, after a break with all that happened in it up to a position.

        Where not all of it can be had, `reset` says so. Until then the numbers carry no id: it would say that the
        events in between had been seen.
        """
        if not last_event_id:
            yield stats_event(numbers, text(until))
            return
        missed = await self._missed(channel, parse(last_event_id), until)
        if missed is not None:
            yield stats_event(numbers, None)
        while missed:
            yield b"".join(checkin_events(missed))
            missed = await self._missed(channel, position_of(missed), until)
        if missed is None:
            yield RESET + stats_event(numbers, text(until))

    async def _missed(self, channel: Channel, after: Position | None, until: Position) -> Entries | None:
        """What happened after a position up to another, the oldest part of it; None where some of it is lost."""
        if after is None or after == until:
            return None if after is None else []
        try:
            entries: Any = await self._redis.xrange(channel.key, f"({text(after)}", text(until), count=_ENTRIES_AT_ONCE)
            return entries if await self._is_whole(channel.key, after) else None
        except (RedisError, OSError) as error:
            log.warning("cannot read what a viewer missed: %s", error)
            return None

    async def _is_whole(self, key: bytes, after: Position) -> bool:
        """Whether a stream still has everything after a position: what it loses, it loses from its beginning."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.xrange(key, text(after), text(after), count=1)
        pipeline.xlen(key)
        found, length = await pipeline.execute()
        return bool(found) or (after == START and length < _ENTRIES_KEPT)

    async def _read(self) -> dict[bytes, Entries]:
        positions: dict[bytes, Position] = {}
        for channel in self._all():
            positions[channel.key] = min(channel.position, positions.get(channel.key, channel.position))
        after: dict[Any, Any] = {key: text(position) for key, position in positions.items()}
        try:
            streams = await self._redis.xread(after, count=_ENTRIES_AT_ONCE, block=int(_TICK_S * 1000))
        except (RedisError, OSError) as error:
            log.warning("live streams are out of reach: %s", error)
            await asyncio.sleep(_REDIS_RETRY_S)
            return {}
        return by_stream(streams)

    async def _move(self, channel: Channel, entries: Entries) -> None:
        """Tells the viewers what happened, and the numbers after it; after a gap the numbers alone, from which on."""
        people, numbers = b"".join(checkin_events(entries)), b""
        is_whole = not entries or await self._has_all_since(channel)
        due_s = _SETTLE_S if channel.is_moving else _REFRESH_S
        if entries or time.monotonic() - channel.refreshed_at >= due_s:
            numbers = await self._numbers(channel)
            channel.is_moving = bool(entries)
        if entries:
            channel.position = position_of(entries)
        if is_whole:
            channel.give(numbers, people)
        else:
            channel.give(RESET + stats_event(channel.numbers, text(channel.position)))

    async def _has_all_since(self, channel: Channel) -> bool:
        """Whether nothing was lost between the channel's position and what was read after it."""
        try:
            return await self._is_whole(channel.key, channel.position)
        except (RedisError, OSError) as error:
            log.warning("nobody can tell whether a live stream is whole: %s", error)
            return False

    async def _numbers(self, channel: Channel) -> bytes:
        """A `stats` event with what changed, nothing when nothing did; numbers that cannot be read are stale."""
        channel.refreshed_at = time.monotonic()
        before = channel.numbers
        try:
            channel.numbers = (await self._fetch(channel.watched)).numbers
        except ServiceError as error:
            log.warning("no live numbers: %s", error)
            channel.numbers = {**before, "stale": True}
        if all(before[name] == number for name, number in channel.numbers.items() if name != "as_of"):
            return b""
        return stats_event(partial(before, channel.numbers), None)

    def _all(self) -> list[Channel]:
        return list(self._channels.values())


def _new(entries: Mapping[bytes, Entries], channel: Channel) -> Entries:
    """What a channel has not given yet: others of the same activity may be behind it."""
    return [each for each in entries.get(channel.key, []) if position_of([each]) > channel.position]


def _keep_alive(streams: Sequence[Viewer], now: float) -> bool:
    """Tells the quiet of one watcher's streams something; whether it is time to ask for their right."""
    if streams[0].watcher.is_ended():
        for stream in streams:
            stream.end()
        return False
    for stream in streams:
        if now - stream.given_at >= _HEARTBEAT_S:
            stream.give(HEARTBEAT)
    return any(now - stream.asked_at >= _RECHECK_S for stream in streams)


async def _confirm(streams: Sequence[Viewer]) -> None:
    """Asks once for all streams of one watcher whether they may go on; ends them where they may not."""
    for stream in streams:
        stream.asked_at = time.monotonic()
    may = await _may_still(streams[0])
    for stream in streams:
        if may:
            stream.confirmed_at = streams[0].confirmed_at
        else:
            stream.end()


async def _may_still(viewer: Viewer) -> bool:
    try:
        await viewer.watcher.confirm()
    except ServiceError as error:
        return error.kind not in _LOST_RIGHTS and time.monotonic() - viewer.confirmed_at < _UNCONFIRMED_S
    except Exception:
        # Raised, it would end the sweep of all streams; this one's browser opens another, and is told there.
        log.exception("unexpected error when asked whether a stream may go on")
        return False
    viewer.confirmed_at = time.monotonic()
    return True
