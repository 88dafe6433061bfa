"""Methods that take or answer in pieces are guarded as the others are."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from protos.activity.v1 import rosters_pb2 as pb
from protos.activity.v1 import rosters_pb2_grpc
from servicekit import ids
from servicekit.errors import NotFoundError, PermissionDeniedError, ServiceError, UnauthenticatedError
from servicekit.rpc.client import call, pieces
from servicekit.rpc.interceptors import for_person, person
from tests.component.conftest import Loopback, Signer

_SERVICE = "/activity.v1.RosterImportService/"
ACCESS = {_SERVICE + method: for_person("gateway") for method in ("UploadRosterImport", "ExportRoster")}


class Pieces(rosters_pb2_grpc.RosterImportServiceServicer):
    """Takes a file, and gives the name of who asks in two pieces."""

    async def UploadRosterImport(self, request: AsyncIterator[pb.UploadRosterImportRequest], context: Any) -> Any:
        """Counts its pieces."""
        return pb.RosterImport(import_id=person().user_id, rows=len([piece async for piece in request]))

    async def ExportRoster(self, request: pb.ExportRosterRequest, context: Any) -> None:  # type: ignore[override]
        """Two, or an error after the first."""
        await context.write(pb.ExportRosterResponse(content=person().user_id))
        if request.roster_id:
            raise NotFoundError("there is no such roster")
        await context.write(pb.ExportRosterResponse(content=b"end"))


class Asked:
    """The service under test, and who asks it."""

    def __init__(self, loopback: Loopback, signer: Signer) -> None:
        self._loopback = loopback
        self.user_id = ids.new_id()
        self.token = signer.token(self.user_id)

    def stub(self, caller: str) -> rosters_pb2_grpc.RosterImportServiceStub:
        """As a process."""
        return rosters_pb2_grpc.RosterImportServiceStub(self._loopback.connect("activity", caller))

    async def upload(self, caller: str = "gateway", token: str | None = None) -> Any:
        """Sends three pieces."""
        three = iter([pb.UploadRosterImportRequest()] * 3)
        return await call(self.stub(caller).UploadRosterImport, three, timeout_s=10, token=token)

    async def export(self, caller: str = "gateway", token: str | None = None, roster_id: bytes = b"") -> list[bytes]:
        """All that comes back."""
        request = pb.ExportRosterRequest(roster_id=roster_id)
        told = pieces(self.stub(caller).ExportRoster, request, timeout_s=10, token=token)
        return [piece.content async for piece in told]


@pytest.fixture
async def asked(loopback: Loopback, signer: Signer) -> Asked:
    """See `Asked`."""
    register = rosters_pb2_grpc.add_RosterImportServiceServicer_to_server
    await loopback.serve("activity", register, Pieces(), ACCESS, signer.verifier())
    return Asked(loopback, signer)


async def test_pieces_go_and_come_on_somebody_s_behalf(asked: Asked) -> None:
    """In their order, and all of them."""
    uploaded = await asked.upload(token=asked.token)

    assert (uploaded.import_id, uploaded.rows) == (asked.user_id, 3)
    assert await asked.export(token=asked.token) == [asked.user_id, b"end"]


@pytest.mark.parametrize(
    ("caller", "is_signed_in", "error"),
    [("checkin", True, PermissionDeniedError), ("gateway", False, UnauthenticatedError)],
)
async def test_nobody_else_sends_or_gets_any(
    asked: Asked, caller: str, is_signed_in: bool, error: type[ServiceError]
) -> None:
    """Neither another process, nor somebody without a token."""
    token = asked.token if is_signed_in else None

    with pytest.raises(error):
        await asked.upload(caller, token)
    with pytest.raises(error):
        await asked.export(caller, token)


async def test_an_error_ends_the_pieces(asked: Asked) -> None:
    """With its reason, after what had come."""
    with pytest.raises(NotFoundError, match="no such roster"):
        await asked.export(token=asked.token, roster_id=ids.new_id())
