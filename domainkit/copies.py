"""One attempt in three messages: as it came (Attempt), as a process judged it (Copy), as its person reads it (Checkin).

The checkin service converts them on both halves of the journey, and the gateway while checkin is gone. What they share
is `Presented`, which goes from one to the next whole.

The release before knows its first fields flat only, and one to come will write them nested only: attempts and check-ins
are written both ways. A copy is written flat, as its canonical bytes are: a recorder keeps in these what it does not
know, so one of the release before would see other copies. All three are read either way.
"""

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message

from domainkit.buckets import slot_age_bucket
from domainkit.credentials import checkin_id
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2

SettledT = TypeVar("SettledT", pb.Attempt, pb.Checkin)

_SHARED = tuple(field.name for field in pb.Presented.DESCRIPTOR.fields)
_FLAT = {
    message: tuple(name for name in _SHARED if name in message.DESCRIPTOR.fields_by_name)
    for message in (pb.Attempt, pb.Copy, pb.Checkin)
}
_IS_ALL_FLAT = _FLAT[pb.Copy] == _SHARED


def presented_of(message: pb.Attempt | pb.Copy | pb.Checkin) -> pb.Presented:
    """What the person presented, whichever way it is written."""
    presented = pb.Presented()
    presented.CopyFrom(message.presented)
    for name in _FLAT[type(message)]:
        if value := getattr(message, name):
            setattr(presented, name, value)
    return presented


def settle(message: SettledT) -> SettledT:
    """Writes both ways what came one way only, and returns it."""
    if not message.method:
        _flatten(message)
    elif not message.HasField("presented"):
        message.presented.CopyFrom(presented_of(message))
    return message


def make_canonical(copy: pb.Copy) -> None:
    """Leaves nested only what has no flat field, so that equal copies have equal bytes whoever wrote them."""
    if not copy.HasField("presented"):
        return
    _flatten(copy)
    presented: Message = copy.presented
    for name in _FLAT[pb.Copy]:
        presented.ClearField(name)
    if not presented.ByteSize():
        copy.ClearField("presented")


def copy_of(
    attempt: pb.Attempt,
    evidence: bytes,
    judgement: pb.Judgement.ValueType,
    punctuality: pb.Punctuality.ValueType = pb.PUNCTUALITY_ON_TIME,
    *,
    effective_at: int = 0,
    late_by_s: int = 0,
    distance_m: float = -1.0,
    slot_age_s: int = -1,
    make: Callable[..., pb.Copy] = pb.Copy,
) -> pb.Copy:
    """The judged copy of an attempt, without reasons and occurrence.

    Args:
        evidence: Sealed.
        effective_at: When it counts as made, where that is not its arrival.
        distance_m: Negative when none is known.
        slot_age_s: From a QR's issue to its scan's arrival; negative for other methods.
        make: Makes the message; a batch's own `add` saves copying it there.
    """
    method = attempt.method
    copy = make(
        user_id=attempt.user_id,
        attempt_id=attempt.attempt_id,
        received_at=attempt.received_at,
        effective_at=effective_at or attempt.received_at,
        judgement=judgement,
        method=method,
        direction=attempt.direction,
        gate=attempt.gate,
        body_hash=attempt.body_hash,
        evidence=evidence,
        punctuality=punctuality,
        late_by_s=late_by_s,
        distance_m=distance_m,
        accuracy_m=attempt.location.accuracy_m,
        is_staff=method == pb.METHOD_STAFF,
        is_offline=attempt.is_offline,
        actor_id=attempt.actor_id,
        slot_age_bucket=slot_age_bucket(slot_age_s),
    )
    if not _IS_ALL_FLAT:
        copy.presented.CopyFrom(attempt.presented)
        make_canonical(copy)
    return copy


def checkin_of(copy: pb.Copy, presented: pb.Presented, outcome: pb.Outcome.ValueType) -> pb.Checkin:
    """What the person reads of an attempt: its winning copy, with an outcome.

    Args:
        presented: Of the copy, or of the attempt it was made of.
    """
    checkin = pb.Checkin(
        checkin_id=checkin_id(copy.user_id, copy.attempt_id),
        attempt_id=copy.attempt_id,
        activity_id=copy.activity_id,
        occurrence_id=copy.occurrence_id,
        user_id=copy.user_id,
        outcome=outcome,
        punctuality=copy.punctuality,
        late_by_s=copy.late_by_s,
        checked_in_at=copy.effective_at,
        distance_m=copy.distance_m,
        method=copy.method,
        direction=copy.direction,
        gate=copy.gate,
        is_offline=copy.is_offline,
    )
    # As arguments both would cost twice as much.
    checkin.presented.CopyFrom(presented)
    if copy.reasons:
        checkin.reasons.extend(copy.reasons)
    return checkin


def point_at_holder(record: pb.Checkin, holder: bytes, held_since: int, *, is_counted: bool) -> None:
    """Has a record say that its seat is held by another attempt of its person.

    Args:
        holder: The attempt.
        is_counted: The record's own is accepted as well: one to go is then when the person left.
    """
    left_again = is_counted and record.direction == pb.DIRECTION_OUT
    del record.reasons[:]
    record.reasons.add(reason="LEFT_AGAIN" if left_again else "ALREADY_CHECKED_IN")
    record.duplicate_of.checkin_id = checkin_id(record.user_id, holder)
    record.duplicate_of.checked_in_at = held_since


def as_approved(copy: pb.Copy) -> pb.Copy:
    """The copy of an attempt that a human approved: it lies to the activity's times as it does by effective time."""
    if not copy.effective_punctuality:
        return copy
    approved = pb.Copy()
    approved.CopyFrom(copy)
    approved.punctuality = copy.effective_punctuality
    approved.late_by_s = copy.effective_late_by_s
    del approved.reasons[:]
    for reason in copy.reasons:
        if reason.reason != "LATE":
            approved.reasons.append(reason)
        elif copy.effective_late_by_s:
            approved.reasons.append(reason)
            approved.reasons[-1].numbers["late_by_s"] = copy.effective_late_by_s
    return approved


def as_ended(copy: pb.Copy) -> pb.Copy:
    """The copy of an attempt that waited for a human when its activity was cancelled."""
    ended = pb.Copy()
    ended.CopyFrom(copy)
    del ended.reasons[:]
    ended.reasons.add(reason="ACTIVITY_CANCELLED")
    return ended


def as_lapsed(copy: pb.Copy) -> pb.Copy:
    """The copy of an attempt on which the activity's policy decided, for no human did; why it was doubtful stays."""
    lapsed = pb.Copy()
    lapsed.CopyFrom(copy)
    del lapsed.reasons[:]
    lapsed.reasons.add(reason="UNDECIDED")
    lapsed.reasons.extend(copy.reasons)
    return lapsed


def without_gate(copy: pb.Copy) -> pb.Copy:
    """The copy of an attempt whose gate nobody has looked at, so that a phone may have said anything."""
    seen = pb.Copy()
    seen.CopyFrom(copy)
    seen.gate = ""
    return seen


def attempt_of(copy: pb.Copy, evidence: credential_pb2.Evidence) -> pb.Attempt:
    """The attempt as it came, but for whether it had a receipt."""
    attempt = settle(
        pb.Attempt(
            user_id=copy.user_id,
            attempt_id=copy.attempt_id,
            received_at=copy.received_at,
            token=evidence.token,
            code=evidence.code,
            activity_id=copy.activity_id,
            device_id=evidence.device_id,
            claimed_at=evidence.claimed_at,
            body_hash=copy.body_hash,
            display_id=evidence.display_id,
            presented=presented_of(copy),
        )
    )
    if evidence.has_location:
        attempt.location.latitude = evidence.latitude
        attempt.location.longitude = evidence.longitude
        attempt.location.accuracy_m = evidence.accuracy_m
        attempt.location.age_ms = evidence.age_ms
    if evidence.bssid:
        attempt.wifi.ssid = evidence.ssid
        attempt.wifi.bssid = evidence.bssid
    return attempt


def evidence_of(attempt: pb.Attempt, slot_age_s: int) -> credential_pb2.Evidence:
    """What the phone showed of itself and its place, to be sealed.

    Args:
        slot_age_s: From a QR's issue to its scan's arrival; -1 for other methods.
    """
    evidence = credential_pb2.Evidence(
        device_id=attempt.device_id,
        claimed_at=attempt.claimed_at,
        token=attempt.token,
        code=attempt.code,
        slot_age_s=slot_age_s,
        display_id=attempt.display_id,
    )
    if attempt.HasField("location"):
        location = attempt.location
        evidence.has_location = True
        evidence.latitude = location.latitude
        evidence.longitude = location.longitude
        evidence.accuracy_m = location.accuracy_m
        evidence.age_ms = location.age_ms
    if attempt.HasField("wifi"):
        evidence.ssid = attempt.wifi.ssid
        evidence.bssid = attempt.wifi.bssid
    return evidence


def _flatten(message: pb.Attempt | pb.Copy | pb.Checkin) -> None:
    for name in _FLAT[type(message)]:
        if value := getattr(message.presented, name):
            setattr(message, name, value)
