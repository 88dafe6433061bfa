"""Organisations: people found by name and group, owners who leave at once, and one that rests."""

import asyncio

from tests.e2e.api import Activity, Api, Person, definition, expect, new_invite
from tests.e2e.stack import eventually


async def test_members_are_found_by_name_and_group(api: Api, organiser: Person, organisation_id: str) -> None:
    """Who joins by an invite with a group is in it; organisers change it, on a phone too."""
    path = f"/v1/organisations/{organisation_id}"
    invite = expect(await organiser.post(f"{path}/invites", new_invite("member", uses=3, group="三班")))
    people = {name: await api.sign_in() for name in ("韩梅梅", "韩雪", "Lei Li")}
    for name, person in people.items():
        expect(await person.request("PUT", "/v1/me", json={"name": name}))
        expect(await person.post("/v1/invites/accept", {"code": invite["code"]}))

    async def found(**query: str) -> set[str]:
        return {one["name"] for one in expect(await organiser.get(f"{path}/members", **query))["members"]}

    assert await found(name="梅梅") == {"韩梅梅"}
    assert await found(name="li lei") == {"Lei Li"}
    assert await found(name="王五") == set()
    assert await found(group="三班") == set(people)
    moved = f"{path}/members/{people['韩雪'].user_id}"
    assert expect(await organiser.request("PUT", moved, json={"group": "四班"}))["role"] == "member"
    assert await found(group="四班") == {"韩雪"}
    assert await found(group="三班", name="韩雪") == set()
    refused = await organiser.get(f"{path}/members", name="韩")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "name")


async def test_of_two_owners_who_leave_at_once_one_stays(api: Api, organiser: Person, organisation_id: str) -> None:
    """From two phones, and the one who is left from two phones again."""
    colleague = await api.sign_in()
    await api.introduce(organiser, organisation_id, colleague)
    path = f"/v1/organisations/{organisation_id}/members"
    expect(await organiser.post(path, {"user_id": colleague.user_id, "role": "owner"}))
    pair = (organiser, colleague)
    answers = await asyncio.gather(*(one.request("DELETE", f"{path}/{one.user_id}") for one in pair))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    last = pair[[answer.status_code for answer in answers].index(409)]
    twice = await asyncio.gather(*(last.request("DELETE", f"{path}/{last.user_id}") for _ in range(2)))
    assert [answer.json()["reason"] for answer in twice] == ["LAST_OWNER"] * 2


async def test_an_organisation_rests_and_is_taken_up_again(
    api: Api, activity: Activity, organisation_id: str, person: Person
) -> None:
    """Not while something runs; then nothing begins there, and what was stays readable."""
    owner, path = activity.owner, f"/v1/organisations/{organisation_id}"
    invite = expect(await owner.post(f"{path}/invites", new_invite()))
    draft = await api.draft(owner, organisation_id)
    running = await owner.post(f"{path}/archive")
    assert (running.status_code, running.json()["reason"]) == (409, "ACTIVITIES_RUNNING")
    assert "1 " in running.json()["detail"]
    expect(await owner.post(f"{activity.path}/close"))
    assert expect(await owner.post(f"{path}/archive"))["archived_at"]

    refused = [
        await owner.post(f"{path}/invites", new_invite()),
        await person.post("/v1/invites/accept", {"code": invite["code"]}),
    ]
    assert {answer.json()["reason"] for answer in refused} == {"ORGANISATION_ARCHIVED"}

    async def begins_nothing() -> bool:
        answers = [
            await owner.post("/v1/activities", definition(organisation_id)),
            await owner.post(f"/v1/activities/{draft['id']}/publish"),
            await owner.post(f"{activity.path}/reopen"),
        ]
        return all(answer.json().get("reason") == "ORGANISATION_ARCHIVED" for answer in answers)

    # What the services knew of the organisation is believed for a while.
    await eventually(begins_nothing, 10)
    assert expect(await owner.get("/v1/organisations"))["organisations"] == []
    [seen] = expect(await owner.get("/v1/organisations", archived="true"))["organisations"]
    assert seen["id"] == organisation_id
    expect(await owner.get(f"{activity.path}/people"))
    expect(await owner.get("/v1/activities", organisation_id=organisation_id))

    assert expect(await owner.post(f"{path}/unarchive"))["archived_at"] is None

    async def begins() -> bool:
        return (await owner.post("/v1/activities", definition(organisation_id))).status_code == 201

    await eventually(begins)
