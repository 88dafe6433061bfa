"""Imports of rosters: a file or a pasted text is read, looked at, applied, and undone; and a roster as a file."""

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from gateway.clients import ask
from gateway.http.fields import Id, IdText, Input, NextPageToken, Page, Time
from gateway.openapi import Media
from gateway.routes import roster_texts
from gateway.routes.dependencies import Call, Routes
from gateway.routes.roster_shapes import Extra, Group, Heading, MaskedPhone, Note, Number, PersonName
from protos.activity.v1 import rosters_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text
from servicekit.rpc import client

routes = Routes("activity")

MAXIMUM_FILE_BYTES = 10 * 2**20
_PIECE_BYTES = 256 * 1024
_UPLOAD_S = 15.0
# What is small is done by then.
_PATIENT_S = 6.0
_EXPORT_S = 60.0
_BAD_ROWS = 5000

_FIELDS = "name, number, phone, group, note or extra."
_A_FILE = {"type": "string", "format": "binary"}
_FILE = Media("application/octet-stream", _A_FILE, "姓名,学号\\n王小明,2026001")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv"
_BAD_ROWS_FILE = Media(_CSV, {"type": "string"}, "行,列,原因,办法")
_ROSTER_FILE = Media(_XLSX, _A_FILE, "PK")

StateName = Literal["reading", "ready", "applying", "applied", "undoing", "undone", "failed"]
FormatName = Literal["xlsx", "csv"]

_STATES: dict[int, StateName] = {
    pb.RosterImport.STATE_READING: "reading",
    pb.RosterImport.STATE_READY: "ready",
    pb.RosterImport.STATE_APPLYING: "applying",
    pb.RosterImport.STATE_APPLIED: "applied",
    pb.RosterImport.STATE_UNDOING: "undoing",
    pb.RosterImport.STATE_UNDONE: "undone",
    pb.RosterImport.STATE_FAILED: "failed",
}
_FORMATS: dict[FormatName, tuple[pb.ExportRosterRequest.Format.ValueType, str]] = {
    "xlsx": (pb.ExportRosterRequest.FORMAT_XLSX, _XLSX),
    "csv": (pb.ExportRosterRequest.FORMAT_CSV, _CSV),
}
_CSV_HEADINGS: dict[roster_texts.Language, tuple[str, ...]] = {
    "zh-CN": ("行", "列", "原因", "办法"),
    "en": ("line", "column", "cause", "cure"),
}


class Speaking(msgspec.Struct, rename="kebab"):
    """In which language causes and cures are told: Chinese, or English."""

    accept_language: Annotated[str, Meta(max_length=256)] = ""


class ImportColumn(msgspec.Struct):
    """What heads a column, and what that means; `field` is empty where it is passed over."""

    heading: Heading
    field: Annotated[str, Meta(description=_FIELDS, examples=["name"])]


class ImportFault(msgspec.Struct):
    """Why nothing of a file was taken, and what to do."""

    reason: Annotated[str, Meta(examples=["FILE_XLS"])]
    cause: str
    cure: str


class ImportedPerson(msgspec.Struct):
    """What a file says of a person."""

    name: PersonName
    number: Number
    phone: MaskedPhone
    group: Group
    note: Note
    extra: Extra


class RosterImport(msgspec.Struct):
    """A file and what it changes, in people. `done` of `total` changes are dealt with; it lives for an hour.

    `missing` are on the roster and not in the file: of them `removed` were taken off and `kept` have checked in.
    `skipped` is what somebody else changed meanwhile. `undo_until` is null where nothing can be undone.
    """

    id: IdText
    roster_id: IdText
    state: StateName | None
    done: int
    total: int
    rows: int
    added: int
    changed: int
    missing: int
    unchanged: int
    bad: int
    removed: int
    kept: int
    skipped: int
    columns: list[ImportColumn]
    sample: Annotated[list[ImportedPerson], Meta(description="The first ten people of the file.")]
    error: ImportFault | None
    created_at: Time
    undo_until: Time | None


class BadRow(msgspec.Struct):
    """A row that was left out, where it stands, and what to do."""

    line: int
    column: int
    reason: Annotated[str, Meta(examples=["PHONE_MALFORMED"])]
    cause: str
    cure: str


class BadRows(msgspec.Struct):
    """A page of them."""

    rows: list[BadRow]
    next_page_token: NextPageToken


class Applying(Input):
    """Whether those are taken off the roster who are not in the file; who has checked in stays."""

    remove_missing: Annotated[bool, Meta(examples=[True])] = False


class FileQuery(msgspec.Struct):
    """As which file."""

    format: FormatName = "xlsx"


@routes.on("POST", "/v1/rosters/{roster_id}/imports", status=201, is_upload=True, body=_FILE)
async def import_roster(call: Call, roster_id: Id, headers: Speaking) -> RosterImport:
    """Reads an xlsx, a csv or a pasted text of at most 10 MB, sent within 120 s, and says what it would change.

    For organisers and owners. Nothing is changed; a large file is still `reading` when this is answered.
    """
    # Whom the roster is no business of is told so before anything of the file is read.
    await ask(call.services.rosters.GetRoster, pb.GetRosterRequest(roster_id=roster_id), call.person)
    with call.parts.uploads.of(call.person.user_id):
        pieces = _pieces(roster_id, await call.upload(MAXIMUM_FILE_BYTES))
        upload = call.services.roster_imports.UploadRosterImport
        return _to_import(await ask(upload, pieces, call.person, timeout_s=_UPLOAD_S), headers)


@routes.on("GET", "/v1/rosters/{roster_id}/imports/{import_id}")
async def get_roster_import(call: Call, roster_id: Id, import_id: Id, headers: Speaking) -> RosterImport:
    """How far an import is."""
    request = pb.GetRosterImportRequest(roster_id=roster_id, import_id=import_id)
    get = call.services.roster_imports.GetRosterImport
    return _to_import(await ask(get, request, call.person, timeout_s=_PATIENT_S), headers)


@routes.on("GET", "/v1/rosters/{roster_id}/imports/{import_id}/bad-rows")
async def list_bad_rows(call: Call, roster_id: Id, import_id: Id, query: Page, headers: Speaking) -> BadRows:
    """The rows that were left out, in the order of the file."""
    request = pb.ListBadRowsRequest(
        roster_id=roster_id, import_id=import_id, page_size=query.page_size, page_token=query.page_token
    )
    page: pb.ListBadRowsResponse = await ask(call.services.roster_imports.ListBadRows, request, call.person)
    return BadRows([_to_bad_row(row, headers) for row in page.rows], page.next_page_token)


@routes.on("GET", "/v1/rosters/{roster_id}/imports/{import_id}/bad-rows.csv", answers={200: _BAD_ROWS_FILE})
async def get_bad_rows(call: Call, roster_id: Id, import_id: Id, headers: Speaking) -> Response:
    """All rows that were left out, as a csv."""
    content = io.StringIO(newline="")
    lines = csv.writer(content)
    lines.writerow(_CSV_HEADINGS[roster_texts.language(headers.accept_language)])
    request = pb.ListBadRowsRequest(roster_id=roster_id, import_id=import_id, page_size=_BAD_ROWS)
    while True:
        page: pb.ListBadRowsResponse = await ask(call.services.roster_imports.ListBadRows, request, call.person)
        told = (_to_bad_row(row, headers) for row in page.rows)
        lines.writerows((row.line, row.column, row.cause, row.cure) for row in told)
        if not page.next_page_token:
            return _file(content.getvalue().encode("utf-8-sig"), _CSV, "bad-rows.csv")
        request.page_token = page.next_page_token


@routes.on("POST", "/v1/rosters/{roster_id}/imports/{import_id}/apply")
async def apply_roster_import(
    call: Call, roster_id: Id, import_id: Id, headers: Speaking, body: Applying
) -> RosterImport:
    """Makes the changes; many of them while this is answered already. Twice is once."""
    request = pb.ApplyRosterImportRequest(roster_id=roster_id, import_id=import_id, remove_missing=body.remove_missing)
    apply = call.services.roster_imports.ApplyRosterImport
    return _to_import(await ask(apply, request, call.person, timeout_s=_PATIENT_S), headers)


@routes.on("POST", "/v1/rosters/{roster_id}/imports/{import_id}/undo")
async def undo_roster_import(call: Call, roster_id: Id, import_id: Id, headers: Speaking) -> RosterImport:
    """Takes the changes back, within an hour: who was added goes, what was changed and removed comes back.

    What somebody changed since, and who has checked in, stays.
    """
    request = pb.UndoRosterImportRequest(roster_id=roster_id, import_id=import_id)
    undo = call.services.roster_imports.UndoRosterImport
    return _to_import(await ask(undo, request, call.person, timeout_s=_PATIENT_S), headers)


@routes.on("GET", "/v1/rosters/{roster_id}/file", answers={200: _ROSTER_FILE})
async def export_roster(call: Call, roster_id: Id, query: FileQuery) -> Response:
    """Everybody on a roster, phones whole, for organisers and owners; it can be imported again."""
    kind, media_type = _FORMATS[query.format]
    request = pb.ExportRosterRequest(roster_id=roster_id, format=kind)
    export = call.services.roster_imports.ExportRoster
    told = client.pieces(export, request, timeout_s=_EXPORT_S, token=call.person.token)
    content = b"".join([piece.content async for piece in told])
    return _file(content, media_type, f"roster.{query.format}")


def _pieces(roster_id: bytes, content: bytes) -> Iterator[pb.UploadRosterImportRequest]:
    yield pb.UploadRosterImportRequest(roster_id=roster_id)
    for start in range(0, len(content), _PIECE_BYTES):
        yield pb.UploadRosterImportRequest(content=content[start : start + _PIECE_BYTES])


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"content-disposition": f"attachment; filename={name}"})


def _to_bad_row(row: pb.BadRow, headers: Speaking) -> BadRow:
    return BadRow(row.line, row.column, row.reason, *_words(row.reason, headers))


def _words(reason: str, headers: Speaking) -> roster_texts.Words:
    return roster_texts.words(reason, roster_texts.language(headers.accept_language))


def _to_person(entry: pb.RosterEntry) -> ImportedPerson:
    return ImportedPerson(entry.name, entry.number, entry.phone, entry.group, entry.note, dict(entry.extra))


def _to_import(found: pb.RosterImport, headers: Speaking) -> RosterImport:
    return RosterImport(
        id=to_text(found.import_id),
        roster_id=to_text(found.roster_id),
        state=_STATES.get(found.state),
        done=found.done,
        total=found.total,
        rows=found.rows,
        added=found.added,
        changed=found.changed,
        missing=found.missing,
        unchanged=found.unchanged,
        bad=found.bad,
        removed=found.removed,
        kept=found.kept,
        skipped=found.skipped,
        columns=[ImportColumn(column.heading, column.field) for column in found.columns],
        sample=[_to_person(entry) for entry in found.sample],
        error=ImportFault(found.reason, *_words(found.reason, headers)) if found.reason else None,
        created_at=to_rfc3339(found.created_at),
        undo_until=to_rfc3339(found.undo_until) if found.undo_until else None,
    )
