"""`POST /v1/checkins/sync` and the staff batch over real HTTP: envelopes, answers, changes, limits."""

import json
from typing import Any

import httpx
import pytest

from protos.activity.v1 import activity_pb2, door_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.errors import UnavailableError, invalid
from servicekit.rpc.status import to_status
from tests.component.gateway.conftest import Gateway, a_record, at_once, of_a_table

SYNC = "/v1/checkins/sync"
BATCH = f"/v1/activities/{ids.to_text(ids.new_id())}/checkins/batch"

Json = dict[str, Any]


def an_item(**changes: Any) -> Json:
    """A scan that waited on the phone."""
    return {"attempt_id": ids.to_text(ids.new_id()), "method": "qr", "token": "T" * 75, **changes}


def a_person(**changes: Any) -> Json:
    """Somebody whom staff check in."""
    return {"attempt_id": ids.to_text(ids.new_id()), "user_id": ids.to_text(ids.new_id()), **changes}


async def post(gateway: Gateway, path: str, body: object, **headers: str) -> httpx.Response:
    """Sends a body in the name of a new person."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = {**gateway.bearer(), "content-type": "application/json", **headers}
    return await gateway.http.post(path, content=content, headers=head)


async def test_a_sync_brings_answers_and_changes(gateway: Gateway) -> None:
    """Results in order, then what the phone has not seen, with where to go on."""
    user_id, changed = ids.new_id(), pb.Attempt(user_id=ids.new_id(), attempt_id=ids.new_id(), received_at=1)
    gateway.services.answers["ListChanges"] = pb.ListChangesResponse(
        changes=[a_record(changed, revision=7)], cursor="next", has_more=True
    )
    items = [an_item(), an_item(token="")]

    answer = await post(gateway, SYNC, {"attempts": items, "cursor": "last"}, **gateway.bearer(user_id))

    body = answer.json()
    assert answer.status_code == 200 and (body["cursor"], body["has_more"]) == ("next", True)
    assert [result["attempt_id"] for result in body["results"]] == [item["attempt_id"] for item in items]
    assert body["results"][0]["outcome"] == "accepted" and body["results"][0]["message"].startswith("签到成功")
    assert body["results"][1]["problem"]["errors"][0]["field"] == "attempts.1.token"
    assert [(change["attempt_id"], change["revision"]) for change in body["changes"]] == [
        (ids.to_text(changed.attempt_id), 7)
    ]
    [asked] = gateway.services.requests("ListChanges")
    [attempt] = gateway.services.attempts()
    assert asked.cursor == "last" and (attempt.user_id, attempt.is_offline) == (user_id, True)


async def test_without_changes_a_sync_still_answers(gateway: Gateway) -> None:
    """What came in is told; the phone asks with its old cursor again."""
    gateway.services.answers["ListChanges"] = UnavailableError("MySQL is gone")

    body = (await post(gateway, SYNC, {"attempts": [an_item()], "cursor": "last"})).json()

    assert body["results"][0]["outcome"] == "accepted"
    assert (body["changes"], body["cursor"], body["has_more"]) == ([], "last", False)


async def test_a_lost_item_has_a_receipt(gateway: Gateway) -> None:
    """503 is the item's, not the sync's."""
    gateway.services.answers["BatchCreateCheckins"] = UnavailableError("gone")

    answer = await post(gateway, SYNC, {"attempts": [an_item()]})

    [result] = answer.json()["results"]
    assert answer.status_code == 200 and result["receipt"] and result["retryable"]
    assert (result["outcome"], result["problem"]["status"]) == (None, 503)


ENVELOPES: list[tuple[str, str, object, int, str]] = [
    ("not JSON", SYNC, b"{", 400, ""),
    ("a list", SYNC, [], 400, "body"),
    ("nothing", SYNC, {}, 400, "attempts"),
    ("an unknown field", SYNC, {"attempts": [], "all": True}, 400, "all"),
    ("a number", SYNC, {"attempts": 7}, 400, "attempts"),
    ("too many", SYNC, {"attempts": [an_item()] * 51}, 422, "attempts"),
    ("a long cursor", SYNC, {"attempts": [], "cursor": "x" * 513}, 422, "cursor"),
    ("an empty batch", BATCH, {"checkins": []}, 422, "checkins"),
    ("an empty list", BATCH, [], 422, "checkins"),
    ("too large a batch", BATCH, [7] * 201, 422, "checkins"),
    ("an unknown field beside", BATCH, {"checkins": [7], "all": True}, 400, "all"),
    ("a batch of text", BATCH, b'"x"', 400, "body"),
    ("no batch", BATCH, b"", 400, ""),
    ("another batch behind", BATCH, b'[7],"checkins":[8]', 400, ""),
    ("a sync of 1 MB", SYNC, b"[" + b" " * 1_000_000 + b"]", 413, ""),
]


@of_a_table
@pytest.mark.parametrize(
    ("path", "body", "status", "field"), [case[1:] for case in ENVELOPES], ids=[case[0] for case in ENVELOPES]
)
async def test_a_bad_envelope_is_one_problem(
    lasting: Gateway, path: str, body: object, status: int, field: str
) -> None:
    """What holds no items has no results, and says what is wrong with it."""
    answer = await post(lasting, path, body)

    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json().get("errors", [])] == ([field] if field else [])
    assert lasting.services.attempts() == []


async def test_a_sync_is_limited_and_its_items_are_not(gateway: Gateway) -> None:
    """Its items leave the bucket of single check-ins alone."""
    header = gateway.bearer(ids.new_id())
    body = {"attempts": [an_item() for _ in range(10)]}
    gateway.services.answers["ListChanges"] = pb.ListChangesResponse()

    statuses, _ = await at_once(lambda: post(gateway, SYNC, body, **header))

    assert statuses.keys() == {200, 429} and statuses[200] >= 5
    assert (await post(gateway, "/v1/checkins", an_item(), **header)).status_code == 201


async def test_staff_check_people_in(gateway: Gateway) -> None:
    """Either form of the body; the caller is the actor, the activity that of the path."""
    staff = ids.new_id()
    gateway.services.answers["GetActivity"] = activity_pb2.Activity()
    fault = invalid("entry_code", "is on nobody's label")
    gateway.services.answers["ResolveSubjects"] = door_pb2.ResolveSubjectsResponse(
        results=[door_pb2.ResolveSubjectsResponse.Result(status=to_status(fault))]
    )
    people = [a_person(gate="北门", device_id="gate-1"), a_person(entry_code="A1", user_id="")]

    as_list = await post(gateway, BATCH, people, **gateway.bearer(staff))
    as_object = await post(gateway, BATCH, {"checkins": people[:1]}, **gateway.bearer(staff))

    first, second = as_list.json()["results"]
    assert (first["outcome"], first["user_id"], first["message"]) == ("accepted", people[0]["user_id"], "已为其签到")
    assert second["problem"]["errors"][0]["field"] == "checkins.1.entry_code"
    assert as_object.json()["results"][0]["outcome"] == "accepted"
    assert [person for name, _, person in gateway.services.calls if name == "GetActivity"] == [staff] * 2
    attempt = gateway.services.attempts()[0]
    assert (attempt.method, attempt.actor_id, attempt.gate) == (pb.METHOD_STAFF, staff, "北门")
    assert ids.to_text(attempt.activity_id) in BATCH and not attempt.is_offline


async def test_who_is_not_staff_knows_of_no_activity(gateway: Gateway) -> None:
    """The activity service is asked in the caller's name, before anybody is checked in."""
    answer = await post(gateway, BATCH, [a_person(), a_person()])

    assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND")
    assert gateway.services.attempts() == []


async def test_the_document_describes_both(gateway: Gateway) -> None:
    """Every schema that the new routes name is there."""
    document = (await gateway.http.get("/openapi.json")).json()
    text = json.dumps(document)

    for path in (SYNC, "/v1/activities/{activity_id}/checkins/batch"):
        operation = document["paths"][path]["post"]
        assert operation["requestBody"]["required"] and "200" in operation["responses"]
    for name in set(text.split('"#/components/schemas/')[1:]):
        assert name.split('"')[0] in document["components"]["schemas"]


async def test_the_config_names_what_may_be_sent(gateway: Gateway) -> None:
    """A phone leaves out what an older server would refuse."""
    features = (await gateway.http.get("/v1/client-config")).json()["features"]

    assert features["sync_fields"] == ["attempts", "cursor"]
    assert {"user_id", "roster_entry_id", "entry_code", "person_token", "guest"} < {*features["staff_fields"]}
