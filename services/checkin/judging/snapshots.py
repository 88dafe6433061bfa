"""Snapshots of occurrences, so that judging asks nobody on the hot path.

All occurrences in use are re-read every 5 s, fifty with each `BatchGetOccurrences`, which also tells what operators
have switched on; `activity:changed` only hastens it. A snapshot that could not be renewed for 60 s is stale: it can
give at best a provisional answer.
"""

import asyncio
import logging
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import TypeVar

import grpc
from cachetools import TTLCache
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.exceptions import RedisError

from protos.activity.v1 import activity_pb2, activity_pb2_grpc, tags_pb2
from protos.antifraud.v1 import antifraud_pb2
from servicekit.breaker import AsyncBreaker
from servicekit.clock import now_us
from servicekit.errors import ServiceError
from servicekit.rpc import client
from servicekit.series import from_start
from servicekit.timed_cache import TimedCache
from services.checkin.rules.lapse import Undecided
from services.checkin.rules.occurrence import ActivityState, Grade, Occurrence

log = logging.getLogger(__name__)

REFRESH_S = 5.0
FRESH_S = 60.0
# Takes activity some 10 ms of CPU.
RENEWED_AT_ONCE = 50
_FORGET_S = 900.0
_ABSENT_S = 2.0
_ABSENT_CAPACITY = 10_000
_TIMEOUT_S = 0.5
_REST_S = 1.0
_CHANGED_CHANNEL = "activity:changed"
_ALWAYS_FRESH = float("inf")

Key = bytes | str
KeyT = TypeVar("KeyT", bytes, str)

_AGE = Gauge("activity_snapshot_age_seconds", "Since the snapshots in use were last renewed.")
_SWITCHED_ON = from_start(
    Gauge("operator_switch", "How many switches of a kind operators have on.", ["switch"]),
    switch=("force_id_only", "mute_signal", "lengthen_grace"),
)


@dataclass(frozen=True, slots=True)
class Switches:
    """What operators have switched on: nothing is decided, reasons not to be looked for, more seconds for every QR."""

    force_id_only: bool = False
    muted: frozenset[str] = frozenset()
    extra_grace_s: int = 0


@dataclass(slots=True)
class Snapshot:
    """An occurrence, antifraud's rule for it, and when it was read (monotonic seconds).

    Attributes:
        valid_from: Since when the activity reads like this, microseconds since 1970 UTC.
        tags: Those by which people may check in, or might until they were revoked.
        earlier: The window of the same activity before this one; None: it is the first.
    """

    occurrence: Occurrence
    rule: antifraud_pb2.Rule
    read_at: float
    used_at: float
    valid_from: int = 0
    tags: Mapping[bytes, tags_pb2.KnownTag] = field(default_factory=dict)
    earlier: "Snapshot | None" = field(default=None, repr=False, compare=False)

    def window_at(self, at: int) -> "Snapshot":
        """Of this window and those before it the one of a moment: the newest that had opened, or the first."""
        found = self
        while found.earlier is not None and at < found.occurrence.opens_at:
            found = found.earlier
        return found

    @property
    def is_fresh(self) -> bool:
        """Whether it may decide, rather than only record."""
        return time.monotonic() - self.read_at < FRESH_S


class Activities:
    """The occurrences this process has met, by occurrence id, activity id and code."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = activity_pb2_grpc.ActivityServiceStub(channel)
        self._breaker = AsyncBreaker("activity", fail_max=3, reset_s=_REST_S, slow_s=_TIMEOUT_S)
        self._by_key: dict[Key, Snapshot] = {}
        self._absent: TTLCache[Key, bool] = TTLCache(_ABSENT_CAPACITY, _ABSENT_S)
        self._versions: TimedCache[tuple[bytes, int], Snapshot | None] = TimedCache(
            self._load_version, _FORGET_S, keep=bool, capacity=1000
        )
        self._switched_on: Sequence[activity_pb2.Switch] = ()
        self._renewed_at = time.monotonic()
        _AGE.set_function(lambda: time.monotonic() - self._renewed_at)

    @property
    def switches(self) -> Switches:
        """What is switched on now; what was last heard of goes on to its own end when nobody can be asked."""
        now = now_us()
        on = [switch for switch in self._switched_on if switch.expires_at > now]
        return to_switches(on) if on else _NO_SWITCHES

    async def find(self, occurrence_ids: Iterable[bytes], activity_ids: Iterable[bytes], codes: Iterable[str]) -> None:
        """Loads what is not known yet, in one call; what does not exist stays unknown for 2 s.

        Raises:
            ServiceError: The activity service is gone and something new was asked for.
        """
        occurrences, activities = self._unknown(occurrence_ids), self._unknown(activity_ids)
        unknown_codes = self._unknown(codes)
        if occurrences or activities or unknown_codes:
            await self._load(occurrences, activities, unknown_codes)

    def get(self, key: Key, at: int = 0) -> Snapshot | None:
        """The snapshot of an occurrence id, or of an activity id or code the window of a moment, if there is one.

        Args:
            at: Microseconds since 1970 UTC; 0: now.
        """
        snapshot = self._by_key.get(key)
        if snapshot is None:
            return None
        if snapshot.earlier is not None and key != snapshot.occurrence.occurrence_id:
            snapshot = snapshot.window_at(at or now_us())
        snapshot.used_at = time.monotonic()
        return snapshot

    async def renew(self, occurrence_ids: Collection[bytes]) -> None:
        """Reads these occurrences anew, known or not.

        Raises:
            ServiceError: The activity service is gone.
        """
        await self._load(list(occurrence_ids), [], [])

    async def as_of(self, occurrence_id: bytes, at: int) -> Snapshot | None:
        """The occurrence as it was at a moment; None when there is no such occurrence.

        Versions are asked for from the newest backwards, each once, however many moments fall into it.

        Args:
            at: Microseconds since 1970 UTC; before the first version that one counts.

        Raises:
            ServiceError: The activity service is gone.
        """
        await self.find([occurrence_id], (), ())
        snapshot = self.get(occurrence_id)
        while snapshot is not None and at < snapshot.valid_from:
            older = await self._versions.get((occurrence_id, snapshot.valid_from - 1))
            if older is None:
                return snapshot
            snapshot = older
        return snapshot

    async def keep_fresh(self) -> None:
        """Re-reads all occurrences in use, and the switches, every 5 s; runs until cancelled."""
        while True:
            self._forget_unused()
            await self._renew_in_use()
            switches = self.switches
            _SWITCHED_ON.labels("force_id_only").set(switches.force_id_only)
            _SWITCHED_ON.labels("mute_signal").set(len(switches.muted))
            _SWITCHED_ON.labels("lengthen_grace").set(switches.extra_grace_s > 0)
            await asyncio.sleep(REFRESH_S)

    async def listen(self, redis: Redis) -> None:
        """Renews an occurrence when the activity service says it changed; runs until cancelled."""
        while True:
            try:
                async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(_CHANGED_CHANNEL)
                    while True:
                        message = await pubsub.get_message(timeout=None)
                        if message and message["data"] in self._by_key:
                            await self._renew_quietly({message["data"]})
            except RedisError as error:
                log.warning("not told of changed activities until Redis is back: %s", error)
                await asyncio.sleep(REFRESH_S)

    async def _renew_in_use(self) -> None:
        """Page by page: one call for all of a busy quarter of an hour takes longer than its deadline under load."""
        in_use = list({snapshot.occurrence.occurrence_id for snapshot in self._by_key.values()})
        # Where nothing is in use the switches are asked for all the same.
        for start in range(0, max(len(in_use), 1), RENEWED_AT_ONCE):
            await self._renew_quietly(set(in_use[start : start + RENEWED_AT_ONCE]))

    async def _renew_quietly(self, occurrence_ids: set[bytes]) -> None:
        try:
            await self.renew(occurrence_ids)
            self._renewed_at = time.monotonic()
        except ServiceError as error:
            log.warning("activity snapshots are not renewed: %s", error)

    def _unknown(self, keys: Iterable[KeyT]) -> list[KeyT]:
        return [key for key in set(keys) if key not in self._by_key and key not in self._absent]

    async def _load(self, occurrence_ids: list[bytes], activity_ids: list[bytes], codes: list[str]) -> None:
        request = activity_pb2.BatchGetOccurrencesRequest(
            occurrence_ids=occurrence_ids, activity_ids=activity_ids, codes=codes
        )
        response = await self._ask(request)
        self._switched_on = response.switches
        for _, messages in groupby(response.occurrences, key=lambda message: message.activity_id):
            self._keep(list(messages))
        asked: list[Key] = [*occurrence_ids, *activity_ids, *codes]
        self._absent.update((key, True) for key in asked if key not in self._by_key)

    async def _load_version(self, key: tuple[bytes, int]) -> Snapshot | None:
        occurrence_id, at = key
        request = activity_pb2.BatchGetOccurrencesRequest(occurrence_ids=[occurrence_id], as_of=at)
        for message in (await self._ask(request)).occurrences:
            if message.occurrence_id == occurrence_id and message.valid_from <= at:
                return to_snapshot(message, _ALWAYS_FRESH)
        return None

    async def _ask(self, request: activity_pb2.BatchGetOccurrencesRequest) -> activity_pb2.BatchGetOccurrencesResponse:
        async with self._breaker.calling():
            response: activity_pb2.BatchGetOccurrencesResponse = await client.call(
                self._stub.BatchGetOccurrences, request, timeout_s=_TIMEOUT_S
            )
            return response

    def _keep(self, windows: Sequence[activity_pb2.OccurrenceSnapshot]) -> None:
        """Remembers all windows of an activity; they are forgotten together."""
        read_at = time.monotonic()
        olds = [old for window in windows if (old := self._by_key.get(window.occurrence_id))]
        used_at = max((old.used_at for old in olds), default=read_at)
        newest: Snapshot | None = None
        for old in olds:
            if old.occurrence.code != windows[0].code:
                self._by_key.pop(old.occurrence.code, None)
        for window in windows:
            snapshot = to_snapshot(window, read_at)
            snapshot.used_at, snapshot.earlier, newest = used_at, newest, snapshot
            for key in (window.occurrence_id, window.activity_id, window.code):
                self._by_key[key] = snapshot
                self._absent.pop(key, None)

    def _forget_unused(self) -> None:
        oldest = time.monotonic() - _FORGET_S
        for key in [key for key, snapshot in self._by_key.items() if snapshot.used_at < oldest]:
            del self._by_key[key]


_NO_SWITCHES = Switches()


def to_switches(on: Sequence[activity_pb2.Switch]) -> Switches:
    """Several switches as one; of two graces the longer."""
    kind = activity_pb2.Switch
    return Switches(
        force_id_only=any(switch.name == kind.NAME_FORCE_ID_ONLY for switch in on),
        muted=frozenset(switch.signal for switch in on if switch.name == kind.NAME_MUTE_SIGNAL),
        extra_grace_s=max((switch.grace_s for switch in on if switch.name == kind.NAME_LENGTHEN_GRACE), default=0),
    )


def to_snapshot(message: activity_pb2.OccurrenceSnapshot, read_at: float) -> Snapshot:
    """A snapshot as read at a moment (monotonic seconds)."""
    tags = {tag.tag_id: tag for tag in chain(message.tags, message.revoked_tags)}
    return Snapshot(to_occurrence(message), to_rule(message), read_at, read_at, message.valid_from, tags)


def to_occurrence(message: activity_pb2.OccurrenceSnapshot) -> Occurrence:
    """The domain's view of a snapshot."""
    policy = message.policy
    checks_place = policy.fence in _CHECKED and message.HasField("place") or policy.wifi in _CHECKED
    return Occurrence(
        occurrence_id=message.occurrence_id,
        activity_id=message.activity_id,
        organisation_id=message.organisation_id,
        state=ActivityState(message.state),
        title=message.title,
        place_name=message.place.name,
        starts_at=message.starts_at,
        ends_at=message.ends_at,
        opens_at=message.opens_at,
        closes_at=message.closes_at,
        late_after_s=message.late_after_s if message.has_late_after else None,
        late_policy=Grade(policy.late or Grade.ACCEPT),
        offline_policy=Grade(policy.offline or Grade.REVIEW),
        offline_window_s=message.offline_window_s,
        methods=frozenset(message.methods),
        capacity=message.capacity,
        code=message.code,
        epoch=message.epoch,
        is_place_checked=checks_place,
        gates=tuple(message.gates),
        valid_from=message.valid_from,
        amended_at=message.amended_at,
        roster_id=message.roster_id,
        not_listed_policy=Grade(policy.not_listed or Grade.REVIEW),
        is_once=message.reentry == activity_pb2.REENTRY_ONCE,
        undecided=Undecided(policy.undecided),
    )


_CHECKED = frozenset({Grade.REVIEW, Grade.REFUSE})


def to_rule(message: activity_pb2.OccurrenceSnapshot) -> antifraud_pb2.Rule:
    """What antifraud needs of a snapshot; made once, sent with every batch."""
    place, policy = message.place, message.policy
    return antifraud_pb2.Rule(
        has_fence=message.HasField("place"),
        latitude=place.latitude,
        longitude=place.longitude,
        radius_m=place.radius_m,
        bssids=message.bssids,
        fence=antifraud_pb2.Grade.ValueType(policy.fence),
        wifi=antifraud_pb2.Grade.ValueType(policy.wifi),
        place=antifraud_pb2.PlaceRule.ValueType(policy.place),
        location_max_age_s=policy.location_max_age_s,
    )
