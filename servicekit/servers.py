"""The servers that a process stands on: entered as its settings say, by the authority they name, left at its end."""

from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.mysql.database import create_engine
from servicekit.process import Process, Stop
from servicekit.rabbitmq.consumer import Consumer
from servicekit.rabbitmq.publisher import Publisher
from servicekit.redis import cache
from servicekit.redis.cache import Redis


class MysqlSettings(Protocol):
    """Where MySQL is."""

    @property
    def database_url(self) -> str:
        """mysql+aiomysql://user:password@host:port/schema."""

    @property
    def mysql_ca_file(self) -> str:
        """Who signed its certificate; empty: as the URL says."""


class RedisSettings(Protocol):
    """Where Redis is."""

    @property
    def redis_url(self) -> str:
        """redis://user:password@host:port/0."""

    @property
    def redis_ca_file(self) -> str:
        """Who signed its certificate; empty: as the URL says."""


class AmqpSettings(Protocol):
    """Where RabbitMQ is."""

    @property
    def amqp_url(self) -> str:
        """amqp://user:password@host:port/vhost."""

    @property
    def amqp_ca_file(self) -> str:
        """Who signed its certificate; empty: as the URL says."""


def mysql(process: Process, settings: MysqlSettings, **options: Any) -> AsyncEngine:
    """An engine, disposed of with the process; `options` are those of `create_engine`."""
    engine = create_engine(settings.database_url, ca_file=settings.mysql_ca_file, **options)
    process.at_stop(Stop.CLIENTS, engine.dispose)
    return engine


def redis(process: Process, settings: RedisSettings, **options: Any) -> Redis:
    """A client, closed with the process; `options` are those of `cache.connect`."""
    client = cache.connect(settings.redis_url, ca_file=settings.redis_ca_file, **options)
    process.at_stop(Stop.CLIENTS, client.aclose)
    return client


def publisher(process: Process, settings: AmqpSettings, **options: Any) -> Publisher:
    """A publisher that connects in the background, closed with the process; `options` are those of `Publisher`."""
    made = Publisher(settings.amqp_url, process=process.name, ca_file=settings.amqp_ca_file, **options)
    made.start()
    process.at_stop(Stop.CLIENTS, made.close)
    return made


def consumer(process: Process, settings: AmqpSettings, queue: str, name: str, **options: Any) -> Consumer:
    """A consumer that somebody has to run, stopped with the process; `options` are those of `Consumer`.

    Args:
        name: The connection shows in the broker as `<name>-consume`.
    """
    made = Consumer(settings.amqp_url, queue, process=name, ca_file=settings.amqp_ca_file, **options)
    process.at_stop(Stop.CONSUMING, made.stop)
    return made
