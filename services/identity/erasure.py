"""Erasing a person: what identity knows of them goes at once, and what activity knows follows by the outbox.

Their row stays, with its id, for lists that count them; and the index of their openid, for blocks and rewards. No
sign-in looks for it there: whoever comes again is a new person.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.clock import to_datetime
from servicekit.rabbitmq.outbox import Effect, Outbox, OutboxRow
from services.identity.domain import Role
from services.identity.errors import OwnsOrganisationError
from services.identity.rows import count_owners, lock_person, transaction
from services.identity.tables import (
    activity_staff,
    memberships,
    name_pairs,
    organisations,
    sessions,
    subscription_ledger,
    users,
)

ERASE = "erase"
_DIGEST_BYTES = 32


def erase_effect(erase: Callable[[bytes], Awaitable[None]]) -> Effect:
    """The effect that another service erases a person too; its body is their id."""

    async def follow(row: OutboxRow) -> None:
        await erase(row.body)

    return follow


class Erasure:
    """Erases people.

    Args:
        outbox: Has an effect for `ERASE`.
    """

    def __init__(self, engine: AsyncEngine, outbox: Outbox) -> None:
        self._engine = engine
        self._outbox = outbox

    async def erase(self, user_id: bytes, now_us: int) -> list[bytes]:
        """Empties what is known of a person; their sessions, which have ended. Idempotent.

        Raises:
            OwnsOrganisationError: An organisation would have no owner any more.
            UnavailableError: The database is gone or busy; nothing was erased.
        """
        row = OutboxRow.effect(ERASE, user_id)
        async with transaction(self._engine) as connection:
            await _check_owns_nothing_alone(connection, user_id)
            await lock_person(connection, user_id)
            session_ids = list((await connection.execute(_going_on(user_id))).scalars())
            await _empty(connection, user_id, now_us)
            await self._outbox.write(connection, [row])
        await self._outbox.deliver_now([row])
        return session_ids


async def _check_owns_nothing_alone(connection: AsyncConnection, user_id: bytes) -> None:
    """Whoever changes who owns what waits until the transaction ends."""
    theirs = select(memberships.c.organisation_id).where(memberships.c.user_id == user_id)
    mine = organisations.c.organisation_id.in_(theirs.where(memberships.c.role == Role.OWNER))
    # In an archived one nothing goes on that needs an owner.
    owned = select(organisations).where(mine, organisations.c.archived_at.is_(None))
    lock = owned.order_by(organisations.c.organisation_id).with_for_update()
    for organisation in (await connection.execute(lock)).all():
        if await count_owners(connection, organisation.organisation_id) == 1:
            raise OwnsOrganisationError(organisation.organisation_id, organisation.name)


def _going_on(user_id: bytes) -> Select[Any]:
    return select(sessions.c.session_id).where(sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None))


async def _empty(connection: AsyncConnection, user_id: bytes, now_us: int) -> None:
    now = to_datetime(now_us)
    still_there = (users.c.user_id == user_id) & users.c.erased_at.is_(None)
    # MySQL assigns from left to right, so the index is kept before it is replaced.
    emptied = (
        update(users)
        .where(still_there)
        .ordered_values(
            (users.c.erased_index, users.c.openid_index),
            (users.c.openid_index, secrets.token_bytes(_DIGEST_BYTES)),
            (users.c.openid, b""),
            (users.c.name, None),
            (users.c.name_indexed_with, None),
            (users.c.erased_at, now),
        )
    )
    await connection.execute(emptied)
    ended = update(sessions).where(sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None))
    await connection.execute(ended.values(revoked_at=now, token=None))
    for table in (name_pairs, memberships, activity_staff, subscription_ledger):
        await connection.execute(delete(table).where(table.c.user_id == user_id))
