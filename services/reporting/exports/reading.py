"""Everybody of an activity, some at a time: who is expected, in the order of the roster, then whoever else tried.

Each is read once, whatever happens meanwhile, because whom to read is known before: ids alone are kept of all.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from services.reporting.domain import Activity, Counted, Window
from services.reporting.exports.columns import Line
from services.reporting.exports.rulings import Ask, Place, Ruling
from services.reporting.people.pages import Shown
from services.reporting.people.scene import Scene, Wanted

_IDS_AT_ONCE = 20_000
# What is in memory at once: people, and what they did at all of the occurrences.
PEOPLE_AT_ONCE = 500
_FACTS_AT_ONCE = 5000


class Facts(Protocol):
    """See `facts.lists.FactLists`; both methods raise UnavailableError when MySQL is gone."""

    async def user_ids(self, activity_id: bytes, after: bytes, size: int, occurrence_id: bytes = b"") -> list[bytes]:
        """Who did anything, the next ones after one; without an occurrence, at any one."""

    async def of(self, activity_id: bytes, user_ids: Collection[bytes], occurrence_id: bytes = b"") -> list[Counted]:
        """What some people did; without an occurrence, at every one."""


class People(Protocol):
    """See `people.pages.People`; both methods raise ServiceError when something cannot be told."""

    async def scene(self, activity: Activity, *, is_needed: bool) -> Scene:
        """Who is expected, and what they say."""

    async def shown(
        self, scene: Scene, page: Sequence[Counted], *, is_needed: bool, has_details: bool
    ) -> Sequence[Shown]:
        """People with their names."""


class Windows(Protocol):
    """See `store.Activities`; raises UnavailableError when MySQL is gone."""

    async def windows_of(self, activity_id: bytes) -> list[Window]:
        """All windows of an activity, in order of closing."""


# The phones of entries of a roster, masked or whole; raises ServiceError.
Phones = Callable[[bytes, Collection[bytes], bool], Awaitable[Mapping[bytes, str]]]


class Sources(NamedTuple):
    """Where everything is read."""

    facts: Facts
    people: People
    windows: Windows
    phones: Phones
    rulings: Ask


@dataclass(frozen=True, slots=True)
class Gathering:
    """An activity as it is read for a file.

    Attributes:
        keys: Of everybody, each once: `Scene.key`.
        windows: By occurrence.
    """

    scene: Scene
    keys: Sequence[bytes]
    windows: Mapping[bytes, Window]
    zone: ZoneInfo
    sources: Sources = field(repr=False)

    @property
    def activity(self) -> Activity:
        """Of what."""
        return self.scene.activity

    def chunks(self, keys: Sequence[bytes] | None = None) -> Iterator[Sequence[bytes]]:
        """The keys, as many at once as may be in memory."""
        keys = self.keys if keys is None else keys
        size = max(1, min(PEOPLE_AT_ONCE, _FACTS_AT_ONCE // max(1, len(self.windows))))
        return (keys[first : first + size] for first in range(0, len(keys), size))

    async def tried(self, keys: Iterable[bytes]) -> Sequence[Counted]:
        """What some people did, as one at each occurrence."""
        ids = [each for key in keys for each in self.scene.ids(key)]
        activity = self.activity
        return self.scene.as_one(await self.sources.facts.of(activity.activity_id, ids, activity.occurrence_id))

    async def lines(self, people: Sequence[Counted], columns: Collection[str], *, shows_phones: bool) -> list[Line]:
        """People as rows are made of them, in their order."""
        shown, phones = await asyncio.gather(
            self.sources.people.shown(self.scene, people, is_needed=True, has_details="details" in columns),
            self._phones(people if "phone" in columns else (), shows_phones=shows_phones),
        )
        return [Line(each, phones.get(self._entry(each), ""), self.begins_at(each.found), self.zone) for each in shown]

    async def rulings(self, people: Iterable[Counted]) -> Mapping[Place, Ruling]:
        """What was decided last on people where they tried, by occurrence and key."""
        seats = {(each.occurrence_id, known) for each in people for known in self._ids(each)}
        found: dict[Place, Ruling] = {}
        for (occurrence_id, user_id), ruling in (await self.sources.rulings(seats)).items():
            place = (occurrence_id, self.scene.key(user_id))
            found[place] = max(found.get(place, ruling), ruling)
        return found

    def _ids(self, person: Counted) -> Sequence[bytes]:
        return self.scene.ids(self.scene.key(person.user_id))

    def begins_at(self, person: Counted) -> int:
        """When the occurrence opened where somebody tried; 0: none is known."""
        window = self.windows.get(person.occurrence_id)
        return window.opens_at if window else 0

    async def _phones(self, people: Sequence[Counted], *, shows_phones: bool) -> Mapping[bytes, str]:
        members = (self.scene.member(person.user_id) for person in people)
        entries = {member.entry_id for member in members if member}
        if not entries or not self.activity.roster_id:
            return {}
        return await self.sources.phones(self.activity.roster_id, entries, shows_phones)

    @staticmethod
    def _entry(shown: Shown) -> bytes:
        return shown.member.entry_id if shown.member else b""


async def gather(sources: Sources, activity: Activity, user_ids: Collection[bytes] = ()) -> Gathering:
    """Looks who there is at an activity, or at one of its windows.

    Args:
        user_ids: Who alone is wanted, whether they did anything or not; none: everybody.

    Raises:
        ServiceError: MySQL or the activity service is gone.
    """
    scene = await sources.people.scene(activity, is_needed=True)
    windows = await sources.windows.windows_of(activity.activity_id)
    windows = [each for each in windows if activity.occurrence_id in (b"", each.occurrence_id)]
    keys = _named(scene, user_ids) if user_ids else await _everybody(scene, sources.facts)
    by_id = {window.occurrence_id: window for window in windows}
    return Gathering(scene, keys, by_id, ZoneInfo(activity.time_zone or "UTC"), sources)


def _named(scene: Scene, user_ids: Iterable[bytes]) -> list[bytes]:
    """In the order in which everybody comes."""
    return sorted({scene.key(each) for each in user_ids}, key=lambda key: (scene.member(key) is None, key))


async def _everybody(scene: Scene, facts: Facts) -> list[bytes]:
    keys = dict.fromkeys(member.entry_id for member in scene.roster.members) if scene.roster else {}
    async for user_id in _who_tried(facts, scene.activity):
        keys.setdefault(scene.key(user_id))
    return list(keys)


async def _who_tried(facts: Facts, activity: Activity) -> AsyncIterator[bytes]:
    after = b""
    while some := await facts.user_ids(activity.activity_id, after, _IDS_AT_ONCE, activity.occurrence_id):
        for user_id in some:
            yield user_id
        after = some[-1]


async def people(gathering: Gathering, wanted: Wanted) -> AsyncIterator[tuple[int, Sequence[Counted]]]:
    """How many were looked at, and who of them is wanted: everybody once, by the best of what they tried."""
    for chunk in gathering.chunks():
        found = list(gathering.scene.people(chunk, await gathering.tried(chunk)))
        yield len(chunk), [person for person in found if gathering.scene.admits(wanted, person)]


async def tries(gathering: Gathering, wanted: Wanted) -> AsyncIterator[tuple[int, Sequence[Counted]]]:
    """How many were looked at, and who of them is wanted, once for every occurrence where they tried."""
    scene = gathering.scene
    for chunk in gathering.chunks():
        of_key: dict[bytes, list[Counted]] = {key: [] for key in chunk}
        for person in sorted(await gathering.tried(chunk), key=gathering.begins_at):
            of_key[scene.key(person.user_id)].append(person)
        yield len(chunk), [each for key in chunk for each in of_key[key] if scene.admits(wanted, each)]
