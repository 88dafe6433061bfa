"""`reporting.v1.ReportingService`: live numbers and lists of people, for owner, organiser and staff of an activity.

The other services of this process are beside what they serve: history in `reports_rpc.py`, files in `exports/rpc.py`
and `schedules/rpc.py`, inboxes and robots in `messaging/rpc.py`, proofs in `papers/proof_rpc.py`.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

from domainkit.organisations import OneActivity
from protos.reporting.v1 import reporting_pb2 as pb
from protos.reporting.v1 import reporting_pb2_grpc
from servicekit import pages
from servicekit.clock import now_us
from servicekit.errors import invalid
from servicekit.rpc.interceptors import by, for_person, person
from services.reporting import domain
from services.reporting.domain import MINUTE_US, SPANS, Activity, Cursor, Filter
from services.reporting.errors import ActivityNotFoundError
from services.reporting.expected.expectation import Expectation
from services.reporting.expected.tally import Answer, Tallies
from services.reporting.live.numbers import Numbers
from services.reporting.people.pages import Shown
from services.reporting.people.scene import Wanted

_SERVICE = "/reporting.v1.ReportingService/"
ACCESS = {
    _SERVICE + "GetStats": for_person("gateway"),
    _SERVICE + "GetLiveStats": by("gateway"),
    _SERVICE + "ListLatest": by("gateway"),
    _SERVICE + "ListPeople": for_person("gateway"),
    _SERVICE + "DrawPeople": for_person("gateway"),
}

_ID_BYTES = 16
_LATEST = 12
_DRAWN_AT_MOST = 50
_CHECKED_IN = Wanted(Filter(pb.STATUS_CHECKED_IN))
# A number of a later release asks for nothing.
_ANSWERS = {int(answer): answer for answer in Answer}


class Live(Protocol):
    """The live numbers."""

    async def numbers(self, activity_id: bytes, occurrence_id: bytes) -> Numbers:
        """The counters of an occurrence; raises UnavailableError when they cannot be read."""


class Activities(Protocol):
    """What is known of activities."""

    async def get(self, activity_id: bytes) -> Activity:
        """An activity.

        Raises:
            ActivityNotFoundError: There is none.
        """

    async def at(self, activity_id: bytes, occurrence_id: bytes) -> Activity:
        """An activity, and only one of its windows; without an id that of now.

        Raises:
            ActivityNotFoundError: There is none, or it has no such window.
        """


class Identity(Protocol):
    """Rights."""

    async def is_staff(self, organisation_id: bytes, user_id: bytes, activity: OneActivity) -> bool:
        """Whether a person is owner, organiser or staff, or staff of the activity alone.

        Raises:
            UnavailableError: Identity is gone.
        """


class Expected(Protocol):
    """How many of those expected came; see `expected.expectation.Expectations`."""

    async def of(self, activity: Activity) -> Expectation:
        """What is known now."""


class Lists(Protocol):
    """Lists of people; see `people.People`."""

    async def page(
        self, activity: Activity, wanted: Wanted, cursor: Cursor | None, size: int
    ) -> tuple[Sequence[Shown], Cursor | None]:
        """A page, and where to go on if there is more; raises ServiceError."""

    async def draw(self, activity: Activity, seed: bytes, after: bytes, count: int) -> tuple[list[Shown], bytes | None]:
        """Some of those inside by lot, and where to go on if there are more."""


class ReportingServicer(reporting_pb2_grpc.ReportingServiceServicer):
    """Serves the methods."""

    def __init__(
        self, live: Live, activities: Activities, identity: Identity, expected: Expected, people: Lists
    ) -> None:
        self._live = live
        self._activities = activities
        self._identity = identity
        self._expected = expected
        self._people = people

    async def GetStats(self, request: pb.GetStatsRequest, context: Any) -> pb.Stats:
        """The numbers of an activity."""
        return await self._stats(await self._readable(request))

    async def GetLiveStats(self, request: pb.GetLiveStatsRequest, context: Any) -> pb.Stats:
        """The numbers of an activity, for the gateway itself."""
        activity = await self._activity(request.activity_id)
        return await self._stats(await self._activities.at(activity.activity_id, request.occurrence_id))

    async def ListLatest(self, request: pb.ListLatestRequest, context: Any) -> pb.ListLatestResponse:
        """Who checked in last, for screens that show it."""
        activity = (await self._activity(request.activity_id)).shown_at(now_us())
        page, _ = await self._people.page(activity, _CHECKED_IN, None, _LATEST)
        return pb.ListLatestResponse(people=map(_person, page))

    async def ListPeople(self, request: pb.ListPeopleRequest, context: Any) -> pb.ListPeopleResponse:
        """People of an activity, the latest first; who is absent in the order of the roster."""
        size, cursor = pages.page_size(request.page_size), _cursor(request.page_token)
        activity = await self._readable(request)
        page, more = await self._people.page(activity, _wanted(request), cursor, size)
        return pb.ListPeopleResponse(people=map(_person, page), next_page_token=pages.encode(*more) if more else "")

    async def DrawPeople(self, request: pb.DrawPeopleRequest, context: Any) -> pb.DrawPeopleResponse:
        """Some of those inside, by lot."""
        if not 1 <= request.count <= _DRAWN_AT_MOST:
            raise invalid("count", f"must be 1 to {_DRAWN_AT_MOST}")
        activity = await self._readable(request)
        seed, after = pages.decode(request.page_token, bytes, bytes) or (secrets.token_bytes(16), b"")
        drawn, more = await self._people.draw(activity, cast(bytes, seed), cast(bytes, after), request.count)
        token = pages.encode(cast(bytes, seed), more) if more else ""
        return pb.DrawPeopleResponse(people=map(_person, drawn), next_page_token=token)

    async def _stats(self, activity: Activity) -> pb.Stats:
        numbers = await self._live.numbers(activity.activity_id, activity.occurrence_id)
        return _stats(activity, numbers, await self._expected.of(activity))

    async def _readable(self, request: pb.GetStatsRequest | pb.ListPeopleRequest | pb.DrawPeopleRequest) -> Activity:
        """The activity in the window that is asked for, if the calling person may see its numbers.

        Raises:
            ActivityNotFoundError: It does not exist, or the person is no staff of it or of its organisation.
        """
        activity = await self._activity(request.activity_id)
        alone = OneActivity(activity.activity_id, activity.closes_at or 0)
        if not await self._identity.is_staff(activity.organisation_id, person().user_id, alone):
            raise ActivityNotFoundError
        return await self._activities.at(activity.activity_id, request.occurrence_id)

    async def _activity(self, activity_id: bytes) -> Activity:
        if len(activity_id) != _ID_BYTES:
            raise ActivityNotFoundError
        return await self._activities.get(activity_id)


def _stats(activity: Activity, numbers: Numbers, expectation: Expectation) -> pb.Stats:
    seats, tallies, now = numbers.counts.get("checked_in", 0), expectation.tallies, now_us()
    counts = _each_once(numbers.counts, tallies.twice if tallies else {})
    stats = pb.Stats(
        activity_id=activity.activity_id,
        occurrence_id=activity.occurrence_id,
        checked_in=counts.get("checked_in", 0),
        inside=counts.get("inside", 0),
        pending_review=counts.get("pending_review", 0),
        provisional=counts.get("provisional", 0),
        refused=counts.get("refused", 0),
        late=counts.get("late", 0),
        over_capacity=max(0, seats - activity.capacity) if activity.capacity else 0,
        by_minute=_minutes(counts),
        by_method=dict(_group(counts, "method:")),
        by_gate=dict(_group(counts, "gate:")),
        by_reason=dict(_group(counts, "reason:")),
        as_of=now,
        stale=numbers.is_stale or not expectation.is_known,
        event_id=numbers.event_id,
    )
    if tallies:
        _tell(stats, tallies, is_settled=activity.is_settled(now))
    return stats


def _each_once(counts: Mapping[str, int], twice: Mapping[str, int]) -> Mapping[str, int]:
    """How many they are whom counters count: these move at once, how many they count twice is known a second later."""
    once = dict(counts)
    for name, amount in twice.items():
        counter = next((each for each in _kept_as(name) if each in once), name)
        once[counter] = once.get(counter, 0) - amount
    return {name: count for name, count in once.items() if count > 0}


def _kept_as(name: str) -> Iterator[str]:
    """What a counter may be called by now: minutes are put together as they grow old."""
    kind, _, minute = name.partition(":")
    if kind != "minute":
        yield name
        return
    for kind, span in SPANS.items():
        yield f"{kind}:{int(minute) - int(minute) % span}"


def _tell(stats: pb.Stats, tallies: Tallies, *, is_settled: bool) -> None:
    whole = tallies.whole
    stats.has_expected, stats.expected = True, whole.expected
    stats.came, stats.leave, stats.not_yet = whole.came, whole.leave, whole.not_yet
    if is_settled:
        stats.absent = whole.not_yet
    for group, tally in tallies.by_group.items():
        absent = tally.not_yet if is_settled else None
        stats.by_group.add(group=group, expected=tally.expected, came=tally.came, leave=tally.leave, absent=absent)


def _group(counts: Mapping[str, int], prefix: str) -> Iterator[tuple[str, int]]:
    return ((name.removeprefix(prefix), count) for name, count in counts.items() if name.startswith(prefix))


def _minutes(counts: Mapping[str, int]) -> Iterable[pb.MinuteCount]:
    spans = ((int(at), span, people) for kind, span in SPANS.items() for at, people in _group(counts, f"{kind}:"))
    return (
        pb.MinuteCount(minute_at=at * MINUTE_US, count=people, span_s=span * 60) for at, span, people in sorted(spans)
    )


def _cursor(page_token: str) -> Cursor | None:
    position = pages.decode(page_token, int, int, int, bytes, bytes)
    return Cursor(*cast(tuple[int, int, int, bytes, bytes], position)) if position else None


def _wanted(request: pb.ListPeopleRequest) -> Wanted:
    seat = Filter(
        request.status,
        request.method,
        request.reason,
        request.gate,
        request.punctuality,
        request.from_at,
        request.to_at,
    )
    return Wanted(seat, request.query, request.group, _ANSWERS.get(request.answer, Answer.NONE), request.lacks_details)


def _person(shown: Shown) -> pb.Person:
    seat, presence, member = shown.found.seat, shown.found.presence, shown.member
    return pb.Person(
        user_id=shown.user_id,
        name=shown.name,
        status=cast(pb.Status.ValueType, seat.status),
        punctuality=seat.punctuality,
        checked_in_at=0 if seat.status in (0, domain.Status.ABSENT) else seat.at,
        method=seat.method,
        gate=seat.gate,
        reasons=seat.reasons,
        is_inside=presence.is_inside,
        left_at=presence.left_at,
        left_early=presence.is_early,
        entry_id=member.entry_id if member else b"",
        number=shown.number,
        group=member.group if member else "",
        is_listed=shown.is_listed,
        answer=cast(pb.Answer.ValueType, int(shown.answer)),
        details=shown.details,
        mark=cast(pb.Mark.ValueType, seat.mark),
    )
