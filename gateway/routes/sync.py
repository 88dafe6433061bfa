"""What waited on a phone comes in, and what the phone has not seen goes out."""

import logging
import time
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Meta

from gateway.checkins import answers
from gateway.checkins.attempts import StaffAttempt, reader
from gateway.checkins.batch import Result
from gateway.checkins.line import ANSWER_S
from gateway.clients import CALL_S, Clients, ask
from gateway.routes.dependencies import Attendee, SharedParts
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import RateLimitedError, ServiceError
from servicekit.tokens import Claims

log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1", tags=["checkin"])

MAXIMUM_ITEMS = 50
_MAXIMUM_CURSOR = 512
_LEAST_CHANGES_S = 0.2


class Sync(msgspec.Struct, forbid_unknown_fields=True):
    """Attempts as of `POST /v1/checkins`, and the cursor of the last sync."""

    attempts: Annotated[list[msgspec.Raw], Meta(max_length=MAXIMUM_ITEMS)]
    cursor: Annotated[str, Meta(max_length=_MAXIMUM_CURSOR)] = ""


class Synced(msgspec.Struct):
    """A result per attempt in order; records that changed since the cursor, some of them perhaps known already."""

    results: list[Result]
    changes: list[answers.Checkin]
    cursor: str
    has_more: bool


# What the OpenAPI document needs to know of this route.
SCHEMAS = (Synced, StaffAttempt)

_decode = reader(Sync)
_encode = msgspec.json.Encoder().encode
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Synced"}}},
        "description": "One result per attempt, and what changed.",
    }
}
_ITEMS = [{"$ref": "#/components/schemas/CheckinRequest"}, {"$ref": "#/components/schemas/StaffAttempt"}]
_BODY = {
    "type": "object",
    "additionalProperties": False,
    "required": ["attempts"],
    "properties": {
        "attempts": {"type": "array", "maxItems": MAXIMUM_ITEMS, "items": {"anyOf": _ITEMS}},
        "cursor": {"type": "string", "maxLength": _MAXIMUM_CURSOR, "description": "Empty: from the beginning."},
    },
}


@router.post(
    "/checkins/sync",
    response_class=Response,
    responses=_DOCUMENTED,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _BODY}}}},
)
async def sync(request: Request, person: Attendee, shared: SharedParts) -> Response:
    """Attempts that waited on the phone, each with its own answer; then what the phone has not seen."""
    if wait_s := shared.syncs.take(person.user_id):
        raise RateLimitedError("one phone syncs every two seconds at most", retry_after_s=wait_s)
    said = _decode(await request.body())
    since = time.monotonic()
    results = await shared.many.sync(person, said.attempts, request.state.received_at, request.state.request_id, since)
    page = await _changes(shared.clients, person, said.cursor, since + ANSWER_S)
    changes = [answers.to_checkin(change) for change in page.changes]
    body = _encode(Synced(results, changes, page.cursor, page.has_more))
    return Response(body, media_type="application/json")


async def _changes(services: Clients, person: Claims, cursor: str, due_at: float) -> pb.ListChangesResponse:
    """What changed since the cursor; nothing, and the same cursor, when that cannot be told in time."""
    request = pb.ListChangesRequest(cursor=cursor)
    timeout_s = min(CALL_S, max(due_at - time.monotonic(), _LEAST_CHANGES_S))
    try:
        page: pb.ListChangesResponse = await ask(services.checkin.ListChanges, request, person, timeout_s=timeout_s)
    except ServiceError as error:
        # What came in is kept and must be answered, whatever is wrong here.
        log.warning("a sync without changes: %s", error)
        return pb.ListChangesResponse(cursor=cursor)
    return page
