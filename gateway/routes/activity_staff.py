"""Staff of one activity alone: they join by an invite, and are so until a day after its last check-in."""

from typing import Literal

import msgspec

from gateway.clients import ask
from gateway.http.fields import Id, IdText, NextPageToken, Page, Time
from gateway.routes.dependencies import Call, Routes
from gateway.routes.identity import PersonName
from protos.identity.v1 import identity_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("identity")


class ActivityStaff(msgspec.Struct):
    """A person who is staff of one activity; `expires_at` moves with its end."""

    user_id: IdText
    name: PersonName
    role: Literal["staff"]
    joined_at: Time
    expires_at: Time


class StaffPage(msgspec.Struct):
    """A page of staff."""

    staff: list[ActivityStaff]
    next_page_token: NextPageToken


@routes.on("GET", "/v1/activities/{activity_id}/staff")
async def list_activity_staff(call: Call, activity_id: Id, query: Page) -> StaffPage:
    """Who is staff of the activity alone, for its staff and those of the organisation."""
    request = pb.ListActivityStaffRequest(
        activity_id=activity_id, page_size=query.page_size, page_token=query.page_token
    )
    page: pb.ListActivityStaffResponse = await ask(call.services.invites.ListActivityStaff, request, call.person)
    return StaffPage([to_activity_staff(one) for one in page.staff], page.next_page_token)


@routes.on("DELETE", "/v1/activities/{activity_id}/staff/{user_id}", status=204)
async def remove_activity_staff(call: Call, activity_id: Id, user_id: Id) -> None:
    """Takes a person out of the staff of the activity, or lets the caller go."""
    request = pb.RemoveActivityStaffRequest(activity_id=activity_id, user_id=user_id)
    await ask(call.services.invites.RemoveActivityStaff, request, call.person)


def to_activity_staff(staff: pb.ActivityStaff) -> ActivityStaff:
    """Staff of an activity as the API tells them."""
    return ActivityStaff(
        to_text(staff.user_id), staff.name, "staff", to_rfc3339(staff.joined_at), to_rfc3339(staff.expires_at)
    )
