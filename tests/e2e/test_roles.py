"""Who may do what: every route of the public API, once as each kind of person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from servicekit import ids
from tests.e2e.api import OUTSIDE, Activity, Api, Json, Person, at, by_qr, definition, expect, new_invite
from tests.e2e.stack import eventually

ROLES = ("owner", "organiser", "staff", "member", "stranger", "nobody")

_ANYBODY = (200, 200, 200, 200, 200, 200)
_SIGNED_IN = (200, 200, 200, 200, 200, 401)
_CREATES = (201, 201, 201, 201, 201, 401)
_STAFF = (200, 200, 200, 404, 404, 401)
_ORGANISER = (200, 200, 403, 404, 404, 401)

# Method, path, and the status for each of ROLES. In paths and bodies: {activity} is published, {draft} is not, both of
# the organisation; {newcomer} belongs to nothing, {helper} to the organisation as a member; {record} is another
# person's, {case} waits for a human, {held} is accepted and recorded.
_TABLE: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("GET", "/v1/client-config", _ANYBODY),
    ("POST", "/v1/auth/wechat", _ANYBODY),
    ("GET", "/v1/me", _SIGNED_IN),
    ("PATCH", "/v1/me", _SIGNED_IN),
    ("PUT", "/v1/me", _SIGNED_IN),
    ("POST", "/v1/me/subscriptions", _SIGNED_IN),
    ("GET", "/v1/me/subscriptions", _SIGNED_IN),
    ("POST", "/v1/client-events", (204, 204, 204, 204, 204, 401)),
    ("POST", "/v1/organisations", _CREATES),
    ("GET", "/v1/organisations", _SIGNED_IN),
    ("GET", "/v1/organisations/{organisation}/members", (200, 200, 200, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/members", (201, 201, 403, 403, 404, 401)),
    ("PATCH", "/v1/organisations/{organisation}/members/{helper}", (200, 200, 403, 403, 404, 401)),
    ("DELETE", "/v1/organisations/{organisation}/members/{helper}", (204, 204, 403, 403, 404, 401)),
    ("PATCH", "/v1/organisations/{organisation}", (200, 200, 403, 403, 404, 401)),
    ("PUT", "/v1/organisations/{organisation}", (200, 200, 403, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/handover", (404, 403, 403, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/invites", (201, 201, 403, 403, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/invites", (200, 200, 403, 403, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/invites/{invite}", (200, 200, 403, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/invites/{invite}/revoke", (200, 200, 403, 403, 404, 401)),
    ("GET", "/v1/invites/preview?code={invite_code}", _SIGNED_IN),
    ("POST", "/v1/invites/accept", (404, 404, 404, 404, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/places", _STAFF),
    ("POST", "/v1/organisations/{organisation}/places", (201, 201, 201, 404, 404, 401)),
    ("PUT", "/v1/organisations/{organisation}/places/{place}", _ORGANISER),
    ("POST", "/v1/organisations/{organisation}/places/{place}/wifi", _STAFF),
    ("DELETE", "/v1/organisations/{organisation}/places/{place}", (204, 204, 403, 404, 404, 401)),
    ("POST", "/v1/activities", (201, 201, 403, 404, 404, 401)),
    ("GET", "/v1/activities", _SIGNED_IN),
    ("GET", "/v1/activities?organisation_id={organisation}", _STAFF),
    ("GET", "/v1/activities/{draft}", _STAFF),
    ("GET", "/v1/activities/{activity}", _STAFF),
    ("PATCH", "/v1/activities/{draft}", _ORGANISER),
    ("PATCH", "/v1/activities/{activity}", _ORGANISER),
    ("DELETE", "/v1/activities/{draft}", (204, 204, 403, 404, 404, 401)),
    ("DELETE", "/v1/activities/{activity}", (409, 409, 403, 404, 404, 401)),
    ("POST", "/v1/activities/{activity}/copy", (201, 201, 403, 404, 404, 401)),
    ("POST", "/v1/activities/{activity}/reopen", _ORGANISER),
    ("POST", "/v1/activities/{draft}/rehearsal", (201, 201, 403, 404, 404, 401)),
    ("POST", "/v1/activities/{draft}/publish", _ORGANISER),
    ("POST", "/v1/activities/{activity}/close", _ORGANISER),
    ("POST", "/v1/activities/{activity}/cancel", _ORGANISER),
    ("GET", "/v1/activities/{activity}/qr", _STAFF),
    ("GET", "/v1/activities/{activity}/qr.svg", _STAFF),
    ("GET", "/v1/activities/{activity}/qr.png", _STAFF),
    ("POST", "/v1/activities/{activity}/qr/revoke", _ORGANISER),
    ("GET", "/v1/activities/resolve?code={code}", _SIGNED_IN),
    ("GET", "/v1/activities/resolve?activity_id={activity}", _SIGNED_IN),
    ("GET", "/v1/activities/resolve?activity_id={draft}", (404, 404, 404, 404, 404, 401)),
    ("POST", "/v1/activities/resolve", _SIGNED_IN),
    ("POST", "/v1/checkins", _CREATES),
    ("GET", "/v1/me/checkins", _SIGNED_IN),
    ("GET", "/v1/checkins/{record}", (404, 404, 404, 404, 404, 401)),
    ("POST", "/v1/checkins/{record}/appeal", (404, 404, 404, 404, 404, 401)),
    ("POST", "/v1/checkins/{held}/annul", _STAFF),
    ("GET", "/v1/reviews?activity_id={activity}", _STAFF),
    ("GET", "/v1/reviews/{case}", _STAFF),
    ("POST", "/v1/reviews/{case}/approve", _STAFF),
    ("POST", "/v1/reviews/{case}/refuse", _STAFF),
    ("POST", "/v1/reviews/batch", _STAFF),
    ("POST", "/v1/checkins/sync", _SIGNED_IN),
    ("POST", "/v1/activities/{activity}/checkins/batch", _STAFF),
    ("GET", "/v1/activities/{activity}/stats", _STAFF),
    ("GET", "/v1/activities/{activity}/people", _STAFF),
    ("GET", "/v1/activities/{activity}/live", _STAFF),
    ("POST", "/v1/auth/logout", (204, 204, 204, 204, 204, 401)),
)
# What a busy machine answers before the attempt is judged or the decision recorded.
_EARLY = {
    ("POST", "/v1/checkins", 201): 202,
    ("POST", "/v1/checkins/{held}/annul", 200): 202,
    ("POST", "/v1/reviews/{case}/approve", 200): 202,
    ("POST", "/v1/reviews/{case}/refuse", 200): 202,
}
# Signing out, and giving a session for a refresh token, is about one's own token alone.
_ABOUT_TOKENS = {("POST", "/v1/auth/refresh")}


_SITE = {
    "place": {"name": "图书馆", "latitude": 25.04, "longitude": 102.71, "coord": "gcj02"},
    "wifi": [{"ssid": "Hall", "bssid": "3c:7c:3f:00:1a:2b"}],
}


@dataclass(frozen=True)
class House:
    """An organisation with a person of every role."""

    api: Api
    organisation_id: str
    people: Mapping[str, Person]

    @property
    def owner(self) -> Person:
        """The person who founded the organisation."""
        return self.people["owner"]

    async def guest(self) -> Person:
        """Somebody who came once."""
        newcomer = await self.api.sign_in()
        await self.api.introduce(self.owner, self.organisation_id, newcomer)
        return newcomer

    async def helper(self) -> str:
        """A new member."""
        newcomer = await self.api.sign_in()
        await self.add(newcomer, "member")
        return newcomer.user_id

    async def invite(self) -> Json:
        """An invite of the owner; no more of them stay open than may."""
        made = expect(await self.owner.post(f"/v1/organisations/{self.organisation_id}/invites", new_invite()))
        for earlier in expect(await self.owner.get(f"/v1/organisations/{self.organisation_id}/invites"))["invites"][9:]:
            path = f"/v1/organisations/{self.organisation_id}/invites/{earlier['id']}/revoke"
            expect(await self.owner.post(path))
        return made

    async def add(self, person: Person, role: str) -> None:
        """Gives somebody a role."""
        await self.api.introduce(self.owner, self.organisation_id, person)
        path = f"/v1/organisations/{self.organisation_id}/members"
        expect(await self.owner.post(path, {"user_id": person.user_id, "role": role}))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(api: Api) -> House:
    """Shared by this file: nothing in the table changes it for the others."""
    people = {role: await api.sign_in() for role in ROLES[:-1]} | {"nobody": api.nobody}
    house = House(api, await api.found(people["owner"]), people)
    for role in ("organiser", "staff", "member"):
        await house.add(people[role], role)
    return house


_CASES = [
    pytest.param(method, path, role, status, id=f"{method} {path} {role}")
    for method, path, statuses in _TABLE
    for role, status in zip(ROLES, statuses, strict=True)
]


@pytest.mark.parametrize(("method", "path", "role", "status"), _CASES)
async def test_roles(house: House, method: str, path: str, role: str, status: int) -> None:
    """Each role gets exactly the answer of the table; what it may not know of is not there."""
    person = house.people[role]
    activity = await house.api.open_activity(house.owner, house.organisation_id)
    names = await _names(house, activity, path)
    body = await _body(house, activity, method, path)
    if path.endswith("/logout") and person.access_token:
        person = await house.api.sign_in(person.name)
    async with house.api.http.stream(method, path.format(**names), json=body, headers=person.headers) as response:
        assert response.status_code in (status, _EARLY.get((method, path, status), status))


async def _names(house: House, activity: Activity, path: str) -> dict[str, str]:
    names = {"organisation": house.organisation_id, "activity": activity.id, "code": activity.code}
    if "{draft}" in path:
        names["draft"] = (await house.api.draft(house.owner, house.organisation_id))["id"]
    if "{place}" in path:
        saved = await house.owner.post(f"/v1/organisations/{house.organisation_id}/places", _SITE)
        names["place"] = expect(saved)["id"]
    if "{helper}" in path:
        names["helper"] = await house.helper()
    if "{invite" in path:
        invite = await house.invite()
        names |= {"invite": invite["id"], "invite_code": invite["code"]}
    if "{record}" in path:
        somebody = await house.api.sign_in()
        names["record"] = expect(await somebody.check_in(by_qr(await activity.token())))["checkin"]["id"]
    if "{case}" in path:
        names["case"] = await _recorded(house, location=at(OUTSIDE))
    if "{held}" in path:
        names["held"] = await _recorded(house)
    return names


async def _recorded(house: House, **changes: Any) -> str:
    """An attempt of somebody's that reviewers can see, at revision 1."""
    lenient = await house.api.open_activity(house.owner, house.organisation_id, policy={"fence": "review"})
    somebody = await house.api.sign_in()
    answer = expect(await somebody.check_in(by_qr(await lenient.token(), **changes)), 201)
    checkin_id = str(answer["checkin"]["id"])

    async def there() -> bool:
        return (await house.owner.get(f"/v1/reviews/{checkin_id}")).status_code == 200

    await eventually(there)
    return checkin_id


async def _body(house: House, activity: Activity, method: str, path: str) -> Json | None:
    """What the route needs so that only the role can be wrong."""
    match method, path:
        case "POST", "/v1/auth/wechat":
            return {"code": "sim:e2e-table"}
        case "PATCH" | "PUT", "/v1/me":
            return {"name": "李雷"}
        case "POST", "/v1/me/subscriptions":
            config = expect(await house.api.nobody.get("/v1/client-config"))
            template_id = config["subscription_templates"][0]["template_id"]
            return {"grants": [{"template_id": template_id, "result": "accept"}]}
        case "POST", "/v1/client-events":
            return {"events": [{"name": "locate", "took_ms": 1200, "platform": "ios"}]}
        case "POST", "/v1/organisations":
            return {"name": "另一个组织"}
        case "POST", "/v1/organisations/{organisation}/members":
            return {"user_id": (await house.guest()).user_id, "role": "member"}
        case "PATCH", "/v1/organisations/{organisation}/members/{helper}":
            return {"role": "staff"}
        case "PATCH" | "PUT", "/v1/organisations/{organisation}":
            return {"name": "实验中学"}
        case "POST", "/v1/organisations/{organisation}/handover":
            # Of a stranger: nobody who belongs to it becomes owner here.
            return {"user_id": house.people["stranger"].user_id}
        case "POST", "/v1/organisations/{organisation}/invites":
            return new_invite()
        case "POST", "/v1/invites/accept":
            return {"code": "CFGHJKMNPRTVWX"}
        case ("POST", "/v1/organisations/{organisation}/places") | (
            "PUT",
            "/v1/organisations/{organisation}/places/{place}",
        ):
            return _SITE
        case "POST", "/v1/organisations/{organisation}/places/{place}/wifi":
            return {"wifi": [{"ssid": "Hall", "bssid": "3c:7c:3f:00:1a:2c"}]}
        case "POST", "/v1/activities":
            return definition(house.organisation_id)
        case "PATCH", "/v1/activities/{draft}":
            return {"revision": 1, "capacity": 120}
        case "PATCH", "/v1/activities/{activity}":
            return {"revision": 2, "capacity": 120}
        case "POST", "/v1/activities/{activity}/copy":
            return {"starts_at": "2027-03-01T09:00:00"}
        case "POST", "/v1/activities/resolve":
            return {"token": await activity.token()}
        case "POST", "/v1/checkins/sync":
            return {"attempts": []}
        case "POST", "/v1/activities/{activity}/checkins/batch":
            somebody = await house.guest()
            return {"checkins": [{"attempt_id": ids.to_text(ids.new_id()), "user_id": somebody.user_id}]}
        case "POST", "/v1/checkins":
            return by_qr(await activity.token())
        case "POST", "/v1/reviews/batch":
            return {"decision": "approve", "occurrence_id": activity.occurrence_id, "offline": True}
        case "POST", "/v1/reviews/{case}/approve" | "/v1/reviews/{case}/refuse":
            return {"revision": 1, "reason": "看过现场录像"}
        case "POST", "/v1/checkins/{held}/annul" | "/v1/checkins/{record}/appeal":
            return {"reason": "看过现场录像"}
    return None


async def test_the_table_is_complete(api: Api) -> None:
    """Every route of the OpenAPI document has its row."""
    document = expect(await api.nobody.get("/openapi.json"))
    served = {(method.upper(), _shape(path)) for path, methods in document["paths"].items() for method in methods}
    tabled = {(method, _shape(path.partition("?")[0])) for method, path, _ in _TABLE}
    assert served == tabled | _ABOUT_TOKENS


def _shape(path: str) -> str:
    """A path without the names of its parameters."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


async def test_nobody_gives_themselves_a_role(house: House) -> None:
    """Not even an owner changes their own role."""
    path = f"/v1/organisations/{house.organisation_id}/members/{house.owner.user_id}"
    assert (await house.owner.request("PATCH", path, json={"role": "staff"})).status_code == 403


async def test_organisers_do_not_make_owners(house: House) -> None:
    """What only owners may give, organisers may not."""
    newcomer = await house.api.sign_in()
    path = f"/v1/organisations/{house.organisation_id}/members"
    made = await house.people["organiser"].post(path, {"user_id": newcomer.user_id, "role": "owner"})
    assert made.status_code == 403


async def test_participants_see_no_credentials(house: House) -> None:
    """What a phone is shown before checking in holds neither code nor Wi-Fi list."""
    activity = await house.api.open_activity(
        house.owner, house.organisation_id, wifi=[{"ssid": "Hall", "bssid": "3c:7c:3f:00:1a:2b"}]
    )
    card = await house.people["stranger"].get("/v1/activities/resolve", activity_id=activity.id)
    assert activity.code not in card.text
    assert "3c:7c:3f" not in card.text.lower()
