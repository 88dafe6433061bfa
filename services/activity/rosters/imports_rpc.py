"""`activity.v1.RosterImportService`: organisers and owners bring files, and take what these would change."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from domainkit.roles import ORGANISER
from protos.activity.v1 import rosters_pb2 as pb
from protos.activity.v1 import rosters_pb2_grpc
from servicekit import pages
from servicekit.errors import InvalidArgumentError, invalid
from servicekit.rpc.interceptors import for_person, person
from services.activity.quotas import Quotas
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.imports import Import, Imports
from services.activity.rosters.jobs import Jobs
from services.activity.rosters.rosters import Roster
from services.activity.rosters.rpc import RosterAdmission, to_message
from services.activity.rosters.table import MAX_BYTES
from services.activity.rosters.writing import Format, write

Context = Any

_SERVICE = "/activity.v1.RosterImportService/"
_METHODS = (
    *("UploadRosterImport", "GetRosterImport", "ListBadRows"),
    *("ApplyRosterImport", "UndoRosterImport", "ExportRoster"),
)
ACCESS = {_SERVICE + method: for_person("gateway") for method in _METHODS}

_PIECE_BYTES = 256 * 1024
_BAD_ROWS, _MOST_BAD_ROWS = 50, 5000
_FORMATS: Mapping[int, Format] = {
    pb.ExportRosterRequest.FORMAT_XLSX: "xlsx",
    pb.ExportRosterRequest.FORMAT_CSV: "csv",
}
# As `entries.HEADINGS` reads them again.
_HEADINGS = ("姓名", "学号", "手机", "分组", "备注")


class FileTooLargeError(InvalidArgumentError):
    """More was sent than a file may have."""

    reason = "FILE_TOO_LARGE"

    def __init__(self) -> None:
        super().__init__(f"a file may have at most {MAX_BYTES} bytes; split it")


class RosterImportServicer(rosters_pb2_grpc.RosterImportServiceServicer):
    """Serves the methods."""

    def __init__(self, admission: RosterAdmission, imports: Imports, jobs: Jobs, quotas: Quotas) -> None:
        self._admission = admission
        self._imports = imports
        self._jobs = jobs
        self._quotas = quotas

    async def UploadRosterImport(
        self, request: AsyncIterator[pb.UploadRosterImportRequest], context: Context
    ) -> pb.RosterImport:
        """Takes the pieces of a file and begins to read it; of a small one it says what it would change."""
        roster: Roster | None = None
        content = bytearray()
        async for piece in request:
            if roster is None:
                roster = await self._admission.admit(piece.roster_id, ORGANISER)
            content += piece.content
            if len(content) > MAX_BYTES:
                raise FileTooLargeError
        if roster is None:
            raise invalid("roster_id", "is missing")
        await self._quotas.change(roster.organisation_id)
        return _message(await self._jobs.upload(roster, bytes(content), person().user_id))

    async def GetRosterImport(self, request: pb.GetRosterImportRequest, context: Context) -> pb.RosterImport:
        """How far it is; a job that died goes on."""
        await self._admission.admit(request.roster_id, ORGANISER)
        return _message(await self._jobs.go_on(await self._imports.get(request.roster_id, request.import_id)))

    async def ListBadRows(self, request: pb.ListBadRowsRequest, context: Context) -> pb.ListBadRowsResponse:
        """What was left out, in the order of the file."""
        size, position = min(request.page_size or _BAD_ROWS, _MOST_BAD_ROWS), pages.decode(request.page_token, int)
        await self._admission.admit(request.roster_id, ORGANISER)
        bad = await self._imports.bad(request.roster_id, request.import_id)
        start = int(str(position[0])) if position else 0
        end = start + size
        return pb.ListBadRowsResponse(
            rows=[pb.BadRow(line=row.line, column=row.column, reason=row.reason) for row in bad[start:end]],
            next_page_token=pages.encode(end) if end < len(bad) else "",
        )

    async def ApplyRosterImport(self, request: pb.ApplyRosterImportRequest, context: Context) -> pb.RosterImport:
        """Begins to make its changes."""
        roster = await self._admission.admit(request.roster_id, ORGANISER)
        await self._quotas.change(roster.organisation_id)
        begun = await self._imports.apply(request.roster_id, request.import_id, remove_missing=request.remove_missing)
        return _message(await self._jobs.go_on(begun))

    async def UndoRosterImport(self, request: pb.UndoRosterImportRequest, context: Context) -> pb.RosterImport:
        """Begins to take them back."""
        roster = await self._admission.admit(request.roster_id, ORGANISER)
        await self._quotas.change(roster.organisation_id)
        return _message(await self._jobs.go_on(await self._imports.undo(request.roster_id, request.import_id)))

    # It writes its pieces to the context, as gRPC lets it; the stubs know generators only.
    async def ExportRoster(self, request: pb.ExportRosterRequest, context: Context) -> None:  # type: ignore[override]
        """Writes the file, phones whole."""
        kind = _FORMATS.get(request.format)
        if kind is None:
            raise invalid("format", "must be xlsx or csv")
        roster = await self._admission.admit(request.roster_id, ORGANISER)
        headings = [column.heading for column in roster.extra]
        sealed = await self._imports.current(request.roster_id)
        people = await asyncio.to_thread(self._imports.opened, sealed)
        content = await write(kind, [[*_HEADINGS, *headings], *(_cells(one, headings) for one in people)])
        for piece in _pieces(content):
            await context.write(pb.ExportRosterResponse(content=piece))


def _cells(one: Listed, headings: Sequence[str]) -> list[str]:
    said = one.said
    known = (said.name, said.number, said.phone, one.group, said.note)
    return [*known, *(said.extra.get(heading, "") for heading in headings)]


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[start : start + _PIECE_BYTES] for start in range(0, len(content), _PIECE_BYTES))


def _message(found: Import) -> pb.RosterImport:
    summary = found.summary
    return pb.RosterImport(
        import_id=found.import_id,
        roster_id=found.roster_id,
        state=pb.RosterImport.State.ValueType(found.state),
        done=found.done,
        total=found.total,
        rows=summary.rows,
        added=summary.added,
        changed=summary.changed,
        missing=summary.missing,
        unchanged=summary.unchanged,
        bad=summary.bad,
        removed=summary.removed,
        kept=summary.kept,
        skipped=summary.skipped,
        columns=[pb.RosterImport.Column(heading=column.heading, field=column.field) for column in summary.columns],
        sample=[to_message(Listed(b"", said, group)) for group, said in found.sample],
        reason=summary.reason,
        created_at=found.created_at,
        undo_until=found.undo_until or 0,
    )
