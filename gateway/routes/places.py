"""Places that an organisation has saved for its activities, with the Wi-Fi that is only seen there."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.clients import ask
from gateway.http.fields import Id, IdText, Input, Keyed, NextPageToken, Page, Time
from gateway.routes.dependencies import Call, Routes
from gateway.routes.place_shapes import (
    AccessPoint,
    NewAccessPoint,
    NewPlace,
    Place,
    place_to_message,
    to_access_points,
    to_place,
    wifi_to_messages,
)
from protos.activity.v1 import activity_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("activity")

Wifi = Annotated[list[NewAccessPoint], Meta(max_length=256)]


class NewSavedPlace(Input, kw_only=True):
    """A place to save; it needs a name."""

    place: NewPlace
    wifi: Wifi = []


class SeenWifi(Input):
    """What a phone sees on the spot."""

    wifi: Wifi


class SavedPlace(msgspec.Struct):
    """A place as `place` and `wifi` of an activity take it."""

    id: IdText
    organisation_id: IdText
    place: Place
    wifi: list[AccessPoint]
    created_at: Time


class SavedPlaces(msgspec.Struct):
    """A page of places."""

    places: list[SavedPlace]
    next_page_token: NextPageToken


@routes.on("GET", "/v1/organisations/{organisation_id}/places")
async def list_places(call: Call, organisation_id: Id, query: Page) -> SavedPlaces:
    """Places of an organisation, the newest first, for staff and above."""
    request = pb.ListPlacesRequest(
        organisation_id=organisation_id, page_size=query.page_size, page_token=query.page_token
    )
    page: pb.ListPlacesResponse = await ask(call.services.places.ListPlaces, request, call.person)
    return SavedPlaces([_to_saved(one) for one in page.places], page.next_page_token)


@routes.on("POST", "/v1/organisations/{organisation_id}/places", status=201)
async def save_place(call: Call, organisation_id: Id, headers: Keyed, body: NewSavedPlace) -> SavedPlace:
    """Saves a place, for staff on the spot too; an organisation has at most 200."""
    place = _to_message(organisation_id, body)
    request = pb.CreatePlaceRequest(place=place, idempotency_key=headers.idempotency_key)
    return _to_saved(await ask(call.services.places.CreatePlace, request, call.person))


@routes.on("PUT", "/v1/organisations/{organisation_id}/places/{place_id}")
async def replace_place(call: Call, organisation_id: Id, place_id: Id, body: NewSavedPlace) -> SavedPlace:
    """Says all of a place anew; activities that exist stay where they are."""
    place = _to_message(organisation_id, body, place_id)
    return _to_saved(await ask(call.services.places.UpdatePlace, pb.UpdatePlaceRequest(place=place), call.person))


@routes.on("POST", "/v1/organisations/{organisation_id}/places/{place_id}/wifi")
async def learn_wifi(call: Call, organisation_id: Id, place_id: Id, body: SeenWifi) -> SavedPlace:
    """Adds access points that a staff phone sees on the spot; those that are known stay."""
    request = pb.LearnWifiRequest(organisation_id=organisation_id, place_id=place_id, wifi=wifi_to_messages(body.wifi))
    return _to_saved(await ask(call.services.places.LearnWifi, request, call.person))


@routes.on("DELETE", "/v1/organisations/{organisation_id}/places/{place_id}", status=204)
async def delete_place(call: Call, organisation_id: Id, place_id: Id) -> None:
    """Forgets a place; activities that were made with it keep what they say."""
    request = pb.DeletePlaceRequest(organisation_id=organisation_id, place_id=place_id)
    await ask(call.services.places.DeletePlace, request, call.person)


def _to_message(organisation_id: bytes, body: NewSavedPlace, place_id: bytes = b"") -> pb.SavedPlace:
    return pb.SavedPlace(
        place_id=place_id,
        organisation_id=organisation_id,
        place=place_to_message(body.place),
        wifi=wifi_to_messages(body.wifi),
    )


def _to_saved(saved: pb.SavedPlace) -> SavedPlace:
    return SavedPlace(
        id=to_text(saved.place_id),
        organisation_id=to_text(saved.organisation_id),
        place=to_place(saved.place),
        wifi=to_access_points(saved.wifi),
        created_at=to_rfc3339(saved.created_at),
    )
