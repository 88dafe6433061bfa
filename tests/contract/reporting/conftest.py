"""A schema with facts, made by its migrations."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.mysql.database import create_engine
from tests.contract.schemas import migrated


@pytest.fixture(scope="module")
def reporting_url(database_url: str) -> Iterator[str]:
    """A schema of reporting's own."""
    with migrated(database_url, "reporting") as url:
        yield url


@pytest.fixture
async def engine(reporting_url: str) -> AsyncIterator[AsyncEngine]:
    """Where facts are kept."""
    engine = create_engine(reporting_url, pool_timeout_s=10)
    yield engine
    await engine.dispose()
