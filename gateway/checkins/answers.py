"""A `checkin.v1.Checkin` as the API gives it, and the sentence that goes with it."""

from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domainkit.copies import settle
from gateway.checkins import texts
from gateway.http.fields import IdText, Time
from gateway.marks import MARKS, MarkName
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

Outcome = Literal["accepted", "duplicate", "pending_review", "provisional", "refused", "annulled", "superseded"]
Punctuality = Literal["on_time", "late", "early_leave"]
Method = Literal["qr", "code", "nfc", "place", "staff"]
Direction = Literal["in", "out"]
Step = Literal["received", "completed", "approved", "refused", "annulled", "appealed", "marked"]
Reason = Annotated[
    dict[str, Any],
    Meta(
        description="A word of the vocabulary with its numbers.",
        examples=[{"reason": "FENCE_OUTSIDE", "distance_m": 2312, "radius_m": 500}],
        extra_json_schema={
            "required": ["reason"],
            "properties": {"reason": {"type": "string"}},
            "additionalProperties": True,
        },
    ),
]
Sentence = Annotated[str, Meta(description="For the person.", examples=["签到成功"])]

OUTCOMES: dict[int, Outcome] = {
    pb.OUTCOME_ACCEPTED: "accepted",
    pb.OUTCOME_DUPLICATE: "duplicate",
    pb.OUTCOME_PENDING_REVIEW: "pending_review",
    pb.OUTCOME_PROVISIONAL: "provisional",
    pb.OUTCOME_REFUSED: "refused",
    pb.OUTCOME_ANNULLED: "annulled",
    pb.OUTCOME_SUPERSEDED: "superseded",
}
_PUNCTUALITIES: dict[int, Punctuality] = {
    pb.PUNCTUALITY_ON_TIME: "on_time",
    pb.PUNCTUALITY_LATE: "late",
    pb.PUNCTUALITY_EARLY_LEAVE: "early_leave",
}
_METHODS: dict[int, Method] = {
    pb.METHOD_QR: "qr",
    pb.METHOD_CODE: "code",
    pb.METHOD_NFC: "nfc",
    pb.METHOD_PLACE: "place",
    pb.METHOD_STAFF: "staff",
}
_EVENTS: dict[int, Step] = {
    pb.Event.KIND_RECEIVED: "received",
    pb.Event.KIND_COMPLETED: "completed",
    pb.Event.KIND_APPROVED: "approved",
    pb.Event.KIND_REFUSED: "refused",
    pb.Event.KIND_ANNULLED: "annulled",
    pb.Event.KIND_APPEALED: "appealed",
    pb.Event.KIND_MARKED: "marked",
}
_DIRECTIONS: dict[int, Direction] = {pb.DIRECTION_IN: "in", pb.DIRECTION_OUT: "out"}
# Many answers name the same activity.
_shared_text = lru_cache(maxsize=1024)(to_text)
# What says nothing of why a record reads as it does.
_NO_RULINGS = {pb.Event.KIND_RECEIVED, pb.Event.KIND_COMPLETED, pb.Event.KIND_MARKED}


class DuplicateOf(msgspec.Struct, gc=False):
    """The record that holds the seat; to staff also how it came, null for what nobody can tell."""

    id: IdText
    checked_in_at: Time
    method: Method | UnsetType | None = UNSET
    gate: Annotated[str | UnsetType | None, Meta(examples=["北门"])] = UNSET
    by: Annotated[str | UnsetType | None, Meta(description="Who let them in.", examples=["王老师"])] = UNSET


class Checkin(msgspec.Struct):
    """The record of an attempt. Points and streak are null, and `revision` is 0, until it is recorded."""

    id: IdText
    attempt_id: IdText
    activity_id: IdText | None
    occurrence_id: IdText | None
    user_id: IdText
    outcome: Outcome
    reasons: list[Reason]
    punctuality: Punctuality | None
    late_by_s: int
    checked_in_at: Time | None
    distance_m: int | None
    method: Method | None
    direction: Direction | None
    gate: Annotated[str | None, Meta(examples=["北门"])]
    activity_title: Annotated[str | None, Meta(examples=["新生讲座"])]
    place_name: Annotated[str | None, Meta(examples=["图书馆"])]
    points_awarded: int | None = None
    streak_days: int | None = None
    revision: int = 0
    is_offline: bool = False
    duplicate_of: DuplicateOf | UnsetType = UNSET


class Answer(msgspec.Struct):
    """What a phone gets for an attempt."""

    checkin: Checkin
    message: Sentence


class Event(msgspec.Struct, omit_defaults=True):
    """One step in the life of a record; `reason` is what a human gave, a stale decision counted for nothing.

    Of `marked`, `mark` is what staff say the person counts as; without one they took that back. `is_lapse`: nobody
    decided in time, and the activity's policy did.
    """

    event: Step
    at: Time
    reason: str = ""
    is_stale: bool = False
    mark: MarkName | None = None
    is_lapse: bool = False


class Record(msgspec.Struct):
    """One record with its sentence and what happened to it, oldest first."""

    checkin: Checkin
    message: Sentence
    history: list[Event]


def to_checkin(record: pb.Checkin) -> Checkin:
    """The record in JSON terms: ids as text, times as RFC 3339, null for what is not known."""
    settle(record)
    activity_id, occurrence_id = record.activity_id, record.occurrence_id
    reasons = record.reasons
    checked_in_at, distance_m = record.checked_in_at, record.distance_m
    return Checkin(
        to_text(record.checkin_id),
        to_text(record.attempt_id),
        _shared_text(activity_id) if activity_id else None,
        _shared_text(occurrence_id) if occurrence_id else None,
        to_text(record.user_id),
        OUTCOMES[record.outcome],
        [_reason(reason) for reason in reasons] if reasons else [],
        _PUNCTUALITIES.get(record.punctuality),
        record.late_by_s,
        to_rfc3339(checked_in_at) if checked_in_at else None,
        round(distance_m) if distance_m >= 0 else None,
        _METHODS.get(record.method),
        _DIRECTIONS.get(record.direction),
        record.gate or None,
        record.activity_title or None,
        record.place_name or None,
        revision=record.revision,
        is_offline=record.is_offline,
        duplicate_of=_duplicate_of(record.duplicate_of) if record.HasField("duplicate_of") else UNSET,
    )


def to_answer(record: pb.Checkin) -> Answer:
    """The record with its sentence."""
    checkin = to_checkin(record)
    message = _ruling(record, checkin.outcome) or texts.answer(
        checkin.outcome, checkin.direction or "in", record.activity_title, record.place_name, checkin.reasons
    )
    return Answer(checkin, message)


def to_staff_answer(record: pb.Checkin) -> Answer:
    """The record of somebody whom staff check in, with a sentence for the staff."""
    checkin = to_checkin(record)
    if checkin.duplicate_of:
        checkin.duplicate_of = to_held(record.duplicate_of)
    return Answer(checkin, texts.answer_to_staff(checkin.outcome, checkin.direction or "in", checkin.reasons))


def to_held(held: pb.DuplicateOf) -> DuplicateOf:
    """The record that holds a seat, as staff see it."""
    return DuplicateOf(
        to_text(held.checkin_id),
        to_rfc3339(held.checked_in_at),
        _METHODS.get(held.method),
        held.gate or None,
        held.actor_name or None,
    )


def to_record(record: pb.Checkin) -> Record:
    """The record with its sentence and its history."""
    answer = to_answer(record)
    return Record(answer.checkin, answer.message, to_history(record))


def to_history(record: pb.Checkin) -> list[Event]:
    """What happened to it."""
    return [
        Event(
            _EVENTS[event.kind],
            to_rfc3339(event.at),
            event.reason,
            event.is_stale,
            MARKS.get(event.mark),
            event.is_lapse,
        )
        for event in record.history
        if event.kind in _EVENTS
    ]


def _ruling(record: pb.Checkin, outcome: Outcome) -> str:
    """What a human said, where that is why it reads so; the reasons are of the judgement before."""
    if not (history := record.history):
        return ""
    said = [event for event in history if not event.is_stale and event.kind not in _NO_RULINGS]
    if not said or said[-1].is_lapse or _EVENTS.get(said[-1].kind) != outcome:
        return ""
    return texts.ruled(outcome, said[-1].reason)


def _duplicate_of(record: pb.DuplicateOf) -> DuplicateOf:
    return DuplicateOf(to_text(record.checkin_id), to_rfc3339(record.checked_in_at))


def _reason(reason: pb.Reason) -> dict[str, object]:
    view: dict[str, object] = {"reason": reason.reason}
    for name in sorted(reason.numbers):
        view[name] = _number(reason.numbers[name])
    return view


def _number(value: float) -> float | int:
    """Whole numbers without a fraction, others with one digit; metres and seconds are not known better."""
    rounded = round(value, 1)
    return int(rounded) if rounded.is_integer() else rounded
