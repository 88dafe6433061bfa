"""Live numbers and lists of people."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from gateway.clients import Clients, ask
from gateway.http.fields import Id, Instant, Model, PageSize, PageToken
from gateway.live import STATUSES, Snapshot
from gateway.routes.dependencies import Caller, Services, SharedParts
from protos.reporting.v1 import reporting_pb2 as pb
from servicekit.tokens import Claims

router = APIRouter(prefix="/v1/activities/{activity_id}", tags=["reporting"])

StatusName = Literal["checked_in", "pending_review", "provisional", "refused", "absent"]
PunctualityName = Literal["on_time", "late", "early_leave"]
MethodName = Literal["qr", "code", "nfc", "place", "staff"]
Word = Annotated[str, Query(max_length=64)]

_MINUTE_S = 60
_STATUS_NUMBERS: dict[str, pb.Status.ValueType] = {name: number for number, name in STATUSES.items()}


class MinuteCount(Model):
    """People who came in `span_s` from a minute on: longer ago than two hours by 15 minutes, than a day by 4 hours."""

    minute: Instant
    count: int
    span_s: int


class Stats(Model):
    """The numbers of an activity: people, not rows. `expected` and `rate` are null for open rosters."""

    expected: int | None
    checked_in: int
    inside: int
    rate: float | None
    pending_review: int
    provisional: int
    refused: int
    late: int
    over_capacity: int
    by_minute: list[MinuteCount]
    by_method: dict[str, int]
    by_gate: dict[str, int]
    by_reason: dict[str, int]
    as_of: Instant
    stale: bool


class Person(Model):
    """One person in an activity."""

    user_id: Id
    name: str
    status: str | None
    punctuality: str | None
    checked_in_at: Instant | None
    method: str | None
    gate: str | None
    reasons: list[str]


class People(Model):
    """A page of people."""

    people: list[Person]
    next_page_token: str


@router.get("/stats")
async def get_stats(activity_id: Id, person: Caller, services: Services) -> Stats:
    """The numbers of an activity, for owner, organiser and staff."""
    return to_stats(await ask(services.reporting.GetStats, pb.GetStatsRequest(activity_id=activity_id), person))


@router.get("/people")
async def list_people(
    activity_id: Id,
    person: Caller,
    services: Services,
    status: StatusName | None = None,
    q: Word = "",
    method: MethodName | None = None,
    reason: Word = "",
    gate: Word = "",
    punctuality: PunctualityName | None = None,
    from_: Annotated[Instant | None, Query(alias="from")] = None,
    to: Annotated[Instant | None, Query()] = None,
    page_size: PageSize = 0,
    page_token: PageToken = "",
) -> People:
    """Who is where in an activity, filtered."""
    request = pb.ListPeopleRequest(
        activity_id=activity_id,
        status=_STATUS_NUMBERS[status] if status else pb.STATUS_UNSPECIFIED,
        query=q,
        method=method or "",
        reason=reason,
        gate=gate,
        punctuality=punctuality or "",
        from_at=from_ or 0,
        to_at=to or 0,
        page_size=page_size,
        page_token=page_token,
    )
    page: pb.ListPeopleResponse = await ask(services.reporting.ListPeople, request, person)
    return People(people=[_person(one) for one in page.people], next_page_token=page.next_page_token)


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def live(
    activity_id: Id,
    person: Caller,
    shared: SharedParts,
    last_event_id: Annotated[str, Header(max_length=64)] = "",
) -> StreamingResponse:
    """A `stats` event, then `stats` and `checkin` events as they happen; resumes after `Last-Event-ID`.

    The first `stats` is what `/stats` answers. A later one carries `is_partial: true`, and in `by_minute` only what
    changed since the one before; what is gone counts 0. A `reset` says that events are lost: forget what you show, take
    the whole `stats` that follows, and read `/people` again.
    """
    events = await shared.live.open(activity_id, person, last_event_id)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def snapshot(services: Clients, activity_id: bytes, person: Claims | None) -> Snapshot:
    """The numbers of an activity for its live stream, as this person may see them; None: for all who watch it.

    Raises:
        ServiceError: They may not, or reporting does not answer.
    """
    stats: pb.Stats
    if person:
        stats = await ask(services.reporting.GetStats, pb.GetStatsRequest(activity_id=activity_id), person)
    else:
        stats = await ask(services.reporting.GetLiveStats, pb.GetLiveStatsRequest(activity_id=activity_id))
    return Snapshot(stats.event_id, to_stats(stats).model_dump(mode="json"))


def to_stats(stats: pb.Stats) -> Stats:
    """The numbers in JSON terms."""
    expected = stats.expected if stats.has_expected else None
    return Stats(
        expected=expected,
        checked_in=stats.checked_in,
        inside=stats.inside,
        rate=round(stats.checked_in / expected, 4) if expected else None,
        pending_review=stats.pending_review,
        provisional=stats.provisional,
        refused=stats.refused,
        late=stats.late,
        over_capacity=stats.over_capacity,
        by_minute=[
            MinuteCount(minute=one.minute_at, count=one.count, span_s=one.span_s or _MINUTE_S)
            for one in stats.by_minute
        ],
        by_method=dict(stats.by_method),
        by_gate=dict(stats.by_gate),
        by_reason=dict(stats.by_reason),
        as_of=stats.as_of,
        stale=stats.stale,
    )


def _person(person: pb.Person) -> Person:
    return Person(
        user_id=person.user_id,
        name=person.name,
        status=STATUSES.get(person.status),
        punctuality=person.punctuality or None,
        checked_in_at=person.checked_in_at or None,
        method=person.method or None,
        gate=person.gate or None,
        reasons=list(person.reasons),
    )
