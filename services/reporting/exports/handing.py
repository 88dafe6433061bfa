"""Files as they are handed out: opened piece by piece, for whoever was found to be allowed to have them."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from domainkit.sealed import SealBrokenError, SealedTextError
from protos.reporting.v1 import exports_pb2 as pb
from servicekit.clock import now_us
from services.reporting.exports.errors import ExportNotReadyError
from services.reporting.exports.job import Job
from services.reporting.exports.kinds import Format, State
from services.reporting.exports.running import path_of
from services.reporting.exports.sealing import FileKeys, unsealed
from services.reporting.exports.vault import FileMissingError, Vault

_MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PDF: "application/pdf",
}


class Files(NamedTuple):
    """Where files lie, and what opens their keys."""

    vault: Vault
    keys: FileKeys


def check_ready(job: Job) -> None:
    """Raises ExportNotReadyError where a job has no file, or none any more: nobody may have come yet to erase it."""
    state = State.EXPIRED if job.state is State.DONE and job.expires_at <= now_us() else job.state
    if state is not State.DONE:
        raise ExportNotReadyError(state.name.lower())


async def pieces_of(job: Job, files: Files) -> AsyncIterator[pb.DownloadExportResponse]:
    """The file of a job that is ready; the first piece says what it is.

    Raises:
        FileMissingError: It is gone, or is not what was written.
        UnavailableError: The storage is gone.
    """
    try:
        key = files.keys.open(job.sealed_key, job.export_id)
        first = pb.DownloadExportResponse(
            file_name=job.file_name, media_type=_MEDIA_TYPES[job.wish.format], file_bytes=job.file_bytes
        )
        async for piece in unsealed(files.vault.get(path_of(job.export_id, job.lease)), key):
            first.content = piece
            yield first
            first = pb.DownloadExportResponse()
    except (SealBrokenError, SealedTextError):
        raise FileMissingError from None
