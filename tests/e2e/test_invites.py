"""Colleagues join by a code: seen before it binds, taken by link or typed, and a role at once."""

from typing import Any

import pytest

from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, expect, new_invite
from tests.e2e.stack import eventually


async def invited(owner: Person, organisation_id: str, role: str = "staff", **changes: Any) -> Json:
    """A new invite."""
    return expect(await owner.post(f"/v1/organisations/{organisation_id}/invites", new_invite(role, **changes)), 201)


async def test_a_colleague_joins_and_opens_the_qr(
    api: Api, activity: Activity, organisation_id: str, person: Person
) -> None:
    """From the code to the screen of a running activity; the organiser sees who joined."""
    owner = activity.owner
    invite = await invited(owner, organisation_id)
    assert invite["url"].endswith(f"/i/{invite['code']}")
    assert (await person.get(f"{activity.path}/qr")).status_code == 404

    typed = f" {invite['code'][:7].lower()}-{invite['code'][7:]} "
    preview = expect(await person.get("/v1/invites/preview", code=typed))
    assert (preview["role"], preview["own_role"]) == ("staff", None)
    joined = expect(await person.post("/v1/invites/accept", {"code": typed}))

    assert (joined["organisation"]["id"], joined["organisation"]["role"]) == (organisation_id, "staff")
    assert (joined["activity_id"], joined["staff"]) == (None, None)

    async def opens() -> bool:
        """Whether they see the QR by now."""
        return (await person.get(f"{activity.path}/qr")).status_code == 200

    await eventually(opens)
    seen = expect(await owner.get(f"/v1/organisations/{organisation_id}/invites/{invite['id']}"))
    assert (seen["state"], seen["used"], [one["user_id"] for one in seen["used_by"]]) == (
        "used_up",
        1,
        [person.user_id],
    )


async def test_an_invite_that_does_not_count_says_why(
    api: Api, organiser: Person, organisation_id: str, person: Person
) -> None:
    """Used up, revoked, unknown: each with its word and what to do."""
    spent, revoked = await invited(organiser, organisation_id), await invited(organiser, organisation_id)
    expect(await (await api.sign_in()).post("/v1/invites/accept", {"code": spent["code"]}))
    expect(await organiser.post(f"/v1/organisations/{organisation_id}/invites/{revoked['id']}/revoke"))
    told = {}
    for code in (spent["code"], revoked["code"], "CFGHJKMNPRTVWX", "no code"):
        answer = await person.post("/v1/invites/accept", {"code": code})
        told[code] = (answer.status_code, answer.json()["reason"])
    unknown = (404, "INVITE_UNKNOWN")
    assert [*told.values()] == [(409, "INVITE_USED_UP"), unknown, unknown, unknown]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "owner"}, "role"),
        ({"uses": 0}, "uses"),
        ({"uses": 501}, "uses"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"role": "member", "activity_id": ids.to_text(ids.new_id())}, "activity_id"),
        ({"activity_id": ids.to_text(ids.new_id()), "group": "三班"}, "group"),
        ({"group": "班" * 41}, "group"),
    ],
)
async def test_what_no_invite_can_be_names_the_field(
    organiser: Person, organisation_id: str, changes: Json, field: str
) -> None:
    """And makes none."""
    answer = await organiser.post(f"/v1/organisations/{organisation_id}/invites", new_invite() | changes)
    assert (answer.status_code, [fault["field"] for fault in answer.json()["errors"]]) == (422, [field])


async def test_the_owner_hands_over(api: Api, organiser: Person, organisation_id: str, person: Person) -> None:
    """The colleague is owner, who was it may leave."""
    expect(await person.post("/v1/invites/accept", {"code": (await invited(organiser, organisation_id))["code"]}))
    heir = expect(await organiser.post(f"/v1/organisations/{organisation_id}/handover", {"user_id": person.user_id}))
    assert heir["role"] == "owner"
    [seen] = expect(await organiser.get("/v1/organisations"))["organisations"]
    assert seen["role"] == "organiser"
    path = f"/v1/organisations/{organisation_id}/members/{organiser.user_id}"
    assert (await organiser.request("DELETE", path)).status_code == 204
