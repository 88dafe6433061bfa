"""What waited on a phone comes in, and what the phone has not seen goes out."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Meta

from gateway import answers
from gateway.clients import ask
from gateway.many import Result
from gateway.problems import MalformedError
from gateway.routes.dependencies import Caller, SharedParts
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us
from servicekit.errors import FieldError, InvalidArgumentError, RateLimitedError, UnavailableError

router = APIRouter(prefix="/v1", tags=["checkin"])

MAXIMUM_ITEMS = 50


class Sync(msgspec.Struct, forbid_unknown_fields=True):
    """Attempts as of `POST /v1/checkins`, at most 50, and the cursor of the last sync."""

    attempts: list[msgspec.Raw] = []
    cursor: Annotated[str, Meta(max_length=512)] = ""


class Synced(msgspec.Struct):
    """A result per attempt in order; records that changed since the cursor, some of them perhaps known already."""

    results: list[Result]
    changes: list[answers.Checkin]
    cursor: str
    has_more: bool


SCHEMAS = (Synced,)
_decode = msgspec.json.Decoder(Sync).decode
_encode = msgspec.json.Encoder().encode
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Synced"}}},
        "description": "One result per attempt, and what changed.",
    }
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "attempts": {
                            "type": "array",
                            "maxItems": MAXIMUM_ITEMS,
                            "items": {"$ref": "#/components/schemas/CheckinRequest"},
                        },
                        "cursor": {"type": "string", "maxLength": 512},
                    },
                }
            }
        },
    }
}


@router.post("/checkins/sync", response_class=Response, responses=_DOCUMENTED, openapi_extra=_BODY)
async def sync(request: Request, person: Caller, shared: SharedParts) -> Response:
    """Attempts that waited on the phone, each with its own answer; then what the phone has not seen."""
    received_at = now_us()
    if wait_s := shared.syncs.take(person.user_id):
        raise RateLimitedError("one phone syncs every two seconds at most", retry_after_s=wait_s)
    said = _read(await request.body())
    request_id: str = request.state.request_id
    results = await shared.many.sync(person, said.attempts, received_at, request_id)
    try:
        page: pb.ListChangesResponse = await ask(
            shared.clients.checkin.ListChanges, pb.ListChangesRequest(cursor=said.cursor), person
        )
    except UnavailableError:
        # What came in is answered all the same; the phone asks for the changes with its old cursor again.
        page = pb.ListChangesResponse(cursor=said.cursor)
    changes = [answers.to_checkin(change) for change in page.changes]
    body = _encode(Synced(results, changes, page.cursor, page.has_more))
    return Response(body, media_type="application/json")


def _read(body: bytes) -> Sync:
    try:
        said = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"the body is no sync {{attempts, cursor}}: {error}") from None
    if len(said.attempts) > MAXIMUM_ITEMS:
        cure = f"send at most {MAXIMUM_ITEMS} at once, and the rest after"
        raise InvalidArgumentError(f"attempts: {cure}", fields=[FieldError("attempts", cure)])
    return said
