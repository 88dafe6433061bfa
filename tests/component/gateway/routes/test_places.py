"""Saved places over real HTTP: what reaches the service, and what comes back."""

from protos.activity.v1 import activity_pb2 as pb
from servicekit import ids
from tests.component.gateway.conftest import Gateway

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
PATH = f"/v1/organisations/{ID}/places"
HALL = pb.Wifi(ssid="Hall", bssid=bytes.fromhex("3c7c3f001a2b"))
SITE = {
    "place": {"name": "图书馆", "latitude": 25.5, "longitude": 102.5, "coord": "gcj02", "radius_m": 300.0},
    "wifi": [{"ssid": "Hall", "bssid": "3c:7c:3f:00:1a:2b"}],
}
SAVED = pb.SavedPlace(
    place_id=ids.from_text(ID),
    organisation_id=ids.from_text(ID),
    place=pb.Place(name="图书馆", latitude=25.5, longitude=102.5, radius_m=300),
    wifi=[HALL],
    created_at=1788220800_000000,
)
SHOWN = {"id": ID, "organisation_id": ID, **SITE, "created_at": "2026-09-01T00:00:00.000Z"}


async def test_a_place_is_saved_and_said_anew(gateway: Gateway) -> None:
    """The way an activity takes it, and so it comes back."""
    gateway.services.answers |= {"CreatePlace": SAVED, "UpdatePlace": SAVED}

    saved = await gateway.http.post(PATH, json=SITE, headers={**gateway.bearer(), "idempotency-key": "k"})
    anew = await gateway.http.put(f"{PATH}/{ID}", json=SITE, headers=gateway.bearer())

    [created] = gateway.services.requests("CreatePlace")
    [updated] = gateway.services.requests("UpdatePlace")
    assert (saved.status_code, saved.json(), created.idempotency_key) == (201, SHOWN, "k")
    assert (anew.status_code, anew.json()) == (200, SHOWN)
    assert updated.place == pb.SavedPlace(
        place_id=SAVED.place_id, organisation_id=SAVED.organisation_id, place=SAVED.place, wifi=SAVED.wifi
    )
    assert (created.place.place_id, created.place.wifi) == (b"", updated.place.wifi)


async def test_places_are_listed_learn_and_go(gateway: Gateway) -> None:
    """A page with its token; what a phone sees; nothing."""
    gateway.services.answers |= {
        "ListPlaces": pb.ListPlacesResponse(places=[SAVED], next_page_token="n"),
        "LearnWifi": SAVED,
        "DeletePlace": pb.DeletePlaceResponse(),
    }

    listed = await gateway.http.get(PATH, params={"page_size": 1}, headers=gateway.bearer())
    learned = await gateway.http.post(f"{PATH}/{ID}/wifi", json={"wifi": SITE["wifi"]}, headers=gateway.bearer())
    gone = await gateway.http.delete(f"{PATH}/{ID}", headers=gateway.bearer())

    assert listed.json() == {"places": [SHOWN], "next_page_token": "n"}
    assert gateway.services.requests("ListPlaces")[0].page_size == 1
    assert learned.json() == SHOWN
    assert [*gateway.services.requests("LearnWifi")[0].wifi] == [HALL]
    assert (gone.status_code, gone.content) == (204, b"")
