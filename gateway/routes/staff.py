"""Staff check people in."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from gateway.checkins.attempts import StaffCheckin, reader
from gateway.checkins.batch import Result
from gateway.http.fields import Id
from gateway.routes.dependencies import Attendee, SharedParts
from servicekit.errors import RateLimitedError, invalid

router = APIRouter(prefix="/v1", tags=["checkin"])

MAXIMUM_ITEMS = 200


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """People whom staff check in."""

    checkins: list[msgspec.Raw]


class LetIn(msgspec.Struct):
    """A result per person, in order."""

    results: list[Result]


# What the OpenAPI document needs to know of this route.
SCHEMAS = (LetIn, StaffCheckin)

_decode = reader(Batch)
_decode_list = reader(list[msgspec.Raw])
_encode = msgspec.json.Encoder().encode
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LetIn"}}},
        "description": "One result per person.",
    }
}
_LIST = {
    "type": "array",
    "minItems": 1,
    "maxItems": MAXIMUM_ITEMS,
    "items": {"$ref": "#/components/schemas/StaffCheckin"},
}
_OBJECT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["checkins"],
    "properties": {"checkins": _LIST},
}
_BODY = {"required": True, "content": {"application/json": {"schema": {"anyOf": [_OBJECT, _LIST]}}}}


@router.post(
    "/activities/{activity_id}/checkins/batch",
    response_class=Response,
    responses=_DOCUMENTED,
    openapi_extra={"requestBody": _BODY},
)
async def let_in(activity_id: Id, request: Request, staff: Attendee, shared: SharedParts) -> Response:
    """Checks people in for owner, organiser and staff; each has an answer of their own."""
    if wait_s := shared.batches.take(staff.user_id):
        raise RateLimitedError("one batch a second at most", retry_after_s=wait_s)
    items = _items(await request.body())
    results = await shared.many.let_in(staff, activity_id, items, request.state.received_at, request.state.request_id)
    return Response(_encode(LetIn(results)), media_type="application/json")


def _items(body: bytes) -> list[msgspec.Raw]:
    """The items of either form: an object, or the bare list."""
    items = _decode_list(body) if body.lstrip()[:1] == b"[" else _decode(body).checkins
    if not 1 <= len(items) <= MAXIMUM_ITEMS:
        raise invalid("checkins", f"must be 1 to {MAXIMUM_ITEMS} people at once")
    return items
