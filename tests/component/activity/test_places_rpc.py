"""PlaceService over real gRPC: who may do what with the places of an organisation, and what they say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from protos.identity.v1 import identity_pb2
from servicekit import ids
from servicekit.errors import InvalidArgumentError, NotFoundError, PermissionDeniedError, ServiceError
from servicekit.rpc import client
from services.activity.places_rpc import ACCESS, PlaceServicer
from tests.component.conftest import Loopback, Signer
from tests.fakes.activity import FakePlaces, FakeRoles

ORGANISATION = ids.new_id()
PEOPLE = {role: ids.new_id() for role in ("owner", "organiser", "staff", "member", "stranger")}
_ROLES = {
    "owner": identity_pb2.ROLE_OWNER,
    "organiser": identity_pb2.ROLE_ORGANISER,
    "staff": identity_pb2.ROLE_STAFF,
    "member": identity_pb2.ROLE_MEMBER,
}
HALL = pb.Wifi(ssid="Hall", bssid=b"\x9c\xa6\x15\x00\x1f\x2e")


@dataclass
class Service:
    """The service as a test sees it, on fakes."""

    loopback: Loopback
    signer: Signer
    places: FakePlaces = field(default_factory=FakePlaces)

    async def start(self) -> None:
        """Serves."""
        roles = FakeRoles({(ORGANISATION, PEOPLE[name]): role for name, role in _ROLES.items()})
        register = activity_pb2_grpc.add_PlaceServiceServicer_to_server
        servicer = PlaceServicer(self.places, roles)
        await self.loopback.serve("activity", register, servicer, ACCESS, self.signer.verifier())
        self._stub = activity_pb2_grpc.PlaceServiceStub(self.loopback.connect("activity", "gateway"))

    async def call(self, name: str, request: Any, who: str = "organiser") -> Any:
        """Calls a method on somebody's behalf."""
        return await client.call(getattr(self._stub, name), request, timeout_s=30, token=self.signer.token(PEOPLE[who]))

    async def save(self, name: str = "图书馆", key: str = "") -> pb.SavedPlace:
        """A place of the organisation."""
        return await self.call("CreatePlace", pb.CreatePlaceRequest(place=a_place(name=name), idempotency_key=key))


@pytest.fixture
async def service(loopback: Loopback, signer: Signer) -> Service:
    """See `Service`."""
    service = Service(loopback, signer)
    await service.start()
    return service


def a_place(place_id: bytes = b"", organisation_id: bytes = ORGANISATION, **changes: Any) -> pb.SavedPlace:
    """A library with Wi-Fi."""
    place = pb.Place(**{"name": "图书馆", "latitude": 25.0, "longitude": 102.0, "radius_m": 300, **changes})
    return pb.SavedPlace(place_id=place_id, organisation_id=organisation_id, place=place, wifi=[HALL])


REQUESTS: dict[str, Callable[[bytes, bytes], Any]] = {
    "ListPlaces": lambda org, id: pb.ListPlacesRequest(organisation_id=org),
    "CreatePlace": lambda org, id: pb.CreatePlaceRequest(place=a_place(organisation_id=org)),
    "UpdatePlace": lambda org, id: pb.UpdatePlaceRequest(place=a_place(id, org)),
    "LearnWifi": lambda org, id: pb.LearnWifiRequest(organisation_id=org, place_id=id, wifi=[HALL]),
    "DeletePlace": lambda org, id: pb.DeletePlaceRequest(organisation_id=org, place_id=id),
}
ON_THE_SPOT = {"ListPlaces", "CreatePlace", "LearnWifi"}


def expected(method: str, who: str) -> type[ServiceError] | None:
    """Organisers do everything, staff what is done on the spot, and to others there is no organisation."""
    if who in ("owner", "organiser"):
        return None
    if who == "staff":
        return None if method in ON_THE_SPOT else PermissionDeniedError
    return NotFoundError


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("method", REQUESTS)
async def test_who_may_do_what_with_a_place(service: Service, method: str, who: str) -> None:
    """Every method for every class of person."""
    saved = await service.save()
    request = REQUESTS[method](ORGANISATION, saved.place_id)

    if error := expected(method, who):
        with pytest.raises(error):
            await service.call(method, request, who)
    else:
        await service.call(method, request, who)


@pytest.mark.parametrize("method", REQUESTS)
async def test_a_foreign_organisation_and_none_at_all_read_the_same(service: Service, method: str) -> None:
    """Nobody finds out which ids exist, however short."""
    saved = await service.save()
    answers = []
    for organisation_id in (ids.new_id(), b"short"):
        with pytest.raises(NotFoundError) as refusal:
            await service.call(method, REQUESTS[method](organisation_id, saved.place_id))
        answers.append((refusal.value.detail, refusal.value.reason, refusal.value.metadata))

    assert answers[0] == answers[1]


async def test_a_place_is_saved_learns_changes_and_goes(service: Service) -> None:
    """Staff add what their phone sees; who says all of it anew says the Wi-Fi too."""
    saved = await service.save(" 图书馆 ")
    seen = pb.Wifi(bssid=b"\x9c\xa6\x15\x00\x1f\x2f")
    learn = pb.LearnWifiRequest(organisation_id=ORGANISATION, place_id=saved.place_id, wifi=[HALL, seen])

    learned = await service.call("LearnWifi", learn, "staff")
    anew = await service.call("UpdatePlace", pb.UpdatePlaceRequest(place=a_place(saved.place_id, name="新馆")))

    assert (saved.place.name, list(learned.wifi)) == ("图书馆", [HALL, seen])
    assert (anew.place.name, list(anew.wifi), anew.created_at) == ("新馆", [HALL], saved.created_at)
    await service.call("DeletePlace", REQUESTS["DeletePlace"](ORGANISATION, saved.place_id))
    assert await service.call("ListPlaces", REQUESTS["ListPlaces"](ORGANISATION, b"")) == pb.ListPlacesResponse()


async def test_places_are_paged_from_new_to_old(service: Service) -> None:
    """Each on one page."""
    saved = [await service.save(name) for name in "甲乙丙"]

    first = await service.call("ListPlaces", pb.ListPlacesRequest(organisation_id=ORGANISATION, page_size=2))
    rest = await service.call(
        "ListPlaces",
        pb.ListPlacesRequest(organisation_id=ORGANISATION, page_size=2, page_token=first.next_page_token),
    )

    assert [*first.places, *rest.places] == sorted(saved, key=lambda place: place.place_id, reverse=True)
    assert rest.next_page_token == ""


async def test_a_repeated_saving_makes_nothing_new(service: Service) -> None:
    """By its Idempotency-Key."""
    assert await service.save(key="k") == await service.save(key="k")


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        (pb.SavedPlace(organisation_id=ORGANISATION), ["place"]),
        (a_place(name=""), ["place.name"]),
        (a_place(radius_m=1), ["place.radius_m"]),
        (a_place(latitude=102.0, longitude=25.0), ["place.latitude"]),
        (pb.SavedPlace(organisation_id=ORGANISATION, place=a_place().place, wifi=[HALL, HALL]), ["wifi"]),
    ],
    ids=["nowhere", "nameless", "no radius", "swapped", "twice"],
)
async def test_a_place_that_makes_no_sense_is_explained(
    service: Service, place: pb.SavedPlace, fields: list[str]
) -> None:
    """By its JSON paths, and nothing is stored."""
    with pytest.raises(InvalidArgumentError) as refusal:
        await service.call("CreatePlace", pb.CreatePlaceRequest(place=place))

    assert [fault.field for fault in refusal.value.fields] == fields
    assert service.places.saved == {}


async def test_a_place_learns_no_more_than_twenty_access_points(service: Service) -> None:
    """As many as an activity takes."""
    saved = await service.save()
    many = [pb.Wifi(bssid=b"\x9c\xa6\x15\x00\x01" + bytes([number])) for number in range(20)]
    learn = pb.LearnWifiRequest(organisation_id=ORGANISATION, place_id=saved.place_id, wifi=many)

    with pytest.raises(InvalidArgumentError) as refusal:
        await service.call("LearnWifi", learn)

    assert [fault.field for fault in refusal.value.fields] == ["wifi"]
