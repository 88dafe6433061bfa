"""A message of RabbitMQ as it came, without the library that brought it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it came.

    Attributes:
        user_id: Who published it, verified by the broker; empty if the publisher did not say.
        published_at: The publisher's clock, whole seconds, UTC; None if it did not say.
        redelivered: It may have been delivered before, here or elsewhere.
        tries: How often this session has put it off.
        tag: Its number on the channel.
    """

    body: bytes
    message_id: str
    type: str
    user_id: str
    headers: Mapping[str, Any]
    exchange: str
    routing_key: str
    published_at: datetime | None
    redelivered: bool
    tag: int
    tries: int = 0

    @classmethod
    def of(cls, message: DeliveredMessage) -> "Delivery":
        """What the library received."""
        frame, properties = message.delivery, message.header.properties
        assert isinstance(frame, Basic.Deliver | Basic.GetOk)
        return cls(
            body=message.body,
            message_id=properties.message_id or "",
            type=properties.message_type or "",
            user_id=properties.user_id or "",
            headers=properties.headers or {},
            exchange=frame.exchange or "",
            routing_key=frame.routing_key or "",
            published_at=properties.timestamp,
            redelivered=bool(frame.redelivered),
            tag=frame.delivery_tag or 0,
        )
