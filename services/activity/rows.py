"""The rows of activities, their occurrences and versions: statements, and what each row says."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec
from google.protobuf.message import DecodeError
from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from protos.activity.v1 import activity_pb2 as pb
from servicekit.clock import from_datetime, to_datetime
from servicekit.errors import FieldError
from services.activity.definition import Definition, differences
from services.activity.domain import Activity, Phase, Sought, State
from services.activity.errors import ActivityNotFoundError
from services.activity.messages import to_snapshots
from services.activity.metrics import UNREADABLE, UNREADABLE_VERSION
from services.activity.occurrences import Occurrence
from services.activity.tables import activities, activity_versions, occurrences

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
        rehearsal_of=head.rehearsal_of,
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


def query() -> Select[Any]:
    """All there is of activities as they are now, a row for each occurrence; deleted ones are left out."""
    versions = activity_versions
    is_current = and_(versions.c.activity_id == activities.c.activity_id, versions.c.revision == activities.c.revision)
    of_occurrences = (column for column in occurrences.c if column.name != "activity_id")
    return (
        select(activities, *of_occurrences, versions.c.valid_from)
        .join(occurrences, occurrences.c.activity_id == activities.c.activity_id)
        .join(versions, is_current)
        .where(activities.c.state != State.DELETED)
        .order_by(activities.c.activity_id.desc(), occurrences.c.opens_at)
    )


async def lock(connection: AsyncConnection, activity_id: bytes) -> Activity:
    """An activity that nobody else changes before this transaction ends.

    Raises:
        ActivityNotFoundError: There is none.
    """
    found = await read(connection, query().where(activities.c.activity_id == activity_id).with_for_update())
    if not found:
        raise ActivityNotFoundError
    return found[0]


async def differences_since(connection: AsyncConnection, activity: Activity, seen: int) -> list[FieldError]:
    """What was said of it since a revision, as far as that was kept."""
    versions = activity_versions
    is_seen = and_(versions.c.activity_id == activity.activity_id, versions.c.revision == seen)
    version = (await connection.execute(select(versions).where(is_seen))).one_or_none()
    then = definition_of(version) if version else None
    return differences(then, activity.definition) if then else []


async def read(connection: AsyncConnection, wanted: Select[Any]) -> list[Activity]:
    """What a `query` finds; what cannot be read is left out."""
    return readable(await rows_by_activity(connection, wanted))


async def rows_by_activity(connection: AsyncConnection, wanted: Select[Any]) -> list[list[Row[Any]]]:
    """The rows that a `query` finds, those of each activity together."""
    rows = (await connection.execute(wanted)).all()
    return [list(group) for _, group in groupby(rows, key=lambda row: row.activity_id)]


async def rehearsals_of(connection: AsyncConnection, activity_id: bytes) -> list[Activity]:
    """Those of a draft that go on, locked like the draft itself."""
    go_on = and_(activities.c.rehearsal_of == activity_id, activities.c.state == State.PUBLISHED)
    return await read(connection, query().where(go_on).with_for_update())


def is_listed() -> ColumnElement[bool]:
    """What organisers see in lists: neither deleted drafts nor rehearsals."""
    return and_(activities.c.state != State.DELETED, activities.c.rehearsal_of.is_(None))


def is_sought(sought: Sought) -> Iterator[ColumnElement[bool]]:
    """Conditions on `activities` that those meet who are looked for."""
    if sought.title:
        title = func.json_unquote(func.json_extract(activities.c.definition, "$.title"))
        yield func.lower(title).contains(sought.title.lower(), autoescape=True)
    if sought.phase is Phase.DRAFT:
        yield activities.c.state == State.DRAFT
    elif sought.phase is not Phase.ANY:
        goes_on = activities.c.state == State.PUBLISHED
        is_open = and_(goes_on, _has_occurrence(occurrences.c.opens_at <= to_datetime(sought.at), sought.at))
        is_coming = and_(goes_on, _has_occurrence(occurrences.c.opens_at > to_datetime(sought.at), sought.at))
        phases = {Phase.NOW: is_open, Phase.UPCOMING: and_(is_coming, not_(is_open))}
        yield phases.get(sought.phase, and_(activities.c.state != State.DRAFT, not_(is_open), not_(is_coming)))


def _has_occurrence(when: ColumnElement[bool], at: int) -> ColumnElement[bool]:
    """Whether one is so that is not over at a moment."""
    of_it = select(occurrences.c.activity_id).where(occurrences.c.activity_id == activities.c.activity_id)
    return of_it.where(when, occurrences.c.closes_at > to_datetime(at)).exists()


def count_running(organisation_id: bytes, at: int) -> Select[Any]:
    """How many of an organisation's listed activities are published and not over at a moment."""
    goes_on = select(occurrences.c.activity_id).where(
        occurrences.c.activity_id == activities.c.activity_id, occurrences.c.closes_at > to_datetime(at)
    )
    published = and_(activities.c.organisation_id == organisation_id, activities.c.state == State.PUBLISHED)
    return select(func.count()).select_from(activities).where(published, is_listed(), goes_on.exists())


async def insert_activity(connection: AsyncConnection, activity: Activity, created_by: bytes) -> None:
    """Writes a new activity, its occurrences and its first version."""
    row = {
        "activity_id": activity.activity_id,
        "organisation_id": activity.definition.organisation_id,
        "created_at": to_datetime(activity.created_at),
        "created_by": created_by,
        "rehearsal_of": activity.rehearsal_of,
    }
    await connection.execute(insert(activities).values(row | mutable_columns(activity)))
    for each in activity.occurrences:
        await _insert_occurrence(connection, activity, each)
    await connection.execute(insert(activity_versions).values(version_columns(activity, created_by)))


async def update_activity(connection: AsyncConnection, before: Activity, after: Activity, by: bytes | None) -> None:
    """Writes what a change made of an activity, and its new version."""
    is_it = activities.c.activity_id == after.activity_id
    await connection.execute(update(activities).where(is_it).values(mutable_columns(after)))
    known = {each.occurrence_id for each in before.occurrences}
    for each in set(after.occurrences) - set(before.occurrences):
        if each.occurrence_id not in known:
            await _insert_occurrence(connection, after, each)
            continue
        of_it = occurrences.c.occurrence_id == each.occurrence_id
        await connection.execute(update(occurrences).where(of_it).values(window_columns(each)))
    await connection.execute(insert(activity_versions).values(version_columns(after, by)))


async def _insert_occurrence(connection: AsyncConnection, activity: Activity, occurrence: Occurrence) -> None:
    ids = {"occurrence_id": occurrence.occurrence_id, "activity_id": activity.activity_id}
    await connection.execute(insert(occurrences).values(ids | window_columns(occurrence)))
