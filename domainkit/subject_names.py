"""What those are called who have no account: guests of an activity, and entries of a roster that are nobody yet.

The activity service tells it to services that found the reader entitled to the list; believed for 10 s, so that who was
erased is soon named nowhere.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import Any, Generic, TypeVar

import grpc
from cachetools import TTLCache

from protos.activity.v1 import door_pb2, door_pb2_grpc, rosters_pb2, rosters_pb2_grpc
from servicekit.rpc import client

ToldT = TypeVar("ToldT")

_TIMEOUT_S = 0.5
_LIFE_S = 10.0
_KEPT = 50_000
_AT_ONCE = 500


class Remembered(ABC, Generic[ToldT]):
    """What is told of people, by where somebody is and who they are; how the rest are asked for is for subclasses."""

    def __init__(self) -> None:
        self._known: TTLCache[tuple[bytes, bytes], ToldT] = TTLCache(_KEPT, _LIFE_S)

    async def of(self, where: bytes, identifiers: Collection[bytes]) -> dict[bytes, ToldT]:
        """What is told of those who are known there.

        Raises:
            ServiceError: The activity service is gone and some are not known.
        """
        remembered = {each: self._known.get((where, each)) for each in identifiers}
        known = {each: name for each, name in remembered.items() if name is not None}
        unknown = [each for each in remembered if each not in known]
        for first in range(0, len(unknown), _AT_ONCE):
            told = await self._ask(where, unknown[first : first + _AT_ONCE])
            self._known.update({(where, each): name for each, name in told.items()})
            known |= told
        return known

    @abstractmethod
    async def _ask(self, where: bytes, identifiers: Collection[bytes]) -> Mapping[bytes, ToldT]:
        """What is told of at most `_AT_ONCE` of them; raises ServiceError."""


class GuestNames(Remembered[str]):
    """Of guests, by their activity."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        super().__init__()
        self._stub: Any = door_pb2_grpc.DoorServiceStub(channel)

    async def find(self, activity_id: bytes, roster_id: bytes, query: str) -> Collection[bytes] | None:
        """Guests and entries that may be called so, and some others; None where that are too many to narrow anything.

        Args:
            roster_id: Empty where there is none.

        Raises:
            ServiceError: The activity service is gone.
        """
        request = door_pb2.FindSubjectsRequest(activity_id=activity_id, roster_id=roster_id, query=query)
        response = await client.call(self._stub.FindSubjects, request, timeout_s=_TIMEOUT_S)
        return None if response.is_too_wide else response.subject_ids

    async def _ask(self, where: bytes, identifiers: Collection[bytes]) -> Mapping[bytes, str]:
        request = door_pb2.BatchGetGuestNamesRequest(activity_id=where, guest_ids=identifiers)
        response = await client.call(self._stub.BatchGetGuestNames, request, timeout_s=_TIMEOUT_S)
        return {each.guest_id: each.name for each in response.guests}


class EntryNames(Remembered[str]):
    """Of entries, by their roster; of who is off it by now, too."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        super().__init__()
        self._stub: Any = rosters_pb2_grpc.RosterMemberServiceStub(channel)

    async def _ask(self, where: bytes, identifiers: Collection[bytes]) -> Mapping[bytes, str]:
        request = rosters_pb2.BatchGetEntryNamesRequest(roster_id=where, entry_ids=identifiers)
        response = await client.call(self._stub.BatchGetEntryNames, request, timeout_s=_TIMEOUT_S)
        return {each.entry_id: each.name for each in response.entries}
