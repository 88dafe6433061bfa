"""What this server takes, and one's own records; the check-in itself is `gateway.checkins`."""

from typing import Any

import msgspec
from fastapi import APIRouter, Response
from msgspec import structs

from gateway import answers, attempts
from gateway.clients import ask
from gateway.fields import Id, Instant, Model, PageSize, PageToken
from gateway.routes.dependencies import Caller, Services
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


class ClientConfig(Model):
    """What a phone asks for at its start."""

    min_version: str
    features: Features
    server_time: Instant


class CheckinPage(msgspec.Struct):
    """A page of the caller's records, newest first."""

    checkins: list[answers.Checkin]
    next_page_token: str


_FEATURES = Features(
    checkin_methods=["qr", "code", "place"],
    checkin_fields=[field.name for field in structs.fields(attempts.CheckinRequest)],
)


def _documented(name: str) -> dict[int | str, dict[str, Any]]:
    schema = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    return {200: {"content": {"application/json": schema}, "description": "The caller's own."}}


@router.get("/client-config")
async def client_config() -> ClientConfig:
    """What this server takes, so that a rollback never refuses a check-in."""
    return ClientConfig(min_version=MINIMUM_VERSION, features=_FEATURES, server_time=now_us())


@router.get("/me/checkins", response_class=Response, responses=_documented("CheckinPage"))
async def list_checkins(
    person: Caller, services: Services, page_size: PageSize = 0, page_token: PageToken = ""
) -> Response:
    """The caller's records, newest first."""
    request = pb.ListCheckinsRequest(page_size=page_size, page_token=page_token)
    page: pb.ListCheckinsResponse = await ask(services.checkin.ListCheckins, request, person)
    return _json(CheckinPage([answers.to_checkin(one) for one in page.checkins], page.next_page_token))


@router.get("/checkins/{checkin_id}", response_class=Response, responses=_documented("Answer"))
async def get_checkin(checkin_id: Id, person: Caller, services: Services) -> Response:
    """One of the caller's records; somebody else's is as unknown as one that never was."""
    record: pb.Checkin = await ask(services.checkin.GetCheckin, pb.GetCheckinRequest(checkin_id=checkin_id), person)
    return _json(answers.to_answer(record))


def _json(body: msgspec.Struct) -> Response:
    return Response(_encode(body), media_type="application/json")
