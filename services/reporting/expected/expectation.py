"""Who is expected at an activity, and how many of them came: counted once a second, however many watch."""

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from servicekit.errors import ServiceError
from servicekit.timed_cache import TimedCache
from services.reporting.domain import Activity, Counted
from services.reporting.expected import tally
from services.reporting.expected.tally import Answer, Roster, Tallies

log = logging.getLogger(__name__)

_LIFE_S = 1.0


class Rosters(Protocol):
    """See `roster_client.Rosters`."""

    async def get(self, roster_id: bytes) -> Roster:
        """Everybody who is expected; raises ServiceError."""


class Participants(Protocol):
    """See `participant_client.Participants`."""

    async def answers(self, activity_id: bytes) -> Mapping[bytes, Answer]:
        """What everybody answered who did; raises ServiceError."""


class Live(Protocol):
    """See `live.numbers.LiveReader`."""

    async def people(self, activity_id: bytes, occurrence_id: bytes) -> Sequence[Counted]:
        """Everybody with an attempt at an occurrence; raises UnavailableError."""


class Expectation(NamedTuple):
    """What is known of who is expected.

    Attributes:
        tallies: None where nobody is counted against anything, or nobody can tell.
        is_known: Whether that is all there is to know.
    """

    tallies: Tallies | None
    is_known: bool = True


NOTHING, UNKNOWN = Expectation(None), Expectation(None, is_known=False)


class Expectations:
    """Counts those expected, from the people in Redis, the roster and the answers.

    Args:
        life_s: How long a count is believed.
    """

    def __init__(self, live: Live, rosters: Rosters, participants: Participants, life_s: float = _LIFE_S) -> None:
        self._live = live
        self._rosters = rosters
        self._participants = participants
        self._counted = TimedCache(self._count, life_s)

    async def of(self, activity: Activity) -> Expectation:
        """What is known now of an activity in one of its windows, as of a second ago at most.

        Where the roster, the answers or the people cannot be read, nobody can tell: a count would be wrong.
        """
        if activity.is_cancelled or (activity.roster_id is None and not activity.expected):
            return NOTHING
        try:
            return Expectation(await self._counted.get(activity))
        except ServiceError as error:
            log.warning("nobody can tell who is expected at %s: %s", activity.activity_id.hex(), error)
            return UNKNOWN

    async def _count(self, activity: Activity) -> Tallies:
        answers = await self._participants.answers(activity.activity_id)
        people = await self._live.people(activity.activity_id, activity.occurrence_id)
        if activity.roster_id is None:
            return tally.of_count(activity.expected, people, answers)
        return tally.of_roster(await self._rosters.get(activity.roster_id), people, answers)
