"""What one person, or one address, can make of everything: a bounded amount, and then a clear answer."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import httpx

from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, by_code, by_qr, definition, expect, outcome
from tests.e2e.stack import attempts_of, eventually

_SYNC = "/v1/checkins/sync"
_MALFORMED = "x" * 40


async def told(person: Person, *attempts: Json) -> list[str]:
    """The reason of each attempt of a sync, that of a refusal or of a problem."""
    results = expect(await person.post(_SYNC, {"attempts": list(attempts)}))["results"]
    return [_reason(result) for result in results]


def _reason(result: Json) -> str:
    problem = result.get("problem")
    return str(problem["reason"] if problem else result["checkin"]["reasons"][0]["reason"])


async def test_one_sync_buys_five_guesses(activity: Activity, person: Person) -> None:
    """The counter decides item by item, also over several requests at once; the right code comes too late."""
    guesses = [by_code(f"ZZZZ{number:02}") for number in range(24)]
    batches = await asyncio.gather(*(told(person, *guesses[start::2], by_code(activity.code)) for start in (0, 1)))

    assert Counter(batches[0] + batches[1]) == {"CODE_WRONG": 5, "CODE_LOCKED": 21}


async def test_sixty_refusals_are_kept_and_no_more(person: Person, activity: Activity) -> None:
    """Then 429, with how long to wait and nothing stored; a good scan goes on all the same."""
    batches = await asyncio.gather(*(told(person, *(by_qr(_MALFORMED) for _ in range(50))) for _ in range(3)))

    assert Counter(sum(batches, [])) == {"QR_MALFORMED": 60, "TOO_MANY_REFUSALS": 90}
    refusal = await person.check_in(by_qr(_MALFORMED))
    problem = expect(refusal, 429)
    assert (problem["reason"], problem["message"]) == ("TOO_MANY_REFUSALS", "未成功的签到次数过多，请稍后再试")
    assert 500 < int(refusal.headers["retry-after"]) <= 600
    assert outcome(await person.check_in(by_qr(await activity.token()))) == "accepted"
    await eventually(lambda: len(attempts_of(person.user_id)) >= 61)
    assert len(attempts_of(person.user_id)) == 61


async def test_a_page_has_the_size_that_was_asked_for(person: Person) -> None:
    """Also right after a sync, before anything of it is recorded; and paging shows everything."""
    attempts = [by_qr(_MALFORMED) for _ in range(20)]
    await told(person, *attempts)

    seen, token = [], ""
    sizes: list[int] = []
    while token or not sizes:
        page = expect(await person.get("/v1/me/checkins", page_size="7", page_token=token))
        seen += [each["attempt_id"] for each in page["checkins"]]
        sizes.append(len(page["checkins"]))
        token = page["next_page_token"]

    # What changed meanwhile comes again.
    assert set(seen) == {each["attempt_id"] for each in attempts}
    assert max(sizes) == 7


async def test_five_live_streams_a_person(activity: Activity) -> None:
    """Opened at the same instant; one that ends makes room."""
    async with AsyncExitStack() as stack:

        async def opened() -> httpx.Response:
            """One more stream."""
            stream = activity.owner.http.stream("GET", f"{activity.path}/live", headers=activity.owner.headers)
            return await stack.enter_async_context(stream)

        responses = await asyncio.gather(*(opened() for _ in range(17)))
        assert Counter(response.status_code for response in responses) == {200: 5, 429: 12}

    async def has_room() -> bool:
        """Whether another one is let in."""
        async with activity.owner.http.stream("GET", f"{activity.path}/live", headers=activity.owner.headers) as again:
            return again.status_code == 200

    await eventually(has_room)


async def test_fifty_organisations_a_person(api: Api, person: Person) -> None:
    """Founded ten at a time: fifty, and then a clear refusal."""
    founded = []
    for _ in range(6):
        founded += await asyncio.gather(*(person.post("/v1/organisations", {"name": "测试组织"}) for _ in range(10)))

    assert Counter(each.status_code for each in founded) == {201: 50, 429: 10}
    refusal = next(each for each in founded if each.status_code == 429)
    assert expect(refusal, 429)["reason"] == "TOO_MANY_ORGANISATIONS"


async def test_five_hundred_activities_an_hour(organiser: Person, organisation_id: str) -> None:
    """Of one organisation, whoever makes them."""
    made: Counter[int] = Counter()
    for _ in range(52):
        bodies = [definition(organisation_id)] * 10
        answers = await asyncio.gather(*(organiser.post("/v1/activities", body) for body in bodies))
        made.update(answer.status_code for answer in answers)

    assert made == {201: 500, 429: 20}
    refusal = await organiser.post("/v1/activities", definition(organisation_id))
    assert expect(refusal, 429)["reason"] == "TOO_MANY_ACTIVITIES"
    assert 0 < int(refusal.headers["retry-after"]) <= 3600


async def test_a_staff_attempt_leaves_the_person_s_own_alone(
    api: Api, activity: Activity, organisation_id: str, person: Person
) -> None:
    """Staff who name an attempt_id of somebody else's do not use it up."""
    attempt = by_qr(await activity.token())
    burnt = {"attempt_id": attempt["attempt_id"], "user_id": person.user_id, "direction": "out"}
    path = f"{activity.path}/checkins/batch"
    await person.check_in(by_qr(await activity.token(), direction="out"))
    [result] = expect(await activity.owner.post(path, {"checkins": [burnt]}))["results"]
    assert (result["attempt_id"], result["outcome"]) == (attempt["attempt_id"], "duplicate")

    assert outcome(await person.check_in(attempt)) == "accepted"


async def test_nobody_is_added_or_let_in_whom_the_organisation_does_not_know(
    api: Api, activity: Activity, organisation_id: str, person: Person
) -> None:
    """A stranger's id gets the same answer as one that never was; who checked in here is known."""
    members, batch = f"/v1/organisations/{organisation_id}/members", f"{activity.path}/checkins/batch"

    async def tried(user_id: str) -> tuple[str, str]:
        """What comes of adding somebody, and of letting them in."""
        added = await activity.owner.post(members, {"user_id": user_id, "role": "member"})
        item = {"attempt_id": ids.to_text(ids.new_id()), "user_id": user_id, "direction": "out"}
        [let_in] = expect(await activity.owner.post(batch, {"checkins": [item]}))["results"]
        problem = let_in.get("problem", {"reason": let_in["outcome"]})
        return added.json().get("reason", added.json().get("role")), problem["reason"]

    assert await tried(person.user_id) == await tried(ids.to_text(ids.new_id())) == ("NOT_FOUND", "NOT_FOUND")
    assert outcome(await person.check_in(by_qr(await activity.token()))) == "accepted"
    assert await tried(person.user_id) == ("member", "accepted")
