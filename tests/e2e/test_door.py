"""At a door: codes photographed, shown twice, elsewhere and offline; who comes again; and what staff are told."""

import asyncio
import base64
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from domainkit import person_codes
from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, by_qr, expect, outcome
from tests.e2e.stack import attempts_of, eventually, remembered, seats_of
from tests.e2e.test_staff import batch


@pytest_asyncio.fixture(loop_scope="session")
async def staff(api: Api, activity: Activity, organisation_id: str) -> list[Person]:
    """Two people at the door of the organisation's activities."""
    people = [await api.sign_in() for _ in range(2)]
    await api.introduce(activity.owner, organisation_id, *people)
    for person in people:
        role = {"user_id": person.user_id, "role": "staff"}
        expect(await activity.owner.post(f"/v1/organisations/{organisation_id}/members", role))
    return people


async def shown(person: Person, activity: Activity, age_s: int = 0) -> str:
    """The code that a person's phone draws without a network, or a photograph of it."""
    own = expect(await person.get("/v1/me/code"))
    issued_at = int(time.time()) - age_s
    [key] = [each["key"] for each in own["keys"] if _at(each["valid_from"]) <= issued_at < _at(each["valid_until"])]
    activity_id, user_id = ids.from_text(activity.id), ids.from_text(own["user_id"])
    of_activity = person_codes.activity_key(base64.urlsafe_b64decode(key + "="), activity_id)
    return person_codes.draw(of_activity, user_id, activity_id, issued_at, ids.new_id()[-4:])


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def scan(code: str, **changes: Any) -> Json:
    """Staff scan it."""
    return {"attempt_id": ids.to_text(ids.new_id()), "person_token": code, "device_id": "gate-1"} | changes


def reasons(result: Json) -> list[str]:
    """What is said of a result that is kept."""
    return [each["reason"] for each in result["checkin"]["reasons"]]


async def test_a_code_lets_somebody_in_whom_nobody_has_met(
    activity: Activity, staff: list[Person], person: Person
) -> None:
    """They showed who they are; sent again it has the same answer, and the record is theirs."""
    item = scan(await shown(person, activity))
    first, again = [(await batch(staff[0], activity, item))[0] for _ in range(2)]

    assert [each["outcome"] for each in (first, again)] == ["accepted"] * 2
    assert first["user_id"] == person.user_id
    assert (await person.record(first["checkin"]["id"]))["method"] == "staff"


async def test_a_photograph_used_forty_seconds_later_lets_nobody_in(
    activity: Activity, staff: list[Person], person: Person
) -> None:
    """It is kept that somebody tried."""
    [late] = await batch(staff[0], activity, scan(await shown(person, activity, age_s=40)))

    assert (late["outcome"], reasons(late)) == ("refused", ["PERSON_CODE_EXPIRED"])
    assert late["message"].startswith("签到码已过期")
    await eventually(lambda: len(attempts_of(person.user_id)) == 1)
    assert [seat["holder"] for seat in seats_of(person.user_id)] == [None]


async def test_one_code_shown_to_two_staff_at_once_lets_one_person_in(
    activity: Activity, staff: list[Person], person: Person
) -> None:
    """Whoever is first has it; the other is told, as is who uses it again when all is recorded."""
    code = await shown(person, activity)
    both = await asyncio.gather(*(batch(each, activity, scan(code)) for each in staff))

    outcomes = sorted(result["outcome"] for [result] in both)
    assert outcomes in (["accepted", "duplicate"], ["accepted", "refused"])
    [other] = [result for [result] in both if result["outcome"] != "accepted"]
    assert reasons(other)[0] == "PERSON_CODE_USED"
    await eventually(lambda: len(attempts_of(person.user_id)) == 2)
    [third] = await batch(staff[0], activity, scan(code))
    assert reasons(third)[0] == "PERSON_CODE_USED"
    assert len(seats_of(person.user_id)) == 1


async def test_a_code_of_another_activity_is_nobody_here(
    api: Api, activity: Activity, organiser: Person, organisation_id: str, staff: list[Person], person: Person
) -> None:
    """Nothing is kept of whom it cannot be believed to be; nor of what is changed, or no code at all."""
    elsewhere = await api.open_activity(organiser, organisation_id)
    code = await shown(person, elsewhere)
    changed = (await shown(person, activity))[:-4] + "AAAA"
    results = await batch(staff[0], activity, scan(code), scan(changed), scan("https://example.com"))

    told = [result["problem"]["reason"] for result in results]
    assert told == ["PERSON_CODE_FOREIGN", "PERSON_CODE_SIGNATURE", "PERSON_CODE_MALFORMED"]
    assert results[0]["problem"]["errors"][0]["field"] == "checkins.0.person_token"
    assert attempts_of(person.user_id) == []
    assert [result["outcome"] for result in await batch(staff[0], elsewhere, scan(code))] == ["accepted"]


async def test_a_wrong_gate_is_told_with_its_name_and_those_there_are(
    api: Api, organiser: Person, organisation_id: str, staff: list[Person], person: Person
) -> None:
    """And uses up no code."""
    activity = await api.open_activity(organiser, organisation_id, gates=["北门", "东门"])
    code = await shown(person, activity)
    [wrong] = await batch(staff[0], activity, scan(code, gate="南门"))
    [right] = await batch(staff[0], activity, scan(code, gate="东门"))

    assert wrong["problem"]["reason"] == "GATE_UNKNOWN"
    assert [wrong["problem"]["detail"].count(gate) for gate in ("南门", "北门", "东门")] == [1, 1, 1]
    assert (right["outcome"], right["checkin"]["gate"]) == ("accepted", "东门")


async def test_staff_look_before_they_let_in(
    activity: Activity, staff: list[Person], person: Person, organisation_id: str
) -> None:
    """Who it is, and that they have not come; from then on the code is the attempt's of who looked."""
    expect(await person.request("PATCH", "/v1/me", json={"name": "李四"}))
    code = await shown(person, activity)
    item = scan(code)
    look = {name: item[name] for name in ("attempt_id", "person_token")}

    view = expect(await staff[0].post(f"{activity.path}/door/look", look))
    [other] = await batch(staff[1], activity, scan(code))
    [own] = await batch(staff[0], activity, item)
    late = {"attempt_id": ids.to_text(ids.new_id()), "person_token": code}
    used = expect(await staff[1].post(f"{activity.path}/door/look", late), 422)

    assert (view["person"]["name"], view["person"]["kind"], view["is_first"]) == ("李四", "person", True)
    assert (other["outcome"], reasons(other), own["outcome"]) == ("refused", ["PERSON_CODE_USED"], "accepted")
    assert used["reason"] == "PERSON_CODE_USED"


async def test_a_duplicate_tells_staff_when_where_and_by_whom(
    api: Api, organiser: Person, organisation_id: str, staff: list[Person], person: Person
) -> None:
    """As soon as it is answered, before it is recorded or after; the person is told when alone."""
    activity = await api.open_activity(organiser, organisation_id, gates=["北门"])
    expect(await staff[0].request("PATCH", "/v1/me", json={"name": "王老师"}))
    [first] = await batch(staff[0], activity, scan(await shown(person, activity), gate="北门"))
    # MySQL has 50 ms to answer in: a busy machine takes longer now and then.
    told: list[Json] = []

    async def is_told() -> bool:
        [again] = await batch(staff[1], activity, {"attempt_id": ids.to_text(ids.new_id()), "user_id": person.user_id})
        told.append(again["checkin"]["duplicate_of"])
        return bool(told[-1]["by"])

    expect(await person.check_in(by_qr(await activity.token())))
    await eventually(is_told)
    held = {name: told[-1][name] for name in ("id", "checked_in_at", "gate", "method", "by")}
    assert held == {
        "id": first["checkin"]["id"],
        "checked_in_at": first["checkin"]["checked_in_at"],
        "gate": "北门",
        "method": "staff",
        "by": "王老师",
    }
    own = expect(await person.check_in(by_qr(await activity.token())))["checkin"]
    assert own["outcome"] == "duplicate" and own["duplicate_of"].keys() == {"id", "checked_in_at"}


async def come_and_go(activity: Activity, staff: Person, person: Person) -> Json:
    """They come, go, and come again; the answer of the last, once the two before are recorded."""
    for direction in ("in", "out"):
        [result] = await batch(staff, activity, scan(await shown(person, activity), direction=direction))
        assert result["outcome"] == "accepted"
    await eventually(lambda: len(seats_of(person.user_id)) == 2)
    [again] = await batch(staff, activity, scan(await shown(person, activity)))
    return again


async def inside(activity: Activity, staff: Person, person: Person) -> bool:
    """Whether they are there, as staff see it."""
    look = {"attempt_id": ids.to_text(ids.new_id()), "person_token": await shown(person, activity)}
    return bool(expect(await staff.post(f"{activity.path}/door/look", look))["is_inside"])


async def test_where_people_go_in_and_out_who_comes_again_is_inside(
    activity: Activity, staff: list[Person], person: Person
) -> None:
    """It reads duplicate by the law of seats, and counts."""
    again = await come_and_go(activity, staff[0], person)
    assert again["outcome"] == "duplicate"
    await eventually(lambda: len(attempts_of(person.user_id)) == 3)
    assert await inside(activity, staff[1], person)


async def test_where_nobody_comes_again_who_went_stays_outside(
    api: Api, organiser: Person, organisation_id: str, staff: list[Person], person: Person
) -> None:
    """Staff are told, the person's own phone is told, and presence does not move."""
    activity = await api.open_activity(organiser, organisation_id, reentry="once")
    assert expect(await organiser.get(activity.path))["reentry"] == "once"
    again = await come_and_go(activity, staff[0], person)
    by_phone = expect(await person.check_in(by_qr(await activity.token())), 200, 422)

    assert reasons(again)[0] == "NO_REENTRY" and again["message"].startswith("此人已离场")
    assert "NO_REENTRY" in [each["reason"] for each in by_phone["checkin"]["reasons"]]
    await eventually(lambda: len(attempts_of(person.user_id)) == 4)
    assert not await inside(activity, staff[1], person)


def offline(activity: Activity, code: str, device_id: str, **changes: Any) -> Json:
    """A code that was scanned without a network."""
    there = {"method": "staff", "activity_id": activity.id, "device_id": device_id}
    return scan(code, **{"claimed_at": datetime.now(UTC).isoformat(), **there, **changes})


async def sync(staff: Person, *items: Json) -> list[Json]:
    """What a phone at a door brings."""
    found: list[Json] = expect(await staff.post("/v1/checkins/sync", {"attempts": items}))["results"]
    return found


async def test_a_door_phone_whose_clock_is_hours_off_turns_nobody_away(
    api: Api, activity: Activity, staff: list[Person]
) -> None:
    """Ahead or behind: the time is clamped, and a human looks at it."""
    now, people = datetime.now(UTC), [await api.sign_in() for _ in range(2)]
    claims = [(now + timedelta(hours=off)).isoformat() for off in (-3, 3)]
    items = [
        offline(activity, await shown(person, activity), "gate-x", claimed_at=claimed)
        for person, claimed in zip(people, claims, strict=True)
    ]
    results = await sync(staff[0], *items)

    assert [result["outcome"] for result in results] == ["pending_review"] * 2
    assert all("CLOCK_SKEW" in reasons(result) for result in results)
    times = [_at(result["checkin"]["checked_in_at"]) for result in results]
    assert all(now.timestamp() - 3000 < at < time.time() + 1 for at in times)


async def test_a_device_that_loses_its_trust_is_believed_no_further(
    api: Api, activity: Activity, staff: list[Person]
) -> None:
    """What it brought stands; what it brings waits for a human, and of who is no staff nothing is taken."""
    people, device = [await api.sign_in() for _ in range(4)], f"gate-{staff[0].name}"[:64]
    [first] = await batch(staff[0], activity, scan(await shown(people[0], activity), device_id=device))
    [trusted] = await sync(staff[0], offline(activity, await shown(people[1], activity), device))
    remembered().delete(b"checkin:staff:" + ids.from_text(staff[0].user_id))
    [doubted] = await sync(staff[0], offline(activity, await shown(people[2], activity), device))
    [refused] = await sync(people[3], offline(activity, await shown(people[2], activity), device))

    assert [each["outcome"] for each in (first, trusted, doubted)] == ["accepted", "accepted", "pending_review"]
    assert refused["problem"]["reason"] == "NOT_FOUND"


async def test_a_walk_in_is_let_in_with_a_name_and_four_digits(
    activity: Activity, staff: list[Person], api: Api
) -> None:
    """A look writes nobody down; sent again they are the same guest, and come again they are a duplicate."""
    guest = {"id": ids.to_text(ids.new_id()), "name": "赵六", "phone_tail": "5678"}
    item = {"attempt_id": ids.to_text(ids.new_id()), "guest": guest}
    view = expect(await staff[0].post(f"{activity.path}/door/look", item))
    results = [(await batch(staff[0], activity, each))[0] for each in (item, item, item | {"attempt_id": guest["id"]})]

    assert (view["person"]["kind"], view["person"]["name"], view["is_first"]) == ("guest", "赵六", True)
    assert [result["outcome"] for result in results] == ["accepted", "accepted", "duplicate"]
    assert {result["user_id"] for result in results} == {view["person"]["user_id"]}


async def test_who_is_no_staff_sees_and_lets_in_nobody(activity: Activity, person: Person, api: Api) -> None:
    """A code is worth nothing in the hands of somebody else."""
    other = await api.sign_in()
    code = await shown(person, activity)
    look = await other.post(f"{activity.path}/door/look", {"attempt_id": scan("")["attempt_id"], "person_token": code})
    let_in = await other.post(f"{activity.path}/checkins/batch", {"checkins": [scan(code)]})

    assert (look.status_code, let_in.status_code) == (404, 404)
    assert outcome(await person.check_in(by_qr(await activity.token()))) == "accepted"
