"""Types of JSON fields: ids as UUID text, times as RFC 3339, BSSIDs as 12 hex digits; bytes and microseconds inside.

What clients send is parsed (`Id`, `Instant`, `Bssid`); what they get is text already (`IdText`, `Time`, `BssidText`).
"""

import re
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from servicekit import clock, ids
from servicekit.errors import invalid

_BSSID = re.compile(r"[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-][0-2]\d:[0-5]\d)?", re.ASCII)

_UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
_DATE_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
_WALL_TIME: dict[str, Any] = {"type": "string", "description": "In time_zone, or with an offset (RFC 3339)."}
_BSSID_SCHEMA = {"type": "string", "pattern": "^[0-9A-Fa-f]{2}([:-]?)([0-9A-Fa-f]{2}\\1){4}[0-9A-Fa-f]{2}$"}
_AN_ID = ["01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"]
_A_TIME = ["2026-09-01T08:00:00+08:00"]
_A_UTC_TIME = ["2026-09-01T00:00:00.000Z"]
_A_BSSID = ["3c:7c:3f:00:1a:2b"]


def parse_bssid(text: str) -> bytes:
    """6 bytes of `aa:bb:cc:dd:ee:ff`, `AA-BB-CC-DD-EE-FF` or `aabbccddeeff`.

    Raises:
        ValueError: Anything else.
    """
    if not _BSSID.fullmatch(text):
        raise ValueError("must be 12 hex digits such as 3c:7c:3f:00:1a:2b; leave wifi out when the phone gives none")
    return bytes.fromhex(text.replace(":", "").replace("-", ""))


def identifier(field: str, text: str) -> bytes:
    """The id in a field that no decoder has parsed.

    Raises:
        InvalidArgumentError: It is none.
    """
    try:
        return ids.from_text(text)
    except ValueError as error:
        raise invalid(field, str(error)) from None


def uuid7(field: str, text: str) -> bytes:
    """The id in a field that a phone made.

    Raises:
        InvalidArgumentError: It is none, or of another kind.
    """
    found = identifier(field, text)
    if found[6] >> 4 != 7 or found[8] >> 6 != 2:
        raise invalid(field, "must be a UUIDv7 (RFC 9562), made on the phone before the first send")
    return found


class Input(msgspec.Struct, forbid_unknown_fields=True):
    """A JSON object that clients send; a field that it does not name is refused."""


class ParsedId(bytes):
    """16 bytes of an id."""

    @classmethod
    def parse(cls, value: object) -> Self:
        """From canonical UUID text; ValueError for anything else."""
        if not isinstance(value, str):
            raise ValueError("must be the text of a UUID")
        return cls(ids.from_text(value))


class ParsedInstant(int):
    """Microseconds since 1970 UTC."""

    @classmethod
    def parse(cls, value: object) -> Self:
        """From an RFC 3339 time with offset; ValueError for anything else."""
        at = _datetime(value)
        if at is None or at.tzinfo is None:
            raise ValueError("must be an RFC 3339 time with offset, such as 2026-09-01T08:00:00+08:00")
        return cls(_microseconds(at))


class ParsedWallTime:
    """A time as a clock on the wall shows it, or with its offset."""

    __slots__ = ("_at",)

    def __init__(self, at: datetime) -> None:
        self._at = at

    @classmethod
    def parse(cls, value: object) -> Self:
        """From an RFC 3339 time, with or without offset; ValueError for anything else."""
        at = _datetime(value)
        if at is None:
            raise ValueError("must be a time such as 2026-09-01T08:00:00, in time_zone, or one with an offset")
        if not MINYEAR < at.year < MAXYEAR:
            raise ValueError("is no time of the calendar")
        return cls(at)

    def in_zone(self, time_zone: str) -> int:
        """Microseconds since 1970 UTC.

        Where clocks are set forward the time after the gap is meant, where they are set back the first of the two.

        Source: RFC 5545, section 3.3.5.

        Raises:
            InvalidArgumentError: There is no such zone, or no such time.
        """
        try:
            at = self._at if self._at.tzinfo else self._at.replace(tzinfo=ZoneInfo(time_zone))
            return _microseconds(at)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise invalid("time_zone", "must be a name of the IANA time zone database, such as Asia/Shanghai") from None


def _datetime(value: object) -> datetime | None:
    """None for what is not of the form of RFC 3339; ValueError where the calendar has no such day."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper())
    except (ValueError, OverflowError):
        raise ValueError("is no time of the calendar") from None


def _microseconds(at: datetime) -> int:
    try:
        return clock.from_datetime(at)
    except OverflowError:
        raise ValueError("is no time of the calendar") from None


class ParsedBssid(bytes):
    """6 bytes of an access point's address."""

    @classmethod
    def parse(cls, value: object) -> Self:
        """From 12 hex digits; ValueError for anything else."""
        if not isinstance(value, str):
            raise ValueError("must be text")
        return cls(parse_bssid(value))


Id = Annotated[ParsedId, Meta(extra_json_schema=_UUID, examples=_AN_ID)]
Instant = Annotated[ParsedInstant, Meta(extra_json_schema=_DATE_TIME, examples=_A_TIME)]
WallTime = Annotated[ParsedWallTime, Meta(extra_json_schema=_WALL_TIME, examples=_A_TIME)]
Bssid = Annotated[ParsedBssid, Meta(extra_json_schema=_BSSID_SCHEMA, examples=_A_BSSID)]

IdText = Annotated[str, Meta(extra_json_schema=_UUID, examples=_AN_ID)]
Time = Annotated[str, Meta(extra_json_schema=_DATE_TIME, examples=_A_UTC_TIME)]
BssidText = Annotated[str, Meta(extra_json_schema=_BSSID_SCHEMA, examples=_A_BSSID)]
NextPageToken = Annotated[str, Meta(description="Empty: this is the last page.", examples=[""])]

Count = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Word = Annotated[str, Meta(max_length=64)]


PageSize = Annotated[int, Meta(ge=0, le=200, description="0: the default of 50.")]
PageToken = Annotated[str, Meta(max_length=512)]


class Page(msgspec.Struct):
    """Which part of a list."""

    page_size: PageSize = 0
    page_token: PageToken = ""


class Keyed(msgspec.Struct, rename="kebab"):
    """The header of what may be sent twice."""

    idempotency_key: Annotated[
        str, Meta(max_length=64, pattern=r"^[!-~]*$", description="Makes a repeat harmless for 24 h.")
    ] = ""
