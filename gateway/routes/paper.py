"""Paper for a door, as PDF: labels with the codes of entries, and lists with room for signatures."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from gateway.http.fields import Id
from gateway.openapi import Media
from gateway.routes.dependencies import Call, Routes
from gateway.routes.roster_shapes import Group
from protos.activity.v1 import door_pb2 as pb
from servicekit.errors import RateLimitedError
from servicekit.rpc import client

routes = Routes("activity")

_PRINT_S = 60.0
_TYPE = "application/pdf"
_PDF = Media(_TYPE, {"type": "string", "format": "binary"}, "%PDF")
_GROUP = "One group alone; empty: those of none."


class LabelsQuery(msgspec.Struct):
    """Of whom."""

    group: Annotated[Group | None, Meta(description=_GROUP)] = None


class SheetQuery(msgspec.Struct):
    """Of whom, and how many rows without a name follow."""

    group: Annotated[Group | None, Meta(description=_GROUP)] = None
    blank_rows: Annotated[int, Meta(ge=0, le=500)] = 10


@routes.on("GET", "/v1/rosters/{roster_id}/labels.pdf", answers={200: _PDF})
async def print_labels(call: Call, roster_id: Id, query: LabelsQuery) -> Response:
    """Labels of 70 x 37 mm, 24 on a page of A4: name, group, number, and the entry code as QR and text.

    For staff of the roster's organisation; at most 3,000 people, beyond which `group` says who.
    """
    request = pb.PrintLabelsRequest(roster_id=roster_id, group=query.group)
    return await _printed(call, call.services.door.PrintLabels, request, "labels.pdf")


@routes.on("GET", "/v1/activities/{activity_id}/sign-sheet.pdf", answers={200: _PDF})
async def print_sign_sheet(call: Call, activity_id: Id, query: SheetQuery) -> Response:
    """A list to sign on A4: everybody on the activity's roster, then empty rows; for its staff, of 3,000 at most."""
    request = pb.PrintSignSheetRequest(activity_id=activity_id, group=query.group, blank_rows=query.blank_rows)
    return await _printed(call, call.services.door.PrintSignSheet, request, "sign-sheet.pdf")


async def _printed(call: Call, method: Callable[..., Any], request: object, name: str) -> Response:
    """A paper as it comes; what goes wrong before its first piece is told as ever."""
    if wait_s := call.parts.prints.take(call.person.user_id):
        raise RateLimitedError("one paper after the other; print in a moment", retry_after_s=wait_s)
    told = client.pieces(method, request, timeout_s=_PRINT_S, token=call.person.token)
    first = await anext(told)
    headers = {"content-disposition": f"attachment; filename={name}", "cache-control": "no-store"}
    return StreamingResponse(_contents(first, told), media_type=_TYPE, headers=headers)


async def _contents(first: pb.PrintedPiece, rest: AsyncIterator[pb.PrintedPiece]) -> AsyncIterator[bytes]:
    yield first.content
    async for piece in rest:
        yield piece.content
