"""A look at the door, what staff are told of duplicates, and the keys of one's own code, over real HTTP."""

import base64
from datetime import datetime
from typing import Any

import httpx
import pytest

from domainkit import person_codes
from domainkit.guest_ids import guest_id
from domainkit.person_codes import PersonKeys
from gateway.checkins.attempts import staff_attempt_id
from protos.activity.v1 import activity_pb2, door_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.errors import NotFoundError, UnavailableError, invalid
from servicekit.keyring import parse_secrets
from servicekit.rpc.status import to_status
from tests.component.gateway.conftest import SECRET, Gateway, at_once, judge_as

ACTIVITY, LI, STAFF = ids.new_id(), ids.new_id(), ids.new_id()
LOOK = f"/v1/activities/{ids.to_text(ACTIVITY)}/door/look"
KEYS = PersonKeys(parse_secrets(SECRET))

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def door(gateway: Gateway) -> None:
    """An activity with staff, where everybody is an entry."""
    gateway.services.answers["LookAtDoor"] = pb.DoorView()
    gateway.services.answers["ResolveSubjects"] = lambda request: door_pb2.ResolveSubjectsResponse(
        results=[door_pb2.ResolveSubjectsResponse.Result(person=_entry(each.user_id)) for each in request.subjects]
    )


def _entry(user_id: bytes) -> door_pb2.DoorPerson:
    return door_pb2.DoorPerson(
        kind=door_pb2.DoorPerson.KIND_ENTRY,
        user_id=user_id or LI,
        entry_id=LI,
        name="李四",
        number="2026***",
        group="三班",
        extra=[door_pb2.DoorPerson.Extra(heading="座位", value="A12")],
    )


def _stranger() -> door_pb2.DoorPerson:
    return door_pb2.DoorPerson(kind=door_pb2.DoorPerson.KIND_PERSON, user_id=LI)


async def look(gateway: Gateway, staff: bytes = STAFF, **way: Any) -> httpx.Response:
    """Staff look at somebody, each time anew."""
    body = {"attempt_id": ids.to_text(ids.new_id()), **way}
    return await gateway.http.post(LOOK, json=body, headers=gateway.bearer(staff))


def shown(activity_id: bytes = ACTIVITY) -> str:
    """Li's code."""
    [key] = KEYS.at_activity(LI, activity_id, 1_790_000_000, 1_790_000_000)
    return person_codes.draw(key, LI, activity_id, 1_790_000_000, b"once")


async def test_a_look_says_who_it_is_and_how_they_came(gateway: Gateway) -> None:
    """Everything that staff need to decide, and no key of anybody."""
    held = pb.DuplicateOf(checkin_id=LI, checked_in_at=7_000_000, method=pb.METHOD_STAFF, gate="北门")
    held.actor_id, held.actor_name = STAFF, "王老师"
    gateway.services.answers["LookAtDoor"] = pb.DoorView(held=held, left_at=9_000_000, passes=1, mark=pb.MARK_LATE)

    answer = await look(gateway, entry_code="K7M2P-QRT49")

    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "person": {
            "kind": "entry",
            "user_id": ids.to_text(LI),
            "entry_id": ids.to_text(LI),
            "name": "李四",
            "number": "2026***",
            "phone_tail": "",
            "group": "三班",
            "extra": [{"heading": "座位", "value": "A12"}],
            "entry_code": "",
            "code_keys": [],
        },
        "held": {
            "id": ids.to_text(LI),
            "checked_in_at": "1970-01-01T00:00:07.000Z",
            "method": "staff",
            "gate": "北门",
            "by": "王老师",
        },
        "is_first": False,
        "is_inside": False,
        "left_at": "1970-01-01T00:00:09.000Z",
        "passes": 1,
        "is_pending": False,
        "mark": "late",
    }


async def test_a_personal_code_is_claimed_for_the_attempt_of_this_staff_member(gateway: Gateway) -> None:
    """By the id under which the check-in that follows is kept; of a stranger their own name is told."""
    gateway.services.answers["ResolveSubjects"] = door_pb2.ResolveSubjectsResponse(
        results=[door_pb2.ResolveSubjectsResponse.Result(person=_stranger())]
    )
    gateway.services.answers["LookAtDoor"] = pb.DoorView(name="小李")
    attempt_id = ids.new_id()

    answer = await look(gateway, attempt_id=ids.to_text(attempt_id), person_token=shown())

    [asked] = gateway.services.requests("LookAtDoor")
    assert (asked.user_id, asked.person_token, asked.is_vouched) == (LI, shown(), False)
    assert asked.attempt_id == staff_attempt_id(STAFF, attempt_id)
    person = answer.json()["person"]
    assert (person["kind"], person["name"], answer.json()["is_first"]) == ("person", "小李", True)


async def test_a_guest_is_not_written_down_by_a_look(gateway: Gateway) -> None:
    """They are shown as they were sent; one who is known is looked up."""
    made = ids.new_id()
    answer = await look(gateway, guest={"id": ids.to_text(made), "name": "赵六", "phone_tail": "5678"})
    assert gateway.services.requests("ResolveSubjects") == []
    person = answer.json()["person"]
    assert (person["kind"], person["name"], person["phone_tail"]) == ("guest", "赵六", "5678")
    assert person["user_id"] == ids.to_text(guest_id(made))
    [asked] = gateway.services.requests("LookAtDoor")
    assert (asked.user_id, asked.is_vouched) == (guest_id(made), True)

    await look(gateway, guest={"id": person["user_id"]})
    assert len(gateway.services.requests("ResolveSubjects")) == 1


@pytest.mark.parametrize(
    ("way", "status", "reason"),
    [
        ({}, 422, "INVALID_ARGUMENT"),
        ({"entry_code": "A", "user_id": ids.to_text(LI)}, 422, "INVALID_ARGUMENT"),
        ({"person_token": "QDE1CFGHJKMNPR"}, 422, "PERSON_CODE_MALFORMED"),
        ({"person_token": shown(ids.new_id())}, 422, "PERSON_CODE_FOREIGN"),
        ({"user_id": ids.to_text(STAFF)}, 403, "PERMISSION_DENIED"),
        ({"guest": {"id": ids.to_text(LI), "name": "\u202e赵六"}}, 422, "INVALID_ARGUMENT"),
    ],
)
async def test_what_cannot_be_looked_at_is_told(gateway: Gateway, way: Json, status: int, reason: str) -> None:
    """Before anybody is asked."""
    answer = await look(gateway, **way)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert gateway.services.requests("LookAtDoor") == []


async def test_a_look_says_what_the_services_say(gateway: Gateway) -> None:
    """An entry that is not there, a code that was used, an activity that is not the caller's, and one that is gone."""
    unknown = door_pb2.ResolveSubjectsResponse.Result(status=to_status(invalid("entry_code", "is on nobody's label")))
    used = person_codes.PersonCodeError("PERSON_CODE_USED")
    answers = gateway.services.answers
    answers["LookAtDoor"] = used
    assert (await look(gateway, user_id=ids.to_text(LI))).json()["reason"] == "PERSON_CODE_USED"
    answers["ResolveSubjects"] = door_pb2.ResolveSubjectsResponse(results=[unknown])
    faults = (await look(gateway, entry_code="K7M2PQRT49")).json()["errors"]
    assert [fault["field"] for fault in faults] == ["entry_code"]
    answers["ResolveSubjects"] = UnavailableError("activity is gone")
    assert (await look(gateway, entry_code="K7M2PQRT49")).status_code == 503
    answers["ResolveSubjects"] = answers["LookAtDoor"] = NotFoundError("there is no such activity")
    assert (await look(gateway, user_id=ids.to_text(LI))).status_code == 404
    guest = {"id": ids.to_text(LI), "name": "赵六"}
    assert (await look(gateway, guest=guest)).status_code == 404


async def test_looks_are_limited(gateway: Gateway) -> None:
    """Ten at once, of one person."""
    staff = ids.new_id()
    statuses, _ = await at_once(lambda: look(gateway, staff, user_id=ids.to_text(LI)))
    assert statuses.keys() == {200, 429} and statuses[200] >= 10


async def test_staff_are_told_when_where_and_by_whom_and_people_are_not(gateway: Gateway) -> None:
    """Of a duplicate; what nobody can tell is null."""
    held = pb.DuplicateOf(
        checkin_id=LI, checked_in_at=7_000_000, method=pb.METHOD_STAFF, gate="北门", actor_name="王老师"
    )
    batch = f"/v1/activities/{ids.to_text(ACTIVITY)}/checkins/batch"
    person = {"attempt_id": ids.to_text(ids.new_id()), "user_id": ids.to_text(LI)}

    gateway.services.answers["GetActivity"] = activity_pb2.Activity()

    async def told(**changes: Any) -> Json:
        gateway.services.answers["BatchCreateCheckins"] = judge_as(outcome=pb.OUTCOME_DUPLICATE, **changes)
        answer = await gateway.http.post(batch, json=[person], headers=gateway.bearer(ids.new_id()))
        found: Json = answer.json()["results"][0]
        return found

    again = pb.Reason(reason="ENTERED_AGAIN", numbers={"passes": 2})
    first, unknown = await told(duplicate_of=held, reasons=[again]), await told(duplicate_of=pb.DuplicateOf())
    assert {**first["checkin"]["duplicate_of"], "id": ""} == {
        "id": "",
        "checked_in_at": "1970-01-01T00:00:07.000Z",
        "method": "staff",
        "gate": "北门",
        "by": "王老师",
    }
    assert first["message"] == "此人第 2 次入场，可以放行"
    assert [unknown["checkin"]["duplicate_of"][name] for name in ("method", "gate", "by")] == [None] * 3
    gateway.services.answers["BatchCreateCheckins"] = judge_as(outcome=pb.OUTCOME_DUPLICATE, duplicate_of=held)
    scan = {"attempt_id": ids.to_text(ids.new_id()), "method": "qr", "token": "T" * 75}
    own = await gateway.http.post("/v1/checkins", json=scan, headers=gateway.bearer(LI))
    assert own.json()["checkin"]["duplicate_of"].keys() == {"id", "checked_in_at"}


async def test_everybody_gets_the_keys_of_their_own_code(gateway: Gateway) -> None:
    """With them a phone draws what the server verifies, a month and more without a network."""
    answer = await gateway.http.get("/v1/me/code", headers=gateway.bearer(LI))

    own = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (own["user_id"], own["period_s"]) == (ids.to_text(LI), 30)
    this, following = own["keys"]
    assert this["valid_from"] <= own["server_time"] < this["valid_until"] == following["valid_from"]
    key = base64.urlsafe_b64decode(following["key"] + "=")
    [verifying] = KEYS.at_activity(LI, ACTIVITY, *[_seconds(following["valid_from"])] * 2)
    assert person_codes.activity_key(key, ACTIVITY) == verifying


def _seconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())


async def test_nobody_else_gets_them(gateway: Gateway) -> None:
    """Without a session there is none to give, and nobody asks without end."""
    assert (await gateway.http.get("/v1/me/code")).status_code == 401
    statuses, _ = await at_once(lambda: gateway.http.get("/v1/me/code", headers=gateway.bearer(LI)))
    assert statuses.keys() == {200, 429}
