"""Organisers correct what is already published: everybody goes on, and what was judged stays."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx

from tests.e2e.api import OUTSIDE, Activity, Api, Json, Person, at, by_code, by_qr, expect, outcome
from tests.e2e.stack import eventually


async def patch(activity: Activity, changes: Json, revision: int | None = None) -> httpx.Response:
    """Changes an activity, as of its newest revision unless another one is named."""
    if revision is None:
        revision = expect(await activity.owner.get(activity.path))["revision"]
    return await activity.owner.request("PATCH", activity.path, json=changes, headers={"If-Match": f'"{revision}"'})


async def edit(activity: Activity, **changes: Any) -> Json:
    """The activity after a change."""
    return expect(await patch(activity, changes))


async def crowd(api: Api, size: int) -> list[Person]:
    """New people."""
    return await asyncio.gather(*(api.sign_in() for _ in range(size)))


async def enter(activity: Activity, people: list[Person]) -> Counter[str]:
    """How everybody's scan ends, all at once: a busy machine may answer before it counts who is in."""
    token = await activity.token()

    async def end(person: Person) -> str:
        answer = await person.check_in(by_qr(token))
        return outcome(answer) if answer.status_code != 202 else await decided(person, answer.json()["checkin"]["id"])

    return Counter(await asyncio.gather(*map(end, people)))


async def decided(person: Person, checkin_id: str) -> str:
    """What an attempt is judged as in the end."""

    async def judged() -> str:
        found = str((await person.record(checkin_id))["outcome"])
        return "" if found == "provisional" else found

    return str(await eventually(judged))


async def until_judged(api: Api, activity: Activity, wanted: str, *, is_typed: bool = False, **attempt: Any) -> None:
    """Returns once newcomers who scan like this, or type the code where no QR is shown, are told so."""

    async def is_so() -> bool:
        newcomer = await api.sign_in()
        tried = by_code(activity.code) if is_typed else by_qr(await activity.token(), **attempt)
        return outcome(await newcomer.check_in(tried)) == wanted

    await eventually(is_so)


async def limit(activity: Activity, capacity: int, inside: Person) -> None:
    """Changes the capacity, and returns once who is in already is answered by the activity as it is then."""
    title = f"限 {capacity} 人"
    await edit(activity, capacity=capacity, title=title)

    async def is_so() -> bool:
        again = await inside.check_in(by_qr(await activity.token()))
        return bool(expect(again)["checkin"]["activity_title"] == title)

    await eventually(is_so)


async def test_a_place_that_moved_counts_within_seconds_and_only_from_then_on(api: Api, activity: Activity) -> None:
    """Who was refused at the old place stays refused; the same position is inside of the new one."""
    far = await api.sign_in()
    refused = expect(await far.check_in(by_qr(await activity.token(), location=at(OUTSIDE))), 422)["checkin"]

    moved = await edit(activity, place={"latitude": OUTSIDE, "longitude": 102.71, "coord": "gcj02", "radius_m": 300})
    await until_judged(api, activity, "accepted", location=at(OUTSIDE))

    assert (moved["place"]["name"], moved["place"]["radius_m"]) == ("图书馆报告厅", 300)
    assert (await far.record(refused["id"]))["outcome"] == "refused"
    card = expect(await far.get("/v1/activities/resolve", activity_id=activity.id))
    assert card["place"]["latitude"] == OUTSIDE


async def test_a_token_on_the_screen_survives_every_change(api: Api, activity: Activity) -> None:
    """Scanned before, sent after: title, window, QR period and late rule have changed meanwhile."""
    token, code = await activity.token(), activity.code
    later = (datetime.now(UTC) + timedelta(hours=3)).isoformat()

    await edit(activity, title="新生讲座（二）", ends_at=later, qr_period_s=30, late_after_s=3600, closes_after_s=600)

    first, second = await crowd(api, 2)
    assert outcome(await first.check_in(by_qr(token))) == "accepted"
    assert outcome(await second.check_in(by_code(code))) == "accepted"
    qr = expect(await activity.owner.get(f"{activity.path}/qr"))
    assert (qr["code"], qr["refresh_in_s"] <= 30) == (code, True)


async def test_a_limit_that_comes_later_counts_everybody(api: Api, activity: Activity) -> None:
    """Eighty are in when the room gets a hundred places: twenty more enter, and the next one does not."""
    people = await crowd(api, 80)
    assert await enter(activity, people) == {"accepted": 80}

    await limit(activity, 100, people[0])

    assert await enter(activity, await crowd(api, 20)) == {"accepted": 20}
    assert await enter(activity, await crowd(api, 1)) == {"refused": 1}


async def test_a_limit_that_shrinks_keeps_whom_it_let_in_and_says_how_many_are_over(
    api: Api, organiser: Person, organisation_id: str
) -> None:
    """Nobody has to go, nobody else gets in, and without a limit everybody does; a new limit counts all of them."""
    activity = await api.open_activity(organiser, organisation_id, capacity=10)
    people = await crowd(api, 5)
    assert await enter(activity, people) == {"accepted": 5}

    await limit(activity, 3, people[0])
    assert await enter(activity, await crowd(api, 1)) == {"refused": 1}
    assert (await shown(activity, over_capacity=2))["checked_in"] == 5
    await limit(activity, 0, people[0])
    assert await enter(activity, await crowd(api, 4)) == {"accepted": 4}
    await limit(activity, 10, people[0])

    assert await enter(activity, await crowd(api, 1)) == {"accepted": 1}
    assert await enter(activity, await crowd(api, 1)) == {"refused": 1}


async def shown(activity: Activity, **numbers: int) -> Json:
    """The numbers of the organiser's screen, once they are these."""

    async def so() -> Json | None:
        stats = await activity.stats()
        return stats if numbers.items() <= stats.items() else None

    found: Json = await eventually(so)
    return found


async def test_a_change_on_an_old_revision_says_what_changed_meanwhile(activity: Activity) -> None:
    """Two organisers at once: the second is told of the first, and their own change repeated is none."""
    revision = expect(await activity.owner.get(activity.path))["revision"]
    first = expect(await patch(activity, {"title": "改名", "capacity": 80}, revision))

    late = await patch(activity, {"capacity": 100}, revision)
    again = await patch(activity, {"title": "改名", "capacity": 80}, revision)

    problem = expect(late, 409)
    assert (problem["reason"], problem["metadata"]["revision"]) == ("REVISION_STALE", str(first["revision"]))
    assert {error["field"]: error["message"] for error in problem["errors"]} == {
        "title": "was 新生讲座, is 改名 now",
        "capacity": "was 0, is 80 now",
    }
    assert expect(again)["revision"] == first["revision"]


async def is_unknown(person: Person, path: str) -> bool:
    """Whether there is nothing, as far as they are told."""
    return (await person.get(path)).status_code == 404


async def test_a_closed_activity_is_reopened_and_a_draft_taken_away(
    api: Api, organiser: Person, organisation_id: str, activity: Activity
) -> None:
    """Its screens show a QR again; what was published is never deleted, and a deleted draft is nowhere."""
    expect(await organiser.post(f"{activity.path}/close"))
    await until_judged(api, activity, "refused", is_typed=True)
    expect(await organiser.post(f"{activity.path}/reopen"))
    await until_judged(api, activity, "accepted")
    assert (await organiser.request("DELETE", activity.path)).status_code == 409

    draft = await api.draft(organiser, organisation_id)
    path = f"/v1/activities/{draft['id']}"
    assert (await organiser.request("DELETE", path)).status_code == 204

    for gone in (path, f"{path}/qr", f"{path}/stats"):
        await eventually(partial(is_unknown, organiser, gone))
    listed = expect(await organiser.get("/v1/activities", organisation_id=organisation_id))
    assert draft["id"] not in [each["id"] for each in listed["activities"]]


async def test_a_copy_says_the_same_of_another_day(activity: Activity) -> None:
    """A draft with a code of its own, as long as its original; once for each Idempotency-Key."""
    original = expect(await activity.owner.get(activity.path))
    headers = {"idempotency-key": "next-week"}
    body = {"starts_at": "2027-03-01T09:00:00"}

    copies = [
        expect(await activity.owner.request("POST", f"{activity.path}/copy", json=body, headers=headers))
        for _ in range(2)
    ]

    assert copies[0] == copies[1]
    assert (copies[0]["state"], copies[0]["starts_at"]) == ("draft", "2027-03-01T01:00:00.000Z")
    lasts = [
        datetime.fromisoformat(each["ends_at"]) - datetime.fromisoformat(each["starts_at"])
        for each in (original, copies[0])
    ]
    assert lasts[0] == lasts[1]
    same = ("title", "place", "methods", "policy", "kind", "organisation_id")
    assert [copies[0][name] for name in same] == [original[name] for name in same]
    assert copies[0]["code"] != original["code"]


async def test_a_draft_is_tried_and_publishing_ends_the_trial(
    api: Api, organiser: Person, organisation_id: str
) -> None:
    """Next week's lecture takes a check-in today, in a hidden activity that is over once the real one is published."""
    next_week = datetime.now(UTC) + timedelta(days=7)
    times = {"starts_at": next_week.isoformat(), "ends_at": (next_week + timedelta(hours=2)).isoformat()}
    draft = await api.draft(organiser, organisation_id, **times)
    path = f"/v1/activities/{draft['id']}"

    made = expect(await organiser.post(f"{path}/rehearsal"), 201)
    trial = Activity(organiser, made["id"], made["occurrences"][0]["id"], made["code"])

    assert await enter(trial, await crowd(api, 3)) == {"accepted": 3}
    await shown(trial, checked_in=3)
    listed = expect(await organiser.get("/v1/activities", organisation_id=organisation_id))["activities"]
    assert [each["id"] for each in listed] == [draft["id"]]
    expect(await organiser.post(f"{path}/publish"))
    await until_judged(api, trial, "refused", is_typed=True)
    [late] = await crowd(api, 1)
    refused = expect(await late.check_in(by_code(trial.code)), 422)
    assert refused["reason"] == "ACTIVITY_CANCELLED"


async def test_a_synced_scan_from_before_the_change_goes_to_a_human(api: Api, activity: Activity) -> None:
    """Made at the old place, as the phone says, and brought after the place had moved."""
    person = await api.sign_in()
    scanned = by_code(activity.code, claimed_at=datetime.now(UTC).isoformat())
    await edit(activity, place={"latitude": OUTSIDE, "longitude": 102.71, "coord": "gcj02"})
    await until_judged(api, activity, "accepted", location=at(OUTSIDE))

    [result] = expect(await person.post("/v1/checkins/sync", {"attempts": [scanned]}))["results"]

    assert result["outcome"] == "pending_review"
    assert [reason["reason"] for reason in result["checkin"]["reasons"]] == ["OFFLINE_SLOT_UNVERIFIABLE"]
