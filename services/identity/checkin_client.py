"""Who has to do with an organisation though they are no member: checkin knows who came."""

import grpc

from protos.checkin.v1 import checkin_pb2 as pb
from protos.checkin.v1 import checkin_pb2_grpc
from servicekit.rpc import client

_TIMEOUT_S = 1.0


class Acquaintances:
    """The checkin service, asked by this process on nobody's behalf."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = checkin_pb2_grpc.CheckinServiceStub(channel)

    async def has(self, organisation_id: bytes, user_id: bytes) -> bool:
        """Whether somebody tried to check in to one of its activities by themselves.

        Raises:
            UnavailableError: Checkin is gone, or cannot tell.
        """
        request = pb.FilterAcquaintancesRequest(organisation_id=organisation_id, user_ids=[user_id])
        response = await client.call(self._stub.FilterAcquaintances, request, timeout_s=_TIMEOUT_S)
        return user_id in response.user_ids
