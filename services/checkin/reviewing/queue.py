"""What needs somebody, of all activities of an organisation that they review: one queue, read in pages."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from domainkit.roles import STAFF, Reach
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import NotFoundError
from services.checkin.records.records import ReviewPosition
from services.checkin.records.stored import Stored
from services.checkin.records.waiting import Sought
from services.checkin.reviewing.cases import Cases
from services.checkin.reviewing.reviewers import ActivitiesPort, Reviewers, RolesPort

# One more than is told exactly.
MOST_COUNTED = 1000
_ACTIVITIES = 200


class WaitingPort(Protocol):
    """See `records.waiting.Waiting`; every method raises UnavailableError when MySQL is gone."""

    async def page(
        self, sought: Sought, size: int, after: ReviewPosition | None, *, is_newest_first: bool
    ) -> list[Stored]:
        """A page of what waits."""

    async def count(self, sought: Sought, limit: int) -> int:
        """How much waits, up to a limit."""

    async def by_activity(self, sought: Sought, limit: int) -> list[pb.WaitingReviews]:
        """Where it waits, those with the most first."""


class ReachPort(RolesPort, Protocol):
    """Roles; raises UnavailableError when nobody can tell."""

    async def reach_of_caller(self) -> Reach:
        """Where the calling person is staff or more."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the queue; count and activities are of the first one alone."""

    reviews: list[pb.Review]
    more: ReviewPosition | None
    count: int = 0
    activities: Collection[pb.WaitingReviews] = ()


class Queue:
    """Reads it for whoever asks."""

    def __init__(self, waiting: WaitingPort, activities: ActivitiesPort, roles: ReachPort, cases: Cases) -> None:
        self._waiting = waiting
        self._activities = activities
        self._roles = roles
        self._reviewers = Reviewers(activities, roles)
        self._cases = cases

    async def page(self, actor: bytes, request: pb.ListWaitingRequest, size: int, after: ReviewPosition | None) -> Page:
        """What waits for somebody, without their own.

        Raises:
            NotFoundError: They review nothing there, or not the activity that they ask for.
            UnavailableError: Nobody can tell.
        """
        everywhere = Sought(request.organisation_id, actor, await self._reviewed_by(actor, request.organisation_id))
        sought = everywhere._replace(reason=request.reason)
        if request.activity_id:
            await self._activities.find((), [request.activity_id], ())
            if not await self._is_reviewed_by(actor, request.activity_id, request.organisation_id):
                raise NotFoundError("there is no such activity in this organisation")
            sought = sought._replace(activity_ids=[request.activity_id])
        found = await self._waiting.page(sought, size, after, is_newest_first=request.is_newest_first)
        last = found[-1] if len(found) == size else None
        more = (last.listed_at, last.copy.attempt_id, last.copy.user_id) if last else None
        # Roles end meanwhile, and an attempt may turn out to be of another activity.
        mine = await self._reviewers.among(actor, {stored.checkin_id: stored.copy for stored in found})
        reviews = await self._cases.told([stored for stored in found if stored.checkin_id in mine])
        if after:
            return Page(reviews, more)
        count = await self._waiting.count(sought, MOST_COUNTED)
        return Page(reviews, more, count, await self._where(everywhere))

    async def _where(self, everywhere: Sought) -> list[pb.WaitingReviews]:
        """Where something waits, by title."""
        found = await self._waiting.by_activity(everywhere, _ACTIVITIES)
        await self._activities.find((), [each.activity_id for each in found], ())
        for each in found:
            if snapshot := self._activities.get(each.activity_id):
                each.activity_title = snapshot.occurrence.title
            if lapse := self._cases.lapse_of(each.activity_id):
                each.lapse.CopyFrom(lapse)
        return found

    async def _reviewed_by(self, actor: bytes, organisation_id: bytes) -> Collection[bytes] | None:
        """The activities of an organisation that somebody reviews; None: all of them.

        Raises:
            NotFoundError: None of them.
        """
        if await self._roles.of(organisation_id, actor) >= STAFF:
            return None
        candidates = (await self._roles.reach_of_caller()).activity_ids
        await self._activities.find((), candidates, ())
        reviewed = [each for each in candidates if await self._is_reviewed_by(actor, each, organisation_id)]
        if not reviewed:
            raise NotFoundError("there is no such organisation, or you review nothing of it")
        return reviewed

    async def _is_reviewed_by(self, actor: bytes, activity_id: bytes, organisation_id: bytes) -> bool:
        snapshot = self._activities.get(activity_id)
        if snapshot is None or snapshot.occurrence.organisation_id != organisation_id:
            return False
        return await self._reviewers.has(actor, snapshot.occurrence)
