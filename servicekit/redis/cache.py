"""Redis: one client per process, short timeouts, one breaker, and scripts that can go into a pipeline."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

import redis.asyncio
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.connection import HiredisRespSerializer
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError

from servicekit.breaker import AsyncBreaker
from servicekit.errors import UnavailableError

__all__ = ["Pipeline", "Redis", "RedisError", "Script", "connect", "run_scripts", "trip", "unavailable_when_gone"]

# A trip takes a millisecond or two; what waits for it can go on without.
_TIMEOUT_S = 0.3
_REST_S = 1.0


class Redis(redis.asyncio.Redis):
    """A client, and the breaker that `trip` counts its trips with."""

    breaker: AsyncBreaker


class _Packing:
    """Packs commands in C, as the library's own clients do that are not asynchronous.

    The calls of one batch of a hundred people have some four hundred arguments: packing them cost 5.7 us a check-in in
    Python, 2.9 in C [measured].
    """

    pack_command = staticmethod(HiredisRespSerializer().pack)

    def pack_commands(self, commands: Iterable[Iterable[Any]]) -> list[bytes]:
        """The bytes of a pipeline."""
        return [b"".join(chunk for command in commands for chunk in self.pack_command(*command))]


def connect(url: str, *, ca_file: str = "", timeout_s: float = _TIMEOUT_S, max_connections: int = 32) -> Redis:
    """A lazy client; answers are bytes.

    A connection that was lost while it lay idle is made anew and the command repeated; one that does not answer in
    time is not waited for twice.

    Args:
        url: `redis://user:password@host:port/0`.
        ca_file: TLS, verified by this authority; empty: as the URL says.
        timeout_s: For connecting and for each answer; blocking commands pass their own.
    """
    tls: dict[str, Any] = {"ssl_ca_certs": ca_file, "ssl_check_hostname": True} if ca_file else {}
    made = Redis.from_url(
        url.replace("redis://", "rediss://", 1) if ca_file else url,
        **tls,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        max_connections=max_connections,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        health_check_interval=0,
    )
    pool = made.connection_pool
    pool.connection_class = type("PackingConnection", (_Packing, pool.connection_class), {})
    client = cast(Redis, made)
    client.breaker = AsyncBreaker("redis", fail_max=3, reset_s=_REST_S)
    return client


@asynccontextmanager
async def trip(client: Redis) -> AsyncIterator[None]:
    """Guards one trip: a Redis that hangs costs its timeout a few times and then once per rest, not every caller.

    Raises:
        UnavailableError: Redis does not answer, or rests.
    """
    async with client.breaker.calling():
        with unavailable_when_gone():
            yield


@contextmanager
def unavailable_when_gone() -> Iterator[None]:
    """Turns every error of Redis into UNAVAILABLE, at the edge of an adapter."""
    try:
        yield
    except RedisError as error:
        raise UnavailableError("Redis does not answer; try again", retry_after_s=1) from error


class Script:
    """A Lua script, called by its digest; its text stands in `.lua` files beside the module that calls it.

    Args:
        module: `__file__` of that module.
        names: Of the files, without the ending; those before the last hold functions that it uses.
        values: What the text knows by these names: sizes and names that Python decides.
    """

    def __init__(self, module: str, *names: str, **values: int | str) -> None:
        texts = [Path(module).with_name(f"{name}.lua").read_text(encoding="utf-8") for name in names]
        given = f"local {', '.join(values)} = {', '.join(map(json.dumps, values.values()))} " if values else ""
        # On the first line, so that an error names the line of the file.
        self.text = given + "\n".join(texts)
        self.digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()

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
