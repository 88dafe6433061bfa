"""Makes pages of lists: facts of who has tried, joined with the roster, what participants say, and names."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

from servicekit.clock import now_us
from services.reporting.domain import Activity, Counted, Cursor, Filter, Status
from services.reporting.errors import NumbersDroppedError
from services.reporting.expected.tally import Answer, Member, Roster
from services.reporting.facts.lists import BY_MOVE, Lot, Narrowed, Standing, Step, new_list, who_moved
from services.reporting.people.naming import Naming
from services.reporting.people.scene import Scene, Wanted, if_known

# People who are looked at at once where facts alone do not say who is on a list.
_AT_ONCE = 500
# More ids than this do not narrow a query.
_IDS_AT_MOST = 20_000
# Keys of a list that goes by them, looked at at once.
_KEYS_AT_ONCE = 200
_NOWHERE = bytes(16)
# Most who are checked in are inside, so that one look is enough; where most have left, there is an end to looking.
_DRAWN_AT_ONCE = (120, 1000, 3000)
_CHECKED_IN = Narrowed(Filter(status=Status.CHECKED_IN))

Details = Mapping[bytes, Collection[str]]


class Facts(Protocol):
    """See `facts.lists.FactLists`; every method raises UnavailableError when MySQL is gone."""

    async def written_at(self, activity_id: bytes) -> int:
        """When the last fact of an activity was written; 0 for never."""

    async def is_whole(self) -> bool:
        """Whether everything that was over before history began is filled in."""

    async def page(
        self, activity_id: bytes, narrowed: Narrowed, cursor: Cursor, size: int, occurrence_id: bytes
    ) -> Sequence[Step]:
        """The next people of one part of a list."""

    async def of(self, activity_id: bytes, user_ids: Collection[bytes], occurrence_id: bytes) -> Sequence[Counted]:
        """What some people did; without an occurrence, at every one."""

    async def lots(
        self, activity_id: bytes, seed: bytes, after: bytes, size: int, occurrence_id: bytes
    ) -> Sequence[Lot]:
        """The next who are checked in, in a seed's order."""

    async def standing(self, activity_id: bytes, occurrence_id: bytes) -> Standing:
        """Who stands where."""


class Rosters(Protocol):
    """See `expected.roster_client.Rosters`; raises ServiceError when nobody can tell."""

    async def get(self, roster_id: bytes) -> Roster:
        """Everybody who is expected."""


class Participants(Protocol):
    """See `expected.participant_client.Participants`; both methods raise ServiceError when nobody can tell."""

    async def answers(self, activity_id: bytes) -> Mapping[bytes, Answer]:
        """What everybody answered who did."""

    async def details(self, activity_id: bytes, user_ids: Sequence[bytes]) -> dict[bytes, Collection[str]]:
        """What people told of themselves, one text for each question."""


class Shown(NamedTuple):
    """A person on a list.

    Attributes:
        member: Who they are on the roster; None for who is not on it.
        is_listed: None where there is no roster, or it cannot be read.
        details: One text for each question; none where nothing was told.
    """

    found: Counted
    member: Member | None
    is_listed: bool | None
    answer: Answer
    name: str
    number: str
    details: Collection[str]

    @property
    def user_id(self) -> bytes:
        """Of who has tried, whoever did; else whom the entry is bound to, or the entry itself."""
        if self.member and not self.found.occurrence_id:
            return self.member.user_id or self.member.entry_id
        return self.found.user_id


class People:
    """Makes lists."""

    def __init__(self, facts: Facts, rosters: Rosters, participants: Participants, naming: Naming) -> None:
        self._facts = facts
        self._rosters = rosters
        self._participants = participants
        self._naming = naming

    async def page(
        self, activity: Activity, wanted: Wanted, cursor: Cursor | None, size: int
    ) -> tuple[list[Shown], Cursor | None]:
        """A page of a list of an activity or one of its windows, and where to go on if there is more.

        Raises:
            ServiceError: What the list asks for cannot be read: leaving people out would be a lie.
            NumbersDroppedError: It was over before history began, and is not filled in yet.
        """
        scene = await self.scene(activity, is_needed=wanted.lists_expected, needs_roster=bool(wanted.group))
        by_key = wanted.lists_expected and (activity.roster_id or wanted.answer)
        people, more = await (self._by_key if by_key else self._by_time)(scene, wanted, cursor, size)
        return await self.shown(scene, people), more

    async def draw(self, activity: Activity, seed: bytes, after: bytes, count: int) -> tuple[list[Shown], bytes | None]:
        """Some of those inside by lot, and where to go on; None where everybody was drawn.

        Where most have left it looks at no more than a bounded number of people, and may find fewer.

        Args:
            seed: Draws of one seed never name anybody twice.
            after: Where the draw before ended; empty: it is the first.
        """
        scene, found = await self.scene(activity, is_needed=False), list[Counted]()
        for looked_at in _DRAWN_AT_ONCE:
            lots = await self._facts.lots(activity.activity_id, seed, after, looked_at, activity.occurrence_id)
            known = [each for each in lots if each.person]
            people = await self._as_one(scene, _CHECKED_IN, [each.person for each in known if each.person])
            for each, one in zip(known, people, strict=True):
                if one and one.presence.is_inside:
                    found.append(one)
                if len(found) == count:
                    return await self.shown(scene, found), each.lot
            if len(lots) < looked_at:
                return await self.shown(scene, found), None
            after = lots[-1].lot
        return await self.shown(scene, found), after

    async def scene(self, activity: Activity, *, is_needed: bool, needs_roster: bool = False) -> Scene:
        """What is known of an activity as a list of it begins.

        Raises:
            ServiceError: All of it is needed, or the roster, and cannot be read.
        """
        roster = None
        if activity.roster_id:
            listed = self._rosters.get(activity.roster_id)
            roster = await if_known(listed, None, is_needed=is_needed or needs_roster)
        answers = self._participants.answers(activity.activity_id)
        return Scene(activity, roster, await if_known(answers, {}, is_needed=is_needed))

    async def _began(self, activity: Activity) -> int:
        """When the last fact was written as a list begins."""
        written_at = await self._facts.written_at(activity.activity_id)
        if not written_at and activity.is_dropped(now_us()) and not await self._facts.is_whole():
            raise NumbersDroppedError
        return written_at

    async def _by_time(
        self, scene: Scene, wanted: Wanted, cursor: Cursor | None, size: int
    ) -> tuple[list[Counted], Cursor | None]:
        """Who has tried, the latest first, then who was written since."""
        activity = scene.activity
        began = cursor.began if cursor else await self._began(scene.activity)
        narrowed, at = await self._narrowed(scene, wanted), cursor or new_list(began)
        is_told_by_facts = not (wanted.query or wanted.lacks_details or wanted.group and narrowed.user_ids is None)
        count, found = size + 1 if is_told_by_facts else _AT_ONCE, list[tuple[Counted, Cursor]]()
        while len(found) <= size:
            steps = await self._facts.page(activity.activity_id, narrowed, at, count, activity.occurrence_id)
            people = await self._as_one(scene, narrowed, [step.person for step in steps])
            shown = zip(await self._admitted(scene, wanted, people), steps, strict=True)
            found += ((person, step.cursor(began, at.part)) for person, step in shown if person)
            if len(steps) == count:
                at = steps[-1].cursor(began, at.part)
            elif at.part == BY_MOVE or await self._facts.written_at(activity.activity_id) == began:
                break
            else:
                at = who_moved(began)
        page = found[:size]
        once = {(person.user_id, person.occurrence_id): person for person, _ in page}
        return list(once.values()), page[-1][1] if len(found) > size else None

    async def _by_key(
        self, scene: Scene, wanted: Wanted, cursor: Cursor | None, size: int
    ) -> tuple[list[Counted], Cursor | None]:
        """Who is expected or has answered, each once, in an order that nothing changes."""
        activity, found = scene.activity, list[tuple[bytes, Counted]]()
        await self._began(activity)
        standing = await self._facts.standing(activity.activity_id, activity.occurrence_id)
        keys = scene.expected(wanted, standing, cursor.user_id if cursor else b"")
        if wanted.query and (like := await self._naming.like(scene, wanted.query)) is not None:
            keys = filter(set(map(scene.key, like)).__contains__, keys)
        while len(found) <= size and (some := list(islice(keys, max(size + 1, _KEYS_AT_ONCE)))):
            tried = await self._done(scene, [each for key in some for each in scene.ids(key)])
            people = await self._admitted(scene, wanted, list(scene.people(some, tried)))
            found += ((key, person) for key, person in zip(some, people, strict=True) if person)
        page = found[:size]
        return [person for _, person in page], Cursor(0, 0, 0, page[-1][0], _NOWHERE) if len(found) > size else None

    async def _done(self, scene: Scene, user_ids: Collection[bytes]) -> Sequence[Counted]:
        return await self._facts.of(scene.activity.activity_id, user_ids, scene.activity.occurrence_id)

    async def _narrowed(self, scene: Scene, wanted: Wanted) -> Narrowed:
        ids = scene.group(wanted.group) if wanted.group else None
        if wanted.query and (like := await self._naming.like(scene, wanted.query)) is not None:
            ids = like if ids is None else set(ids) & set(like)
        return Narrowed(wanted.seat, None if ids is None or len(ids) > _IDS_AT_MOST else ids)

    async def _as_one(self, scene: Scene, narrowed: Narrowed, people: Sequence[Counted]) -> Sequence[Counted | None]:
        """Each as one with what they did under their other id; None where the list shows them as that."""
        twins = {each for person in people for each in _others(scene, person.user_id)}
        if not twins:
            return people
        every = [*people, *await self._done(scene, twins)]
        raw = {(person.user_id, person.occurrence_id): person for person in every}
        ones = {
            (scene.key(person.user_id), person.occurrence_id): person for person in scene.as_one(list(raw.values()))
        }

        def shown(person: Counted) -> Counted | None:
            one = ones[scene.key(person.user_id), person.occurrence_id]
            is_here = one.user_id == person.user_id or not narrowed.admits(raw[one.user_id, one.occurrence_id])
            return one if is_here else None

        return list(map(shown, people))

    async def _admitted(
        self, scene: Scene, wanted: Wanted, people: Sequence[Counted | None]
    ) -> Sequence[Counted | None]:
        """Those whom the list shows, in their places."""
        found = [person if person and scene.admits(wanted, person) else None for person in people]
        ids: Collection[bytes] = {person.user_id for person in found if person}
        if wanted.lacks_details and ids:
            ids = await self._lacking(scene, [person for person in found if person])
        if wanted.query and ids:
            ids = await self._naming.are_like(scene, ids, wanted.query)
        return [person if person and person.user_id in ids else None for person in found]

    async def _lacking(self, scene: Scene, people: Iterable[Counted]) -> Collection[bytes]:
        if not scene.activity.questions:
            return ()
        accepted = [person.user_id for person in people if person.seat.status == Status.CHECKED_IN]
        told = await self._details(scene, accepted)
        return {user_id for user_id in accepted if not all(told.get(scene.known_as(user_id), [""]))}

    async def _details(self, scene: Scene, ids: Sequence[bytes]) -> Details:
        users = list(map(scene.known_as, ids))
        return await self._participants.details(scene.activity.activity_id, users) if users else {}

    async def shown(
        self, scene: Scene, page: Sequence[Counted], *, is_needed: bool = False, has_details: bool = True
    ) -> list[Shown]:
        """People as lists show them, in their order.

        Args:
            has_details: Whether what they told of themselves is shown too.

        Raises:
            ServiceError: Names and details are needed, and some cannot be told.
        """
        ids = [person.user_id for person in page]
        names, told = await self._naming.of(scene, ids, is_needed=is_needed), dict[bytes, Collection[str]]()
        if scene.activity.questions and has_details:
            told = {**await if_known(self._details(scene, ids), {}, is_needed=is_needed)}
        return [
            Shown(
                person,
                member := scene.member(person.user_id),
                member is not None if scene.roster else None,
                scene.answer(person),
                *names.of(person.user_id),
                told.get(scene.known_as(person.user_id), ()),
            )
            for person in page
        ]


def _others(scene: Scene, user_id: bytes) -> Iterator[bytes]:
    ids = scene.ids(user_id)
    yield from ids if len(ids) > 1 else ()
