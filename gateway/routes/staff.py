"""Staff check people in."""

from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.checkins.attempts import StaffCheckin
from gateway.checkins.batch import Result
from gateway.checkins.decoding import reader
from gateway.http.fields import Id
from gateway.openapi import any_of
from gateway.routes.dependencies import Call, Routes
from servicekit.errors import RateLimitedError, invalid

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


_decode = reader(StaffBatch)
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


def _items(body: bytes) -> list[msgspec.Raw]:
    """The items of either form: an object, or the bare list."""
    items = _decode_list(body) if body.lstrip()[:1] == b"[" else _decode(body).checkins
    if not 1 <= len(items) <= MAXIMUM_ITEMS:
        raise invalid("checkins", f"must be 1 to {MAXIMUM_ITEMS} people at once")
    return items
