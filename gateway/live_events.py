"""The events of a live stream: from entries of Redis and from numbers to bytes of SSE. Pure.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
from google.protobuf.message import DecodeError

from gateway.marks import MARKS
from protos.reporting.v1 import reporting_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text
from servicekit.unreadable import Unreadable

StatusName = Literal["checked_in", "pending_review", "provisional", "refused", "absent"]
Position = tuple[int, int]
Entries = list[tuple[bytes, dict[bytes, bytes]]]
Numbers = Mapping[str, Any]

STATUSES: dict[pb.Status.ValueType, StatusName] = {
    pb.STATUS_CHECKED_IN: "checked_in",
    pb.STATUS_PENDING_REVIEW: "pending_review",
    pb.STATUS_PROVISIONAL: "provisional",
    pb.STATUS_REFUSED: "refused",
    pb.STATUS_ABSENT: "absent",
}
START: Position = (0, 0)
HEARTBEAT = b":\n\n"
RESET = b"event: reset\ndata: {}\n\n"

_EVENT_ID = re.compile(r"(\d{1,15})-(\d{1,15})")
_EVENTS = Unreadable("live_event")

_encode = msgspec.json.Encoder().encode


def checkin_events(entries: Entries) -> Iterable[bytes]:
    """The `checkin` events of stream entries; only an entry's last carries the id, or a break would lose the rest."""
    for event_id, fields in entries:
        views = _views(event_id, fields)
        for number, view in enumerate(views, 1):
            yield _event("checkin", _encode(view), event_id.decode() if number == len(views) else None)


def _views(event_id: bytes, fields: dict[bytes, bytes]) -> list[dict[str, object]]:
    """The events of an entry; none of one that cannot be read."""
    try:
        return [_view(event) for event in pb.LiveBatch.FromString(fields[b"e"]).events]
    except (DecodeError, KeyError, OverflowError) as error:
        _EVENTS.note(event_id.decode(), repr(error))
        return []


def _view(event: pb.LiveEvent) -> dict[str, object]:
    return {
        "user_id": to_text(event.user_id),
        "status": STATUSES.get(event.status),
        "method": event.method or None,
        "gate": event.gate or None,
        "punctuality": event.punctuality or None,
        "checked_in_at": to_rfc3339(event.checked_in_at) if event.checked_in_at else None,
        "mark": MARKS.get(event.mark),
        "occurrence_id": to_text(event.occurrence_id) if event.occurrence_id else None,
    }


def partial(before: Numbers, now: Numbers) -> Numbers:
    """The numbers with those minutes only that changed; what is gone counts 0."""
    known, current = _by_span(before), _by_span(now)
    gone = [{**each, "count": 0} for span, each in known.items() if span not in current]
    changed = [each for span, each in current.items() if each != known.get(span)]
    return {**now, "by_minute": gone + changed, "is_partial": True}


def _by_span(numbers: Numbers) -> dict[tuple[str, int], Numbers]:
    return {(each["minute"], each["span_s"]): each for each in numbers["by_minute"]}


def stats_event(numbers: Numbers, event_id: str | None) -> bytes:
    """A `stats` event; without an id it does not say that what came before was seen."""
    return _event("stats", _encode(numbers), event_id)


def activity_event(revision: int) -> bytes:
    """An `activity` event: whoever knows another revision reads the activity and its QR again."""
    return _event("activity", _encode({"revision": revision}), None)


def _event(kind: str, data: bytes, event_id: str | None) -> bytes:
    head = f"id: {event_id}\nevent: {kind}\ndata: " if event_id else f"event: {kind}\ndata: "
    return head.encode() + data + b"\n\n"


def by_stream(streams: Any) -> dict[bytes, Entries]:
    """The entries of each stream; redis-py answers with a mapping of lists (RESP3) or a list of pairs (RESP2)."""
    if isinstance(streams, dict):
        return {key: [entry for part in parts for entry in part] for key, parts in streams.items()}
    return {key: entries for key, entries in streams or []}


def parse(event_id: str) -> Position | None:
    """The position that an id names; None for what is none."""
    match = _EVENT_ID.fullmatch(event_id)
    return (int(match[1]), int(match[2])) if match else None


def position_of(entries: Entries) -> Position:
    """The position of the last entry."""
    return parse(entries[-1][0].decode()) or START


def text(position: Position) -> str:
    """The id of a position."""
    return f"{position[0]}-{position[1]}"
