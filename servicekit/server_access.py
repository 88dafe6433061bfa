"""Whether the servers let this process in: asked once, before it serves.

A server that refuses a password, a schema or a certificate goes on refusing until somebody mends the settings, so the
process ends and names the setting: a rollout stops there, and the pods that were there before go on serving. A server
that does not answer may come back and can be done without for a while: the process says so and starts.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from functools import partial

from aiormq.exceptions import AuthenticationError, ProbableAuthenticationError
from redis.exceptions import AuthenticationError as RedisAuthenticationError
from redis.exceptions import RedisError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from servicekit.mysql import database
from servicekit.rabbitmq import session
from servicekit.redis import cache
from servicekit.settings import OwnSettings

log = logging.getLogger(__name__)

_WITHIN_S = 3.0
_REFUSALS = (RedisAuthenticationError, AuthenticationError, ProbableAuthenticationError)
_WRONG_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"


async def ask(settings: OwnSettings) -> None:
    """Asks every server whose URL these settings hold: MySQL, Redis, RabbitMQ; all at the same time.

    Raises:
        SystemExit: One of them refuses; the log names the setting and the server, never the password.
    """
    doors = {
        "database_url": ("MySQL", partial(_enter_mysql, ca_file=settings.mysql_ca_file)),
        "redis_url": ("Redis", partial(_enter_redis, ca_file=settings.redis_ca_file)),
        "amqp_url": ("RabbitMQ", partial(_enter_rabbitmq, ca_file=settings.amqp_ca_file)),
    }
    urls = {setting: getattr(settings, setting) for setting in doors if hasattr(settings, setting)}
    prefix = str(settings.model_config.get("env_prefix", ""))
    answers = [_is_let_in(*doors[setting], f"{prefix}{setting}".upper(), url) for setting, url in urls.items()]
    if not all(await asyncio.gather(*answers)):
        sys.exit(1)


async def _is_let_in(server: str, enter: Callable[[str], Awaitable[None]], variable: str, url: str) -> bool:
    parts = make_url(url)
    where = f"{parts.username}@{parts.host}:{parts.port}/{parts.database}"
    try:
        async with asyncio.timeout(_WITHIN_S):
            await enter(url)
    except (SQLAlchemyError, RedisError, *session.LOST) as error:
        cause = getattr(error, "orig", None) or error
        if _is_refusal(error):
            log.critical("%s refuses %s: %s. Mend %s, or the rights of that user", server, where, cause, variable)
            return False
        told = "%s does not answer as %s: %r. This process starts and waits for it; start it, or mend %s"
        log.warning(told, server, where, cause, variable)
    return True


async def _enter_mysql(url: str, ca_file: str) -> None:
    engine = database.create_engine(url, ca_file=ca_file, pool_size=1)
    try:
        async with engine.connect():
            pass
    finally:
        await engine.dispose()


async def _enter_redis(url: str, ca_file: str) -> None:
    client = cache.connect(url, ca_file=ca_file)
    try:
        await client.ping()
    finally:
        await client.aclose()


async def _enter_rabbitmq(url: str, ca_file: str) -> None:
    connection = await session.connect(url, ca_file, timeout=session.CONNECT_TIMEOUT_S)
    await connection.close()


def _is_refusal(error: Exception) -> bool:
    is_known = isinstance(error, DBAPIError) and database.is_access_refused(error)
    return is_known or isinstance(error, _REFUSALS) or _WRONG_CERTIFICATE in str(error)
