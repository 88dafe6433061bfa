"""What contract tests do to a server is nothing to the stack that runs on it."""

import pytest
from redis import Redis

from deploy.fleet import SECRETS
from servicekit.redis import cache


async def test_a_redis_that_is_emptied_is_not_the_stacks(redis: cache.Redis, unique: str) -> None:
    """Some tests forget all that Redis knows; who is in at an activity of the stack is known on."""
    secret = SECRETS / "CHECKIN_REDIS_URL"
    if not secret.exists():
        pytest.skip("no stack here")
    with Redis.from_url(secret.read_text().strip()) as stacks:
        name = f"checkin:told:{{0}}:{unique}"
        stacks.set(name, b"in", ex=60)
        await redis.flushdb()
        assert stacks.get(name) == b"in"
