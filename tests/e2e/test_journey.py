"""The quick start over the public API: from signing in to being seen on the organiser's screen."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from servicekit import ids
from tests.e2e.api import OUTSIDE, Activity, Api, Json, Person, at, by_code, by_place, by_qr, expect, outcome
from tests.e2e.stack import PATIENCE_S, eventually


async def test_outside_is_refused_with_numbers_and_inside_is_accepted(activity: Activity, person: Person) -> None:
    """Who is outside the fence is told how far, and gets in after walking up."""
    card = expect(await person.post("/v1/activities/resolve", {"token": await activity.token()}))
    assert (card["activity_id"], card["title"]) == (activity.id, "新生讲座")

    refusal = expect(await person.check_in(by_qr(await activity.token(), location=at(OUTSIDE))), 422)
    assert refusal["reason"] == "FENCE_OUTSIDE"
    assert refusal["reasons"] == [{"reason": "FENCE_OUTSIDE", "accuracy_m": 10, "distance_m": 2223.9, "radius_m": 200}]
    assert refusal["message"].startswith("不在签到范围")

    response = await person.check_in(by_qr(await activity.token()))
    assert response.status_code == 201
    accepted = expect(response)["checkin"]
    assert (accepted["outcome"], accepted["activity_id"], accepted["distance_m"]) == ("accepted", activity.id, 11)


async def test_a_second_tap_names_the_first(activity: Activity, person: Person) -> None:
    """A person who is checked in already is told so, and since when."""
    first = expect(await person.check_in(by_qr(await activity.token())), 201)["checkin"]

    again = expect(await person.check_in(by_qr(await activity.token())), 200)["checkin"]

    assert again["outcome"] == "duplicate"
    assert again["duplicate_of"] == {"id": first["id"], "checked_in_at": first["checked_in_at"]}


async def test_a_check_in_is_seen_in_numbers_lists_and_records(activity: Activity, person: Person) -> None:
    """Organiser and participant see the same check-in, each in their place."""
    answered = expect(await person.check_in(by_qr(await activity.token())), 201)["checkin"]

    async def seen() -> Json | None:
        stats = await activity.stats()
        # Right after another test's outage the numbers say that they are late.
        return stats if stats["checked_in"] == 1 and not stats["stale"] else None

    stats = await eventually(seen)
    assert (stats["by_method"], stats["expected"]) == ({"qr": 1}, None)
    [shown] = await activity.these_people(1, status="checked_in")
    assert (shown["user_id"], shown["checked_in_at"]) == (person.user_id, answered["checked_in_at"])
    [mine] = expect(await person.get("/v1/me/checkins"))["checkins"]
    assert mine == await person.record(answered["id"]) == answered | {"revision": 1}


async def test_a_check_in_arrives_on_the_live_stream(activity: Activity, person: Person) -> None:
    """A viewer gets the numbers first, then the check-in and the new numbers."""
    token = await activity.token()
    async with activity.live() as events:
        assert (await anext(events))[1]["checked_in"] == 0
        expect(await person.check_in(by_qr(token)), 201)
        answered_at = time.perf_counter()
        checkin = await _next(events, "checkin")
        print(f"\nfrom the answer to the live stream: {(time.perf_counter() - answered_at) * 1000:.0f} ms")
        stats = await _next(events, "stats")
    assert (checkin["user_id"], checkin["status"]) == (person.user_id, "checked_in")
    assert stats["checked_in"] == 1


async def _next(events: AsyncIterator[tuple[str, Json]], kind: str) -> Json:
    async with asyncio.timeout(PATIENCE_S):
        async for event, data in events:
            if event == kind:
                return data
    raise AssertionError("the stream ended")


async def test_the_qr_comes_in_three_forms(activity: Activity) -> None:
    """A screen gets the token, or draws it as SVG or PNG."""
    shown = expect(await activity.owner.get(f"{activity.path}/qr"))
    assert shown["url"].endswith(f"/q/{shown['token']}")
    svg = await activity.owner.get(f"{activity.path}/qr.svg")
    png = await activity.owner.get(f"{activity.path}/qr.png", size=300, ecc="H")
    assert (svg.headers["content-type"], png.headers["content-type"]) == ("image/svg+xml", "image/png")
    assert b"<svg" in svg.content and png.content.startswith(b"\x89PNG")


async def test_checking_in_by_code(activity: Activity, person: Person) -> None:
    """The code on the screen does what its QR does, in either case of letters."""
    assert outcome(await person.check_in(by_code(activity.code.lower()))) == "accepted"


async def test_checking_in_by_place_needs_the_activity(activity: Activity, person: Person) -> None:
    """Being there is enough where the organiser says so, if the phone says which activity it means."""
    nameless = by_place(activity.id)
    del nameless["activity_id"]
    assert [one["field"] for one in expect(await person.check_in(nameless), 422)["errors"]] == ["activity_id"]
    assert outcome(await person.check_in(by_place(activity.id))) == "accepted"


async def test_a_full_activity_refuses(api: Api, organiser: Person, organisation_id: str, person: Person) -> None:
    """The last seat goes to who came first; its holder may tap again."""
    activity = await api.open_activity(organiser, organisation_id, capacity=1)
    late = await api.sign_in()
    assert outcome(await person.check_in(by_qr(await activity.token()))) == "accepted"
    assert expect(await late.check_in(by_qr(await activity.token())), 422)["reason"] == "CAPACITY_FULL"
    assert outcome(await person.check_in(by_qr(await activity.token()))) == "duplicate"


async def test_a_cancelled_activity_refuses(activity: Activity, person: Person) -> None:
    """Once it is called off, nobody checks in with the QR they hold."""
    token = await activity.token()
    expect(await person.check_in(by_qr(token, location=at(OUTSIDE))), 422)
    assert expect(await activity.owner.post(f"{activity.path}/cancel"))["state"] == "cancelled"

    async def refused() -> bool:
        response = await person.check_in(by_qr(token, location=at(OUTSIDE)))
        return bool(response.json()["reason"] == "ACTIVITY_CANCELLED")

    await eventually(refused)


async def test_a_revoked_qr_is_refused(activity: Activity, person: Person) -> None:
    """Refresh now: the photo that went round is worth nothing, the new QR is good."""
    old = await activity.token()
    new = expect(await activity.owner.post(f"{activity.path}/qr/revoke"))
    assert new["token"] != old and new["code"] != activity.code
    # The new one first: a token from a later epoch makes every process look again.
    assert outcome(await person.check_in(by_qr(new["token"], location=at(OUTSIDE)))) == "refused"
    assert expect(await person.check_in(by_qr(old)), 422)["reason"] == "QR_REVOKED"
    assert outcome(await person.check_in(by_qr(new["token"]))) == "accepted"


async def test_who_is_late_goes_to_review(api: Api, organiser: Person, organisation_id: str, person: Person) -> None:
    """Where lateness is reviewed, the person is told by how much and waits for a human."""
    began = (datetime.now(UTC) - timedelta(minutes=20)).isoformat()
    rules = {"starts_at": began, "late_after_s": 600, "policy": {"fence": "refuse", "late": "review"}}
    activity = await api.open_activity(organiser, organisation_id, **rules)

    checkin = expect(await person.check_in(by_qr(await activity.token())), 201)["checkin"]

    assert (checkin["outcome"], checkin["punctuality"]) == ("pending_review", "late")
    assert 1200 <= checkin["late_by_s"] < 1300
    assert checkin["reasons"] == [{"reason": "LATE", "late_by_s": checkin["late_by_s"], "late_after_s": 600}]

    async def shown() -> bool:
        return bool((await activity.stats())["pending_review"] == 1)

    await eventually(shown)


async def test_somebody_elses_record_is_not_there(activity: Activity, person: Person, api: Api) -> None:
    """A record is as unknown to others, the organiser included, as one that never was."""
    checkin_id = expect(await person.check_in(by_qr(await activity.token())), 201)["checkin"]["id"]
    for other in (await api.sign_in(), activity.owner):
        foreign = await other.get(f"/v1/checkins/{checkin_id}")
        unknown = await other.get(f"/v1/checkins/{ids.to_text(ids.new_id())}")
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert foreign.json()["detail"] == unknown.json()["detail"]


@pytest.mark.parametrize("path", ["", "/qr", "/qr.svg", "/qr.png", "/stats", "/people", "/live"])
async def test_another_organisations_activity_is_not_there(activity: Activity, api: Api, path: str) -> None:
    """An owner elsewhere cannot tell a foreign activity from none."""
    neighbour = await api.sign_in()
    await api.found(neighbour)
    foreign = await neighbour.get(activity.path + path)
    unknown = await neighbour.get(f"/v1/activities/{ids.to_text(ids.new_id())}{path}")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.json()["detail"] == unknown.json()["detail"]


async def test_another_organisation_takes_no_activities(api: Api, organisation_id: str) -> None:
    """An owner elsewhere can neither create in nor list a foreign organisation."""
    neighbour = await api.sign_in()
    await api.found(neighbour)
    unknown_id = ids.to_text(ids.new_id())
    for wanted in (organisation_id, unknown_id):
        assert (await neighbour.get("/v1/activities", organisation_id=wanted)).status_code == 404
        assert (await neighbour.get(f"/v1/organisations/{wanted}/members")).status_code == 404
