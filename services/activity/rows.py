"""Between rows and activities: what is read of each table, and what is written into it."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from google.protobuf.message import DecodeError
from sqlalchemy import Row

from protos.activity.v1 import activity_pb2 as pb
from servicekit.clock import from_datetime, to_datetime
from services.activity.definition import Definition
from services.activity.domain import Activity, Occurrence, State
from services.activity.messages import to_snapshots
from services.activity.metrics import UNREADABLE, UNREADABLE_VERSION

_decode_definition = msgspec.json.Decoder(Definition).decode


def snapshots_of(version: Row[Any]) -> list[pb.OccurrenceSnapshot]:
    """The occurrences of a row of `activity_versions`; none of a deleted activity, or of what cannot be read."""
    try:
        snapshots = list(pb.BatchGetOccurrencesResponse.FromString(version.snapshot).occurrences)
    except DecodeError as error:
        UNREADABLE_VERSION.note(version.activity_id, error)
        return []
    for snapshot in snapshots:
        snapshot.valid_from = from_datetime(version.valid_from)
    return [snapshot for snapshot in snapshots if snapshot.state != pb.STATE_DELETED]


def definition_of(version: Row[Any]) -> Definition | None:
    """What the organiser said at a row of `activity_versions`; None where that was not kept, or cannot be read."""
    try:
        return _decode_definition(version.definition) if version.definition else None
    except msgspec.MsgspecError as error:
        UNREADABLE_VERSION.note(version.activity_id, error)
        return None


def to_switch(row: Row[Any]) -> pb.Switch:
    """A switch that operators turned on."""
    return pb.Switch(name=row.name, signal=row.signal, grace_s=row.grace_s, expires_at=from_datetime(row.expires_at))


def readable(stored: Iterable[Sequence[Row[Any]]]) -> list[Activity]:
    """Activities, each of its rows joined with those of its occurrences."""
    found = []
    for rows in stored:
        try:
            found.append(_activity(rows))
        except (msgspec.MsgspecError, ValueError) as error:
            UNREADABLE.note(rows[0].activity_id, error)
    return found


def _activity(rows: Sequence[Row[Any]]) -> Activity:
    head = rows[0]
    return Activity(
        activity_id=head.activity_id,
        definition=_decode_definition(head.definition),
        occurrences=tuple(_occurrences(rows)),
        code=head.code,
        created_at=from_datetime(head.created_at),
        epoch=head.epoch,
        state=State(head.state),
        revision=head.revision,
        published_at=None if head.published_at is None else from_datetime(head.published_at),
        valid_from=from_datetime(head.valid_from),
        amended_at=0 if head.amended_at is None else from_datetime(head.amended_at),
    )


def _occurrences(rows: Iterable[Row[Any]]) -> Iterable[Occurrence]:
    for row in rows:
        times = map(from_datetime, (row.starts_at, row.ends_at, row.opens_at, row.closes_at))
        yield Occurrence(row.occurrence_id, *times)


def mutable_columns(activity: Activity) -> dict[str, object]:
    """What a change may write into `activities`."""
    return {
        "definition": encode_definition(activity.definition),
        "state": int(activity.state),
        "revision": activity.revision,
        "epoch": activity.epoch,
        "code": activity.code,
        "published_at": None if activity.published_at is None else to_datetime(activity.published_at),
        "amended_at": to_datetime(activity.amended_at) if activity.amended_at else None,
    }


def encode_definition(definition: Definition) -> str:
    """What the organiser said, as JSON."""
    return msgspec.json.encode(definition).decode()


def version_columns(activity: Activity, changed_by: bytes | None) -> dict[str, object]:
    """The row of `activity_versions` of an activity as it is."""
    snapshot = pb.BatchGetOccurrencesResponse(occurrences=to_snapshots(activity))
    return {
        "activity_id": activity.activity_id,
        "revision": activity.revision,
        "valid_from": to_datetime(activity.valid_from),
        "snapshot": snapshot.SerializeToString(),
        "definition": encode_definition(activity.definition),
        "changed_by": changed_by,
    }


def window_columns(occurrence: Occurrence) -> dict[str, object]:
    """The times of an occurrence."""
    return {
        "starts_at": to_datetime(occurrence.starts_at),
        "ends_at": to_datetime(occurrence.ends_at),
        "opens_at": to_datetime(occurrence.opens_at),
        "closes_at": to_datetime(occurrence.closes_at),
    }
