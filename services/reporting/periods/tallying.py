"""How many of those expected came to occurrences: counted once, kept, and counted anew where that would differ.

A tally is of a roster as it is now, as everywhere else: whoever is taken off it was never expected. It is told what it
was counted from, so nothing need tell of a change: check-ins move the revisions of seats, an import the roster's own.
Answers move neither, and nobody answers after the close; until then a tally is believed for a quarter of a minute.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from servicekit.clock import SECOND_US, now_us
from servicekit.errors import ServiceError
from services.reporting.domain import Counted, Status
from services.reporting.expected import tally
from services.reporting.expected.tally import Answer, Roster, Tally
from services.reporting.facts.fact import REVISIONS, SEATS
from services.reporting.periods.held import CAME, COUNTED, EXPECTED, LEAVE, OCCURRENCES, Held, Tallied, Twice

log = logging.getLogger(__name__)

# What one request counts anew: seats of all occurrences together, save that one is always counted.
_SEATS = 30_000
_BELIEVED_US = 15 * SECOND_US
_ROSTERS_AT_ONCE = 20
_STATUSES: Mapping[int, str] = {
    Status.PENDING_REVIEW: "pending_review",
    Status.PROVISIONAL: "provisional",
    Status.REFUSED: "refused",
}


class Kept(Protocol):
    """See `store.Periods`; both raise UnavailableError."""

    async def tallies(self, occurrence_ids: Sequence[bytes]) -> dict[bytes, Tallied]:
        """What is known, current or not."""

    async def keep(self, tallied: Tallied, groups: Mapping[str, Mapping[str, int]]) -> None:
        """Keeps one."""


class Lists(Protocol):
    """See `facts.lists.FactLists`."""

    async def at(self, activity_id: bytes, occurrence_ids: Collection[bytes]) -> list[Counted]:
        """What everybody did at some occurrences of an activity; raises UnavailableError."""


class Rosters(Protocol):
    """See `expected.roster_client.Rosters`."""

    async def get(self, roster_id: bytes) -> Roster:
        """Everybody who is expected; raises ServiceError."""


class Participants(Protocol):
    """See `expected.participant_client.Participants`."""

    async def answers(self, activity_id: bytes) -> Mapping[bytes, Answer]:
        """What everybody answered; raises ServiceError."""


class Tallies(NamedTuple):
    """What is known of occurrences.

    Attributes:
        counting: How many are not counted yet, or not as they are now; whoever asks again is told.
    """

    by_occurrence: Mapping[bytes, Tallied]
    counting: int


class Tallier:
    """Counts.

    Args:
        seats: What one request counts anew at most.
    """

    def __init__(
        self, kept: Kept, lists: Lists, rosters: Rosters, participants: Participants, seats: int = _SEATS
    ) -> None:
        self._kept = kept
        self._lists = lists
        self._rosters = rosters
        self._participants = participants
        self._seats_at_once = seats

    async def of(self, occurrences: Sequence[Held], counts: Mapping[bytes, Counter[str]]) -> Tallies:
        """The tallies of occurrences, the latest counted first where there is much to count.

        Args:
            counts: Of facts, with the sum of their revisions.

        Raises:
            UnavailableError: MySQL is gone.
        """
        counted = [held for held in occurrences if held.is_counted]
        known = await self._kept.tallies([held.occurrence_id for held in counted])
        rosters = await self._read_rosters({held.roster_id for held in counted if held.roster_id})
        now = now_us()
        stale = [
            held
            for held in reversed(counted)
            if not _is_current(known.get(held.occurrence_id), held, counts[held.occurrence_id], rosters, now)
        ]
        left, budget = len(stale), self._seats_at_once
        due: defaultdict[bytes, list[Held]] = defaultdict(list)
        for held in stale:
            size = _size(held, counts[held.occurrence_id], rosters)
            if due and size > budget:
                break
            budget -= size
            due[held.activity_id].append(held)
        for some in due.values():
            for tallied in await self._count(some, counts, rosters):
                known[tallied.occurrence_id] = tallied
                left -= 1
        return Tallies(known, left)

    async def _read_rosters(self, roster_ids: Collection[bytes]) -> Mapping[bytes, Roster]:
        """Those that can be read: of the others what was counted before is told."""
        ordered, found = sorted(roster_ids), dict[bytes, Roster]()
        for start in range(0, len(ordered), _ROSTERS_AT_ONCE):
            some = ordered[start : start + _ROSTERS_AT_ONCE]
            read = await asyncio.gather(*map(self._rosters.get, some), return_exceptions=True)
            for roster_id, roster in zip(some, read, strict=True):
                if isinstance(roster, Roster):
                    found[roster_id] = roster
                elif isinstance(roster, ServiceError):
                    log.warning("roster %s cannot be read: %s", roster_id.hex(), roster)
                else:
                    raise roster
        return found

    async def _count(
        self, some: Sequence[Held], counts: Mapping[bytes, Counter[str]], rosters: Mapping[bytes, Roster]
    ) -> list[Tallied]:
        """Counts occurrences of one activity; none where nobody can tell."""
        if some[0].roster_id and some[0].roster_id not in rosters:
            return []
        try:
            answers = await self._participants.answers(some[0].activity_id)
        except ServiceError as error:
            log.warning("answers of %s cannot be read: %s", some[0].activity_id.hex(), error)
            return []
        people: defaultdict[bytes, list[Counted]] = defaultdict(list)
        for person in await self._lists.at(some[0].activity_id, [held.occurrence_id for held in some]):
            people[person.occurrence_id].append(person)
        found = []
        for held in some:
            roster = rosters[held.roster_id] if held.roster_id else None
            tallied, groups = tallied_of(
                held, people[held.occurrence_id], answers, roster, counts[held.occurrence_id][REVISIONS], now_us()
            )
            await self._kept.keep(tallied, groups)
            found.append(tallied)
        return found


def tallied_of(
    held: Held,
    people: Sequence[Counted],
    answers: Mapping[bytes, Answer],
    roster: Roster | None,
    revisions: int,
    now: int,
) -> tuple[Tallied, dict[str, Counter[str]]]:
    """How many of those expected came to an occurrence, and what is counted of each group of its roster."""
    if roster is None:
        found, groups, twice = tally.of_count(held.expected, people, answers), dict[str, Counter[str]](), Twice()
    else:
        found = tally.of_roster(roster, people, answers)
        groups, twice = _by_group(found.by_group, people, roster), _twice(people, roster)
    tallied = Tallied(held.occurrence_id, revisions, roster.revision if roster else 0, now, *found.whole, twice)
    return tallied, groups


def _twice(people: Iterable[Counted], roster: Roster) -> Twice:
    left_out = tally.left_out(people, roster)
    arrivals = sorted(person.seat.at for person in left_out if person.seat.status == Status.CHECKED_IN)
    return Twice(dict(Counter(name for person in left_out for name in _names(person))), arrivals)


def _by_group(tallies: Mapping[str, Tally], people: Iterable[Counted], roster: Roster) -> dict[str, Counter[str]]:
    groups = {
        group: Counter({OCCURRENCES: 1, COUNTED: 1, EXPECTED: each.expected, CAME: each.came, LEAVE: each.leave})
        for group, each in tallies.items()
    }
    listed = [person for person in people if person.user_id in roster.by_id]
    for person in tally.one_each(listed, roster):
        counts = groups.get(roster.by_id[person.user_id].group)
        if counts is not None:
            counts.update(_names(person))
    return groups


def _names(person: Counted) -> list[str]:
    seat = person.seat
    if seat.status == Status.CHECKED_IN:
        return ["checked_in", f"method:{seat.method}", *(["late"] if seat.punctuality == "late" else [])]
    return [_STATUSES[seat.status]] if seat.status in _STATUSES else []


def _is_current(
    tallied: Tallied | None, held: Held, counted: Counter[str], rosters: Mapping[bytes, Roster], now: int
) -> bool:
    if tallied is None or tallied.twice is None or tallied.revisions != counted[REVISIONS]:
        return False
    if held.roster_id:
        roster = rosters.get(held.roster_id)
        if roster is None or roster.revision != tallied.roster_revision:
            return False
    elif tallied.roster_revision or tallied.expected != held.expected:
        return False
    return tallied.tallied_at > held.closes_at or now - tallied.tallied_at < _BELIEVED_US


def _size(held: Held, counted: Counter[str], rosters: Mapping[bytes, Roster]) -> int:
    roster = rosters.get(held.roster_id) if held.roster_id else None
    return counted[SEATS] + (len(roster.members) if roster else 0)
