"""People's own proofs over the public API: asked for, made, fetched, looked up; and everybody who has none."""

import asyncio
import re

import pytest

from tests.e2e.api import OUTSIDE, Activity, Api, Json, Person, at, by_qr, expect
from tests.e2e.stack import eventually
from tests.e2e.test_expected import Roster, a_listed_activity
from tests.e2e.test_exports import expect_file
from tests.pdfs import text_of


def own(activity: Activity) -> str:
    """Where a person's own proof is."""
    return f"{activity.path}/me/proof"


async def ask(person: Person, activity: Activity, *statuses: int) -> Json:
    """They ask for it; answered so."""
    return expect(await person.request("PUT", own(activity)), *(statuses or (200, 202)))


async def refused(person: Person, activity: Activity, status: int) -> str:
    """They ask for it, and why they have none."""
    problem = await ask(person, activity, status)
    assert problem["detail"]
    return str(problem["reason"])


async def made(person: Person, activity: Activity) -> Json:
    """It, once it can be fetched."""

    async def probe() -> Json | None:
        found = expect(await person.get(own(activity)))
        return found if found["state"] not in ("queued", "running") else None

    found: Json = await eventually(probe)
    return found


async def came(activity: Activity, person: Person) -> Json:
    """They check in, and history knows."""
    accepted: Json = expect(await person.check_in(by_qr(await activity.token())), 201)["checkin"]
    await activity.these_people(1, status="checked_in")
    return accepted


async def close(activity: Activity) -> None:
    """It is over."""
    expect(await activity.owner.post(f"{activity.path}/close"))


async def test_who_came_has_a_proof_until_it_is_annulled(api: Api, organiser: Person, organisation_id: str) -> None:
    """Once it is closed: the paper of organisers, of one page, that its QR says is true; taps at once are one."""
    roster, person = Roster(organisation_id), await api.sign_in()
    roster.bind(roster.enter("王小明"), person)
    other = await api.sign_in()
    activity = await a_listed_activity(api, organiser, organisation_id, roster)
    accepted = await came(activity, person)
    assert await refused(person, activity, 409) == "STILL_OPEN"
    await close(activity)

    asked = await asyncio.gather(*(ask(person, activity) for _ in range(3)))
    assert len({each["created_at"] for each in asked}) == 1
    found = await made(person, activity)
    assert found["state"] == "done" and found["file_name"].endswith(".pdf")
    answer = await person.get(f"{own(activity)}/file")
    expect_file(answer)
    told = text_of(answer.content)
    assert answer.headers["content-type"] == "application/pdf" and len(answer.content) == found["file_bytes"]
    assert "参会证明" in told and "王小明" in told and "参加“新生讲座”" in told and told.count("特此证明") == 1
    [url] = re.findall(r"http\S+/v/\S+", told)
    assert "证明有效" in (await api.http.get(url)).text

    # Neither somebody else's nor an export of theirs.
    expect(await other.get(own(activity)), 404)
    expect(await other.get(f"{own(activity)}/file"), 404)
    assert await refused(other, activity, 404) == "NOT_ATTENDED"
    for viewer in (person, organiser):
        assert expect(await viewer.get("/v1/exports"))["exports"] == []
    assert expect(await organiser.get("/v1/exports", organisation_id=organisation_id))["exports"] == []

    expect(await organiser.post(f"/v1/checkins/{accepted['id']}/annul", {"reason": "代签"}), 200, 202)

    async def is_gone() -> bool:
        return (await person.get(f"{own(activity)}/file")).status_code == 404

    await eventually(is_gone)
    assert "证明已失效" in (await api.http.get(url)).text


async def test_organisers_may_give_proofs_alone(api: Api, organiser: Person, organisation_id: str) -> None:
    """Said before or after; what was made before is not handed out any more."""
    person = await api.sign_in()
    activity = await api.open_activity(organiser, organisation_id)
    await came(activity, person)
    known = expect(await organiser.get(activity.path))
    assert known["policy"]["own_proof"] == "after_close"
    change = {"revision": known["revision"], "policy": {"own_proof": "never"}}
    changed = expect(await organiser.request("PATCH", activity.path, json=change))
    assert changed["policy"]["own_proof"] == "never"
    await close(activity)
    assert await refused(person, activity, 403) == "OWN_PROOF_NEVER"
    never = await api.open_activity(organiser, organisation_id, policy={"own_proof": "never"})
    assert expect(await organiser.get(never.path))["policy"]["own_proof"] == "never"
    wrong = {"revision": known["revision"], "policy": {"own_proof": "sometimes"}}
    told = expect(await organiser.request("PATCH", never.path, json=wrong), 422)
    assert told["errors"][0]["field"] == "policy.own_proof"


async def test_who_waits_is_told_to_wait(api: Api, organiser: Person, organisation_id: str) -> None:
    """And has it as soon as somebody let them in."""
    person = await api.sign_in()
    activity = await api.open_activity(organiser, organisation_id, policy={"fence": "review"})
    expect(await person.check_in(by_qr(await activity.token(), location=at(OUTSIDE))), 201)
    await activity.these_people(1, status="pending_review")
    await close(activity)
    assert await refused(person, activity, 409) == "CHECKIN_UNDECIDED"
    [case] = expect(await organiser.get("/v1/reviews", activity_id=activity.id))["reviews"]
    decided = {"revision": case["revision"], "reason": "现场确认"}
    expect(await organiser.post(f"/v1/reviews/{case['id']}/approve", decided), 200, 202)
    await activity.these_people(1, status="checked_in")
    await ask(person, activity)
    assert (await made(person, activity))["state"] == "done"


async def test_nobody_asks_without_end(api: Api, organiser: Person, organisation_id: str) -> None:
    """Five at once, then one in half a minute; of what there is not too."""
    person = await api.sign_in()
    activity = await api.open_activity(organiser, organisation_id)
    for _ in range(5):
        assert await refused(person, activity, 404) == "NOT_ATTENDED"
    limited = await person.request("PUT", own(activity))
    assert limited.status_code == 429 and 1 <= int(limited.headers["retry-after"]) <= 30


@pytest.mark.parametrize("path", ["/v1/activities/x/me/proof", f"/v1/activities/{'0' * 32}/me/proof"])
async def test_what_is_no_activity_is_not_there(api: Api, path: str) -> None:
    """Whatever stands in its place."""
    person = await api.sign_in()
    for method, where in (("PUT", path), ("GET", path), ("GET", f"{path}/file")):
        expect(await person.request(method, where), 404)
