"""What follows every change of an activity: `changed.v1` for read models, and a word to snapshot caches.

Both are outbox rows of the change's own transaction, independent of each other and repeated until done.
"""

from protos.activity.v1 import activity_pb2 as pb
from servicekit.rabbitmq.outbox import Effect, OutboxRow
from servicekit.rabbitmq.topology import Topology
from servicekit.redis.cache import Redis
from services.activity.domain import Activity
from services.activity.messages import to_changed

EXCHANGE = "activity"
CHANGED = "changed.v1"
TOPOLOGY = Topology(exchanges=(EXCHANGE,))

HASTEN = "hasten"
CHANNEL = "activity:changed"

_ID_BYTES = 16


def rows_of(activity: Activity) -> list[OutboxRow]:
    """The effects of one change."""
    changed = to_changed(activity).SerializeToString()
    occurrence_ids = b"".join(occurrence.occurrence_id for occurrence in activity.occurrences)
    return [
        OutboxRow.message(EXCHANGE, CHANGED, changed, type=pb.ActivityChanged.DESCRIPTOR.full_name),
        OutboxRow.effect(HASTEN, occurrence_ids),
    ]


def hasten_effect(redis: Redis) -> Effect:
    """Names each occurrence on the channel that snapshot caches listen to; without it they take up to 5 s."""

    async def hasten(row: OutboxRow) -> None:
        pipeline = redis.pipeline(transaction=False)
        for start in range(0, len(row.body), _ID_BYTES):
            pipeline.publish(CHANNEL, row.body[start : start + _ID_BYTES])
        await pipeline.execute()

    return hasten
