"""SQL of invites: whoever has a code joins an organisation with a role, so many of them, until a moment.

Everything that changes takes the organisation's lock first, as every change of a role does.
"""

from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import ids
from servicekit.clock import from_datetime, to_datetime
from servicekit.mysql import idempotency
from servicekit.mysql.idempotency import Intent
from services.identity import domain
from services.identity.domain import Invite, InvitePreview, Member, Organisation, Role
from services.identity.errors import InviteUnknownError, TooManyInvitesError
from services.identity.organisations import (
    add_membership,
    is_membership,
    lock_roles,
    member_of,
    organisation_of_member,
    read_members,
    read_roles,
)
from services.identity.pii import Pii
from services.identity.rows import name_of, transaction, user_query
from services.identity.tables import idempotency_keys, invite_uses, invites, memberships, organisations


class Invites:
    """Invites of organisations. Every method raises UnavailableError when the database is gone or busy.

    Args:
        quota: How many open ones an organisation may have.
    """

    def __init__(self, engine: AsyncEngine, pii: Pii, quota: int) -> None:
        self._engine = engine
        self._pii = pii
        self._quota = quota

    async def create(
        self, intent: Intent, organisation_id: bytes, role: Role, uses: int, expires_at: int, now_us: int
    ) -> Invite:
        """Makes an invite in the name of the sender of the intent; once per idempotency key.

        Raises:
            NotFoundError: The sender does not belong to the organisation.
            PermissionDeniedError: The sender may not give this role.
            TooManyInvitesError: There are as many open ones as there may be.
            IdempotencyKeyReusedError: The key belongs to another request.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, intent.user_id)
            domain.check_may_give(roles[intent.user_id], role, is_oneself=False)

            async def effect() -> bytes:
                """The new invite's id."""
                await self._check_room(connection, organisation_id, now_us)
                row = {
                    "organisation_id": organisation_id,
                    "invite_id": ids.new_id(),
                    "code": domain.new_invite_code(),
                    "role": role,
                    "uses": uses,
                    "used": 0,
                    "expires_at": to_datetime(expires_at),
                    "created_by": intent.user_id,
                    "created_at": to_datetime(now_us),
                }
                await connection.execute(insert(invites).values(row))
                return row["invite_id"]  # type: ignore[return-value]

            invite_id = await idempotency.once(connection, idempotency_keys, intent, effect)
            return await _get(connection, organisation_id, invite_id)

    async def list_of(self, organisation_id: bytes, actor_id: bytes, before: bytes, limit: int) -> list[Invite]:
        """An organisation's invites, the latest first.

        Args:
            before: The invite after which to go on; empty at the start.

        Raises:
            NotFoundError: The actor does not belong to it.
            PermissionDeniedError: The actor does not manage members.
        """
        query = select(invites).where(invites.c.organisation_id == organisation_id)
        if before:
            query = query.where(invites.c.invite_id < before)
        async with transaction(self._engine) as connection:
            await _check_manages(connection, organisation_id, actor_id)
            rows = await connection.execute(query.order_by(invites.c.invite_id.desc()).limit(limit))
            return [_invite(row) for row in rows]

    async def get(self, organisation_id: bytes, actor_id: bytes, invite_id: bytes) -> tuple[Invite, list[Member]]:
        """One invite, and who used it, in order; who has left since is not named.

        Raises:
            NotFoundError: The actor does not belong to the organisation, or it has no such invite.
            PermissionDeniedError: The actor does not manage members.
        """
        is_theirs = (invite_uses.c.invite_id == invite_id) & (invite_uses.c.user_id == memberships.c.user_id)
        query = read_members(organisation_id).join(invite_uses, is_theirs)
        async with transaction(self._engine) as connection:
            await _check_manages(connection, organisation_id, actor_id)
            invite = await _get(connection, organisation_id, invite_id)
            rows = await connection.execute(query.order_by(invite_uses.c.used_at, invite_uses.c.user_id))
            members = [member_of(self._pii, row) for row in rows]
        return invite, members

    async def revoke(self, organisation_id: bytes, actor_id: bytes, invite_id: bytes, now_us: int) -> Invite:
        """Ends an invite for good; whoever joined with it stays. Idempotent.

        Raises:
            NotFoundError: The actor does not belong to the organisation, or it has no such invite.
            PermissionDeniedError: The actor may not give its role.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, actor_id)
            domain.check_may_give(roles[actor_id], Role.MEMBER, is_oneself=False)
            invite = await _get(connection, organisation_id, invite_id)
            domain.check_may_give(roles[actor_id], invite.role, is_oneself=False)
            going_on = (invites.c.invite_id == invite_id) & invites.c.revoked_at.is_(None)
            in_it = invites.c.organisation_id == organisation_id
            await connection.execute(update(invites).where(in_it & going_on).values(revoked_at=to_datetime(now_us)))
            return await _get(connection, organisation_id, invite_id)

    async def preview(self, code: str, user_id: bytes, now_us: int) -> InvitePreview:
        """What a code leads to.

        Raises:
            InviteUnknownError: See `check_open`, with its other errors.
        """
        query = (
            select(invites, organisations.c.name.label("organisation_name"))
            .join(organisations, organisations.c.organisation_id == invites.c.organisation_id)
            .where(invites.c.code == code)
        )
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).first()
            if row is None:
                raise InviteUnknownError
            roles = await read_roles(connection, row.organisation_id, user_id, row.created_by)
            if roles[user_id] < row.role:
                domain.check_open(_invite(row), roles[row.created_by], now_us)
            inviter = (await connection.execute(user_query(row.created_by))).one()
        invited_by, expires_at = name_of(self._pii, inviter), from_datetime(row.expires_at)
        return InvitePreview(row.organisation_name, invited_by, Role(row.role), expires_at, roles[user_id])

    async def accept(self, code: str, user_id: bytes, now_us: int) -> Organisation:
        """Lets somebody join. Who is in with the role or a higher one stays as they are and uses nothing up.

        Raises:
            InviteUnknownError: See `check_open`, with its other errors.
        """
        async with transaction(self._engine) as connection:
            found = (await connection.execute(select(invites).where(invites.c.code == code))).first()
            if found is None:
                raise InviteUnknownError
            organisation_id, role = found.organisation_id, Role(found.role)
            roles = await lock_roles(connection, organisation_id, user_id, found.created_by)
            if roles[user_id] < role:
                # Under the lock: of two who take the last use one finds it gone.
                invite = await _get(connection, organisation_id, found.invite_id, is_locked=True)
                domain.check_open(invite, roles[invite.created_by], now_us)
                await self._join(connection, invite, user_id, roles[user_id], now_us)
            return await organisation_of_member(connection, organisation_id, user_id)

    async def _join(self, connection: AsyncConnection, invite: Invite, user_id: bytes, role: Role, now_us: int) -> None:
        organisation_id, now = invite.organisation_id, to_datetime(now_us)
        if role is Role.NONE:
            await add_membership(connection, organisation_id, user_id, invite.role, now)
        else:
            higher = update(memberships).where(is_membership(organisation_id, user_id)).values(role=invite.role)
            await connection.execute(higher)
        # Somebody who left and joins again with the same invite uses it up twice and is listed once.
        row = {"invite_id": invite.invite_id, "user_id": user_id, "used_at": now}
        use = insert(invite_uses).values(row)
        await connection.execute(use.on_duplicate_key_update(used_at=now))
        is_it = (invites.c.organisation_id == organisation_id) & (invites.c.invite_id == invite.invite_id)
        await connection.execute(update(invites).where(is_it).values(used=invites.c.used + 1))

    async def _check_room(self, connection: AsyncConnection, organisation_id: bytes, now_us: int) -> None:
        going_on = invites.c.revoked_at.is_(None) & (invites.c.used < invites.c.uses)
        is_open = going_on & (invites.c.expires_at > to_datetime(now_us))
        count = select(func.count()).where(invites.c.organisation_id == organisation_id, is_open)
        if (await connection.execute(count)).scalar_one() >= self._quota:
            raise TooManyInvitesError(self._quota)


async def _check_manages(connection: AsyncConnection, organisation_id: bytes, actor_id: bytes) -> None:
    roles = await read_roles(connection, organisation_id, actor_id)
    domain.check_may_give(roles[actor_id], Role.MEMBER, is_oneself=False)


async def _get(
    connection: AsyncConnection, organisation_id: bytes, invite_id: bytes, *, is_locked: bool = False
) -> Invite:
    query = select(invites).where(invites.c.organisation_id == organisation_id, invites.c.invite_id == invite_id)
    row = (await connection.execute(query.with_for_update() if is_locked else query)).first()
    if row is None:
        raise domain.unknown_invite()
    return _invite(row)


def _invite(row: Row[Any]) -> Invite:
    return Invite(
        row.invite_id,
        row.organisation_id,
        row.code,
        Role(row.role),
        row.uses,
        row.used,
        from_datetime(row.expires_at),
        row.created_by,
        from_datetime(row.created_at),
        from_datetime(row.revoked_at) if row.revoked_at else None,
    )
