"""From the body of a check-in to an attempt: whatever comes, it is understood or explained."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainkit.person_codes import PersonKeys
from gateway.checkins import attempts
from gateway.http.fields import parse_bssid
from gateway.http.problems import MalformedError
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.errors import InvalidArgumentError

USER = b"u" * 16
BODY: dict[str, Any] = {
    "attempt_id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f",
    "method": "qr",
    "token": "T" * 75,
    "location": {"latitude": 31.2, "longitude": 121.4, "accuracy_m": 15, "coord": "gcj02"},
    "wifi": {"ssid": "office", "bssid": "3c:7c:3f:00:1a:2b"},
    "device_id": "device-1",
    "claimed_at": "2026-09-01T08:00:00+08:00",
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def body_hash(**changes: Any) -> bytes:
    """The hash of BODY with changes."""
    request = attempts.decode(json.dumps({**BODY, **changes}).encode())
    return attempts.to_attempt(request, USER, 1).body_hash


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_explained(body: bytes) -> None:
    """Bytes that are no check-in end in a typed error, never in anything else."""
    with pytest.raises(InvalidArgumentError):
        attempts.to_attempt(attempts.decode(body), USER, 1)


@given(st.sampled_from([*BODY, "code", "activity_id", "gate", "receipt", "client", "elapsed_ms", "direction"]), JSON)
def test_any_field_may_hold_anything(field: str, value: object) -> None:
    """One senseless field among good ones is either taken or explained."""
    body = json.dumps({**BODY, field: value}).encode()
    try:
        attempts.to_attempt(attempts.decode(body), USER, 1)
    except InvalidArgumentError as error:
        assert error.detail


@given(st.sampled_from(["latitude", "longitude", "accuracy_m", "age_ms", "coord"]), JSON)
def test_any_part_of_a_location_may_hold_anything(field: str, value: object) -> None:
    """The explanation of a location survives every location."""
    body = json.dumps({**BODY, "location": {**BODY["location"], field: value}}).encode()
    try:
        attempts.decode(body)
    except InvalidArgumentError as error:
        assert error.fields or isinstance(error, MalformedError)


@pytest.mark.parametrize(
    "change",
    [
        {"token": "S" * 75},
        {"activity_id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e70"},
        {"direction": "out"},
        {"gate": "north"},
        {"location": {**BODY["location"], "latitude": 31.3}},
        {"location": None},
        {"wifi": None},
        {"device_id": "device-2"},
        {"claimed_at": "2026-09-01T08:00:01+08:00"},
        {"method": "code", "token": "", "code": "ABCDEF"},
    ],
)
def test_the_hash_covers_what_must_not_change(change: dict[str, Any]) -> None:
    """Another credential, place, device, gate, direction or claimed time is another body."""
    assert body_hash(**change) != body_hash()


@pytest.mark.parametrize(
    "change",
    [
        {"receipt": "x"},
        {"elapsed_ms": 7},
        {"client": {"scene": 1011}},
        {"attempt_id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e70"},
        {"wifi": {"ssid": "office", "bssid": "3C7C3F001A2B"}},
        {"claimed_at": "2026-09-01T00:00:00Z"},
    ],
)
def test_the_hash_leaves_out_what_may_change(change: dict[str, Any]) -> None:
    """A retry may carry a receipt, another age and another spelling of the same."""
    assert body_hash(**change) == body_hash()


@pytest.mark.parametrize("text", ["3c:7c:3f:00:1a:2b", "3C-7C-3F-00-1A-2B", "3c7c3f001a2b"])
def test_a_bssid_has_three_spellings(text: str) -> None:
    """Colons, hyphens or nothing, in either case."""
    assert parse_bssid(text) == bytes.fromhex("3c7c3f001a2b")


@pytest.mark.parametrize(
    "text", ["", "3c:7c:3f:00:1a", "3c:7c-3f:00:1a:2b", "3c7c3f001a2g", "3c:7c:3f:00:1a:2b:00", "３c7c3f001a2b"]
)
def test_other_texts_are_no_bssid(text: str) -> None:
    """Too short, mixed, not hex, too long, or of other digits."""
    with pytest.raises(ValueError, match="12 hex digits"):
        parse_bssid(text)


def test_a_claimed_time_of_another_zone_is_the_same_instant() -> None:
    """Offsets are kept in the instant."""
    request = attempts.decode(json.dumps(BODY).encode())

    assert attempts.to_attempt(request, USER, 1).claimed_at == 1788220800_000000


def test_what_is_presented_is_written_nested_and_flat() -> None:
    """The same in both, by oneself or by staff, until no process reads the flat fields."""
    own = attempts.to_attempt(attempts.decode(json.dumps({**BODY, "gate": "东门"}).encode()), USER, 1)
    let_in = {"attempt_id": BODY["attempt_id"], "user_id": ids.to_text(ids.new_id()), "direction": "out"}
    request = attempts.decode_staff_checkin(json.dumps(let_in).encode())
    staff, _ = attempts.to_staff_attempt(request, b"a" * 16, USER, 1, PersonKeys({1: bytes(32)}))

    assert own.presented == pb.Presented(method=pb.METHOD_QR, direction=pb.DIRECTION_IN, gate="东门")
    assert staff.presented == pb.Presented(method=pb.METHOD_STAFF, direction=pb.DIRECTION_OUT, actor_id=USER)
    for attempt in (own, staff):
        flat = (attempt.method, attempt.direction, attempt.gate, attempt.is_offline, attempt.actor_id)
        nested = attempt.presented
        assert flat == (nested.method, nested.direction, nested.gate, nested.is_offline, nested.actor_id)


def test_the_schema_gives_every_range() -> None:
    """OpenAPI readers see the limits that the decoder enforces."""
    schema = msgspec.json.schema_components((attempts.Location,))[1]["Location"]

    assert schema["properties"]["latitude"] == {"type": "number", "minimum": -90, "maximum": 90}
    assert schema["additionalProperties"] is False and ids.from_text(BODY["attempt_id"])
