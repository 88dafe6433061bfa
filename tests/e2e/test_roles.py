"""Who may do what: every route of the public API, once as each kind of person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from servicekit import ids
from tests.e2e.api import OUTSIDE, Activity, Api, Json, Person, at, by_qr, definition, expect, new_invite
from tests.e2e.stack import eventually

_RANKS = ("owner", "organiser", "staff", "member", "stranger", "nobody")
# Those beside the ranks, and whom each is like where a row does not say otherwise: staff of {activity} alone, the owner
# of another organisation, and a browser that is a display of {activity}.
_BESIDE = {"activity_staff": "stranger", "other_owner": "stranger", "display": "nobody"}
ROLES = (*_RANKS, *_BESIDE)


def _by_role(*statuses: int, **beside: int) -> dict[str, int]:
    """The status for each of ROLES: those of the ranks, and of those beside them where they differ."""
    ranks = dict(zip(_RANKS, statuses, strict=True))
    return ranks | {role: ranks[like] for role, like in _BESIDE.items()} | beside


_ANYBODY = _by_role(200, 200, 200, 200, 200, 200)
_SIGNED_OUT = _by_role(401, 401, 401, 401, 401, 401)
_SIGNED_IN = _by_role(200, 200, 200, 200, 200, 401)
_CREATES = _by_role(201, 201, 201, 201, 201, 401)
_STAFF = _by_role(200, 200, 200, 404, 404, 401)
_ORGANISER = _by_role(200, 200, 403, 404, 404, 401)
# Of the activity whose own staff somebody may be.
_ITS_STAFF = _STAFF | {"activity_staff": 200}
# And whose display a browser may be, where nobody is signed in.
_SHOWN = _ITS_STAFF | {"display": 200}
_ITS_ORGANISER = _ORGANISER | {"activity_staff": 403}

# Method, path, and the status for each of ROLES. In paths and bodies: {activity} is published, {draft} is not, both of
# the organisation; {newcomer} belongs to nothing, {helper} to the organisation as a member; {record} is another
# person's, {case} waits for a human, {held} is accepted and recorded, {its_helper} is staff of {activity} alone.
_TABLE: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("GET", "/v1/client-config", _ANYBODY),
    ("POST", "/v1/auth/wechat", _ANYBODY),
    ("POST", "/v1/auth/console", _by_role(201, 201, 201, 201, 201, 201)),
    ("POST", "/v1/auth/console/poll", _ANYBODY),
    ("GET", "/v1/auth/console/{ticket}", _SIGNED_IN),
    ("POST", "/v1/auth/console/{ticket}/approve", _SIGNED_IN),
    ("POST", "/v1/auth/console/{ticket}/deny", _SIGNED_IN),
    # Of a ticket that asks to be let in; of one that asks for a place only its own person: tests/e2e/test_console.py.
    ("POST", "/v1/auth/console/{ticket}/place", _by_role(404, 404, 404, 404, 404, 401)),
    ("POST", "/v1/place-tickets", _CREATES),
    ("POST", "/v1/place-tickets/poll", _by_role(404, 404, 404, 404, 404, 401)),
    # By the cookie of a console alone: tests/e2e/test_console.py.
    ("POST", "/v1/auth/console/refresh", _SIGNED_OUT),
    ("POST", "/v1/auth/console/sign-out", _SIGNED_OUT),
    ("GET", "/v1/me/sessions", _SIGNED_IN),
    ("DELETE", "/v1/me/sessions/{session}", _by_role(404, 404, 404, 404, 404, 401)),
    ("GET", "/v1/me", _SIGNED_IN),
    ("PATCH", "/v1/me", _SIGNED_IN),
    ("PUT", "/v1/me", _SIGNED_IN),
    ("GET", "/v1/me/code", _SIGNED_IN),
    ("POST", "/v1/me/subscriptions", _SIGNED_IN),
    ("GET", "/v1/me/subscriptions", _SIGNED_IN),
    ("POST", "/v1/client-events", _by_role(204, 204, 204, 204, 204, 401)),
    ("POST", "/v1/organisations", _CREATES),
    ("GET", "/v1/organisations", _SIGNED_IN),
    ("GET", "/v1/organisations/{organisation}/members", _by_role(200, 200, 200, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/members", _by_role(201, 201, 403, 403, 404, 401)),
    ("PATCH", "/v1/organisations/{organisation}/members/{helper}", _by_role(200, 200, 403, 403, 404, 401)),
    ("DELETE", "/v1/organisations/{organisation}/members/{helper}", _by_role(204, 204, 403, 403, 404, 401)),
    ("PATCH", "/v1/organisations/{organisation}", _by_role(200, 200, 403, 403, 404, 401)),
    ("PUT", "/v1/organisations/{organisation}", _by_role(200, 200, 403, 403, 404, 401)),
    ("PUT", "/v1/organisations/{organisation}/members/{helper}", _by_role(200, 200, 403, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/archive", _by_role(409, 403, 403, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/unarchive", _by_role(200, 403, 403, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/handover", _by_role(404, 403, 403, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/invites", _by_role(201, 201, 403, 403, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/invites", _by_role(200, 200, 403, 403, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/invites/{invite}", _by_role(200, 200, 403, 403, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/invites/{invite}/revoke", _by_role(200, 200, 403, 403, 404, 401)),
    ("GET", "/v1/invites/preview?code={invite_code}", _SIGNED_IN),
    ("POST", "/v1/invites/accept", _by_role(404, 404, 404, 404, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/places", _STAFF),
    ("POST", "/v1/organisations/{organisation}/places", _by_role(201, 201, 201, 404, 404, 401)),
    ("PUT", "/v1/organisations/{organisation}/places/{place}", _ORGANISER),
    ("POST", "/v1/organisations/{organisation}/places/{place}/wifi", _STAFF),
    ("DELETE", "/v1/organisations/{organisation}/places/{place}", _by_role(204, 204, 403, 404, 404, 401)),
    ("POST", "/v1/organisations/{organisation}/rosters", _by_role(201, 201, 403, 404, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/rosters", _STAFF),
    ("GET", "/v1/rosters/{roster}", _STAFF),
    ("PATCH", "/v1/rosters/{roster}", _ORGANISER),
    ("PUT", "/v1/rosters/{roster}", _ORGANISER),
    ("DELETE", "/v1/rosters/{roster}", _by_role(204, 204, 403, 404, 404, 401)),
    ("GET", "/v1/rosters/{roster}/groups", _STAFF),
    ("GET", "/v1/rosters/{roster}/entries", _STAFF),
    ("POST", "/v1/rosters/{roster}/entries", _by_role(201, 201, 403, 404, 404, 401)),
    ("PUT", "/v1/rosters/{roster}/entries/{entry}", _ORGANISER),
    ("DELETE", "/v1/rosters/{roster}/entries/{entry}", _by_role(204, 204, 403, 404, 404, 401)),
    ("POST", "/v1/rosters/{roster}/imports", _by_role(201, 201, 403, 404, 404, 401)),
    ("GET", "/v1/rosters/{roster}/imports/{import}", _ORGANISER),
    ("GET", "/v1/rosters/{roster}/imports/{import}/bad-rows", _ORGANISER),
    ("GET", "/v1/rosters/{roster}/imports/{import}/bad-rows.csv", _ORGANISER),
    ("POST", "/v1/rosters/{roster}/imports/{import}/apply", _ORGANISER),
    ("POST", "/v1/rosters/{roster}/imports/{applied}/undo", _ORGANISER),
    ("GET", "/v1/rosters/{roster}/file", _ORGANISER),
    ("GET", "/v1/rosters/{roster}/labels.pdf", _STAFF),
    ("GET", "/v1/activities/{activity}/sign-sheet.pdf?blank_rows=1", _ITS_STAFF),
    ("GET", "/v1/activities/{activity}/door/people", _ITS_STAFF),
    ("POST", "/v1/activities/{activity}/door/look", _ITS_STAFF),
    ("GET", "/v1/activities/{activity}/door/search?q=小明", _ITS_STAFF),
    ("GET", "/v1/activities/{activity}/me/entry", _SIGNED_IN),
    ("POST", "/v1/activities/{activity}/me/phone", _by_role(404, 404, 404, 404, 404, 401)),
    ("POST", "/v1/rosters/{roster}/entries/{entry}/invite", _by_role(201, 201, 201, 404, 404, 401)),
    ("GET", "/v1/roster-invites/preview?code={entry_code}", _SIGNED_IN),
    ("POST", "/v1/roster-invites/accept", _by_role(404, 404, 404, 404, 404, 401)),
    ("PUT", "/v1/rosters/{roster}/entries/{entry}/person", _by_role(204, 204, 204, 404, 404, 401)),
    ("DELETE", "/v1/rosters/{roster}/entries/{entry}/person", _by_role(204, 204, 204, 404, 404, 401)),
    ("GET", "/v1/activities/{activity}/me", _SIGNED_IN),
    ("GET", "/v1/activities/{draft}/me", _by_role(404, 404, 404, 404, 404, 401)),
    ("PUT", "/v1/activities/{activity}/me/answer", _SIGNED_IN),
    ("PUT", "/v1/activities/{activity}/me/details", _by_role(422, 422, 422, 422, 422, 401)),
    # Of whoever came alone, and of what has closed: tests/e2e/test_own_proofs.py.
    ("PUT", "/v1/activities/{activity}/me/proof", _by_role(404, 404, 404, 404, 404, 401)),
    ("GET", "/v1/activities/{activity}/me/proof", _by_role(404, 404, 404, 404, 404, 401)),
    ("GET", "/v1/activities/{activity}/me/proof/file", _by_role(404, 404, 404, 404, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/privacy", _STAFF),
    ("PATCH", "/v1/organisations/{organisation}/privacy", _ORGANISER),
    ("PUT", "/v1/organisations/{organisation}/privacy", _ORGANISER),
    ("GET", "/v1/me/export", _SIGNED_IN),
    # The owners are the last ones, and whoever else is erased is somebody new.
    ("DELETE", "/v1/me", _by_role(409, 204, 204, 204, 204, 401, other_owner=409)),
    ("GET", "/v1/activities/{activity}/staff", _ITS_STAFF),
    (
        "DELETE",
        "/v1/activities/{activity}/staff/{its_helper}",
        _by_role(204, 204, 403, 404, 404, 401, activity_staff=403),
    ),
    ("POST", "/v1/activities", _by_role(201, 201, 403, 404, 404, 401)),
    ("GET", "/v1/reviews/waiting", _SIGNED_IN),
    ("GET", "/v1/reviews/waiting?organisation_id={organisation}", _STAFF),
    ("GET", "/v1/organisations/{organisation}/reviews", _ITS_STAFF),
    ("GET", "/v1/organisations/{organisation}/reviews?activity_id={activity}", _ITS_STAFF),
    ("GET", "/v1/activities", _SIGNED_IN),
    ("GET", "/v1/activities?organisation_id={organisation}", _STAFF),
    ("GET", "/v1/activities/{draft}", _STAFF),
    ("GET", "/v1/activities/{activity}", _ITS_STAFF),
    ("PATCH", "/v1/activities/{draft}", _ORGANISER),
    ("PUT", "/v1/activities/{draft}", _ORGANISER),
    ("PATCH", "/v1/activities/{activity}", _ITS_ORGANISER),
    ("DELETE", "/v1/activities/{draft}", _by_role(204, 204, 403, 404, 404, 401)),
    ("DELETE", "/v1/activities/{activity}", _by_role(409, 409, 403, 404, 404, 401, activity_staff=403)),
    ("POST", "/v1/activities/{activity}/copy", _by_role(201, 201, 403, 404, 404, 401, activity_staff=403)),
    ("POST", "/v1/activities/{activity}/reopen", _ITS_ORGANISER),
    ("POST", "/v1/activities/{activity}/occurrences", _by_role(201, 201, 403, 404, 404, 401, activity_staff=403)),
    ("POST", "/v1/activities/{draft}/rehearsal", _by_role(201, 201, 403, 404, 404, 401)),
    ("POST", "/v1/activities/{draft}/publish", _ORGANISER),
    ("POST", "/v1/activities/{activity}/close", _ITS_ORGANISER),
    ("POST", "/v1/activities/{activity}/cancel", _ITS_ORGANISER),
    ("GET", "/v1/activities/{activity}/qr", _SHOWN),
    ("GET", "/v1/activities/{activity}/qr.svg", _SHOWN),
    ("GET", "/v1/activities/{activity}/qr.png", _SHOWN),
    ("POST", "/v1/activities/{activity}/qr/revoke", _ITS_ORGANISER),
    ("POST", "/v1/activities/{activity}/displays", _by_role(201, 201, 201, 404, 404, 401, activity_staff=201)),
    ("GET", "/v1/activities/{activity}/displays", _ITS_STAFF),
    (
        "DELETE",
        "/v1/activities/{activity}/displays/{display}",
        _by_role(204, 204, 204, 404, 404, 401, activity_staff=204),
    ),
    ("POST", "/v1/activities/{activity}/nfc-tags", _by_role(201, 201, 201, 404, 404, 401, activity_staff=201)),
    ("GET", "/v1/activities/{activity}/nfc-tags", _ITS_STAFF),
    (
        "DELETE",
        "/v1/activities/{activity}/nfc-tags/{tag}",
        _by_role(204, 204, 204, 404, 404, 401, activity_staff=204),
    ),
    ("GET", "/v1/displays/preview?code={link}", _ANYBODY),
    ("POST", "/v1/displays/open", _ANYBODY),
    # By the cookie of a kiosk alone: tests/e2e/test_kiosk.py.
    ("POST", "/v1/displays/checkins", _by_role(401, 401, 401, 401, 401, 401, display=403)),
    ("GET", "/v1/displays/latest", _by_role(401, 401, 401, 401, 401, 401, display=200)),
    ("GET", "/v1/displays/me", _by_role(401, 401, 401, 401, 401, 401, display=200)),
    ("GET", "/v1/activities/resolve?code={code}", _SIGNED_IN),
    ("GET", "/v1/activities/resolve?activity_id={activity}", _SIGNED_IN),
    ("GET", "/v1/activities/resolve?activity_id={draft}", _by_role(404, 404, 404, 404, 404, 401)),
    ("POST", "/v1/activities/resolve", _SIGNED_IN),
    ("POST", "/v1/checkins", _CREATES),
    ("GET", "/v1/me/checkins", _SIGNED_IN),
    ("GET", "/v1/checkins/{record}", _by_role(404, 404, 404, 404, 404, 401)),
    ("POST", "/v1/checkins/{record}/appeal", _by_role(404, 404, 404, 404, 404, 401)),
    ("POST", "/v1/checkins/{held}/annul", _ITS_STAFF),
    ("GET", "/v1/reviews?activity_id={activity}", _ITS_STAFF),
    ("GET", "/v1/reviews/{case}", _ITS_STAFF),
    ("GET", "/v1/activities/{activity}/people/{its_helper}/tries", _ITS_STAFF),
    ("POST", "/v1/reviews/{case}/approve", _ITS_STAFF),
    ("POST", "/v1/reviews/{case}/refuse", _ITS_STAFF),
    ("POST", "/v1/reviews/batch", _ITS_STAFF),
    ("POST", "/v1/checkins/sync", _SIGNED_IN),
    ("POST", "/v1/activities/{activity}/checkins/batch", _ITS_STAFF),
    ("POST", "/v1/activities/{activity}/marks", _ITS_STAFF),
    ("GET", "/v1/organisations/{organisation}/trends", _STAFF),
    ("GET", "/v1/organisations/{organisation}/quality", _STAFF),
    ("PUT", "/v1/organisations/{organisation}/quality/dismissals", _by_role(204, 204, 403, 404, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/behaviour", _ORGANISER),
    ("GET", "/v1/organisations/{organisation}/cohorts", _ORGANISER),
    ("GET", "/v1/activities/{activity}/stats", _SHOWN),
    ("GET", "/v1/activities/{activity}/people", _ITS_STAFF),
    ("GET", "/v1/activities/{activity}/people/draw", _ITS_STAFF),
    ("GET", "/v1/activities/{activity}/live", _SHOWN),
    ("POST", "/v1/exports", _by_role(202, 202, 202, 404, 404, 401, activity_staff=202)),
    ("GET", "/v1/exports", _SIGNED_IN),
    ("GET", "/v1/export-columns?report=people", _SIGNED_IN),
    # Of the owner, and over.
    ("GET", "/v1/exports/{export}", _by_role(200, 200, 404, 404, 404, 401)),
    ("POST", "/v1/exports/{export}/cancel", _by_role(200, 200, 404, 404, 404, 401)),
    ("GET", "/v1/exports/{export}/file", _by_role(409, 409, 404, 404, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/export-schedules", _ORGANISER),
    ("POST", "/v1/organisations/{organisation}/export-schedules", _by_role(201, 201, 403, 404, 404, 401)),
    ("PUT", "/v1/organisations/{organisation}/export-schedules/{schedule}", _ORGANISER),
    ("DELETE", "/v1/organisations/{organisation}/export-schedules/{schedule}", _by_role(204, 204, 403, 404, 404, 401)),
    ("GET", "/v1/organisations/{organisation}/webhooks", _ORGANISER),
    ("POST", "/v1/organisations/{organisation}/webhooks", _by_role(201, 201, 403, 404, 404, 401)),
    ("PUT", "/v1/organisations/{organisation}/webhooks/{webhook}", _ORGANISER),
    ("POST", "/v1/organisations/{organisation}/webhooks/{webhook}/test", _by_role(202, 202, 403, 404, 404, 401)),
    ("DELETE", "/v1/organisations/{organisation}/webhooks/{webhook}", _by_role(204, 204, 403, 404, 404, 401)),
    ("GET", "/v1/me/inbox", _SIGNED_IN),
    ("POST", "/v1/me/inbox/read", _SIGNED_IN),
    ("POST", "/v1/auth/logout", _by_role(204, 204, 204, 204, 204, 401)),
)
# These have an activity of their own; one that is shown has few displays.
_CHANGE_IT = {
    (method, path)
    for method, path, _ in _TABLE
    if "displays" in path
    and not path.endswith("/me")
    or method != "GET"
    and "{activity}" in path
    and not path.endswith(("/checkins/batch", "/staff/{its_helper}", "/door/look", "/me/answer", "/me/details"))
}
# What a busy machine answers before the attempt is judged or the decision recorded.
_EARLY = {
    ("POST", "/v1/checkins", 201): 202,
    ("POST", "/v1/checkins/{held}/annul", 200): 202,
    ("POST", "/v1/reviews/{case}/approve", 200): 202,
    ("POST", "/v1/reviews/{case}/refuse", 200): 202,
}
# Whoever is answered so changes nothing; what was asked for may be asked for again.
_REFUSED = {401, 403, 404}
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

    async def open_activity(self) -> Activity:
        """A new one, with its own staff."""
        activity = await self.api.open_activity(self.owner, self.organisation_id, policy={"fence": "review"})
        await self.staff(activity, self.people["activity_staff"])
        return activity

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

    async def roster(self) -> tuple[str, str]:
        """The path of a new roster, and its id; no more of them stay than may."""
        path = f"/v1/organisations/{self.organisation_id}/rosters"
        for earlier in expect(await self.owner.get(path))["rosters"][9:]:
            await self.owner.request("DELETE", f"/v1/rosters/{earlier['id']}")
        made = expect(await self.owner.post(path, {"title": "新生"}))
        return f"/v1/rosters/{made['id']}", made["id"]

    async def imported(self, roster: str, *, is_applied: bool) -> str:
        """An import of a roster, looked at or applied too."""
        imports = f"{roster}/imports"
        sent = expect(await self.api.http.post(imports, content=b"name\nLi\n", headers=self.owner.headers))
        await self._reaches(f"{imports}/{sent['id']}", "ready")
        if is_applied:
            expect(await self.owner.post(f"{imports}/{sent['id']}/apply", {}))
            await self._reaches(f"{imports}/{sent['id']}", "applied")
        return str(sent["id"])

    async def _reaches(self, path: str, state: str) -> None:
        async def is_there() -> bool:
            return expect(await self.owner.get(path))["state"] == state

        await eventually(is_there)

    async def export(self, activity: Activity) -> str:
        """One of the owner that is cancelled; the first serves all, for nobody may ask for many."""
        wish = {"report": "checkins", "format": "csv", "activity_id": activity.id}
        while True:
            for each in expect(await self.owner.get("/v1/exports"))["exports"]:
                if each["state"] == "cancelled":
                    return str(each["id"])
            made = expect(await self.owner.post("/v1/exports", wish))
            # Too late where it is made already.
            expect(await self.owner.post(f"/v1/exports/{made['id']}/cancel"))

    async def few(self, what: str, body: Json) -> str:
        """A new one of what an organisation may have few of; the earlier ones go."""
        path = f"/v1/organisations/{self.organisation_id}/{what}"
        [earlier] = expect(await self.owner.get(path)).values()
        for each in earlier:
            await self.owner.request("DELETE", f"{path}/{each['id']}")
        return str(expect(await self.owner.post(path, body), 201)["id"])

    async def staff(self, activity: Activity, person: Person) -> None:
        """Makes somebody staff of one activity alone."""
        path = f"/v1/organisations/{self.organisation_id}/invites"
        invite = expect(await self.owner.post(path, new_invite("staff", activity_id=activity.id)))
        expect(await person.post("/v1/invites/accept", {"code": invite["code"]}))

    async def add(self, person: Person, role: str) -> None:
        """Gives somebody a role."""
        await self.api.introduce(self.owner, self.organisation_id, person)
        path = f"/v1/organisations/{self.organisation_id}/members"
        expect(await self.owner.post(path, {"user_id": person.user_id, "role": role}))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(api: Api) -> House:
    """Shared by this file: nothing in the table changes it for the others."""
    people = {role: await api.sign_in() for role in ROLES if role != "display"} | {"nobody": api.nobody}
    house = House(api, await api.found(people["owner"]), people)
    await api.found(people["other_owner"])
    for role in ("organiser", "staff", "member"):
        await house.add(people[role], role)
    return house


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lasting(house: House) -> Activity:
    """An activity for every row that changes none: an organisation makes only so many in an hour."""
    return await house.open_activity()


@dataclass(frozen=True)
class Asked:
    """What the request of a row names and sends."""

    names: dict[str, str]
    body: Json | None


@dataclass(frozen=True)
class Rows:
    """What rows ask for: of `lasting`, of `spare` where it would be changed but is refused, else of one of its own."""

    house: House
    lasting: Activity
    spare: Activity
    _shared: dict[tuple[str, str], Asked] = field(default_factory=dict)

    async def asked(self, method: str, path: str, status: int) -> Asked:
        """Made for this row; whoever reads, or is refused, asks for the same. A ticket is good for few tries."""
        changes_it = (method, path) in _CHANGE_IT
        if "ticket" in path or (method != "GET" and status not in _REFUSED):
            activity = await self.house.open_activity() if changes_it else self.lasting
            return await self._made(activity, method, path)
        if (method, path) not in self._shared:
            activity = self.spare if changes_it else self.lasting
            self._shared[method, path] = await self._made(activity, method, path)
        return self._shared[method, path]

    async def _made(self, activity: Activity, method: str, path: str) -> Asked:
        return Asked(await _names(self.house, activity, path), await _body(self.house, activity, method, path))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rows(house: House, lasting: Activity) -> Rows:
    """See `Rows`."""
    return Rows(house, lasting, await house.open_activity())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def screen(lasting: Activity) -> Person:
    """A browser that is a display of it."""
    return await lasting.screen()


_CASES = [
    pytest.param(method, path, role, status, id=f"{method} {path} {role}")
    for method, path, statuses in _TABLE
    for role, status in statuses.items()
]


@pytest.mark.parametrize(("method", "path", "role", "status"), _CASES)
async def test_roles(house: House, rows: Rows, screen: Person, method: str, path: str, role: str, status: int) -> None:
    """Each role gets exactly the answer of the table; what it may not know of is not there."""
    person = screen if role == "display" else house.people[role]
    asked = await rows.asked(method, path, status)
    names, body = asked.names, asked.body
    if "digits" in names and path.endswith("/approve"):
        body = {"digits": names["digits"]}
    if path.endswith("/logout") and person.access_token:
        person = await house.api.sign_in(person.name)
    if (method, path, status) == ("DELETE", "/v1/me", 204):
        person = await house.api.sign_in()
    async with house.api.http.stream(method, path.format(**names), json=body, headers=person.headers) as response:
        assert response.status_code in (status, _EARLY.get((method, path, status), status))


async def _names(house: House, activity: Activity, path: str) -> dict[str, str]:
    names = {"organisation": house.organisation_id, "activity": activity.id, "code": activity.code}
    if "{ticket}" in path:
        opened = expect(await house.api.nobody.post("/v1/auth/console"))
        names |= {"ticket": opened["ticket"], "digits": opened["digits"]}
    if "{session}" in path:
        somebody = await house.api.sign_in()
        names["session"] = expect(await somebody.get("/v1/me/sessions"))["sessions"][0]["id"]
    if "{draft}" in path:
        names["draft"] = (await house.api.draft(house.owner, house.organisation_id))["id"]
    if "{place}" in path:
        saved = await house.owner.post(f"/v1/organisations/{house.organisation_id}/places", _SITE)
        names["place"] = expect(saved)["id"]
    if "{roster}" in path or "{entry_code}" in path:
        roster, names["roster"] = await house.roster()
        names["entry"] = expect(await house.owner.post(f"{roster}/entries", {"name": "王小明"}))["id"]
    if "{entry_code}" in path:
        names["entry_code"] = expect(await house.owner.post(f"{roster}/entries/{names['entry']}/invite"))["code"]
    if "{import}" in path or "{applied}" in path:
        names["import"] = names["applied"] = await house.imported(roster, is_applied="{applied}" in path)
    if "{display}" in path or "{link}" in path:
        display, names["link"] = await activity.link()
        names["display"] = display["id"]
    if "{tag}" in path:
        tag = {"kind": "static", "label": "前门左侧"}
        names["tag"] = expect(await activity.owner.post(f"{activity.path}/nfc-tags", tag))["tag"]["tag_id"]
    if "{helper}" in path:
        names["helper"] = await house.helper()
    if "{invite" in path:
        invite = await house.invite()
        names |= {"invite": invite["id"], "invite_code": invite["code"]}
    if "{record}" in path:
        somebody = await house.api.sign_in()
        names["record"] = expect(await somebody.check_in(by_qr(await activity.token())))["checkin"]["id"]
    if "{case}" in path:
        names["case"] = await _recorded(house, activity, location=at(OUTSIDE))
    if "{held}" in path:
        names["held"] = await _recorded(house, activity)
    if "{export}" in path:
        names["export"] = await house.export(activity)
    if "{schedule}" in path:
        names["schedule"] = await house.few("export-schedules", _A_PLAN)
    if "{webhook}" in path:
        names["webhook"] = await house.few("webhooks", _A_ROBOT)
    if "{its_helper}" in path:
        its_helper = await house.api.sign_in()
        await house.staff(activity, its_helper)
        names["its_helper"] = its_helper.user_id
    return names


async def _recorded(house: House, activity: Activity, **changes: Any) -> str:
    """An attempt of somebody's that reviewers can see, at revision 1."""
    somebody = await house.api.sign_in()
    answer = expect(await somebody.check_in(by_qr(await activity.token(), **changes)), 201)
    checkin_id = str(answer["checkin"]["id"])

    async def there() -> bool:
        return (await house.owner.get(f"/v1/reviews/{checkin_id}")).status_code == 200

    await eventually(there)
    return checkin_id


# What routes need so that only the role can be wrong, where it is the same for everybody.
_A_PLAN = {"title": "每日", "report": "register", "format": "xlsx", "rhythm": "daily", "time": "18:00"}
_A_ROBOT = {"kind": "wecom", "label": "群", "url": "https://127.0.0.1:8092/cgi-bin/webhook/send?key=nobody"}
_BODIES: Mapping[tuple[str, str], Json] = {
    ("PUT", "/v1/organisations/{organisation}/export-schedules/{schedule}"): _A_PLAN,
    ("PUT", "/v1/organisations/{organisation}/webhooks/{webhook}"): {"label": "教务群"},
    ("POST", "/v1/me/inbox/read"): {},
    ("POST", "/v1/auth/wechat"): {"code": "sim:e2e-table"},
    ("PATCH", "/v1/me"): {"name": "李雷"},
    ("POST", "/v1/auth/console/{ticket}/place"): {"latitude": 25.04, "longitude": 102.71},
    ("PUT", "/v1/me"): {"name": "李雷"},
    ("POST", "/v1/client-events"): {"events": [{"name": "locate", "took_ms": 1200, "platform": "ios"}]},
    ("POST", "/v1/organisations"): {"name": "另一个组织"},
    ("PATCH", "/v1/organisations/{organisation}/members/{helper}"): {"role": "staff"},
    ("PUT", "/v1/organisations/{organisation}/members/{helper}"): {"role": "staff"},
    ("PATCH", "/v1/organisations/{organisation}"): {"name": "实验中学"},
    ("PUT", "/v1/organisations/{organisation}"): {"name": "实验中学"},
    ("POST", "/v1/activities/{activity}/me/phone"): {"code": "sim:e2e-table"},
    ("POST", "/v1/invites/accept"): {"code": "CFGHJKMNPRTVWX"},
    ("POST", "/v1/roster-invites/accept"): {"code": "CFGHJKMNPRTVWX"},
    ("POST", "/v1/organisations/{organisation}/places"): _SITE,
    ("PUT", "/v1/organisations/{organisation}/places/{place}"): _SITE,
    ("POST", "/v1/organisations/{organisation}/places/{place}/wifi"): {
        "wifi": [{"ssid": "Hall", "bssid": "3c:7c:3f:00:1a:2c"}]
    },
    ("PUT", "/v1/activities/{activity}/me/answer"): {"answer": "leave"},
    ("PUT", "/v1/activities/{activity}/me/details"): {"details": [{"detail": "name", "value": "王小明"}]},
    ("PATCH", "/v1/organisations/{organisation}/privacy"): {"keeps_days": 30, "purpose": "核对名单"},
    ("PUT", "/v1/organisations/{organisation}/privacy"): {"keeps_days": 30, "purpose": "核对名单"},
    ("POST", "/v1/rosters/{roster}/imports/{import}/apply"): {"remove_missing": True},
    ("PATCH", "/v1/rosters/{roster}"): {"title": "老生", "extra": [{"heading": "座位", "is_shown": True}]},
    ("PUT", "/v1/rosters/{roster}"): {"title": "老生", "extra": [{"heading": "座位", "is_shown": True}]},
    ("POST", "/v1/rosters/{roster}/entries"): {"name": "李小红", "phone": "13800000000"},
    ("PUT", "/v1/rosters/{roster}/entries/{entry}"): {"name": "李小红", "phone": "13800000000"},
    ("PATCH", "/v1/activities/{draft}"): {"revision": 1, "capacity": 120},
    ("PUT", "/v1/activities/{draft}"): {"revision": 1, "capacity": 120},
    ("PATCH", "/v1/activities/{activity}"): {"revision": 2, "capacity": 120},
    ("POST", "/v1/activities/{activity}/copy"): {"starts_at": "2027-03-01T09:00:00"},
    ("POST", "/v1/activities/{activity}/displays"): {"kind": "wall", "show_names": "masked"},
    ("POST", "/v1/activities/{activity}/occurrences"): {"number": 2},
    ("POST", "/v1/activities/{activity}/nfc-tags"): {"kind": "sun", "label": "前门左侧"},
    ("POST", "/v1/displays/checkins"): {
        "attempt_id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f",
        "entry_code": "K7MCF-GHJ4R",
    },
    ("POST", "/v1/checkins/sync"): {"attempts": []},
    ("POST", "/v1/reviews/{case}/approve"): {"revision": 1, "reason": "看过现场录像"},
    ("POST", "/v1/reviews/{case}/refuse"): {"revision": 1, "reason": "看过现场录像"},
    ("POST", "/v1/checkins/{held}/annul"): {"reason": "看过现场录像"},
    ("POST", "/v1/checkins/{record}/appeal"): {"reason": "看过现场录像"},
}


async def _body(house: House, activity: Activity, method: str, path: str) -> Json | None:
    """What the route needs so that only the role can be wrong."""
    match method, path:
        case "POST", "/v1/auth/console/poll" | "/v1/place-tickets/poll":
            opened = expect(await house.api.nobody.post("/v1/auth/console"))
            return {"ticket": opened["ticket"], "poll_secret": opened["poll_secret"]}
        case "POST", "/v1/me/subscriptions":
            config = expect(await house.api.nobody.get("/v1/client-config"))
            template_id = config["subscription_templates"][0]["template_id"]
            return {"grants": [{"template_id": template_id, "result": "accept"}]}
        case "POST", "/v1/organisations/{organisation}/members":
            return {"user_id": (await house.guest()).user_id, "role": "member"}
        case "POST", "/v1/organisations/{organisation}/handover":
            # Of a stranger: nobody who belongs to it becomes owner here.
            return {"user_id": house.people["stranger"].user_id}
        case "POST", "/v1/organisations/{organisation}/invites":
            return new_invite()
        case "PUT", "/v1/rosters/{roster}/entries/{entry}/person":
            return {"user_id": ids.to_text(ids.new_id())}
        case "POST", "/v1/organisations/{organisation}/rosters":
            await house.roster()
            return {"title": "新生"}
        case "POST", "/v1/organisations/{organisation}/export-schedules":
            await house.few("export-schedules", _A_PLAN)
            return _A_PLAN
        case "POST", "/v1/organisations/{organisation}/webhooks":
            await house.few("webhooks", _A_ROBOT)
            return _A_ROBOT
        case "POST", "/v1/exports":
            return {"report": "people", "format": "csv", "activity_id": activity.id}
        case "POST", "/v1/activities":
            return definition(house.organisation_id)
        case "POST", "/v1/displays/open":
            return {"code": (await activity.link())[1]}
        case "POST", "/v1/activities/resolve":
            return {"token": await activity.token()}
        case "POST", "/v1/activities/{activity}/checkins/batch":
            somebody = await house.guest()
            return {"checkins": [{"attempt_id": ids.to_text(ids.new_id()), "user_id": somebody.user_id}]}
        case "POST", "/v1/activities/{activity}/marks":
            somebody = await house.guest()
            return {"mark": "leave", "reason": "已请假", "people": [{"user_id": somebody.user_id}]}
        case "PUT", "/v1/organisations/{organisation}/quality/dismissals":
            return {"code": "NETWORK", "activity_id": activity.id}
        case "POST", "/v1/activities/{activity}/door/look":
            somebody = await house.guest()
            return {"attempt_id": ids.to_text(ids.new_id()), "user_id": somebody.user_id}
        case "POST", "/v1/checkins":
            return by_qr(await activity.token())
        case "POST", "/v1/reviews/batch":
            return {"decision": "approve", "occurrence_id": activity.occurrence_id, "offline": True}
    return _BODIES.get((method, path))


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
