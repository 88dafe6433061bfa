"""Connections to what surrounds us; every failure becomes an OutOfReachError that names the server and no secret."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import httpx
from aio_pika.abc import AbstractConnection
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from yarl import URL

from deploy.operate.surroundings import OutOfReachError, Surroundings
from servicekit.errors import UnavailableError
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.session import connect
from servicekit.redis import cache
from servicekit.redis.cache import Redis, RedisError
from servicekit.settings import ServerSettings, load

PATIENCE_S = 3.0

Row = dict[str, Any]


@asynccontextmanager
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """MySQL, lazily, for what is read with the code of a service."""
    found = create_engine(url, ca_file=load(ServerSettings).mysql_ca_file, pool_size=1, is_repeated=True)
    try:
        yield found
    except (SQLAlchemyError, UnavailableError, OSError) as error:
        raise OutOfReachError(f"MySQL at {_where(url)}: {_cause(error)}") from error
    finally:
        await found.dispose()


@asynccontextmanager
async def mysql(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection to MySQL, in one transaction that its block may commit."""
    async with engine(url) as lazily, lazily.connect() as connection:
        yield connection


async def rows(connection: AsyncConnection, statement: str, **parameters: object) -> list[Row]:
    """What a statement finds."""
    return [dict(row) for row in (await connection.execute(text(statement), parameters)).mappings()]


@asynccontextmanager
async def redis(url: str) -> AsyncIterator[Redis]:
    """A client of the Redis at a URL; OutOfReachError for whatever goes wrong with it."""
    client = cache.connect(url, ca_file=load(ServerSettings).redis_ca_file, timeout_s=PATIENCE_S)
    try:
        yield client
    except (RedisError, UnavailableError) as error:
        raise OutOfReachError(f"Redis at {_where(url)}: {error}") from error
    finally:
        with contextlib.suppress(RedisError):
            await client.aclose()


@asynccontextmanager
async def rabbitmq(url: str) -> AsyncIterator[AbstractConnection]:
    """A connection to the RabbitMQ at a URL, for a minute at most; OutOfReachError for whatever goes wrong with it."""
    try:
        connection = await connect(url, load(ServerSettings).amqp_ca_file, name="qiandao-operate", timeout=PATIENCE_S)
    except (aio_pika.exceptions.AMQPError, OSError) as error:
        raise OutOfReachError(f"RabbitMQ at {_where(url)}: {error or type(error).__name__}") from error
    try:
        async with asyncio.timeout(60):
            yield connection
    except (aio_pika.exceptions.AMQPError, OSError) as error:
        raise OutOfReachError(f"RabbitMQ at {_where(url)}: {error or type(error).__name__}") from error
    finally:
        await connection.close()


def http() -> httpx.AsyncClient:
    """A client for ops pages, patient and without proxies."""
    return httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False)


async def ops_addresses(seen: Surroundings) -> dict[str, str]:
    """Every ops page by replica; a name of several addresses, such as a headless Service, gives them all."""
    found: dict[str, str] = {}
    for name, address in seen.ops.items():
        resolved = await _resolve(address)
        found |= {name if len(resolved) == 1 else f"{name}@{each}": each for each in resolved}
    return found


async def _resolve(address: str) -> list[str]:
    host, _, port = address.rpartition(":")
    try:
        infos = await asyncio.get_running_loop().getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    except OSError:
        return [address]
    hosts = dict.fromkeys(str(info[4][0]) for info in infos)
    return [f"[{each}]:{port}" if ":" in each else f"{each}:{port}" for each in hosts]


def _where(url: str) -> str:
    parsed = make_url(url) if url.startswith("mysql") else URL(url)
    return f"{parsed.host}:{parsed.port}"


def _cause(error: Exception) -> str:
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)
