"""What this server takes, and one's own records; the check-in itself is `gateway.checkins.route`."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Response
from msgspec import structs
from pydantic import Field

from gateway.checkins import answers, attempts
from gateway.clients import DECIDE_S, ask
from gateway.http.fields import Id, IdempotencyKey, Instant, Model, PageSize, PageToken
from gateway.routes.dependencies import Caller, Services, SharedParts
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import now_us

router = APIRouter(prefix="/v1", tags=["checkin"])

# Older mini-programs are asked to update before they check in.
MINIMUM_VERSION = "0.1.0"

_encode = msgspec.json.Encoder().encode


class Features(Model):
    """What a phone may send here; it leaves out everything that is not named."""

    checkin_methods: list[str]
    checkin_fields: list[str]
    # Of the items of a staff batch; and of staff items of a sync, besides method and activity_id.
    staff_fields: list[str]
    sync_fields: list[str]


class Template(Model):
    """A message template of ours."""

    name: str
    template_id: str


class ClientConfig(Model):
    """What a phone asks for at its start."""

    min_version: str
    features: Features
    # Messages that a person may be asked about; where there are none, nothing is asked.
    subscription_templates: list[Template]
    event_sample_rate: Annotated[float, Field(description="Share of client events to send.")]
    server_time: Instant


class CheckinPage(msgspec.Struct):
    """A page of the caller's records, newest first."""

    checkins: list[answers.Checkin]
    next_page_token: str


class Appeal(Model):
    """The person's own word."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


# What the OpenAPI document needs to know of these routes.
SCHEMAS = (CheckinPage, answers.Record)

_FEATURES = Features(
    checkin_methods=["qr", "code", "place"],
    checkin_fields=[field.name for field in structs.fields(attempts.CheckinRequest)],
    staff_fields=["attempt_id", "user_id", "direction", "gate", "device_id", "claimed_at", "receipt"],
    sync_fields=["attempts", "cursor"],
)


def _documented(name: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {status: {"content": content, "description": "The caller's own."} for status in statuses or (200,)}


@router.get("/client-config")
async def client_config(shared: SharedParts) -> ClientConfig:
    """What this server takes, so that a rollback never refuses a check-in."""
    settings = shared.settings
    templates = [Template(name=name, template_id=each) for name, each in settings.wechat_templates.items()]
    return ClientConfig(
        min_version=MINIMUM_VERSION,
        features=_FEATURES,
        subscription_templates=templates,
        event_sample_rate=settings.event_sample_rate,
        server_time=now_us(),
    )


@router.get("/me/checkins", response_class=Response, responses=_documented("CheckinPage"))
async def list_checkins(
    person: Caller, services: Services, page_size: PageSize = 0, page_token: PageToken = ""
) -> Response:
    """The caller's records, newest first."""
    request = pb.ListCheckinsRequest(page_size=page_size, page_token=page_token)
    page: pb.ListCheckinsResponse = await ask(services.checkin.ListCheckins, request, person)
    return _json(CheckinPage([answers.to_checkin(one) for one in page.checkins], page.next_page_token))


@router.get("/checkins/{checkin_id}", response_class=Response, responses=_documented("Record"))
async def get_checkin(checkin_id: Id, person: Caller, services: Services) -> Response:
    """One of the caller's records and what happened to it; somebody else's is as unknown as one that never was."""
    record: pb.Checkin = await ask(services.checkin.GetCheckin, pb.GetCheckinRequest(checkin_id=checkin_id), person)
    return _json(answers.to_record(record))


@router.post("/checkins/{checkin_id}/appeal", response_class=Response, responses=_documented("Record", 200, 202))
async def appeal(
    checkin_id: Id, body: Appeal, person: Caller, services: Services, idempotency_key: IdempotencyKey = ""
) -> Response:
    """The caller's word against a refusal: a human looks at it. 202: taken, and not in the record yet."""
    request = pb.AppealCheckinRequest(checkin_id=checkin_id, reason=body.reason, idempotency_key=idempotency_key)
    record: pb.Checkin = await ask(services.checkin.AppealCheckin, request, person, timeout_s=DECIDE_S)
    is_recorded = any(event.kind == pb.Event.KIND_APPEALED and not event.is_stale for event in record.history)
    return _json(answers.to_record(record), 200 if is_recorded else 202)


def _json(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(_encode(body), status, media_type="application/json")
