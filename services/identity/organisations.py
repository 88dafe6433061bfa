"""SQL of organisations and of who belongs to them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.name_search import is_named_like
from domainkit.pii import Pii
from servicekit import ids
from servicekit.clock import to_datetime
from servicekit.mysql import idempotency
from servicekit.mysql.idempotency import Intent
from servicekit.turns import Turns
from services.identity import domain
from services.identity.domain import Member, Organisation, Role, Standing, Wanted
from services.identity.errors import AlreadyMemberError, TooManyOrganisationsError
from services.identity.metrics import ORGANISATIONS_OVER
from services.identity.name_index import may_be_like
from services.identity.rows import (
    add_membership,
    check_not_archived,
    count_owners,
    is_membership,
    lock_person,
    lock_roles,
    member_of,
    of_member,
    organisation_of_member,
    read_members,
    read_roles,
    to_organisation,
    transaction,
    user_query,
)
from services.identity.tables import activity_staff, idempotency_keys, memberships, organisations

_EVERYBODY = Wanted()


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

    async def archive(self, organisation_id: bytes, actor_id: bytes, archived_at: int | None) -> Organisation:
        """Ends what may begin in an organisation, or with None lets it begin again; idempotent.

        Raises:
            NotFoundError: The actor does not belong to it.
            PermissionDeniedError: The actor is no owner.
            UnavailableError: The database is gone or busy.
        """
        at = None if archived_at is None else func.coalesce(organisations.c.archived_at, to_datetime(archived_at))
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, actor_id)
            domain.check_may_archive(roles[actor_id])
            is_it = organisations.c.organisation_id == organisation_id
            await connection.execute(update(organisations).where(is_it).values(archived_at=at))
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

    async def list_of(
        self, user_id: bytes, after: bytes, limit: int, *, with_archived: bool = False
    ) -> list[Organisation]:
        """Those a person belongs to, oldest first.

        Args:
            after: The organisation after which to go on; empty at the start.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        query = of_member(user_id).where(memberships.c.organisation_id > after)
        if not with_archived:
            query = query.where(organisations.c.archived_at.is_(None))
        async with transaction(self._engine) as connection:
            rows = await connection.execute(query.order_by(memberships.c.organisation_id).limit(limit))
            return [to_organisation(row) for row in rows]

    async def name_of(self, organisation_id: bytes) -> str:
        """What an organisation is called; empty where there is none.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        query = select(organisations.c.name).where(organisations.c.organisation_id == organisation_id)
        async with transaction(self._engine) as connection:
            return (await connection.scalar(query)) or ""

    async def role_of(self, organisation_id: bytes, user_id: bytes) -> Role:
        """The person's role, NONE for a stranger or an unknown organisation.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            return (await read_roles(connection, organisation_id, user_id))[user_id]

    async def standing(self, organisation_id: bytes, user_id: bytes, activity_id: bytes) -> Standing:
        """What a person is there, and for an activity of it where one is named.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        is_theirs = (memberships.c.organisation_id == organisations.c.organisation_id) & (
            memberships.c.user_id == user_id
        )
        is_staff = (activity_staff.c.organisation_id == organisations.c.organisation_id) & (
            (activity_staff.c.activity_id == activity_id) & (activity_staff.c.user_id == user_id)
        )
        query = (
            select(organisations.c.archived_at, memberships.c.role, activity_staff.c.joined_at)
            .outerjoin(memberships, is_theirs)
            .outerjoin(activity_staff, is_staff)
            .where(organisations.c.organisation_id == organisation_id)
        )
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return Standing()
        return Standing(Role(row.role or Role.NONE), row.joined_at is not None, row.archived_at is not None)

    async def members_among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those of these people who belong to it.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            roles = await read_roles(connection, organisation_id, *user_ids)
        return {user_id for user_id, role in roles.items() if role is not Role.NONE}

    async def members(
        self, organisation_id: bytes, actor_id: bytes, after: bytes, limit: int, wanted: Wanted = _EVERYBODY
    ) -> list[Member]:
        """Who belongs to it, by user id.

        Args:
            after: The user after whom to go on; empty at the start.
            wanted: Whom to leave in.

        Raises:
            NotFoundError: The actor does not belong to it.
            PermissionDeniedError: The actor may not see the members.
            InvalidArgumentError: The name says too little.
            UnavailableError: The database is gone or busy.
        """
        query = read_members(organisation_id).order_by(memberships.c.user_id).limit(limit)
        if wanted.group:
            query = query.where(memberships.c.group == wanted.group)
        if wanted.name:
            query = query.where(*may_be_like(self._pii, wanted.name))
        found: list[Member] = []
        async with transaction(self._engine) as connection:
            domain.check_may_list((await read_roles(connection, organisation_id, actor_id))[actor_id])
            while True:
                rows = (await connection.execute(query.where(memberships.c.user_id > after))).all()
                members = [member_of(self._pii, row) for row in rows]
                found += [member for member in members if is_named_like(member.name, wanted.name)]
                if len(rows) < limit or len(found) >= limit:
                    return found[:limit]
                # Some were only nearly what was meant.
                after = rows[-1].user_id

    async def add_member(
        self, organisation_id: bytes, actor_id: bytes, user_id: bytes, role: Role, now_us: int
    ) -> Member:
        """Lets somebody in; somebody who is in with this role already is simply returned.

        Raises:
            NotFoundError: The actor does not belong to it, or there is no such user.
            PermissionDeniedError: The actor may not give this role.
            AlreadyMemberError: The person has another role.
            OrganisationArchivedError: Nobody joins it.
            TooManyOrganisationsError: The person owns as many as one may.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, actor_id, user_id)
            domain.check_may_give(roles[actor_id], role, is_oneself=actor_id == user_id)
            if roles[user_id] is Role.NONE:
                await check_not_archived(connection, organisation_id)
                await _check_exists(connection, user_id)
                await self._check_room(connection, user_id, role)
                await add_membership(connection, organisation_id, user_id, role, to_datetime(now_us))
            elif roles[user_id] is not role:
                raise AlreadyMemberError
            return await self._get_member(connection, organisation_id, user_id)

    async def change_member(
        self, organisation_id: bytes, actor_id: bytes, user_id: bytes, role: Role | None, group: str | None = None
    ) -> Member:
        """Gives a member another role, or puts them into a group; None: as it is.

        Raises:
            NotFoundError: The actor or the person does not belong to it.
            PermissionDeniedError: The actor may not take the old role or give the new one, or put into groups.
            TooManyOrganisationsError: The person owns as many as one may.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, organisation_id, actor_id, user_id)
            domain.check_may_give(roles[actor_id], Role.MEMBER, is_oneself=False)
            if role is not None:
                domain.check_may_give(roles[actor_id], roles[user_id], role, is_oneself=actor_id == user_id)
                if roles[user_id] is not role:
                    await self._check_room(connection, user_id, role)
            said = {"role": role, "group": group}
            changed = {name: value for name, value in said.items() if value is not None}
            if changed:
                statement = update(memberships).where(is_membership(organisation_id, user_id)).values(changed)
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
            owners = await count_owners(connection, organisation_id)
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


async def _add_organisation(connection: AsyncConnection, owner_id: bytes, name: str, now: datetime) -> bytes:
    organisation_id = ids.new_id()
    row = {"organisation_id": organisation_id, "name": name, "created_at": now}
    await connection.execute(insert(organisations).values(row))
    await add_membership(connection, organisation_id, owner_id, Role.OWNER, now)
    return organisation_id


async def _check_exists(connection: AsyncConnection, user_id: bytes) -> None:
    if (await connection.execute(user_query(user_id))).first() is None:
        raise domain.unknown_person()
