"""Lists of people: who has tried, who is expected and has not, and what is known of each of them."""

import logging
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol, TypeVar

from domainkit.guest_ids import is_guest
from domainkit.name_search import is_named_like
from servicekit.clock import now_us
from servicekit.errors import ServiceError
from services.reporting import domain
from services.reporting.domain import Activity, Counted, Cursor, Filter, Listing, SeatView, Status
from services.reporting.expected.roster_client import EntryName
from services.reporting.expected.tally import Answer, Member, Roster, answer_of, one_each, rank, under

log = logging.getLogger(__name__)

ValueT = TypeVar("ValueT")
Details = Mapping[bytes, Collection[str]]


class Live(Protocol):
    """See `live.numbers.LiveReader`."""

    async def people(self, activity_id: bytes, since: int | None = None) -> Listing:
        """Everybody with an attempt, and who moved on the list after a move; raises UnavailableError."""


class Identity(Protocol):
    """See `identity_client.Identity`."""

    async def names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """Names by person; who has none may be missing. Raises UnavailableError when identity is gone."""


class Rosters(Protocol):
    """See `expected.roster_client.Rosters`; both methods raise ServiceError when nobody can tell."""

    async def get(self, roster_id: bytes) -> Roster:
        """Everybody who is expected."""

    async def names(self, roster_id: bytes, entry_ids: Collection[bytes]) -> dict[bytes, EntryName]:
        """What lists show of entries."""


class Guests(Protocol):
    """See `domainkit.subject_names.GuestNames`; raises ServiceError when nobody can tell."""

    async def of(self, where: bytes, identifiers: Collection[bytes]) -> Mapping[bytes, str]:
        """Names of guests of an activity."""


class Participants(Protocol):
    """See `expected.participant_client.Participants`; both methods raise ServiceError when nobody can tell."""

    async def answers(self, activity_id: bytes) -> Mapping[bytes, Answer]:
        """What everybody answered who did."""

    async def details(self, activity_id: bytes, user_ids: Sequence[bytes]) -> dict[bytes, Collection[str]]:
        """What people told of themselves, one text for each question."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a list shows; what is empty asks for nothing.

    Attributes:
        query: Part of a name.
        lacks_details: Only who is checked in and has not said all that is asked.
    """

    seat: Filter = field(default_factory=Filter)
    query: str = ""
    group: str = ""
    answer: Answer = Answer.NONE
    lacks_details: bool = False

    @property
    def lists_expected(self) -> bool:
        """Whether who has not tried is on the list too: such lists go by id, in which nobody moves."""
        return self.seat.status == Status.ABSENT or self.answer is not Answer.NONE


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


class _Scene(NamedTuple):
    """What is known of an activity while one list of it is made."""

    activity: Activity
    roster: Roster | None
    answers: Mapping[bytes, Answer]

    def member(self, user_id: bytes) -> Member | None:
        return self.roster.by_id.get(user_id) if self.roster else None

    def key(self, user_id: bytes) -> bytes:
        """The id that stays theirs, whatever they are bound to."""
        member = self.member(user_id)
        return member.entry_id if member else user_id

    def known_as(self, user_id: bytes) -> bytes:
        """The user they are, as far as anybody knows."""
        member = self.member(user_id)
        return member.ids[-1] if member else user_id

    def answer(self, person: Counted) -> Answer:
        return under(self._answered(person.user_id), [person.seat.mark])

    def _answered(self, user_id: bytes) -> Answer:
        member = self.member(user_id)
        return answer_of(member.ids if member else [user_id], self.answers)

    def everybody(self, people: Iterable[Counted]) -> Iterable[Counted]:
        """Each person once: who has tried, by the best of it, who is expected, and who has answered."""
        found: dict[bytes, Counted] = {}
        for person in sorted(people, key=rank):
            found.setdefault(self.key(person.user_id), person)
        listed = (member.entry_id for member in self.roster.members) if self.roster else ()
        for key in {*listed, *map(self.key, self.answers)} - found.keys():
            found[key] = self._not_yet(key)
        return found.values()

    def _not_yet(self, key: bytes) -> Counted:
        """Somebody who has not tried: absent once they cannot come any more, unless they said so before."""
        is_absent = self.activity.is_settled(now_us()) and self._answered(key) is not Answer.LEAVE
        return Counted(key, SeatView(False, 0, [], int(Status.ABSENT) if is_absent else 0, "", "", "", []))

    def is_absent(self, person: Counted) -> bool:
        """Whether somebody who is expected holds no seat and asked for no leave; of others who was annulled."""
        if self.member(person.user_id) is None:
            return bool(person.occurrence_id) and person.seat.status == Status.ABSENT
        return not person.seat.is_held and self.answer(person) is not Answer.LEAVE


class People:
    """Makes lists, from the people in Redis, the roster, and what participants say."""

    def __init__(
        self, live: Live, identity: Identity, rosters: Rosters, participants: Participants, guests: Guests
    ) -> None:
        self._live = live
        self._identity = identity
        self._rosters = rosters
        self._participants = participants
        self._guests = guests

    async def page(
        self, activity: Activity, wanted: Wanted, cursor: Cursor | None, size: int
    ) -> tuple[list[Shown], Cursor | None]:
        """A page of a list, and where to go on if there is more.

        Raises:
            ServiceError: What the list asks for cannot be read: leaving people out would be a lie.
            NumbersDroppedError: Who is absent is no longer known.
        """
        scene = await self._scene(activity, wanted)
        listing = await self._live.people(activity.activity_id, cursor.began if cursor else None)
        if scene.roster:
            listing = listing._replace(people=one_each(listing.people, scene.roster))
        if wanted.lists_expected and (activity.roster_id or wanted.answer):
            people = await self._wanted(scene, wanted, scene.everybody(listing.people))
            page, more = _by_key(people, scene, cursor, size)
        else:
            people = await self._wanted(scene, wanted, listing.people)
            page, more = domain.page(listing._replace(people=people), cursor, size)
        return await self._shown(scene, page), more

    async def _scene(self, activity: Activity, wanted: Wanted) -> _Scene:
        is_needed, roster = wanted.lists_expected, None
        if activity.roster_id:
            listed = self._rosters.get(activity.roster_id)
            roster = await _if_known(listed, None, is_needed=is_needed or bool(wanted.group))
        answers = self._participants.answers(activity.activity_id)
        return _Scene(activity, roster, await _if_known(answers, {}, is_needed=is_needed))

    async def _wanted(self, scene: _Scene, wanted: Wanted, people: Iterable[Counted]) -> list[Counted]:
        found = [person for person in people if _admits(scene, wanted, person)]
        if wanted.lacks_details:
            found = await self._lacking(scene, found) if scene.activity.questions else []
        if wanted.query:
            # Without names nobody can tell, and an empty list would lie.
            names = {**await self._identity.names(_users(found)), **await self._guest_names(scene, found)}
            entries = await self._entries(scene, found)
            found = [each for each in found if is_named_like(_name(scene, each.user_id, names, entries), wanted.query)]
        return found

    async def _lacking(self, scene: _Scene, people: Iterable[Counted]) -> list[Counted]:
        accepted = [person for person in people if person.seat.status == Status.CHECKED_IN]
        told = await self._details(scene, accepted)
        return [person for person in accepted if not all(told.get(scene.known_as(person.user_id), [""]))]

    async def _details(self, scene: _Scene, people: Iterable[Counted]) -> Details:
        user_ids = [scene.known_as(person.user_id) for person in people]
        return await self._participants.details(scene.activity.activity_id, user_ids) if user_ids else {}

    async def _guest_names(self, scene: _Scene, people: Iterable[Counted]) -> Mapping[bytes, str]:
        guests = [person.user_id for person in people if is_guest(person.user_id)]
        return await self._guests.of(scene.activity.activity_id, guests) if guests else {}

    async def _entries(self, scene: _Scene, people: Iterable[Counted]) -> Mapping[bytes, EntryName]:
        """What the roster says of people, of those also who came as its entries and are off it by now."""
        entry_ids = [scene.key(user_id) for user_id in _users(people)]
        roster_id = scene.activity.roster_id
        return await self._rosters.names(roster_id, entry_ids) if roster_id and entry_ids else {}

    async def _shown(self, scene: _Scene, page: Sequence[Counted]) -> list[Shown]:
        names: Mapping[bytes, str] = await _if_known(self._identity.names(_users(page)), {})
        names = {**names, **await _if_known(self._guest_names(scene, page), {})}
        entries = await _if_known(self._entries(scene, page), {})
        told: Details = await _if_known(self._details(scene, page), {}) if scene.activity.questions else {}
        return [
            Shown(
                person,
                member := scene.member(person.user_id),
                member is not None if scene.roster else None,
                scene.answer(person),
                _name(scene, person.user_id, names, entries),
                entries[member.entry_id].number if member and member.entry_id in entries else "",
                told.get(scene.known_as(person.user_id), ()),
            )
            for person in page
        ]


async def _if_known(told: Awaitable[ValueT], otherwise: ValueT, *, is_needed: bool = False) -> ValueT:
    try:
        return await told
    except ServiceError as error:
        if is_needed:
            raise
        log.warning("a list goes without some of what it shows: %s", error)
        return otherwise


def _admits(scene: _Scene, wanted: Wanted, person: Counted) -> bool:
    seat, member = wanted.seat, scene.member(person.user_id)
    if scene.activity.roster_id and seat.status == Status.ABSENT:
        if not scene.is_absent(person):
            return False
        seat = replace(seat, status=0)
    return (
        seat.admits(person)
        and (not wanted.group or (member is not None and member.group == wanted.group))
        and (not wanted.answer or scene.answer(person) is wanted.answer)
    )


def _users(people: Iterable[Counted]) -> list[bytes]:
    """All but guests."""
    return [person.user_id for person in people if not is_guest(person.user_id)]


def _name(scene: _Scene, user_id: bytes, names: Mapping[bytes, str], entries: Mapping[bytes, EntryName]) -> str:
    """As the roster calls them, else as they call themselves, or staff wrote them down."""
    listed = entries.get(scene.key(user_id))
    return listed.name if listed else names.get(user_id, "")


def _by_key(
    people: Iterable[Counted], scene: _Scene, cursor: Cursor | None, size: int
) -> tuple[Sequence[Counted], Cursor | None]:
    """A page of people who come once each, in an order that nothing changes."""
    found = {scene.key(person.user_id): person for person in people}
    rest = sorted(key for key in found if cursor is None or key > cursor.user_id)
    more = Cursor(0, 0, 0, rest[size - 1]) if len(rest) > size else None
    return [found[key] for key in rest[:size]], more
