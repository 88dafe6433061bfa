"""People at a door: all of them for a phone that may be without a network, and some as staff type."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from gateway.clients import ask
from gateway.http.fields import Id, NextPageToken, Time
from gateway.routes.dependencies import Call, Routes, reply
from gateway.routes.door_shapes import DoorPerson, to_person
from protos.activity.v1 import door_pb2 as pb
from servicekit.clock import now_us, to_rfc3339
from servicekit.errors import RateLimitedError

routes = Routes("activity")

# A thousand people are opened one by one.
_BUNDLE_S = 4.0
_QUERY = "Two Han characters or three others of a name, a whole number, or a phone's last four digits."


class BundlePage(msgspec.Struct):
    """Which part of everybody."""

    page_size: Annotated[int, Meta(ge=0, le=1000, description="0: 1000.")] = 0
    page_token: Annotated[str, Meta(max_length=512)] = ""


class DoorQuery(msgspec.Struct):
    """Whom staff look for."""

    q: Annotated[str, Meta(min_length=1, max_length=64, description=_QUERY, examples=["小明"])]


class DoorBundle(msgspec.Struct):
    """A page of everybody. At `expires_at` a phone forgets them."""

    people: list[DoorPerson]
    next_page_token: NextPageToken
    expires_at: Time
    server_time: Time


class DoorPeople(msgspec.Struct):
    """At most 20 people."""

    people: list[DoorPerson]


@routes.on("GET", "/v1/activities/{activity_id}/door/people", answers={200: DoorBundle})
async def list_door_people(call: Call, activity_id: Id, query: BundlePage) -> Response:
    """Everybody on the activity's roster and every guest, for its staff; with what verifies their personal codes."""
    _spend(call.parts.bundles.take(call.person.user_id))
    request = pb.ListDoorPeopleRequest(activity_id=activity_id, page_size=query.page_size, page_token=query.page_token)
    listed = call.services.door.ListDoorPeople
    page: pb.ListDoorPeopleResponse = await ask(listed, request, call.person, timeout_s=_BUNDLE_S)
    bundle = DoorBundle(
        [to_person(one) for one in page.people],
        page.next_page_token,
        to_rfc3339(page.expires_at),
        to_rfc3339(now_us()),
    )
    return _unkept(reply(bundle))


@routes.on("GET", "/v1/activities/{activity_id}/door/search", answers={200: DoorPeople})
async def search_door_people(call: Call, activity_id: Id, query: DoorQuery) -> Response:
    """Entries of the activity's roster and its guests, for its staff."""
    _spend(call.parts.searches.take(call.person.user_id))
    request = pb.SearchDoorPeopleRequest(activity_id=activity_id, query=query.q)
    found: pb.SearchDoorPeopleResponse = await ask(call.services.door.SearchDoorPeople, request, call.person)
    return _unkept(reply(DoorPeople([to_person(one) for one in found.people])))


def _spend(wait_s: float) -> None:
    if wait_s:
        raise RateLimitedError("too many people at once; go on in a moment", retry_after_s=wait_s)


def _unkept(response: Response) -> Response:
    """No cache keeps who they are."""
    response.headers["cache-control"] = "no-store"
    return response
