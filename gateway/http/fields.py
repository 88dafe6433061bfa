"""Types of JSON fields, both ways: ids as UUID text, times as RFC 3339, BSSIDs as 12 hex digits, and strict models."""

import re
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from servicekit import clock, ids

_BSSID = re.compile(r"[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")


def parse_bssid(text: str) -> bytes:
    """6 bytes of `aa:bb:cc:dd:ee:ff`, `AA-BB-CC-DD-EE-FF` or `aabbccddeeff`.

    Raises:
        ValueError: Anything else.
    """
    if not _BSSID.fullmatch(text):
        raise ValueError("must be 12 hex digits such as 3c:7c:3f:00:1a:2b; leave wifi out when the phone gives none")
    return bytes.fromhex(text.replace(":", "").replace("-", ""))


class Model(BaseModel):
    """A JSON object that takes no unknown fields and converts no types."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _instant(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("must be an RFC 3339 time with offset, such as 2026-09-01T08:00:00+08:00")
    try:
        return clock.from_datetime(datetime.fromisoformat(value.upper()))
    except (ValueError, OverflowError):
        raise ValueError("is no time of the calendar") from None


def _id(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise ValueError("must be the text of a UUID")
    return ids.from_text(value)


def _bssid(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise ValueError("must be text")
    return parse_bssid(value)


def _bssid_text(value: bytes) -> str:
    return value.hex(":")


def _schema(format_: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "format": format_, **more})


Instant = Annotated[
    int, BeforeValidator(_instant), PlainSerializer(clock.to_rfc3339, return_type=str), _schema("date-time")
]
Id = Annotated[bytes, BeforeValidator(_id), PlainSerializer(ids.to_text, return_type=str), _schema("uuid")]
Bssid = Annotated[
    bytes,
    BeforeValidator(_bssid),
    PlainSerializer(_bssid_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9A-Fa-f]{2}([:-]?)([0-9A-Fa-f]{2}\\1){4}[0-9A-Fa-f]{2}$"}),
]
Count = Annotated[int, Field(ge=0, le=2**32 - 1)]
Degrees = Annotated[float, Field(allow_inf_nan=False)]

PageSize = Annotated[int, Query(ge=0, le=200, description="0: the default of 50.")]
PageToken = Annotated[str, Query(max_length=512)]
IdempotencyKey = Annotated[
    str, Header(max_length=64, pattern=r"^[!-~]*$", description="Makes a repeat harmless for 24 h.")
]
