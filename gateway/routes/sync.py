"""What waited on a phone comes in, and what the phone has not seen goes out."""

import logging
import time
from typing import Annotated

import msgspec
from msgspec import Meta

from gateway.checkins import answers
from gateway.checkins.attempts import CheckinRequest, StaffAttempt
from gateway.checkins.batch import Result
from gateway.checkins.decoding import reader
from gateway.checkins.line import ANSWER_S
from gateway.clients import CALL_S, Clients, ask
from gateway.openapi import any_of
from gateway.routes.dependencies import Call, Routes
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import RateLimitedError, ServiceError
from servicekit.tokens import Claims

log = logging.getLogger(__name__)

routes = Routes("checkin")

MAXIMUM_ITEMS = 50
_MAXIMUM_CURSOR = 512
_LEAST_CHANGES_S = 0.2

Item = Annotated[msgspec.Raw, any_of(CheckinRequest, StaffAttempt)]


class Sync(msgspec.Struct, forbid_unknown_fields=True):
    """Attempts as of `POST /v1/checkins`, and the cursor of the last sync."""

    attempts: Annotated[list[Item], Meta(max_length=MAXIMUM_ITEMS)]
    cursor: Annotated[str, Meta(max_length=_MAXIMUM_CURSOR, description="Empty: from the beginning.")] = ""


class Synced(msgspec.Struct):
    """A result per attempt in order; records that changed since the cursor, some of them perhaps known already."""

    results: list[Result]
    changes: list[answers.Checkin]
    cursor: str
    has_more: bool


_decode = reader(Sync)
_AN_ATTEMPT = {"attempt_id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f", "method": "code", "code": "K7M2PQ"}


@routes.on(
    "POST",
    "/v1/checkins/sync",
    who="attendee",
    body=Sync,
    example={"attempts": [_AN_ATTEMPT], "cursor": ""},
    meanings={200: "One result per attempt, and what changed."},
)
async def sync(call: Call) -> Synced:
    """Attempts that waited on the phone, each with its own answer; then what the phone has not seen."""
    if wait_s := call.parts.syncs.take(call.person.user_id):
        raise RateLimitedError("one phone syncs every two seconds at most", retry_after_s=wait_s)
    said = _decode(await call.body())
    since = time.monotonic()
    results = await call.parts.many.sync(call.person, said.attempts, call.received_at, call.request_id, since)
    page = await _changes(call.services, call.person, said.cursor, since + ANSWER_S)
    changes = [answers.to_checkin(change) for change in page.changes]
    return Synced(results, changes, page.cursor, page.has_more)


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
