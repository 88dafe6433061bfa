"""Messages and robots as they cross a process."""

from typing import cast

from protos.reporting.v1 import messaging_pb2 as pb
from services.reporting.messaging.inbox import Message
from services.reporting.messaging.webhooks import Webhook


def to_message(message: Message) -> pb.InboxMessage:
    """A message for its reader."""
    return pb.InboxMessage(
        message_id=message.message_id,
        kind=cast(pb.InboxKind.ValueType, int(message.kind)),
        organisation_id=message.organisation_id,
        export_id=message.export_id,
        title=message.title,
        reason=message.reason,
        expected=message.expected,
        came=message.came,
        leave=message.on_leave,
        created_at=message.created_at,
        read_at=message.read_at,
    )


def to_webhook(webhook: Webhook) -> pb.Webhook:
    """A robot for organisers; what reaches it stays here."""
    return pb.Webhook(
        webhook_id=webhook.webhook_id,
        organisation_id=webhook.organisation_id,
        kind=cast(pb.WebhookKind.ValueType, int(webhook.kind)),
        label=webhook.label,
        key_tail=webhook.key_tail,
        is_signed=webhook.is_signed,
        created_at=webhook.created_at,
        last_at=webhook.last_at,
        last_result=webhook.last_result,
    )
