"""SQL of people who are staff of one activity alone. Whoever asks knows the activity, and when that is over."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.pii import Pii
from servicekit.clock import from_datetime
from services.identity import domain
from services.identity.domain import Activity, ActivityStaff, Role
from services.identity.rows import lock_roles, name_of, read_roles, transaction
from services.identity.tables import activity_staff, users

_AT_MOST = 200


class Staff:
    """Staff of single activities. Every method raises UnavailableError when the database is gone or busy."""

    def __init__(self, engine: AsyncEngine, pii: Pii) -> None:
        self._engine = engine
        self._pii = pii

    async def activities_of(self, user_id: bytes) -> list[bytes]:
        """Activities whose staff somebody became, over or not; the latest 200."""
        query = select(activity_staff.c.activity_id).where(activity_staff.c.user_id == user_id)
        latest = query.order_by(activity_staff.c.joined_at.desc()).limit(_AT_MOST)
        async with transaction(self._engine) as connection:
            return list((await connection.execute(latest)).scalars())

    async def list_of(
        self, activity: Activity, actor_id: bytes, after: bytes, limit: int, now_us: int
    ) -> list[ActivityStaff]:
        """Who became staff of it alone, by user id.

        Args:
            after: The user after whom to go on; empty at the start.

        Raises:
            NotFoundError: The actor is no staff of its organisation, nor of it while it has such staff.
        """
        query = read_activity_staff(activity.activity_id).where(activity_staff.c.user_id > after)
        async with transaction(self._engine) as connection:
            roles = await read_roles(connection, activity.organisation_id, actor_id)
            if await self._role(connection, activity, actor_id, roles[actor_id], now_us) < Role.STAFF:
                raise domain.unknown_activity()
            rows = await connection.execute(query.order_by(activity_staff.c.user_id).limit(limit))
            return [staff_of(self._pii, row) for row in rows]

    async def remove(self, activity: Activity, actor_id: bytes, user_id: bytes, now_us: int) -> None:
        """Takes somebody out, or lets the actor go.

        Raises:
            NotFoundError: The actor has no part in the activity, or the person is no staff of it alone.
            PermissionDeniedError: The actor may not choose its staff.
        """
        is_it = (activity_staff.c.activity_id == activity.activity_id) & (activity_staff.c.user_id == user_id)
        async with transaction(self._engine) as connection:
            roles = await lock_roles(connection, activity.organisation_id, actor_id)
            role = await self._role(connection, activity, actor_id, roles[actor_id], now_us)
            domain.check_may_staff(role, is_oneself=actor_id == user_id)
            if not (await connection.execute(delete(activity_staff).where(is_it))).rowcount:
                raise domain.unknown_person() if role >= Role.STAFF else domain.unknown_activity()

    async def _role(
        self, connection: AsyncConnection, activity: Activity, user_id: bytes, role: Role, now_us: int
    ) -> Role:
        """What somebody with a role in the organisation is for the activity."""
        is_theirs = await find_activity_staff(connection, self._pii, activity.activity_id, user_id)
        return max(role, Role.STAFF) if is_theirs and now_us < activity.staffed_until else role


async def add_activity_staff(
    connection: AsyncConnection, organisation_id: bytes, activity_id: bytes, user_id: bytes, now: datetime
) -> None:
    """Makes somebody staff of an activity."""
    ids = {"organisation_id": organisation_id, "activity_id": activity_id, "user_id": user_id}
    await connection.execute(insert(activity_staff).values(ids | {"joined_at": now}))


async def find_activity_staff(
    connection: AsyncConnection, pii: Pii, activity_id: bytes, user_id: bytes
) -> ActivityStaff | None:
    """Somebody who is staff of an activity alone; None where they are not."""
    query = read_activity_staff(activity_id).where(activity_staff.c.user_id == user_id)
    row = (await connection.execute(query)).first()
    return staff_of(pii, row) if row else None


def read_activity_staff(activity_id: bytes) -> Select[Any]:
    """The query of an activity's own staff with their names."""
    return (
        select(activity_staff.c.user_id, activity_staff.c.joined_at, users.c.name)
        .join(users, users.c.user_id == activity_staff.c.user_id)
        .where(activity_staff.c.activity_id == activity_id)
    )


def staff_of(pii: Pii, row: Row[Any]) -> ActivityStaff:
    """What a row of `read_activity_staff` says."""
    return ActivityStaff(row.user_id, name_of(pii, row), from_datetime(row.joined_at))
