"""Staff check people in: many at once, each with an answer, and never themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, by_qr, expect, outcome
from tests.e2e.stack import attempts_of, eventually, seats_of


@pytest_asyncio.fixture(loop_scope="session")
async def staff(api: Api, activity: Activity, organisation_id: str) -> Person:
    """Somebody at the door of the activity."""
    person = await api.sign_in()
    await api.introduce(activity.owner, organisation_id, person)
    role = {"user_id": person.user_id, "role": "staff"}
    expect(await activity.owner.post(f"/v1/organisations/{organisation_id}/members", role))
    return person


@pytest_asyncio.fixture(loop_scope="session")
async def person(api: Api, activity: Activity, organisation_id: str) -> Person:
    """Somebody who came to something else before."""
    guest = await api.sign_in()
    await api.introduce(activity.owner, organisation_id, guest)
    return guest


def let_in(person: Person, **changes: Any) -> Json:
    """One person of a batch."""
    return {"attempt_id": ids.to_text(ids.new_id()), "user_id": person.user_id, "device_id": "gate-1"} | changes


async def batch(staff: Person, activity: Activity, *items: Json) -> list[Json]:
    """The results of a batch."""
    results: list[Json] = expect(await staff.post(f"{activity.path}/checkins/batch", {"checkins": items}))["results"]
    return results


async def test_each_person_has_their_own_answer(activity: Activity, staff: Person, person: Person, api: Api) -> None:
    """Whoever is unknown, comes twice or is the staff themselves never stands in the others' way."""
    already = await api.sign_in()
    assert outcome(await already.check_in(by_qr(await activity.token()))) == "accepted"
    nobody = Person(api.http, user_id=ids.to_text(ids.new_id()))

    results = await batch(staff, activity, let_in(person), let_in(already), let_in(nobody), let_in(staff))

    assert [result["outcome"] for result in results] == ["accepted", "duplicate", None, None]
    assert results[0]["message"] == "已为其签到"
    assert [result["problem"]["reason"] for result in results[2:]] == ["NOT_FOUND", "PERMISSION_DENIED"]
    assert [result["user_id"] for result in results] == [each.user_id for each in (person, already, nobody, staff)]


async def test_the_record_is_the_person_s_and_names_who_let_them_in(
    api: Api, organiser: Person, organisation_id: str, staff: Person, person: Person
) -> None:
    """It is seen in the person's own history and in the numbers, as by staff."""
    activity = await api.open_activity(organiser, organisation_id, gates=["北门"])
    [elsewhere] = await batch(staff, activity, let_in(person, gate="南门"))
    assert [fault["field"] for fault in elsewhere["problem"]["errors"]] == ["checkins.0.gate"]
    [result] = await batch(staff, activity, let_in(person, gate="北门"))

    assert (await person.record(result["checkin"]["id"]))["method"] == "staff"
    [row] = await eventually(lambda: [row for row in attempts_of(person.user_id) if row["is_staff"]])
    assert (row["is_staff"], ids.to_text(row["actor_id"]), row["gate"]) == (1, staff.user_id, "北门")

    async def counted() -> bool:
        return bool((await activity.stats())["by_method"] == {"staff": 1})

    await eventually(counted)


async def test_a_batch_repeated_is_the_same_batch(activity: Activity, staff: Person, person: Person) -> None:
    """The answer may be lost; in and out are two seats."""
    items = [let_in(person), let_in(person, direction="out")]

    once = await batch(staff, activity, *items)
    again = await batch(staff, activity, *items)

    assert [result["outcome"] for result in once + again] == ["accepted"] * 4
    # And the one of before.
    await eventually(lambda: len(attempts_of(person.user_id)) == 3)
    assert len(seats_of(person.user_id)) == 3


async def test_who_let_nobody_in_before_is_not_trusted_offline(
    activity: Activity, organisation_id: str, staff: Person, person: Person, api: Api
) -> None:
    """What a staff device brings with a sync counts once that device was at the door; else a human looks at it."""
    other, another = await api.sign_in(), await api.sign_in()
    await api.introduce(activity.owner, organisation_id, other, another)
    offline = {"method": "staff", "activity_id": activity.id, "device_id": f"gate-{staff.name}"}

    async def sync(who: Person) -> Json:
        item = let_in(who, **offline)
        result: Json = expect(await staff.post("/v1/checkins/sync", {"attempts": [item]}))["results"][0]
        return result

    unknown = await sync(person)
    await batch(staff, activity, let_in(another, device_id=offline["device_id"]))
    trusted = await sync(other)

    assert (unknown["outcome"], trusted["outcome"]) == ("pending_review", "accepted")
    assert [reason["reason"] for reason in unknown["checkin"]["reasons"]] == ["OFFLINE_SLOT_UNVERIFIABLE"]


async def test_a_list_of_the_door_that_comes_later_makes_nobody_late(
    api: Api, organiser: Person, organisation_id: str, staff: Person, person: Person
) -> None:
    """The device was at the door today; what it wrote down without a network counts as of then."""
    activity = await api.open_activity(organiser, organisation_id, late_after_s=60, opens_before_s=1800)
    guests = [await api.sign_in() for _ in range(2)]
    await api.introduce(organiser, organisation_id, *guests)
    await batch(staff, activity, let_in(person))
    claimed = (datetime.now(UTC) - timedelta(minutes=6)).isoformat()
    noted = [
        {"method": "staff", "activity_id": activity.id, "claimed_at": claimed} | let_in(guest, device_id=device)
        for guest, device in zip(guests, ("gate-1", "gate-of-nobody"), strict=True)
    ]
    results = expect(await staff.post("/v1/checkins/sync", {"attempts": noted, "cursor": ""}))["results"]
    told = [(result["outcome"], result["checkin"]["punctuality"]) for result in results]
    assert told == [("accepted", "on_time"), ("pending_review", "late")]
