"""`reporting.v1.MessagingService`: one's own inbox, and the robots of organisations."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from protos.reporting.v1 import messaging_pb2 as pb
from protos.reporting.v1 import messaging_pb2_grpc
from servicekit import pages
from servicekit.errors import invalid
from servicekit.mysql.idempotency import Intent
from servicekit.rpc.interceptors import for_person, person
from services.reporting.exports.errors import ExportsOffError
from services.reporting.messaging import robots, texts
from services.reporting.messaging.inbox import Message
from services.reporting.messaging.kinds import WebhookKind
from services.reporting.messaging.robots import Robot
from services.reporting.messaging.webhooks import Webhook
from services.reporting.messaging.wire import to_message, to_webhook
from services.reporting.organisers import Identity, require

_SERVICE = "/reporting.v1.MessagingService/"
_METHODS = (
    *("ListInbox", "MarkInboxRead", "CreateWebhook", "ListWebhooks", "UpdateWebhook", "DeleteWebhook"),
    "TestWebhook",
)
ACCESS = {_SERVICE + method: for_person("gateway") for method in _METHODS}

_LABEL_CHARACTERS = 40


class Inbox(Protocol):
    """See `inbox.Inbox`; every method raises UnavailableError when MySQL is gone."""

    async def of_person(self, user_id: bytes, before: bytes | None, size: int) -> Sequence[Message]:
        """Somebody's."""

    async def unread_count(self, user_id: bytes) -> int:
        """How many they have not read."""

    async def mark_read(self, user_id: bytes, message_id: bytes) -> None:
        """Notes that they have."""


class Webhooks(Protocol):
    """See `webhooks.Webhooks`; every method raises UnavailableError when MySQL is gone."""

    async def create(self, intent: Intent, organisation_id: bytes, label: str, robot: Robot) -> Webhook:
        """A new robot."""

    async def get(self, organisation_id: bytes, webhook_id: bytes) -> Webhook:
        """A robot; raises WebhookNotFoundError."""

    async def of_organisation(self, organisation_id: bytes) -> Sequence[Webhook]:
        """All of an organisation."""

    def robot(self, webhook: Webhook) -> Robot | None:
        """Where it is; None: nobody can read that any more."""

    async def replace(self, webhook: Webhook, label: str, robot: Robot | None) -> None:
        """Calls it otherwise, or reaches it otherwise."""

    async def delete(self, organisation_id: bytes, webhook_id: bytes) -> None:
        """Forgets one."""


class Deliveries(Protocol):
    """See `deliveries.Deliveries`; raises UnavailableError when MySQL is gone."""

    async def test(self, webhook: Webhook, user_id: bytes, text: str) -> None:
        """Has a robot say that it works."""


class MessagingServicer(messaging_pb2_grpc.MessagingServiceServicer):
    """Serves the methods.

    Args:
        webhooks: None: nothing is exported, and nothing seals keys of robots.
        hosts: Of robots, by the names of their protocols; see `robots.check`.
    """

    def __init__(
        self,
        inbox: Inbox,
        webhooks: Webhooks | None,
        deliveries: Deliveries,
        identity: Identity,
        hosts: Mapping[str, frozenset[str]],
    ) -> None:
        self._inbox = inbox
        self._kept_webhooks = webhooks
        self._deliveries = deliveries
        self._identity = identity
        self._hosts = hosts

    @property
    def _webhooks(self) -> Webhooks:
        if self._kept_webhooks is None:
            raise ExportsOffError
        return self._kept_webhooks

    async def ListInbox(self, request: pb.ListInboxRequest, context: Any) -> pb.ListInboxResponse:
        """One's own."""
        size, before = pages.page_size(request.page_size), pages.decode_id(request.page_token)
        user_id = person().user_id
        found = await self._inbox.of_person(user_id, before, size + 1)
        return pb.ListInboxResponse(
            messages=map(to_message, found[:size]),
            next_page_token=pages.encode(found[size - 1].message_id) if len(found) > size else "",
            unread_count=await self._inbox.unread_count(user_id),
        )

    async def MarkInboxRead(self, request: pb.MarkInboxReadRequest, context: Any) -> pb.MarkInboxReadResponse:
        """Of one's own; of others' nothing happens."""
        user_id = person().user_id
        await self._inbox.mark_read(user_id, request.message_id)
        return pb.MarkInboxReadResponse(unread_count=await self._inbox.unread_count(user_id))

    async def CreateWebhook(self, request: pb.CreateWebhookRequest, context: Any) -> pb.Webhook:
        """A robot; its key is never told again."""
        organisation_id = request.organisation_id
        await require(self._identity, organisation_id)
        robot = Robot(_kind(request.kind), request.url.strip(), request.secret.strip())
        robots.check(robot, self._hosts)
        said = request.SerializeToString(deterministic=True)
        intent = Intent(person().user_id, _SERVICE + "CreateWebhook", request.idempotency_key, said)
        return to_webhook(await self._webhooks.create(intent, organisation_id, _label(request.label), robot))

    async def ListWebhooks(self, request: pb.ListWebhooksRequest, context: Any) -> pb.ListWebhooksResponse:
        """All of an organisation."""
        await require(self._identity, request.organisation_id)
        found = await self._webhooks.of_organisation(request.organisation_id)
        return pb.ListWebhooksResponse(webhooks=map(to_webhook, found))

    async def UpdateWebhook(self, request: pb.UpdateWebhookRequest, context: Any) -> pb.Webhook:
        """Another name, or another key."""
        await require(self._identity, request.organisation_id)
        webhook = await self._webhooks.get(request.organisation_id, request.webhook_id)
        robot = self._changed(webhook, request.url.strip(), request.secret.strip())
        if robot:
            robots.check(robot, self._hosts)
        await self._webhooks.replace(webhook, _label(request.label), robot)
        return to_webhook(await self._webhooks.get(request.organisation_id, request.webhook_id))

    def _changed(self, webhook: Webhook, url: str, secret: str) -> Robot | None:
        """How a robot is reached from now on: elsewhere, or where it was with another secret; None: as before."""
        if url or not secret:
            return Robot(webhook.kind, url, secret) if url else None
        if (known := self._webhooks.robot(webhook)) is None:
            raise invalid("url", "what it was cannot be read any more: give it anew, with its secret")
        return known._replace(secret=secret)

    async def DeleteWebhook(self, request: pb.DeleteWebhookRequest, context: Any) -> pb.DeleteWebhookResponse:
        """Forgets a robot and its key."""
        await require(self._identity, request.organisation_id)
        await self._webhooks.delete(request.organisation_id, request.webhook_id)
        return pb.DeleteWebhookResponse()

    async def TestWebhook(self, request: pb.TestWebhookRequest, context: Any) -> pb.Webhook:
        """Has it say that it works."""
        await require(self._identity, request.organisation_id)
        webhook = await self._webhooks.get(request.organisation_id, request.webhook_id)
        await self._deliveries.test(webhook, person().user_id, texts.TEST)
        return to_webhook(webhook)


def _kind(number: int) -> WebhookKind:
    try:
        return WebhookKind(number)
    except ValueError:
        raise invalid("kind", "must be wecom, feishu or dingtalk") from None


def _label(text: str) -> str:
    label = text.strip()
    if not 1 <= len(label) <= _LABEL_CHARACTERS or not label.isprintable():
        raise invalid("label", f"1 to {_LABEL_CHARACTERS} characters in one line, such as 教务群")
    return label
