"""One's own inbox, and the robots of an organisation's group chats."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.clients import ask
from gateway.http.fields import Id, IdText, Input, Keyed, NextPageToken, Page, Time
from gateway.routes.dependencies import Call, Routes
from protos.reporting.v1 import messaging_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.errors import RateLimitedError
from servicekit.ids import to_text

routes = Routes("messages")

InboxKindName = Literal["export_ready", "export_failed", "schedule_paused", "delivery_failed"]
WebhookKindName = Literal["wecom", "feishu", "dingtalk"]
_INBOX_KINDS: dict[int, InboxKindName] = {
    pb.INBOX_KIND_EXPORT_READY: "export_ready",
    pb.INBOX_KIND_EXPORT_FAILED: "export_failed",
    pb.INBOX_KIND_SCHEDULE_PAUSED: "schedule_paused",
    pb.INBOX_KIND_DELIVERY_FAILED: "delivery_failed",
}
_KINDS: dict[int, WebhookKindName] = {
    pb.WEBHOOK_KIND_WECOM: "wecom",
    pb.WEBHOOK_KIND_FEISHU: "feishu",
    pb.WEBHOOK_KIND_DINGTALK: "dingtalk",
}
_KIND_NUMBERS: dict[str, pb.WebhookKind.ValueType] = {
    name: pb.WebhookKind.Value(f"WEBHOOK_KIND_{name.upper()}") for name in _KINDS.values()
}

Label = Annotated[str, Meta(min_length=1, max_length=40, examples=["教务群"])]
_URL = ["https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"]
Url = Annotated[str, Meta(max_length=512, examples=_URL, description="As the chat shows it, with its key.")]
Secret = Annotated[str, Meta(max_length=128, description="Of a robot that asks for signatures; empty: it does not.")]


class InboxFigures(msgspec.Struct):
    """What a file is about, in numbers; `expected` is 0 where nobody knows."""

    expected: int
    came: int
    leave: int


class InboxMessage(msgspec.Struct):
    """Something to know. `title` is what the schedule, or the robot, is called."""

    id: IdText
    kind: InboxKindName
    organisation_id: IdText
    export_id: IdText | None
    title: Annotated[str, Meta(examples=["每周出勤"])]
    reason: Annotated[str | None, Meta(examples=["OWNER_LOST_RIGHT"])]
    figures: InboxFigures | None
    created_at: Time
    read_at: Time | None


class Inbox(msgspec.Struct):
    """A page of an inbox, the newest first."""

    messages: list[InboxMessage]
    next_page_token: NextPageToken
    unread_count: int


class ReadMessages(Input):
    """What somebody has read; left out: all."""

    message_id: Id | None = None


class Unread(msgspec.Struct):
    """What is left."""

    unread_count: int


class NewWebhook(Input, kw_only=True):
    """A robot of a group chat."""

    kind: WebhookKindName
    label: Label
    url: Url
    secret: Secret = ""


class WebhookChange(Input):
    """What a robot is called; with `url` where it is from now on, with `secret` alone by what it is signed there."""

    label: Label
    url: Annotated[str, Meta(max_length=512, examples=_URL, description="Empty: it stays.")] = ""
    secret: Annotated[str, Meta(max_length=128, description="Empty: it stays; with a url there is none.")] = ""


class Webhook(msgspec.Struct):
    """A robot; its key is never told, save its last four characters."""

    id: IdText
    organisation_id: IdText
    kind: WebhookKindName
    label: Label
    key_tail: Annotated[str, Meta(examples=["5aaa"])]
    is_signed: bool
    created_at: Time
    last_at: Time | None
    last_result: Annotated[str | None, Meta(examples=["SENT"], description="Of what it was last to say.")]


class Webhooks(msgspec.Struct):
    """All of an organisation, the newest first."""

    webhooks: list[Webhook]


@routes.on("GET", "/v1/me/inbox")
async def get_inbox(call: Call, query: Page) -> Inbox:
    """One's own messages; of 90 days, and at most 500."""
    request = pb.ListInboxRequest(page_size=query.page_size, page_token=query.page_token)
    page: pb.ListInboxResponse = await ask(call.services.messaging.ListInbox, request, call.person)
    return Inbox([_message(one) for one in page.messages], page.next_page_token, page.unread_count)


@routes.on("POST", "/v1/me/inbox/read")
async def read_inbox(call: Call, body: ReadMessages) -> Unread:
    """Notes that one message was read, or all."""
    request = pb.MarkInboxReadRequest(message_id=body.message_id or b"")
    told: pb.MarkInboxReadResponse = await ask(call.services.messaging.MarkInboxRead, request, call.person)
    return Unread(told.unread_count)


@routes.on("GET", "/v1/organisations/{organisation_id}/webhooks")
async def list_webhooks(call: Call, organisation_id: Id) -> Webhooks:
    """The robots of an organisation, for owner and organiser."""
    request = pb.ListWebhooksRequest(organisation_id=organisation_id)
    found: pb.ListWebhooksResponse = await ask(call.services.messaging.ListWebhooks, request, call.person)
    return Webhooks([_webhook(one) for one in found.webhooks])


@routes.on("POST", "/v1/organisations/{organisation_id}/webhooks", status=201)
async def create_webhook(call: Call, organisation_id: Id, headers: Keyed, body: NewWebhook) -> Webhook:
    """Makes a robot known, for owner and organiser; an organisation has at most 5."""
    request = pb.CreateWebhookRequest(
        organisation_id=organisation_id,
        kind=_KIND_NUMBERS[body.kind],
        label=body.label,
        url=body.url,
        secret=body.secret,
        idempotency_key=headers.idempotency_key,
    )
    return _webhook(await ask(call.services.messaging.CreateWebhook, request, call.person))


@routes.on("PUT", "/v1/organisations/{organisation_id}/webhooks/{webhook_id}")
async def replace_webhook(call: Call, organisation_id: Id, webhook_id: Id, body: WebhookChange) -> Webhook:
    """Calls a robot otherwise, or gives it another key."""
    request = pb.UpdateWebhookRequest(
        organisation_id=organisation_id, webhook_id=webhook_id, label=body.label, url=body.url, secret=body.secret
    )
    return _webhook(await ask(call.services.messaging.UpdateWebhook, request, call.person))


@routes.on("DELETE", "/v1/organisations/{organisation_id}/webhooks/{webhook_id}", status=204)
async def delete_webhook(call: Call, organisation_id: Id, webhook_id: Id) -> None:
    """Forgets a robot and its key; schedules that name it tell the others."""
    request = pb.DeleteWebhookRequest(organisation_id=organisation_id, webhook_id=webhook_id)
    await ask(call.services.messaging.DeleteWebhook, request, call.person)


@routes.on(
    "POST",
    "/v1/organisations/{organisation_id}/webhooks/{webhook_id}/test",
    status=202,
    meanings={202: "It will say so as soon as its rate allows."},
)
async def test_webhook(call: Call, organisation_id: Id, webhook_id: Id) -> Webhook:
    """Has a robot say in its chat that it works; `last_at` moves, and `last_result` says what became of it."""
    if wait_s := call.parts.robot_tests.take(call.person.user_id):
        raise RateLimitedError("one test after the other; look at the chat first", retry_after_s=wait_s)
    request = pb.TestWebhookRequest(organisation_id=organisation_id, webhook_id=webhook_id)
    return _webhook(await ask(call.services.messaging.TestWebhook, request, call.person))


def _message(message: pb.InboxMessage) -> InboxMessage:
    has_figures = message.expected or message.came
    return InboxMessage(
        id=to_text(message.message_id),
        kind=_INBOX_KINDS[message.kind],
        organisation_id=to_text(message.organisation_id),
        export_id=to_text(message.export_id) if message.export_id else None,
        title=message.title,
        reason=message.reason or None,
        figures=InboxFigures(message.expected, message.came, message.leave) if has_figures else None,
        created_at=to_rfc3339(message.created_at),
        read_at=to_rfc3339(message.read_at) if message.read_at else None,
    )


def _webhook(webhook: pb.Webhook) -> Webhook:
    return Webhook(
        id=to_text(webhook.webhook_id),
        organisation_id=to_text(webhook.organisation_id),
        kind=_KINDS[webhook.kind],
        label=webhook.label,
        key_tail=webhook.key_tail,
        is_signed=webhook.is_signed,
        created_at=to_rfc3339(webhook.created_at),
        last_at=to_rfc3339(webhook.last_at) if webhook.last_at else None,
        last_result=webhook.last_result or None,
    )
