"""A kiosk at a door: people check themselves in there, in the name of who set it up, for as long as that is staff."""

import asyncio
import time
from typing import Any

import pytest_asyncio

from domainkit.entry_codes import code_of
from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, by_qr, expect, open_display
from tests.e2e.stack import attempts_of, eventually
from tests.e2e.test_door import shown
from tests.e2e.test_staff import batch

# What the issue asks for.
_ENDED_WITHIN_S = 10.0


def come(**way: Any) -> Json:
    """Somebody shows or types a code, each time anew."""
    return {"attempt_id": ids.to_text(ids.new_id()), **way}


async def told(kiosk: Person, body: Json, status: int = 200) -> Json:
    """What a kiosk is told."""
    return expect(await kiosk.post("/v1/displays/checkins", body), status)


def reasons(answer: Json) -> list[str]:
    """What is said of an attempt."""
    return [each["reason"] for each in answer["reasons"]]


@pytest_asyncio.fixture(loop_scope="session")
async def maker(api: Api, activity: Activity, organisation_id: str) -> Person:
    """A staff member of the organisation, who sets up kiosks."""
    maker = await api.sign_in()
    await api.introduce(activity.owner, organisation_id, maker)
    role = {"user_id": maker.user_id, "role": "staff"}
    expect(await activity.owner.post(f"/v1/organisations/{organisation_id}/members", role))
    return maker


class Printed:
    """An activity that expects people who have labels."""

    def __init__(self, activity: Activity, entries: dict[str, str]) -> None:
        self.activity = activity
        self._entries = entries

    def code(self, name: str) -> str:
        """What is printed on somebody's label."""
        return code_of(ids.from_text(self._entries[name]))


async def expecting(api: Api, owner: Person, organisation_id: str, *names: str, **changes: Any) -> Printed:
    """A published activity that expects these people."""
    path = f"/v1/organisations/{organisation_id}/rosters"
    roster_id = expect(await owner.post(path, {"title": "新生"}))["id"]
    entries = {}
    for name in names:
        added = await owner.post(f"/v1/rosters/{roster_id}/entries", {"name": name, "group": "一班"})
        entries[name] = expect(added)["id"]
    activity = await api.open_activity(owner, organisation_id, roster="listed", roster_id=roster_id, **changes)
    return Printed(activity, entries)


async def test_a_printed_code_lets_its_person_in_once(api: Api, organiser: Person, organisation_id: str) -> None:
    """A retry has the same answer, a second time reads when and where the first was, and lists tell the kiosk."""
    printed = await expecting(api, organiser, organisation_id, "王小明", "李小红")
    activity = printed.activity
    kiosk = await activity.screen(kind="kiosk", show_names="masked")
    typed = come(entry_code=printed.code("王小明").lower())

    first, retry = await told(kiosk, typed), await told(kiosk, typed)
    # Where somebody came before is read where it is recorded.
    [person] = await activity.these_people(1, status="checked_in")
    again = await told(kiosk, come(entry_code=printed.code("王小明")))

    assert (first["outcome"], first["person"]) == ("accepted", {"name": "王*明", "group": "一班"})
    assert retry == first
    assert (again["outcome"], reasons(again)) == ("duplicate", ["ALREADY_CHECKED_IN"])
    assert again["earlier"] == {"checked_in_at": first["checked_in_at"], "gate": "签到台 1"}
    assert (person["name"], person["gate"], person["method"]) == ("王小明", "签到台 1", "staff")

    async def counted() -> bool:
        return (await kiosk_stats(kiosk, activity))["inside"] == 1

    await eventually(counted)


async def kiosk_stats(kiosk: Person, activity: Activity) -> Json:
    """The numbers that a kiosk shows."""
    return expect(await kiosk.get(f"{activity.path}/stats"))


async def test_a_personal_code_lets_somebody_in_once(activity: Activity, maker: Person, person: Person) -> None:
    """The record is theirs, by who made the kiosk; a photograph of their code is refused beside them and later."""
    kiosk, other = [await activity.screen(maker, kind="kiosk") for _ in range(2)]
    code = await shown(person, activity)
    both = await asyncio.gather(*(told(each, come(person_token=code)) for each in (kiosk, other)))
    assert sorted(each["outcome"] for each in both) in (["accepted", "duplicate"], ["accepted", "refused"])
    [second] = [each for each in both if each["outcome"] != "accepted"]
    assert reasons(second)[0] == "PERSON_CODE_USED" and second["person"] is None

    old = await told(kiosk, come(person_token=await shown(person, activity, age_s=40)))
    assert reasons(old)[0] in ("PERSON_CODE_EXPIRED", "ALREADY_CHECKED_IN") and old["outcome"] != "accepted"
    await eventually(lambda: len(attempts_of(person.user_id)) == 3)
    assert {each["actor_id"] for each in attempts_of(person.user_id)} == {ids.from_text(maker.user_id)}


async def test_who_is_not_on_the_roster_waits_for_a_human(
    api: Api, organiser: Person, organisation_id: str, person: Person
) -> None:
    """Nobody sees who stands before a kiosk; staff at a door do."""
    printed = await expecting(api, organiser, organisation_id, "王小明")
    kiosk = await printed.activity.screen(kind="kiosk", show_names="full")

    answer = await told(kiosk, come(person_token=await shown(person, printed.activity)))

    assert (answer["outcome"], reasons(answer), answer["person"]) == ("pending_review", ["NOT_ON_ROSTER"], None)


async def test_codes_of_elsewhere_and_nobodys_let_nobody_in(
    api: Api, organiser: Person, organisation_id: str, person: Person
) -> None:
    """After five of them printed codes rest for a minute, at this kiosk alone; personal ones go on."""
    here, there = [await expecting(api, organiser, organisation_id, "王小明") for _ in range(2)]
    kiosk, other = [await here.activity.screen(kind="kiosk") for _ in range(2)]
    foreign = await told(kiosk, come(person_token=await shown(person, there.activity)), 422)
    assert foreign["reason"] == "PERSON_CODE_FOREIGN"

    wrong = [await told(kiosk, come(entry_code=there.code("王小明")), 404) for _ in range(5)]
    locked = await kiosk.post("/v1/displays/checkins", come(entry_code=here.code("王小明")))

    assert {each["reason"] for each in wrong} == {"ENTRY_NOT_LISTED"}
    assert (locked.status_code, locked.json()["reason"]) == (429, "ENTRY_CODE_LOCKED")
    assert 0 < int(locked.headers["retry-after"]) <= 60
    assert (await told(kiosk, come(person_token=await shown(person, here.activity))))["outcome"] == "pending_review"
    assert (await told(other, come(entry_code=here.code("王小明"))))["outcome"] == "accepted"


async def test_a_kiosk_of_another_kind_or_nobody_lets_nobody_in(activity: Activity, api: Api, person: Person) -> None:
    """And the cookie of one opens nothing but what it shows."""
    code = come(person_token=await shown(person, activity))
    await told(await activity.screen(kind="wall"), code, 403)
    await told(api.nobody, code, 401)
    await told(activity.owner, code, 401)
    kiosk = await activity.screen(kind="kiosk", show_names="full")
    assert attempts_of(person.user_id) == []
    expect(await person.check_in(by_qr(await activity.token())))
    for path in ("people", "displays", "door/people"):
        assert (await kiosk.get(f"{activity.path}/{path}")).status_code == 401
    assert expect(await kiosk.get("/v1/displays/latest")) == {"people": []}


async def test_a_kiosk_is_over_with_its_makers_role(
    activity: Activity, maker: Person, organisation_id: str, person: Person
) -> None:
    """Within ten seconds nobody checks in there, and it says why."""
    kiosk = await activity.screen(maker, kind="kiosk")
    body = come(person_token=await shown(person, activity))
    assert (await told(kiosk, body))["outcome"] == "accepted"

    members = f"/v1/organisations/{organisation_id}/members/{maker.user_id}"
    assert (await activity.owner.request("DELETE", members)).status_code == 204
    removed_at = time.monotonic()

    async def is_over() -> bool:
        return expect(await kiosk.get("/v1/displays/me"))["display"]["state"] == "unstaffed"

    await eventually(is_over, _ENDED_WITHIN_S)
    await told(kiosk, body, 401)
    assert time.monotonic() - removed_at < _ENDED_WITHIN_S
    assert (await kiosk.get(f"{activity.path}/qr")).status_code == 401


async def test_a_revoked_kiosk_is_over_within_seconds(activity: Activity, api: Api, person: Person) -> None:
    """Whoever stands before it then is told that it is."""
    display, code = await activity.link(kind="kiosk")
    kiosk = await open_display(api.http, code)
    body = come(person_token=await shown(person, activity))
    await activity.owner.request("DELETE", f"{activity.path}/displays/{display['id']}")

    async def is_over() -> bool:
        return (await kiosk.get("/v1/displays/me")).json()["display"]["state"] == "revoked"

    await eventually(is_over, 5)
    await told(kiosk, body, 401)


async def test_who_made_a_kiosk_does_not_check_themselves_in(activity: Activity, maker: Person) -> None:
    """By their own phone, as everybody, or by somebody else."""
    kiosk = await activity.screen(maker, kind="kiosk")
    refused = await told(kiosk, come(person_token=await shown(maker, activity)), 403)
    assert refused["reason"] == "PERMISSION_DENIED"
    here = ids.from_text(activity.occurrence_id)
    assert here not in {each["occurrence_id"] for each in attempts_of(maker.user_id)}


async def test_people_leave_at_a_kiosk_for_that(api: Api, organiser: Person, organisation_id: str) -> None:
    """Whoever set it up said so; who goes is inside no more, and may come again where the activity lets them."""
    printed = await expecting(api, organiser, organisation_id, "王小明", reentry="in_out")
    activity, code = printed.activity, printed.code("王小明")
    door, exit_ = [await activity.screen(kind="kiosk", direction=way) for way in ("in", "out")]

    async def inside(count: int) -> None:
        async def is_so() -> bool:
            return (await kiosk_stats(exit_, activity))["inside"] == count

        await eventually(is_so)

    came = await told(door, come(entry_code=code))
    await inside(1)
    went = await told(exit_, come(entry_code=code))
    await inside(0)
    again = await told(door, come(entry_code=code))

    assert [(each["outcome"], each["direction"]) for each in (came, went)] == [("accepted", "in"), ("accepted", "out")]
    assert (again["outcome"], reasons(again)[0]) == ("duplicate", "ENTERED_AGAIN")


async def test_kiosks_are_at_gates(api: Api, organiser: Person, organisation_id: str, person: Person) -> None:
    """At one of the activity's, or named by number; staff elsewhere read where somebody came."""
    activity = await api.open_activity(organiser, organisation_id, gates=["北门", "东门"])
    made = [(await activity.link(kind="kiosk", gate=gate))[0] for gate in ("", "东门", "")]
    assert [each["gate"] for each in made] == ["签到台 1", "东门", "签到台 2"]
    for wrong in ({"kind": "kiosk", "gate": "南门"}, {"kind": "wall", "gate": "东门"}):
        refused = expect(await organiser.post(f"{activity.path}/displays", wrong), 422)
        assert [each["field"] for each in refused["errors"]] == ["gate"]

    kiosk = await activity.screen(kind="kiosk", gate="东门")
    expect(await kiosk.post("/v1/displays/checkins", come(person_token=await shown(person, activity))))
    await activity.these_people(1, gate="东门")
    [again] = await batch(organiser, activity, come(person_token=await shown(person, activity), gate="北门"))
    held = again["checkin"]["duplicate_of"]
    assert (held["gate"], held["method"]) == ("东门", "staff")
