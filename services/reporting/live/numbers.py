"""Live numbers in Redis; only this room knows their keys. Everything here can be rebuilt.

Keys, all of one hash slot per activity and with an expiry:
    reporting:seats:{activity}       hash: occurrence, user and direction (33 bytes) -> revision (8 bytes) and the
                                     seat's view (msgpack)
    reporting:counts:{activity}      hash: counter and occurrence -> people, never zero; of each occurrence `#seated:`
                                     and `#revised:` -> what `Totals` compares, `#folded:` -> the minute before which
                                     minutes are counted by quarters of an hour and longer (`domain.SPANS`)
    reporting:live:{activity}        stream of `LiveBatch`es for viewers, see the README
    reporting:rebuilding:{activity}  who rebuilds the first two, while somebody does
    reporting:next-seats:{activity}, reporting:next-counts:{activity}
                                     the generation that is being built; events go to both while it is
    reporting:heartbeat              when the projector last said that it consumes and that the numbers are whole
"""

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, cast

import msgspec

from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.redis.cache import Redis, Script, run_scripts, unavailable_when_gone
from servicekit.unreadable import Unreadable
from services.reporting.domain import (
    BLOCK,
    DAY_US,
    IN,
    MINUTES_KEPT,
    QUARTER,
    QUARTERS_KEPT,
    Counted,
    SeatKey,
    SeatView,
    Totals,
    counted,
)
from services.reporting.project import Change

EVENTS_PER_ENTRY = 50
_ENTRIES = 1000
# Changes in one call of the script, which holds up everybody else for about 10 us each; each is two fields and two
# values, and Lua passes at most some 8,000 to a command at once.
_CHANGES = 500
_HEARTBEAT = "reporting:heartbeat"
_STALE_AFTER_US = 5 * SECOND_US
_UNKNOWN_LIFE_US = 8 * DAY_US
_LEAST_LIFE_US = 3600 * SECOND_US
# Longer than one page may take. Whoever died rebuilding is in the way of the next one for so long.
REBUILD_LIFE_MS = 30_000
# The generation being built outlives its marker: where the marker is, it is whole.
_NEXT_LIFE_S = 600
NOTHING_YET = "0-0"

_REVISION_BYTES = 8
_ID_BYTES = 16
# Other words than those of a release that counted activities as a whole: what it left is rebuilt.
_SEATS, _REVISIONS, _FOLDED = b"#seated:", b"#revised:", b"#folded:"
# As project.lua reads it.
_CHANGE = struct.Struct(">16s16sBIIQ")
_FIELD_BYTES = 33
_UNMARKED = SeatView._fields.index("mark")

_VIEWS, _COUNTERS = Unreadable("seat_view"), Unreadable("counter")

_pack = msgspec.msgpack.Encoder().encode
_unpack_view = msgspec.msgpack.Decoder(SeatView).decode

_FOLDS = {"MINUTES_KEPT": MINUTES_KEPT, "QUARTERS_KEPT": QUARTERS_KEPT, "QUARTER": QUARTER, "BLOCK": BLOCK}
_PROJECT = Script(
    __file__,
    "fold",
    "project",
    CHANGE_BYTES=_CHANGE.size,
    FIELD_BYTES=_FIELD_BYTES,
    ID_BYTES=_ID_BYTES,
    REVISION_BYTES=_REVISION_BYTES,
    IN=IN,
    SEATS=_SEATS.decode(),
    REVISIONS=_REVISIONS.decode(),
    FOLDED=_FOLDED.decode(),
    LAST=1 + SeatView._fields.index("last"),
    MARK=1 + _UNMARKED,
    ENTRIES=_ENTRIES,
    EVENTS_PER_ENTRY=EVENTS_PER_ENTRY,
    NEXT_LIFE_S=_NEXT_LIFE_S,
    REBUILD_LIFE_MS=REBUILD_LIFE_MS,
    **_FOLDS,
)
_BEGIN = Script(__file__, "begin", REBUILD_LIFE_MS=REBUILD_LIFE_MS)
_SWITCH = Script(__file__, "switch", ENTRIES=_ENTRIES)
_ABANDON = Script(__file__, "abandon")


class Numbers(NamedTuple):
    """The counters of an occurrence.

    Attributes:
        event_id: Position in the live stream of its activity that the counters include at least.
        heartbeat_at: When the projector last said that it consumes; 0 for never.
        is_rebuilding: Whether they are being replaced, which happens when they are known to be wrong.
    """

    counts: dict[str, int]
    event_id: str
    heartbeat_at: int
    is_rebuilding: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether what happened since may be missing."""
        return self.is_rebuilding or now_us() - self.heartbeat_at > _STALE_AFTER_US


class LiveWriter:
    """What the projector does to the numbers. Every method raises UnavailableError when Redis is gone.

    Args:
        closes_at: When an activity's last window closes; None if that is not known. Must not block.
    """

    def __init__(self, redis: Redis, closes_at: Callable[[bytes], int | None]) -> None:
        self._redis = redis
        self._closes_at = closes_at

    async def apply(self, changes: Mapping[bytes, Sequence[Change]]) -> list[Change]:
        """See `project.LiveNumbers`; one trip."""
        calls = [(activity_id, part) for activity_id, every in changes.items() for part in _parts(every)]
        answers = await self._project(calls, b"")
        held = zip(calls, answers, strict=True)
        return [part[index] for (_, part), indices in held for index in cast(list[int], indices)]

    async def begin(self, activity_id: bytes, owner: bytes) -> bool:
        """Begins to rebuild; False when somebody else is at it."""
        return bool(await self._run(_BEGIN, activity_id, owner))

    async def fill(self, activity_id: bytes, changes: Sequence[Change], owner: bytes) -> bool:
        """Adds to the generation that is being built; False when it is not the owner's any more. One trip."""
        answers = await self._project([(activity_id, part) for part in _parts(changes)], owner)
        return None not in answers

    async def switch(self, activity_id: bytes, owner: bytes) -> bool:
        """Puts the new generation in the place of the old one, and tells viewers; False as for `fill`."""
        return bool(await self._run(_SWITCH, activity_id, owner, self._expire_at(activity_id)))

    async def abandon(self, activity_id: bytes, owner: bytes) -> None:
        """Throws the new generation away, if it is still the owner's."""
        await self._run(_ABANDON, activity_id, owner)

    async def totals(self, activity_ids: Collection[bytes]) -> dict[bytes, Totals]:
        """What the numbers of these activities contain, by occurrence; one trip.

        An activity of whose keys one is lost contains nothing.
        """
        pipeline = self._redis.pipeline(transaction=False)
        for activity_id in activity_ids:
            seats, counts = _keys(activity_id)[:2]
            pipeline.hlen(seats)
            pipeline.hgetall(counts)
        with unavailable_when_gone():
            answers = await pipeline.execute()
        found: dict[bytes, Totals] = {}
        for seats_kept, counts in zip(answers[::2], answers[1::2], strict=True):
            totals = _totals(counts)
            if sum(each.seats for each in totals.values()) == seats_kept:
                found |= totals
        return found

    async def beat(self, *, anew: bool = False) -> bool:
        """Says that the projector consumes; False, without effect, when Redis has forgotten that it ever did.

        Args:
            anew: Say so after Redis was emptied, too: its numbers are whole again.
        """
        with unavailable_when_gone():
            return bool(await self._redis.set(_HEARTBEAT, now_us(), xx=not anew))

    async def _project(self, calls: Sequence[tuple[bytes, Sequence[Change]]], owner: bytes) -> list[object]:
        if not calls:
            return []
        pipeline = self._redis.pipeline(transaction=False)
        for activity_id, part in calls:
            rows = b"".join(map(_row, part))
            _PROJECT.add_to(pipeline, _keys(activity_id), [rows, self._expire_at(activity_id), owner])
        with unavailable_when_gone():
            return await run_scripts(self._redis, pipeline, _PROJECT)

    async def _run(self, script: Script, activity_id: bytes, *arguments: bytes | int) -> object:
        pipeline = self._redis.pipeline(transaction=False)
        script.add_to(pipeline, _keys(activity_id), arguments)
        with unavailable_when_gone():
            [answer] = await run_scripts(self._redis, pipeline, script)
        return answer

    def _expire_at(self, activity_id: bytes) -> int:
        """Seconds since 1970: a day after the close, and never so soon that what is written now is gone at once."""
        now = now_us()
        closes_at = self._closes_at(activity_id)
        expire_at = now + _UNKNOWN_LIFE_US if closes_at is None else closes_at + DAY_US
        return max(expire_at, now + _LEAST_LIFE_US) // SECOND_US


class LiveReader:
    """What the reporting service reads of the numbers; it may write nothing."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def numbers(self, activity_id: bytes, occurrence_id: bytes) -> Numbers:
        """The counters of an occurrence as they are; one trip.

        Raises:
            UnavailableError: Redis is gone.
        """
        _, counts_key, live_key, rebuilding_key, *_ = _keys(activity_id)
        # The marker first: old numbers are never taken for new ones. The stream before the counters: an event that
        # comes in between is sent once more rather than never.
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.exists(rebuilding_key)
        pipeline.xrevrange(live_key, count=1)
        pipeline.hgetall(counts_key)
        pipeline.get(_HEARTBEAT)
        with unavailable_when_gone():
            is_rebuilding, newest, counts, heartbeat = await pipeline.execute()
        event_id = newest[0][0].decode() if newest else NOTHING_YET
        return Numbers(_people(counts, occurrence_id), event_id, int(heartbeat or 0), bool(is_rebuilding))

    async def people(self, activity_id: bytes, occurrence_id: bytes) -> list[Counted]:
        """Everybody with an attempt to come in, or to go, at an occurrence.

        Raises:
            UnavailableError: Redis is gone.
        """
        with unavailable_when_gone():
            stored = await self._redis.hgetall(_keys(activity_id)[0])
        return list(counted(_seats(cast(Mapping[bytes, bytes], stored), occurrence_id)))

    async def revision(self, activity_id: bytes, occurrence_id: bytes, user_id: bytes, direction: int) -> int | None:
        """Which revision of a seat the numbers contain; None when they do not know it.

        Raises:
            UnavailableError: Redis is gone.
        """
        with unavailable_when_gone():
            field = occurrence_id + user_id + bytes([direction])
            packed = cast(bytes | None, await self._redis.hget(_keys(activity_id)[0], field))
        return int.from_bytes(packed[:_REVISION_BYTES], "big") if packed else None

    async def heartbeat_at(self) -> int:
        """When the projector last said that it consumes and that the numbers are whole; 0 for never.

        Raises:
            UnavailableError: Redis is gone.
        """
        with unavailable_when_gone():
            return int(await self._redis.get(_HEARTBEAT) or 0)


def _keys(activity_id: bytes) -> Sequence[str]:
    name = f"{{{ids.to_text(activity_id)}}}"
    return [
        f"reporting:{kind}:{name}" for kind in ("seats", "counts", "live", "rebuilding", "next-seats", "next-counts")
    ]


def _parts(changes: Sequence[Change]) -> Sequence[Sequence[Change]]:
    return [changes[first : first + _CHANGES] for first in range(0, len(changes), _CHANGES)]


def _row(change: Change) -> bytes:
    occurrence_id, user_id, direction, revision, seat, event, *_ = change
    # Of who is not marked as an earlier release wrote it, and reads it.
    view = _pack(seat if seat.mark else seat[:_UNMARKED])
    return _CHANGE.pack(occurrence_id, user_id, direction, len(view), len(event), revision) + view + event


def _seats(stored: Mapping[bytes, bytes], occurrence_id: bytes) -> dict[SeatKey, SeatView]:
    """The seats of an occurrence that can be read."""
    found: dict[SeatKey, SeatView] = {}
    for field, packed in stored.items():
        if len(field) != _FIELD_BYTES:
            _VIEWS.note(field, "its field is none of a seat")
        elif field.startswith(occurrence_id) and (view := _view(field[_ID_BYTES:-1], packed)):
            found[field[:_ID_BYTES], field[_ID_BYTES:-1], field[-1]] = view
    return found


def _view(user_id: bytes, packed: bytes) -> SeatView | None:
    try:
        return _unpack_view(packed[_REVISION_BYTES:])
    except msgspec.MsgspecError as error:
        _VIEWS.note(user_id, error)
        return None


def _people(counts: Mapping[bytes, bytes], occurrence_id: bytes) -> dict[str, int]:
    """Everything that counts people of an occurrence, by name.

    A counter is below zero where a projector of an earlier release took somebody out of a minute that is folded.
    """
    found = {}
    for name, count in counts.items():
        if not name.startswith(b"#") and name[-_ID_BYTES:] == occurrence_id:
            try:
                found[name[:-_ID_BYTES].decode()] = int(count)
            except ValueError as error:
                _COUNTERS.note(name, error)
    return {name: people for name, people in found.items() if people > 0}


def _totals(counts: Mapping[bytes, bytes]) -> dict[bytes, Totals]:
    kept = {name.removeprefix(_SEATS): int(count) for name, count in counts.items() if name.startswith(_SEATS)}
    return {
        occurrence_id: Totals(seats, int(counts.get(_REVISIONS + occurrence_id, 0)))
        for occurrence_id, seats in kept.items()
    }
