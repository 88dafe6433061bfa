"""Who is on a list checks in, who is not is told so; and who says who they are: a phone, an invite, or staff."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from redis import Redis

from deploy.fleet import SECRETS
from deploy.local.servers import REDIS_PORT
from deploy.local.wechat import number_of
from domainkit.roster_sets import key_of
from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, by_qr, definition, expect, outcome
from tests.e2e.stack import Outage, eventually, lasting_token


@dataclass
class Lecture:
    """A listed activity, and how to put people on its roster."""

    api: Api
    owner: Person
    roster: str
    activity: Activity

    async def expects(self, person: Person, **said: Any) -> str:
        """Puts somebody on the roster with their phone number; the id of their entry."""
        entry = {"name": "王小明", "phone": number_of(person.name)} | said
        return str(expect(await self.owner.post(f"{self.roster}/entries", entry))["id"])

    async def says_by_phone(self, person: Person) -> Json:
        """Somebody says who they are with the button of WeChat."""
        return expect(await person.post(f"{self.activity.path}/me/phone", {"code": f"sim:{person.name}"}))

    async def comes(self, person: Person) -> tuple[str, list[str]]:
        """What somebody who scans reads: outcome and reasons."""
        answer = await person.check_in(by_qr(await self.activity.token()))
        return outcome(answer), [each["reason"] for each in answer.json()["checkin"]["reasons"]]


async def a_lecture(api: Api, **policy: str) -> Lecture:
    """An organisation, its roster, and an activity that expects it."""
    owner = await api.sign_in()
    organisation_id = await api.found(owner)
    made = expect(await owner.post(f"/v1/organisations/{organisation_id}/rosters", {"title": "新生"}))
    asks = {"roster": "listed", "roster_id": made["id"], "policy": policy}
    activity = await api.open_activity(owner, organisation_id, **asks)
    return Lecture(api, owner, f"/v1/rosters/{made['id']}", activity)


@pytest_asyncio.fixture(loop_scope="session")
async def lecture(api: Api) -> Lecture:
    """One where strangers are looked at."""
    return await a_lecture(api)


async def test_whoever_has_the_number_is_on_the_list(lecture: Lecture, api: Api) -> None:
    """They see what they may see of themselves, and come in by scanning; twice is once."""
    person = await api.sign_in()
    columns = [{"heading": "座位", "is_shown": True}, {"heading": "桌号"}]
    expect(await lecture.owner.request("PATCH", lecture.roster, json={"extra": columns}))
    entry_id = await lecture.expects(person, group="一班", extra={"座位": "A7", "桌号": "3"})
    before = expect(await person.get(f"{lecture.activity.path}/me/entry"))

    found = await lecture.says_by_phone(person)

    assert before == {"is_listed": True, "roster_title": "新生", "entry": None}
    assert found["entry"] == {
        "id": entry_id,
        "name": "王小明",
        "group": "一班",
        "shown": [{"heading": "座位", "value": "A7"}],
    }
    assert found == await lecture.says_by_phone(person) == expect(await person.get(f"{lecture.activity.path}/me/entry"))
    assert await lecture.comes(person) == ("accepted", [])
    listed = expect(await lecture.owner.get(f"{lecture.roster}/entries"))["entries"]
    assert [(each["bound"]["user_id"], each["bound"]["how"]) for each in listed] == [(person.user_id, "phone")]


@pytest.mark.parametrize(("policy", "told"), [("review", "pending_review"), ("refuse", "refused")])
async def test_a_stranger_is_told_what_the_policy_says(api: Api, policy: str, told: str) -> None:
    """With what to do about it; saying who they are later judges nothing anew, but the next try does."""
    lecture, stranger = await a_lecture(api, not_listed=policy), await api.sign_in()
    answer = await stranger.check_in(by_qr(await lecture.activity.token()))
    assert (outcome(answer), [each["reason"] for each in answer.json()["checkin"]["reasons"]]) == (
        told,
        ["NOT_ON_ROSTER"],
    )
    assert "名单" in answer.json()["message"]
    unknown = await stranger.post(f"{lecture.activity.path}/me/phone", {"code": f"sim:{stranger.name}"})
    assert (unknown.status_code, unknown.json()["reason"]) == (404, "PHONE_NOT_LISTED")

    await lecture.expects(stranger)
    await lecture.says_by_phone(stranger)

    record = await stranger.record(answer.json()["checkin"]["id"])
    assert record["outcome"] == told
    assert await lecture.comes(stranger) == ("accepted", [])


async def test_somebody_else_s_number_is_on_no_list(lecture: Lecture, api: Api) -> None:
    """Whose entry is somebody already reads as if it was not there; and so do several with one number."""
    first, second, parent = await api.sign_in(), await api.sign_in(), await api.sign_in()
    entry_id = await lecture.expects(first)
    done(await lecture.owner.request("PUT", f"{lecture.roster}/entries/{entry_id}/person", json=_is(second)))
    await lecture.expects(parent)
    await lecture.expects(parent, name="王大明")

    taken = await first.post(f"{lecture.activity.path}/me/phone", {"code": f"sim:{first.name}"})
    several = await parent.post(f"{lecture.activity.path}/me/phone", {"code": f"sim:{parent.name}"})

    assert (taken.status_code, taken.json()["reason"]) == (404, "PHONE_NOT_LISTED")
    assert (several.status_code, several.json()["reason"]) == (404, "PHONE_NOT_LISTED")


async def test_an_invite_is_for_one_person(lecture: Lecture, api: Api) -> None:
    """It shows a masked name, is used once, and a newer one ends it."""
    guest, other = await api.sign_in(), await api.sign_in()
    entry = f"{lecture.roster}/entries/{await lecture.expects(guest, phone='')}"
    old = expect(await lecture.owner.post(f"{entry}/invite"))["code"]
    code = expect(await lecture.owner.post(f"{entry}/invite"))["code"]

    shown = expect(await guest.get("/v1/roster-invites/preview", code=code))
    mine = expect(await guest.post("/v1/roster-invites/accept", {"code": code}))

    assert (shown["roster_title"], shown["name"]) == ("新生", "王*明")
    assert mine["entry"]["name"] == "王小明"
    for spent in (old, code):
        refused = await other.post("/v1/roster-invites/accept", {"code": spent})
        assert (refused.status_code, refused.json()["reason"]) == (404, "INVITE_UNKNOWN")
    assert await lecture.comes(guest) == ("accepted", [])
    assert await lecture.comes(other) == ("pending_review", ["NOT_ON_ROSTER"])


async def test_staff_say_who_somebody_is_but_never_of_themselves(lecture: Lecture, api: Api) -> None:
    """And take it back: what is tried after that is judged by it."""
    person = await api.sign_in()
    entry = f"{lecture.roster}/entries/{await lecture.expects(person, phone='')}/person"
    done(await lecture.owner.request("PUT", entry, json=_is(person)))
    done(await lecture.owner.request("DELETE", entry))
    assert await lecture.comes(person) == ("pending_review", ["NOT_ON_ROSTER"])

    done(await lecture.owner.request("PUT", entry, json=_is(person)))

    assert await lecture.comes(person) == ("accepted", [])
    themselves = await lecture.owner.request("PUT", entry, json=_is(lecture.owner))
    assert (themselves.status_code, themselves.json()["errors"][0]["field"]) == (422, "user_id")


async def test_who_is_taken_off_is_a_stranger_from_then_on(lecture: Lecture, api: Api) -> None:
    """Whatever Redis remembered of them."""
    person, other = await api.sign_in(), await api.sign_in()
    entry_id = await lecture.expects(person)
    await lecture.expects(other)
    await lecture.says_by_phone(person)
    await lecture.says_by_phone(other)
    assert await lecture.comes(other) == ("accepted", [])

    done(await lecture.owner.request("DELETE", f"{lecture.roster}/entries/{entry_id}"))

    assert await lecture.comes(person) == ("pending_review", ["NOT_ON_ROSTER"])


async def test_an_activity_expects_people_of_its_own_organisation(lecture: Lecture, api: Api) -> None:
    """A roster of another organisation is as unknown as one that does not exist."""
    stranger = await api.sign_in()
    theirs = await api.found(stranger)
    for roster_id in (lecture.roster.rpartition("/")[2], ids.to_text(ids.new_id())):
        made = await stranger.post("/v1/activities", _listed(theirs, roster_id))
        draft = await api.draft(stranger, theirs)
        changed = await stranger.request(
            "PATCH", f"/v1/activities/{draft['id']}", json={"revision": 1, "roster_id": roster_id}
        )
        for refused in (made, changed):
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "roster_id")


async def test_what_redis_forgot_is_asked_for(lecture: Lecture, api: Api) -> None:
    """A set that is gone makes nobody a stranger, and is there again for the next."""
    person, next_one = await api.sign_in(), await api.sign_in()
    for each in (person, next_one):
        await lecture.expects(each)
        await lecture.says_by_phone(each)
    redis = Redis(port=REDIS_PORT, username="admin", password=(SECRETS / "redis-admin").read_text())
    key = key_of(ids.from_text(lecture.roster.rpartition("/")[2]))
    redis.delete(key)

    assert await lecture.comes(person) == ("accepted", [])

    assert await eventually(lambda: redis.exists(key))
    assert await lecture.comes(next_one) == ("accepted", [])


@pytest.mark.alone
async def test_where_nobody_can_tell_it_is_told_later(lecture: Lecture, api: Api) -> None:
    """Redis has forgotten and the activity service is gone: provisional, and decided when it is back."""
    person, stranger = await api.sign_in(), await api.sign_in()
    await lecture.expects(person)
    await lecture.says_by_phone(person)
    warm = await api.sign_in()
    await lecture.comes(warm)
    token = lasting_token(lecture.activity.occurrence_id)
    outage = Outage("activity")
    try:
        redis = Redis(port=REDIS_PORT, username="admin", password=(SECRETS / "redis-admin").read_text())
        redis.delete(key_of(ids.from_text(lecture.roster.rpartition("/")[2])))
        told = {each: expect(await each.check_in(by_qr(token)))["checkin"] for each in (person, stranger)}
    finally:
        outage.end()
    assert [each["outcome"] for each in told.values()] == ["provisional"] * 2

    async def decided() -> list[str]:
        """Their outcomes, once none is provisional."""
        records = [await each.record(record["id"]) for each, record in told.items()]
        outcomes = [record["outcome"] for record in records]
        return [] if "provisional" in outcomes else outcomes

    assert await eventually(decided) == ["accepted", "pending_review"]


async def test_who_is_erased_stays_on_the_list_without_a_name(lecture: Lecture, api: Api) -> None:
    """Counted as before, and named nowhere: not in the list, its file or its search, nor among those who came."""
    person = await api.sign_in()
    number = number_of(person.name)
    await lecture.expects(person, number="2026001", group="一班")
    await lecture.says_by_phone(person)
    assert await lecture.comes(person) == ("accepted", [])

    async def counts() -> tuple[int, int]:
        """How many are expected, and how many came."""
        stats = await lecture.activity.stats()
        return stats["expected"], stats["came"]

    async def has_come() -> bool:
        """Whether the one of the roster is counted."""
        return await counts() == (1, 1)

    assert await eventually(has_come)
    done(await person.request("DELETE", "/v1/me"))

    async def nobody() -> Json | None:
        """The entry, once it says no name."""
        [entry] = expect(await lecture.owner.get(f"{lecture.roster}/entries"))["entries"]
        return entry if not entry["name"] else None

    entry = await eventually(nobody)
    people = await lecture.activity.these_people(1)
    file = (await lecture.owner.get(f"{lecture.roster}/file", format="csv")).text
    for said in ("王小明", "2026001", number, number[-4:]):
        assert said not in str([entry, people]) + file
    for sought in ("小明", "2026001", number[-4:]):
        assert expect(await lecture.owner.get(f"{lecture.roster}/entries", q=sought))["entries"] == []
    assert (entry["group"], entry["bound"]["user_id"], await counts()) == ("一班", person.user_id, (1, 1))


def done(response: httpx.Response) -> None:
    """Fails unless it was a success that has nothing to say."""
    assert response.status_code == 204, response.text


def _is(person: Person) -> Json:
    return {"user_id": person.user_id}


def _listed(organisation_id: str, roster_id: str) -> Json:
    return definition(organisation_id) | {"roster": "listed", "roster_id": roster_id}
