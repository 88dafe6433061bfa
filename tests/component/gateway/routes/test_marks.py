"""Marks over real HTTP: whom they name reaches the services in one call each, and each person has their answer."""

from typing import Any

import pytest

from domainkit.guest_ids import guest_id
from protos.activity.v1 import door_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.errors import NotFoundError, PermissionDeniedError, UnavailableError
from servicekit.rpc.status import to_status
from tests.component.gateway.conftest import Gateway, of_a_table

LI, WANG, GUEST, ENTRY, ACTIVITY = (ids.new_id() for _ in range(5))
PATH = f"/v1/activities/{ids.to_text(ACTIVITY)}/marks"
Somebody = dict[str, str]


def named(field: str, identifier: bytes) -> Somebody:
    """Somebody, by one of the three ways."""
    return {field: ids.to_text(identifier)}


def a_body(*people: Somebody, **changes: Any) -> dict[str, Any]:
    """Leave for these people."""
    return {"mark": "leave", "reason": "病假", "people": list(people)} | changes


def mark_all(request: pb.MarkPeopleRequest) -> pb.MarkPeopleResponse:
    """Everybody is marked as asked, at revision 2."""
    marked = pb.Marked(mark=request.mark, revision=2)
    return pb.MarkPeopleResponse(results=[pb.MarkResult(user_id=one.user_id, marked=marked) for one in request.people])


async def mark(gateway: Gateway, body: dict[str, Any], **headers: str) -> Any:
    """The answer to a call."""
    return await gateway.http.post(PATH, json=body, headers=gateway.bearer() | headers)


def known(*people: door_pb2.DoorPerson) -> door_pb2.ResolveSubjectsResponse:
    """Who they are, as the activity service says."""
    return door_pb2.ResolveSubjectsResponse(
        results=[door_pb2.ResolveSubjectsResponse.Result(person=one) for one in people]
    )


def an_entry(user_id: bytes, entry_id: bytes) -> door_pb2.DoorPerson:
    """Somebody on the roster, and as whom they check in."""
    return door_pb2.DoorPerson(kind=door_pb2.DoorPerson.KIND_ENTRY, user_id=user_id, entry_id=entry_id)


def a_user(user_id: bytes) -> door_pb2.DoorPerson:
    """Somebody of whom the roster says nothing."""
    return door_pb2.DoorPerson(kind=door_pb2.DoorPerson.KIND_PERSON, user_id=user_id)


async def test_people_are_marked_in_one_call(gateway: Gateway) -> None:
    """With the reason and the key; for users of whom the roster says nothing nobody vouches."""
    gateway.services.answers["ResolveSubjects"] = known(a_user(LI), a_user(WANG))
    gateway.services.answers["MarkPeople"] = mark_all
    body = a_body(named("user_id", LI), named("user_id", WANG), only_unset=True, occurrence_id=ids.to_text(ENTRY))
    answer = await mark(gateway, body, **{"idempotency-key": "k"})

    [sent] = gateway.services.requests("MarkPeople")
    assert (sent.activity_id, sent.occurrence_id, sent.mark) == (ACTIVITY, ENTRY, pb.MARK_LEAVE)
    assert (sent.reason, sent.only_unset, sent.idempotency_key) == ("病假", True, "k")
    assert [(one.user_id, one.is_vouched) for one in sent.people] == [(LI, False), (WANG, False)]
    [asked] = gateway.services.requests("ResolveSubjects")
    assert [one.user_id for one in asked.subjects] == [LI, WANG]
    marked = {"mark": "leave", "revision": 2, "is_skipped": False}
    assert answer.status_code == 200
    assert answer.json() == {"results": [{"user_id": ids.to_text(each), **marked} for each in (LI, WANG)]}


async def test_entries_and_guests_are_who_the_activity_service_says(gateway: Gateway) -> None:
    """One call for all of them, who are vouched for; of whom it knows nothing that is told, and no mark is sent."""
    results = [
        door_pb2.ResolveSubjectsResponse.Result(person=an_entry(WANG, ENTRY)),
        door_pb2.ResolveSubjectsResponse.Result(person=a_user(LI)),
        door_pb2.ResolveSubjectsResponse.Result(status=to_status(NotFoundError("there is no such guest"))),
    ]
    gateway.services.answers["ResolveSubjects"] = door_pb2.ResolveSubjectsResponse(results=results)
    gateway.services.answers["MarkPeople"] = mark_all
    people = named("roster_entry_id", ENTRY), named("user_id", LI), named("guest_id", GUEST)
    answer = await mark(gateway, a_body(*people))

    [asked] = gateway.services.requests("ResolveSubjects")
    assert asked.activity_id == ACTIVITY
    assert [(one.entry_id, one.user_id, one.guest.guest_id) for one in asked.subjects] == [
        (ENTRY, b"", b""),
        (b"", LI, b""),
        (b"", b"", GUEST),
    ]
    [sent] = gateway.services.requests("MarkPeople")
    assert [(one.user_id, one.entry_id, one.is_vouched) for one in sent.people] == [
        (WANG, ENTRY, True),
        (LI, b"", False),
    ]
    entry, user, guest = answer.json()["results"]
    assert [entry["user_id"], user["user_id"], guest["user_id"]] == [ids.to_text(WANG), ids.to_text(LI), None]
    assert (guest["problem"]["status"], guest["mark"]) == (404, None)


async def test_a_user_is_marked_as_the_entry_they_were_too(gateway: Gateway) -> None:
    """What was said of them before anybody knew who they are is on that entry; one that nobody is has no other."""
    gateway.services.answers["ResolveSubjects"] = known(an_entry(LI, ENTRY), an_entry(WANG, WANG))
    gateway.services.answers["MarkPeople"] = mark_all
    await mark(gateway, a_body(named("user_id", LI), named("roster_entry_id", WANG), mark="none"))

    [sent] = gateway.services.requests("MarkPeople")
    assert [(one.user_id, one.entry_id, one.is_vouched) for one in sent.people] == [
        (LI, ENTRY, True),
        (WANG, b"", True),
    ]


async def test_who_goes_by_the_id_of_a_guest_is_one(gateway: Gateway) -> None:
    """Lists tell guests by a user_id; the activity service says of them, too."""
    kept = guest_id(GUEST)
    guest = door_pb2.DoorPerson(kind=door_pb2.DoorPerson.KIND_GUEST, user_id=kept)
    gateway.services.answers["ResolveSubjects"] = known(guest)
    gateway.services.answers["MarkPeople"] = mark_all
    await mark(gateway, a_body(named("user_id", kept)))

    [asked] = gateway.services.requests("ResolveSubjects")
    assert [one.user_id for one in asked.subjects] == [kept]
    [sent] = gateway.services.requests("MarkPeople")
    assert [(one.user_id, one.is_vouched) for one in sent.people] == [(kept, True)]


async def test_each_person_has_their_own_answer(gateway: Gateway) -> None:
    """A problem, a person who was left alone, and a mark that is on its way."""
    results = [
        pb.MarkResult(user_id=LI, status=to_status(PermissionDeniedError("nobody marks themselves"))),
        pb.MarkResult(user_id=WANG, marked=pb.Marked(mark=pb.MARK_LATE, revision=7, is_skipped=True)),
        pb.MarkResult(user_id=GUEST, marked=pb.Marked()),
    ]
    gateway.services.answers["ResolveSubjects"] = known(*map(a_user, (LI, WANG, GUEST)))
    gateway.services.answers["MarkPeople"] = pb.MarkPeopleResponse(results=results)
    answer = await mark(gateway, a_body(*(named("user_id", each) for each in (LI, WANG, GUEST)), mark="none"))

    assert gateway.services.requests("MarkPeople")[0].mark == pb.MARK_UNSPECIFIED
    mine, skipped, waiting = answer.json()["results"]
    assert mine["problem"]["status"] == 403
    assert (skipped["mark"], skipped["revision"], skipped["is_skipped"]) == ("late", 7, True)
    assert (waiting["mark"], waiting["revision"]) == (None, None)


async def test_one_who_marks_without_end_is_held_to_a_rate(gateway: Gateway) -> None:
    """A roll call of four thousand goes through at once; after it they are told to wait, and no service is asked."""
    gateway.services.answers["ResolveSubjects"] = known(a_user(LI))
    gateway.services.answers["MarkPeople"] = mark_all
    staff = gateway.bearer()
    answers = [await mark(gateway, a_body(named("user_id", LI)), **staff) for _ in range(60)]
    statuses = [each.status_code for each in answers]
    assert set(statuses[:20]) == {200} and set(statuses) == {200, 429}
    assert len(gateway.services.requests("MarkPeople")) == statuses.count(200)


@pytest.mark.parametrize("method", ["ResolveSubjects", "MarkPeople"])
async def test_without_a_service_nobody_is_marked(gateway: Gateway, method: str) -> None:
    """The same call may come again."""
    gateway.services.answers["ResolveSubjects"] = known(an_entry(WANG, ENTRY))
    gateway.services.answers[method] = UnavailableError("gone")
    assert (await mark(gateway, a_body(named("roster_entry_id", ENTRY)))).status_code == 503


@of_a_table
@pytest.mark.parametrize(
    ("body", "names"),
    [
        (a_body(), "people"),
        (a_body(*[named("user_id", LI)] * 201), "people"),
        (a_body({}), "people.0"),
        (a_body(named("user_id", LI) | named("guest_id", GUEST)), "people.0"),
        (a_body({"user_id": "x"}), "people.0.user_id"),
        (a_body(named("user_id", LI), mark="here"), "mark"),
        (a_body(named("user_id", LI), reason=""), "reason"),
        (a_body(named("user_id", LI), reason="x" * 501), "reason"),
    ],
)
async def test_what_is_no_mark_names_its_field(lasting: Gateway, body: dict[str, Any], names: str) -> None:
    """And reaches no service."""
    answer = await mark(lasting, body)
    assert answer.status_code in (400, 422)
    assert [fault["field"] for fault in answer.json()["errors"]] == [names]
    assert lasting.services.calls == [] or not lasting.services.requests("MarkPeople")


async def test_a_person_reads_marks_in_their_history(gateway: Gateway) -> None:
    """What they count as and why; an earlier refusal still says why the record reads as it does."""
    events = [
        pb.Event(kind=pb.Event.KIND_REFUSED, at=1, reason="不在现场"),
        pb.Event(kind=pb.Event.KIND_MARKED, at=2, reason="病假", mark=pb.MARK_LEAVE),
        pb.Event(kind=pb.Event.KIND_MARKED, at=3, reason="看错了"),
    ]
    record = pb.Checkin(checkin_id=LI, attempt_id=LI, user_id=LI, outcome=pb.OUTCOME_REFUSED, history=events)
    gateway.services.answers["GetCheckin"] = record
    answer = (await gateway.http.get(f"/v1/checkins/{ids.to_text(LI)}", headers=gateway.bearer())).json()

    assert [(one["event"], one.get("mark"), one["reason"]) for one in answer["history"]] == [
        ("refused", None, "不在现场"),
        ("marked", "leave", "病假"),
        ("marked", None, "看错了"),
    ]
    assert "不在现场" in answer["message"]
