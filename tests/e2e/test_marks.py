"""Marks over the public API: numbers, lists and the own record follow what staff say, until it is taken back."""

from typing import Any

from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, by_qr, expect
from tests.e2e.stack import eventually


async def mark(activity: Activity, *people: Person, **changes: Any) -> list[Json]:
    """What came of each person, once it is recorded: the same request again gets the same answer."""
    named = [{"user_id": person.user_id} for person in people]
    body = {"mark": "late", "reason": "点名时不在", "people": named} | changes
    request = {"json": body, "headers": {"idempotency-key": ids.to_text(ids.new_id())}}

    async def recorded() -> list[Json] | None:
        """The answer, unless something is on its way still."""
        answer = expect(await activity.owner.request("POST", f"{activity.path}/marks", **request))
        results: list[Json] = answer["results"]
        return results if all(one["revision"] or "problem" in one for one in results) else None

    found: list[Json] = await eventually(recorded)
    return found


async def counted(activity: Activity, **numbers: int) -> None:
    """Waits until the organiser's screen shows these numbers."""

    async def shown() -> bool:
        """Whether it has come to them."""
        stats = await activity.stats()
        return {name: stats[name] for name in numbers} == numbers

    await eventually(shown)


async def listed(activity: Activity, person: Person, **said: object) -> None:
    """Returns once the list says this of a person."""

    async def so() -> bool:
        """Whether their line does."""
        return any(one | said == one for one in await activity.people() if one["user_id"] == person.user_id)

    await eventually(so)


async def test_numbers_and_lists_follow_what_staff_say(api: Api, organiser: Person, organisation_id: str) -> None:
    """Late, absent, and as they were; the record they hold stays, and tells who said what."""
    activity, person = await api.open_activity(organiser, organisation_id), await api.sign_in()
    checkin = expect(await person.check_in(by_qr(await activity.token())), 200, 201)["checkin"]
    await counted(activity, checked_in=1, late=0, inside=1)

    await mark(activity, person)
    await counted(activity, checked_in=1, late=1, inside=1)
    await listed(activity, person, mark="late", punctuality="late")

    await mark(activity, person, mark="absent", reason="代签")
    await counted(activity, checked_in=0, late=0, inside=0)
    await listed(activity, person, mark="absent", status="absent")

    await mark(activity, person, mark="none", reason="看错了")
    await counted(activity, checked_in=1, late=0, inside=1)
    record = expect(await person.get(f"/v1/checkins/{checkin['id']}"))
    assert record["checkin"]["outcome"] == "accepted"
    told = [(one.get("mark"), one["reason"]) for one in record["history"] if one["event"] == "marked"]
    assert told == [("late", "点名时不在"), ("absent", "代签"), (None, "看错了")]


async def test_a_roll_call_touches_only_the_unset(api: Api, organiser: Person, organisation_id: str) -> None:
    """Who is checked in stays so; nobody marks themselves, and nobody of whom the organisation knows nothing."""
    activity = await api.open_activity(organiser, organisation_id)
    here, missing, stranger = [await api.sign_in() for _ in range(3)]
    await api.introduce(organiser, organisation_id, missing)
    expect(await here.check_in(by_qr(await activity.token())), 200, 201)
    await counted(activity, checked_in=1)

    results = await mark(activity, here, missing, stranger, organiser, mark="absent", only_unset=True)

    assert [one["is_skipped"] for one in results] == [True, False, False, False]
    assert [one["mark"] for one in results] == [None, "absent", None, None]
    assert [one["problem"]["status"] for one in results if "problem" in one] == [404, 403]
    await counted(activity, checked_in=1, inside=1)
    await listed(activity, missing, status="absent")


async def test_who_is_expected_and_who_walked_in_are_marked(api: Api) -> None:
    """Nobody knows who they are: an entry by group on leave, a guest late; whom nobody wrote down is nobody."""
    owner = await api.sign_in()
    organisation_id = await api.found(owner)
    roster = expect(await owner.post(f"/v1/organisations/{organisation_id}/rosters", {"title": "新生"}))["id"]
    said = {"name": "王小明", "group": "一班", "phone": "13800000000"}
    entry = expect(await owner.post(f"/v1/rosters/{roster}/entries", said))["id"]
    activity = await api.open_activity(owner, organisation_id, roster="listed", roster_id=roster)
    guest = {"attempt_id": ids.to_text(ids.new_id()), "guest": {"id": ids.to_text(ids.new_id()), "name": "赵六"}}
    [let_in] = expect(await owner.post(f"{activity.path}/checkins/batch", {"checkins": [guest]}))["results"]
    await counted(activity, checked_in=1, expected=1, leave=0)

    on_leave = await mark(activity, mark="leave", reason="病假", people=[{"roster_entry_id": entry}])
    people = [{"guest_id": let_in["user_id"]}, {"user_id": let_in["user_id"]}, {"guest_id": ids.to_text(ids.new_id())}]
    by_guest = [(await mark(activity, people=[each]))[0] for each in people]

    assert [one["user_id"] for one in on_leave] == [entry]
    assert [one["mark"] for one in by_guest] == ["late", "late", None]
    assert by_guest[2]["problem"]["status"] == 404
    await counted(activity, checked_in=1, late=1, expected=1, leave=1, not_yet=0)
    [group] = (await activity.stats())["by_group"]
    assert (group["group"], group["expected"], group["leave"]) == ("一班", 1, 1)
    expected = {"赵六": ("late", None, "checked_in"), "王小明": ("leave", "leave", None)}

    async def is_shown() -> bool:
        """Whether the list says so by now."""
        people = await activity.people()
        return {one["name"]: (one["mark"], one["answer"], one["status"]) for one in people} == expected

    await eventually(is_shown)


async def test_who_is_bound_to_an_entry_is_one_person_to_those_who_mark(api: Api) -> None:
    """What they were marked as the entry is taken back by either id; who came as the entry is not unset."""
    owner, person = await api.sign_in(), await api.sign_in()
    organisation_id = await api.found(owner)
    roster = expect(await owner.post(f"/v1/organisations/{organisation_id}/rosters", {"title": "新生"}))["id"]
    entry = expect(await owner.post(f"/v1/rosters/{roster}/entries", {"name": "王小明"}))["id"]
    activity = await api.open_activity(owner, organisation_id, roster="listed", roster_id=roster)
    await mark(activity, mark="leave", reason="病假", people=[{"roster_entry_id": entry}])
    who = {"user_id": person.user_id}
    assert (await owner.request("PUT", f"/v1/rosters/{roster}/entries/{entry}/person", json=who)).status_code == 204

    [left_alone] = await mark(activity, person, mark="absent", only_unset=True)
    assert (left_alone["is_skipped"], left_alone["mark"]) == (True, "leave")
    await counted(activity, leave=1, not_yet=0)
    await mark(activity, person, mark="none", reason="来了")
    await counted(activity, leave=0, not_yet=1)
