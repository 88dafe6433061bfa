"""Activities as the reporting service finds them: the read model, else the activity service."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import grpc

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from servicekit.clock import now_us
from servicekit.rpc import client
from servicekit.timed_cache import TimedCache
from services.reporting.domain import Activity, Window
from services.reporting.errors import ActivityNotFoundError

# A window that was opened just now is what most ask for.
_LIFE_S = 1.0
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
    """Finds activities and remembers them for 1 s, up to an hour while MySQL is gone; that there is none, never."""

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

    async def at(self, activity_id: bytes, occurrence_id: bytes) -> Activity:
        """An activity, and only one of its windows; without an id that of now.

        Raises:
            ActivityNotFoundError: There is none, or it has no such window.
            UnavailableError: Nobody can tell now.
        """
        activity = await self.get(activity_id)
        if not occurrence_id:
            return activity.shown_at(now_us())
        found = activity.at(occurrence_id)
        if found is None:
            windows = (await self._ask(activity_id)).windows
            found = replace(activity, windows=windows).at(occurrence_id)
        if found is None:
            raise ActivityNotFoundError
        return found

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
    windows = tuple(
        Window(each.occurrence_id, each.activity_id, each.revision, each.opens_at, each.closes_at)
        for each in occurrences
    )
    return Activity(
        first.activity_id,
        first.organisation_id,
        first.title,
        first.time_zone,
        first.state,
        first.revision,
        expected=0,
        capacity=first.capacity,
        closes_at=max(window.closes_at for window in windows),
        windows=windows,
        roster_id=first.roster_id or None,
        offline_window_s=first.offline_window_s,
    )
