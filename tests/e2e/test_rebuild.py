"""Live numbers that Redis lost come back by themselves, and by hand while people check in."""

import asyncio
import os
import subprocess
from collections.abc import Iterator

import pytest
from redis import Redis

from deploy.fleet import PROCESSES, ROOT, Place, environment, local_place
from deploy.local.stack import PYTHON, Shape
from servicekit import ids
from tests.e2e.api import Activity, Api, Json, by_qr, outcome
from tests.e2e.stack import eventually, secret

pytestmark = pytest.mark.alone


@pytest.fixture
def numbers() -> Iterator[Redis]:
    """Redis, as somebody who may break it."""
    with Redis.from_url(f"redis://admin:{secret('redis-admin')}@{Place().redis}/0") as redis:
        yield redis


def keys_of(activity: Activity, *kinds: str) -> list[str]:
    """Keys of an activity's numbers."""
    return [f"reporting:{kind}:{{{activity.id}}}" for kind in kinds]


async def check_in(api: Api, activity: Activity, count: int) -> None:
    """So many new people check in, one after the other."""
    for _ in range(count):
        person = await api.sign_in()
        assert outcome(await person.check_in(by_qr(await activity.token()))) == "accepted"


async def shows(activity: Activity, checked_in: int) -> Json:
    """The numbers, once they are current and count so many people."""

    async def probe() -> Json | None:
        stats = await activity.stats()
        return stats if stats["checked_in"] == checked_in and not stats["stale"] else None

    stats: Json = await eventually(probe)
    return stats


def rebuild(which: str) -> "subprocess.CompletedProcess[str]":
    """The command, in the projector's environment."""
    shape = Shape.of_running()
    variables = environment(PROCESSES["projector"], {"ops": 0}, local_place(shape.counts, shape.http_port))
    inherited = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    command = (PYTHON, "-m", "services.reporting.rebuild", which)
    return subprocess.run(command, cwd=ROOT, env=inherited | variables, capture_output=True, text=True, timeout=60)


async def test_numbers_that_redis_lost_come_back(api: Api, activity: Activity, numbers: Redis) -> None:
    """As after a restart of Redis: the heartbeat is missed, everything is compared at once, what differs is rebuilt."""
    await check_in(api, activity, 3)
    before = await shows(activity, 3)

    numbers.delete("reporting:heartbeat", *keys_of(activity, "seats", "counts", "live"))

    after = await shows(activity, 3)
    moving = ("as_of",)
    assert {name: after[name] for name in after if name not in moving} == {
        name: before[name] for name in before if name not in moving
    }
    await activity.these_people(3, status="checked_in")
    assert numbers.ttl(*keys_of(activity, "seats")) > 3600


async def test_numbers_are_rebuilt_by_hand_while_people_check_in(api: Api, activity: Activity, numbers: Redis) -> None:
    """Ghosts go, nobody is forgotten, and viewers see the new numbers."""
    await check_in(api, activity, 3)
    await shows(activity, 3)
    [counts] = keys_of(activity, "counts")
    numbers.hincrby(counts, b"checked_in" + ids.from_text(activity.occurrence_id), 100)
    assert (await activity.stats())["checked_in"] == 103

    async with activity.live() as events:
        arriving = asyncio.create_task(check_in(api, activity, 5))
        done = await asyncio.to_thread(rebuild, activity.id)
        await arriving
        assert done.returncode == 0, done.stdout + done.stderr
        async with asyncio.timeout(20):
            async for name, data in events:
                if name == "stats" and data["checked_in"] == 8 and not data["stale"]:
                    break

    assert "rebuilt 1 of 1 activities" in done.stdout
    assert (await shows(activity, 8))["inside"] == 8
    await activity.these_people(8, status="checked_in")


async def test_the_command_says_what_it_could_not_do() -> None:
    """An activity that is none fails with its reason, and no argument with the usage."""
    unknown = await asyncio.to_thread(rebuild, "01890000-0000-7000-8000-000000000000")
    assert (unknown.returncode, "not rebuilt" in unknown.stdout) == (1, True)
    assert (await asyncio.to_thread(rebuild, "everything")).returncode == 2
