"""Phones as rosters know them."""

from collections.abc import Collection, Mapping

import grpc

from protos.activity.v1 import rosters_pb2 as pb
from protos.activity.v1 import rosters_pb2_grpc
from servicekit.rpc import client

_TIMEOUT_S = 2.0
_AT_ONCE = 500


class Phones:
    """Asks the activity service, which believes that whoever asked for whole ones may see them."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = rosters_pb2_grpc.RosterMemberServiceStub(channel)

    async def of(self, roster_id: bytes, entry_ids: Collection[bytes], is_whole: bool) -> Mapping[bytes, str]:
        """The phones of entries that have one, masked or whole.

        Raises:
            ServiceError: The activity service is gone.
        """
        wanted, told = list(entry_ids), dict[bytes, str]()
        for first in range(0, len(wanted), _AT_ONCE):
            request = pb.BatchGetEntryPhonesRequest(
                roster_id=roster_id, entry_ids=wanted[first : first + _AT_ONCE], is_whole=is_whole
            )
            response = await client.call(self._stub.BatchGetEntryPhones, request, timeout_s=_TIMEOUT_S)
            told |= {each.entry_id: each.phone for each in response.entries}
        return told
