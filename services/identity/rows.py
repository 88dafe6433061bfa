"""What the SQL of people and of organisations shares."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domainkit.organisations import OrganisationArchivedError
from domainkit.pii import Cell, Pii
from domainkit.sealed import SealBrokenError, SealedTextError
from servicekit.clock import from_datetime
from servicekit.mysql.database import unavailable_when_lost
from servicekit.unreadable import Unreadable
from services.identity import domain
from services.identity.domain import Member, Organisation, Role
from services.identity.tables import memberships, organisations, users

_NAMES = Unreadable("user_name")


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction; UnavailableError when the database is gone or busy."""
    with unavailable_when_lost():
        async with engine.begin() as connection:
            yield connection


def instant_of(at: datetime | None) -> int | None:
    """Microseconds of a column that may be empty."""
    return None if at is None else from_datetime(at)


async def lock_person(connection: AsyncConnection, user_id: bytes) -> None:
    """What is counted of a person stays as it is until the transaction ends."""
    await connection.execute(select(users.c.user_id).where(users.c.user_id == user_id).with_for_update())


def user_query(*user_ids: bytes) -> Select[Any]:
    """The query of these people."""
    return select(users.c.user_id, users.c.name, users.c.created_at).where(users.c.user_id.in_(user_ids))


def name_of(pii: Pii, row: Row[Any]) -> str:
    """Empty where there is none, or none that opens: then the person may give it anew."""
    try:
        return pii.open(row.name, Cell("users", "name", row.user_id)) if row.name else ""
    except (SealedTextError, SealBrokenError) as error:
        _NAMES.note(row.user_id, error)
        return ""


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


async def count_owners(connection: AsyncConnection, organisation_id: bytes) -> int:
    """How many own an organisation now."""
    is_owner = (memberships.c.organisation_id == organisation_id) & (memberships.c.role == Role.OWNER)
    return (await connection.execute(select(func.count()).where(is_owner))).scalar_one()


async def add_membership(
    connection: AsyncConnection, organisation_id: bytes, user_id: bytes, role: Role, now: datetime, group: str = ""
) -> None:
    """Lets somebody in."""
    row = {"organisation_id": organisation_id, "user_id": user_id, "role": role, "joined_at": now, "group": group}
    await connection.execute(insert(memberships).values(row))


async def check_not_archived(connection: AsyncConnection, organisation_id: bytes) -> None:
    """Lets something begin in an organisation.

    Raises:
        OrganisationArchivedError: Nothing does.
    """
    query = select(organisations.c.archived_at).where(organisations.c.organisation_id == organisation_id)
    if (await connection.execute(query)).scalar() is not None:
        raise OrganisationArchivedError


async def organisation_seen_by(connection: AsyncConnection, organisation_id: bytes, user_id: bytes) -> Organisation:
    """An organisation as anybody sees it, with their role, which may be none."""
    query = select(organisations).where(organisations.c.organisation_id == organisation_id)
    row = (await connection.execute(query)).one()
    roles = await read_roles(connection, organisation_id, user_id)
    return _to_organisation(row, roles[user_id])


async def organisation_of_member(connection: AsyncConnection, organisation_id: bytes, user_id: bytes) -> Organisation:
    """An organisation as one of its members sees it.

    Raises:
        NotFoundError: The person does not belong to it.
    """
    query = of_member(user_id).where(organisations.c.organisation_id == organisation_id)
    row = (await connection.execute(query)).first()
    if row is None:
        raise domain.unknown_organisation()
    return to_organisation(row)


def of_member(user_id: bytes) -> Select[Any]:
    """The query of organisations that a person belongs to, with their role."""
    is_theirs = memberships.c.organisation_id == organisations.c.organisation_id
    return (
        select(organisations, memberships.c.role).join(memberships, is_theirs).where(memberships.c.user_id == user_id)
    )


def read_members(organisation_id: bytes) -> Select[Any]:
    """The query of members with their names."""
    return (
        select(memberships.c.user_id, memberships.c.role, memberships.c.joined_at, memberships.c.group, users.c.name)
        .join(users, users.c.user_id == memberships.c.user_id)
        .where(memberships.c.organisation_id == organisation_id)
    )


def is_membership(organisation_id: bytes, user_id: bytes) -> ColumnElement[bool]:
    """Whether a row is about this person there."""
    return (memberships.c.organisation_id == organisation_id) & (memberships.c.user_id == user_id)


def member_of(pii: Pii, row: Row[Any]) -> Member:
    """What a row of `read_members` says."""
    return Member(row.user_id, name_of(pii, row), Role(row.role), from_datetime(row.joined_at), row.group)


def to_organisation(row: Row[Any]) -> Organisation:
    """What a row of `of_member` says."""
    return _to_organisation(row, Role(row.role))


def _to_organisation(row: Row[Any], role: Role) -> Organisation:
    archived_at = instant_of(row.archived_at)
    return Organisation(row.organisation_id, row.name, role, from_datetime(row.created_at), archived_at)
