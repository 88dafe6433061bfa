"""Who is expected and who of them came: the roster joined with people and their answers. Pure.

Somebody on a roster is one person under two ids: the entry's, under which they come while nobody knows who they are,
and that of the user it was bound to.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from heapq import nlargest
from typing import NamedTuple

from services.reporting.domain import Counted, Mark, counters

MAX_GROUPS = 200


class Answer(IntEnum):
    """Whether somebody will come; the numbers are those of reporting.v1.Answer."""

    NONE = 0
    COMING = 1
    LEAVE = 2


class Member(NamedTuple):
    """Who is expected; `user_id` is empty while nobody knows whom the entry is, `group` for who is in none."""

    entry_id: bytes
    user_id: bytes
    group: str

    @property
    def ids(self) -> tuple[bytes, ...]:
        """What they may check in as."""
        return (self.entry_id, self.user_id) if self.user_id else (self.entry_id,)


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who is expected now, in order of `entry_id`."""

    revision: int
    members: Sequence[Member]
    by_id: Mapping[bytes, Member] = field(init=False, repr=False, compare=False)
    groups: Mapping[str, Sequence[Member]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id = {each: member for member in self.members for each in member.ids}
        groups: defaultdict[str, list[Member]] = defaultdict(list)
        for member in self.members:
            groups[member.group].append(member)
        object.__setattr__(self, "by_id", by_id)
        object.__setattr__(self, "groups", dict(groups))


class Tally(NamedTuple):
    """Of those expected: who is checked in, and who asked for leave and is not."""

    expected: int = 0
    came: int = 0
    leave: int = 0

    @property
    def not_yet(self) -> int:
        """Who is neither; absent, once nothing from before the close can come any more."""
        return max(0, self.expected - self.came - self.leave)


class Tallies(NamedTuple):
    """The tally of an activity.

    Attributes:
        by_group: Of the largest `MAX_GROUPS`, by name; of a roster alone.
        twice: What counters count once more, of whom tried under both their ids at an occurrence.
    """

    whole: Tally
    by_group: Mapping[str, Tally] = {}
    twice: Mapping[str, int] = {}


def of_roster(roster: Roster, people: Iterable[Counted], answers: Mapping[bytes, Answer]) -> Tallies:
    """Counts the people of a roster, each once."""
    listed = [person for person in people if person.user_id in roster.by_id]
    each_once, left_out = _told_apart(listed, roster)
    came = {roster.by_id[person.user_id].entry_id for person in each_once if person.seat.is_held}
    marks = _marks((roster.by_id[person.user_id].entry_id, person) for person in each_once)
    by_group: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for member in roster.members:
        counts = by_group[member.group]
        has_come = member.entry_id in came
        told = under(answer_of(member.ids, answers), marks.get(member.entry_id, ()))
        counts[0] += 1
        counts[1] += has_come
        counts[2] += not has_come and told is Answer.LEAVE
    whole = Tally(*map(sum, zip(*by_group.values(), strict=True)))
    largest = nlargest(MAX_GROUPS, by_group, key=lambda group: by_group[group][0])
    groups = {group: Tally(*by_group[group]) for group in sorted(largest)}
    twice = counted_twice(left_out)
    twice["inside"] = sum(person.presence.is_inside for person in listed)
    twice["inside"] -= sum(person.presence.is_inside for person in each_once)
    return Tallies(whole, groups, +twice)


def of_count(expected: int, people: Iterable[Counted], answers: Mapping[bytes, Answer]) -> Tallies:
    """Counts against a number: everybody who came was expected."""
    people = list(people)
    came = {person.user_id for person in people if person.seat.is_held}
    marks = _marks((person.user_id, person) for person in people)
    others = (answers.keys() | marks.keys()) - came
    leave = sum(under(answers.get(each, Answer.NONE), marks.get(each, ())) is Answer.LEAVE for each in others)
    # Anybody may say that they do not come: of a number no more are excused than it has.
    return Tallies(Tally(expected, len(came), min(leave, max(expected - len(came), 0))))


def answer_of(user_ids: Iterable[bytes], answers: Mapping[bytes, Answer]) -> Answer:
    """What somebody said under any of their ids."""
    return max((answers.get(user_id, Answer.NONE) for user_id in user_ids), default=Answer.NONE)


def under(answer: Answer, marks: Collection[int]) -> Answer:
    """What an answer comes to with somebody who was marked: who is marked absent is not excused, who is on leave is."""
    if Mark.LEAVE in marks:
        return Answer.LEAVE
    return Answer.NONE if answer is Answer.LEAVE and Mark.ABSENT in marks else answer


def _marks(people: Iterable[tuple[bytes, Counted]]) -> Mapping[bytes, Collection[int]]:
    found: defaultdict[bytes, list[int]] = defaultdict(list)
    for key, person in people:
        if person.seat.mark:
            found[key].append(person.seat.mark)
    return found


def one_each(people: Iterable[Counted], roster: Roster) -> list[Counted]:
    """People with both ids of somebody as one in each occurrence.

    That is the one of the two that was marked last, else the better, and of equals the earlier; where they are is told
    by what they did last, as whichever of the two.
    """
    return _told_apart(people, roster)[0]


def left_out(people: Iterable[Counted], roster: Roster) -> list[Counted]:
    """What somebody did under their other id than that by which `one_each` has them."""
    return _told_apart(people, roster)[1]


def counted_twice(people: Iterable[Counted]) -> Counter[str]:
    """What counters count of what is left out of people."""
    seats = (person.seat for person in people)
    return Counter(
        name
        for seat in seats
        for name in counters(seat.status, seat.at, seat.method, seat.gate, seat.punctuality, seat.reasons)
    )


def _told_apart(people: Iterable[Counted], roster: Roster) -> tuple[list[Counted], list[Counted]]:
    theirs: defaultdict[tuple[bytes, bytes], list[Counted]] = defaultdict(list)
    for person in people:
        member = roster.by_id.get(person.user_id)
        theirs[member.entry_id if member else person.user_id, person.occurrence_id].append(person)
    ones, others = list[Counted](), list[Counted]()
    for both in theirs.values():
        best = min(both, key=_last_word)
        ones.append(_as_one(best, both))
        if len(both) > 1:
            others += [each for each in both if each is not best]
    return ones, others


def _as_one(best: Counted, both: Sequence[Counted]) -> Counted:
    if len(both) == 1 or not best.seat.is_held:
        return best
    came = max(person.seat.last_moved for person in both)
    left = max((person.left for person in both if person.left), key=lambda seat: seat.last_moved, default=None)
    return best._replace(seat=best.seat._replace(last=came), left=left)


def _last_word(person: Counted) -> tuple[int, tuple[bool, int, int, bytes]]:
    return -person.seat.marked_at, rank(person)


def rank(person: Counted) -> tuple[bool, int, int, bytes]:
    """Orders what somebody tried, the best first, and of equals the earliest."""
    seat = person.seat
    return not seat.is_held, seat.status, seat.at, person.user_id
