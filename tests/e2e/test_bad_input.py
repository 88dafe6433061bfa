"""What must not pass, on the real stack: each a precise problem, and afterwards nothing stored that should not be."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from servicekit import ids
from services.checkin.rules.merge import Judgement
from tests.e2e.api import (
    INSIDE,
    LATITUDE,
    LONGITUDE,
    Activity,
    Api,
    Json,
    Person,
    at,
    by_code,
    by_qr,
    definition,
    expect,
    outcome,
)
from tests.e2e.stack import attempts_of, eventually, sealed

_STRANGE_SECRET = "1:" + bytes(range(32)).hex()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def activity(api: Api) -> Activity:
    """One for all: what is looked at is what is stored of a person."""
    owner = await api.sign_in()
    return await api.open_activity(owner, await api.found(owner))


def problem(response: httpx.Response, status: int, reason: str) -> Json:
    """The problem document, which it must be, complete and for this cause."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = expect(response, status)
    assert (body["reason"], body["status"], response.status_code) == (reason, status, status), body
    assert body["detail"] and body["instance"].endswith(response.headers["x-request-id"])
    return body


async def recorded(person: Person, count: int) -> list[Json]:
    """A person's stored attempts, once there are so many."""

    def stored() -> list[Json]:
        rows = attempts_of(person.user_id)
        return rows if len(rows) >= count else []

    found: list[Json] = await eventually(stored)
    return found


async def stores_only_a_good_attempt(person: Person, activity: Activity) -> None:
    """Checks in well: what came before is recorded before, so if anything of it had been kept it would be there."""
    good = by_qr(await activity.token())
    assert outcome(await unhurried(person, good)) == "accepted"
    [row] = await recorded(person, 1)
    assert ids.to_text(row["attempt_id"]) == good["attempt_id"]


async def unhurried(person: Person, attempt: Json) -> httpx.Response:
    """The answer to an attempt of somebody who taps no faster than is allowed."""

    async def taken() -> httpx.Response | None:
        response = await person.check_in(attempt)
        return None if response.json().get("reason") == "RATE_LIMITED" else response

    answer: httpx.Response = await eventually(taken)
    return answer


# What is done to a good token, and what that is called.
_SPOILT: dict[str, tuple[Callable[[str], str], str]] = {
    "truncated": (lambda token: token[:-4], "QR_MALFORMED"),
    "one character short": (lambda token: token[:-1], "QR_MALFORMED"),
    "padded": (lambda token: token + "=", "QR_MALFORMED"),
    "junk inside": (lambda token: f"{token[:9]} {token[9:]}", "QR_MALFORMED"),
    "another version": (lambda token: "Ag" + token[2:], "QR_MALFORMED"),
    "another text": (lambda token: "https://example.org/", "QR_MALFORMED"),
    "letters changed": (lambda token: token[:40] + token[40:44].swapcase() + token[44:], "QR_SIGNATURE"),
}


@pytest.mark.parametrize(("spoil", "reason"), _SPOILT.values(), ids=_SPOILT)
async def test_a_spoilt_token_is_refused_and_kept(
    activity: Activity, person: Person, spoil: Callable[[str], str], reason: str
) -> None:
    """A token that does not open belongs to no activity, and the person alone sees that they tried."""
    token = sealed(activity.occurrence_id)
    while spoil(token) == token:
        token = sealed(activity.occurrence_id)
    refusal = problem(await person.check_in(by_qr(spoil(token))), 422, reason)
    assert refusal["checkin"]["activity_id"] is None
    [row] = await recorded(person, 1)
    assert (row["occurrence_id"], row["judgement"]) == (None, Judgement.REFUSED)
    assert (await person.record(refusal["checkin"]["id"]))["outcome"] == "refused"


async def test_a_forged_token_is_refused(activity: Activity, person: Person) -> None:
    """A token in perfect form, sealed with another secret, is nobody's."""
    forged = sealed(activity.occurrence_id, secrets=_STRANGE_SECRET)
    problem(await person.check_in(by_qr(forged)), 422, "QR_SIGNATURE")
    problem(await person.post("/v1/activities/resolve", {"token": forged}), 422, "QR_SIGNATURE")


async def test_an_expired_token_says_since_when(activity: Activity, person: Person) -> None:
    """Out of its life and grace, the person is told by how much."""
    refusal = problem(await person.check_in(by_qr(sealed(activity.occurrence_id, issued_s_ago=100))), 422, "QR_EXPIRED")
    assert 30 <= refusal["reasons"][0]["expired_since_s"] <= 40
    assert refusal["checkin"]["activity_id"] == activity.id
    problem(
        await person.post("/v1/activities/resolve", {"token": sealed(activity.occurrence_id, issued_s_ago=100)}),
        422,
        "QR_EXPIRED",
    )


async def test_a_token_in_its_grace_is_good(activity: Activity, person: Person) -> None:
    """The last seconds are for slow hands: life plus grace."""
    assert outcome(await person.check_in(by_qr(sealed(activity.occurrence_id, issued_s_ago=61)))) == "accepted"


async def test_a_future_token_says_how_far(activity: Activity, person: Person) -> None:
    """A token from further ahead than two clocks may differ is refused."""
    refusal = problem(await person.check_in(by_qr(sealed(activity.occurrence_id, issued_s_ago=-60))), 422, "QR_FUTURE")
    assert 55 <= refusal["reasons"][0]["ahead_s"] <= 60


async def test_a_token_of_an_unknown_occurrence_is_refused(person: Person, activity: Activity) -> None:
    """Even one that we sealed, when there is no such activity."""
    unknown = Activity(activity.owner, activity.id, ids.to_text(ids.new_id()), "")
    problem(await person.check_in(by_qr(sealed(unknown.occurrence_id))), 422, "ACTIVITY_UNKNOWN")


async def test_a_token_of_another_activity_is_refused(
    api: Api, organiser: Person, organisation_id: str, person: Person
) -> None:
    """The QR of the room next door does not check in here, and leaves no trace there."""
    here, other = [await api.open_activity(organiser, organisation_id) for _ in range(2)]
    problem(await person.check_in(by_qr(await other.token(), activity_id=here.id)), 422, "ACTIVITY_UNKNOWN")
    [row] = await recorded(person, 1)
    assert row["occurrence_id"] is None


async def test_a_token_is_not_bound_to_who_scanned_it_first(activity: Activity, person: Person, api: Api) -> None:
    """The same token by another person is a check-in, by the same person a duplicate."""
    token = await activity.token()
    assert outcome(await person.check_in(by_qr(token))) == "accepted"
    assert outcome(await (await api.sign_in()).check_in(by_qr(token))) == "accepted"
    assert outcome(await person.check_in(by_qr(token))) == "duplicate"


async def test_guessing_codes_locks_the_guesser_only(activity: Activity, person: Person, api: Api) -> None:
    """After five wrong codes not even the right one helps, wherever it is typed; others go on."""
    for wrong in ("CCCCCC", "FFFFFF", "GGGGGG", "HHHHHH", "JJJJJJ"):
        problem(await unhurried(person, by_code(wrong)), 422, "CODE_WRONG")
    problem(await unhurried(person, by_code(activity.code)), 422, "CODE_LOCKED")
    problem(await person.get("/v1/activities/resolve", code=activity.code), 429, "CODE_LOCKED")
    assert outcome(await (await api.sign_in()).check_in(by_code(activity.code))) == "accepted"
    rows = await recorded(person, 6)
    assert [row["judgement"] for row in rows] == [Judgement.REFUSED] * 6
    # The QR is no guess.
    assert outcome(await unhurried(person, by_qr(await activity.token()))) == "accepted"


async def test_guesses_count_wherever_they_are_made(activity: Activity, person: Person) -> None:
    """Resolving and checking in share one counter."""
    for wrong in ("CCCCCC", "FFFFFF", "GGGGGG", "HHHHHH", "JJJJJJ"):
        problem(await person.get("/v1/activities/resolve", code=wrong), 422, "CODE_WRONG")
    problem(await person.check_in(by_code(activity.code)), 422, "CODE_LOCKED")


def _with(**changes: Any) -> Callable[[Json], bytes]:
    return lambda attempt: json.dumps(attempt | changes).encode()


def _replacing(old: bytes, new: bytes) -> Callable[[Json], bytes]:
    """The body with bytes that no JSON library would write."""

    def spoil(attempt: Json) -> bytes:
        body = json.dumps(attempt | {"gate": "GATE"}).encode()
        assert old in body
        return body.replace(old, new)

    return spoil


_LATITUDE = json.dumps(INSIDE).encode()
# How the body of a good attempt is spoilt, the status, and the field at fault; None when the whole body is.
_MALFORMED: dict[str, tuple[Callable[[Json], bytes], int, str | None]] = {
    "NaN": (_replacing(_LATITUDE, b"NaN"), 400, None),
    "Infinity": (_replacing(_LATITUDE, b"Infinity"), 400, None),
    "too large for a double": (_replacing(_LATITUDE, b"1e999"), 422, "location.latitude"),
    "swapped coordinates": (_with(location=at(LONGITUDE, LATITUDE)), 422, "location.latitude"),
    "latitude out of range": (_with(location=at(91)), 422, "location.latitude"),
    "longitude out of range": (_with(location=at(INSIDE, -181)), 422, "location.longitude"),
    "negative accuracy": (_with(location=at(INSIDE) | {"accuracy_m": -1}), 422, "location.accuracy_m"),
    "WGS-84": (_with(location=at(INSIDE) | {"coord": "wgs84"}), 422, "location.coord"),
    "text for a number": (_with(location=at(INSIDE) | {"latitude": "25"}), 400, "location.latitude"),
    "unknown field": (_with(score=100), 400, "score"),
    "unknown field inside": (_with(location=at(INSIDE) | {"height_m": 3}), 400, "location.height_m"),
    "unknown method": (_with(method="telepathy"), 422, "method"),
    "a staff method": (_with(method="staff"), 422, "method"),
    "no attempt_id": (lambda attempt: json.dumps({**attempt, "attempt_id": None}).encode(), 400, "attempt_id"),
    "an attempt_id of no phone": (_with(attempt_id="00000000-0000-4000-8000-000000000000"), 422, "attempt_id"),
    "token too long": (_with(token="A" * 257), 422, "token"),
    "both token and code": (_with(code="CFGHJK"), 422, "code"),
    "device_id too long": (_with(device_id="设" * 22), 422, "device_id"),
    "a BSSID that is none": (_with(wifi={"ssid": "Hall", "bssid": "3c:7c:3f"}), 422, "wifi.bssid"),
    "a time without offset": (_with(claimed_at="2026-09-01T08:00:00"), 422, "claimed_at"),
    "half of a surrogate pair": (_replacing(b"GATE", rb"\ud83d"), 400, None),
    "the other half": (_replacing(b"GATE", rb"\ude00"), 400, None),
    "a surrogate in UTF-8": (_replacing(b"GATE", b"\xed\xa0\xbd"), 400, None),
    "not UTF-8": (_replacing(b"GATE", b"\xff"), 400, None),
    "cut off": (lambda attempt: json.dumps(attempt).encode()[:-9], 400, None),
    "nothing": (lambda attempt: b"", 400, None),
    "an array": (lambda attempt: json.dumps([attempt]).encode(), 400, "body"),
    "deeply nested": (lambda attempt: b"[" * 30_000, 400, "body"),
}


@pytest.mark.parametrize(("spoil", "status", "field"), _MALFORMED.values(), ids=_MALFORMED)
async def test_a_malformed_attempt_names_its_fault_and_is_not_kept(
    activity: Activity, person: Person, spoil: Callable[[Json], bytes], status: int, field: str | None
) -> None:
    """What cannot be an attempt is refused at the door, with the field at fault, and never becomes a row."""
    body = spoil(by_qr(await activity.token()))
    headers = {"content-type": "application/json"}
    response = await person.request("POST", "/v1/checkins", content=body, headers=headers)
    found = problem(response, status, "INVALID_ARGUMENT")
    assert [one["field"] for one in found.get("errors", [])] == ([field] if field else [])
    await stores_only_a_good_attempt(person, activity)


_TRANSPORT: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "1 MB": (b'{"gate":"' + b"x" * 1_000_000 + b'"}', {"content-type": "application/json"}, 413, "BODY_TOO_LARGE"),
    "plain text": (b"{}", {"content-type": "text/plain"}, 415, "MEDIA_TYPE_UNSUPPORTED"),
    "a form": (b"a=b", {"content-type": "application/x-www-form-urlencoded"}, 415, "MEDIA_TYPE_UNSUPPORTED"),
    "UTF-16": (b"{}", {"content-type": "application/json; charset=utf-16"}, 415, "MEDIA_TYPE_UNSUPPORTED"),
    "no type": (b"{}", {}, 415, "MEDIA_TYPE_UNSUPPORTED"),
}


@pytest.mark.parametrize("path", ["/v1/checkins", "/v1/checkins/sync", "/v1/activities", "/v1/auth/wechat"])
@pytest.mark.parametrize(("body", "headers", "status", "reason"), _TRANSPORT.values(), ids=_TRANSPORT)
async def test_what_is_no_json_request(
    person: Person, path: str, body: bytes, headers: dict[str, str], status: int, reason: str
) -> None:
    """Too large, or of another type: refused by its own status on every route."""
    problem(await person.request("POST", path, content=body, headers=headers), status, reason)


async def test_a_large_body_without_a_length_is_cut_off(person: Person) -> None:
    """Sent in chunks, a body ends where its size does."""

    async def chunks() -> Any:
        for _ in range(20):
            yield b"x" * 65_536

    response = await person.request(
        "POST", "/v1/checkins", content=chunks(), headers={"content-type": "application/json"}
    )
    problem(response, 413, "BODY_TOO_LARGE")


_PLACE: Json = {"latitude": LATITUDE, "longitude": LONGITUDE, "coord": "gcj02"}
_ACTIVITIES: dict[str, tuple[Json, str]] = {
    "swapped coordinates": (
        {"place": {"latitude": LONGITUDE, "longitude": LATITUDE, "coord": "gcj02"}},
        "place.latitude",
    ),
    "WGS-84": ({"place": {"latitude": LATITUDE, "longitude": LONGITUDE, "coord": "wgs84"}}, "place.coord"),
    "ends before it starts": ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
    "a title of half a character": ({"title": "讲座\ud83d"}, "title"),
    "no such time zone": ({"time_zone": "Asia/Kunming"}, "time_zone"),
    "unknown field": ({"colour": "red"}, "colour"),
}


@pytest.mark.parametrize(("changes", "field"), _ACTIVITIES.values(), ids=_ACTIVITIES)
async def test_an_activity_that_makes_no_sense(
    organiser: Person, organisation_id: str, changes: Json, field: str
) -> None:
    """The organiser is told which field to mend, and no activity comes of it."""
    response = await _create(organiser, json.dumps(definition(organisation_id) | changes))
    assert field in {one["field"] for one in expect(response, 400, 422)["errors"]}
    assert expect(await organiser.get("/v1/activities", organisation_id=organisation_id))["activities"] == []


async def test_nan_in_an_activity(organiser: Person, organisation_id: str) -> None:
    """NaN is refused where the fence is made, too."""
    response = await _create(organiser, json.dumps(definition(organisation_id)).replace(str(LATITUDE), "NaN"))
    assert "place.latitude" in {one["field"] for one in expect(response, 400, 422)["errors"]}


async def _create(organiser: Person, body: str) -> httpx.Response:
    """Sends a body that a JSON library would not write."""
    headers = {"content-type": "application/json"}
    return await organiser.request("POST", "/v1/activities", content=body, headers=headers)


# What is asked of somebody's check-in, and the field that is at fault.
_DECISIONS: dict[str, tuple[str, Json, str]] = {
    "no revision": ("/v1/reviews/{}/approve", {}, "revision"),
    "revision of another type": ("/v1/reviews/{}/approve", {"revision": "1"}, "revision"),
    "refused without a reason": ("/v1/reviews/{}/refuse", {"revision": 1, "reason": " "}, "reason"),
    "a line break": ("/v1/reviews/{}/refuse", {"revision": 1, "reason": "a\nb"}, "reason"),
    "text that turns round": ("/v1/reviews/{}/refuse", {"revision": 1, "reason": "\u202eabc"}, "reason"),
    "half a character": ("/v1/checkins/{}/annul", {"reason": "讲座\ud83d"}, "reason"),
    "too long": ("/v1/checkins/{}/appeal", {"reason": "长" * 501}, "reason"),
    "unknown field": ("/v1/checkins/{}/annul", {"reason": "x", "colour": "red"}, "colour"),
    "nothing named": ("/v1/reviews/batch", {"decision": "approve"}, "body"),
    "both named": (
        "/v1/reviews/batch",
        {"decision": "approve", "items": [], "occurrence_id": ids.to_text(bytes(16)), "offline": True},
        "items",
    ),
    "no such decision": ("/v1/reviews/batch", {"decision": "annul", "items": []}, "decision"),
    "one thing twice": (
        "/v1/reviews/batch",
        {"decision": "approve", "items": [{"id": ids.to_text(bytes(16)), "revision": 1}] * 2},
        "items",
    ),
}


# What a phone tells of itself, and the field that is at fault.
_TOLD: dict[str, tuple[str, Json, str]] = {
    "no event": ("/v1/client-events", {"events": []}, "events"),
    "51 events": ("/v1/client-events", {"events": [{"name": "sync"}] * 51}, "events"),
    "an event nobody knows": ("/v1/client-events", {"events": [{"name": "tapped"}]}, "events.0.name"),
    "a reason of one's own": ("/v1/client-events", {"events": [{"name": "sync", "reason": "李雷"}]}, "events.0.reason"),
    "who it was": ("/v1/client-events", {"events": [{"name": "sync", "user_id": "1"}]}, "events.0.user_id"),
    "before it began": ("/v1/client-events", {"events": [{"name": "sync", "took_ms": -1}]}, "events.0.took_ms"),
    "no answer": ("/v1/me/subscriptions", {"grants": []}, "grants"),
    "a foreign template": (
        "/v1/me/subscriptions",
        {"grants": [{"template_id": "x", "result": "accept"}]},
        "grants.0.template_id",
    ),
    "an answer nobody gives": (
        "/v1/me/subscriptions",
        {"grants": [{"template_id": "x", "result": "perhaps"}]},
        "grants.0.result",
    ),
}


@pytest.mark.parametrize(("path", "body", "field"), _TOLD.values(), ids=_TOLD)
async def test_what_a_phone_tells_and_makes_no_sense(person: Person, path: str, body: Json, field: str) -> None:
    """The field is named; nothing of it is counted or noted."""
    response = await person.post(path, body)
    assert field in {one["field"] for one in expect(response, 400, 422)["errors"]}


async def test_client_events_are_limited_per_person(person: Person) -> None:
    """A phone that tells without end is told to wait."""
    event = {"events": [{"name": "sync"}]}
    statuses = [(await person.post("/v1/client-events", event)).status_code for _ in range(7)]
    assert statuses[:5] == [204] * 5 and statuses[-1] == 429


@pytest.mark.parametrize(("path", "body", "field"), _DECISIONS.values(), ids=_DECISIONS)
async def test_a_decision_that_makes_no_sense(organiser: Person, path: str, body: Json, field: str) -> None:
    """The reviewer is told which field to mend, before anybody looks whose case it is."""
    content, headers = json.dumps(body), {"content-type": "application/json"}
    checkin_id = ids.to_text(ids.new_id())
    response = await organiser.request("POST", path.format(checkin_id), content=content, headers=headers)
    assert field in {one["field"] for one in expect(response, 400, 422)["errors"]}


async def test_one_bad_item_is_not_kept_and_not_in_the_way(activity: Activity, person: Person) -> None:
    """Of a sync only what makes sense becomes rows, whatever lies between."""
    good = by_qr(await activity.token())
    strange: list[Any] = [{}, [], "x", None]
    bad = [*strange, good | {"attempt_id": "1"}, good | {"location": at(91)}, good | {"gate": "x" * 65}]
    results = expect(await person.post("/v1/checkins/sync", {"attempts": [*bad, good]}))["results"]
    assert [(one["outcome"], one["retryable"]) for one in results[:-1]] == [(None, False)] * len(bad)
    assert all(one["problem"]["reason"] == "INVALID_ARGUMENT" for one in results[:-1])
    assert results[-1]["outcome"] == "accepted"
    [row] = await recorded(person, 1)
    assert ids.to_text(row["attempt_id"]) == good["attempt_id"]


@pytest.mark.parametrize("field", ["roster_entry_id", "entry_code", "person_token"])
async def test_staff_name_people_by_their_id(activity: Activity, field: str) -> None:
    """What is not understood yet is named, and nobody is checked in by a guess."""
    item = {"attempt_id": ids.to_text(ids.new_id()), field: "x"}
    [result] = expect(await activity.owner.post(f"{activity.path}/checkins/batch", {"checkins": [item]}))["results"]
    assert [error["field"] for error in result["problem"]["errors"]] == [f"checkins.0.{field}"]


async def test_a_session_that_was_ended_is_refused(activity: Activity, person: Person) -> None:
    """After signing out, the access token is worth nothing at once, check-ins included."""
    token = await activity.token()
    assert (await person.post("/v1/auth/logout")).status_code == 204

    problem(await person.get("/v1/me"), 401, "SESSION_REVOKED")
    problem(await person.check_in(by_qr(token)), 401, "SESSION_REVOKED")
    assert attempts_of(person.user_id) == []


async def test_what_is_no_access_token(api: Api, activity: Activity, person: Person) -> None:
    """Nothing, rubbish, a changed signature, another algorithm, and a token in the URL: all 401."""
    head, claims, signature = person.access_token.split(".")
    changed = signature[:10] + signature[10:14].swapcase() + signature[14:]
    attempt = by_qr(await activity.token())
    for bad in ("", "rubbish", f"{head}.{claims}.", f"{head}.{claims}.{changed}", f"eyJhbGciOiJub25lIn0.{claims}."):
        impostor = Person(api.http, access_token=bad)
        problem(await impostor.check_in(attempt), 401, "UNAUTHENTICATED")
    response = await person.request("POST", f"/v1/checkins?access_token={person.access_token}", json=attempt)
    problem(response, 401, "UNAUTHENTICATED")
    await stores_only_a_good_attempt(person, activity)


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(api: Api) -> list[Person]:
    """Twenty people."""
    return list(await asyncio.gather(*(api.sign_in() for _ in range(20))))


async def test_a_bad_attempt_never_hurts_its_neighbours(activity: Activity, crowd: list[Person]) -> None:
    """Half of a crowd at one instant brings what cannot pass; the other half gets in."""
    good = await activity.token()
    bad = (
        "rubbish",
        sealed(activity.occurrence_id, secrets=_STRANGE_SECRET),
        sealed(activity.occurrence_id, issued_s_ago=1000),
    )
    tokens = [good if number % 2 else bad[number % 3] for number in range(len(crowd))]

    answers = await asyncio.gather(
        *(person.check_in(by_qr(token)) for person, token in zip(crowd, tokens, strict=True))
    )

    assert [outcome(answer) for answer in answers] == ["refused", "accepted"] * 10


@pytest.mark.parametrize("path", ["/v1/me/checkins", "/v1/reviews", "{activity}/people", "/v1/activities"])
@pytest.mark.parametrize("at", [2**63, 253_402_300_800_000_000, -(2**63)], ids=["far", "year 10000", "before"])
async def test_a_page_token_of_our_own_making_is_refused(activity: Activity, path: str, at: int) -> None:
    """Times that no column holds were a 500."""
    for position in ([at, bytes(16)], [at, bytes(16), bytes(16)], [bytes(2000)], [at]):
        token = base64.urlsafe_b64encode(msgspec.msgpack.encode(position)).decode().rstrip("=")
        of_activity = {"activity_id": activity.id} if path == "/v1/reviews" else {}
        answer = await activity.owner.get(path.format(activity=activity.path), page_token=token[:512], **of_activity)
        assert problem(answer, 422, "INVALID_ARGUMENT")["errors"][0]["field"] == "page_token"
