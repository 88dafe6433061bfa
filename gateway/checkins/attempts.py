"""From what a phone or staff sent to a `checkin.v1.Attempt`: shapes, what no decoder can judge, canonical hash. Pure.

`decoding.py` decodes, and explains what cannot be.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from domainkit.codes import CODE_LENGTH, as_typed
from domainkit.copies import settle
from domainkit.person_codes import PersonKeys
from gateway.checkins.decoding import MAXIMUM_DEVICE_ID_BYTES, MAXIMUM_TOKEN_BYTES, reader
from gateway.checkins.subjects import Meant, ShortText, Subject, require_another, subject_of
from gateway.http.fields import identifier, parse_bssid, uuid7
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UINT32 = 2**32 - 1
_METHODS = {"qr": pb.METHOD_QR, "code": pb.METHOD_CODE, "nfc": pb.METHOD_NFC, "place": pb.METHOD_PLACE}
# What a token is, of methods that have one.
_TOKENS = {"qr": "the token of the scanned QR", "nfc": "what follows /n/ in the URL of the tag"}
_DIRECTIONS = {"in": pb.DIRECTION_IN, "out": pb.DIRECTION_OUT}

_PRESENTED = (
    "For method qr: of the QR. For method nfc: what follows `/n/` in the URL of the tag; where that goes on with `?e=` "
    "and `&c=`, text, e and c with dots between them."
)

Milliseconds = Annotated[int, Meta(ge=0, le=_UINT32)]


class Location(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """Where the phone says it is, in GCJ-02."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    accuracy_m: Annotated[float, Meta(ge=0, le=100_000, description="0 or null: the phone does not say.")] | None
    coord: Literal["gcj02"]
    age_ms: Milliseconds = 0


class Wifi(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """The one Wi-Fi the phone is connected to."""

    bssid: ShortText
    ssid: ShortText = ""


class ClientInfo(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """How the person came here; never part of the judgement."""

    scene: Annotated[int, Meta(ge=0, le=_UINT32)] = 0
    scan_ms: Milliseconds = 0
    locate_ms: Milliseconds = 0
    platform: ShortText = ""
    app_version: ShortText = ""


class CheckinRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One try of one person. The same attempt_id may be sent again and gets the same answer."""

    attempt_id: Annotated[str, Meta(description="A UUIDv7, made on the phone before the first send.")]
    method: Literal["qr", "code", "nfc", "place"]
    token: Annotated[str, Meta(max_length=MAXIMUM_TOKEN_BYTES, description=_PRESENTED)] = ""
    code: Annotated[str, Meta(max_length=64, description="For method code: 6 characters.")] = ""
    activity_id: Annotated[str, Meta(description="For method place; else optional.")] = ""
    direction: Literal["in", "out"] = "in"
    gate: ShortText = ""
    location: Location | None = None
    wifi: Wifi | None = None
    device_id: Annotated[str, Meta(max_length=MAXIMUM_DEVICE_ID_BYTES)] = ""
    claimed_at: Annotated[datetime, Meta(tz=True)] | None = None
    elapsed_ms: Milliseconds = 0
    receipt: Annotated[str, Meta(description="From an earlier 503; when it is ours, its time of arrival holds.")] = ""
    client: ClientInfo | None = None


class StaffCheckin(Meant, frozen=True, kw_only=True):
    """One person whom staff check in."""

    direction: Literal["in", "out"] = "in"
    gate: ShortText = ""
    device_id: Annotated[str, Meta(max_length=MAXIMUM_DEVICE_ID_BYTES, description="The staff member's own.")] = ""
    claimed_at: Annotated[datetime, Meta(tz=True)] | None = None
    receipt: Annotated[str, Meta(description="From an earlier 503; when it is ours, its time of arrival holds.")] = ""


class StaffAttempt(StaffCheckin, frozen=True, kw_only=True):
    """One person whom staff checked in while there was no network."""

    method: Literal["staff"]
    activity_id: str


class Kiosk(NamedTuple):
    """A display at which people check themselves in."""

    display_id: bytes
    activity_id: bytes
    actor_id: bytes
    gate: str
    direction: Literal["in", "out"] = "in"


_canonical = msgspec.msgpack.Encoder().encode

decode = reader(CheckinRequest)
decode_staff_checkin = reader(StaffCheckin)
decode_staff_attempt = reader(StaffAttempt)


def to_attempt(request: CheckinRequest, user_id: bytes, received_at: int) -> pb.Attempt:
    """The attempt as it goes to checkin, with the hash of what must not change between retries.

    Raises:
        InvalidArgumentError: A field that the decoder cannot judge is wrong; names it.
    """
    attempt_id = uuid7("attempt_id", request.attempt_id)
    token, code = _credential(request)
    activity_id, device_id = _activity_id(request), _device_id(request.device_id)
    claimed_at = 0 if request.claimed_at is None else (request.claimed_at - _EPOCH) // _MICROSECOND
    place, network = request.location, request.wifi
    location = None if place is None else (place.latitude, place.longitude, place.accuracy_m or 0.0, place.age_ms)
    wifi = None if network is None else (network.ssid, _bssid(network.bssid))
    method, direction = _METHODS[request.method], _DIRECTIONS[request.direction]
    fixed = (method, token or code, activity_id, direction, request.gate, location, wifi, device_id, claimed_at)
    attempt = pb.Attempt(
        user_id=user_id,
        attempt_id=attempt_id,
        received_at=received_at,
        method=method,
        token=token,
        code=code,
        activity_id=activity_id,
        direction=direction,
        gate=request.gate,
        device_id=device_id,
        claimed_at=claimed_at,
        body_hash=sha256(_canonical(fixed)).digest()[:16],
    )
    presented = attempt.presented
    presented.method, presented.direction, presented.gate = method, direction, request.gate
    if location is not None:
        there = attempt.location
        there.latitude, there.longitude, there.accuracy_m, there.age_ms = location
    if wifi is not None:
        attempt.wifi.ssid, attempt.wifi.bssid = wifi
    return attempt


def to_staff_attempt(
    request: StaffCheckin, activity_id: bytes, actor_id: bytes, received_at: int, keys: PersonKeys
) -> tuple[pb.Attempt, Subject]:
    """The attempt of somebody whom the actor checks in, and whom they mean.

    Args:
        keys: Verify what people show of themselves.

    Raises:
        InvalidArgumentError: A field that the decoder cannot judge is wrong; names it.
        PermissionDeniedError: The actor means themselves.
    """
    attempt_id = staff_attempt_id(actor_id, uuid7("attempt_id", request.attempt_id))
    subject = subject_of(request, activity_id, actor_id, keys)
    device_id = _device_id(request.device_id)
    claimed_at = 0 if request.claimed_at is None else (request.claimed_at - _EPOCH) // _MICROSECOND
    direction = _DIRECTIONS[request.direction]
    fixed = (pb.METHOD_STAFF, subject.said, activity_id, direction, request.gate, None, None, device_id, claimed_at)
    attempt = pb.Attempt(
        user_id=subject.user_id,
        attempt_id=attempt_id,
        received_at=received_at,
        token=subject.person_token,
        activity_id=activity_id,
        device_id=device_id,
        claimed_at=claimed_at,
        body_hash=sha256(_canonical(fixed)).digest()[:16],
        presented=pb.Presented(method=pb.METHOD_STAFF, direction=direction, gate=request.gate, actor_id=actor_id),
    )
    return settle(attempt), subject


def to_kiosk_attempt(meant: Meant, kiosk: Kiosk, user_id: bytes, received_at: int, keys: PersonKeys) -> pb.Attempt:
    """The attempt of somebody before a kiosk, as if who made that let them in.

    Args:
        user_id: As whom they check in, as the activity service says.

    Raises:
        InvalidArgumentError, PermissionDeniedError: As `to_staff_attempt`.
    """
    request = StaffCheckin(
        attempt_id=meant.attempt_id,
        entry_code=meant.entry_code,
        person_token=meant.person_token,
        direction=kiosk.direction,
        gate=kiosk.gate,
    )
    attempt, subject = to_staff_attempt(request, kiosk.activity_id, kiosk.actor_id, received_at, keys)
    require_another(user_id, kiosk.actor_id)
    attempt.user_id, attempt.is_vouched, attempt.display_id = user_id, subject.asked is not None, kiosk.display_id
    return attempt


def staff_attempt_id(actor_id: bytes, attempt_id: bytes) -> bytes:
    """The id under which an attempt of staff is kept among the person's own, none of which can be the same.

    It is a UUIDv8 (RFC 9562), theirs are UUIDv7. The same staff member's retry has the same id, another's has not.
    """
    digest = bytearray(sha256(b"staff|" + actor_id + attempt_id).digest()[:16])
    digest[6] = 0x80 | digest[6] & 0x0F
    digest[8] = 0x80 | digest[8] & 0x3F
    return bytes(digest)


def _device_id(text: str) -> str:
    if not text.isascii() and len(text.encode()) > MAXIMUM_DEVICE_ID_BYTES:
        raise invalid("device_id", f"must be at most {MAXIMUM_DEVICE_ID_BYTES} bytes of UTF-8")
    return text


def _credential(request: CheckinRequest) -> tuple[str, str]:
    """Token and code, of which the method takes exactly its own."""
    token, code = request.token, request.code
    if request.method in _TOKENS:
        if not token:
            raise invalid("token", f"method {request.method} needs {_TOKENS[request.method]}")
        if not token.isascii() and len(token.encode()) > MAXIMUM_TOKEN_BYTES:
            raise invalid("token", f"must be at most {MAXIMUM_TOKEN_BYTES} bytes of UTF-8")
    elif token:
        raise invalid("token", f"belongs to methods qr and nfc; leave it out with method {request.method}")
    if request.method == "code":
        typed = as_typed(code)
        if len(typed) != CODE_LENGTH or not (typed.isascii() and typed.isalnum()):
            raise invalid("code", f"method code needs the {CODE_LENGTH} letters and digits on the screen")
        return "", typed
    if code:
        raise invalid("code", f"belongs to method code; leave it out with method {request.method}")
    return token, ""


def _activity_id(request: CheckinRequest) -> bytes:
    if request.activity_id:
        return identifier("activity_id", request.activity_id)
    if request.method == "place":
        raise invalid("activity_id", "method place needs the activity")
    return b""


def _bssid(text: str) -> bytes:
    try:
        return parse_bssid(text)
    except ValueError as error:
        raise invalid("wifi.bssid", str(error)) from None
