"""At a door without WeChat: labels, guests, what a phone takes along and searches, and names wherever staff look."""

import base64
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, expect, new_invite
from tests.e2e.stack import eventually


@dataclass
class Door:
    """A lecture that expects whom a roster lists, its owner, and staff of it alone."""

    owner: Person
    staff: Person
    roster: str
    activity: Activity

    async def expects(self, name: str, **said: Any) -> str:
        """Puts somebody on the roster; the id of their entry."""
        return str(expect(await self.owner.post(f"{self.roster}/entries", {"name": name} | said))["id"])

    async def carried(self) -> dict[str, Json]:
        """Whom a phone takes along, by name."""
        bundle = expect(await self.staff.get(f"{self.activity.path}/door/people"))
        assert bundle["next_page_token"] == "" and bundle["server_time"] < bundle["expires_at"]
        return {each["name"]: each for each in bundle["people"]}

    async def found(self, query: str) -> list[str]:
        """The names of those whom staff find."""
        found = expect(await self.staff.get(f"{self.activity.path}/door/search", q=query))
        return [each["name"] for each in found["people"]]

    async def let_in(self, *subjects: Json, **changes: Any) -> list[Json]:
        """The results of a batch."""
        items = [{"attempt_id": ids.to_text(ids.new_id()), "device_id": "gate-1"} | one | changes for one in subjects]
        results: list[Json] = expect(
            await self.staff.post(f"{self.activity.path}/checkins/batch", {"checkins": items})
        )["results"]
        return results


@pytest_asyncio.fixture(loop_scope="session")
async def door(api: Api) -> Door:
    """See `Door`."""
    owner, staff = await api.sign_in(), await api.sign_in()
    organisation_id = await api.found(owner)
    roster = expect(await owner.post(f"/v1/organisations/{organisation_id}/rosters", {"title": "新生"}))
    activity = await api.open_activity(owner, organisation_id, roster="listed", roster_id=roster["id"])
    invite = new_invite("staff", activity_id=activity.id)
    code = expect(await owner.post(f"/v1/organisations/{organisation_id}/invites", invite))["code"]
    expect(await staff.post("/v1/invites/accept", {"code": code}))
    return Door(owner, staff, f"/v1/rosters/{roster['id']}", activity)


def a_guest(name: str = "赵客人", **said: str) -> Json:
    """Somebody whom staff write down."""
    return {"guest": {"id": ids.to_text(ids.new_id()), "name": name, "phone_tail": "4321"} | said}


async def test_who_has_no_wechat_comes_in_by_label_or_as_a_guest(door: Door) -> None:
    """And staff read their names in the list, in searches, and in what a phone takes along."""
    entry_id = await door.expects("王小明", number="2027001", phone="13800000001", group="一班")
    wang = (await door.carried())["王小明"]
    assert (wang["entry_id"], wang["number"], wang["phone_tail"]) == (entry_id, "****001", "0001")

    guest = a_guest()
    results = await door.let_in({"entry_code": wang["entry_code"]}, guest, guest)

    assert [each["outcome"] for each in results] == ["accepted", "accepted", "duplicate"]

    async def named() -> bool:
        return {each["name"] for each in await door.activity.people()} == {"王小明", "赵客人"}

    await eventually(named)
    people = {each["name"]: each for each in await door.activity.people()}
    assert (people["王小明"]["entry_id"], people["赵客人"]["entry_id"]) == (entry_id, None)
    assert people["赵客人"]["user_id"] == (await door.carried())["赵客人"]["user_id"]
    assert await door.found("4321") == await door.found("客人") == ["赵客人"]
    assert [each["name"] for each in await door.activity.these_people(1, q="客人")] == ["赵客人"]


async def test_reviewers_read_who_it_was(door: Door) -> None:
    """What a device that nobody trusts brings later, of an entry and of a guest."""
    entry_id = await door.expects("李雷")
    offline = {"method": "staff", "activity_id": door.activity.id, "device_id": "gate-of-nobody"}
    subjects = ({"roster_entry_id": entry_id}, a_guest("钱客人"))
    attempts = [{"attempt_id": ids.to_text(ids.new_id())} | one | offline for one in subjects]
    results = expect(await door.staff.post("/v1/checkins/sync", {"attempts": attempts}))["results"]
    assert [each["outcome"] for each in results] == ["pending_review"] * 2

    async def named() -> bool:
        cases = expect(await door.owner.get("/v1/reviews", activity_id=door.activity.id))["reviews"]
        return {each["user_name"] for each in cases} == {"李雷", "钱客人"}

    await eventually(named)


async def test_a_bound_entry_is_carried_with_its_keys(door: Door, api: Api) -> None:
    """Two at most: those of this period of its codes and of the next."""
    person, entry_id = await api.sign_in(), await door.expects("韩梅梅")
    path, who = f"{door.roster}/entries/{entry_id}/person", {"user_id": person.user_id}
    bound = await door.owner.request("PUT", path, json=who)
    assert bound.status_code == 204
    han = (await door.carried())["韩梅梅"]
    assert han["user_id"] == person.user_id and 1 <= len(han["code_keys"]) <= 2
    assert all(len(base64.urlsafe_b64decode(key + "=")) == 32 for key in han["code_keys"])


async def test_labels_and_sheets_are_printed(door: Door) -> None:
    """Of all and of one group; what cannot be printed is told with its field."""
    await door.expects("王小明", group="一班")
    sheet = f"{door.activity.path}/sign-sheet.pdf"
    for who, path in ((door.owner, f"{door.roster}/labels.pdf"), (door.owner, sheet), (door.staff, sheet)):
        printed = await who.get(path, group="一班")
        assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
        assert printed.content.startswith(b"%PDF") and printed.content.rstrip().endswith(b"%%EOF")
    refused = await door.owner.get(f"{door.roster}/labels.pdf", group="九班")
    assert [fault["field"] for fault in expect(refused, 422)["errors"]] == ["group"]
