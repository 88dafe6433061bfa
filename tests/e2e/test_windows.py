"""Another window of an activity: whoever came checks in once more, and each window keeps its own."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from deploy.fleet import Place
from protos.checkin.v1 import checkin_pb2
from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, by_code, by_qr, expect, outcome
from tests.e2e.stack import eventually, query, secret
from tests.e2e.test_exports import ask, fetched, rows

_SEEN_WITHIN_S = 5.0


async def again(activity: Activity, number: int = 2, by: Person | None = None) -> Json:
    """Opens the next window; returns the activity."""
    return expect(await (by or activity.owner).post(f"{activity.path}/occurrences", {"number": number}))


async def comes(person: Person, token: str) -> None:
    """Somebody scans; on a busy machine it may be decided a moment later."""
    assert outcome(await person.check_in(by_qr(token))) in ("accepted", "provisional")


async def numbers(activity: Activity, checked_in: int, window: Json | None = None, by: Person | None = None) -> Json:
    """The numbers of a window, the newest where none is named, once they count so many."""

    async def probe() -> Json | None:
        asked = {"occurrence_id": window["id"]} if window else {}
        stats = expect(await (by or activity.owner).get(f"{activity.path}/stats", **asked))
        return stats if stats["checked_in"] == checked_in and not stats["stale"] else None

    found: Json = await eventually(probe)
    return found


def recount(window: Json) -> tuple[int, int]:
    """How many attempts of a window are recorded, and how many people hold a seat in it."""
    [tried] = query("SELECT COUNT(*) AS n FROM attempts WHERE occurrence_id = %s", _id(window))
    held_in = "SELECT COUNT(*) AS n FROM seats WHERE occurrence_id = %s AND direction = 1 AND state = %s"
    [held] = query(held_in, _id(window), checkin_pb2.SeatState.STATE_HELD)
    return int(tried["n"]), int(held["n"])


def _id(window: Json) -> bytes:
    return ids.from_text(window["id"])


async def test_people_check_in_once_in_each_window(api: Api, activity: Activity) -> None:
    """The QR of the one before lets nobody into the new one; numbers and lists of each are a recount."""
    people = [await api.sign_in() for _ in range(3)]
    first_qr = await activity.token()
    for person in people:
        await comes(person, first_qr)
    first = expect(await activity.owner.get(activity.path))["occurrences"][0]
    await numbers(activity, 3)

    opened = await again(activity)
    first, second = opened["occurrences"]
    assert [window["number"] for window in (first, second)] == [1, 2]
    assert first["closes_at"] == second["opens_at"]
    late = await (await api.sign_in()).check_in(by_qr(first_qr))
    assert (outcome(late), late.json()["reason"]) == ("refused", "TOO_LATE")
    held = await people[0].check_in(by_qr(first_qr))
    assert (outcome(held), held.json()["checkin"]["occurrence_id"]) == ("duplicate", first["id"])

    second_qr = await activity.token()
    assert second_qr != first_qr
    for person in people[:2]:
        await comes(person, second_qr)
    await numbers(activity, 2)
    assert outcome(await people[1].check_in(by_code(activity.code))) == "duplicate"

    for window, came in ((first, people), (second, people[:2])):
        stats = await numbers(activity, len(came), window)
        assert (stats["occurrence_id"], stats["inside"]) == (window["id"], len(came))
        assert recount(window)[1] == len(came)
        listed = await activity.these_people(len(came), status="checked_in", occurrence_id=window["id"])
        assert {one["user_id"] for one in listed} == {one.user_id for one in came}
    assert (await numbers(activity, 2))["occurrence_id"] == second["id"]
    assert set((await numbers(activity, 3, first))["by_reason"]) == {"TOO_LATE"}
    drawn = expect(await activity.owner.get(f"{activity.path}/people/draw", count=9, occurrence_id=second["id"]))
    assert {one["user_id"] for one in drawn["people"]} == {one.user_id for one in people[:2]}
    card = expect(await people[0].get("/v1/activities/resolve", activity_id=activity.id))
    assert (card["occurrence_id"], card["number"], card["count"]) == (second["id"], 2, 2)
    tries = expect(await activity.owner.get(f"{activity.path}/people/{people[0].user_id}/tries"))["tries"]
    assert {one["checkin"]["occurrence_id"] for one in tries} == {first["id"], second["id"]}


async def test_files_tell_windows_apart(api: Api, activity: Activity) -> None:
    """The register has a column of each, a list a row of each, and either may be of one alone."""
    both, once = await api.sign_in(), await api.sign_in()
    for person in (both, once):
        await comes(person, await activity.token())
    first, second = (await again(activity))["occurrences"]
    await comes(both, await activity.token())
    for window, came in ((first, 2), (second, 1)):
        await numbers(activity, came, window)
        await activity.these_people(came, status="checked_in", occurrence_id=window["id"])

    async def table(report: str, **filters: str) -> list[list[str]]:
        wish = {"report": report, "format": "csv", "activity_id": activity.id, "filters": filters}
        return rows(await fetched(activity.owner, await ask(activity.owner, **wish)))

    [heads, *people] = await table("register")
    began = [at for at, head in enumerate(heads) if re.match(r"\d{4}-\d\d-\d\d ", head)]
    assert len(began) == 2
    assert sorted([bool(person[at]) for at in began] for person in people) == [[True, False], [True, True]]
    assert [len(await table("checkins")), len(await table("checkins", occurrence_id=second["id"]))] == [4, 2]
    assert [len(await table("people", occurrence_id=each["id"])) for each in (first, second)] == [3, 2]


async def test_two_taps_open_one_window(activity: Activity) -> None:
    """At the same instant, too; a number out of order is refused with the one that is next."""
    found = await asyncio.gather(*(again(activity) for _ in range(4)))
    assert {tuple(window["id"] for window in each["occurrences"]) for each in found} == {
        tuple(window["id"] for window in found[0]["occurrences"])
    }
    assert len(found[0]["occurrences"]) == 2
    refused = await activity.owner.post(f"{activity.path}/occurrences", {"number": 4})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "number")


@pytest.mark.parametrize("deed", ["draft", "close", "cancel"])
async def test_no_window_where_nobody_can_check_in(
    api: Api, organiser: Person, organisation_id: str, deed: str
) -> None:
    """It says which state stands in the way."""
    made = await api.draft(organiser, organisation_id)
    path = f"/v1/activities/{made['id']}"
    if deed != "draft":
        expect(await organiser.post(f"{path}/publish"))
        expect(await organiser.post(f"{path}/{deed}"))
    refused = await organiser.post(f"{path}/occurrences", {"number": 2})
    states = {"draft": "draft", "close": "closed", "cancel": "cancelled"}
    assert (refused.status_code, refused.json()["metadata"]["state"]) == (409, states[deed])


async def test_who_may_open_a_window(api: Api, activity: Activity, organisation_id: str) -> None:
    """Owner and organiser; staff see it and may not, and strangers are told of nothing."""
    stranger = await api.sign_in()
    refused = await stranger.post(f"{activity.path}/occurrences", {"number": 2})
    assert refused.status_code == 404


async def test_what_waited_on_a_phone_counts_where_it_was_made(api: Api, activity: Activity) -> None:
    """It comes when the second window is open, and is of the first: by its QR, or by its time."""
    by_token, by_time, now = await api.sign_in(), await api.sign_in(), datetime.now(UTC)
    first_qr = await activity.token()
    claimed_at = now.isoformat()
    first, second = (await again(activity))["occurrences"]
    attempts = (
        (by_token, by_qr(first_qr, claimed_at=claimed_at)),
        (by_time, by_code(activity.code, claimed_at=(now - timedelta(seconds=1)).isoformat())),
    )
    for person, attempt in attempts:
        answer = expect(await person.post("/v1/checkins/sync", {"attempts": [attempt], "cursor": ""}))
        [result] = answer["results"]
        assert result["outcome"] in ("accepted", "pending_review"), result
        assert result["checkin"]["occurrence_id"] == first["id"]

    async def recorded() -> bool:
        return recount(first)[0] == len(attempts)

    await eventually(recorded)
    assert recount(second) == (0, 0)
    assert outcome(await by_time.check_in(by_code(activity.code))) == "accepted"
    assert (await numbers(activity, 1))["occurrence_id"] == second["id"]


async def test_screens_follow_to_the_new_window(api: Api, activity: Activity, person: Person) -> None:
    """A wall has the new QR within 5 s and its numbers begin anew, on the stream that it has."""
    screen = await activity.screen(kind="wall")
    await comes(person, await activity.token())
    before = expect(await screen.get(f"{activity.path}/qr"))["token"]
    async with asyncio.timeout(60), activity.live_to(screen) as events:
        async for event, data in events:
            if event == "stats" and data["checked_in"] == 1:
                break
        _, second = (await again(activity))["occurrences"]
        told = set()
        async with asyncio.timeout(_SEEN_WITHIN_S + 5):
            async for event, data in events:
                told.add(event)
                if event == "stats" and data["occurrence_id"] == second["id"]:
                    assert data["checked_in"] == 0
                    break
    after = expect(await screen.get(f"{activity.path}/qr"))["token"]
    assert after != before
    await comes(person, after)
    assert (await numbers(activity, 1, by=screen))["occurrence_id"] == second["id"]


async def test_a_window_of_another_activity_is_none(api: Api, activity: Activity, organisation_id: str) -> None:
    """Whoever may see one activity learns nothing of another one by it."""
    other = await api.open_activity(activity.owner, organisation_id)
    for path in ("stats", "people", "people/draw", "live"):
        answer = await activity.owner.get(f"{activity.path}/{path}", occurrence_id=other.occurrence_id)
        assert answer.status_code == 404, path


@pytest.mark.alone
async def test_numbers_of_both_come_back_after_redis_forgot_them(api: Api, activity: Activity) -> None:
    """Each as it was, from what is recorded."""
    people = [await api.sign_in() for _ in range(3)]
    for person in people:
        await comes(person, await activity.token())
    first, second = (await again(activity))["occurrences"]
    await comes(people[0], await activity.token())
    await numbers(activity, 3, first)
    await numbers(activity, 1, second)
    with Redis.from_url(f"redis://admin:{secret('redis-admin')}@{Place().redis}/0") as redis:
        redis.flushall()
    await numbers(activity, 3, first)
    await numbers(activity, 1, second)
    assert (recount(first), recount(second)) == ((3, 3), (1, 1))
