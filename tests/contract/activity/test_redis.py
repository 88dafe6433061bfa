"""What activity leaves in Redis: the QR that every screen shows, and a word to snapshot caches."""

import pytest

from domainkit.qr import QrToken
from domainkit.sealed import Sealer
from protos.credential.v1 import credential_pb2
from servicekit.ids import new_id
from servicekit.rabbitmq.outbox import OutboxRow
from servicekit.redis import cache
from services.activity.changes import CHANNEL, HASTEN, hasten_effect
from services.activity.domain import Slot
from services.activity.qr import QrCodes
from tests.fakes.activity import STARTS_AT, FakeRedis

SEALER = Sealer(credential_pb2.QrToken, {1: b"\x01" * 32})
SLOT = Slot.at(STARTS_AT, 60)


@pytest.fixture(params=["memory", "redis"])
def either(request: pytest.FixtureRequest) -> cache.Redis:
    """The fake and the real one."""
    return FakeRedis() if request.param == "memory" else request.getfixturevalue("redis")  # type: ignore[return-value]


async def test_screens_at_different_replicas_show_the_same_qr(either: cache.Redis) -> None:
    """Whoever asks first in a slot makes it; another slot, epoch or occurrence has another."""
    occurrence_id = new_id()
    one, other = QrCodes(SEALER, either), QrCodes(SEALER, either)

    shown = await one.current(occurrence_id, 1, SLOT)

    assert await other.current(occurrence_id, 1, SLOT) == shown
    others = [(occurrence_id, 2, SLOT), (occurrence_id, 1, Slot(SLOT.number + 1, 60)), (new_id(), 1, SLOT)]
    assert len({shown, *[await other.current(*key) for key in others]}) == 4
    assert other.open(shown) == QrToken(occurrence_id, SLOT.issued_at, 60, 1)


async def test_a_qr_leaves_redis_soon_after_its_slot(redis: cache.Redis) -> None:
    """Its key is `activity:qr:{occurrence}:{epoch}:{slot}`."""
    occurrence_id = new_id()

    await QrCodes(SEALER, redis).current(occurrence_id, 1, SLOT)

    assert 0 < await redis.ttl(f"activity:qr:{occurrence_id.hex()}:1:{SLOT.number}") <= 70


async def test_snapshot_caches_hear_of_each_occurrence(redis: cache.Redis) -> None:
    """One message per occurrence, its 16 bytes."""
    occurrence_ids = [new_id(), new_id()]
    async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(CHANNEL)
        # The confirmation of the subscription comes first.
        await pubsub.get_message(timeout=5)

        await hasten_effect(redis)(OutboxRow.effect(HASTEN, b"".join(occurrence_ids)))

        heard = [await pubsub.get_message(timeout=5) for _ in occurrence_ids]
    assert [message["data"] for message in heard if message] == occurrence_ids
