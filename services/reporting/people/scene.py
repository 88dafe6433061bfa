"""Who is who at one activity while a list of it is made, and whom the list shows."""

import logging
from bisect import bisect_right
from collections.abc import Awaitable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from typing import NamedTuple, TypeVar

from servicekit.clock import now_us
from servicekit.errors import ServiceError
from services.reporting.domain import Activity, Counted, Filter, Mark, SeatView, Status
from services.reporting.expected.tally import Answer, Member, Roster, answer_of, one_each, rank, under
from services.reporting.facts.lists import Standing

log = logging.getLogger(__name__)

ValueT = TypeVar("ValueT")


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


class Scene(NamedTuple):
    """What is known of an activity; `roster` is None where there is none, or nobody can tell."""

    activity: Activity
    roster: Roster | None
    answers: Mapping[bytes, Answer]

    def member(self, user_id: bytes) -> Member | None:
        """Who somebody is on the roster."""
        return self.roster.by_id.get(user_id) if self.roster else None

    def key(self, user_id: bytes) -> bytes:
        """The id that stays theirs, whatever they are bound to."""
        member = self.member(user_id)
        return member.entry_id if member else user_id

    def ids(self, key: bytes) -> Sequence[bytes]:
        """What somebody may have come as."""
        member = self.member(key)
        return member.ids if member else (key,)

    def known_as(self, user_id: bytes) -> bytes:
        """The user they are, as far as anybody knows."""
        return self.ids(user_id)[-1]

    def answer(self, person: Counted) -> Answer:
        """What somebody said, under what staff say."""
        return under(self.answered(person.user_id), [person.seat.mark])

    def answered(self, user_id: bytes) -> Answer:
        """What somebody said themselves, under any of their ids."""
        return answer_of(self.ids(user_id), self.answers)

    def as_one(self, people: Sequence[Counted]) -> Sequence[Counted]:
        """People with both ids of somebody as one in each occurrence."""
        return one_each(people, self.roster) if self.roster else people

    def people(self, keys: Iterable[bytes], found: Sequence[Counted]) -> Iterator[Counted]:
        """Each of some people once: by the best of what they tried, or as who has not yet."""
        best: dict[bytes, Counted] = {}
        for person in sorted(self.as_one(found), key=rank):
            best.setdefault(self.key(person.user_id), person)
        return (best.get(key) or self._not_yet(key) for key in keys)

    def _not_yet(self, key: bytes) -> Counted:
        """Somebody who has not tried: absent once they cannot come any more, unless they said so before."""
        is_over = self.activity.is_settled(now_us()) and not self.activity.is_cancelled
        is_absent = is_over and self.answered(key) is not Answer.LEAVE
        return Counted(key, SeatView(False, 0, [], int(Status.ABSENT) if is_absent else 0, "", "", "", []))

    def is_absent(self, person: Counted) -> bool:
        """Whether somebody who is expected holds no seat and asked for no leave; of others who was annulled."""
        if self.activity.is_cancelled:
            return False
        if self.member(person.user_id) is None:
            return bool(person.occurrence_id) and person.seat.status == Status.ABSENT
        return not person.seat.is_held and self.answer(person) is not Answer.LEAVE

    def admits(self, wanted: Wanted, person: Counted) -> bool:
        """Whether a list shows somebody, as far as this says it."""
        seat = wanted.seat
        if self.activity.roster_id and seat.status == Status.ABSENT:
            if not self.is_absent(person):
                return False
            seat = replace(seat, status=0)
        return (
            seat.admits(person)
            and self.is_in(wanted.group, person.user_id)
            and (not wanted.answer or self.answer(person) is wanted.answer)
        )

    def group(self, name: str) -> Collection[bytes]:
        """Everything that the people of a group may have come as."""
        return {each for member in self._members(name) for each in member.ids}

    def _members(self, group: str) -> Sequence[Member]:
        if self.roster is None:
            return ()
        return self.roster.groups.get(group, ()) if group else self.roster.members

    def expected(self, wanted: Wanted, standing: Standing, after: bytes) -> Iterator[bytes]:
        """Keys of everybody who may be on a list that goes by them, and of some others, in order.

        Args:
            after: The key before the first one.
        """
        others = {key for key in self._others(wanted, standing) if key > after and self.is_in(wanted.group, key)}
        if wanted.answer:
            return iter(sorted(others))
        if self.activity.is_cancelled:
            return iter(())
        marked = {each.user_id for each in standing.others if each.mark in (Mark.LEAVE, Mark.ABSENT)}
        marked_held = {each.user_id for each in standing.others if each.status == Status.CHECKED_IN}
        members = self._members(wanted.group)
        return merge(_missing(members, standing.held | marked_held, marked, after), sorted(others))

    def is_in(self, group: str, key: bytes) -> bool:
        """Whether somebody is in a group; everybody where none is named."""
        member = self.member(key) if group else None
        return not group or (member is not None and member.group == group)

    def _others(self, wanted: Wanted, standing: Standing) -> Iterator[bytes]:
        """Who said what is asked for, or counts as if they did; else who is not on the roster and was annulled."""
        if wanted.answer:
            yield from (self.key(user_id) for user_id, answer in self.answers.items() if answer is wanted.answer)
            if wanted.answer is Answer.LEAVE:
                yield from (self.key(each.user_id) for each in standing.others if each.mark == Mark.LEAVE)
            return
        absent = (each.user_id for each in standing.others if each.status == Status.ABSENT)
        yield from (user_id for user_id in absent if self.member(user_id) is None)


def _missing(
    members: Sequence[Member], held: Collection[bytes], marked: Collection[bytes], after: bytes
) -> Iterator[bytes]:
    """Everybody under neither of whose ids a seat is held, and who is marked: of them it is looked at more closely."""
    first = bisect_right(members, after, key=lambda member: member.entry_id)
    for index in range(first, len(members)):
        entry_id, user_id, _ = members[index]
        if not (entry_id in held or user_id in held) or entry_id in marked or user_id in marked:
            yield entry_id


async def if_known(told: Awaitable[ValueT], otherwise: ValueT, *, is_needed: bool = False) -> ValueT:
    """What is told; where nobody can tell, something else, unless it is needed.

    Raises:
        ServiceError: It is needed, and nobody can tell.
    """
    try:
        return await told
    except ServiceError as error:
        if is_needed:
            raise
        log.warning("a list goes without some of what it shows: %s", error)
        return otherwise
