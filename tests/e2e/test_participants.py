"""Who people are at an open event, by what they say themselves; and what is left of who asks to be erased."""

from datetime import UTC, datetime, timedelta

from deploy.local.wechat import number_of
from tests.e2e.api import Activity, Api, Person, by_qr, expect
from tests.e2e.stack import eventually

ASK = [{"detail": "name"}, {"detail": "phone"}, {"detail": "text", "label": "衣服尺码"}]
NAME = {"detail": "name", "value": "王小明"}


async def test_what_is_said_once_is_known_at_the_next_event(
    api: Api, organiser: Person, organisation_id: str, person: Person
) -> None:
    """Of the same organisation; a number that was typed is none."""
    first, second = [await api.open_activity(organiser, organisation_id, ask=ASK) for _ in range(2)]
    told = expect(await person.get(f"{first.path}/me"))
    assert (told["answer"], told["organisation_name"], told["keeps_days"]) == (None, "测试组织", 180)
    assert [each["said"] for each in told["questions"]] == ["", "", ""] and told["purpose"]

    size = {"detail": "text", "label": "衣服尺码", "value": "L"}
    expect(await person.request("PUT", f"{first.path}/me/details", json={"details": [NAME, size]}))

    said = [each["said"] for each in expect(await person.get(f"{second.path}/me"))["questions"]]
    assert said == ["王小明", "", "L"]
    [own, *_] = expect(await person.get("/v1/me/export"))["details"]
    assert (own["organisation_id"], own["detail"], own["value"]) == (organisation_id, "name", "王小明")
    by_button = {"details": [{"detail": "phone", "phone_code": f"sim:{person.name}"}]}
    told = expect(await person.request("PUT", f"{first.path}/me/details", json=by_button))
    assert [each["said"] for each in told["questions"]] == ["王小明", number_of(person.name), "L"]
    typed = {"details": [{"detail": "phone", "value": "13800000000"}]}
    refused = await person.request("PUT", f"{first.path}/me/details", json=typed)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "details[0].value")


async def test_one_tap_says_that_somebody_comes_or_does_not(
    api: Api, organiser: Person, organisation_id: str, person: Person
) -> None:
    """Until it starts they change their mind; then they are excused or check in."""
    now = datetime.now(UTC)
    times = {"starts_at": (now + timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(hours=2)).isoformat()}
    activity = await api.open_activity(organiser, organisation_id, **times)
    for answer in ("coming", "leave", "coming", "leave"):
        told = expect(await person.request("PUT", f"{activity.path}/me/answer", json={"answer": answer}))
        assert told["answer"] == answer

    begun = await api.open_activity(organiser, organisation_id)
    expect(await person.request("PUT", f"{begun.path}/me/answer", json={"answer": "leave"}))
    late = await person.request("PUT", f"{begun.path}/me/answer", json={"answer": "coming"})
    assert (late.status_code, late.json()["reason"]) == (409, "ANSWER_LATE")


async def test_a_person_erased_is_counted_and_named_nowhere(api: Api, organiser: Person, organisation_id: str) -> None:
    """Their session ends, their records stay under an id, and whoever signs in again is somebody new."""
    person = await api.sign_in()
    activity = await api.open_activity(organiser, organisation_id, ask=ASK)
    expect(await person.request("PUT", "/v1/me", json={"name": "王小明"}))
    expect(await person.check_in(by_qr(await activity.token())))
    expect(await person.request("PUT", f"{activity.path}/me/details", json={"details": [NAME]}))
    members = f"/v1/organisations/{organisation_id}/members"
    await api.introduce(organiser, organisation_id, person)
    expect(await organiser.post(members, {"user_id": person.user_id, "role": "member"}))

    async def is_counted() -> bool:
        return bool((await activity.stats())["checked_in"] == 1)

    assert await eventually(is_counted)

    assert (await person.request("DELETE", "/v1/me")).status_code == 204

    assert (await person.get("/v1/me")).status_code == 401
    assert person.user_id not in str(expect(await organiser.get(members)))
    [seen] = await activity.these_people(1)
    assert (seen["user_id"], seen["name"], seen["status"]) == (person.user_id, "", "checked_in")
    assert await is_counted()
    again = await api.sign_in(person.name)
    assert again.user_id != person.user_id
    assert expect(await again.get(f"{activity.path}/me"))["questions"][0]["said"] == ""


async def test_the_last_owner_is_told_to_hand_over(api: Api, activity: Activity, organisation_id: str) -> None:
    """And nothing of them is erased before."""
    refused = await activity.owner.request("DELETE", "/v1/me")
    assert (refused.status_code, refused.json()["reason"]) == (409, "LAST_OWNER")
    assert (await activity.owner.get("/v1/me")).status_code == 200
