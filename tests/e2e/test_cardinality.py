"""Every label of every metric has a fixed set of values, whatever people send; so the number of series is bounded."""

from collections.abc import Collection
from http import HTTPStatus
from typing import get_args, get_type_hints

import grpc
from google.protobuf.descriptor import FileDescriptor
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from deploy.fleet import PROCESSES
from gateway import reasons
from gateway.console.routes import ROUTES as CONSOLE
from gateway.routes.events import ClientEvent
from protos.activity.v1 import activity_pb2, door_pb2, participants_pb2, rosters_pb2, tags_pb2
from protos.antifraud.v1 import antifraud_pb2
from protos.checkin.v1 import checkin_pb2
from protos.identity.v1 import identity_pb2
from protos.reporting.v1 import exports_pb2, messaging_pb2, proofs_pb2, reporting_pb2, reports_pb2
from servicekit import VERSION, ids
from servicekit.http.limits import Refusal
from services.activity.calendar import HORIZONS_S
from services.checkin.rules.merge import Outcome
from services.reporting.exports.kinds import Format, Report
from services.reporting.messaging.kinds import Result
from tests.deploy.metrics_registry import labelled
from tests.e2e.api import Activity, Person, by_code, by_place, by_qr
from tests.e2e.stack import metrics_of

# A busy gateway has some 800 of them.
_SERIES_AT_MOST = 3000
_STRANGE = "x-7f3a"


def _rpcs(*files: FileDescriptor) -> set[str]:
    services = [service for file in files for service in file.services_by_name.values()]
    return {f"/{service.full_name}/{method.name}" for service in services for method in service.methods}


def _words(name: str) -> Collection[str]:
    """What a field of an event takes."""
    return get_args(get_type_hints(ClientEvent)[name])


_PROTOS = (
    activity_pb2,
    tags_pb2,
    antifraud_pb2,
    checkin_pb2,
    door_pb2,
    exports_pb2,
    identity_pb2,
    messaging_pb2,
    proofs_pb2,
    participants_pb2,
    reporting_pb2,
    reports_pb2,
    rosters_pb2,
)
_METHODS = _rpcs(*(each.DESCRIPTOR for each in _PROTOS))
_PUBLISHERS = {f"{name}-publish" for name in ("activity", "checkin", "gateway", "projector", "recorder")}
_CONSUMERS = {f"{name}-consume" for name in ("projector", "projector-activity", "recorder", "recorder-decide")}
_QUEUES = {"checkin.record.v1", "checkin.decide.v1", "reporting.project.v1", "reporting.activity.v1"}
_DEPENDENCIES = {"activity", "antifraud", "checkin", "inbox", "mysql", "rabbitmq", "redis", "rosters", "wechat"}
_UNREADABLE = {
    *("activity", "activity_change", "activity_version", "answer", "attempt", "counter", "detail", "evidence"),
    *(
        "guest",
        "live_event",
        "message",
        "outbox_headers",
        "place",
        "refresh_token",
        "roster_entry",
        "seat_hint",
        "seat_view",
        "fact",
        "user_name",
    ),
}
_WECHAT = {
    *("ok", "invalid_code", "rate_limited", "blocked", "credentials", "access_token"),
    *("busy", "other", "unavailable"),
}
_QUOTAS = {
    "activities",
    "answers",
    "changes",
    "console_tickets",
    "displays",
    "failed_sign_ins",
    "guests",
    "kiosk_codes",
    "live_streams",
    "organisations",
    "places",
    "refusals",
    "roster_entries",
    "rosters",
    "said",
    "tags",
}
_SERVERS = {"public", "ops"}
_HTTP_METHODS = {"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "other"}

_FIXED: dict[str, dict[str, Collection[str]]] = {
    "amqp_connected": {"connection": _PUBLISHERS | _CONSUMERS},
    "amqp_dead_letters": {"queue": _QUEUES},
    "breaker_state": {"dependency": _DEPENDENCIES},
    "breaker_transitions": {"dependency": _DEPENDENCIES, "state": {"closed", "half_open", "open"}},
    "calendar_expected_checkins": {"within": HORIZONS_S},
    "checkin_attempts": {
        "outcome": {each.name.lower() for each in Outcome},
        "reason": {"", "DEPENDENCY_UNAVAILABLE", *reasons.TO_PERSON},
    },
    "checkin_audited": {"result": {"persisted", "missing"}},
    "checkin_batch_size": {"stage": {"gateway", "accept", "record"}},
    "checkin_persisted": {"result": {"new", "known", "decided"}},
    "checkin_published": {"result": {"confirmed", "refused", "unknown", "inbox", "lost"}},
    "client_event_seconds": {"name": _words("name")},
    "client_events": {label: _words(label) for label in ("name", "reason", "platform")},
    "console_sign_ins": {"result": {"opened", "ok", "denied", "digits_wrong"}},
    "exports": {
        "report": {each.name.lower() for each in Report},
        "format": {each.name.lower() for each in Format},
        "result": {"done", "failed", "put_back", "lost"},
    },
    "gateway_fallback": {"result": {"provisional", "refused", "not_qr", "lost", "over_quota"}},
    "grpc_server_handled": {"method": _METHODS, "code": {each.name for each in grpc.StatusCode}},
    "grpc_server_handling_seconds": {"method": _METHODS},
    "http_connections": {"server": _SERVERS},
    "http_refused": {"server": _SERVERS, "reason": {each.label for each in Refusal}},
    "operator_switch": {"switch": {"force_id_only", "mute_signal", "lengthen_grace"}},
    "over_quota": {"quota": _QUOTAS},
    "outbox_delivered": {
        "kind": {"publish", "hint", "hasten", "roster", "erase", "tapped"},
        "result": {"done", "failed"},
    },
    "qiandao_build_info": {"version": {VERSION}},
    "reporting_rebuilds": {"result": {"switched", "failed", "busy"}},
    "robot_messages": {"kind": {"wecom", "feishu", "dingtalk"}, "result": {each.lower() for each in Result}},
    "schedule_runs": {"result": {"made", "waits", "paused"}},
    "sign_ins": {"result": {"ok", "refused", "unavailable"}},
    "unreadable_items": {"what": _UNREADABLE},
    "wechat_requests": {"call": {"jscode2session", "stable_token", "getuserphonenumber"}, "result": _WECHAT},
}


async def test_every_label_has_a_fixed_set() -> None:
    """A metric with labels that nobody bounded is not ours; of the gateway's own, routes are read from its OpenAPI."""
    fixed = {name: set(labels) for name, labels in _FIXED.items()}
    routed = {"http_requests": {"route", "method", "code"}, "http_request_duration_seconds": {"route", "method"}}
    assert labelled() == fixed | routed


async def test_nothing_that_people_send_becomes_a_label(activity: Activity, person: Person) -> None:
    """Routes, methods, codes, gates, reasons and ids that nobody knows: every process keeps to the fixed sets."""
    checkin_id = ids.to_text(ids.new_id())
    for strange in range(5):
        word = f"{_STRANGE}{strange}"
        await person.get(f"/v1/{word}")
        await person.request(word.upper(), "/v1/me")
        await person.get(f"/v1/checkins/{word}", **{word: word})
        await person.get(f"/v1/checkins/{checkin_id}")
        await person.post("/v1/auth/wechat", {"code": word})
        await person.post("/v1/client-events", {"events": [{"name": word, "reason": word, "platform": word}]})
        await person.check_in(by_qr(word, gate=word, client={"scene": strange, "platform": word, "app_version": word}))
    await person.check_in(by_code("000000"))
    await person.check_in(by_place(activity.id, gate=_STRANGE))

    wire = (await person.get("/openapi.json")).json()["paths"]
    pages = {*(each.path for each in CONSOLE)}
    pages |= {"/c/{ticket}", "/d/{code}", "/i/{code}", "/n/{text}", "/q/{token}", "/v/{token}"}
    routes = {*wire, *pages, "/openapi.json", "unmatched"}
    answered = {"route": routes, "method": _HTTP_METHODS, "code": {"499", *(str(each.value) for each in HTTPStatus)}}
    duration = {"route": routes, "method": _HTTP_METHODS}
    fixed = _FIXED | {"http_requests": answered, "http_request_duration_seconds": duration}
    loose, seen = set(), set()
    for process in PROCESSES:
        page = await metrics_of(process)
        assert _STRANGE not in page.lower(), process
        samples = [each for family in text_string_to_metric_families(page) for each in _ours(family)]
        assert len(samples) < _SERIES_AT_MOST, process
        seen |= {family for family, _ in samples}
        for family, labels in samples:
            loose |= {(family, label, value) for label, value in labels.items() if value not in fixed[family][label]}
    assert loose == set()
    assert {"http_requests", "grpc_server_handled", "checkin_attempts", "wechat_requests"} <= seen


def _ours(family: Metric) -> list[tuple[str, dict[str, str]]]:
    """The metric and the labels of each of its samples that are ours to choose."""
    if family.name.startswith(("python_", "process_")):
        return []
    name = family.name.removesuffix("_created")
    return [(name, {k: v for k, v in sample.labels.items() if k != "le"}) for sample in family.samples]
