"""What reporting asks of rosters: who is expected now, and what is shown of them. All its SQL, and the methods."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.sealed import SealBrokenError, SealedTextError
from protos.activity.v1 import rosters_pb2 as pb
from servicekit import pages
from servicekit.errors import NotFoundError, invalid
from servicekit.mysql.database import unavailable_when_lost
from servicekit.rpc.interceptors import by
from services.activity.metrics import UNREADABLE_ENTRY
from services.activity.rosters.sealing import Said, Sealing, masked
from services.activity.tables import FOREVER, roster_bindings, roster_entries, rosters

Context = Any

LARGEST_PAGE = 5000
MOST_NAMES = 500
_SERVICE = "/activity.v1.RosterMemberService/"
ACCESS = {
    _SERVICE + "ListMembers": by("reporting", "exporter"),
    _SERVICE + "BatchGetEntryNames": by("reporting", "exporter", "checkin"),
    _SERVICE + "BatchGetEntryPhones": by("exporter"),
}


class Listing:
    """Entries of rosters in MySQL. Every method raises UnavailableError when the database is gone or busy."""

    def __init__(self, engine: AsyncEngine, sealing: Sealing) -> None:
        self._engine = engine
        self._sealing = sealing

    async def revision(self, roster_id: bytes) -> int:
        """How often a roster changed, a deleted one too; raises NotFoundError."""
        query = select(rosters.c.revision).where(rosters.c.roster_id == roster_id)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                revision = (await connection.execute(query)).scalar_one_or_none()
        if revision is None:
            raise NotFoundError("there is no such roster")
        return int(revision)

    async def members(self, roster_id: bytes, after: bytes | None, size: int) -> list[pb.RosterMember]:
        """Who is expected now, by entry.

        Args:
            after: The last entry of the page before; None for the first page.
        """
        entry, binding = roster_entries.c, roster_bindings.c
        is_bound = and_(binding.entry_id == entry.entry_id, binding.valid_to == FOREVER)
        query = (
            select(entry.entry_id, binding.user_id, entry.group_name)
            .select_from(roster_entries.outerjoin(roster_bindings, is_bound))
            .where(entry.roster_id == roster_id, entry.valid_to == FOREVER, entry.entry_id > (after or b""))
            .order_by(entry.entry_id)
            .limit(size)
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [
            pb.RosterMember(entry_id=entry_id, user_id=user_id or b"", group=group) for entry_id, user_id, group in rows
        ]

    async def names(self, roster_id: bytes, entry_ids: Collection[bytes]) -> list[pb.EntryName]:
        """What lists show of entries, of those no longer expected too; without who was erased, or cannot be read.

        A deleted roster has no names.
        """
        return [
            pb.EntryName(entry_id=entry_id, name=said.name, number=said.number, group=group)
            for entry_id, group, said in await self._said(roster_id, entry_ids)
        ]

    async def phones(self, roster_id: bytes, entry_ids: Collection[bytes]) -> list[tuple[bytes, str]]:
        """The phones of entries that have one, eleven digits; without whom `names` leaves out."""
        return [(entry_id, said.phone) for entry_id, _, said in await self._said(roster_id, entry_ids) if said.phone]

    async def _said(self, roster_id: bytes, entry_ids: Collection[bytes]) -> list[tuple[bytes, str, Said]]:
        """The group of each, and what is known of them."""
        entry = roster_entries.c
        query = (
            select(entry.entry_id, entry.said, entry.group_name)
            .join(rosters, rosters.c.roster_id == entry.roster_id)
            .where(entry.entry_id.in_(entry_ids), entry.roster_id == roster_id, rosters.c.deleted_at.is_(None))
        )
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        opened = ((entry_id, group, self._open(entry_id, sealed)) for entry_id, sealed, group in rows if sealed)
        return [(entry_id, group, said) for entry_id, group, said in opened if said]

    def _open(self, entry_id: bytes, sealed: bytes) -> Said | None:
        try:
            return self._sealing.open(entry_id, sealed)
        except (SealedTextError, SealBrokenError, msgspec.MsgspecError) as error:
            UNREADABLE_ENTRY.note(entry_id, error)
            return None


class ListingServicer:
    """The methods of `activity.v1.RosterMemberService` that reporting asks."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    async def ListMembers(self, request: pb.ListMembersRequest, context: Context) -> pb.ListMembersResponse:
        """A page of who is expected; nothing of a roster that the caller knows already."""
        after = pages.decode_id(request.page_token)
        size = request.page_size if 0 < request.page_size < LARGEST_PAGE else LARGEST_PAGE
        # Before its people: what comes in between is read once more rather than never.
        revision = await self._listing.revision(request.roster_id)
        if revision == request.known_revision:
            return pb.ListMembersResponse(revision=revision)
        found = await self._listing.members(request.roster_id, after, size + 1)
        token = pages.encode(found[size - 1].entry_id) if len(found) > size else ""
        return pb.ListMembersResponse(members=found[:size], next_page_token=token, revision=revision)

    async def BatchGetEntryNames(
        self, request: pb.BatchGetEntryNamesRequest, context: Context
    ) -> pb.BatchGetEntryNamesResponse:
        """What lists show of entries."""
        _check_number(request.entry_ids)
        return pb.BatchGetEntryNamesResponse(entries=await self._listing.names(request.roster_id, request.entry_ids))

    async def BatchGetEntryPhones(
        self, request: pb.BatchGetEntryPhonesRequest, context: Context
    ) -> pb.BatchGetEntryPhonesResponse:
        """Phones of entries, masked unless they are asked for whole."""
        _check_number(request.entry_ids)
        response = pb.BatchGetEntryPhonesResponse()
        for entry_id, phone in await self._listing.phones(request.roster_id, request.entry_ids):
            response.entries.add(entry_id=entry_id, phone=phone if request.is_whole else masked(phone))
        return response


def _check_number(entry_ids: Collection[bytes]) -> None:
    if len(entry_ids) > MOST_NAMES:
        raise invalid("entry_ids", f"must be {MOST_NAMES} at most; ask for the rest in another call")
