"""CheckinService: batches from the gateway, and a person's own records."""

from typing import Any

import grpc

from protos.checkin.v1 import checkin_pb2 as pb
from protos.checkin.v1 import checkin_pb2_grpc
from servicekit import pages
from servicekit.errors import NotFoundError, UnavailableError
from servicekit.rpc.interceptors import by, for_person, person
from services.checkin.accept import Acceptance
from services.checkin.activities import Activities
from services.checkin.records import Records
from services.checkin.seats import Seats

_SERVICE = "/checkin.v1.CheckinService/"
ACCESS = {
    _SERVICE + "BatchCreateCheckins": by("gateway"),
    _SERVICE + "GetCheckin": for_person("gateway"),
    _SERVICE + "ListCheckins": for_person("gateway"),
}

Context = grpc.aio.ServicerContext[Any, Any]


class CheckinServicer(checkin_pb2_grpc.CheckinServiceServicer):
    """Maps the wire to `accept.py` and to the stored records."""

    def __init__(self, acceptance: Acceptance, seats: Seats, records: Records, activities: Activities) -> None:
        self._acceptance = acceptance
        self._seats = seats
        self._records = records
        self._activities = activities

    async def BatchCreateCheckins(
        self, request: pb.BatchCreateCheckinsRequest, context: Context
    ) -> pb.BatchCreateCheckinsResponse:
        """A result per attempt, in order."""
        return pb.BatchCreateCheckinsResponse(results=await self._acceptance.accept(request.attempts))

    async def GetCheckin(self, request: pb.GetCheckinRequest, context: Context) -> pb.Checkin:
        """From MySQL, else what was answered in the last 15 minutes."""
        user_id = person().user_id
        record = await self._records.get(user_id, request.checkin_id)
        if record is None:
            answered = await self._answered(user_id)
            record = next((answer for answer in answered if answer.checkin_id == request.checkin_id), None)
        if record is None:
            raise NotFoundError("there is no such check-in")
        await self._name_activities([record])
        return record

    async def ListCheckins(self, request: pb.ListCheckinsRequest, context: Context) -> pb.ListCheckinsResponse:
        """A page from MySQL; the first page also has what is answered but not recorded yet."""
        user_id, size = person().user_id, pages.page_size(request.page_size)
        position = pages.decode(request.page_token, int, bytes)
        before = (int(position[0]), bytes(position[1])) if position else None  # type: ignore[call-overload]
        stored = await self._records.list_of(user_id, size, before)
        token = pages.encode(stored[-1].checked_in_at, stored[-1].attempt_id) if len(stored) == size else ""
        if before is None:
            known = {record.checkin_id for record in stored}
            fresh = [answer for answer in await self._answered(user_id) if answer.checkin_id not in known]
            newest = stored[-1].checked_in_at if token else 0
            stored += [answer for answer in fresh if answer.checked_in_at >= newest]
            stored.sort(key=lambda record: (record.checked_in_at, record.attempt_id), reverse=True)
        await self._name_activities(stored)
        return pb.ListCheckinsResponse(checkins=stored, next_page_token=token)

    async def _answered(self, user_id: bytes) -> list[pb.Checkin]:
        try:
            answers = await self._seats.answers_of(user_id)
        except UnavailableError:
            # Without Redis only what is recorded can be shown; the rest follows within a second.
            return []
        return [pb.Checkin.FromString(answer.checkin) for answer in answers]

    async def _name_activities(self, records: list[pb.Checkin]) -> None:
        try:
            await self._activities.find({record.occurrence_id for record in records if record.occurrence_id}, (), ())
        except UnavailableError:
            # Titles are an ornament here.
            return
        for record in records:
            if snapshot := self._activities.get(record.occurrence_id):
                record.activity_title = snapshot.occurrence.title
                record.place_name = snapshot.occurrence.place_name
