"""A person's own proof: whether they may have one now, of what, and the job that makes it.

Whoever was accepted may have it of what has closed, unless the activity leaves proofs to its organisers. They are who
the roster says they are, so what they came to as an entry counts as soon as it is known to be theirs.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from protos.activity.v1 import activity_pb2
from servicekit.clock import now_us
from services.reporting.domain import MINUTE_US, Activity, Counted, Status, Window
from services.reporting.errors import ActivityNotFoundError
from services.reporting.exports.job import Job, Wish
from services.reporting.exports.kinds import Format, Report
from services.reporting.exports.reading import Facts, People, Windows
from services.reporting.papers.attested import minutes_of, stays
from services.reporting.papers.errors import (
    NotAttendedError,
    OwnProofNeverError,
    ProofNotAskedError,
    StillOpenError,
    UndecidedError,
)
from services.reporting.papers.proofs import until_of
from services.reporting.papers.turnout import WAITING

_ID_BYTES = 16
_HELD = (activity_pb2.STATE_PUBLISHED, activity_pb2.STATE_CLOSED)


class Terms(NamedTuple):
    """What an activity says of proofs, as it is now.

    Attributes:
        state: An activity.v1.State.
        are_given: Whether people have them without asking.
    """

    state: int
    are_given: bool


# The terms of an activity; None: there is none. Raises ServiceError.
AskTerms = Callable[[bytes], Awaitable[Terms | None]]


class Activities(Protocol):
    """See `activities.Activities`."""

    async def get(self, activity_id: bytes) -> Activity:
        """An activity; raises ActivityNotFoundError, UnavailableError."""


class Jobs(Protocol):
    """See `exports.own.OwnJobs`; both raise UnavailableError when MySQL is gone."""

    async def ask(self, organisation_id: bytes, user_id: bytes, wish: Wish) -> Job:
        """The job of a proof; raises ProofsQueuedError."""

    async def latest(self, user_id: bytes, activity_id: bytes) -> Job | None:
        """The last one that somebody asked for."""


class Looks(NamedTuple):
    """Where it is looked what somebody came to."""

    activities: Activities
    facts: Facts
    people: People
    windows: Windows


class OwnProofs:
    """Has them made, and finds them again."""

    def __init__(self, looks: Looks, ask_terms: AskTerms, jobs: Jobs) -> None:
        self._looks = looks
        self._ask_terms = ask_terms
        self._jobs = jobs

    async def ask(self, user_id: bytes, activity_id: bytes) -> Job:
        """The job that makes it; asked again, the same for as long as it says what is so.

        Raises:
            NotAttendedError, UndecidedError, StillOpenError, OwnProofNeverError: They may have none, or none yet.
            ProofsQueuedError: Too many wait.
            ServiceError: Nobody can tell.
        """
        activity, wish = await self._due(user_id, activity_id)
        return await self._jobs.ask(activity.organisation_id, user_id, wish)

    async def latest(self, user_id: bytes, activity_id: bytes) -> Job:
        """The last one that they asked for; raises ProofNotAskedError."""
        job = await self._jobs.latest(user_id, activity_id)
        if job is None:
            raise ProofNotAskedError
        return job

    async def due(self, user_id: bytes, activity_id: bytes) -> Job:
        """The same, for whoever may still have it; raises as `ask`."""
        job = await self.latest(user_id, activity_id)
        await self._due(user_id, activity_id)
        return job

    async def _due(self, user_id: bytes, activity_id: bytes) -> tuple[Activity, Wish]:
        """What a proof of somebody's own says now."""
        activity, terms = await self._held(activity_id)
        scene = await self._looks.people.scene(activity, is_needed=True)
        tried = scene.as_one(await self._looks.facts.of(activity_id, scene.ids(scene.key(user_id))))
        _check_accepted(tried)
        if not terms.are_given:
            raise OwnProofNeverError
        windows, now = await self._looks.windows.windows_of(activity_id), now_us()
        to_at = 0 if terms.state == activity_pb2.STATE_CLOSED else _open_since(windows, now)
        wish = Wish(Report.PROOF, Format.PDF, activity_id, to_at=to_at, user_ids=(user_id,))
        found = stays({each.occurrence_id: each for each in windows}, tried, 0, until_of(wish, now))
        if not found:
            raise StillOpenError
        return activity, replace(wish, minimum_sessions=len(found), minimum_minutes=minutes_of(found))

    async def _held(self, activity_id: bytes) -> tuple[Activity, Terms]:
        """An activity that takes place, and its terms; of none that does not anybody learns whether it exists."""
        if len(activity_id) != _ID_BYTES:
            raise NotAttendedError
        try:
            activity = await self._looks.activities.get(activity_id)
        except ActivityNotFoundError:
            raise NotAttendedError from None
        terms = await self._ask_terms(activity_id)
        if activity.is_rehearsal or terms is None or terms.state not in _HELD:
            raise NotAttendedError
        return activity, terms


def _check_accepted(tried: Iterable[Counted]) -> None:
    statuses = {each.seat.status for each in tried}
    if Status.CHECKED_IN in statuses:
        return
    raise NotAttendedError if statuses.isdisjoint(WAITING) else UndecidedError


def _open_since(windows: Sequence[Window], now: int) -> int:
    """When the first occurrence opens that has not closed, to the minute; 0: there is none."""
    return min((each.opens_at for each in windows if each.closes_at > now), default=0) // MINUTE_US * MINUTE_US
