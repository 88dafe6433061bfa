"""What participants say, as the activity service tells it: whether they will come, and what they were asked."""

from collections.abc import Collection, Mapping, Sequence

import grpc

from protos.activity.v1 import participants_pb2 as pb
from protos.activity.v1 import participants_pb2_grpc
from servicekit.rpc import client
from servicekit.timed_cache import TimedCache
from services.reporting.expected.tally import Answer

_LIFE_S = 3.0
_KEPT = 1000
_TIMEOUT_S = 2.0
_ANSWERS_AT_ONCE = 5000
_DETAILS_AT_ONCE = 500

# A number of a later release reads as none.
_ANSWERS: Mapping[int, Answer] = {pb.ANSWER_COMING: Answer.COMING, pb.ANSWER_LEAVE: Answer.LEAVE}


class Participants:
    """Asks the activity service on nobody's behalf; it raises ServiceError when that is gone."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = participants_pb2_grpc.ParticipantServiceStub(channel)
        self._known = TimedCache(self._load, _LIFE_S, capacity=_KEPT)

    async def answers(self, activity_id: bytes) -> Mapping[bytes, Answer]:
        """What everybody answered who did, by person, as of 3 s ago at most."""
        return await self._known.get(activity_id)

    async def details(self, activity_id: bytes, user_ids: Sequence[bytes]) -> dict[bytes, Collection[str]]:
        """What people told of themselves, one text for each question; without who told nothing."""
        told: dict[bytes, Collection[str]] = {}
        for first in range(0, len(user_ids), _DETAILS_AT_ONCE):
            some = user_ids[first : first + _DETAILS_AT_ONCE]
            request = pb.BatchGetDetailsRequest(activity_id=activity_id, user_ids=some)
            response = await client.call(self._stub.BatchGetDetails, request, timeout_s=_TIMEOUT_S)
            told |= {each.user_id: list(each.said) for each in response.people}
        return told

    async def _load(self, activity_id: bytes) -> Mapping[bytes, Answer]:
        request = pb.ListAnswersRequest(activity_id=activity_id, page_size=_ANSWERS_AT_ONCE)
        answers: dict[bytes, Answer] = {}
        while True:
            response = await client.call(self._stub.ListAnswers, request, timeout_s=_TIMEOUT_S)
            answers |= {each.user_id: _ANSWERS.get(each.answer, Answer.NONE) for each in response.answers}
            if not response.next_page_token:
                return answers
            request.page_token = response.next_page_token
