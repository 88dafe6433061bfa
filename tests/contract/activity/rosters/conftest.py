"""A schema of activity's own for a file, and a roster in it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Pii
from domainkit.roster_sets import MARKER, key_of
from servicekit import ids
from servicekit.clock import to_datetime
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.outbox import Outbox
from servicekit.redis import cache
from services.activity import tables
from services.activity.rosters.invites import Invites
from services.activity.rosters.members import Binding, How, Members
from services.activity.rosters.present import ROSTER, RosterSets, apply_effect
from services.activity.rosters.sealing import Said, Sealing
from services.activity.tables import FOREVER, roster_entries, rosters
from tests.contract.schemas import migrated

SEALING = Sealing(Pii({1: bytes(32)}, "activity", ""))
_SOMEBODY = Said("王小明")
BEFORE, NOW, LATER = 1_800_000_000_000_000, 1_800_000_001_000_000, 1_800_000_002_000_000


@pytest.fixture(scope="module")
def members_url(database_url: str) -> Iterator[str]:
    """A schema made by activity's migrations."""
    with migrated(database_url, "activity") as url:
        yield url


@dataclass
class House:
    """A roster with people on it."""

    engine: AsyncEngine
    redis: cache.Redis
    roster_id: bytes = field(default_factory=ids.new_id)
    organisation_id: bytes = field(default_factory=ids.new_id)

    def __post_init__(self) -> None:
        self.sets, self.sealing = RosterSets(self.redis), SEALING
        self.outbox = Outbox(self.engine, tables.outbox, {ROSTER: apply_effect(self.sets)})
        self.members, self.invites = Members(self.engine, self.outbox), Invites(self.engine, self.outbox)

    async def make(self) -> None:
        """Stores the roster."""
        row = {
            "roster_id": self.roster_id,
            "organisation_id": self.organisation_id,
            "title": "高一（3）班",
            "revision": 1,
            "extra": '[["座位", true], ["家长", false]]',
            "created_at": to_datetime(BEFORE),
            "created_by": ids.new_id(),
        }
        await self.execute(insert(rosters).values(row))

    async def entry(self, said: Said | None = _SOMEBODY) -> bytes:
        """Somebody who is expected from `BEFORE` on; None: who was erased since."""
        entry_id = ids.new_id()
        row = {
            "entry_id": entry_id,
            "roster_id": self.roster_id,
            "valid_from": to_datetime(BEFORE),
            "valid_to": FOREVER,
            "group_name": "一组",
            **(SEALING.columns(self.roster_id, entry_id, said) if said else {"said": b""}),
        }
        await self.execute(insert(roster_entries).values(row))
        return entry_id

    async def execute(self, statement: Any) -> None:
        """Runs a statement of a test's own."""
        async with self.engine.begin() as connection:
            await connection.execute(statement)

    def binding(self, entry_id: bytes, user_id: bytes, at: int = NOW) -> Binding:
        """That staff say who an entry is."""
        return Binding(self.roster_id, entry_id, user_id, How.STAFF, ids.new_id(), at)

    async def bound(self, at: int = NOW) -> tuple[bytes, bytes]:
        """A new entry and the person it is."""
        entry_id, user_id = await self.entry(), ids.new_id()
        await self.members.bind(self.binding(entry_id, user_id, at))
        return entry_id, user_id

    async def revision(self) -> int:
        """Of the roster."""
        async with self.engine.connect() as connection:
            query = select(rosters.c.revision).where(rosters.c.roster_id == self.roster_id)
            return int(await connection.scalar(query) or 0)

    async def in_redis(self) -> set[bytes]:
        """Who Redis says is on the roster; writes the set where it is missing."""
        if not await self.sets.is_there(self.roster_id):
            since = await self.sets.begin(self.roster_id)
            present = await self.members.present(self.roster_id)
            assert present is not None
            assert await self.sets.write(self.roster_id, since, present)
        found: Any = await self.redis.smembers(key_of(self.roster_id))
        return set(found) - {MARKER}


@pytest.fixture
async def house(members_url: str, redis: cache.Redis) -> AsyncIterator[House]:
    """See `House`."""
    engine = create_engine(members_url, pool_timeout_s=10)
    house = House(engine, redis)
    await house.make()
    yield house
    await engine.dispose()
