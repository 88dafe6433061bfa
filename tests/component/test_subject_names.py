"""Names of guests and entries over real gRPC: in batches, remembered for a while, for reporting and checkin alone."""

from typing import Any

import pytest

from domainkit.subject_names import EntryNames, GuestNames
from protos.activity.v1 import door_pb2, door_pb2_grpc, rosters_pb2, rosters_pb2_grpc
from servicekit import ids
from servicekit.errors import PermissionDeniedError
from services.activity.door import rpc
from services.activity.rosters import listing
from tests.component.conftest import Loopback

GUESTS, ENTRIES = "/activity.v1.DoorService/BatchGetGuestNames", "/activity.v1.RosterMemberService/BatchGetEntryNames"


class StandInActivity:
    """Knows everybody whose id is even; `calls` says of how many it was asked."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    async def BatchGetGuestNames(self, request: Any, context: Any) -> door_pb2.BatchGetGuestNamesResponse:
        """Guests."""
        told = [door_pb2.Guest(guest_id=each, name="赵客人") for each in self._known(request.guest_ids)]
        return door_pb2.BatchGetGuestNamesResponse(guests=told)

    async def BatchGetEntryNames(self, request: Any, context: Any) -> rosters_pb2.BatchGetEntryNamesResponse:
        """Entries."""
        told = [rosters_pb2.EntryName(entry_id=each, name="王小明") for each in self._known(request.entry_ids)]
        return rosters_pb2.BatchGetEntryNamesResponse(entries=told)

    def _known(self, asked: Any) -> list[bytes]:
        self.calls.append(len(asked))
        return [each for each in asked if each[-1] % 2 == 0]


@pytest.fixture
async def activity(loopback: Loopback) -> StandInActivity:
    """The activity service, with the access of the real one."""
    activity = StandInActivity()

    def register(servicer: Any, server: Any) -> None:
        door_pb2_grpc.add_DoorServiceServicer_to_server(servicer, server)
        rosters_pb2_grpc.add_RosterMemberServiceServicer_to_server(servicer, server)

    class All(StandInActivity, door_pb2_grpc.DoorServiceServicer, rosters_pb2_grpc.RosterMemberServiceServicer):
        """Both services."""

    served = All()
    served.calls = activity.calls
    access = {GUESTS: rpc.ACCESS[GUESTS], ENTRIES: listing.ACCESS[ENTRIES]}
    await loopback.serve("activity", register, served, access)
    return activity


@pytest.mark.parametrize("caller", ["reporting", "checkin"])
@pytest.mark.parametrize("kind", [GuestNames, EntryNames])
async def test_names_are_asked_for_in_batches_once(
    activity: StandInActivity, loopback: Loopback, caller: str, kind: type[GuestNames | EntryNames]
) -> None:
    """Who has none is asked for again, and elsewhere the same id is somebody else."""
    names, here = kind(loopback.connect("activity", caller)), ids.new_id()
    everybody = [bytes(14) + number.to_bytes(2, "big") for number in range(600)]
    assert [*await names.of(here, everybody)] == everybody[::2]
    assert [*await names.of(here, everybody[:4])] == everybody[:4:2]
    await names.of(ids.new_id(), everybody[:2])
    assert activity.calls == [500, 100, 2, 2]


@pytest.mark.parametrize("kind", [GuestNames, EntryNames])
async def test_names_are_for_services_that_show_lists(
    activity: StandInActivity, loopback: Loopback, kind: type[GuestNames | EntryNames]
) -> None:
    """Another process is refused."""
    with pytest.raises(PermissionDeniedError):
        await kind(loopback.connect("activity", "identity")).of(ids.new_id(), [bytes(16)])
