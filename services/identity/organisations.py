"""SQL of organisations and of who belongs to them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit import ids
from servicekit.clock import from_datetime, to_datetime
from servicekit.mysql import idempotency
from servicekit.mysql.idempotency import Intent
from servicekit.turns import Turns
from services.identity import domain
from services.identity.domain import Member, Organisation, Role
from services.identity.errors import AlreadyMemberError, TooManyOrganisationsError
from services.identity.metrics import ORGANISATIONS_OVER
from services.identity.pii import Pii
from services.identity.rows import lock_person, name_of, transaction, user_query
from services.identity.tables import idempotency_keys, memberships, organisations, users


class Organisations:
    """Organisations and who belongs to them with which role.

    Args:
        quota: How many of them one person may own, whoever made them.
    """

    def __init__(self, engine: AsyncEngine, pii: Pii, quota: int) -> None:
        self._engine = engine
        self._pii = pii
        self._quota = quota
        # Whoever waits for a lock in MySQL has a connection, so nobody waits there for themselves.
        self._turns = Turns()

    async def create(self, intent: Intent, name: str, now_us: int) -> Organisation:
        """Makes an organisation with the sender of the intent as owner; once per idempotency key.

        Raises:
            IdempotencyKeyReusedError: The key belongs to another request.
            NotFoundError: A repetition, and the sender has left the organisation since.
            TooManyOrganisationsError: The sender owns as many as one person may.
            UnavailableError: The database is gone or busy.
        """
        async with self._turns.of(intent.user_id), transaction(self._engine) as connection:

            async def effect() -> bytes:
                """The new organisation's id."""
                await self._check_room(connection, intent.user_id)
                return await _add_organisation(connection, intent.user_id, name, to_datetime(now_us))

            organisation_id = await idempotency.once(connection, idempotency_keys, intent, effect)
            return await organisation_of_member(connection, organisation_id, intent.user_id)

    async def rename(self, organisation_id: bytes, actor_id: bytes, name: str) -> Organisation:
        """Gives an organisation another name.

        Raises:
            NotFoundError: The actor does not belong to it.
            PermissionDeniedError: The actor does not manage it.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, actor_id)
            domain.check_may_give(roles[actor_id], Role.MEMBER, is_oneself=False)
            is_it = organisations.c.organisation_id == organisation_id
            await connection.execute(update(organisations).where(is_it).values(name=name))
            return await organisation_of_member(connection, organisation_id, actor_id)

    async def hand_over(self, organisation_id: bytes, actor_id: bytes, user_id: bytes) -> Member:
        """Makes a member owner and the actor an organiser; the member as they are then.

        Raises:
            NotFoundError: The actor or the person does not belong to it.
            PermissionDeniedError: The actor is no owner, or names themselves.
            TooManyOrganisationsError: The person owns as many as one may.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, actor_id, user_id)
            domain.check_may_hand_over(roles[actor_id], roles[user_id], is_oneself=actor_id == user_id)
            if roles[user_id] is not Role.OWNER:
                await self._check_room(connection, user_id)
            for person, role in ((user_id, Role.OWNER), (actor_id, Role.ORGANISER)):
                statement = update(memberships).where(is_membership(organisation_id, person)).values(role=role)
                await connection.execute(statement)
            return await self._get_member(connection, organisation_id, user_id)

    async def list_of(self, user_id: bytes, after: bytes, limit: int) -> list[Organisation]:
        """Those a person belongs to, oldest first.

        Args:
            after: The organisation after which to go on; empty at the start.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        query = (
            _of_member(user_id)
            .where(memberships.c.organisation_id > after)
            .order_by(memberships.c.organisation_id)
            .limit(limit)
        )
        async with transaction(self._engine) as connection:
            return [_organisation(row) for row in await connection.execute(query)]

    async def role_of(self, organisation_id: bytes, user_id: bytes) -> Role:
        """The person's role, NONE for a stranger or an unknown organisation.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            return (await read_roles(connection, organisation_id, user_id))[user_id]

    async def members_among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those of these people who belong to it.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            roles = await read_roles(connection, organisation_id, *user_ids)
        return {user_id for user_id, role in roles.items() if role is not Role.NONE}

    async def members(self, organisation_id: bytes, actor_id: bytes, after: bytes, limit: int) -> list[Member]:
        """Who belongs to it, by user id.

        Args:
            after: The user after whom to go on; empty at the start.

        Raises:
            NotFoundError: The actor does not belong to it.
            PermissionDeniedError: The actor may not see the members.
            UnavailableError: The database is gone or busy.
        """
        query = read_members(organisation_id).where(memberships.c.user_id > after).limit(limit)
        async with transaction(self._engine) as connection:
            domain.check_may_list((await read_roles(connection, organisation_id, actor_id))[actor_id])
            rows = await connection.execute(query.order_by(memberships.c.user_id))
            return [member_of(self._pii, row) for row in rows]

    async def add_member(
        self, organisation_id: bytes, actor_id: bytes, user_id: bytes, role: Role, now_us: int
    ) -> Member:
        """Lets somebody in; somebody who is in with this role already is simply returned.

        Raises:
            NotFoundError: The actor does not belong to it, or there is no such user.
            PermissionDeniedError: The actor may not give this role.
            AlreadyMemberError: The person has another role.
            TooManyOrganisationsError: The person owns as many as one may.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, actor_id, user_id)
            domain.check_may_give(roles[actor_id], role, is_oneself=actor_id == user_id)
            if roles[user_id] is Role.NONE:
                await _check_exists(connection, user_id)
                await self._check_room(connection, user_id, role)
                await add_membership(connection, organisation_id, user_id, role, to_datetime(now_us))
            elif roles[user_id] is not role:
                raise AlreadyMemberError
            return await self._get_member(connection, organisation_id, user_id)

    async def change_role(self, organisation_id: bytes, actor_id: bytes, user_id: bytes, role: Role) -> Member:
        """Gives a member another role.

        Raises:
            NotFoundError: The actor or the person does not belong to it.
            PermissionDeniedError: The actor may not take the old role or give the new one.
            TooManyOrganisationsError: The person owns as many as one may.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, actor_id, user_id)
            domain.check_may_give(roles[actor_id], roles[user_id], role, is_oneself=actor_id == user_id)
            if roles[user_id] is not role:
                await self._check_room(connection, user_id, role)
            statement = update(memberships).where(is_membership(organisation_id, user_id)).values(role=role)
            await connection.execute(statement)
            return await self._get_member(connection, organisation_id, user_id)

    async def remove_member(self, organisation_id: bytes, actor_id: bytes, user_id: bytes) -> None:
        """Takes somebody out, or lets the actor leave.

        Raises:
            NotFoundError: The actor or the person does not belong to it.
            PermissionDeniedError: The actor may not remove this person.
            LastOwnerError: Nobody could manage the organisation afterwards.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, actor_id, user_id)
            owners = await _count_owners(connection, organisation_id)
            domain.check_may_remove(roles[actor_id], roles[user_id], is_oneself=actor_id == user_id, owners=owners)
            if roles[user_id] is Role.NONE:
                raise domain.unknown_person()
            await connection.execute(delete(memberships).where(is_membership(organisation_id, user_id)))

    async def _check_room(self, connection: AsyncConnection, user_id: bytes, role: Role = Role.OWNER) -> None:
        """Lets somebody own one more; whoever else asks for the same person waits until this transaction has ended."""
        if role is not Role.OWNER:
            return
        await lock_person(connection, user_id)
        owned = select(func.count()).where(memberships.c.user_id == user_id, memberships.c.role == Role.OWNER)
        if (await connection.execute(owned)).scalar_one() >= self._quota:
            ORGANISATIONS_OVER.inc()
            raise TooManyOrganisationsError(self._quota)

    async def _get_member(self, connection: AsyncConnection, organisation_id: bytes, user_id: bytes) -> Member:
        query = read_members(organisation_id).where(memberships.c.user_id == user_id)
        row = (await connection.execute(query)).first()
        if row is None:
            raise domain.unknown_person()
        return member_of(self._pii, row)


async def lock_roles(connection: AsyncConnection, organisation_id: bytes, *user_ids: bytes) -> dict[bytes, Role]:
    """Roles that stay as they are until the transaction ends: every change takes this lock first."""
    lock = select(organisations.c.organisation_id).where(organisations.c.organisation_id == organisation_id)
    await connection.execute(lock.with_for_update())
    return await read_roles(connection, organisation_id, *user_ids)


async def read_roles(connection: AsyncConnection, organisation_id: bytes, *user_ids: bytes) -> dict[bytes, Role]:
    """Roles as they are now, NONE for strangers."""
    query = select(memberships.c.user_id, memberships.c.role).where(
        memberships.c.organisation_id == organisation_id, memberships.c.user_id.in_(user_ids)
    )
    known = {row.user_id: Role(row.role) for row in await connection.execute(query)}
    return dict.fromkeys(user_ids, Role.NONE) | known


async def _count_owners(connection: AsyncConnection, organisation_id: bytes) -> int:
    query = select(func.count()).where(
        memberships.c.organisation_id == organisation_id, memberships.c.role == Role.OWNER
    )
    return (await connection.execute(query)).scalar_one()


async def _add_organisation(connection: AsyncConnection, owner_id: bytes, name: str, now: datetime) -> bytes:
    organisation_id = ids.new_id()
    row = {"organisation_id": organisation_id, "name": name, "created_at": now}
    await connection.execute(insert(organisations).values(row))
    await add_membership(connection, organisation_id, owner_id, Role.OWNER, now)
    return organisation_id


async def add_membership(
    connection: AsyncConnection, organisation_id: bytes, user_id: bytes, role: Role, now: datetime
) -> None:
    """Lets somebody in."""
    row = {"organisation_id": organisation_id, "user_id": user_id, "role": role, "joined_at": now}
    await connection.execute(insert(memberships).values(row))


async def _check_exists(connection: AsyncConnection, user_id: bytes) -> None:
    if (await connection.execute(user_query(user_id))).first() is None:
        raise domain.unknown_person()


async def organisation_of_member(connection: AsyncConnection, organisation_id: bytes, user_id: bytes) -> Organisation:
    """An organisation as one of its members sees it.

    Raises:
        NotFoundError: The person does not belong to it.
    """
    query = _of_member(user_id).where(organisations.c.organisation_id == organisation_id)
    row = (await connection.execute(query)).first()
    if row is None:
        raise domain.unknown_organisation()
    return _organisation(row)


def _of_member(user_id: bytes) -> Select[Any]:
    is_theirs = memberships.c.organisation_id == organisations.c.organisation_id
    return (
        select(organisations, memberships.c.role).join(memberships, is_theirs).where(memberships.c.user_id == user_id)
    )


def read_members(organisation_id: bytes) -> Select[Any]:
    """The query of members with their names."""
    return (
        select(memberships.c.user_id, memberships.c.role, memberships.c.joined_at, users.c.name)
        .join(users, users.c.user_id == memberships.c.user_id)
        .where(memberships.c.organisation_id == organisation_id)
    )


def is_membership(organisation_id: bytes, user_id: bytes) -> ColumnElement[bool]:
    """Whether a row is about this person there."""
    return (memberships.c.organisation_id == organisation_id) & (memberships.c.user_id == user_id)


def member_of(pii: Pii, row: Row[Any]) -> Member:
    """What a row of `read_members` says."""
    return Member(row.user_id, name_of(pii, row), Role(row.role), from_datetime(row.joined_at))


def _organisation(row: Row[Any]) -> Organisation:
    return Organisation(row.organisation_id, row.name, Role(row.role), from_datetime(row.created_at))
