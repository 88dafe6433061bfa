"""A recorder on a real server, for whatever is shown of what it stores."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.outbox import Outbox
from services.checkin.recording import transactions
from services.checkin.recording.record import Recorder
from services.checkin.tables import metadata, outbox


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine like the recorder's, on a schema with its tables."""
    engine = create_engine(database_url, count_changed_rows=True)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
def recorder(engine: AsyncEngine) -> Recorder:
    """A recorder whose effects stay in the outbox."""
    rows = Outbox(engine, outbox, {})
    return Recorder(lambda: transactions.begin(engine, rows))
