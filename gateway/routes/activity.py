"""Activities, their QR in three forms, and what a phone shows before checking in."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from domainkit.codes import as_typed
from gateway import qr
from gateway.clients import ask
from gateway.http.fields import Id, Keyed, Page, Word
from gateway.routes.activity_changes import ActivityChanges, Copy, Seen, seen_revision, to_update
from gateway.routes.activity_shapes import (
    Activities,
    Activity,
    Card,
    NewActivity,
    NewOccurrence,
    Qr,
    ResolveToken,
    to_activity,
    to_card,
    to_message,
    to_qr,
)
from gateway.routes.dependencies import Call, Routes
from gateway.routes.displays import screen_of
from protos.activity.v1 import activity_pb2 as pb
from servicekit.errors import invalid

routes = Routes("activity")


PhaseName = Literal["draft", "upcoming", "now", "past"]
_PHASES: dict[PhaseName, pb.Phase.ValueType] = {
    "draft": pb.PHASE_DRAFT,
    "upcoming": pb.PHASE_UPCOMING,
    "now": pb.PHASE_NOW,
    "past": pb.PHASE_PAST,
}


class ListQuery(Page):
    """Of which organisation, if of one, which of its activities, and which part of the list."""

    organisation_id: Id | None = None
    title: Annotated[Word, Meta(description="Part of a title, in any case.")] = ""
    phase: Annotated[
        PhaseName | None, Meta(description="Where they stand now; past is whatever is over, closed or called off.")
    ] = None


class ResolveQuery(msgspec.Struct):
    """Either of the two."""

    code: Annotated[Word, Meta(description="The code on the screen.")] = ""
    activity_id: Id | None = None


class Picture(msgspec.Struct):
    """How a QR is drawn."""

    size: Annotated[int, Meta(ge=64, le=2048, description="Least width and height in pixels.")] = 480
    ecc: qr.Ecc = "M"


@routes.on("POST", "/v1/activities", status=201)
async def create_activity(call: Call, headers: Keyed, body: NewActivity) -> Activity:
    """Creates a draft."""
    request = pb.CreateActivityRequest(activity=to_message(body), idempotency_key=headers.idempotency_key)
    return to_activity(await ask(call.services.activity.CreateActivity, request, call.person))


@routes.on("GET", "/v1/activities")
async def list_activities(call: Call, query: ListQuery) -> Activities:
    """Activities of one organisation, or of all the caller belongs to."""
    request = pb.ListActivitiesRequest(
        organisation_id=query.organisation_id or b"",
        page_size=query.page_size,
        page_token=query.page_token,
        title=query.title,
        phase=_PHASES[query.phase] if query.phase else pb.PHASE_UNSPECIFIED,
    )
    page: pb.ListActivitiesResponse = await ask(call.services.activity.ListActivities, request, call.person)
    return Activities([to_activity(one) for one in page.activities], page.next_page_token)


@routes.on("GET", "/v1/activities/resolve")
async def resolve(call: Call, query: ResolveQuery) -> Card:
    """What a phone shows before checking in, by the code on the screen or by the activity's id."""
    if bool(query.code) == (query.activity_id is not None):
        raise invalid("code", "give either code or activity_id")
    request = (
        pb.ResolveActivityRequest(activity_id=query.activity_id)
        if query.activity_id
        else pb.ResolveActivityRequest(code=as_typed(query.code))
    )
    return to_card(await ask(call.services.activity.ResolveActivity, request, call.person))


@routes.on("POST", "/v1/activities/resolve")
async def resolve_token(call: Call, body: ResolveToken) -> Card:
    """What a phone shows before checking in, by the scanned token."""
    request = pb.ResolveActivityRequest(token=body.token)
    return to_card(await ask(call.services.activity.ResolveActivity, request, call.person))


@routes.on("GET", "/v1/activities/{activity_id}")
async def get_activity(call: Call, activity_id: Id) -> Activity:
    """One activity."""
    request = pb.GetActivityRequest(activity_id=activity_id)
    return to_activity(await ask(call.services.activity.GetActivity, request, call.person))


# A mini-program cannot send PATCH (wx.request), so PUT does the same.
@routes.on("PUT", "/v1/activities/{activity_id}", example={"revision": 3, "capacity": 120})
@routes.on("PATCH", "/v1/activities/{activity_id}", example={"revision": 3, "capacity": 120})
async def update_activity(call: Call, activity_id: Id, headers: Seen, body: ActivityChanges) -> Activity:
    """Changes a draft, or a published activity as of now: what is left out stays, null takes away.

    Whoever has not seen the newest revision gets a 409 REVISION_STALE whose `errors` name what was changed meanwhile.
    Once published, kind, time_zone and strict stay as they are.
    """
    revision = seen_revision(headers, body)
    zone = await _zone(call, activity_id) if body.starts_at or body.ends_at else ""
    request = to_update(activity_id, body, revision, zone)
    return to_activity(await ask(call.services.activity.UpdateActivity, request, call.person))


@routes.on("DELETE", "/v1/activities/{activity_id}", status=204)
async def delete_activity(call: Call, activity_id: Id) -> None:
    """Takes a draft away; what was published is cancelled or closed instead."""
    await ask(call.services.activity.DeleteActivity, pb.DeleteActivityRequest(activity_id=activity_id), call.person)


@routes.on("POST", "/v1/activities/{activity_id}/copy", status=201)
async def copy_activity(call: Call, activity_id: Id, headers: Keyed, body: Copy) -> Activity:
    """A new draft that says the same of another time."""
    request = pb.CopyActivityRequest(
        activity_id=activity_id,
        starts_at=body.starts_at.in_zone(await _zone(call, activity_id)),
        title=body.title,
        idempotency_key=headers.idempotency_key,
    )
    return to_activity(await ask(call.services.activity.CopyActivity, request, call.person))


@routes.on("POST", "/v1/activities/{activity_id}/reopen")
async def reopen_activity(call: Call, activity_id: Id) -> Activity:
    """Lets a closed activity take check-ins again, within its window."""
    request = pb.ReopenActivityRequest(activity_id=activity_id)
    return to_activity(await ask(call.services.activity.ReopenActivity, request, call.person))


@routes.on("POST", "/v1/activities/{activity_id}/occurrences", status=201, example={"number": 2})
async def open_occurrence(call: Call, activity_id: Id, body: NewOccurrence) -> Activity:
    """Opens another window of a published activity, for owner and organiser: whoever came checks in once more.

    Its QR is on every screen at once, and the one before counts for nothing new; what waited on phones still counts
    for the window in which it was made. An activity has at most 12.
    """
    request = pb.OpenOccurrenceRequest(activity_id=activity_id, number=body.number, minutes=body.minutes or 0)
    return to_activity(await ask(call.services.activity.OpenOccurrence, request, call.person))


@routes.on("POST", "/v1/activities/{activity_id}/rehearsal", status=201)
async def rehearse_activity(call: Call, activity_id: Id) -> Activity:
    """A hidden activity in which a draft can be tried end to end, from now on; nothing of it counts.

    It is cancelled when the draft is published, called off, deleted or tried again.
    """
    request = pb.RehearseActivityRequest(activity_id=activity_id)
    return to_activity(await ask(call.services.activity.RehearseActivity, request, call.person))


@routes.on("POST", "/v1/activities/{activity_id}/publish")
async def publish_activity(call: Call, activity_id: Id) -> Activity:
    """Opens a draft to check-ins."""
    request = pb.PublishActivityRequest(activity_id=activity_id)
    return to_activity(await ask(call.services.activity.PublishActivity, request, call.person))


@routes.on("POST", "/v1/activities/{activity_id}/close")
async def close_activity(call: Call, activity_id: Id) -> Activity:
    """Ends an activity before its time."""
    request = pb.CloseActivityRequest(activity_id=activity_id)
    return to_activity(await ask(call.services.activity.CloseActivity, request, call.person))


@routes.on("POST", "/v1/activities/{activity_id}/cancel")
async def cancel_activity(call: Call, activity_id: Id) -> Activity:
    """Calls an activity off."""
    request = pb.CancelActivityRequest(activity_id=activity_id)
    return to_activity(await ask(call.services.activity.CancelActivity, request, call.person))


@routes.on("GET", "/v1/activities/{activity_id}/qr", who="viewer")
async def get_qr(call: Call, activity_id: Id) -> Qr:
    """The current QR, for owner, organiser and staff, and for a display of the activity."""
    return to_qr(await _current(call, activity_id))


@routes.on("GET", "/v1/activities/{activity_id}/qr.svg", who="viewer", answers={200: qr.SVG})
async def get_qr_svg(call: Call, activity_id: Id, query: Picture) -> Response:
    """The current QR as SVG."""
    return await qr.image(await _current(call, activity_id), "svg", query.size, query.ecc)


@routes.on("GET", "/v1/activities/{activity_id}/qr.png", who="viewer", answers={200: qr.PNG})
async def get_qr_png(call: Call, activity_id: Id, query: Picture) -> Response:
    """The current QR as PNG."""
    return await qr.image(await _current(call, activity_id), "png", query.size, query.ecc)


@routes.on("POST", "/v1/activities/{activity_id}/qr/revoke")
async def revoke_qr(call: Call, activity_id: Id) -> Qr:
    """A new epoch and a new code: every QR shown before is refused from now on."""
    request = pb.RevokeQrRequest(activity_id=activity_id)
    return to_qr(await ask(call.services.activity.RevokeQr, request, call.person))


async def _zone(call: Call, activity_id: bytes) -> str:
    """Where clocks on the wall are read."""
    request = pb.GetActivityRequest(activity_id=activity_id)
    activity: pb.Activity = await ask(call.services.activity.GetActivity, request, call.person)
    return activity.time_zone


async def _current(call: Call, activity_id: bytes) -> pb.Qr:
    if call.is_display:
        return (await screen_of(call, activity_id)).qr
    current: pb.Qr = await ask(call.services.activity.GetQr, pb.GetQrRequest(activity_id=activity_id), call.person)
    return current
