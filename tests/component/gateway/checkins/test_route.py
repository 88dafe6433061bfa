"""`POST /v1/checkins` over real HTTP: answers, bad input, limits, outages, and the one-write protocol."""

import asyncio
import gc
import json
import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2
from servicekit import ids, telemetry
from servicekit.errors import ConflictError, RateLimitedError, UnavailableError
from servicekit.keyring import parse_secrets
from servicekit.rpc.status import to_status
from tests.component.gateway.conftest import (
    SECRET,
    Gateway,
    accept,
    at_once,
    judge_as,
    of_a_table,
    refuse,
    session_of,
    until,
)

Body = dict[str, Any]

PLACE = {"latitude": 31.2304, "longitude": 121.4737, "accuracy_m": 15, "coord": "gcj02", "age_ms": 20}


def a_body(**changes: Any) -> Body:
    """A check-in by QR as a phone sends it."""
    body = {
        "attempt_id": ids.to_text(ids.new_id()),
        "method": "qr",
        "token": "T" * 75,
        "location": PLACE,
        "wifi": {"ssid": "office", "bssid": "3C-7C-3F-00-1a-2B"},
        "device_id": "device-1",
        "claimed_at": "2026-09-01T08:00:00+08:00",
        "elapsed_ms": 900,
        "client": {"scene": 1011, "scan_ms": 5, "locate_ms": 9, "platform": "ios", "app_version": "1.0.0"},
    }
    return {**body, **changes}


async def post(gateway: Gateway, body: Body | bytes, **headers: str) -> httpx.Response:
    """Sends one attempt of a new person."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = {**gateway.bearer(), "content-type": "application/json", **headers}
    return await gateway.http.post("/v1/checkins", content=content, headers=head)


async def test_no_answer_to_an_attempt_is_kept_on_the_way(gateway: Gateway) -> None:
    """A record and a problem alike."""
    answers = [await post(gateway, a_body()), await post(gateway, b"{")]
    assert [(answer.status_code, answer.headers["cache-control"]) for answer in answers] == [
        (201, "no-store"),
        (400, "no-store"),
    ]


async def test_an_accepted_attempt_is_created(gateway: Gateway) -> None:
    """The answer is the record in JSON terms, with a sentence for the person."""
    body = a_body()

    answer = await post(gateway, body, **{"x-request-id": "phone-7"})

    checkin = answer.json()["checkin"]
    assert answer.status_code == 201 and answer.headers["x-request-id"] == "phone-7"
    assert answer.json()["message"] == "签到成功：开工大会 · 一号厅"
    assert checkin["attempt_id"] == body["attempt_id"] and checkin["outcome"] == "accepted"
    assert (checkin["distance_m"], checkin["punctuality"], checkin["points_awarded"]) == (12, "on_time", None)
    assert "duplicate_of" not in checkin


async def test_the_attempt_arrives_as_the_phone_meant_it(gateway: Gateway) -> None:
    """checkin gets normalised fields, the person of the token, and the time of arrival."""
    user_id = ids.new_id()
    body = a_body(method="code", token="", code="k7m2pq", gate="北门", direction="out")

    await post(gateway, body, **gateway.bearer(user_id))

    [attempt] = gateway.services.attempts()
    assert (attempt.user_id, attempt.code, attempt.gate) == (user_id, "K7M2PQ", "北门")
    assert (attempt.method, attempt.direction) == (pb.METHOD_CODE, pb.DIRECTION_OUT)
    assert attempt.wifi.bssid == bytes.fromhex("3c7c3f001a2b") and attempt.location.latitude == 31.2304
    assert attempt.claimed_at == 1788220800_000000 and len(attempt.body_hash) == 16
    assert attempt.received_at > 0 and not attempt.has_receipt


@of_a_table
@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (pb.OUTCOME_PENDING_REVIEW, 201),
        (pb.OUTCOME_DUPLICATE, 200),
        (pb.OUTCOME_PROVISIONAL, 202),
        (pb.OUTCOME_ANNULLED, 200),
    ],
)
async def test_outcomes_have_their_status(lasting: Gateway, outcome: int, status: int) -> None:
    """Each outcome that is not a refusal has its own status."""
    lasting.services.answers["BatchCreateCheckins"] = judge_as(outcome=outcome)

    assert (await post(lasting, a_body())).status_code == status


async def test_a_duplicate_names_the_first_record(gateway: Gateway) -> None:
    """A second tap learns which record holds the seat."""
    first = pb.DuplicateOf(checkin_id=ids.new_id(), checked_in_at=1788220800_000000)
    gateway.services.answers["BatchCreateCheckins"] = judge_as(outcome=pb.OUTCOME_DUPLICATE, duplicate_of=first)

    answer = await post(gateway, a_body())

    assert answer.json()["checkin"]["duplicate_of"] == {
        "id": ids.to_text(first.checkin_id),
        "checked_in_at": "2026-09-01T00:00:00.000Z",
    }


async def test_a_refusal_is_a_problem_with_its_numbers(gateway: Gateway) -> None:
    """A refused attempt is 422 with reason, numbers, the record, and a sentence that names the distance."""
    reason = pb.Reason(reason="FENCE_OUTSIDE", numbers={"distance_m": 2312.4, "radius_m": 500, "accuracy_m": 18})
    gateway.services.answers["BatchCreateCheckins"] = judge_as(
        outcome=pb.OUTCOME_REFUSED, reasons=[reason], distance_m=2312.4
    )

    answer = await post(gateway, a_body())

    problem = answer.json()
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert problem["reason"] == "FENCE_OUTSIDE" and problem["checkin"]["outcome"] == "refused"
    assert problem["reasons"] == [{"reason": "FENCE_OUTSIDE", "accuracy_m": 18, "distance_m": 2312.4, "radius_m": 500}]
    assert problem["message"].startswith("不在签到范围：距活动地点 2.3 公里，须在 500 米内")


BAD_INPUT: list[tuple[str, Body | bytes, int, str]] = [
    ("not JSON", b"{", 400, "not JSON"),
    ("empty", b"", 400, "not JSON"),
    ("a list", b"[]", 400, "expected object"),
    ("NaN", json.dumps(a_body(location={**PLACE, "latitude": math.nan})).encode(), 400, "NaN and Infinity"),
    ("infinity", json.dumps(a_body(location={**PLACE, "accuracy_m": math.inf})).encode(), 400, "NaN and Infinity"),
    ("too large a number", json.dumps(a_body()).replace("31.2304", "1e999").encode(), 422, "location.latitude"),
    ("a location twice", b'{"location":{"latitude":200},"location":null}', 422, "location.latitude"),
    ("a lone surrogate", json.dumps(a_body(device_id="\ud800")).encode(), 400, "surrogate"),
    ("a lone low surrogate", json.dumps(a_body(gate="a\udc00b")).encode(), 400, "surrogate"),
    ("not UTF-8", json.dumps(a_body()).replace("device-1", "\xff").encode("latin-1"), 400, "UTF-8"),
    ("an unknown field", a_body(admin=True), 400, "admin: is not known here"),
    ("an unknown inner field", a_body(location={**PLACE, "speed": 3}), 400, "location.speed: is not known here"),
    ("a missing field", {"method": "qr"}, 400, "attempt_id: is missing"),
    ("a missing accuracy", a_body(location={"latitude": 1, "longitude": 2, "coord": "gcj02"}), 400, "accuracy_m"),
    ("a wrong type", a_body(token=7), 400, "token: must be text"),
    ("a number as text", a_body(location={**PLACE, "latitude": "31"}), 400, "location.latitude: must be a number"),
    ("null", a_body(attempt_id=None), 400, "attempt_id"),
    ("swapped", a_body(location={**PLACE, "latitude": 121.47, "longitude": 31.23}), 422, "are swapped"),
    ("out of range", a_body(location={**PLACE, "longitude": 181}), 422, "from -180 to 180"),
    ("negative accuracy", a_body(location={**PLACE, "accuracy_m": -1}), 422, "location.accuracy_m"),
    ("negative age", a_body(location={**PLACE, "age_ms": -1}), 422, "location.age_ms"),
    ("WGS-84", a_body(location={**PLACE, "coord": "wgs84"}), 422, "wx.getLocation for type gcj02"),
    ("a long token", a_body(token="x" * 257), 422, "at most 256 bytes"),
    ("a long token in bytes", a_body(token="签" * 100), 422, "at most 256 bytes"),
    ("a long device_id", a_body(device_id="签" * 30), 422, "at most 64 bytes"),
    ("a long gate", a_body(gate="g" * 65), 422, "gate"),
    ("two networks", a_body(wifi=[{"ssid": "a", "bssid": "3c7c3f001a2b"}]), 400, "one entry"),
    ("no BSSID", a_body(wifi={"ssid": "a", "bssid": ""}), 422, "12 hex digits"),
    ("a random attempt_id", a_body(attempt_id="3f2b8c1e-0d6a-4b7e-9a51-7c2d9e8f1a2b"), 422, "UUIDv7"),
    ("no UUID", a_body(attempt_id="1"), 422, "attempt_id: must be a lower-case UUID"),
    ("a local time", a_body(claimed_at="2026-09-01T08:00:00"), 422, "RFC 3339"),
    ("no time", a_body(claimed_at="yesterday"), 422, "RFC 3339"),
    ("an unknown method", a_body(method="magic"), 422, 'must be "qr", "code", "nfc" or "place"'),
    ("an unknown direction", a_body(direction="up"), 422, '"in" or "out"'),
    ("qr without token", a_body(token=""), 422, "method qr needs the token"),
    ("code without code", a_body(method="code", token=""), 422, "method code needs"),
    ("a short code", a_body(method="code", token="", code="ABC"), 422, "method code needs the 6"),
    ("a token with a code", a_body(method="code", code="ABCDEF"), 422, "belongs to methods qr and nfc"),
    ("a touch of nothing", a_body(method="nfc", token=""), 422, "what follows /n/"),
    ("place without activity", a_body(method="place", token=""), 422, "method place needs the activity"),
    ("a senseless activity", a_body(activity_id="7"), 422, "activity_id"),
    ("a body of 1 MB", b"[" + b" " * 1_000_000 + b"]", 413, "65536 bytes"),
]


@of_a_table
@pytest.mark.parametrize(("body", "status", "cure"), [case[1:] for case in BAD_INPUT], ids=[c[0] for c in BAD_INPUT])
async def test_bad_input_is_a_precise_problem(lasting: Gateway, body: Body | bytes, status: int, cure: str) -> None:
    """Each kind of bad input gets its status and a cure, and never reaches checkin."""
    answer = await post(lasting, body)

    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert cure in problem["detail"] and problem["reason"] in ("INVALID_ARGUMENT", "BODY_TOO_LARGE")
    assert answer.headers["content-type"] == "application/problem+json" and answer.headers["x-request-id"]
    assert lasting.services.attempts() == []


@of_a_table
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"])
async def test_only_json_is_taken(lasting: Gateway, kind: str) -> None:
    """Another content type is refused before the body is read."""
    answer = await post(lasting, a_body(), **{"content-type": kind})

    assert (answer.status_code, answer.json()["reason"]) == (415, "MEDIA_TYPE_UNSUPPORTED")


async def test_a_body_that_grows_while_it_streams_is_cut_off(gateway: Gateway) -> None:
    """The size limit holds without Content-Length too."""
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    head = f"POST /v1/checkins HTTP/1.1\r\nhost: x\r\nauthorization: {gateway.bearer()['authorization']}\r\n"
    head += "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"

    answer = await gateway.raw(head.encode() + chunk * 2)

    assert answer.startswith(b"HTTP/1.1 413 ") and b"BODY_TOO_LARGE" in answer


FORGED: list[tuple[str, Callable[[str], str]]] = [
    ("nothing", lambda token: ""),
    ("no bearer", lambda token: f"Basic {token}"),
    ("truncated", lambda token: f"Bearer {token[:-1]}"),
    ("padded", lambda token: f"Bearer {token}="),
    ("another payload", lambda token: "Bearer " + ".".join([token.split(".")[0], "e30", token.split(".")[2]])),
    ("unsigned", lambda token: "Bearer eyJhbGciOiJub25lIn0." + token.split(".")[1] + "."),
    ("not ASCII", lambda token: "Bearer \xff\xfe"),
]


@of_a_table
@pytest.mark.parametrize("forge", [case[1] for case in FORGED], ids=[case[0] for case in FORGED])
async def test_a_forged_token_is_nobody(lasting: Gateway, forge: Callable[[str], str]) -> None:
    """Tokens that identity did not sign exactly so are 401, with a challenge."""
    header = forge(lasting.signer.token(ids.new_id())).encode("latin-1")

    answer = await lasting.http.post("/v1/checkins", json=a_body(), headers={b"authorization": header})

    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
    assert lasting.services.attempts() == []


async def test_a_token_in_the_url_is_refused(gateway: Gateway) -> None:
    """Credentials in the query string are 401 even beside a good header."""
    answer = await gateway.http.post("/v1/checkins?access_token=x", json=a_body(), headers=gateway.bearer())

    assert answer.status_code == 401


async def test_a_revoked_session_ends_at_once(gateway: Gateway) -> None:
    """A remembered token stops working when identity says that its session was ended."""
    user_id = ids.new_id()
    header = gateway.bearer(user_id)
    assert (await post(gateway, a_body(), **header)).status_code == 201
    session_id = session_of(header)
    gateway.services.answers["ListRevokedSessions"] = identity_pb2.ListRevokedSessionsResponse(session_ids=[session_id])

    await gateway.redis.publish("identity:revoked", session_id)

    async def is_known() -> bool:
        """Whether the gateway has heard of it."""
        return (await post(gateway, b"", **header)).json()["reason"] == "SESSION_REVOKED"

    await until(is_known)


async def test_a_sign_out_is_known_where_it_was_served(gateway: Gateway) -> None:
    """With the answer the token is worth nothing, although identity has told nobody yet."""
    header = gateway.bearer(ids.new_id())
    gateway.services.answers["EndSession"] = identity_pb2.EndSessionResponse()
    assert (await post(gateway, a_body(), **header)).status_code == 201

    assert (await gateway.http.post("/v1/auth/logout", headers=header)).status_code == 204

    assert (await post(gateway, a_body(), **header)).json()["reason"] == "SESSION_REVOKED"


async def test_one_person_is_held_to_a_rate(gateway: Gateway) -> None:
    """After a burst of five a person is told when to come back, and others are not touched."""
    header = gateway.bearer(ids.new_id())

    statuses, refused = await at_once(lambda: post(gateway, a_body(), **header))

    assert statuses.keys() == {201, 429} and statuses[201] >= 5
    assert (refused.json()["reason"], refused.headers["retry-after"]) == ("RATE_LIMITED", "1")
    assert (await post(gateway, a_body())).status_code == 201


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (ConflictError("another body"), 409, "CONFLICT"),
        (RateLimitedError("too many open", retry_after_s=9), 429, "RATE_LIMITED"),
        (UnavailableError("nothing durable"), 503, "UNAVAILABLE"),
    ],
)
async def test_an_item_has_its_own_error(
    gateway: Gateway, error: ConflictError | RateLimitedError | UnavailableError, status: int, reason: str
) -> None:
    """What checkin says of one attempt becomes that attempt's problem."""
    gateway.services.answers["BatchCreateCheckins"] = refuse(error)

    answer = await post(gateway, a_body())

    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert ("retry-after" in answer.headers) == (status != 409)


async def test_a_bad_item_does_not_hurt_its_neighbours(gateway: Gateway) -> None:
    """Of attempts that travel together only the one with an error fails."""
    bad = a_body()

    def answer(request: pb.BatchCreateCheckinsRequest) -> pb.BatchCreateCheckinsResponse:
        """Accepts all but one."""
        response = accept(request)
        for attempt, result in zip(request.attempts, response.results, strict=True):
            if ids.to_text(attempt.attempt_id) == bad["attempt_id"]:
                result.status.CopyFrom(to_status(ConflictError("another body")))
        return response

    gateway.services.answers["BatchCreateCheckins"] = answer

    answers = await asyncio.gather(*(post(gateway, body) for body in [a_body(), bad, a_body(), a_body()]))

    assert [one.status_code for one in answers] == [201, 409, 201, 201]


async def test_an_outage_gives_a_receipt_whose_time_holds(gateway: Gateway) -> None:
    """While checkin is gone the phone gets 503 with proof of arrival; sent again it keeps the first arrival's time."""
    header, body = gateway.bearer(ids.new_id()), a_body()
    gateway.services.answers["BatchCreateCheckins"] = UnavailableError("gone")
    lost = await post(gateway, body, **header)
    gateway.services.answers["BatchCreateCheckins"] = accept

    answer = await post(gateway, {**body, "receipt": lost.json()["receipt"], "elapsed_ms": 60_000}, **header)

    first, second = gateway.services.attempts()
    assert lost.status_code == 503 and lost.json()["message"] == "已保存，联网后自动上传"
    assert 1 <= int(lost.headers["retry-after"]) <= 3
    assert answer.status_code == 201 and second.has_receipt
    assert (second.received_at, second.body_hash) == (first.received_at, first.body_hash)


async def test_a_foreign_receipt_is_ignored(gateway: Gateway) -> None:
    """A receipt for another attempt, another body, or of nobody's making changes nothing and is no error."""
    sealer = Sealer(credential_pb2.Receipt, parse_secrets(SECRET))
    foreign = credential_pb2.Receipt(user_id=ids.new_id(), attempt_id=ids.new_id(), body_hash=b"0" * 16, received_at=1)

    answers = [await post(gateway, a_body(receipt=text)) for text in (sealer.seal_text(foreign), "x" * 115, "签")]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert not any(attempt.has_receipt for attempt in gateway.services.attempts())


async def test_a_lost_batch_is_503_for_everybody_in_it(gateway: Gateway) -> None:
    """Whatever is wrong with a batch as a whole is nobody's own fault in it."""
    gateway.services.answers["BatchCreateCheckins"] = lambda request: 1 / 0

    answer = await post(gateway, a_body())

    assert answer.status_code == 503 and answer.json()["receipt"]


async def test_a_rush_travels_in_batches(gateway: Gateway) -> None:
    """What arrives while a batch flies, here for a fifth of a second, goes together."""

    async def slowly(request: pb.BatchCreateCheckinsRequest) -> pb.BatchCreateCheckinsResponse:
        await asyncio.sleep(0.2)
        return accept(request)

    gateway.services.answers["BatchCreateCheckins"] = slowly
    answers = await asyncio.gather(*(post(gateway, a_body()) for _ in range(60)))

    assert {answer.status_code for answer in answers} == {201}
    assert len(gateway.services.attempts()) == 60
    assert len(gateway.services.requests("BatchCreateCheckins")) < 60


async def test_pipelined_requests_are_answered_in_order(gateway: Gateway) -> None:
    """Answers in one write keep the order of the requests on a connection, and its last wish to close."""
    bodies = [a_body(), a_body()]
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    for number, body in enumerate(bodies):
        content = json.dumps(body)
        head = f"POST /v1/checkins HTTP/1.1\r\nhost: x\r\nauthorization: {gateway.bearer()['authorization']}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(content)}\r\n"
        head += "connection: close\r\n\r\n" if number else "\r\n"
        writer.write((head + content).encode())

    answered = (await reader.read()).decode()

    assert answered.count("HTTP/1.1 201 Created") == 2 and answered.count("connection: close") == 1
    assert answered.index(bodies[0]["attempt_id"]) < answered.index(bodies[1]["attempt_id"])
    writer.close()


async def test_an_answered_request_leaves_nothing_to_collect(gateway: Gateway) -> None:
    """Requests are freed by reference counting: cycles cost pauses of 100 ms in a rush [measured]."""
    await post(gateway, a_body())
    gc.collect()
    before = _requests_kept()
    gc.disable()
    try:
        for _ in range(20):
            await post(gateway, a_body())
        cycles = [one for one in _requests_kept() if one not in before]
    finally:
        gc.enable()

    assert len(cycles) <= 2


def _requests_kept() -> list[RequestResponseCycle]:
    return [one for one in gc.get_objects() if isinstance(one, RequestResponseCycle)]


async def test_a_sampled_request_is_traced(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone's trace goes on in a SERVER span linked to the batch's, for those sampled here: none may ask for it."""
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(telemetry, "_provider", provider)

    for ratio in (1.0, 0.0):
        monkeypatch.setattr(telemetry, "_ratio", ratio)
        await post(gateway, a_body(), traceparent=f"00-{'a' * 32}-{'b' * 16}-01")

    named = {span.name: span for span in spans.get_finished_spans()}
    request, batch = named["POST /v1/checkins"], named["checkin batch"]
    assert request.kind is SpanKind.SERVER and request.parent and request.parent.span_id == 0xBBBBBBBBBBBBBBBB
    assert [link.context.span_id for link in batch.links] == [request.context.span_id]
    assert len([span for span in spans.get_finished_spans() if span.name == "POST /v1/checkins"]) == 1


async def test_an_outage_is_traced_unasked(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors get a span after the fact."""
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(telemetry, "_provider", provider)
    gateway.services.answers["BatchCreateCheckins"] = UnavailableError("gone")

    await post(gateway, a_body())

    [span] = [span for span in spans.get_finished_spans() if span.name == "POST /v1/checkins"]
    assert span.attributes and span.attributes["http.response.status_code"] == "503"


async def test_other_http_methods_are_named(gateway: Gateway) -> None:
    """GET on the hot path is 405 and says what is allowed."""
    answer = await gateway.http.get("/v1/checkins", headers=gateway.bearer())

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["reason"] == "HTTP_METHOD_UNSUPPORTED"
