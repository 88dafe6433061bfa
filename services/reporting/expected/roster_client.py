"""Rosters as the activity service tells them: who is expected, and what lists show of them."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import grpc
from cachetools import TTLCache

from domainkit.subject_names import Remembered
from protos.activity.v1 import rosters_pb2 as pb
from protos.activity.v1 import rosters_pb2_grpc
from servicekit.rpc import client
from servicekit.timed_cache import TimedCache
from services.reporting.expected.tally import Member, Roster

# A binding shows within seconds: so often the revision is asked for, and the people with another one.
_LIFE_S = 2.0
_KEPT = 1000
_TIMEOUT_S = 2.0
_MEMBERS_AT_ONCE = 5000


class EntryName(NamedTuple):
    """What lists show of an entry."""

    name: str
    number: str


class _Names(Remembered[EntryName]):
    def __init__(self, stub: rosters_pb2_grpc.RosterMemberServiceStub) -> None:
        super().__init__()
        self._stub: Any = stub

    async def _ask(self, where: bytes, identifiers: Collection[bytes]) -> Mapping[bytes, EntryName]:
        request = pb.BatchGetEntryNamesRequest(roster_id=where, entry_ids=identifiers)
        response = await client.call(self._stub.BatchGetEntryNames, request, timeout_s=_TIMEOUT_S)
        return {each.entry_id: EntryName(each.name, each.number) for each in response.entries}


class Rosters:
    """Asks the activity service on nobody's behalf, and remembers rosters by their revision.

    Args:
        life_s: How long it is believed that a roster has not changed.
    """

    def __init__(self, channel: grpc.aio.Channel, life_s: float = _LIFE_S) -> None:
        self._stub = rosters_pb2_grpc.RosterMemberServiceStub(channel)
        self._known = TimedCache(self._load, life_s, capacity=_KEPT)
        self._read: TTLCache[bytes, Roster] = TTLCache(_KEPT, 3600.0)
        self._names = _Names(self._stub)

    async def get(self, roster_id: bytes) -> Roster:
        """Everybody who is expected, as of 2 s ago at most.

        Raises:
            ServiceError: The activity service is gone, or knows no such roster.
        """
        return await self._known.get(roster_id)

    async def names(self, roster_id: bytes, entry_ids: Collection[bytes]) -> dict[bytes, EntryName]:
        """What lists show of entries, believed for 10 s; without those that nobody can tell.

        Raises:
            ServiceError: The activity service is gone and some are not known.
        """
        return await self._names.of(roster_id, entry_ids)

    async def _load(self, roster_id: bytes) -> Roster:
        known = self._read.get(roster_id)
        request = pb.ListMembersRequest(
            roster_id=roster_id, page_size=_MEMBERS_AT_ONCE, known_revision=known.revision if known else 0
        )
        response = await client.call(self._stub.ListMembers, request, timeout_s=_TIMEOUT_S)
        # Of several pages that of the first: if it grew meanwhile, all of them are read again.
        revision = response.revision
        if known and known.revision == revision:
            return known
        request.known_revision = 0
        members = list(map(_member, response.members))
        while response.next_page_token:
            request.page_token = response.next_page_token
            response = await client.call(self._stub.ListMembers, request, timeout_s=_TIMEOUT_S)
            members += map(_member, response.members)
        roster = self._read[roster_id] = Roster(revision, members)
        return roster


def _member(message: pb.RosterMember) -> Member:
    return Member(message.entry_id, message.user_id, message.group)
