"""Who came: checkin knows."""

from collections.abc import Collection

import grpc

from protos.checkin.v1 import checkin_pb2 as pb
from protos.checkin.v1 import checkin_pb2_grpc
from servicekit.rpc import client

_TIMEOUT_S = 2.0
_OCCURRENCES = 1000
_PEOPLE = 500


class Attendance:
    """The checkin service, asked by this process on nobody's behalf."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = checkin_pb2_grpc.CheckinServiceStub(channel)

    async def who_came(self, occurrence_ids: Collection[bytes], user_ids: Collection[bytes]) -> set[bytes]:
        """Those of these people who hold a seat in one of these occurrences, as it is recorded.

        Raises:
            UnavailableError: Checkin is gone, or cannot tell.
        """
        came: set[bytes] = set()
        for occurrences in _parts(occurrence_ids, _OCCURRENCES):
            for people in _parts(user_ids, _PEOPLE):
                request = pb.FilterAttendeesRequest(occurrence_ids=occurrences, user_ids=people)
                response = await client.call(self._stub.FilterAttendees, request, timeout_s=_TIMEOUT_S)
                came.update(response.user_ids)
        return came


def _parts(ids: Collection[bytes], size: int) -> list[list[bytes]]:
    every = list(ids)
    return [every[start : start + size] for start in range(0, len(every), size)]
