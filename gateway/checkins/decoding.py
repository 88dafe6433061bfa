"""From the bytes of an attempt to its Struct, and when that fails, the fault with its cure. Pure.

msgspec checks shape and ranges in C while it decodes; Python only looks at what is left, and explains what is wrong.
"""

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from gateway.http.problems import MalformedError, readable
from servicekit.errors import FieldError, InvalidArgumentError

RequestT = TypeVar("RequestT")

MAXIMUM_TOKEN_BYTES = 256
MAXIMUM_DEVICE_ID_BYTES = 64

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_NOT_A_NUMBER = re.compile(rb"[:,\[]\s*-?(NaN|Infinity)")
_NO_SUCH_REQUEST = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def reader(kind: type[RequestT]) -> Callable[[bytes], RequestT]:
    """From a body to a request.

    The function raises MalformedError for what is not JSON and for unknown, missing or wrongly typed fields, and
    InvalidArgumentError for a value out of its range.
    """
    decode = msgspec.json.Decoder(kind).decode

    def read(body: bytes) -> RequestT:
        try:
            return decode(body)
        except _NO_SUCH_REQUEST as error:
            raise _explain(error, body) from None

    return read


def _not_json(cause: str, body: bytes) -> MalformedError:
    if "utf-16 surrogate" in cause or ("truncated" in cause and _SURROGATE.search(body)):
        return MalformedError("the body holds half of a surrogate pair, which is no character")
    if _NOT_A_NUMBER.search(body):
        return MalformedError("NaN and Infinity are not JSON; leave location out when the phone has none")
    if "utf-8" in cause:
        return MalformedError("the body is not UTF-8")
    return MalformedError(f"the body is not JSON: {cause.removeprefix('JSON is malformed: ')}")


_PATH = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_NAMED = re.compile(r"Object (?P<what>missing required|contains unknown) field `(?P<name>.*)`", re.DOTALL)
_OUT_OF_RANGE = re.compile(r"Expected `\w+(?: \| null)?`(?: of length)? (?:>=|<=)|Number out of range|Invalid")
_SEMANTIC = re.compile(_OUT_OF_RANGE.pattern + r"|Expected `datetime` with a timezone")


def _explain(error: Exception, body: bytes) -> InvalidArgumentError:
    """The decoder's complaint as a field with a cure; 400 for shape, 422 for values."""
    if not isinstance(error, msgspec.ValidationError):
        return _not_json(str(error), body)
    parts = _PATH.fullmatch(str(error))
    assert parts is not None
    path = (parts["path"] or "").removeprefix(".")
    if named := _NAMED.fullmatch(parts["what"]):
        field = f"{path}.{named['name']}".lstrip(".")
        cure = "is not known here" if named["what"].startswith("contains") else "is missing"
        cure += "; " + _CURES[field] if field in _CURES and cure == "is missing" else ""
        return _error(MalformedError, field, cure)
    cure = _CURES.get(path, "") or parts["what"].replace("`", "")
    if path in ("location.latitude", "location.longitude") and _is_swapped(body):
        cure = "latitude and longitude are swapped: latitude is the one within 90 degrees"
    return _error(InvalidArgumentError if _SEMANTIC.match(parts["what"]) else MalformedError, path, cure)


def _error(error_type: type[InvalidArgumentError], field: str, cure: str) -> InvalidArgumentError:
    field = readable(field)[:100] or "body"
    cure = cure[:1].lower() + cure[1:]
    return error_type(f"{field}: {cure}", fields=[FieldError(field, cure)])


_CURES = {
    "attempt_id": "must be the text of a UUIDv7",
    "method": 'must be "qr", "code", "nfc" or "place"',
    "direction": 'must be "in" or "out"',
    "location.coord": 'must be "gcj02"; ask wx.getLocation for type gcj02, or convert WGS-84 before sending',
    "location.latitude": "must be a number from -90 to 90",
    "location.longitude": "must be a number from -180 to 180",
    "location.accuracy_m": "must be a number from 0 to 100000",
    "claimed_at": "must be an RFC 3339 time with offset, such as 2026-09-01T08:00:00+08:00",
    "token": f"must be text of at most {MAXIMUM_TOKEN_BYTES} bytes",
    "device_id": f"must be text of at most {MAXIMUM_DEVICE_ID_BYTES} bytes",
    "wifi": "must be one entry {ssid, bssid}: the Wi-Fi the phone is connected to",
}


class _Pair(msgspec.Struct):
    latitude: float
    longitude: float


class _Located(msgspec.Struct):
    location: _Pair


def _is_swapped(body: bytes) -> bool:
    try:
        pair = msgspec.json.decode(body, type=_Located).location
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return 90 < abs(pair.latitude) <= 180 and abs(pair.longitude) <= 90
