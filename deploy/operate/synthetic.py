"""`qiandao synthetic`: one whole check-in as a person would do it, until MySQL has it.

The reserved person of identity owns the reserved organisation, opens an activity there for an hour, reads its QR and
checks in, all over the public API. Only a holder of the certificate `synthetic` is let in as that person.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from grpc.aio import Channel

from deploy.fleet import SYNTHETIC, TLS
from deploy.operate.surroundings import OutOfReachError
from protos.identity.v1 import identity_pb2, identity_pb2_grpc
from servicekit.errors import ServiceError
from servicekit.ids import new_id, to_text
from servicekit.process import Process
from servicekit.rpc import client
from servicekit.settings import SharedSettings, load

ORGANISATION = "Qiandao synthetic"

_LOCAL_URL = "http://127.0.0.1:8080"
_SIGN_IN_S = 5.0
_ANSWER_S = 10.0
_RECORDED_WITHIN_S = 30.0
_LOOK_S = 0.2
_PLACE = {"name": "nowhere", "latitude": 31.2304, "longitude": 121.4737, "coord": "gcj02", "radius_m": 500}


class FailedError(Exception):
    """The journey broke; the text says where, and where to look."""


async def check_in(url: str = "") -> AsyncIterator[str]:
    """Does it, and yields a line for each step with the milliseconds it took.

    Args:
        url: The gateway; that of the local stack if not given.

    Raises:
        FailedError: A step was answered otherwise than it should be.
        OutOfReachError: There is no certificate for this here, or nobody answers.
    """
    began = time.perf_counter()
    token = await _sign_in()
    yield _line("signed in as the reserved person", began)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(base_url=url or _LOCAL_URL, headers=headers, timeout=_ANSWER_S) as http:
            async for line in _journey(http):
                yield line
    except httpx.HTTPError as error:
        raise OutOfReachError(f"{url or _LOCAL_URL} does not answer: {error or type(error).__name__}") from error


async def _journey(http: httpx.AsyncClient) -> AsyncIterator[str]:
    began = time.perf_counter()
    activity = await _open_activity(http, await _organisation(http))
    qr = await _ask(http, "GET", f"/v1/activities/{activity}/qr")
    yield _line(f"activity {activity} shows its QR", began)
    began = time.perf_counter()
    attempt = {
        "attempt_id": to_text(new_id()),
        "method": "qr",
        "token": qr["token"],
        "direction": "in",
        "location": {**{key: _PLACE[key] for key in ("latitude", "longitude", "coord")}, "accuracy_m": 10, "age_ms": 0},
        "device_id": SYNTHETIC,
        "elapsed_ms": 0,
    }
    checkin = (await _ask(http, "POST", "/v1/checkins", attempt))["checkin"]
    if checkin["outcome"] != "accepted":
        raise FailedError(
            f"attempt {attempt['attempt_id']} is {checkin['outcome']} ({checkin['reasons']}), not accepted;"
            " qiandao doctor says what is degraded"
        )
    yield _line(f"attempt {attempt['attempt_id']} accepted", began)
    await _recorded(http, checkin["id"], str(attempt["attempt_id"]))
    yield _line("recorded in MySQL", began)
    await _ask(http, "POST", f"/v1/activities/{activity}/close")


async def _organisation(http: httpx.AsyncClient) -> str:
    owned = (await _ask(http, "GET", "/v1/organisations"))["organisations"]
    for organisation in owned:
        if organisation["name"] == ORGANISATION:
            return str(organisation["id"])
    return str((await _ask(http, "POST", "/v1/organisations", {"name": ORGANISATION}))["id"])


async def _open_activity(http: httpx.AsyncClient, organisation_id: str) -> str:
    now = datetime.now(UTC)
    definition = {
        "organisation_id": organisation_id,
        "kind": "event",
        "title": "synthetic",
        "time_zone": "Asia/Shanghai",
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(hours=1)).isoformat(),
        "place": _PLACE,
        "methods": ["qr"],
    }
    activity = str((await _ask(http, "POST", "/v1/activities", definition))["id"])
    await _ask(http, "POST", f"/v1/activities/{activity}/publish")
    return activity


async def _recorded(http: httpx.AsyncClient, checkin_id: str, attempt_id: str) -> None:
    ends_at = time.monotonic() + _RECORDED_WITHIN_S
    while True:
        answer = await http.get(f"/v1/checkins/{checkin_id}")
        if answer.status_code == 200 and answer.json()["checkin"]["revision"]:
            return
        if time.monotonic() > ends_at:
            raise FailedError(
                f"attempt {attempt_id} was accepted and is not in MySQL after {_RECORDED_WITHIN_S:.0f} s;"
                f" kubectl exec deploy/recorder -- qiandao trace {attempt_id} says where it is"
            )
        await asyncio.sleep(_LOOK_S)


async def _ask(http: httpx.AsyncClient, method: str, path: str, body: object = None) -> Any:
    answer = await http.request(method, path, json=body)
    if answer.status_code >= 300:
        raise FailedError(f"{method} {path} answers {answer.status_code}: {answer.text[:500]}")
    return answer.json() if answer.content else {}


async def _sign_in() -> str:
    settings = _settings()
    process = Process(SYNTHETIC, settings, "127.0.0.1:0")
    channel: Channel = client.connect(process, settings.identity_target, "identity", retry=True)
    try:
        stub = identity_pb2_grpc.IdentityServiceStub(channel)
        request = identity_pb2.StartSyntheticSessionRequest()
        session = await client.call(stub.StartSyntheticSession, request, timeout_s=_SIGN_IN_S)
    except ServiceError as error:
        raise OutOfReachError(f"identity at {settings.identity_target}: {error.detail}") from error
    finally:
        await channel.close()
    return str(session.access_token)


def _settings() -> SharedSettings:
    """Those of the environment; beside a local stack, with the certificate it made.

    Raises:
        OutOfReachError: There is neither.
    """
    if "QIANDAO_TLS_CERT_FILE" in os.environ:
        return load(SharedSettings)
    names = {"ca": "ca.pem", "cert": f"{SYNTHETIC}.pem", "key": f"{SYNTHETIC}.key"}
    files = {f"tls_{each}_file": TLS / name for each, name in names.items()}
    for path in files.values():
        if not path.exists():
            raise OutOfReachError(f"there is no {path}; only the probe of `helm test` and a local stack have it")
    return load(SharedSettings, **files)


def _line(what: str, began: float) -> str:
    return f"{what:<72} {1000 * (time.perf_counter() - began):8.0f} ms"
