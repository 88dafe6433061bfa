"""What `checkin` has recorded: the truth that numbers are compared with and rebuilt from."""

from collections.abc import AsyncIterator, Collection, Sequence

import grpc

from protos.checkin.v1 import checkin_pb2 as pb
from protos.checkin.v1 import checkin_pb2_grpc
from servicekit.rpc import client
from services.reporting.domain import Totals

_TIMEOUT_S = 5.0
_SEATS_AT_ONCE = 200
_OCCURRENCES_AT_ONCE = 500
_RULINGS_AT_ONCE = 500


class Records:
    """The checkin service, asked by this process on nobody's behalf."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = checkin_pb2_grpc.CheckinServiceStub(channel)

    async def pages(self, occurrence_id: bytes) -> AsyncIterator[Sequence[pb.SeatState]]:
        """See `rebuilding.Records`."""
        request = pb.ListRecordsRequest(occurrence_id=occurrence_id, page_size=_SEATS_AT_ONCE)
        while True:
            response = await client.call(self._stub.ListRecords, request, timeout_s=_TIMEOUT_S)
            yield response.seats
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token

    async def totals(self, occurrence_ids: Sequence[bytes]) -> dict[bytes, Totals]:
        """See `compare.Records`."""
        found: dict[bytes, Totals] = {}
        for first in range(0, len(occurrence_ids), _OCCURRENCES_AT_ONCE):
            request = pb.ListTotalsRequest(occurrence_ids=occurrence_ids[first : first + _OCCURRENCES_AT_ONCE])
            response = await client.call(self._stub.ListTotals, request, timeout_s=_TIMEOUT_S)
            found |= {each.occurrence_id: Totals(each.seats, each.revisions) for each in response.totals}
        return found

    async def rulings(self, seats: Collection[tuple[bytes, bytes]]) -> list[pb.Ruling]:
        """The last word on each of some seats, by occurrence and person; see `exports.rulings.Decisions`."""
        wanted, found = [pb.ListRulingsRequest.Seat(occurrence_id=at, user_id=who) for at, who in seats], []
        for first in range(0, len(wanted), _RULINGS_AT_ONCE):
            request = pb.ListRulingsRequest(seats=wanted[first : first + _RULINGS_AT_ONCE])
            found += (await client.call(self._stub.ListRulings, request, timeout_s=_TIMEOUT_S)).rulings
        return found
