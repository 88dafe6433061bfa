"""What the caller allowed to be sent, as `wx.requestSubscribeMessage` told the phone."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from gateway.clients import ask
from gateway.http.fields import IdempotencyKey, Model
from gateway.routes.dependencies import Caller, Services, SharedParts
from protos.identity.v1 import identity_pb2 as pb
from servicekit.errors import RateLimitedError

router = APIRouter(prefix="/v1/me/subscriptions", tags=["identity"])

AnswerName = Literal["accept", "reject", "ban", "filter"]

_ANSWERS: dict[AnswerName, pb.Subscription.Answer.ValueType] = {
    "accept": pb.Subscription.ANSWER_ACCEPT,
    "reject": pb.Subscription.ANSWER_REJECT,
    "ban": pb.Subscription.ANSWER_BAN,
    "filter": pb.Subscription.ANSWER_FILTER,
}
_ANSWER_NAMES = {answer: name for name, answer in _ANSWERS.items()}


class Grant(Model):
    """The person's answer about one template."""

    template_id: Annotated[str, Field(min_length=1, max_length=64)]
    result: AnswerName


class Grants(Model):
    """All answers of one question."""

    grants: Annotated[list[Grant], Field(min_length=1, max_length=5)]


class Standing(Model):
    """By template: how many messages may still be sent, and what the person said last; null when never asked."""

    quotas: dict[str, int]
    results: dict[str, AnswerName | None]


@router.post("")
async def grant(
    body: Grants, person: Caller, services: Services, shared: SharedParts, idempotency_key: IdempotencyKey = ""
) -> Standing:
    """Notes what the caller answered; an acceptance is worth one message."""
    if wait_s := shared.grants.take(person.user_id):
        raise RateLimitedError("one question at a time", retry_after_s=wait_s)
    grants = [pb.Grant(template_id=each.template_id, answer=_ANSWERS[each.result]) for each in body.grants]
    request = pb.GrantSubscriptionsRequest(grants=grants, idempotency_key=idempotency_key)
    return _standing(await ask(services.identity.GrantSubscriptions, request, person))


@router.get("")
async def get_subscriptions(person: Caller, services: Services) -> Standing:
    """Where the caller stands."""
    return _standing(await ask(services.identity.GetSubscriptions, pb.GetSubscriptionsRequest(), person))


def _standing(found: pb.Subscriptions) -> Standing:
    return Standing(
        quotas={each.template_id: each.quota for each in found.subscriptions},
        results={each.template_id: _ANSWER_NAMES.get(each.answer) for each in found.subscriptions},
    )
