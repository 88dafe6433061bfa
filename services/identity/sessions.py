"""SQL of a person's sessions as they see them: where they are signed in, and how that ends."""

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import from_datetime, to_datetime
from services.identity.domain import Kind, Machine, SignedIn
from services.identity.errors import SessionUnknownError
from services.identity.people import revoke
from services.identity.rows import transaction
from services.identity.tables import sessions

_LISTED = 100


class Sessions:
    """The sessions of people."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def list_of(self, user_id: bytes, now_us: int) -> list[SignedIn]:
        """Those that go on, used last first, a hundred at most.

        Raises:
            UnavailableError: The database is gone or busy.
        """
        last_used_at = func.coalesce(sessions.c.rotated_at, sessions.c.created_at)
        goes_on = sessions.c.revoked_at.is_(None) & (sessions.c.expires_at > to_datetime(now_us))
        query = (
            select(sessions, last_used_at.label("last_used_at"))
            .where(sessions.c.user_id == user_id, goes_on)
            .order_by(last_used_at.desc(), sessions.c.session_id.desc())
            .limit(_LISTED)
        )
        async with transaction(self._engine) as connection:
            return [_signed_in(row) for row in await connection.execute(query)]

    async def end(self, user_id: bytes, session_id: bytes, now_us: int) -> None:
        """Ends one of a person's; idempotent.

        Raises:
            SessionUnknownError: It is not theirs.
            UnavailableError: The database is gone or busy.
        """
        is_theirs = (sessions.c.session_id == session_id) & (sessions.c.user_id == user_id)
        async with transaction(self._engine) as connection:
            if (await connection.execute(select(sessions.c.kind).where(is_theirs))).scalar() is None:
                raise SessionUnknownError
            await revoke(connection, session_id, now_us)


def _signed_in(row: Row[Any]) -> SignedIn:
    return SignedIn(
        row.session_id,
        Kind(row.kind),
        Machine(row.browser, row.platform),
        from_datetime(row.created_at),
        from_datetime(row.last_used_at),
    )
