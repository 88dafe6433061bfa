"""Helpers of one activity: they join by scanning, do all that staff do there and nothing else, and it ends in time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, by_qr, expect, new_invite
from tests.e2e.stack import eventually

# A right that is gone, or new, is so everywhere after so long.
_SECONDS = 10


async def joined(activity: Activity, organisation_id: str, person: Person) -> Json:
    """Somebody joins the staff of an activity."""
    path = f"/v1/organisations/{organisation_id}/invites"
    invite = expect(await activity.owner.post(path, new_invite("staff", activity_id=activity.id)), 201)
    assert (invite["activity_id"], invite["activity_title"]) == (activity.id, "新生讲座")
    preview = expect(await person.get("/v1/invites/preview", code=invite["code"]))
    assert (preview["activity_title"], preview["role"], preview["own_role"]) == ("新生讲座", "staff", None)
    return expect(await person.post("/v1/invites/accept", {"code": invite["code"]}))


async def test_a_helper_joins_and_does_what_staff_do_there(
    api: Api, activity: Activity, organisation_id: str, person: Person
) -> None:
    """QR, numbers, people, checking in, deciding; of the rest of the organisation they see nothing."""
    told = await joined(activity, organisation_id, person)
    assert (told["organisation"]["role"], told["activity_id"]) == (None, activity.id)
    assert told["staff"]["user_id"] == person.user_id
    guest = await api.sign_in()
    expect(await guest.check_in(by_qr(await activity.token())))

    [listed] = expect(await person.get("/v1/activities"))["activities"]
    assert (listed["id"], listed["own_role"]) == (activity.id, "staff")
    assert expect(await person.get(activity.path))["own_role"] == "staff"
    assert expect(await activity.owner.get(activity.path))["own_role"] == "owner"
    for path in ("qr", "stats", "people", "staff"):
        expect(await person.get(f"{activity.path}/{path}"))
    attempt = {"attempt_id": ids.to_text(ids.new_id()), "user_id": guest.user_id, "direction": "out"}
    [let_out] = expect(await person.post(f"{activity.path}/checkins/batch", {"checkins": [attempt]}))["results"]
    assert let_out["outcome"] in ("accepted", "provisional")

    other = await api.open_activity(activity.owner, organisation_id)
    for path in (
        other.path,
        f"{other.path}/qr",
        f"/v1/organisations/{organisation_id}/members",
        f"/v1/organisations/{organisation_id}/invites",
        f"/v1/organisations/{organisation_id}/places",
    ):
        assert (await person.get(path)).status_code == 404
    assert expect(await person.get("/v1/organisations"))["organisations"] == []
    [staff] = expect(await activity.owner.get(f"{activity.path}/staff"))["staff"]
    assert (staff["user_id"], staff["role"], staff["expires_at"]) == (
        person.user_id,
        "staff",
        told["staff"]["expires_at"],
    )


async def test_who_is_taken_out_is_out_within_ten_seconds(
    activity: Activity, organisation_id: str, person: Person
) -> None:
    """The open stream ends too."""
    await joined(activity, organisation_id, person)
    expect(await person.get(f"{activity.path}/qr"))
    watched = asyncio.Event()

    async def watch() -> float:
        """When the stream ended."""
        path, headers = f"{activity.path}/live", person.headers
        async with person.http.stream("GET", path, headers=headers, timeout=30) as response:
            assert response.status_code == 200
            watched.set()
            async for _ in response.aiter_bytes():
                pass
        return time.monotonic()

    watching = asyncio.create_task(watch())
    await asyncio.wait_for(watched.wait(), 10)
    out = await activity.owner.request("DELETE", f"{activity.path}/staff/{person.user_id}")
    gone_at = time.monotonic()
    assert out.status_code == 204

    async def is_out() -> bool:
        answers = [await person.get(f"{activity.path}/{path}") for path in ("qr", "stats", "people")]
        return {answer.status_code for answer in answers} == {404}

    await eventually(is_out)
    assert time.monotonic() - gone_at < _SECONDS
    # A second for what the machine is busy with.
    assert await asyncio.wait_for(watching, 30) - gone_at < _SECONDS + 1
    assert (await person.request("DELETE", f"{activity.path}/staff/{person.user_id}")).status_code == 404


async def test_it_ends_with_the_activity_wherever_that_moves(
    api: Api, organiser: Person, organisation_id: str, person: Person
) -> None:
    """A draft that is moved into the past has no staff of its own; moved back it has."""
    draft = await api.draft(organiser, organisation_id)
    activity = Activity(organiser, draft["id"], draft["occurrences"][0]["id"], draft["code"])
    await joined(activity, organisation_id, person)
    expect(await person.get(activity.path))

    async def move(days: int, revision: int) -> None:
        starts_at = datetime.now(UTC) - timedelta(days=days)
        times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
        expect(await organiser.request("PATCH", activity.path, json={"revision": revision, **times}))

    await move(3, 1)
    assert (await person.get(activity.path)).status_code == 404
    assert expect(await person.get("/v1/activities"))["activities"] == []
    await move(0, 2)
    assert expect(await person.get(activity.path))["own_role"] == "staff"


async def test_an_invite_to_a_foreign_activity_is_one_to_none(
    api: Api, organiser: Person, organisation_id: str
) -> None:
    """Nobody learns that it exists."""
    other = await api.sign_in()
    foreign = await api.open_activity(other, await api.found(other))
    path = f"/v1/organisations/{organisation_id}/invites"
    answers = [
        await organiser.post(path, new_invite("staff", activity_id=activity_id))
        for activity_id in (foreign.id, ids.to_text(ids.new_id()))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert len({answer.json()["detail"] for answer in answers}) == 1
