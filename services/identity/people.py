"""SQL of people and their sessions. Personal data is sealed on the way in and opened on the way out."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.pii import Cell, Pii
from domainkit.sealed import SealBrokenError, SealedTextError
from servicekit import ids
from servicekit.clock import from_datetime, to_datetime
from servicekit.mysql import idempotency
from servicekit.mysql.database import is_duplicate_key
from servicekit.unreadable import Unreadable
from services.identity import domain
from services.identity.domain import Family, Kind, Refresh, Session, User
from services.identity.errors import RefreshTokenError, RefreshTokenReusedError
from services.identity.name_index import find, index_name
from services.identity.rows import instant_of, name_of, transaction, user_query
from services.identity.tables import idempotency_keys, sessions, spent_tokens, users

_FORGET_AT_ONCE = 1000
_TOKENS = Unreadable("refresh_token")

# A thousand people sign in at the same instant, so these are texts that go straight to the driver.
_FIND_USER = "SELECT user_id, name, created_at FROM users WHERE openid_index IN ({})"
_ADD_USER = "INSERT INTO users (user_id, openid_index, openid, created_at) VALUES (%s, %s, %s, %s)"
_ADD_SESSION = (
    "INSERT INTO sessions (session_id, user_id, token_hash, created_at, expires_at) VALUES (%s, %s, %s, %s, %s)"
)


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
        async with transaction(self._engine) as connection:
            user = await self._find_or_add_user(connection, openid, now_us)
            row = (session_id, user.user_id, domain.digest(token), now, expires_at)
            await connection.exec_driver_sql(_ADD_SESSION, row)
        return Session(session_id, user, token)

    async def _find_or_add_user(self, connection: AsyncConnection, openid: str, now_us: int) -> User:
        indexes = self._pii.blind_indexes("openid", openid)
        find = _FIND_USER.format(", ".join(["%s"] * len(indexes)))
        found = (await connection.exec_driver_sql(find, tuple(indexes))).first()
        if found is not None:
            return user_of(self._pii, found)
        user_id = ids.new_id()
        sealed = self._pii.seal(openid, Cell("users", "openid", user_id))
        await connection.exec_driver_sql(_ADD_USER, (user_id, indexes[0], sealed, to_datetime(now_us)))
        return User(user_id, "", now_us)

    async def refresh(self, token: str, device_id: str, now_us: int, kind: Kind = Kind.PHONE) -> Session:
        """Exchanges a refresh token; within the grace its successor is given once more.

        Args:
            device_id: What the phone calls itself, or what a console's page keeps; empty for one that does not say.

        Raises:
            CsrfError: A console's page did not say it.
            RefreshTokenError: Unknown, or its session is over.
            RefreshTokenReusedError: It was used before; the session has been ended.
            UnavailableError: The database is gone or busy.
        """
        presented = domain.digest(token, kind)
        async with transaction(self._engine) as connection:
            row = await _lock_family(connection, presented)
            device = domain.device_digest(row.session_id, device_id)
            verdict = domain.judge_refresh(_family(row), presented, device, now_us)
            if verdict is Refresh.REVOKE:
                await revoke(connection, row.session_id, now_us)
            else:
                cell = Cell("sessions", "token", row.session_id)
                if verdict is Refresh.ROTATE:
                    successor = await self._rotate(connection, presented, device, cell, kind, now_us)
                else:
                    successor = _successor(self._pii, row.token, cell)
                user = user_of(self._pii, (await connection.execute(user_query(row.user_id))).one())
        if verdict is Refresh.REVOKE:
            raise RefreshTokenReusedError(row.session_id)
        return Session(row.session_id, user, successor)

    async def _rotate(
        self, connection: AsyncConnection, presented: bytes, device: bytes | None, cell: Cell, kind: Kind, now_us: int
    ) -> str:
        successor = domain.new_refresh_token()
        expires_at = to_datetime(now_us + domain.refresh_life_us(kind))
        await connection.execute(
            update(sessions)
            .where(sessions.c.session_id == cell.row)
            .values(
                token_hash=domain.digest(successor, kind),
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
        async with transaction(self._engine) as connection:
            await revoke(connection, session_id, now_us)

    async def end_console(self, token: str, csrf_token: str, now_us: int) -> bytes:
        """Revokes the family of a console's refresh token; its session, empty where there is none.

        Raises:
            CsrfError: Its page did not ask for it.
            UnavailableError: The database is gone or busy.
        """
        async with transaction(self._engine) as connection:
            try:
                row = await _lock_family(connection, domain.digest(token, Kind.CONSOLE))
            except RefreshTokenError:
                return b""
            domain.check_csrf(_family(row), domain.device_digest(row.session_id, csrf_token))
            await revoke(connection, row.session_id, now_us)
            return bytes(row.session_id)

    async def revoked_since(self, since_us: int) -> list[bytes]:
        """Sessions revoked after an instant.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        query = select(sessions.c.session_id).where(sessions.c.revoked_at > to_datetime(since_us))
        async with transaction(self._engine) as connection:
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
        async with transaction(self._engine) as connection:
            return [user_of(self._pii, row) for row in await connection.execute(user_query(*user_ids))]

    async def find(self, query: str, most: int) -> list[bytes] | None:
        """See `name_index.find`."""
        return await find(self._engine, self._pii, query, most)

    async def rename(self, user_id: bytes, name: str) -> User:
        """Gives the person a name.

        Raises:
            NotFoundError: Nobody has this id.
            UnavailableError: The database is gone or busy.
        """
        sealed = self._pii.seal(name, Cell("users", "name", user_id))
        async with transaction(self._engine) as connection:
            named = update(users).where(users.c.user_id == user_id, users.c.erased_at.is_(None)).values(name=sealed)
            if (await connection.execute(named)).rowcount:
                await index_name(connection, self._pii, user_id, name)
        return await self.get(user_id)

    async def forget_old(self, now_us: int) -> None:
        """Deletes a bounded number of sessions, spent tokens and idempotency keys that mean nothing any more.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        # A session outlives every access token it gave, so those revoked stay listed long enough.
        for table in (sessions, spent_tokens):
            statement = text(f"DELETE FROM {table.name} WHERE expires_at < :now LIMIT {_FORGET_AT_ONCE}")  # noqa: S608
            async with transaction(self._engine) as connection:
                await connection.execute(statement, {"now": to_datetime(now_us)})
        async with transaction(self._engine) as connection:
            await idempotency.forget_old(connection, idempotency_keys)


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


async def revoke(connection: AsyncConnection, session_id: bytes, now_us: int) -> None:
    """Ends a session; one that is over stays as it is."""
    going_on = (sessions.c.session_id == session_id) & sessions.c.revoked_at.is_(None)
    await connection.execute(update(sessions).where(going_on).values(revoked_at=to_datetime(now_us), token=None))


def _family(row: Row[Any]) -> Family:
    return Family(
        row.token_hash,
        row.previous_hash,
        instant_of(row.rotated_at),
        from_datetime(row.expires_at),
        instant_of(row.revoked_at),
        row.rotated_by,
        Kind(row.kind),
    )


def user_of(pii: Pii, row: Row[Any]) -> User:
    """What a row of `user_query` says."""
    return User(row.user_id, name_of(pii, row), from_datetime(row.created_at))


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
