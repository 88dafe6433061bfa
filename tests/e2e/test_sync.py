"""What waited on a phone comes in once, each with its own answer, and the phone hears what it has not seen."""

import json
from typing import Any

from servicekit import ids
from tests.e2e.api import Activity, Json, Person, at, by_code, by_qr, expect, outcome
from tests.e2e.stack import attempts_of, eventually

_SYNC = "/v1/checkins/sync"


async def synced(person: Person, *attempts: Any, cursor: str = "") -> Json:
    """The answer of a sync."""
    return expect(await person.post(_SYNC, {"attempts": list(attempts), "cursor": cursor}))


async def test_each_item_has_its_own_answer(activity: Activity, person: Person) -> None:
    """A bad one, however bad, never takes a good one down with it, and says which field is wrong."""
    good = by_qr(await activity.token())
    nameless = {"method": "qr", "token": "x"}
    far = by_qr(await activity.token(), direction="sideways")
    answer = await synced(person, nameless, good, far, "nothing")

    first, second, third, fourth = answer["results"]
    assert (second["attempt_id"], second["outcome"], second["retryable"]) == (good["attempt_id"], "accepted", False)
    assert [result["outcome"] for result in (first, third, fourth)] == [None] * 3
    assert [error["field"] for error in first["problem"]["errors"]] == ["attempts.0.attempt_id"]
    assert third["attempt_id"] == far["attempt_id"]
    assert [error["field"] for error in third["problem"]["errors"]] == ["attempts.2.direction"]


async def test_a_sync_repeated_is_the_same_sync(activity: Activity, person: Person) -> None:
    """The phone may send all of it again when the answer was lost."""
    attempts = [by_qr(await activity.token()), by_qr(await activity.token(), direction="out")]
    once = await synced(person, *attempts)
    again = await synced(person, *attempts)

    assert [result["outcome"] for result in once["results"]] == ["accepted", "accepted"]
    assert [result["outcome"] for result in again["results"]] == ["accepted", "accepted"]
    await eventually(lambda: len(attempts_of(person.user_id)) == 2)


async def test_a_code_that_waited_goes_to_a_human(activity: Activity, person: Person) -> None:
    """It proves no time; the organiser sees it among the reviews, marked as offline."""
    answer = await synced(person, by_code(activity.code))
    [result] = answer["results"]
    assert (result["outcome"], result["checkin"]["is_offline"]) == ("pending_review", True)
    assert [reason["reason"] for reason in result["checkin"]["reasons"]] == ["OFFLINE_SLOT_UNVERIFIABLE"]

    async def waiting() -> Json | None:
        listed = expect(await activity.owner.get("/v1/reviews", activity_id=activity.id))
        return next(iter(listed["reviews"]), None)

    review = await eventually(waiting)
    assert review["checkin"]["id"] == result["checkin"]["id"]


async def test_the_cursor_brings_what_changed_since(activity: Activity, person: Person) -> None:
    """A check-in made on another phone arrives with the next sync; a cursor that is not ours begins anew."""
    before = await synced(person)
    assert before["changes"] == []
    assert outcome(await person.check_in(by_qr(await activity.token()))) == "accepted"
    await eventually(lambda: attempts_of(person.user_id))

    after = await synced(person, cursor=before["cursor"])
    anew = await synced(person, cursor="made-up")

    assert [change["outcome"] for change in after["changes"]] == ["accepted"]
    assert anew["changes"] == after["changes"]


async def test_a_refusal_that_waiting_cannot_mend_is_not_to_be_retried(activity: Activity, person: Person) -> None:
    """It has an outcome, so it is kept; the phone shows it and lets it rest."""
    [result] = (await synced(person, by_qr(await activity.token(), location=at(0.0))))["results"]
    assert (result["outcome"], result["retryable"]) == ("refused", False)


async def test_too_many_at_once(person: Person) -> None:
    """Fifty are enough for one request, and the field says so."""
    attempt = {"attempt_id": ids.to_text(ids.new_id()), "method": "qr", "token": "x"}
    answer = await person.post(_SYNC, {"attempts": [attempt] * 51})
    assert (answer.status_code, json.loads(answer.content)["errors"][0]["field"]) == (422, "attempts")
