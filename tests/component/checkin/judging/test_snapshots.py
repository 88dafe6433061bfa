"""Snapshots over real gRPC: all that are in use are renewed, never too many with one call."""

import asyncio

import pytest

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from servicekit.ids import new_id
from services.activity.rpc import ACCESS
from services.checkin.judging.snapshots import RENEWED_AT_ONCE, Activities
from tests.component.conftest import Loopback


class Servicer(activity_pb2_grpc.ActivityServiceServicer):
    """Knows every occurrence, and keeps how many it was asked for at a time."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.told: list[bytes] = []

    async def BatchGetOccurrences(
        self, request: pb.BatchGetOccurrencesRequest, context: object
    ) -> pb.BatchGetOccurrencesResponse:
        """See activity.proto."""
        self.asked.append(len(request.occurrence_ids))
        self.told += request.occurrence_ids
        found = [
            pb.OccurrenceSnapshot(occurrence_id=each, activity_id=each, code=each.hex(), state=pb.STATE_PUBLISHED)
            for each in request.occurrence_ids
        ]
        return pb.BatchGetOccurrencesResponse(occurrences=found)


@pytest.mark.parametrize("in_use", [0, RENEWED_AT_ONCE, 2 * RENEWED_AT_ONCE + 1])
async def test_all_that_are_in_use_are_renewed_page_by_page(loopback: Loopback, in_use: int) -> None:
    """A call for all of them at once would be over its deadline, and none of them fresh."""
    servicer, ids = Servicer(), [new_id() for _ in range(in_use)]
    await loopback.serve("activity", activity_pb2_grpc.add_ActivityServiceServicer_to_server, servicer, ACCESS)
    activities = Activities(loopback.connect("activity", "checkin"))
    await activities.find(ids, (), ())
    servicer.asked, servicer.told = [], []
    keeping = asyncio.create_task(activities.keep_fresh())
    while len(servicer.told) < in_use or not servicer.asked:  # noqa: ASYNC110  the service rings no bell
        await asyncio.sleep(0.01)
    keeping.cancel()
    assert set(servicer.told) == set(ids) and max(servicer.asked) <= RENEWED_AT_ONCE
