"""Devices of staff in a real Redis."""

from servicekit.ids import new_id
from servicekit.redis import cache
from services.checkin.judging.devices import Devices


async def test_a_device_is_known_to_belong_to_who_used_it(redis: cache.Redis) -> None:
    """Another's device, and another device, are not."""
    devices, somebody, other = Devices(redis), new_id(), new_id()
    await devices.meet([(somebody, "gate-1"), (other, "gate-2")], ())
    asked = [(somebody, "gate-1"), (somebody, "gate-2"), (other, "gate-2"), (other, "手机")]
    assert await devices.meet((), asked) == {(somebody, "gate-1"), (other, "gate-2")}


async def test_the_twenty_used_last_are_kept_for_a_month(redis: cache.Redis) -> None:
    """Whoever names devices without end fills nothing."""
    devices, somebody = Devices(redis), new_id()
    for number in range(25):
        await devices.meet([(somebody, f"gate-{number}")], ())
    known = await devices.meet((), [(somebody, f"gate-{number}") for number in range(25)])
    assert known == {(somebody, f"gate-{number}") for number in range(5, 25)}
    assert 29 * 86400 < await redis.ttl(b"checkin:staff:" + somebody) <= 30 * 86400


async def test_without_redis_nothing_is_known_and_nobody_is_kept_waiting() -> None:
    """What an offline device brings then goes to a human."""
    gone = cache.connect("redis://127.0.0.1:1/0")
    devices = Devices(gone)
    assert await devices.meet([(new_id(), "gate-1")], [(new_id(), "gate-1")]) == set()
    await gone.aclose()
