"""Redis: one client per process, short timeouts, and scripts that can go into a pipeline."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from servicekit.errors import UnavailableError

__all__ = ["Pipeline", "Redis", "RedisError", "Script", "connect", "run_scripts", "unavailable_when_gone"]


def connect(url: str, *, timeout_s: float = 0.5, max_connections: int = 32) -> Redis:
    """A lazy client; answers are bytes.

    Args:
        url: `redis://user:password@host:port/0`.
        timeout_s: For connecting and for each answer; blocking commands pass their own.
    """
    return Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        max_connections=max_connections,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=0,
    )


@contextmanager
def unavailable_when_gone() -> Iterator[None]:
    """Turns every error of Redis into UNAVAILABLE, at the edge of an adapter."""
    try:
        yield
    except RedisError as error:
        raise UnavailableError("Redis does not answer; try again", retry_after_s=1) from error


class Script:
    """A Lua script, called by its digest."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def add_to(self, pipeline: Pipeline, keys: Sequence[bytes | str], arguments: Sequence[bytes | str | int]) -> None:
        """Appends the call to a pipeline that `run_scripts` executes."""
        pipeline.evalsha(self.digest, len(keys), *keys, *arguments)


async def run_scripts(redis: Redis, pipeline: Pipeline, *scripts: Script) -> list[object]:
    """Executes a pipeline of script calls in one trip; loads the scripts and repeats when Redis has lost them.

    Raises:
        RedisError: Redis is gone or refused a command.
    """
    commands = list(pipeline.command_stack)
    try:
        return list(await pipeline.execute())
    except NoScriptError:
        for script in scripts:
            await redis.script_load(script.text)
        pipeline.command_stack = commands
        return list(await pipeline.execute())
