"""A schema of identity's own for a file, and an organisation in it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Pii
from servicekit import ids
from servicekit.clock import now_us
from servicekit.mysql.database import create_engine
from servicekit.mysql.idempotency import Intent
from services.identity.activity_staff import Staff
from services.identity.domain import Role
from services.identity.invite_rules import DAY_US, Invite, NewInvite
from services.identity.invites import Invites
from services.identity.organisations import Organisations
from services.identity.people import People
from tests.contract.schemas import migrated

PII = Pii({1: b"\x01" * 32}, "identity", "wx1")
NOW = now_us()
OPEN_AT_ONCE = 3
# Of organisations that one person owns.
QUOTA = 2


@pytest.fixture(scope="module")
def identity_url(database_url: str) -> Iterator[str]:
    """A schema of identity's own, made by its migrations."""
    with migrated(database_url, "identity") as url:
        yield url


@pytest.fixture
async def identity_engine(identity_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on that schema."""
    # As identity's own: a rush waits for its turn at a connection.
    engine = create_engine(identity_url, pool_timeout_s=10)
    yield engine
    await engine.dispose()


@dataclass
class Club:
    """An organisation with people, and everything that is asked of it."""

    engine: AsyncEngine
    people: People
    organisations: Organisations
    organisation_id: bytes = b""
    owner: bytes = b""

    def __post_init__(self) -> None:
        self.invites = Invites(self.engine, PII, OPEN_AT_ONCE)
        self.staff = Staff(self.engine, PII)

    async def found(self) -> "Club":
        """With its first owner."""
        self.owner = await self.somebody()
        intent = Intent(self.owner, "/identity.v1.IdentityService/CreateOrganisation", "", b"")
        self.organisation_id = (await self.organisations.create(intent, "跑步社", NOW)).organisation_id
        return self

    async def another(self) -> "Club":
        """A new one in the same place."""
        return await Club(self.engine, self.people, self.organisations).found()

    async def somebody(self, role: Role = Role.NONE, name: str = "") -> bytes:
        """A new person, who belongs to it where a role is given."""
        user_id = (await self.people.sign_in(f"openid-{ids.new_id().hex()}", NOW)).user.user_id
        if name:
            await self.people.rename(user_id, name)
        if role is not Role.NONE:
            await self.organisations.add_member(self.organisation_id, self.owner, user_id, role, NOW)
        return user_id

    async def invite(
        self, role: Role = Role.STAFF, uses: int = 1, by: bytes = b"", life_us: int = DAY_US, **changes: Any
    ) -> Invite:
        """An invite of the owner, or of somebody else."""
        intent = Intent(by or self.owner, "/identity.v1.InviteService/CreateInvite", "", ids.new_id())
        new = NewInvite(self.organisation_id, role, uses, NOW + life_us, **changes)
        return await self.invites.create(intent, new, NOW)

    async def role_of(self, user_id: bytes) -> Role:
        """What somebody is there."""
        return await self.organisations.role_of(self.organisation_id, user_id)


@pytest.fixture
async def club(identity_engine: AsyncEngine) -> Club:
    """A new one."""
    return await Club(identity_engine, People(identity_engine, PII), Organisations(identity_engine, PII, QUOTA)).found()
