"""`reporting.v1.ExportService`: who may have what exported, and fetch it."""

from collections.abc import Sequence
from typing import Any, Protocol

from domainkit.organisations import OneActivity
from domainkit.roles import ORGANISER, STAFF, Role
from protos.reporting.v1 import exports_pb2 as pb
from protos.reporting.v1 import exports_pb2_grpc
from servicekit import pages
from servicekit.errors import PermissionDeniedError
from servicekit.mysql.idempotency import Intent
from servicekit.rpc.interceptors import for_person, person
from services.reporting.domain import Activity
from services.reporting.errors import ActivityNotFoundError
from services.reporting.exports import wire
from services.reporting.exports.columns import REPORT_COLUMNS
from services.reporting.exports.errors import ExportNotFoundError, ExportsOffError, OrganisationNotFoundError
from services.reporting.exports.handing import Files, check_ready, pieces_of
from services.reporting.exports.job import Job, Wish, check
from services.reporting.exports.kinds import Report

Context = Any

_SERVICE = "/reporting.v1.ExportService/"
_METHODS = ("CreateExport", "ListExports", "GetExport", "CancelExport", "DownloadExport", "GetExportColumns")
ACCESS = {_SERVICE + method: for_person("gateway") for method in _METHODS}

_ID_BYTES = 16


class Jobs(Protocol):
    """See `store.Jobs`; every method raises UnavailableError when MySQL is gone."""

    async def create(self, intent: Intent, organisation_id: bytes, wish: Wish) -> Job:
        """Puts a job in a queue."""

    async def get(self, export_id: bytes) -> Job:
        """A job; raises ExportNotFoundError."""

    async def of_person(self, user_id: bytes, before: bytes | None, size: int) -> Sequence[Job]:
        """Somebody's own."""

    async def of_organisation(self, organisation_id: bytes, before: bytes | None, size: int) -> Sequence[Job]:
        """Those of an organisation."""

    async def cancel(self, export_id: bytes) -> None:
        """Ends a job that waits or runs."""


class Choices(Protocol):
    """See `choices.Choices`; every method raises UnavailableError when MySQL is gone."""

    async def chosen(self, user_id: bytes, report: Report) -> Sequence[str]:
        """The columns that somebody chose last."""

    async def choose(self, user_id: bytes, report: Report, columns: Sequence[str]) -> None:
        """Remembers them."""

    async def downloaded(self, job: Job, user_id: bytes) -> None:
        """Writes down for good who took whole phones."""


class Activities(Protocol):
    """See `activities.Activities`."""

    async def get(self, activity_id: bytes) -> Activity:
        """An activity; raises ActivityNotFoundError, UnavailableError."""


class Roles(Protocol):
    """See `domainkit.roles.Roles`; raises UnavailableError when identity is gone."""

    async def of_caller(self, organisation_id: bytes, activity: OneActivity | None = None) -> Role:
        """What the calling person is there."""


class ExportServicer(exports_pb2_grpc.ExportServiceServicer):
    """Serves the methods.

    Args:
        files: None: they are kept nowhere, and nothing is exported.
    """

    def __init__(self, jobs: Jobs, choices: Choices, activities: Activities, roles: Roles, files: Files | None) -> None:
        self._jobs = jobs
        self._choices = choices
        self._activities = activities
        self._roles = roles
        self._files = files

    async def CreateExport(self, request: pb.CreateExportRequest, context: Context) -> pb.Export:
        """Puts an export in the queue; the columns are remembered."""
        if self._files is None:
            raise ExportsOffError
        wish, user_id = wire.wish_of(request.wish), person().user_id
        check(wish)
        organisation_id, role = await self._reach(wish)
        if wish.shows_phones and role < ORGANISER:
            raise PermissionDeniedError("only organisers may have phones written whole; leave them masked")
        if wish.report is Report.ORGANISATION and role < ORGANISER:
            raise PermissionDeniedError("only owners and organisers may have this report; ask one of them")
        if wish.columns:
            await self._choices.choose(user_id, wish.report, wish.columns)
        intent = Intent(user_id, _SERVICE + "CreateExport", request.idempotency_key, wire.wish_bytes(wish))
        return wire.to_export(await self._jobs.create(intent, organisation_id, wish))

    async def ListExports(self, request: pb.ListExportsRequest, context: Context) -> pb.ListExportsResponse:
        """One's own, or those of an organisation."""
        size, before = pages.page_size(request.page_size), pages.decode_id(request.page_token)
        if request.organisation_id:
            if await self._roles.of_caller(request.organisation_id) < ORGANISER:
                raise OrganisationNotFoundError
            found = await self._jobs.of_organisation(request.organisation_id, before, size + 1)
        else:
            found = await self._jobs.of_person(person().user_id, before, size + 1)
        token = pages.encode(found[size - 1].export_id) if len(found) > size else ""
        return pb.ListExportsResponse(exports=map(wire.to_export, found[:size]), next_page_token=token)

    async def GetExport(self, request: pb.GetExportRequest, context: Context) -> pb.Export:
        """One that the caller may see."""
        return wire.to_export(await self._visible(request.export_id))

    async def CancelExport(self, request: pb.CancelExportRequest, context: Context) -> pb.Export:
        """Ends it."""
        job = await self._visible(request.export_id)
        await self._jobs.cancel(job.export_id)
        return wire.to_export(await self._jobs.get(job.export_id))

    async def DownloadExport(self, request: pb.DownloadExportRequest, context: Context) -> None:  # type: ignore[override]
        """The file, in pieces."""
        job = await self._visible(request.export_id, is_for_file=True)
        check_ready(job)
        if self._files is None:
            raise ExportsOffError
        if job.wish.shows_phones:
            await self._choices.downloaded(job, person().user_id)
        async for piece in pieces_of(job, self._files):
            await context.write(piece)

    async def GetExportColumns(self, request: pb.GetExportColumnsRequest, context: Context) -> pb.ExportColumns:
        """What there is, and what the caller chose last of it."""
        report = wire.report_of(request.report)
        known = REPORT_COLUMNS.get(report, ())
        chosen = await self._choices.chosen(person().user_id, report)
        return pb.ExportColumns(columns=known, chosen=[each for each in chosen if each in known])

    async def _visible(self, export_id: bytes, *, is_for_file: bool = False) -> Job:
        """An export that the caller asked for or is an organiser of, and what is in it they may still see.

        Raises:
            ExportNotFoundError: There is none, or they may not.
        """
        if len(export_id) != _ID_BYTES:
            raise ExportNotFoundError
        job = await self._jobs.get(export_id)
        try:
            _, role = await self._reach(job.wish)
        except (ActivityNotFoundError, OrganisationNotFoundError):
            raise ExportNotFoundError from None
        if job.user_id != person().user_id and role < ORGANISER:
            raise ExportNotFoundError
        is_for_organisers = job.wish.shows_phones or job.wish.report is Report.ORGANISATION
        if is_for_file and is_for_organisers and role < ORGANISER:
            raise PermissionDeniedError("what is in it only organisers may have")
        return job

    async def _reach(self, wish: Wish) -> tuple[bytes, Role]:
        """The organisation of what somebody wants, and what they are there: staff at least.

        Raises:
            ActivityNotFoundError, OrganisationNotFoundError: They may not see it, or it does not exist.
        """
        for each in (wish.activity_id, wish.organisation_id):
            if len(each) not in (0, _ID_BYTES):
                raise ActivityNotFoundError
        if wish.organisation_id:
            role = await self._roles.of_caller(wish.organisation_id)
            if role < STAFF:
                raise OrganisationNotFoundError
            return wish.organisation_id, role
        activity = await self._activities.get(wish.activity_id)
        alone = OneActivity(activity.activity_id, activity.closes_at or 0)
        role = await self._roles.of_caller(activity.organisation_id, alone)
        if role < STAFF:
            raise ActivityNotFoundError
        return activity.organisation_id, role
