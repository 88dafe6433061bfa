"""Handing a judged batch to something durable: RabbitMQ, confirmed.

Nothing is answered before this has returned.
"""

from google.protobuf.message import Message

from servicekit import ids, telemetry
from servicekit.breaker import AsyncBreaker
from servicekit.broker import Binding, Publisher, PublishRefusedError, Topology, work_queue
from servicekit.errors import ServiceError
from services.checkin.errors import NothingDurableError
from services.checkin.metrics import PUBLISHED

EXCHANGE = "checkin"
ATTEMPTED = "attempted.v1"
RECORDED = "recorded.v1"
RECORD_QUEUE = "checkin.record.v1"
_MAXIMUM_QUEUE_BYTES = 4 * 1024**3

TOPOLOGY = Topology(
    exchanges=(EXCHANGE,),
    queues=(work_queue(RECORD_QUEUE, Binding(EXCHANGE, ATTEMPTED), max_bytes=_MAXIMUM_QUEUE_BYTES),),
)


class Dispatch:
    """The way of a batch from the judging side to the recorder."""

    def __init__(self, publisher: Publisher, breaker: AsyncBreaker) -> None:
        self._publisher = publisher
        self._breaker = breaker

    async def send(self, batch: Message) -> None:
        """Returns when the broker has the batch on disk.

        Raises:
            NothingDurableError: It was refused, or nobody knows; it may still be delivered later.
        """
        try:
            async with self._breaker.calling():
                await self._publisher.publish(
                    EXCHANGE,
                    ATTEMPTED,
                    batch.SerializeToString(),
                    message_id=ids.to_text(ids.new_id()),
                    type=ATTEMPTED,
                    headers=telemetry.headers(),
                )
        except ServiceError as error:
            PUBLISHED.labels("refused" if isinstance(error, PublishRefusedError) else "unknown").inc()
            raise NothingDurableError(
                "the check-in could not be stored; it is kept on the phone", retry_after_s=2
            ) from error
        PUBLISHED.labels("confirmed").inc()
