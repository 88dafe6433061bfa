"""ReportingService: numbers and lists for owner, organiser and staff of an activity's organisation."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

from domainkit.name_search import is_named_like
from domainkit.organisations import OneActivity
from protos.reporting.v1 import reporting_pb2 as pb
from protos.reporting.v1 import reporting_pb2_grpc
from servicekit import pages
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from servicekit.rpc.interceptors import by, for_person, person
from services.reporting import domain
from services.reporting.domain import DAY_US, MINUTE_US, SPANS, Activity, Counted, Cursor, Filter, Listing
from services.reporting.errors import ActivityNotFoundError
from services.reporting.live.numbers import Numbers

log = logging.getLogger(__name__)

_SERVICE = "/reporting.v1.ReportingService/"
ACCESS = {
    _SERVICE + "GetStats": for_person("gateway"),
    _SERVICE + "GetLiveStats": by("gateway"),
    _SERVICE + "ListPeople": for_person("gateway"),
}

_ID_BYTES = 16


class Live(Protocol):
    """The live numbers; both methods raise UnavailableError when they cannot be read."""

    async def numbers(self, activity_id: bytes) -> Numbers:
        """The counters of an activity."""

    async def people(self, activity_id: bytes, since: int | None = None) -> Listing:
        """Everybody with an attempt to come in, and who moved on the list after a move; None: nobody asks."""


class Activities(Protocol):
    """What is known of activities."""

    async def get(self, activity_id: bytes) -> Activity:
        """An activity.

        Raises:
            ActivityNotFoundError: There is none.
        """


class Identity(Protocol):
    """Rights and names; both methods raise UnavailableError when identity is gone."""

    async def is_staff(self, organisation_id: bytes, user_id: bytes, activity: OneActivity) -> bool:
        """Whether a person is owner, organiser or staff, or staff of the activity alone."""

    async def names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """Names by person; who has none may be missing."""


class ReportingServicer(reporting_pb2_grpc.ReportingServiceServicer):
    """Serves the methods."""

    def __init__(self, live: Live, activities: Activities, identity: Identity) -> None:
        self._live = live
        self._activities = activities
        self._identity = identity

    async def GetStats(self, request: pb.GetStatsRequest, context: Any) -> pb.Stats:
        """The numbers of an activity."""
        activity = await self._readable(request.activity_id)
        return _stats(activity, await self._live.numbers(activity.activity_id))

    async def GetLiveStats(self, request: pb.GetLiveStatsRequest, context: Any) -> pb.Stats:
        """The numbers of an activity, for the gateway itself."""
        activity = await self._activity(request.activity_id)
        return _stats(activity, await self._live.numbers(activity.activity_id))

    async def ListPeople(self, request: pb.ListPeopleRequest, context: Any) -> pb.ListPeopleResponse:
        """People of an activity, the latest first."""
        size, cursor = pages.page_size(request.page_size), _cursor(request.page_token)
        wanted = _filter(request)
        activity = await self._readable(request.activity_id)
        listing = await self._live.people(activity.activity_id, cursor.began if cursor else None)
        people = [found for found in listing.people if wanted.admits(found)]
        if request.query:
            people = await self._named_like(people, request.query)
        page, more = domain.page(listing._replace(people=people), cursor, size)
        names = await self._names_if_known([found.user_id for found in page])
        return pb.ListPeopleResponse(
            people=[_person(found, names) for found in page],
            next_page_token=pages.encode(*more) if more else "",
        )

    async def _readable(self, activity_id: bytes) -> Activity:
        """The activity, if the calling person may see its numbers.

        Raises:
            ActivityNotFoundError: It does not exist, or the person is no staff of it or of its organisation.
        """
        activity = await self._activity(activity_id)
        alone = OneActivity(activity_id, activity.closes_at or 0)
        if not await self._identity.is_staff(activity.organisation_id, person().user_id, alone):
            raise ActivityNotFoundError
        return activity

    async def _activity(self, activity_id: bytes) -> Activity:
        if len(activity_id) != _ID_BYTES:
            raise ActivityNotFoundError
        return await self._activities.get(activity_id)

    async def _named_like(self, people: Sequence[Counted], part: str) -> list[Counted]:
        """People with a name like `part`; without identity nobody can tell, and an empty list would lie."""
        names = await self._identity.names([found.user_id for found in people])
        return [found for found in people if is_named_like(names.get(found.user_id, ""), part)]

    async def _names_if_known(self, user_ids: Collection[bytes]) -> Mapping[bytes, str]:
        try:
            return await self._identity.names(user_ids)
        except UnavailableError as error:
            log.warning("a list goes without names: %s", error)
            return {}


def _stats(activity: Activity, numbers: Numbers) -> pb.Stats:
    counts, now = numbers.counts, now_us()
    checked_in = counts.get("checked_in", 0)
    is_expired = activity.closes_at is not None and now > activity.closes_at + DAY_US
    return pb.Stats(
        activity_id=activity.activity_id,
        expected=activity.expected,
        has_expected=activity.expected > 0,
        checked_in=checked_in,
        inside=counts.get("inside", 0),
        pending_review=counts.get("pending_review", 0),
        provisional=counts.get("provisional", 0),
        refused=counts.get("refused", 0),
        late=counts.get("late", 0),
        over_capacity=max(0, checked_in - activity.capacity) if activity.capacity else 0,
        by_minute=_minutes(counts),
        by_method=dict(_group(counts, "method:")),
        by_gate=dict(_group(counts, "gate:")),
        by_reason=dict(_group(counts, "reason:")),
        as_of=now,
        # Numbers are dropped a day after the close; what is left then is no longer the whole.
        stale=numbers.is_stale or is_expired,
        event_id=numbers.event_id,
    )


def _group(counts: Mapping[str, int], prefix: str) -> Iterator[tuple[str, int]]:
    return ((name.removeprefix(prefix), count) for name, count in counts.items() if name.startswith(prefix))


def _minutes(counts: Mapping[str, int]) -> Iterable[pb.MinuteCount]:
    spans = ((int(at), span, people) for kind, span in SPANS.items() for at, people in _group(counts, f"{kind}:"))
    return (
        pb.MinuteCount(minute_at=at * MINUTE_US, count=people, span_s=span * 60) for at, span, people in sorted(spans)
    )


def _cursor(page_token: str) -> Cursor | None:
    position = pages.decode(page_token, int, int, int, bytes)
    return Cursor(*cast(tuple[int, int, int, bytes], position)) if position else None


def _filter(request: pb.ListPeopleRequest) -> Filter:
    return Filter(
        request.status,
        request.method,
        request.reason,
        request.gate,
        request.punctuality,
        request.from_at,
        request.to_at,
    )


def _person(found: Counted, names: Mapping[bytes, str]) -> pb.Person:
    seat, presence = found.seat, found.presence
    return pb.Person(
        user_id=found.user_id,
        name=names.get(found.user_id, ""),
        status=cast(pb.Status.ValueType, seat.status),
        punctuality=seat.punctuality,
        checked_in_at=0 if seat.status == domain.Status.ABSENT else seat.at,
        method=seat.method,
        gate=seat.gate,
        reasons=seat.reasons,
        is_inside=presence.is_inside,
        left_at=presence.left_at,
        left_early=presence.is_early,
    )
