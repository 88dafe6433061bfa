"""Activities whose staff people become, and those that stand in the way of archiving: the activity service knows."""

from collections.abc import Collection

import grpc

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc, participants_pb2, participants_pb2_grpc
from servicekit.rpc import client
from services.identity.domain import Activity

_TIMEOUT_S = 1.0


class Activities:
    """The activity service, asked by this process on nobody's behalf; raises UnavailableError when it is gone."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = activity_pb2_grpc.ActivityServiceStub(channel)
        self._participants = participants_pb2_grpc.ParticipantServiceStub(channel)

    async def find(self, activity_ids: Collection[bytes]) -> dict[bytes, Activity]:
        """Those of these that there are, drafts too."""
        request = pb.BatchGetOccurrencesRequest(activity_ids=activity_ids)
        response = await client.call(self._stub.BatchGetOccurrences, request, timeout_s=_TIMEOUT_S)
        found: dict[bytes, Activity] = {}
        # The last occurrence to close stays.
        for each in sorted(response.occurrences, key=lambda occurrence: occurrence.closes_at):
            found[each.activity_id] = Activity(each.activity_id, each.organisation_id, each.title, each.closes_at)
        return found

    async def count_running(self, organisation_id: bytes) -> int:
        """How many of an organisation's are published and not over."""
        request = pb.CountRunningRequest(organisation_id=organisation_id)
        response: pb.CountRunningResponse = await client.call(self._stub.CountRunning, request, timeout_s=_TIMEOUT_S)
        return response.activities

    async def erase(self, user_id: bytes) -> None:
        """Empties what is known there of a person. Idempotent."""
        request = participants_pb2.ErasePersonRequest(user_id=user_id)
        await client.call(self._participants.ErasePerson, request, timeout_s=_TIMEOUT_S)
