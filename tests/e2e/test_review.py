"""Review over the public API: what waits for a human, what humans decide, and who learns of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from servicekit import ids
from tests.e2e.api import OUTSIDE, Activity, Api, Json, Person, at, by_code, by_qr, expect, outcome
from tests.e2e.stack import eventually, replica

_REASON = "看过现场录像"


@pytest_asyncio.fixture(loop_scope="session")
async def lenient(api: Api, organiser: Person, organisation_id: str) -> Activity:
    """An activity where who is outside the fence goes to a human."""
    return await api.open_activity(organiser, organisation_id, policy={"fence": "review", "offline": "review"})


async def waiting(activity: Activity, person: Person) -> Json:
    """Checks somebody in from outside; their case once it is there."""
    answer = await person.check_in(by_qr(await activity.token(), location=at(OUTSIDE)))
    assert outcome(answer) == "pending_review"
    return await case_of(activity, answer.json()["checkin"]["id"])


def clock(**off: int) -> str:
    """So long from now."""
    return (datetime.now(UTC) + timedelta(**off)).isoformat()


async def case_of(activity: Activity, checkin_id: str) -> Json:
    """A recorded attempt as a reviewer sees it."""

    async def there() -> Json | None:
        """The case, if it is recorded."""
        response = await activity.owner.get(f"/v1/reviews/{checkin_id}")
        return response.json() if response.status_code == 200 else None

    found: Json = await eventually(there)
    return found


async def decide(reviewer: Person, case: Json, decision: str, key: str = "", **changes: Any) -> httpx.Response:
    """Approves or refuses a case as it was seen."""
    body = {"revision": case["revision"], "reason": _REASON} | changes
    headers = {"idempotency-key": key} if key else {}
    return await reviewer.request("POST", f"/v1/reviews/{case['id']}/{decision}", json=body, headers=headers)


async def decided(reviewer: Person, case: Json, decision: str, key: str = "") -> Json:
    """The case once what was decided of it is recorded."""
    return await recorded(reviewer, expect(await decide(reviewer, case, decision, key), 200, 202), case["revision"])


async def recorded(reviewer: Person, answer: Json, revision: int) -> Json:
    """What a decision's answer says, or will say: on a busy machine it comes before the record (202)."""

    async def changed() -> Json | None:
        """The case, if it is not what it was."""
        found = expect(await reviewer.get(f"/v1/reviews/{answer['id']}"))
        return found if found["revision"] > revision else None

    return answer if answer["is_recorded"] else await eventually(changed)


async def counted(activity: Activity, **numbers: int) -> None:
    """Waits until the organiser's screen shows these numbers."""

    async def shown() -> bool:
        """Whether the screen has come to them."""
        stats = await activity.stats()
        return {name: stats[name] for name in numbers} == numbers

    await eventually(shown)


async def test_who_is_approved_is_checked_in(lenient: Activity, person: Person) -> None:
    """The organiser finds the case, lets the person in, and everybody sees it."""
    case = await waiting(lenient, person)
    listed = expect(await lenient.owner.get("/v1/reviews", activity_id=lenient.id))
    assert [one["id"] for one in listed["reviews"]] == [case["id"]]
    assert listed["cases"] == [{"occurrence_id": lenient.occurrence_id, "pending": 1, "pending_offline": 0}]
    assert case["checkin"]["reasons"][0]["reason"] == "FENCE_OUTSIDE"

    approved = await decided(lenient.owner, case, "approve")

    assert (approved["state"], approved["checkin"]["outcome"], approved["is_recorded"]) == (
        "approved",
        "accepted",
        True,
    )
    await counted(lenient, checked_in=1, pending_review=0)
    mine = expect(await person.get(f"/v1/checkins/{case['id']}"))
    assert mine["checkin"]["outcome"] == "accepted" and mine["message"].startswith("签到成功")
    assert [event["event"] for event in mine["history"]] == ["received", "approved"]
    for state, found in (("pending", []), ("approved", [case["id"]])):
        page = expect(await lenient.owner.get("/v1/reviews", activity_id=lenient.id, state=state))
        assert [one["id"] for one in page["reviews"]] == found


async def test_who_is_refused_reads_why_and_may_appeal_once(lenient: Activity, person: Person) -> None:
    """A refusal is not the end: the appeal brings the case back, with what was said before."""
    case = await waiting(lenient, person)
    refused = await decided(lenient.owner, case, "refuse")
    assert (refused["state"], refused["checkin"]["outcome"]) == ("refused", "refused")
    mine = expect(await person.get(f"/v1/checkins/{case['id']}"))
    assert mine["history"][-1] | {"at": ""} == {"event": "refused", "at": "", "reason": _REASON}

    async def appealed() -> bool:
        """Whether it is a human's again; to say so twice is to say it once."""
        answer = expect(await person.post(f"/v1/checkins/{case['id']}/appeal", {"reason": "我就在门口"}), 200)
        return bool(answer["checkin"]["outcome"] == "pending_review")

    await eventually(appealed)
    assert await appealed()

    again = await case_of(lenient, case["id"])
    assert [event["event"] for event in again["history"]] == ["received", "refused", "appealed"]
    assert (await decided(lenient.owner, again, "approve"))["checkin"]["outcome"] == "accepted"
    await counted(lenient, checked_in=1, refused=0)


async def test_of_two_reviewers_the_second_is_told_to_look_again(lenient: Activity, person: Person) -> None:
    """Both saw the same case; one decision counts."""
    case = await waiting(lenient, person)
    answers = await asyncio.gather(
        decide(lenient.owner, case, "approve"), decide(lenient.owner, case, "refuse"), return_exceptions=False
    )
    # 202: the machine is too busy to say yet.
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 202], [202, 409], [202, 202])
    assert all(answer.json()["reason"] == "CONFLICT" for answer in answers if answer.status_code == 409)
    now = await recorded(lenient.owner, case | {"is_recorded": False}, case["revision"])
    assert len([event for event in now["history"][1:] if not event.get("is_stale")]) == 1


async def test_a_repeated_decision_changes_nothing_more(lenient: Activity, person: Person) -> None:
    """The same Idempotency-Key gets the first answer; with another body it is a conflict."""
    case, key = await waiting(lenient, person), f"key-{ids.to_text(ids.new_id())}"
    first = await decided(lenient.owner, case, "approve", key)
    again = await decided(lenient.owner, case, "approve", key)
    assert (again["revision"], again["state"]) == (first["revision"], "approved")
    other = await decide(lenient.owner, case, "approve", key, reason="别的原因")
    assert (other.status_code, other.json()["reason"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_an_annulled_check_in_counts_no_more(activity: Activity, person: Person) -> None:
    """It is taken back with a reason; the person may come again, and then a human looks."""
    accepted = expect(await person.check_in(by_qr(await activity.token())), 201)["checkin"]
    await counted(activity, checked_in=1)

    answer = expect(await activity.owner.post(f"/v1/checkins/{accepted['id']}/annul", {"reason": "代签"}), 200, 202)

    annulled = await recorded(activity.owner, answer, revision=1)

    assert annulled["checkin"]["outcome"] == "annulled"
    await counted(activity, checked_in=0)
    mine = expect(await person.get(f"/v1/checkins/{accepted['id']}"))
    assert (mine["checkin"]["outcome"], mine["history"][-1]["reason"]) == ("annulled", "代签")
    again = await activity.owner.post(f"/v1/checkins/{accepted['id']}/annul", {"reason": "代签"})
    assert (again.status_code, again.json()["reason"]) == (409, "CONFLICT")

    async def reviewed() -> bool:
        return outcome(await person.check_in(by_qr(await activity.token()))) == "pending_review"

    await eventually(reviewed)


async def test_nobody_decides_on_their_own(lenient: Activity) -> None:
    """Not even who founded the organisation."""
    case = await waiting(lenient, lenient.owner)
    for decision in ("approve", "refuse"):
        answer = await decide(lenient.owner, case, decision)
        assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")


async def test_many_are_decided_at_once(lenient: Activity, api: Api) -> None:
    """A result each; one that is no case never blocks the rest."""
    cases = await asyncio.gather(*[waiting(lenient, await api.sign_in()) for _ in range(4)])
    unknown = {"id": ids.to_text(ids.new_id()), "revision": 1}
    items = [unknown, *({"id": case["id"], "revision": case["revision"]} for case in cases)]

    body = {"decision": "approve", "reason": _REASON, "items": items}
    results = expect(await lenient.owner.post("/v1/reviews/batch", body), 200)["results"]

    assert [result["id"] for result in results] == [item["id"] for item in items]
    assert results[0]["problem"]["reason"] == "NOT_FOUND"
    await counted(lenient, checked_in=4, pending_review=0)


async def test_a_whole_offline_class_is_one_decision(lenient: Activity, api: Api) -> None:
    """Everybody who was without a network waits in one case; who came online is left alone."""
    online = await waiting(lenient, await api.sign_in())
    for _ in range(3):
        phone = await api.sign_in()
        body = {"attempts": [by_code(lenient.code)]}
        [result] = expect(await phone.post("/v1/checkins/sync", body), 200)["results"]
        assert result["outcome"] == "pending_review"

    async def listed() -> bool:
        """Whether all four are there, three of them offline."""
        page = expect(await lenient.owner.get("/v1/reviews", activity_id=lenient.id))
        whole = {"occurrence_id": lenient.occurrence_id, "pending": 4, "pending_offline": 3}
        return bool(page["cases"] == [whole])

    await eventually(listed)
    whole = {"decision": "approve", "reason": "整班断网", "occurrence_id": lenient.occurrence_id, "offline": True}
    results = expect(await lenient.owner.post("/v1/reviews/batch", whole), 200)["results"]
    assert [result["review"]["checkin"]["is_offline"] for result in results] == [True] * 3
    await counted(lenient, checked_in=3, pending_review=1)
    assert (await case_of(lenient, online["id"]))["state"] == "pending"


async def test_a_foreign_case_is_not_there(lenient: Activity, person: Person, api: Api) -> None:
    """An owner elsewhere reads the same of it as of one that never was, whatever they try."""
    case = await waiting(lenient, person)
    neighbour = await api.sign_in()
    await api.found(neighbour)
    for path, body in (
        ("/v1/reviews/{}", None),
        ("/v1/reviews/{}/approve", {"revision": 1}),
        ("/v1/reviews/{}/refuse", {"revision": 1, "reason": "x"}),
        ("/v1/checkins/{}/annul", {"reason": "x"}),
        ("/v1/checkins/{}/appeal", {"reason": "x"}),
    ):
        method = "POST" if body else "GET"
        told = [
            (await neighbour.request(method, path.format(identifier), json=body))
            for identifier in (case["id"], ids.to_text(ids.new_id()))
        ]
        assert [answer.status_code for answer in told] == [404, 404]
        assert told[0].json()["detail"] == told[1].json()["detail"]
    assert (await case_of(lenient, case["id"]))["state"] == "pending"


async def test_who_comes_back_after_an_annul_can_be_refused(lenient: Activity, person: Person) -> None:
    """What machines accepted anew waits for a human, and a no of theirs ends it: it is annulled once more."""
    first = expect(await person.check_in(by_qr(await lenient.token())), 201)["checkin"]
    await counted(lenient, checked_in=1)
    annul = expect(await lenient.owner.post(f"/v1/checkins/{first['id']}/annul", {"reason": "代签"}), 200, 202)
    await recorded(lenient.owner, annul, revision=1)

    async def waits() -> Json | None:
        """Another attempt, once the door has heard of the annul."""
        again = await person.check_in(by_qr(await lenient.token()))
        return again.json()["checkin"] if outcome(again) == "pending_review" else None

    again = await eventually(waits)
    refused = await decided(lenient.owner, await case_of(lenient, again["id"]), "refuse")
    assert (refused["state"], refused["checkin"]["outcome"]) == ("closed", "annulled")
    assert expect(await lenient.owner.get("/v1/reviews", activity_id=lenient.id))["reviews"] == []
    await counted(lenient, checked_in=0, pending_review=0)


async def test_what_waits_ends_with_its_activity(lenient: Activity, person: Person) -> None:
    """For the person, on the reviewers' list and in the numbers; whoever was let in before stays."""
    case = await waiting(lenient, person)
    expect(await lenient.owner.post(f"{lenient.path}/cancel"))

    async def ended() -> Json | None:
        """The person's record, once it waits no more."""
        record = await person.record(case["id"])
        return record if record["outcome"] != "pending_review" else None

    record = await eventually(ended)
    assert record["outcome"] == "refused"
    assert [reason["reason"] for reason in record["reasons"]] == ["ACTIVITY_CANCELLED"]
    assert expect(await lenient.owner.get("/v1/reviews", activity_id=lenient.id))["reviews"] == []
    await counted(lenient, pending_review=0, refused=1)


async def test_who_is_approved_is_as_late_as_they_were(api: Api, organiser: Person, organisation_id: str) -> None:
    """A phone without a network took it before the start; it arrived minutes late, and a human believes it."""
    activity = await api.open_activity(organiser, organisation_id, late_after_s=60, opens_before_s=1800)
    person, now = await api.sign_in(), datetime.now(UTC)
    claimed = (now - timedelta(minutes=6)).isoformat()
    body = {"attempts": [by_code(activity.code, claimed_at=claimed)], "cursor": ""}
    [result] = expect(await person.post("/v1/checkins/sync", body))["results"]
    case = await case_of(activity, result["checkin"]["id"])
    assert (case["checkin"]["outcome"], case["checkin"]["punctuality"]) == ("pending_review", "late")

    approved = await decided(activity.owner, case, "approve")

    for record in (approved["checkin"], await person.record(case["id"])):
        assert (record["outcome"], record["punctuality"], record["late_by_s"]) == ("accepted", "on_time", 0)
        assert "LATE" not in [reason["reason"] for reason in record["reasons"]]
    await counted(activity, checked_in=1, late=0)


@pytest.mark.parametrize(("policy", "counts_as"), [("present", "accepted"), ("absent", "refused")])
async def test_what_nobody_reviews_counts_as_the_policy_says(
    api: Api, organiser: Person, organisation_id: str, policy: str, counts_as: str
) -> None:
    """Once, though recorders look at it together and one is killed; numbers and lists follow, and so does a human."""
    rules = {"fence": "review", "undecided": policy}
    activity = await api.open_activity(organiser, organisation_id, policy=rules, starts_at=clock(minutes=-30))
    person = await api.sign_in()
    case = await waiting(activity, person)
    path = f"/v1/organisations/{organisation_id}/reviews"
    [queued] = expect(
        await organiser.get(path, activity_id=activity.id, reason=case["checkin"]["reasons"][0]["reason"])
    )["reviews"]
    assert (queued["id"], queued["lapse"]["counts_as"]) == (case["id"], policy)

    shown = expect(await organiser.get(activity.path))
    over = {"revision": shown["revision"], "ends_at": clock(seconds=-5)}
    expect(await organiser.request("PATCH", activity.path, json=over))
    soon = {"QIANDAO_UNDECIDED_AFTER_S": "1"}
    async with replica("recorder", soon) as first, replica("recorder", soon):
        first.kill()

        async def lapsed() -> Json | None:
            """The person's record, once it waits no more."""
            record = await person.record(case["id"])
            return record if record["outcome"] != "pending_review" else None

        record = await eventually(lapsed)

    assert (record["outcome"], record["reasons"][0]["reason"]) == (counts_as, "UNDECIDED")
    history = expect(await person.get(f"/v1/checkins/{case['id']}"))["history"]
    assert [event.get("is_lapse", False) for event in history] == [False, True]
    assert expect(await organiser.get(path, activity_id=activity.id))["count"] == 0
    await counted(activity, pending_review=0, **({"checked_in": 1} if policy == "present" else {"refused": 1}))

    async def listed() -> list[Json]:
        """Who is on the list for that reason."""
        return await activity.people(reason="UNDECIDED")

    assert [one["user_id"] for one in await eventually(listed)] == [person.user_id]
    if policy == "absent":
        overruled = await decided(organiser, await case_of(activity, case["id"]), "approve")
        assert overruled["checkin"]["outcome"] == "accepted"
        assert "UNDECIDED" not in [each["reason"] for each in overruled["checkin"]["reasons"]]
        await counted(activity, checked_in=1, refused=0)


async def test_those_inside_are_drawn(lenient: Activity, api: Api) -> None:
    """By name, once each; who waits is not among them."""
    people = [await api.sign_in() for _ in range(3)]
    for person in people:
        expect(await person.check_in(by_qr(await lenient.token())), 201)
    await waiting(lenient, await api.sign_in())

    async def drawn() -> list[str] | None:
        """All that can be drawn, once lists know of them."""
        first = expect(await lenient.owner.get(f"{lenient.path}/people/draw", count="2"))
        token = first["next_page_token"]
        if len(first["people"]) < 2 or not token:
            return None
        rest = expect(await lenient.owner.get(f"{lenient.path}/people/draw", count="50", page_token=token))
        found = [one["user_id"] for one in [*first["people"], *rest["people"]]]
        return found if len(found) == 3 else None

    assert sorted(await eventually(drawn)) == sorted(person.user_id for person in people)
