"""Invites of entries: a code by which one person becomes one entry, once within seven days. All their SQL.

An entry has one invite at a time, of which only the digest of its code is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import SECOND_US, from_datetime, to_datetime
from servicekit.mysql.database import unavailable_when_lost
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from services.activity.errors import EntryInviteUnknownError
from services.activity.rosters.members import Binding, How, bind
from services.activity.tables import roster_invites

LIFE_US = 7 * 24 * 3600 * SECOND_US


@dataclass(frozen=True, slots=True)
class Invite:
    """To one entry of a roster; `used_by` is empty until somebody became it."""

    roster_id: bytes
    entry_id: bytes
    code_digest: bytes
    created_at: int
    created_by: bytes
    used_by: bytes = b""

    @property
    def expires_at(self) -> int:
        """Until when it lets somebody in."""
        return self.created_at + LIFE_US

    def is_open(self, user_id: bytes, at: int) -> bool:
        """Whether a person may become the entry with it, or did."""
        return at < self.expires_at and self.used_by in (b"", user_id)


class Invites:
    """Invites in MySQL. Every method raises UnavailableError when the database is gone or busy."""

    def __init__(self, engine: AsyncEngine, outbox: Outbox) -> None:
        self._engine = engine
        self._outbox = outbox

    async def add(self, invite: Invite) -> None:
        """Stores an invite in place of the one that the entry had."""
        row = {
            "entry_id": invite.entry_id,
            "roster_id": invite.roster_id,
            "code_digest": invite.code_digest,
            "created_at": to_datetime(invite.created_at),
            "created_by": invite.created_by,
            "used_at": None,
            "used_by": None,
        }
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                await connection.execute(insert(roster_invites).values(row).on_duplicate_key_update(row))

    async def of_code(self, digest: bytes) -> Invite | None:
        """The invite of a code, used or not; None where there is none."""
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                query = select(roster_invites).where(roster_invites.c.code_digest == digest)
                found: Sequence[Row[Any]] = (await connection.execute(query)).all()
        return _invite(found[0]) if found else None

    async def accept(self, invite: Invite, user_id: bytes, at: int) -> None:
        """Makes the entry of an invite a person's, and uses it up. Twice is once.

        Raises:
            EntryInviteUnknownError: Somebody used it meanwhile, or there is a newer one.
            RosterNotFoundError, RosterEntryNotFoundError, EntryTakenError, AlreadyListedError: As `Members.bind`.
        """
        binding = Binding(invite.roster_id, invite.entry_id, user_id, How.INVITE, invite.created_by, at)
        mine = roster_invites.c.used_by.is_(None) | (roster_invites.c.used_by == user_id)
        this_one = and_(roster_invites.c.code_digest == invite.code_digest, mine)
        rows: list[OutboxRow]
        with unavailable_when_lost():
            async with self._engine.begin() as connection:
                rows = await bind(connection, self._outbox, binding)
                if await connection.scalar(select(roster_invites.c.entry_id).where(this_one).with_for_update()) is None:
                    raise EntryInviteUnknownError
                used = {"used_at": to_datetime(at), "used_by": user_id}
                await connection.execute(update(roster_invites).where(this_one).values(used))
        await self._outbox.deliver_now(rows)


def _invite(row: Row[Any]) -> Invite:
    return Invite(
        row.roster_id,
        row.entry_id,
        row.code_digest,
        from_datetime(row.created_at),
        row.created_by,
        row.used_by or b"",
    )
