"""Live numbers and lists of people."""

from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from gateway.clients import Clients, ask
from gateway.http.fields import Id, IdText, Instant, NextPageToken, PageSize, PageToken, Time, Word
from gateway.live_channels import Snapshot, Watched, Watcher
from gateway.live_events import STATUSES, StatusName
from gateway.marks import MARKS, MarkName
from gateway.openapi import Media
from gateway.routes.dependencies import Call, Routes
from gateway.routes.displays import screen_of
from protos.reporting.v1 import reporting_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text
from servicekit.tokens import Claims

routes = Routes("reporting")

PunctualityName = Literal["on_time", "late", "early_leave"]
MethodName = Literal["qr", "code", "nfc", "place", "staff"]
AnswerName = Literal["coming", "leave"]

_MINUTE_S = 60
_WINDOW = "One of the activity's `occurrences`; left out: the newest that has opened."
STATUS_NUMBERS: dict[str, pb.Status.ValueType] = {name: number for number, name in STATUSES.items()}
ANSWERS: dict[int, AnswerName] = {pb.ANSWER_COMING: "coming", pb.ANSWER_LEAVE: "leave"}
ANSWER_NUMBERS: dict[str, pb.Answer.ValueType] = {"coming": pb.ANSWER_COMING, "leave": pb.ANSWER_LEAVE}
_STREAM = Media("text/event-stream", {"type": "string"}, 'id: 7-1\nevent: stats\ndata: {"checked_in": 3}\n\n')


class MinuteCount(msgspec.Struct):
    """People who came in `span_s` from a minute on: longer ago than two hours by 15 minutes, than a day by 4 hours."""

    minute: Time
    count: int
    span_s: Annotated[int, Meta(examples=[_MINUTE_S])]


class GroupCount(msgspec.Struct):
    """People of one group of a roster; `group` is empty for those without one."""

    group: Annotated[str, Meta(examples=["一班"])]
    expected: int
    came: int
    leave: int
    absent: int | None


class Stats(msgspec.Struct):
    """The numbers of a window of an activity: people, not rows.

    `expected` is how many are on the roster, or the `expected_count` of an open activity; null where there is neither,
    and where nobody can tell, which is `stale`. Then what is counted against it is null too. `came` are those of them
    who are checked in, `leave` those who asked for leave and did not come, `not_yet` the others. These are `absent`
    once a phone can bring nothing from before the close; it is null until then. `rate` is came / (expected - leave).
    """

    expected: int | None
    came: int | None
    leave: int | None
    not_yet: int | None
    absent: int | None
    rate: Annotated[float | None, Meta(examples=[0.5])]
    by_group: list[GroupCount]
    checked_in: int
    inside: int
    pending_review: int
    provisional: int
    refused: int
    late: int
    over_capacity: int
    by_minute: list[MinuteCount]
    by_method: Annotated[dict[str, int], Meta(examples=[{"qr": 1}])]
    by_gate: Annotated[dict[str, int], Meta(examples=[{"北门": 1}])]
    by_reason: Annotated[dict[str, int], Meta(examples=[{"FENCE_OUTSIDE": 1}])]
    as_of: Time
    stale: bool
    occurrence_id: Annotated[IdText | None, Meta(description="The window that these are of.")]


class Person(msgspec.Struct):
    """One person in an activity; `status` is null for who is expected, has not tried, and may still come."""

    user_id: IdText
    name: Annotated[str, Meta(examples=["李雷"])]
    status: StatusName | None
    punctuality: Annotated[str | None, Meta(examples=["on_time"])]
    checked_in_at: Time | None
    method: Annotated[str | None, Meta(examples=["qr"])]
    gate: Annotated[str | None, Meta(examples=["北门"])]
    reasons: Annotated[list[str], Meta(examples=[["LATE"]])]
    is_inside: bool
    left_at: Annotated[Time | None, Meta(description="null: they have not left, or have come back.")]
    left_early: bool
    is_listed: Annotated[bool | None, Meta(description="Whether they are on the roster; null: there is none to read.")]
    entry_id: Annotated[IdText | None, Meta(description="The user_id too, while nobody knows who it is.")]
    number: Annotated[str, Meta(examples=["2026001"])]
    group: Annotated[str, Meta(examples=["一班"])]
    answer: AnswerName | None
    mark: Annotated[
        MarkName | None,
        Meta(description="What staff say they count as; status, punctuality and answer follow it, whatever they did."),
    ]
    details: Annotated[list[str], Meta(examples=[["李雷"]], description="One for each question, or none.")]


class People(msgspec.Struct):
    """A page of people."""

    people: list[Person]
    next_page_token: NextPageToken


class PeopleFilter(msgspec.Struct):
    """Whom of an activity; what is left out asks for nothing."""

    status: StatusName | None = None
    q: Word = ""
    method: MethodName | None = None
    reason: Word = ""
    gate: Word = ""
    punctuality: PunctualityName | None = None
    group: Word = ""
    answer: AnswerName | None = None
    occurrence_id: Annotated[Id | None, Meta(description=_WINDOW)] = None


class Filter(PeopleFilter):
    """Whom to list, and which part of the list."""

    page_size: PageSize = 0
    page_token: PageToken = ""
    details: Literal["missing"] | None = None
    from_: Instant | None = msgspec.field(default=None, name="from")
    to: Instant | None = None


class Draw(msgspec.Struct):
    """How many to draw."""

    count: Annotated[int, Meta(ge=1, le=50)] = 5
    page_token: Annotated[str, Meta(max_length=512, description="Of the draw before: nobody comes again.")] = ""
    occurrence_id: Annotated[Id | None, Meta(description=_WINDOW)] = None


class OneWindow(msgspec.Struct):
    """Which window of an activity."""

    occurrence_id: Annotated[Id | None, Meta(description=_WINDOW)] = None


class Resuming(msgspec.Struct, rename="kebab"):
    """Where an earlier stream ended."""

    last_event_id: Word = ""


@routes.on("GET", "/v1/activities/{activity_id}/stats", who="viewer")
async def get_stats(call: Call, activity_id: Id, query: OneWindow) -> Stats:
    """The numbers of an activity, for owner, organiser and staff, and for a display of the activity."""
    watched = Watched(activity_id, query.occurrence_id or b"")
    if call.is_display:
        await screen_of(call, activity_id)
        return to_stats(await _stats_for_nobody(call.services, watched))
    return to_stats(await _stats(call.services, watched, call.person))


@routes.on("GET", "/v1/activities/{activity_id}/people")
async def list_people(call: Call, activity_id: Id, query: Filter) -> People:
    """Who is where in an activity, filtered.

    `status=absent` lists who is expected, holds no seat and asked for no leave, from the opening on. It comes in the
    order of the roster, and so does what `answer` asks for, with those who have not tried. `details=missing` are those
    checked in who have not said all that is asked of them.
    """
    request = pb.ListPeopleRequest(
        activity_id=activity_id,
        **asked_of(query),
        from_at=query.from_ or 0,
        to_at=query.to or 0,
        page_size=query.page_size,
        page_token=query.page_token,
        lacks_details=query.details == "missing",
    )
    page: pb.ListPeopleResponse = await ask(call.services.reporting.ListPeople, request, call.person)
    return People([_person(one) for one in page.people], page.next_page_token)


def asked_of(said: PeopleFilter) -> dict[str, Any]:
    """The same on the wire."""
    return {
        "status": STATUS_NUMBERS[said.status] if said.status else pb.STATUS_UNSPECIFIED,
        "query": said.q,
        "method": said.method or "",
        "reason": said.reason,
        "gate": said.gate,
        "punctuality": said.punctuality or "",
        "group": said.group,
        "answer": ANSWER_NUMBERS[said.answer] if said.answer else pb.ANSWER_UNSPECIFIED,
        "occurrence_id": said.occurrence_id or b"",
    }


@routes.on("GET", "/v1/activities/{activity_id}/people/draw")
async def draw_people(call: Call, activity_id: Id, query: Draw) -> People:
    """Some of those inside now, drawn by lot from all of them.

    Fewer come where not so many are inside, or most of those who came have left; the token leads to others.
    """
    request = pb.DrawPeopleRequest(
        activity_id=activity_id,
        count=query.count,
        page_token=query.page_token,
        occurrence_id=query.occurrence_id or b"",
    )
    drawn: pb.DrawPeopleResponse = await ask(call.services.reporting.DrawPeople, request, call.person)
    return People([_person(one) for one in drawn.people], drawn.next_page_token)


@routes.on("GET", "/v1/activities/{activity_id}/live", who="viewer", answers={200: _STREAM})
async def live(call: Call, activity_id: Id, headers: Resuming, query: OneWindow) -> Response:
    """A `stats` event, then `stats` and `checkin` events as they happen; resumes after `Last-Event-ID`.

    The first `stats` is what `/stats` answers. A later one carries `is_partial: true`, and in `by_minute` only what
    changed since the one before; what is gone counts 0. A `reset` says that events are lost: forget what you show, take
    the whole `stats` that follows, and read `/people` again. Numbers are of one window; where none is named they go on
    with the next one that opens. `checkin` events are of all, and each says of which. An `activity` event tells its
    revision, as the stream begins and within 5 s of a change: read it and its QR again. A display gets no `checkin`
    events.
    """
    watched = Watched(activity_id, query.occurrence_id or b"")
    watcher = await _display_watching(call, watched) if call.is_display else _person_watching(call, watched)
    events = await call.parts.live.open(watched, watcher, headers.last_event_id)
    told = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(events, media_type=_STREAM.type, headers=told)


def _person_watching(call: Call, watched: Watched) -> Watcher:
    async def fetch() -> Snapshot:
        return _snapshot(await _stats(call.services, watched, call.person))

    return Watcher(call.person.user_id, fetch, fetch, is_ended=partial(call.parts.guard.is_ended, call.person))


async def _display_watching(call: Call, watched: Watched) -> Watcher:
    confirm = partial(screen_of, call, watched.activity_id)
    display = (await confirm()).display
    return Watcher(display.display_id, partial(shared_snapshot, call.services, watched), confirm, sees_people=False)


async def shared_snapshot(services: Clients, watched: Watched) -> Snapshot:
    """The numbers of a window for all who watch it.

    Raises:
        ServiceError: Reporting does not answer.
    """
    return _snapshot(await _stats_for_nobody(services, watched))


async def _stats(services: Clients, watched: Watched, person: Claims) -> pb.Stats:
    request = pb.GetStatsRequest(activity_id=watched.activity_id, occurrence_id=watched.occurrence_id)
    stats: pb.Stats = await ask(services.reporting.GetStats, request, person)
    return stats


async def _stats_for_nobody(services: Clients, watched: Watched) -> pb.Stats:
    request = pb.GetLiveStatsRequest(activity_id=watched.activity_id, occurrence_id=watched.occurrence_id)
    stats: pb.Stats = await ask(services.reporting.GetLiveStats, request)
    return stats


def _snapshot(stats: pb.Stats) -> Snapshot:
    return Snapshot(stats.event_id, msgspec.to_builtins(to_stats(stats)))


def to_stats(stats: pb.Stats) -> Stats:
    """The numbers in JSON terms."""
    is_known, due = stats.has_expected, stats.expected - stats.leave
    return Stats(
        expected=stats.expected if is_known else None,
        came=stats.came if is_known else None,
        leave=stats.leave if is_known else None,
        not_yet=stats.not_yet if is_known else None,
        absent=stats.absent if stats.HasField("absent") else None,
        rate=round(stats.came / due, 4) if is_known and due > 0 else None,
        by_group=[_group(one) for one in stats.by_group],
        checked_in=stats.checked_in,
        inside=stats.inside,
        pending_review=stats.pending_review,
        provisional=stats.provisional,
        refused=stats.refused,
        late=stats.late,
        over_capacity=stats.over_capacity,
        by_minute=[
            MinuteCount(to_rfc3339(one.minute_at), one.count, one.span_s or _MINUTE_S) for one in stats.by_minute
        ],
        by_method=dict(stats.by_method),
        by_gate=dict(stats.by_gate),
        by_reason=dict(stats.by_reason),
        as_of=to_rfc3339(stats.as_of),
        stale=stats.stale,
        occurrence_id=to_text(stats.occurrence_id) if stats.occurrence_id else None,
    )


def _group(count: pb.GroupCount) -> GroupCount:
    absent = count.absent if count.HasField("absent") else None
    return GroupCount(count.group, count.expected, count.came, count.leave, absent)


def _person(person: pb.Person) -> Person:
    return Person(
        user_id=to_text(person.user_id),
        name=person.name,
        status=STATUSES.get(person.status),
        punctuality=person.punctuality or None,
        checked_in_at=to_rfc3339(person.checked_in_at) if person.checked_in_at else None,
        method=person.method or None,
        gate=person.gate or None,
        reasons=list(person.reasons),
        is_inside=person.is_inside,
        left_at=to_rfc3339(person.left_at) if person.left_at else None,
        left_early=person.left_early,
        is_listed=person.is_listed if person.HasField("is_listed") else None,
        entry_id=to_text(person.entry_id) if person.entry_id else None,
        number=person.number,
        group=person.group,
        answer=ANSWERS.get(person.answer),
        mark=MARKS.get(person.mark),
        details=list(person.details),
    )
