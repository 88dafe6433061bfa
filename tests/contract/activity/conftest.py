"""What the tests of activity on MariaDB stand on."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.pii import Pii
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from services.activity.rosters.present import ROSTER
from services.activity.rosters.sealing import Sealing
from services.activity.tables import outbox
from tests.contract.schemas import migrated


@pytest.fixture(scope="session")
def activity_url(database_url: str) -> Iterator[str]:
    """A schema made by activity's migrations."""
    with migrated(database_url, "activity") as url:
        yield url


@pytest.fixture
async def activity_engine(activity_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on that schema."""
    engine = create_engine(activity_url, pool_timeout_s=10)
    yield engine
    await engine.dispose()


def an_outbox(engine: AsyncEngine, done: list[OutboxRow] | None = None) -> Outbox:
    """One whose effect on Redis is only noted."""

    async def note(row: OutboxRow) -> None:
        if done is not None:
            done.append(row)

    return Outbox(engine, outbox, {ROSTER: note})


@pytest.fixture
def sealing() -> Sealing:
    """A key of the tests."""
    return Sealing(Pii({1: b"\x01" * 32}, "activity", ""))
