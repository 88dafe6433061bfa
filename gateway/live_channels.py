"""Who watches what: viewers of live streams, and what those of one activity share."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

from gateway.live_events import START, Numbers, activity_event, parse
from servicekit.ids import to_text

_CHUNKS_WAITING = 32


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The numbers of an activity, ready for JSON, and the position in its stream that they include at least."""

    event_id: str
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Watcher:
    """A person, or a display, that opens streams.

    Args:
        key: By whom streams are counted.
        fetch: The numbers as this one may see them; raises ServiceError, also when they may not.
        confirm: Raises the same while they may not see them; asks for no numbers where it need not.
        is_ended: Whether their session is over.
        sees_people: Whether they are told who came, and not only how many.
    """

    key: bytes
    fetch: Callable[[], Awaitable[Snapshot]]
    confirm: Callable[[], Awaitable[object]]
    is_ended: Callable[[], bool] = lambda: False
    sees_people: bool = True


class Viewer:
    """An open stream, and what waits to be sent on it."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.chunks: asyncio.Queue[bytes] = asyncio.Queue(_CHUNKS_WAITING)
        self.is_over = False
        self.given_at = self.asked_at = self.confirmed_at = time.monotonic()

    def give(self, chunk: bytes) -> None:
        """Queues a chunk; a viewer who does not keep up is let go, and resumes where it was."""
        self.given_at = time.monotonic()
        try:
            self.chunks.put_nowait(chunk)
        except asyncio.QueueFull:
            self.is_over = True

    def end(self) -> None:
        """Lets the viewer go at once."""
        self.is_over = True
        self.give(b"")


class Watched(NamedTuple):
    """An activity in one of its windows; without an `occurrence_id` in that of now, whichever that becomes."""

    activity_id: bytes
    occurrence_id: bytes = b""


class Channel:
    """What the viewers of one window share: all that happened up to `position` was given, and `numbers` were."""

    def __init__(self, watched: Watched, first: Snapshot) -> None:
        self.watched = watched
        # The braces are part of the key: a hash tag.
        self.key = f"reporting:live:{{{to_text(watched.activity_id)}}}".encode()
        self.position = parse(first.event_id) or START
        self.viewers: set[Viewer] = set()
        self.numbers = first.numbers
        self.refreshed_at = time.monotonic()
        # Whether the numbers were asked for because something happened.
        self.is_moving = False
        # Of the activity, as it was told last; 0: not yet.
        self.revision = 0

    def revise(self, revision: int) -> bool:
        """Tells every viewer a revision that is newer than the one told last; False where it is not."""
        is_newer = revision > self.revision
        if is_newer:
            self.revision = revision
            self.give(activity_event(revision))
        return is_newer

    def give(self, event: bytes, people: bytes = b"") -> None:
        """Queues what there is for every viewer.

        Args:
            people: Who came, before the event; for those who may know.
        """
        whole = people + event
        for viewer in self.viewers:
            chunk = whole if viewer.watcher.sees_people else event
            if chunk:
                viewer.give(chunk)

    def by_watcher(self) -> Collection[list[Viewer]]:
        """All that each person, or each display, has open here."""
        streams = defaultdict[bytes, list[Viewer]](list)
        for viewer in self.viewers:
            streams[viewer.watcher.key].append(viewer)
        return streams.values()
