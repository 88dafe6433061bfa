"""SQL of people and organisations. Personal data is sealed on the way in and opened on the way out."""

from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.sealed import SealBrokenError, SealedTextError
from servicekit import ids
from servicekit.clock import from_datetime, to_datetime
from servicekit.mysql import idempotency
from servicekit.mysql.database import is_duplicate_key, unavailable_when_lost
from servicekit.mysql.idempotency import Intent
from servicekit.turns import Turns
from servicekit.unreadable import Unreadable
from services.identity import domain
from services.identity.domain import Family, Member, Organisation, Refresh, Role, Session, User
from services.identity.errors import (
    AlreadyMemberError,
    RefreshTokenError,
    RefreshTokenReusedError,
    TooManyOrganisationsError,
)
from services.identity.metrics import ORGANISATIONS_OVER
from services.identity.pii import Cell, Pii
from services.identity.tables import idempotency_keys, memberships, organisations, sessions, spent_tokens, users

_FORGET_AT_ONCE = 1000
_NAMES, _TOKENS = Unreadable("user_name"), Unreadable("refresh_token")

# A thousand people sign in at the same instant, so these are texts that go straight to the driver.
_FIND_USER = "SELECT user_id, name, created_at FROM users WHERE openid_index IN ({})"
_ADD_USER = "INSERT INTO users (user_id, openid_index, openid, created_at) VALUES (%s, %s, %s, %s)"
_ADD_SESSION = (
    "INSERT INTO sessions (session_id, user_id, token_hash, created_at, expires_at) VALUES (%s, %s, %s, %s, %s)"
)


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    with unavailable_when_lost():
        async with engine.begin() as connection:
            yield connection


class People:
    """Users and their sessions."""

    def __init__(self, engine: AsyncEngine, pii: Pii) -> None:
        self._engine = engine
        self._pii = pii

    async def sign_in(self, openid: str, now_us: int) -> Session:
        """Opens a session, making the user on the first visit.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        try:
            return await self._open_session(openid, now_us)
        except IntegrityError as error:
            if not is_duplicate_key(error):
                raise
            # The same person's first sign-in on another phone was quicker: now the row is there.
            return await self._open_session(openid, now_us)

    async def _open_session(self, openid: str, now_us: int) -> Session:
        token = domain.new_refresh_token()
        session_id = ids.new_id()
        now, expires_at = to_datetime(now_us), to_datetime(now_us + domain.REFRESH_LIFE_US)
        async with _transaction(self._engine) as connection:
            user = await self._find_or_add_user(connection, openid, now_us)
            row = (session_id, user.user_id, domain.digest(token), now, expires_at)
            await connection.exec_driver_sql(_ADD_SESSION, row)
        return Session(session_id, user, token)

    async def _find_or_add_user(self, connection: AsyncConnection, openid: str, now_us: int) -> User:
        indexes = self._pii.blind_indexes("openid", openid)
        find = _FIND_USER.format(", ".join(["%s"] * len(indexes)))
        found = (await connection.exec_driver_sql(find, tuple(indexes))).first()
        if found is not None:
            return _user(self._pii, found)
        user_id = ids.new_id()
        sealed = self._pii.seal(openid, Cell("users", "openid", user_id))
        await connection.exec_driver_sql(_ADD_USER, (user_id, indexes[0], sealed, to_datetime(now_us)))
        return User(user_id, "", now_us)

    async def refresh(self, token: str, device_id: str, now_us: int) -> Session:
        """Exchanges a refresh token; within the grace its successor is given once more.

        Args:
            device_id: What the phone calls itself; empty for one that does not say.

        Raises:
            RefreshTokenError: Unknown, or its session is over.
            RefreshTokenReusedError: It was used before; the session has been ended.
            UnavailableError: The database is gone or busy.
        """
        presented = domain.digest(token)
        async with _transaction(self._engine) as connection:
            row = await _lock_family(connection, presented)
            device = domain.device_digest(row.session_id, device_id)
            verdict = domain.judge_refresh(_family(row), presented, device, now_us)
            if verdict is Refresh.REVOKE:
                await _revoke(connection, row.session_id, now_us)
            else:
                cell = Cell("sessions", "token", row.session_id)
                if verdict is Refresh.ROTATE:
                    successor = await self._rotate(connection, presented, device, cell, now_us)
                else:
                    successor = _successor(self._pii, row.token, cell)
                user = _user(self._pii, (await connection.execute(_user_query(row.user_id))).one())
        if verdict is Refresh.REVOKE:
            raise RefreshTokenReusedError(row.session_id)
        return Session(row.session_id, user, successor)

    async def _rotate(
        self, connection: AsyncConnection, presented: bytes, device: bytes | None, cell: Cell, now_us: int
    ) -> str:
        successor = domain.new_refresh_token()
        expires_at = to_datetime(now_us + domain.REFRESH_LIFE_US)
        await connection.execute(
            update(sessions)
            .where(sessions.c.session_id == cell.row)
            .values(
                token_hash=domain.digest(successor),
                previous_hash=presented,
                token=self._pii.seal(successor, cell),
                rotated_at=to_datetime(now_us),
                rotated_by=device,
                expires_at=expires_at,
            )
        )
        spent = {"token_hash": presented, "session_id": cell.row, "expires_at": expires_at}
        await connection.execute(insert(spent_tokens).values(spent))
        return successor

    async def end_session(self, session_id: bytes, now_us: int) -> None:
        """Revokes the family; a session that is over stays as it is.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        async with _transaction(self._engine) as connection:
            await _revoke(connection, session_id, now_us)

    async def revoked_since(self, since_us: int) -> list[bytes]:
        """Sessions revoked after an instant.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        query = select(sessions.c.session_id).where(sessions.c.revoked_at > to_datetime(since_us))
        async with _transaction(self._engine) as connection:
            return list((await connection.execute(query)).scalars())

    async def get(self, user_id: bytes) -> User:
        """The person.

        Raises:
            NotFoundError: Nobody has this id.
            UnavailableError: The database is gone or busy.
        """
        found = await self.batch_get([user_id])
        if not found:
            raise domain.unknown_person()
        return found[0]

    async def batch_get(self, user_ids: Iterable[bytes]) -> list[User]:
        """Those of the people who exist, in any order.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        async with _transaction(self._engine) as connection:
            return [_user(self._pii, row) for row in await connection.execute(_user_query(*user_ids))]

    async def rename(self, user_id: bytes, name: str) -> User:
        """Gives the person a name.

        Raises:
            NotFoundError: Nobody has this id.
            UnavailableError: The database is gone or busy.
        """
        sealed = self._pii.seal(name, Cell("users", "name", user_id))
        async with _transaction(self._engine) as connection:
            await connection.execute(update(users).where(users.c.user_id == user_id).values(name=sealed))
        return await self.get(user_id)

    async def forget_old(self, now_us: int) -> None:
        """Deletes a bounded number of sessions, spent tokens and idempotency keys that mean nothing any more.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        # A session outlives every access token it gave, so those revoked stay listed long enough.
        for table in (sessions, spent_tokens):
            statement = text(f"DELETE FROM {table.name} WHERE expires_at < :now LIMIT {_FORGET_AT_ONCE}")  # noqa: S608
            async with _transaction(self._engine) as connection:
                await connection.execute(statement, {"now": to_datetime(now_us)})
        async with _transaction(self._engine) as connection:
            await idempotency.forget_old(connection, idempotency_keys)


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
        async with self._turns.of(intent.user_id), _transaction(self._engine) as connection:

            async def effect() -> bytes:
                """The new organisation's id."""
                await self._check_room(connection, intent.user_id)
                return await _add_organisation(connection, intent.user_id, name, to_datetime(now_us))

            organisation_id = await idempotency.once(connection, idempotency_keys, intent, effect)
            query = _of_member(intent.user_id).where(organisations.c.organisation_id == organisation_id)
            row = (await connection.execute(query)).first()
        if row is None:
            raise domain.unknown_organisation()
        return _organisation(row)

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
        async with _transaction(self._engine) as connection:
            return [_organisation(row) for row in await connection.execute(query)]

    async def role_of(self, organisation_id: bytes, user_id: bytes) -> Role:
        """The person's role, NONE for a stranger or an unknown organisation.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        async with _transaction(self._engine) as connection:
            return (await _roles(connection, organisation_id, user_id))[user_id]

    async def members_among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Those of these people who belong to it.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        async with _transaction(self._engine) as connection:
            roles = await _roles(connection, organisation_id, *user_ids)
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
        query = _members(organisation_id).where(memberships.c.user_id > after).limit(limit)
        async with _transaction(self._engine) as connection:
            domain.check_may_list((await _roles(connection, organisation_id, actor_id))[actor_id])
            rows = await connection.execute(query.order_by(memberships.c.user_id))
            return [_member(self._pii, row) for row in rows]

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
        async with _transaction(self._engine) as connection:
            roles = await _lock_roles(connection, organisation_id, actor_id, user_id)
            domain.check_may_give(roles[actor_id], role, is_oneself=actor_id == user_id)
            if roles[user_id] is Role.NONE:
                await _check_exists(connection, user_id)
                await self._check_room(connection, user_id, role)
                await _add_membership(connection, organisation_id, user_id, role, to_datetime(now_us))
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
        async with _transaction(self._engine) as connection:
            roles = await _lock_roles(connection, organisation_id, actor_id, user_id)
            domain.check_may_give(roles[actor_id], roles[user_id], role, is_oneself=actor_id == user_id)
            if roles[user_id] is not role:
                await self._check_room(connection, user_id, role)
            statement = update(memberships).where(_is_membership(organisation_id, user_id)).values(role=role)
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
        async with _transaction(self._engine) as connection:
            roles = await _lock_roles(connection, organisation_id, actor_id, user_id)
            owners = await _count_owners(connection, organisation_id)
            domain.check_may_remove(roles[actor_id], roles[user_id], is_oneself=actor_id == user_id, owners=owners)
            if roles[user_id] is Role.NONE:
                raise domain.unknown_person()
            await connection.execute(delete(memberships).where(_is_membership(organisation_id, user_id)))

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
        query = _members(organisation_id).where(memberships.c.user_id == user_id)
        row = (await connection.execute(query)).first()
        if row is None:
            raise domain.unknown_person()
        return _member(self._pii, row)


async def lock_person(connection: AsyncConnection, user_id: bytes) -> None:
    """What is counted of a person stays as it is until the transaction ends."""
    await connection.execute(select(users.c.user_id).where(users.c.user_id == user_id).with_for_update())


async def _lock_family(connection: AsyncConnection, presented: bytes) -> Row[Any]:
    """The session's row, locked, to which the token belongs or ever belonged.

    Whoever waits here for a rotation to commit finds the token spent then.
    """
    current = select(sessions).where(sessions.c.token_hash == presented).with_for_update()
    found = (await connection.execute(current)).first()
    if found is None:
        spent = select(spent_tokens.c.session_id).where(spent_tokens.c.token_hash == presented)
        session_id = (await connection.execute(spent)).scalar()
        former = select(sessions).where(sessions.c.session_id == session_id).with_for_update()
        found = (await connection.execute(former)).first()
    if found is None:
        raise RefreshTokenError
    return found


async def _revoke(connection: AsyncConnection, session_id: bytes, now_us: int) -> None:
    going_on = (sessions.c.session_id == session_id) & sessions.c.revoked_at.is_(None)
    await connection.execute(update(sessions).where(going_on).values(revoked_at=to_datetime(now_us), token=None))


async def _lock_roles(connection: AsyncConnection, organisation_id: bytes, *user_ids: bytes) -> dict[bytes, Role]:
    """Roles that stay as they are until the transaction ends: every change takes this lock first."""
    lock = select(organisations.c.organisation_id).where(organisations.c.organisation_id == organisation_id)
    await connection.execute(lock.with_for_update())
    return await _roles(connection, organisation_id, *user_ids)


async def _roles(connection: AsyncConnection, organisation_id: bytes, *user_ids: bytes) -> dict[bytes, Role]:
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
    await _add_membership(connection, organisation_id, owner_id, Role.OWNER, now)
    return organisation_id


async def _add_membership(
    connection: AsyncConnection, organisation_id: bytes, user_id: bytes, role: Role, now: datetime
) -> None:
    row = {"organisation_id": organisation_id, "user_id": user_id, "role": role, "joined_at": now}
    await connection.execute(insert(memberships).values(row))


async def _check_exists(connection: AsyncConnection, user_id: bytes) -> None:
    if (await connection.execute(_user_query(user_id))).first() is None:
        raise domain.unknown_person()


def _user_query(*user_ids: bytes) -> Select[Any]:
    return select(users.c.user_id, users.c.name, users.c.created_at).where(users.c.user_id.in_(user_ids))


def _of_member(user_id: bytes) -> Select[Any]:
    is_theirs = memberships.c.organisation_id == organisations.c.organisation_id
    return (
        select(organisations, memberships.c.role).join(memberships, is_theirs).where(memberships.c.user_id == user_id)
    )


def _members(organisation_id: bytes) -> Select[Any]:
    return (
        select(memberships.c.user_id, memberships.c.role, memberships.c.joined_at, users.c.name)
        .join(users, users.c.user_id == memberships.c.user_id)
        .where(memberships.c.organisation_id == organisation_id)
    )


def _is_membership(organisation_id: bytes, user_id: bytes) -> ColumnElement[bool]:
    return (memberships.c.organisation_id == organisation_id) & (memberships.c.user_id == user_id)


def _family(row: Row[Any]) -> Family:
    return Family(
        row.token_hash,
        row.previous_hash,
        _instant(row.rotated_at),
        from_datetime(row.expires_at),
        _instant(row.revoked_at),
        row.rotated_by,
    )


def _instant(at: datetime | None) -> int | None:
    return None if at is None else from_datetime(at)


def _user(pii: Pii, row: Row[Any]) -> User:
    return User(row.user_id, _name(pii, row), from_datetime(row.created_at))


def _member(pii: Pii, row: Row[Any]) -> Member:
    return Member(row.user_id, _name(pii, row), Role(row.role), from_datetime(row.joined_at))


def _organisation(row: Row[Any]) -> Organisation:
    return Organisation(row.organisation_id, row.name, Role(row.role), from_datetime(row.created_at))


def _name(pii: Pii, row: Row[Any]) -> str:
    """Empty where there is none, or none that opens: then the person may give it anew."""
    try:
        return pii.open(row.name, Cell("users", "name", row.user_id)) if row.name else ""
    except (SealedTextError, SealBrokenError) as error:
        _NAMES.note(row.user_id, error)
        return ""


def _successor(pii: Pii, sealed: bytes | None, cell: Cell) -> str:
    """The refresh token that a session was given last.

    Raises:
        RefreshTokenError: It does not open; the person signs in anew.
    """
    try:
        return pii.open(sealed or b"", cell)
    except (SealedTextError, SealBrokenError) as error:
        _TOKENS.note(cell.row, error)
        raise RefreshTokenError from None
