"""Snapshots over real gRPC: all that are in use are renewed, never too many with one call."""

import asyncio

import pytest

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from servicekit.ids import new_id
from services.activity.rpc import ACCESS
from services.checkin.judging.snapshots import RENEWED_AT_ONCE, Activities
from tests.component.conftest import Loopback

HOUR_US = 3_600_000_000


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


class Windowed(activity_pb2_grpc.ActivityServiceServicer):
    """Knows one activity with so many windows, each an hour after the one before."""

    def __init__(self, count: int) -> None:
        self.activity_id = new_id()
        self.windows = [new_id() for _ in range(count)]

    async def BatchGetOccurrences(
        self, request: pb.BatchGetOccurrencesRequest, context: object
    ) -> pb.BatchGetOccurrencesResponse:
        """See activity.proto."""
        found = [
            pb.OccurrenceSnapshot(
                occurrence_id=each,
                activity_id=self.activity_id,
                code="CFG347",
                state=pb.STATE_PUBLISHED,
                opens_at=(1 + number) * HOUR_US,
                closes_at=(2 + number) * HOUR_US,
            )
            for number, each in enumerate(self.windows)
        ]
        return pb.BatchGetOccurrencesResponse(occurrences=found)


async def test_an_activity_is_in_the_window_that_had_opened(loopback: Loopback) -> None:
    """Found by any of them, all are known; by id each is itself, by activity and code a moment says which."""
    servicer = Windowed(3)
    await loopback.serve("activity", activity_pb2_grpc.add_ActivityServiceServicer_to_server, servicer, ACCESS)
    activities = Activities(loopback.connect("activity", "checkin"))
    first, second, third = servicer.windows
    await activities.find([first], (), ())

    def at(key: bytes | str, hours: float) -> bytes:
        found = activities.get(key, int(hours * HOUR_US))
        assert found is not None
        return found.occurrence.occurrence_id

    moments = {0.5: first, 1: first, 1.9: first, 2: second, 3.5: third, 99: third}
    for key in (servicer.activity_id, "CFG347"):
        assert {hours: at(key, hours) for hours in moments} == moments
        now = activities.get(key)
        assert now is not None and now.occurrence.occurrence_id == third
    assert [at(each, 99) for each in servicer.windows] == servicer.windows


async def test_a_window_that_was_opened_since_is_known_once_any_of_them_is_renewed(loopback: Loopback) -> None:
    """What hastens caches names the window that they have."""
    servicer = Windowed(1)
    await loopback.serve("activity", activity_pb2_grpc.add_ActivityServiceServicer_to_server, servicer, ACCESS)
    activities = Activities(loopback.connect("activity", "checkin"))
    await activities.find((), [servicer.activity_id], ())
    servicer.windows.append(new_id())
    await activities.renew(servicer.windows[:1])
    found = activities.get(servicer.activity_id)
    assert found is not None and found.occurrence.occurrence_id == servicer.windows[1]
