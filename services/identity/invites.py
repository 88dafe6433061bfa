"""SQL of invites: whoever has a code joins an organisation, or the staff of an activity, so many, until a moment.

Everything that changes takes the organisation's lock first, as every change of a role does.
"""

from typing import Any, NamedTuple

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.pii import Pii
from servicekit import ids
from servicekit.clock import from_datetime, to_datetime
from servicekit.mysql import idempotency
from servicekit.mysql.idempotency import Intent
from services.identity import domain, invite_rules
from services.identity.activity_staff import add_activity_staff, find_activity_staff, read_activity_staff, staff_of
from services.identity.domain import ActivityStaff, Member, Organisation, Role
from services.identity.errors import InviteUnknownError, TooManyInvitesError
from services.identity.invite_rules import Invite, InvitePreview, NewInvite
from services.identity.rows import (
    add_membership,
    check_not_archived,
    is_membership,
    lock_roles,
    member_of,
    name_of,
    organisation_seen_by,
    read_members,
    read_roles,
    transaction,
    user_query,
)
from services.identity.tables import activity_staff, idempotency_keys, invite_uses, invites, memberships, organisations


class Accepted(NamedTuple):
    """What came of a code: the organisation as its reader sees it, and what they are for its one activity.

    Attributes:
        activity_id: Empty for an invite to the organisation.
        staff: None where their role says it already, or there is no one activity.
    """

    organisation: Organisation
    activity_id: bytes
    staff: ActivityStaff | None


class Invites:
    """Invites of organisations. Every method raises UnavailableError when the database is gone or busy.

    Args:
        quota: How many open ones an organisation may have.
    """

    def __init__(self, engine: AsyncEngine, pii: Pii, quota: int) -> None:
        self._engine = engine
        self._pii = pii
        self._quota = quota

    async def create(self, intent: Intent, new: NewInvite, now_us: int) -> Invite:
        """Makes an invite in the name of the sender of the intent; once per idempotency key.

        Raises:
            NotFoundError: The sender does not belong to the organisation.
            PermissionDeniedError: The sender may not give this role.
            OrganisationArchivedError: Nobody joins it.
            TooManyInvitesError: There are as many open ones as there may be.
            IdempotencyKeyReusedError: The key belongs to another request.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, new.organisation_id, intent.user_id)
            domain.check_may_give(roles[intent.user_id], new.role, is_oneself=False)

            async def effect() -> bytes:
                """The new invite's id."""
                await check_not_archived(connection, new.organisation_id)
                await self._check_room(connection, new.organisation_id, now_us)
                row = {
                    "organisation_id": new.organisation_id,
                    "invite_id": ids.new_id(),
                    "code": invite_rules.new_invite_code(),
                    "role": new.role,
                    "uses": new.uses,
                    "used": 0,
                    "expires_at": to_datetime(new.expires_at),
                    "created_by": intent.user_id,
                    "created_at": to_datetime(now_us),
                    "group": new.group,
                    "activity_id": new.activity_id or None,
                }
                await connection.execute(insert(invites).values(row))
                return row["invite_id"]  # type: ignore[return-value]

            invite_id = await idempotency.once(connection, idempotency_keys, intent, effect)
            return await _get(connection, new.organisation_id, invite_id)

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
        """One invite, and who used it, in order; who is gone since is not named.

        Raises:
            NotFoundError: The actor does not belong to the organisation, or it has no such invite.
            PermissionDeniedError: The actor does not manage members.
        """
        async with transaction(self._engine) as connection:
            await _check_manages(connection, organisation_id, actor_id)
            invite = await _get(connection, organisation_id, invite_id)
            people = activity_staff if invite.activity_id else memberships
            query = read_activity_staff(invite.activity_id) if invite.activity_id else read_members(organisation_id)
            is_theirs = (invite_uses.c.invite_id == invite_id) & (invite_uses.c.user_id == people.c.user_id)
            used = query.join(invite_uses, is_theirs).order_by(invite_uses.c.used_at, invite_uses.c.user_id)
            rows = await connection.execute(used)
            if invite.activity_id:
                staff = [staff_of(self._pii, row) for row in rows]
                return invite, [Member(each.user_id, each.name, Role.STAFF, each.joined_at) for each in staff]
            return invite, [member_of(self._pii, row) for row in rows]

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

    async def activity_of(self, code: str) -> bytes:
        """The one activity that a code leads to; empty for an organisation.

        Raises:
            InviteUnknownError: No invite has it.
        """
        async with transaction(self._engine) as connection:
            found = (await connection.execute(select(invites.c.activity_id).where(invites.c.code == code))).first()
        if found is None:
            raise InviteUnknownError
        return found.activity_id or b""

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
            invite = _invite(row)
            roles = await read_roles(connection, row.organisation_id, user_id, row.created_by)
            staff = await find_activity_staff(connection, self._pii, invite.activity_id, user_id)
            own_role = max(roles[user_id], Role.STAFF if staff else Role.NONE)
            if own_role < invite.role:
                invite_rules.check_open(invite, roles[row.created_by], now_us)
            inviter = (await connection.execute(user_query(row.created_by))).one()
        return InvitePreview(
            invite.organisation_id,
            row.organisation_name,
            name_of(self._pii, inviter),
            invite.role,
            invite.expires_at,
            own_role,
            invite.group,
            invite.activity_id,
        )

    async def accept(self, code: str, user_id: bytes, now_us: int) -> Accepted:
        """Lets somebody join. Who is in with the role or a higher one stays as they are and uses nothing up.

        Raises:
            InviteUnknownError: See `check_open`, with its other errors.
            OrganisationArchivedError: Nobody joins it.
        """
        async with transaction(self._engine) as connection:
            found = (await connection.execute(select(invites).where(invites.c.code == code))).first()
            if found is None:
                raise InviteUnknownError
            invite, organisation_id = _invite(found), found.organisation_id
            roles = await lock_roles(connection, organisation_id, user_id, found.created_by)
            staff = await find_activity_staff(connection, self._pii, invite.activity_id, user_id)
            if not staff and roles[user_id] < invite.role:
                # Under the lock: of two who take the last use one finds it gone.
                invite = await _get(connection, organisation_id, found.invite_id, is_locked=True)
                invite_rules.check_open(invite, roles[invite.created_by], now_us)
                await check_not_archived(connection, organisation_id)
                await self._join(connection, invite, user_id, roles[user_id], now_us)
                staff = await find_activity_staff(connection, self._pii, invite.activity_id, user_id)
            organisation = await organisation_seen_by(connection, organisation_id, user_id)
            return Accepted(organisation, invite.activity_id, staff)

    async def _join(self, connection: AsyncConnection, invite: Invite, user_id: bytes, role: Role, now_us: int) -> None:
        organisation_id, now = invite.organisation_id, to_datetime(now_us)
        if invite.activity_id:
            await add_activity_staff(connection, organisation_id, invite.activity_id, user_id, now)
        elif role is Role.NONE:
            await add_membership(connection, organisation_id, user_id, invite.role, now, invite.group)
        else:
            gained = {"role": invite.role} | ({"group": invite.group} if invite.group else {})
            higher = update(memberships).where(is_membership(organisation_id, user_id)).values(gained)
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
        raise invite_rules.unknown_invite()
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
        row.group,
        row.activity_id or b"",
    )
