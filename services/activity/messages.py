"""Between the domain and `activity.v1`: what came in, and who may see how much of what goes out."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import participants_pb2
from servicekit.errors import invalid
from servicekit.plain_text import tidy
from services.activity.definition import Definition, Method, Place, Policy, Question, Wifi
from services.activity.domain import Activity

PlainT = TypeVar("PlainT", Place, Policy, Wifi)
WindowT = TypeVar("WindowT", pb.Occurrence, pb.Window)

_SCALARS = frozenset(field.name for field in fields(Definition)) - {
    "organisation_id",
    "late_after_s",
    "place",
    "wifi",
    "methods",
    "policy",
    "gates",
    "title",
    "ask",
}

# Fields of the message that are an organiser's own, and those without which a place is nowhere.
_SAID = frozenset(field.name for field in fields(Definition)) - {"organisation_id"} | {"has_late_after"}
_WHERE = {"place.latitude", "place.longitude"}


def to_definition(message: pb.Activity) -> Definition:
    """What the organiser said; what was left unsaid has the domain's default. Nothing is checked yet."""
    said = {field.name: value for field, value in message.ListFields()}
    return Definition(
        organisation_id=message.organisation_id,
        late_after_s=message.late_after_s if message.has_late_after else None,
        title=tidy(message.title),
        place=to_place(message.place) if "place" in said else None,
        wifi=tuple(map(to_wifi, message.wifi)),
        methods=tuple(message.methods) or (Method.QR,),
        policy=_plain(Policy, message.policy),
        gates=tuple(map(tidy, message.gates)),
        ask=tuple(Question(each.detail, tidy(each.label)) for each in message.ask),
        **{name: value for name, value in said.items() if name in _SCALARS},
    )


def amended(activity: Activity, request: pb.UpdateActivityRequest) -> Definition:
    """What the organiser says from now on: as before, but for what the mask names.

    Raises:
        InvalidArgumentError: The mask names what nobody may change, or a place that is nowhere.
    """
    paths = set(request.update_mask.paths)
    for path in sorted(paths):
        if path.partition(".")[0] not in _SAID or not FieldMask(paths=[path]).IsValidForDescriptor(
            pb.Activity.DESCRIPTOR
        ):
            raise invalid(path, "cannot be changed")
    said = to_message(activity)
    if not said.HasField("place") and any(path.startswith("place.") for path in paths) and not paths >= _WHERE:
        raise invalid("place", "the activity has none yet; send latitude and longitude")
    request.update_mask.MergeMessage(request.activity, said, replace_message_field=True, replace_repeated_field=True)
    return to_definition(said)


def _plain(kind: type[PlainT], message: Message) -> PlainT:
    return kind(**{field.name: value for field, value in message.ListFields()})


def to_wifi(message: pb.Wifi) -> Wifi:
    """An access point as somebody named it."""
    return _plain(Wifi, message)


def to_place(message: pb.Place) -> Place:
    """A place as somebody described it."""
    place = _plain(Place, message)
    return replace(place, name=tidy(place.name))


def to_message(activity: Activity) -> pb.Activity:
    """Everything, credentials included: for owner, organiser and staff."""
    definition = activity.definition
    return pb.Activity(
        activity_id=activity.activity_id,
        organisation_id=definition.organisation_id,
        opens_before_s=definition.opens_before_s,
        closes_after_s=definition.closes_after_s,
        late_after_s=definition.late_after_s or 0,
        has_late_after=definition.late_after_s is not None,
        wifi=wifi_messages(definition.wifi),
        policy=_policy(definition.policy),
        qr_period_s=definition.qr_period_s,
        capacity=definition.capacity,
        offline_window_s=definition.offline_window_s,
        code=activity.code,
        revision=activity.revision,
        occurrences=_windows(pb.Occurrence, activity),
        created_at=activity.created_at,
        starts_at=definition.starts_at,
        ends_at=definition.ends_at,
        kind=pb.Kind.ValueType(definition.kind),
        title=definition.title,
        time_zone=definition.time_zone,
        place=place_message(definition.place),
        methods=[pb.Method.ValueType(method) for method in definition.methods],
        strict=definition.strict,
        gates=definition.gates,
        roster_id=definition.roster_id,
        expected_count=definition.expected_count,
        ask=_questions(definition.ask),
        reentry=pb.Reentry.ValueType(definition.reentry),
        state=pb.State.ValueType(activity.state),
        rehearsal_of=activity.rehearsal_of or b"",
    )


def to_card(activity: Activity, now_us: int) -> pb.ActivityCard:
    """What a participant may see, in the window of now: no code, no epoch, no access point."""
    definition, occurrence = activity.definition, activity.occurrence_at(now_us)
    return pb.ActivityCard(
        activity_id=activity.activity_id,
        occurrence_id=occurrence.occurrence_id,
        kind=pb.Kind.ValueType(definition.kind),
        title=definition.title,
        time_zone=definition.time_zone,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        opens_at=occurrence.opens_at,
        closes_at=occurrence.closes_at,
        state=pb.State.ValueType(activity.state),
        methods=[pb.Method.ValueType(method) for method in definition.methods],
        place=place_message(definition.place),
        strict=definition.strict,
        gates=definition.gates,
        uses_wifi=bool(definition.wifi),
        is_rehearsal=activity.rehearsal_of is not None,
        is_listed=bool(definition.roster_id),
        ask=_questions(definition.ask),
        reentry=pb.Reentry.ValueType(definition.reentry),
        number=activity.occurrences.index(occurrence) + 1,
        count=len(activity.occurrences),
    )


def to_snapshots(activity: Activity) -> list[pb.OccurrenceSnapshot]:
    """All that judging needs, one per occurrence; for processes only."""
    definition = activity.definition
    return [
        pb.OccurrenceSnapshot(
            occurrence_id=occurrence.occurrence_id,
            activity_id=activity.activity_id,
            organisation_id=definition.organisation_id,
            state=pb.State.ValueType(activity.state),
            title=definition.title,
            time_zone=definition.time_zone,
            starts_at=occurrence.starts_at,
            ends_at=occurrence.ends_at,
            opens_at=occurrence.opens_at,
            closes_at=occurrence.closes_at,
            late_after_s=definition.late_after_s or 0,
            has_late_after=definition.late_after_s is not None,
            place=place_message(definition.place),
            bssids=[access_point.bssid for access_point in definition.wifi],
            methods=[pb.Method.ValueType(method) for method in definition.methods],
            policy=_policy(definition.policy),
            capacity=definition.capacity,
            offline_window_s=definition.offline_window_s,
            gates=definition.gates,
            code=activity.code,
            epoch=activity.epoch,
            revision=activity.revision,
            valid_from=activity.valid_from,
            amended_at=activity.amended_at,
            roster_id=definition.roster_id,
            reentry=pb.Reentry.ValueType(definition.reentry),
            qr_period_s=definition.qr_period_s,
        )
        for occurrence in activity.occurrences
    ]


def to_changed(activity: Activity) -> pb.ActivityChanged:
    """changed.v1, for read models."""
    definition = activity.definition
    return pb.ActivityChanged(
        activity_id=activity.activity_id,
        organisation_id=definition.organisation_id,
        title=definition.title,
        time_zone=definition.time_zone,
        state=pb.State.ValueType(activity.state),
        revision=activity.revision,
        occurrences=_windows(pb.Window, activity),
        expected=definition.expected_count,
        capacity=definition.capacity,
        roster_id=definition.roster_id,
        offline_window_s=definition.offline_window_s,
        questions=len(definition.ask),
        kind=pb.Kind.ValueType(definition.kind),
        rehearsal_of=activity.rehearsal_of or b"",
    )


def _windows(kind: type[WindowT], activity: Activity) -> list[WindowT]:
    return [
        kind(
            occurrence_id=it.occurrence_id,
            opens_at=it.opens_at,
            starts_at=it.starts_at,
            ends_at=it.ends_at,
            closes_at=it.closes_at,
        )
        for it in activity.occurrences
    ]


def wifi_messages(wifi: Iterable[Wifi]) -> list[pb.Wifi]:
    """Access points, for owner, organiser and staff."""
    return [pb.Wifi(ssid=access_point.ssid, bssid=access_point.bssid) for access_point in wifi]


def place_message(place: Place | None) -> pb.Place | None:
    """A place; None where there is none."""
    if place is None:
        return None
    return pb.Place(name=place.name, latitude=place.latitude, longitude=place.longitude, radius_m=place.radius_m)


def _questions(questions: Iterable[Question]) -> list[participants_pb2.Question]:
    return [
        participants_pb2.Question(detail=participants_pb2.Detail.ValueType(each.detail), label=each.label)
        for each in questions
    ]


def _policy(policy: Policy) -> pb.Policy:
    grade = pb.Grade.ValueType
    return pb.Policy(
        fence=grade(policy.fence),
        wifi=grade(policy.wifi),
        place=pb.PlaceRule.ValueType(policy.place),
        late=grade(policy.late),
        offline=grade(policy.offline),
        face=grade(policy.face),
        location_max_age_s=policy.location_max_age_s,
        not_listed=grade(policy.not_listed),
        undecided=pb.Undecided.ValueType(policy.undecided),
        own_proof=pb.OwnProof.ValueType(policy.own_proof),
    )
