"""`activity.v1.PlaceService`: staff save places and teach them Wi-Fi, organisers change them and take them away."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from domainkit.roles import ORGANISER, STAFF
from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from servicekit import clock, ids, pages
from servicekit.errors import invalid
from servicekit.mysql.idempotency import Intent
from servicekit.rpc.interceptors import for_person, person
from services.activity import messages
from services.activity.admission import RolesPort, admit
from services.activity.definition import check_site
from services.activity.places import SavedPlace, Site

Context = Any

_SERVICE = "/activity.v1.PlaceService/"
_METHODS = ("ListPlaces", "CreatePlace", "UpdatePlace", "LearnWifi", "DeletePlace")
ACCESS = {_SERVICE + method: for_person("gateway") for method in _METHODS}


class PlacesPort(Protocol):
    """Saved places; see `places.Places`. Every method raises UnavailableError when the database is gone."""

    async def page(self, organisation_id: bytes, before: bytes | None, size: int) -> Sequence[SavedPlace]:
        """A page of an organisation's places, the newest first."""

    async def save(self, place: SavedPlace, intent: Intent) -> SavedPlace:
        """Stores a new one, or finds what this intent made before; raises TooManyPlacesError."""

    async def change(self, organisation_id: bytes, place_id: bytes, move: Callable[[Site], Site]) -> SavedPlace:
        """Applies a move; raises PlaceNotFoundError."""

    async def delete(self, organisation_id: bytes, place_id: bytes) -> None:
        """Forgets one; raises PlaceNotFoundError."""


class PlaceServicer(activity_pb2_grpc.PlaceServiceServicer):
    """Serves the methods."""

    def __init__(self, places: PlacesPort, roles: RolesPort) -> None:
        self._places = places
        self._roles = roles

    async def ListPlaces(self, request: pb.ListPlacesRequest, context: Context) -> pb.ListPlacesResponse:
        """Those of an organisation, the newest first."""
        size, before = pages.page_size(request.page_size), pages.decode_id(request.page_token)
        await admit(self._roles, request.organisation_id, STAFF)
        found = await self._places.page(request.organisation_id, before, size + 1)
        is_more = len(found) > size
        return pb.ListPlacesResponse(
            places=map(_to_message, found[:size]),
            next_page_token=pages.encode(found[size - 1].place_id) if is_more else "",
        )

    async def CreatePlace(self, request: pb.CreatePlaceRequest, context: Context) -> pb.SavedPlace:
        """Saves a place, with what a phone saw there if it did."""
        organisation_id = request.place.organisation_id
        await admit(self._roles, organisation_id, STAFF)
        place = SavedPlace(ids.new_id(), organisation_id, _site(request.place), clock.now_us())
        body = request.place.SerializeToString(deterministic=True)
        intent = Intent(person().user_id, _SERVICE + "CreatePlace", request.idempotency_key, body)
        return _to_message(await self._places.save(place, intent))

    async def UpdatePlace(self, request: pb.UpdatePlaceRequest, context: Context) -> pb.SavedPlace:
        """Says all of it anew."""
        place = request.place
        await admit(self._roles, place.organisation_id, ORGANISER)
        site = _site(place)
        return _to_message(await self._places.change(place.organisation_id, place.place_id, lambda _: site))

    async def LearnWifi(self, request: pb.LearnWifiRequest, context: Context) -> pb.SavedPlace:
        """Adds what a phone sees on the spot."""
        await admit(self._roles, request.organisation_id, STAFF)
        seen = [messages.to_wifi(each) for each in request.wifi]

        def learn(site: Site) -> Site:
            learned = site.learned(seen)
            check_site(learned.place, learned.wifi)
            return learned

        return _to_message(await self._places.change(request.organisation_id, request.place_id, learn))

    async def DeletePlace(self, request: pb.DeletePlaceRequest, context: Context) -> pb.DeletePlaceResponse:
        """Forgets a place."""
        await admit(self._roles, request.organisation_id, ORGANISER)
        await self._places.delete(request.organisation_id, request.place_id)
        return pb.DeletePlaceResponse()


def _site(message: pb.SavedPlace) -> Site:
    if not message.HasField("place"):
        raise invalid("place", "is missing")
    site = Site(messages.to_place(message.place), tuple(map(messages.to_wifi, message.wifi)))
    check_site(site.place, site.wifi)
    return site


def _to_message(saved: SavedPlace) -> pb.SavedPlace:
    return pb.SavedPlace(
        place_id=saved.place_id,
        organisation_id=saved.organisation_id,
        place=messages.place_message(saved.site.place),
        wifi=messages.wifi_messages(saved.site.wifi),
        created_at=saved.created_at,
    )
