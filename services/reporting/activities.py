"""Activities as the reporting service finds them: the read model, else the activity service."""

from collections.abc import Sequence
from typing import Protocol

import grpc

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from servicekit.rpc import client
from servicekit.timed_cache import TimedCache
from services.reporting.domain import Activity
from services.reporting.errors import ActivityNotFoundError

_LIFE_S = 10.0
_LIFE_WITHOUT_MYSQL_S = 3600.0
_TIMEOUT_S = 0.5


class Stored(Protocol):
    """Activities as their `changed.v1` messages told of them."""

    async def get(self, activity_id: bytes) -> Activity | None:
        """An activity, if a message told of it.

        Raises:
            UnavailableError: MySQL is gone.
        """


class Activities:
    """Finds activities and remembers them for 10 s, up to an hour while MySQL is gone; that there is none, never."""

    def __init__(self, stored: Stored, channel: grpc.aio.Channel) -> None:
        self._stored = stored
        self._stub = activity_pb2_grpc.ActivityServiceStub(channel)
        self._known = TimedCache(self._load, _LIFE_S, stale_s=_LIFE_WITHOUT_MYSQL_S)

    async def get(self, activity_id: bytes) -> Activity:
        """An activity.

        Raises:
            ActivityNotFoundError: There is none.
            UnavailableError: Nobody can tell now.
        """
        return await self._known.get(activity_id)

    async def _load(self, activity_id: bytes) -> Activity:
        stored = await self._stored.get(activity_id)
        if stored is not None and stored.state == pb.STATE_DELETED:
            raise ActivityNotFoundError
        return stored if stored is not None else await self._ask(activity_id)

    async def _ask(self, activity_id: bytes) -> Activity:
        """What the activity service says while its message is still on the way."""
        request = pb.BatchGetOccurrencesRequest(activity_ids=[activity_id])
        response = await client.call(self._stub.BatchGetOccurrences, request, timeout_s=_TIMEOUT_S)
        if not response.occurrences:
            raise ActivityNotFoundError
        return _to_activity(response.occurrences)


def _to_activity(occurrences: Sequence[pb.OccurrenceSnapshot]) -> Activity:
    first = occurrences[0]
    return Activity(
        first.activity_id,
        first.organisation_id,
        first.title,
        first.time_zone,
        first.state,
        first.revision,
        expected=0,
        capacity=first.capacity,
        closes_at=max(occurrence.closes_at for occurrence in occurrences),
        roster_id=first.roster_id or None,
        offline_window_s=first.offline_window_s,
    )
