"""activity's store in memory, and identity and Redis as far as activity uses them.

`tests/contract/activity/test_store.py` runs the same body on this store and on the real one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domainkit.entry_codes import TAIL_BYTES
from domainkit.organisations import OneActivity
from domainkit.roles import NONE, STAFF, Reach, Role
from protos.activity.v1 import activity_pb2 as pb
from servicekit.breaker import AsyncBreaker
from servicekit.clock import SECOND_US, now_us
from servicekit.mysql.idempotency import IdempotencyKeyReusedError, Intent
from servicekit.redis.allowance import Allowance
from servicekit.redis.cache import RedisError
from servicekit.rpc.interceptors import person
from services.activity import domain, messages
from services.activity.definition import Definition, Kind, Method, Place, Wifi, differences
from services.activity.displays import LINK_US, Display, own_gate
from services.activity.displays import QUOTA as DISPLAYS
from services.activity.displays import Kind as DisplayKind
from services.activity.domain import ANY, Activity, Phase, Sought, State
from services.activity.errors import (
    ActivityNotFoundError,
    DisplayNotFoundError,
    PlaceNotFoundError,
    RevisionStaleError,
    RosterNotFoundError,
    TagNotFoundError,
    TooManyDisplaysError,
    TooManyPlacesError,
    TooManyTagsError,
)
from services.activity.places import QUOTA, SavedPlace, Site
from services.activity.quotas import Quotas
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.listed import Asked
from services.activity.rosters.rosters import Roster
from services.activity.tags.tags import Tag, Tap

# A Tuesday morning.
STARTS_AT = 1_800_000_000 * SECOND_US
HOUR_US = 3600 * SECOND_US


def a_definition(organisation_id: bytes, **changes: Any) -> Definition:
    """A lecture of two hours with everything an organiser can say of it."""
    definition = Definition(
        organisation_id=organisation_id,
        kind=Kind.EVENT,
        title="新生讲座",
        time_zone="Asia/Shanghai",
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + 2 * HOUR_US,
        late_after_s=600,
        place=Place("图书馆报告厅", 25.0389, 102.7183, 200.0),
        wifi=(Wifi("campus", b"\x9c\xa6\x15\x00\x1f\x2e"),),
        methods=(Method.QR, Method.CODE, Method.PLACE),
        gates=("东门", "西门"),
    )
    return replace(definition, **changes)


@dataclass
class FakeStore:
    """Activities in a dictionary."""

    activities: dict[bytes, Activity] = field(default_factory=dict)
    made: dict[tuple[bytes, str], tuple[bytes, bytes]] = field(default_factory=dict)
    reads: int = 0
    turnouts: dict[bytes, int] = field(default_factory=dict)

    switched_on: list[pb.Switch] = field(default_factory=list)
    versions: list[Activity] = field(default_factory=list)
    # By activity and revision.
    changed_by: dict[tuple[bytes, int], bytes | None] = field(default_factory=dict)

    async def record_turnouts(self, turnouts: Mapping[bytes, int]) -> None:
        """Keeps them all."""
        self.turnouts |= turnouts

    async def switches(self) -> list[pb.Switch]:
        """See `Store.switches`."""
        return self.switched_on

    async def find_as_of(
        self, at: int, *, activity_ids: Collection[bytes] = (), occurrence_ids: Collection[bytes] = ()
    ) -> list[pb.OccurrenceSnapshot]:
        """See `Store.find_as_of`."""
        newest = {version.activity_id: version for version in self.versions if version.valid_from <= at}
        return [
            snapshot
            for activity in newest.values()
            for snapshot in messages.to_snapshots(activity)
            if activity.activity_id in activity_ids or snapshot.occurrence_id in occurrence_ids
            if activity.state is not State.DELETED
        ]

    async def create(self, draft: Callable[[], Activity], intent: Intent) -> Activity:
        """See `Store.create`."""
        key = (intent.user_id, intent.key)
        if intent.key and key in self.made:
            body, activity_id = self.made[key]
            if body != intent.body:
                raise IdempotencyKeyReusedError("this Idempotency-Key was used for another request; take a new one")
            return self.activities[activity_id]
        activity = self._kept(replace(self._with_free_code(draft), valid_from=now_us()))
        self.made[key] = (intent.body, activity.activity_id)
        return activity

    async def change(
        self,
        activity_id: bytes,
        move: Callable[[Activity], Activity],
        *,
        by: bytes | None = None,
        seen: int | None = None,
    ) -> Activity:
        """See `Store.change`."""
        before = await self.get(activity_id)
        if before is None:
            raise ActivityNotFoundError
        after = self._with_free_code(lambda: move(before))
        if after is before:
            return before
        if seen not in (None, before.revision):
            then = next(each for each in self.versions if (each.activity_id, each.revision) == (activity_id, seen))
            raise RevisionStaleError(before.revision, differences(then.definition, before.definition))
        if before.state is State.DRAFT and after.state is not State.DRAFT:
            self._cancel_rehearsals(activity_id)
        self.changed_by[activity_id, after.revision] = by
        return self._kept(after.stored_after(before, now_us()))

    async def rehearse(self, activity_id: bytes, make: Callable[[Activity], Activity], by: bytes) -> Activity:
        """See `Store.rehearse`."""
        draft = await self.get(activity_id)
        if draft is None:
            raise ActivityNotFoundError
        rehearsal = replace(self._with_free_code(lambda: make(draft)), valid_from=now_us())
        self._cancel_rehearsals(activity_id)
        return self._kept(rehearsal)

    async def get(self, activity_id: bytes) -> Activity | None:
        """See `Store.get`."""
        self.reads += 1
        return next((each for each in self._there() if each.activity_id == activity_id), None)

    async def find(
        self,
        *,
        activity_ids: Collection[bytes] = (),
        occurrence_ids: Collection[bytes] = (),
        codes: Collection[str] = (),
    ) -> list[Activity]:
        """See `Store.find`."""
        self.reads += 1
        return [
            activity
            for activity in self._there()
            if activity.activity_id in activity_ids
            or activity.code in codes
            or any(each.occurrence_id in occurrence_ids for each in activity.occurrences)
        ]

    async def count_running(self, organisation_id: bytes, at: int) -> int:
        """See `Store.count_running`."""
        theirs = [each for each in self._there() if each.definition.organisation_id == organisation_id]
        listed = [each for each in theirs if each.rehearsal_of is None]
        return sum(each.state is State.PUBLISHED and each.closes_at > at for each in listed)

    async def page(
        self,
        organisation_ids: Collection[bytes],
        before: bytes | None,
        size: int,
        activity_ids: Collection[bytes] = (),
        sought: Sought = ANY,
    ) -> list[Activity]:
        """See `Store.page`."""
        wanted = [
            activity
            for activity in self._there()
            if (activity.definition.organisation_id in organisation_ids or activity.activity_id in activity_ids)
            and activity.rehearsal_of is None
            and (before is None or activity.activity_id < before)
            and _is_sought(activity, sought)
        ]
        return sorted(wanted, key=lambda activity: activity.activity_id, reverse=True)[:size]

    def _cancel_rehearsals(self, activity_id: bytes) -> None:
        for each in self._there():
            if each.rehearsal_of == activity_id and each.state is State.PUBLISHED:
                self._kept(each.cancel().stored_after(each, now_us()))

    def _there(self) -> list[Activity]:
        return [activity for activity in self.activities.values() if activity.state is not State.DELETED]

    def _kept(self, activity: Activity) -> Activity:
        self.activities[activity.activity_id] = activity
        self.versions.append(activity)
        return activity

    def _with_free_code(self, make: Callable[[], Activity]) -> Activity:
        activity = make()
        while any(
            other.code == activity.code and other.activity_id != activity.activity_id
            for other in self.activities.values()
        ):
            activity = make()
        return activity


def _is_sought(activity: Activity, sought: Sought) -> bool:
    ahead = [one for one in activity.occurrences if activity.state is State.PUBLISHED and one.closes_at > sought.at]
    if activity.state is State.DRAFT:
        phase = Phase.DRAFT
    elif not ahead:
        phase = Phase.PAST
    else:
        phase = Phase.NOW if any(one.opens_at <= sought.at for one in ahead) else Phase.UPCOMING
    is_called_so = sought.title.lower() in activity.definition.title.lower()
    return is_called_so and sought.phase in (Phase.ANY, phase)


@dataclass
class FakePlaces:
    """Saved places in a dictionary; see `Places`."""

    quota: int = QUOTA
    saved: dict[bytes, SavedPlace] = field(default_factory=dict)
    made: dict[tuple[bytes, str], tuple[bytes, bytes]] = field(default_factory=dict)

    async def page(self, organisation_id: bytes, before: bytes | None, size: int) -> list[SavedPlace]:
        """See `Places.page`."""
        found = sorted(self._of(organisation_id), key=lambda place: place.place_id, reverse=True)
        return [place for place in found if before is None or place.place_id < before][:size]

    async def save(self, place: SavedPlace, intent: Intent) -> SavedPlace:
        """See `Places.save`."""
        key = (intent.user_id, intent.key)
        if intent.key and key in self.made:
            body, place_id = self.made[key]
            if body != intent.body:
                raise IdempotencyKeyReusedError("this Idempotency-Key was used for another request; take a new one")
            return self.saved[place_id]
        if len(self._of(place.organisation_id)) >= self.quota:
            raise TooManyPlacesError(self.quota)
        self.made[key] = (intent.body, place.place_id)
        self.saved[place.place_id] = place
        return place

    async def change(self, organisation_id: bytes, place_id: bytes, move: Callable[[Site], Site]) -> SavedPlace:
        """See `Places.change`."""
        place = self._require(organisation_id, place_id)
        self.saved[place_id] = replace(place, site=move(place.site))
        return self.saved[place_id]

    async def delete(self, organisation_id: bytes, place_id: bytes) -> None:
        """See `Places.delete`."""
        self._require(organisation_id, place_id)
        del self.saved[place_id]

    def _of(self, organisation_id: bytes) -> list[SavedPlace]:
        return [place for place in self.saved.values() if place.organisation_id == organisation_id]

    def _require(self, organisation_id: bytes, place_id: bytes) -> SavedPlace:
        found = [place for place in self._of(organisation_id) if place.place_id == place_id]
        if not found:
            raise PlaceNotFoundError
        return found[0]


@dataclass
class FakeDisplays:
    """Displays in a dictionary; see `Displays`."""

    quota: int = DISPLAYS
    saved: dict[bytes, Display] = field(default_factory=dict)

    async def add(self, display: Display) -> Display:
        """See `Displays.add`."""
        found = [each for each in self.saved.values() if each.activity_id == display.activity_id]
        if sum(self._lives(each, display.created_at) for each in found) >= self.quota:
            raise TooManyDisplaysError(self.quota)
        if display.kind == DisplayKind.KIOSK and not display.gate:
            display = replace(display, gate=own_gate({each.gate for each in found if each.kind == DisplayKind.KIOSK}))
        self.saved[display.display_id] = display
        return display

    async def open(self, opened: Display) -> bool:
        """See `Displays.open`."""
        known = self.saved[opened.display_id]
        if known.opened_at is not None or known.revoked_at is not None:
            return False
        self.saved[opened.display_id] = opened
        return True

    async def revoke(self, activity_id: bytes, display_id: bytes, by: bytes, now_us: int) -> None:
        """See `Displays.revoke`."""
        known = self.saved.get(display_id)
        if known is None or known.activity_id != activity_id:
            raise DisplayNotFoundError
        if known.revoked_at is None:
            self.saved[display_id] = replace(known, revoked_at=now_us)

    async def of_activity(self, activity_id: bytes) -> list[Display]:
        """See `Displays.of_activity`."""
        found = [each for each in self.saved.values() if each.activity_id == activity_id]
        return sorted(found, key=lambda each: each.display_id, reverse=True)

    async def of_code(self, digest: bytes) -> Display | None:
        """See `Displays.of_code`."""
        return next((each for each in self.saved.values() if each.code_digest == digest), None)

    async def of_secret(self, digest: bytes) -> Display | None:
        """See `Displays.of_secret`."""
        return next((each for each in self.saved.values() if each.secret_digest == digest), None)

    def _lives(self, display: Display, now_us: int) -> bool:
        may_open = display.opened_at is not None or now_us < display.created_at + LINK_US
        return display.revoked_at is None and may_open


@dataclass
class FakeRosters:
    """Rosters by id."""

    rosters: dict[bytes, Roster] = field(default_factory=dict)

    async def get(self, roster_id: bytes) -> Roster:
        """See `Rosters.get`."""
        if roster_id not in self.rosters:
            raise RosterNotFoundError
        return self.rosters[roster_id]


@dataclass
class FakeEntries:
    """Who is on rosters, by roster."""

    listed: dict[bytes, list[Listed]] = field(default_factory=dict)

    async def find(self, roster_id: bytes, asked: Asked) -> list[Listed]:
        """See `Entries.find`."""
        return [one for one in self.listed.get(roster_id, []) if self._is_meant(one, asked)]

    def _is_meant(self, one: Listed, asked: Asked) -> bool:
        is_theirs = one.bound is not None and one.bound.user_id in asked.user_ids
        return is_theirs or one.entry_id in asked.entry_ids or one.entry_id[-TAIL_BYTES:] in asked.tails


@dataclass
class FakeRoles:
    """Who is what, by (organisation, person), and staff of one activity, by (activity, person); what is archived."""

    roles: dict[tuple[bytes, bytes], Role] = field(default_factory=dict)
    alone: set[tuple[bytes, bytes]] = field(default_factory=set)
    archived: set[bytes] = field(default_factory=set)

    async def of_caller(self, organisation_id: bytes, activity: OneActivity | None = None) -> Role:
        """See `Roles.of_caller`."""
        return await self.of(organisation_id, person().user_id, activity)

    async def of(self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None) -> Role:
        """See `Roles.of`."""
        is_alone = activity is not None and (activity.activity_id, user_id) in self.alone
        return max(self.roles.get((organisation_id, user_id), NONE), STAFF if is_alone else NONE)

    async def is_archived(self, organisation_id: bytes) -> bool:
        """See `Roles.is_archived`."""
        return organisation_id in self.archived

    async def reach_of_caller(self) -> Reach:
        """See `Roles.reach_of_caller`."""
        caller = person().user_id
        theirs = [organisation for (organisation, user), role in self.roles.items() if user == caller and role >= STAFF]
        return Reach(theirs, [activity_id for activity_id, user in self.alone if user == caller])


@dataclass
class FakeRedis:
    """GET, SET NX, and the script of `servicekit.redis.allowance` in a pipeline; `is_gone` breaks it."""

    is_gone: bool = False
    values: dict[Any, Any] = field(default_factory=dict)
    breaker: AsyncBreaker = field(default_factory=lambda: AsyncBreaker("redis", fail_max=1000))
    command_stack: list[tuple[Any, ...]] = field(default_factory=list)

    async def get(self, name: str) -> bytes | None:
        """A value, as bytes."""
        self._check()
        return self.values.get(name)

    async def set(self, name: str, value: str, *, nx: bool, ex: int) -> bool | None:
        """Stores a value unless there is one; it never expires."""
        self._check()
        if name in self.values:
            return None
        self.values[name] = value.encode()
        return True

    def pipeline(self, *, transaction: bool) -> "FakeRedis":
        """An empty one."""
        self.command_stack = []
        return self

    def evalsha(self, digest: str, count: int, *rest: Any) -> None:
        """Keeps a call."""
        self.command_stack.append((rest[:count], *rest[count:]))

    async def execute(self) -> list[list[int]]:
        """Spends; counters never expire. Fails when Redis is gone."""
        self._check()
        return [self._spend(*call) for call in self.command_stack]

    def _spend(self, keys: Sequence[bytes], limit: int, window_s: int, *flags: str) -> list[int]:
        waits = []
        for key, flag in zip(keys, flags, strict=True):
            is_over = self.values.get(key, 0) >= limit
            waits.append(window_s if is_over else 0)
            self.values[key] = self.values.get(key, 0) + (flag == "1" and not is_over)
        return waits

    def _check(self) -> None:
        if self.is_gone:
            raise RedisError("gone")


def a_draft(organisation_id: bytes, activity_id: bytes, occurrence_id: bytes, **changes: Any) -> Activity:
    """A draft of the lecture, made a day before."""
    definition = a_definition(organisation_id, **changes)
    return domain.draft(definition, activity_id, occurrence_id, STARTS_AT - 24 * HOUR_US)


def an_allowance(limit: int) -> Allowance:
    """So many an hour."""
    return Allowance(FakeRedis(), b"test:", limit=limit, window_s=3600)  # type: ignore[arg-type]


def a_lot() -> Quotas:
    """More than any test makes."""
    return Quotas(an_allowance(1000), an_allowance(1000))


@dataclass
class FakeTags:
    """Tags in a dictionary."""

    tags: dict[bytes, Tag] = field(default_factory=dict)
    quota: int = 50

    async def add(self, tag: Tag) -> None:
        """See `Tags.add`."""
        if sum(each.revoked_at is None for each in await self.of_activity(tag.activity_id)) >= self.quota:
            raise TooManyTagsError(self.quota)
        self.tags[tag.tag_id] = tag

    async def revoke(self, activity: Activity, tag_id: bytes, by: bytes, now_us: int) -> None:
        """See `Tags.revoke`."""
        tag = self.tags.get(tag_id)
        if tag is None or tag.activity_id != activity.activity_id:
            raise TagNotFoundError
        if tag.revoked_at is None:
            self.tags[tag_id] = replace(tag, revoked_at=now_us)

    async def of_activity(self, activity_id: bytes) -> list[Tag]:
        """See `Tags.of_activity`."""
        newest = sorted(self.tags.values(), key=lambda tag: tag.tag_id, reverse=True)
        theirs = [tag for tag in newest if tag.activity_id == activity_id]
        return sorted(theirs, key=lambda tag: tag.revoked_at is not None)

    async def known(self, activity_ids: Collection[bytes], at: int = 0) -> dict[bytes, list[Tag]]:
        """See `Tags.known`."""
        return {each: sorted(await self._known(each, at), key=_end)[:100] for each in activity_ids}

    async def _known(self, activity_id: bytes, at: int) -> list[Tag]:
        return [tag for tag in await self.of_activity(activity_id) if _is_known(tag, at)]

    async def record(self, taps: Mapping[bytes, Tap]) -> None:
        """See `Tags.record`."""
        for tag_id, tap in taps.items():
            if tag := self.tags.get(tag_id):
                seen_at = max(tag.last_seen_at or tap.seen_at, tap.seen_at)
                counter = max(tag.last_counter, tap.counter)
                self.tags[tag_id] = replace(tag, last_seen_at=seen_at, last_counter=counter)


def _end(tag: Tag) -> tuple[bool, int]:
    """The living first, then the last to be revoked."""
    return tag.revoked_at is not None, -(tag.revoked_at or 0)


def _is_known(tag: Tag, at: int) -> bool:
    if at and tag.created_at > at:
        return False
    return tag.revoked_at is None or tag.revoked_at > (at or now_us()) - 24 * 3600 * SECOND_US
