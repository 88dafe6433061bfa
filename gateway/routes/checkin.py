"""What this server takes, and one's own records; the check-in itself is `gateway.checkins.route`."""

from typing import Annotated

import msgspec
from msgspec import Meta, structs
from starlette.responses import Response

from gateway.checkins import answers, attempts
from gateway.clients import DECIDE_S, ask
from gateway.http.fields import Id, Input, Keyed, NextPageToken, Page, Time
from gateway.openapi import RECORDED
from gateway.routes.dependencies import Call, Routes, reply
from gateway.routes.events import ClientEvent
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us, to_rfc3339

routes = Routes("checkin")

# Older mini-programs are asked to update before they check in.
MINIMUM_VERSION = "0.1.0"


class Features(msgspec.Struct):
    """What a phone may send here; it leaves out everything that is not named."""

    checkin_methods: Annotated[list[str], Meta(examples=[["qr", "code", "nfc", "place"]])]
    checkin_fields: Annotated[list[str], Meta(examples=[["attempt_id", "method", "token"]])]
    # Of the items of a staff batch; and of staff items of a sync, besides method and activity_id.
    staff_fields: Annotated[list[str], Meta(examples=[["attempt_id", "user_id"]])]
    sync_fields: Annotated[list[str], Meta(examples=[["attempts", "cursor"]])]
    event_fields: Annotated[list[str], Meta(examples=[["name", "took_ms"]])]


class Template(msgspec.Struct):
    """A message template of ours."""

    name: Annotated[str, Meta(examples=["review_decided"])]
    template_id: Annotated[str, Meta(examples=["Vn0dWq6sT1c4yXk2"])]


class ClientConfig(msgspec.Struct):
    """What a phone asks for at its start."""

    min_version: Annotated[str, Meta(examples=[MINIMUM_VERSION])]
    features: Features
    # Messages that a person may be asked about; where there are none, nothing is asked.
    subscription_templates: list[Template]
    event_sample_rate: Annotated[float, Meta(description="Share of client events to send.", examples=[0.1])]
    server_time: Time


class CheckinPage(msgspec.Struct):
    """A page of the caller's records, newest first."""

    checkins: list[answers.Checkin]
    next_page_token: NextPageToken


class Appeal(Input):
    """The person's own word."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, examples=["我在后排，定位偏了"])]


_RECORDS = {200: answers.Record, 202: answers.Record}
_FEATURES = Features(
    checkin_methods=["qr", "code", "nfc", "place"],
    checkin_fields=[field.name for field in structs.fields(attempts.CheckinRequest)],
    staff_fields=[field.name for field in structs.fields(attempts.StaffCheckin)],
    sync_fields=["attempts", "cursor"],
    event_fields=[field.name for field in structs.fields(ClientEvent)],
)


@routes.on("GET", "/v1/client-config", who="anybody")
async def client_config(call: Call) -> ClientConfig:
    """What this server takes, so that a rollback never refuses a check-in."""
    settings = call.parts.settings
    return ClientConfig(
        min_version=MINIMUM_VERSION,
        features=_FEATURES,
        subscription_templates=[Template(name, each) for name, each in settings.wechat_templates.items()],
        event_sample_rate=settings.event_sample_rate,
        server_time=to_rfc3339(now_us()),
    )


@routes.on("GET", "/v1/me/checkins")
async def list_checkins(call: Call, query: Page) -> CheckinPage:
    """The caller's records, newest first."""
    request = pb.ListCheckinsRequest(page_size=query.page_size, page_token=query.page_token)
    page: pb.ListCheckinsResponse = await ask(call.services.checkin.ListCheckins, request, call.person)
    return CheckinPage([answers.to_checkin(one) for one in page.checkins], page.next_page_token)


@routes.on("GET", "/v1/checkins/{checkin_id}")
async def get_checkin(call: Call, checkin_id: Id) -> answers.Record:
    """One of the caller's records and what happened to it; somebody else's is as unknown as one that never was."""
    request = pb.GetCheckinRequest(checkin_id=checkin_id)
    return answers.to_record(await ask(call.services.checkin.GetCheckin, request, call.person))


@routes.on("POST", "/v1/checkins/{checkin_id}/appeal", answers=_RECORDS, meanings=RECORDED)
async def appeal(call: Call, checkin_id: Id, headers: Keyed, body: Appeal) -> Response:
    """The caller's word against a refusal: a human looks at it. 202: taken, and not in the record yet."""
    request = pb.AppealCheckinRequest(
        checkin_id=checkin_id, reason=body.reason, idempotency_key=headers.idempotency_key
    )
    record: pb.Checkin = await ask(call.services.checkin.AppealCheckin, request, call.person, timeout_s=DECIDE_S)
    is_recorded = any(event.kind == pb.Event.KIND_APPEALED and not event.is_stale for event in record.history)
    return reply(answers.to_record(record), 200 if is_recorded else 202)
