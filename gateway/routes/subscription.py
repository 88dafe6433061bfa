"""What the caller allowed to be sent, as `wx.requestSubscribeMessage` told the phone."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.clients import ask
from gateway.http.fields import Input, Keyed
from gateway.routes.dependencies import Call, Routes
from protos.identity.v1 import identity_pb2 as pb
from servicekit.errors import RateLimitedError

routes = Routes("identity")

AnswerName = Literal["accept", "reject", "ban", "filter"]

_ANSWERS: dict[AnswerName, pb.Subscription.Answer.ValueType] = {
    "accept": pb.Subscription.ANSWER_ACCEPT,
    "reject": pb.Subscription.ANSWER_REJECT,
    "ban": pb.Subscription.ANSWER_BAN,
    "filter": pb.Subscription.ANSWER_FILTER,
}
_ANSWER_NAMES = {answer: name for name, answer in _ANSWERS.items()}


_A_TEMPLATE = ["Vn0dWq6sT1c4yXk2"]

TemplateId = Annotated[str, Meta(examples=_A_TEMPLATE)]


class Grant(Input):
    """The person's answer about one template."""

    template_id: Annotated[str, Meta(min_length=1, max_length=64, examples=_A_TEMPLATE)]
    result: AnswerName


class Grants(Input):
    """All answers of one question."""

    grants: Annotated[list[Grant], Meta(min_length=1, max_length=5)]


class Standing(msgspec.Struct):
    """By template: how many messages may still be sent, and what the person said last; null when never asked."""

    quotas: dict[TemplateId, int]
    results: dict[TemplateId, AnswerName | None]


@routes.on("POST", "/v1/me/subscriptions")
async def grant(call: Call, headers: Keyed, body: Grants) -> Standing:
    """Notes what the caller answered; an acceptance is worth one message."""
    if wait_s := call.parts.grants.take(call.person.user_id):
        raise RateLimitedError("one question at a time", retry_after_s=wait_s)
    grants = [pb.Grant(template_id=each.template_id, answer=_ANSWERS[each.result]) for each in body.grants]
    request = pb.GrantSubscriptionsRequest(grants=grants, idempotency_key=headers.idempotency_key)
    return to_standing(await ask(call.services.identity.GrantSubscriptions, request, call.person))


@routes.on("GET", "/v1/me/subscriptions")
async def get_subscriptions(call: Call) -> Standing:
    """Where the caller stands."""
    return to_standing(await ask(call.services.identity.GetSubscriptions, pb.GetSubscriptionsRequest(), call.person))


def to_standing(found: pb.Subscriptions) -> Standing:
    """Where somebody stands as the API gives it."""
    return Standing(
        quotas={each.template_id: each.quota for each in found.subscriptions},
        results={each.template_id: _ANSWER_NAMES.get(each.answer) for each in found.subscriptions},
    )
