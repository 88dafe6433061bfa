"""Staff check people in, and look at them before they do."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.checkins.answers import DuplicateOf, to_held
from gateway.checkins.attempts import StaffCheckin, staff_attempt_id
from gateway.checkins.batch import Result
from gateway.checkins.decoding import reader
from gateway.checkins.subjects import Meant, Subject, require_another, subject_of
from gateway.clients import ask
from gateway.http.fields import Id, Time, uuid7
from gateway.marks import MARKS, MarkName
from gateway.openapi import any_of
from gateway.routes.dependencies import Call, Routes
from gateway.routes.door_shapes import DoorPerson, to_person
from protos.activity.v1 import door_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.errors import RateLimitedError, ServiceError, invalid

routes = Routes("checkin")

MAXIMUM_ITEMS = 200

_BOUNDS = {"minItems": 1, "maxItems": MAXIMUM_ITEMS}

Items = Annotated[list[Annotated[msgspec.Raw, any_of(StaffCheckin)]], Meta(extra_json_schema=_BOUNDS)]


class StaffBatch(msgspec.Struct, forbid_unknown_fields=True):
    """People whom staff check in."""

    checkins: Items


class LetIn(msgspec.Struct):
    """A result per person, in order."""

    results: list[Result]


class Look(msgspec.Struct):
    """Somebody before they are let in: who they are, how they came before, and where they are now."""

    person: DoorPerson
    held: Annotated[DuplicateOf | None, Meta(description="The record that holds their seat; null: they have not come.")]
    is_first: Annotated[bool, Meta(description="They have not come, and nothing of them waits for a human.")]
    is_inside: bool
    left_at: Time | None
    passes: Annotated[int, Meta(description="How often they came in.")]
    is_pending: Annotated[bool, Meta(description="Something of them waits for a human.")]
    mark: MarkName | None


_decode = reader(StaffBatch)
_decode_meant = reader(Meant)
_decode_list = reader(list[msgspec.Raw])
_A_BATCH = {
    "checkins": [
        {"attempt_id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f", "user_id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e80"}
    ]
}


@routes.on(
    "POST",
    "/v1/activities/{activity_id}/checkins/batch",
    who="attendee",
    body=StaffBatch | Items,
    example=_A_BATCH,
    meanings={200: "One result per person."},
)
async def let_in(call: Call, activity_id: Id) -> LetIn:
    """Checks people in for owner, organiser and staff; each has an answer of their own."""
    if wait_s := call.parts.batches.take(call.person.user_id):
        raise RateLimitedError("one batch a second at most", retry_after_s=wait_s)
    items = _items(await call.body())
    return LetIn(await call.parts.many.let_in(call.person, activity_id, items, call.received_at, call.request_id))


@routes.on(
    "POST",
    "/v1/activities/{activity_id}/door/look",
    who="attendee",
    body=Meant,
    example=_A_BATCH["checkins"][0],
)
async def look_at_door(call: Call, activity_id: Id) -> Look:
    """Shows somebody to owner, organiser and staff before they are let in by the attempt that is named.

    A personal code belongs to that attempt from then on. Nobody is written down by a look.
    """
    if wait_s := call.parts.looks.take(call.person.user_id):
        raise RateLimitedError("two looks a second at most", retry_after_s=wait_s)
    meant = _decode_meant(await call.body())
    attempt_id = staff_attempt_id(call.person.user_id, uuid7("attempt_id", meant.attempt_id))
    subject = subject_of(meant, activity_id, call.person.user_id, call.parts.keys)
    person = await _person(call, activity_id, subject)
    require_another(person.user_id, call.person.user_id)
    request = pb.LookAtDoorRequest(
        activity_id=activity_id,
        user_id=person.user_id,
        person_token=subject.person_token,
        attempt_id=attempt_id,
        is_vouched=subject.asked is not None,
    )
    return _look(person, await ask(call.services.checkin.LookAtDoor, request, call.person))


async def _person(call: Call, activity_id: bytes, subject: Subject) -> door_pb2.DoorPerson:
    """Who it is, as the activity's roster says, or as was sent of a guest.

    Raises:
        ServiceError: There is no such entry, or nobody can tell.
    """
    if subject.asked is not None and (guest := subject.asked.guest).name:
        return door_pb2.DoorPerson(
            kind=door_pb2.DoorPerson.KIND_GUEST,
            user_id=guest.guest_id,
            name=guest.name,
            phone_tail=guest.phone_tail,
        )
    asked = subject.asked or door_pb2.Subject(user_id=subject.user_id)
    found: door_pb2.DoorPerson | ServiceError
    [found] = await call.services.resolve_subjects(call.person, activity_id, [asked])
    if isinstance(found, ServiceError):
        raise found
    return found


def _look(person: door_pb2.DoorPerson, view: pb.DoorView) -> Look:
    shown = to_person(person)
    # What the roster calls them goes before what they call themselves.
    shown.name = shown.name or view.name
    held = to_held(view.held) if view.HasField("held") else None
    return Look(
        shown,
        held,
        is_first=held is None and not view.is_pending,
        is_inside=view.is_inside,
        left_at=to_rfc3339(view.left_at) if view.left_at else None,
        passes=view.passes,
        is_pending=view.is_pending,
        mark=MARKS.get(view.mark),
    )


def _items(body: bytes) -> list[msgspec.Raw]:
    """The items of either form: an object, or the bare list."""
    items = _decode_list(body) if body.lstrip()[:1] == b"[" else _decode(body).checkins
    if not 1 <= len(items) <= MAXIMUM_ITEMS:
        raise invalid("checkins", f"must be 1 to {MAXIMUM_ITEMS} people at once")
    return items
