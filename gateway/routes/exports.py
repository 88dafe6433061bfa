"""Exports: files of what history holds, asked for now and fetched when they are made."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta
from starlette.responses import Response, StreamingResponse

from gateway.clients import ask
from gateway.http.fields import Id, IdText, Input, Instant, Keyed, NextPageToken, Page, Time
from gateway.openapi import Media
from gateway.routes.dependencies import Call, Routes
from gateway.routes.reporting import PeopleFilter, asked_of
from protos.reporting.v1 import exports_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.errors import RateLimitedError
from servicekit.ids import to_text
from servicekit.rpc import client

routes = Routes("exports")

ReportName = Literal["checkins", "people", "register", "activity", "organisation", "sign_sheet", "proof"]
FormatName = Literal["xlsx", "csv", "pdf"]
StateName = Literal["queued", "running", "done", "failed", "cancelled", "expired"]

REPORTS: dict[int, ReportName] = {
    pb.REPORT_CHECKINS: "checkins",
    pb.REPORT_PEOPLE: "people",
    pb.REPORT_REGISTER: "register",
    pb.REPORT_ACTIVITY: "activity",
    pb.REPORT_ORGANISATION: "organisation",
    pb.REPORT_SIGN_SHEET: "sign_sheet",
    pb.REPORT_PROOF: "proof",
}
FORMATS: dict[int, FormatName] = {pb.FORMAT_XLSX: "xlsx", pb.FORMAT_CSV: "csv", pb.FORMAT_PDF: "pdf"}
STATES: dict[int, StateName] = {
    pb.EXPORT_STATE_QUEUED: "queued",
    pb.EXPORT_STATE_RUNNING: "running",
    pb.EXPORT_STATE_DONE: "done",
    pb.EXPORT_STATE_FAILED: "failed",
    pb.EXPORT_STATE_CANCELLED: "cancelled",
    pb.EXPORT_STATE_EXPIRED: "expired",
}
_REPORT_NUMBERS: dict[str, pb.Report.ValueType] = {
    name: pb.Report.Value(f"REPORT_{name.upper()}") for name in REPORTS.values()
}
_FORMAT_NUMBERS: dict[str, pb.Format.ValueType] = {
    name: pb.Format.Value(f"FORMAT_{name.upper()}") for name in FORMATS.values()
}
# A file of a hundred thousand people, through a slow line.
_DOWNLOAD_S = 600.0
FILE = Media("application/octet-stream", {"type": "string", "format": "binary"}, "PK")
_COLUMNS = ["name", "status", "checked_in_at"]
_PERIOD = "Of organisations and of pdf when occurrences open, else when people came. `from` is included, `to` is not."


class ExportFilter(PeopleFilter, forbid_unknown_fields=True):
    """Whom to write, as lists of people are filtered; what is left out asks for nothing."""


class ProofWish(Input):
    """For whom there is to be a proof: who came often and long enough, of everybody or of some."""

    minimum_sessions: Annotated[int, Meta(ge=0, le=400, description="0: once is enough.")] = 0
    minimum_minutes: Annotated[
        int,
        Meta(ge=0, le=60_000, description="From coming to leaving, of all occurrences together; 0: it is not asked."),
    ] = 0
    user_ids: Annotated[
        list[Id], Meta(max_length=100, description="As lists of people tell them; none: everybody.")
    ] = []


class NewExport(Input, rename={"from_": "from"}):
    """What somebody wants in a file, of an activity or of an organisation's period.

    `people`, `checkins` and `register` are tables, as xlsx or csv; the others are papers, as pdf. `organisation` is of
    an organisation's period, `register` of either, all others of one activity.
    """

    report: ReportName
    format: FormatName
    activity_id: Id | None = None
    organisation_id: Id | None = None
    columns: Annotated[
        list[Annotated[str, Meta(max_length=32)]],
        Meta(max_length=32, description="In the order of the file; none: all but phones.", examples=[_COLUMNS]),
    ] = []
    filters: ExportFilter = msgspec.field(default_factory=ExportFilter)
    from_: Annotated[Instant | None, Meta(description=_PERIOD)] = None
    to: Instant | None = None
    shows_phones: Annotated[bool, Meta(description="Phones whole; for organisers, who fetched it is kept.")] = False
    proof: Annotated[ProofWish | None, Meta(description="Of the report proof alone.")] = None
    time_zone: Annotated[
        str, Meta(max_length=64, description="IANA: where `from` and `to` are the ends of days; empty: China's.")
    ] = ""


class Export(msgspec.Struct):
    """A file on its way.

    `reason` says why it failed, or what a running one waits for. A file is erased at `expires_at`.
    """

    id: IdText
    report: ReportName
    format: FormatName
    activity_id: IdText | None
    organisation_id: IdText
    user_id: IdText
    shows_phones: bool
    state: StateName
    progress: Annotated[int, Meta(description="0 to 100.")]
    row_count: int
    file_bytes: int
    file_name: Annotated[str, Meta(examples=["周会 人员名单 20260901-0800.xlsx"])]
    reason: Annotated[str | None, Meta(examples=["STORAGE_FULL"])]
    created_at: Time
    finished_at: Time | None
    expires_at: Time | None


class Exports(msgspec.Struct):
    """A page of exports."""

    exports: list[Export]
    next_page_token: NextPageToken


class ExportsQuery(Page):
    """Whose."""

    organisation_id: Annotated[Id | None, Meta(description="For its organisers; left out: one's own.")] = None


class ColumnsQuery(msgspec.Struct):
    """Of which report."""

    report: ReportName


class ExportColumns(msgspec.Struct):
    """What a report can show, and what the caller chose last; none: nothing yet."""

    columns: Annotated[list[str], Meta(examples=[_COLUMNS])]
    chosen: Annotated[list[str], Meta(examples=[_COLUMNS])]


@routes.on("POST", "/v1/exports", status=202, meanings={202: "It waits in the queue."})
async def create_export(call: Call, headers: Keyed, body: NewExport) -> Export:
    """Puts an export in the queue of its organisation, for owner, organiser and staff.

    Two of an organisation are made at once, and twenty wait; then it is 429 EXPORTS_QUEUED. Ask for `/v1/exports/{id}`
    until it is `done`.
    """
    if wait_s := call.parts.exports.take(call.person.user_id):
        raise RateLimitedError("one export after the other; ask in a moment", retry_after_s=wait_s)
    request = pb.CreateExportRequest(wish=wish_of(body), idempotency_key=headers.idempotency_key)
    return _export(await ask(call.services.exports.CreateExport, request, call.person))


@routes.on("GET", "/v1/exports")
async def list_exports(call: Call, query: ExportsQuery) -> Exports:
    """One's own exports, or those of an organisation, the newest first."""
    request = pb.ListExportsRequest(
        organisation_id=query.organisation_id or b"", page_size=query.page_size, page_token=query.page_token
    )
    page: pb.ListExportsResponse = await ask(call.services.exports.ListExports, request, call.person)
    return Exports([_export(one) for one in page.exports], page.next_page_token)


@routes.on("GET", "/v1/export-columns")
async def get_export_columns(call: Call, query: ColumnsQuery) -> ExportColumns:
    """The columns of a report."""
    request = pb.GetExportColumnsRequest(report=_REPORT_NUMBERS[query.report])
    told: pb.ExportColumns = await ask(call.services.exports.GetExportColumns, request, call.person)
    return ExportColumns(list(told.columns), list(told.chosen))


@routes.on("GET", "/v1/exports/{export_id}")
async def get_export(call: Call, export_id: Id) -> Export:
    """How far an export is."""
    request = pb.GetExportRequest(export_id=export_id)
    return _export(await ask(call.services.exports.GetExport, request, call.person))


@routes.on("POST", "/v1/exports/{export_id}/cancel")
async def cancel_export(call: Call, export_id: Id) -> Export:
    """Ends what waits or runs; what is over stays as it is."""
    request = pb.CancelExportRequest(export_id=export_id)
    return _export(await ask(call.services.exports.CancelExport, request, call.person))


@routes.on("GET", "/v1/exports/{export_id}/file", answers={200: FILE})
async def download_export(call: Call, export_id: Id) -> Response:
    """The file of an export that is `done`, for who may still see what is in it."""
    request = pb.DownloadExportRequest(export_id=export_id)
    return await handed_out(call, call.services.exports.DownloadExport, request)


async def handed_out(call: Call, download: Any, request: object) -> Response:
    """A file as the service tells it in pieces, on behalf of the caller.

    Raises:
        RateLimitedError: They fetch one after the other.
        ServiceError: What the service said.
    """
    if wait_s := call.parts.downloads.take(call.person.user_id):
        raise RateLimitedError("files come a few at a time; ask in a moment", retry_after_s=wait_s)
    told = client.pieces(download, request, timeout_s=_DOWNLOAD_S, token=call.person.token)
    first: pb.DownloadExportResponse = await anext(told)
    plain = f"export.{first.file_name.rpartition('.')[2]}"
    headers = {
        "content-disposition": f"attachment; filename={plain}; filename*=UTF-8''{quote(first.file_name, safe='')}",
        "content-length": str(first.file_bytes),
        "cache-control": "no-store",
    }
    return StreamingResponse(_contents(first, told), media_type=first.media_type, headers=headers)


async def _contents(
    first: pb.DownloadExportResponse, rest: AsyncIterator[pb.DownloadExportResponse]
) -> AsyncIterator[bytes]:
    yield first.content
    async for piece in rest:
        yield piece.content


def wish_of(body: NewExport) -> pb.Wish:
    """A wish for the service."""
    proof = body.proof or ProofWish()
    return pb.Wish(
        report=_REPORT_NUMBERS[body.report],
        format=_FORMAT_NUMBERS[body.format],
        activity_id=body.activity_id or b"",
        organisation_id=body.organisation_id or b"",
        columns=body.columns,
        filter=pb.PeopleFilter(**asked_of(body.filters)),
        from_at=body.from_ or 0,
        to_at=body.to or 0,
        shows_phones=body.shows_phones,
        user_ids=proof.user_ids,
        minimum_sessions=proof.minimum_sessions,
        minimum_minutes=proof.minimum_minutes,
        time_zone=body.time_zone,
    )


def _export(job: pb.Export) -> Export:
    wish = job.wish
    return Export(
        id=to_text(job.export_id),
        report=REPORTS[wish.report],
        format=FORMATS[wish.format],
        activity_id=to_text(wish.activity_id) if wish.activity_id else None,
        organisation_id=to_text(job.organisation_id),
        user_id=to_text(job.user_id),
        shows_phones=wish.shows_phones,
        state=STATES[job.state],
        progress=job.progress,
        row_count=job.row_count,
        file_bytes=job.file_bytes,
        file_name=job.file_name,
        reason=job.reason or None,
        created_at=to_rfc3339(job.created_at),
        finished_at=to_rfc3339(job.finished_at) if job.finished_at else None,
        expires_at=to_rfc3339(job.expires_at) if job.expires_at else None,
    )
