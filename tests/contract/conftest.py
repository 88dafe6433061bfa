"""The real servers that contract tests speak to: the local stack's, or those that the environment names."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from sqlalchemy import create_engine as create_blocking_engine
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.fleet import SECRETS, VHOST, Place
from servicekit.mysql.database import create_engine
from servicekit.redis import cache

Eventually = Callable[[Callable[[], bool | Awaitable[bool]]], Awaitable[None]]

_PATIENCE_S = 60.0
_DATABASE = 1


def server_url(variable: str, password_name: str, url: str) -> str:
    """The URL that the environment names, else the local stack's with its admin's password in place of `{}`."""
    if variable in os.environ:
        return os.environ[variable]
    secret = SECRETS / password_name
    if not secret.exists():
        pytest.fail(f"no server to test against: run `make up` first, or set {variable}")
    return url.format(secret.read_text().strip())


@pytest.fixture(scope="session")
def amqp_url() -> str:
    """RabbitMQ, as a user who may do everything in a virtual host."""
    return server_url("QIANDAO_TEST_AMQP_URL", "rabbitmq-admin", f"amqp://admin:{{}}@{Place().amqp}/{VHOST}")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A database of Redis that the stack does not use, as a user who may do everything: some tests empty it."""
    return server_url("QIANDAO_TEST_REDIS_URL", "redis-admin", f"redis://admin:{{}}@{Place().redis}/{_DATABASE}")


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """An empty schema of this run's own in MySQL or MariaDB, as an asynchronous URL."""
    admin = server_url("QIANDAO_TEST_DATABASE_URL", "mysql-admin", f"mysql+pymysql://admin:{{}}@{Place().mysql}/")
    schema = f"contract_{uuid.uuid4().hex[:12]}"
    # Other tests of the same run take MySQL away for a while.
    engine = create_blocking_engine(admin, pool_pre_ping=True)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    url = make_url(admin).set(drivername="mysql+aiomysql", database=schema, query={"charset": "utf8mb4"})
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {schema}")
    engine.dispose()


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine like those of the services."""
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[cache.Redis]:
    """A client of the test's own, which waits as long as a busy machine needs."""
    client = cache.connect(redis_url, timeout_s=10)
    yield client
    await client.aclose()


@pytest.fixture
def unique() -> str:
    """A name that nobody else uses."""
    return f"test.{uuid.uuid4().hex[:12]}"


@pytest.fixture
def eventually() -> Eventually:
    """Waits until a condition holds; fails when it does not within a minute."""

    async def wait(condition: Callable[[], bool | Awaitable[bool]]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not await _holds(condition):  # noqa: ASYNC110  other processes ring no bell
                await asyncio.sleep(0.02)

    return wait


async def _holds(condition: Callable[[], bool | Awaitable[bool]]) -> bool:
    result = condition()
    return result if isinstance(result, bool) else await result
