"""Redis: is it there, does it throw keys away, has it room, and does the projector beat in it."""

from typing import Any

from deploy.operate.connections import redis
from deploy.operate.finding import Finding, Scene, note, ok, unseen, wrong
from deploy.operate.screen import span
from deploy.operate.surroundings import OutOfReachError
from servicekit.clock import now_us
from services.reporting.live.numbers import LiveReader

_FULL_SHARE = 0.8
_STALE_AFTER_S = 5.0


async def memory(scene: Scene) -> list[Finding]:
    """Whether it answers, keeps what it is given and has room."""
    try:
        _, url = scene.seen.first_secret("REDIS_URL", *scene.seen.environments)
    except OutOfReachError as error:
        return [unseen("redis", error)]
    try:
        async with redis(url) as client:
            await client.ping()
            info: dict[str, Any] = await client.info("memory")
    except OutOfReachError as error:
        advice = "make up starts it; make logs s=redis" if scene.seen.is_local else "ask its provider; check-ins go on"
        return [wrong("redis", str(error), advice)]
    policy, used, limit = info["maxmemory_policy"], info["used_memory"], info["maxmemory"]
    found = []
    if policy != "noeviction":
        says = f"maxmemory-policy is {policy}: it forgets seat hints and counters under pressure"
        found.append(wrong("redis", says, "CONFIG SET maxmemory-policy noeviction, and in its configuration"))
    if not limit:
        found.append(note("redis", "has no maxmemory: it grows until the host kills it", "CONFIG SET maxmemory 2gb"))
    elif used > limit * _FULL_SHARE:
        says = f"{used / limit:.0%} of its memory is used; full, it refuses writes"
        found.append(wrong("redis", says, "give it more memory: CONFIG SET maxmemory"))
    return found or [ok("redis", f"{policy}, {used / 2**20:.0f} of {limit / 2**20:.0f} MiB used")]


async def heartbeat(scene: Scene) -> list[Finding]:
    """Whether the live numbers are kept current."""
    try:
        _, url = scene.seen.first_secret("REDIS_URL", "projector", "reporting")
    except OutOfReachError as error:
        return [unseen("live numbers", error)]
    try:
        async with redis(url) as client:
            beat_at = await LiveReader(client).heartbeat_at()
    except OutOfReachError as error:
        return [unseen("live numbers", error)]
    age_s = (now_us() - beat_at) / 1e6
    if age_s > _STALE_AFTER_S:
        says = f"stale: the projector last beat {span(age_s)} ago" if beat_at else "stale: no projector ever beat here"
        return [wrong("live numbers", says, f"{scene.seen.restart('projector')}; it catches up by itself")]
    return [ok("live numbers", f"current, the projector beat {span(age_s)} ago")]
