"""One attempt in three messages, of this release, of the one before and of one to come."""

from typing import Any

import pytest
from google.protobuf import any_pb2, descriptor_pb2
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import status_pb2

from domainkit.copies import (
    as_approved,
    attempt_of,
    checkin_of,
    copy_of,
    evidence_of,
    make_canonical,
    point_at_holder,
    presented_of,
    settle,
)
from domainkit.credentials import checkin_id
from protos.checkin.v1 import checkin_pb2 as pb

# As the release before `Presented` wrote them, all with the same in the fields they share.
ATTEMPT = bytes.fromhex(
    "0a1001010101010101010101010101010101121002020202020202020202020202020202188080e2c4f2a2990320053a1004040404040404"
    "04040404040404040440024a06e4b89ce997a8620770686f6e652d3168c0fba4c4f2a2990372100707070707070707070707070707070778"
    "018001018a011006060606060606060606060606060606"
)
COPY = bytes.fromhex(
    "0a10010101010101010101010101010101011210020202020202020202020202020202021a10030303030303030303030303030303032210"
    "040404040404040404040404040404042a1005050505050505050505050505050505308080e2c4f2a2990338c0fba4c4f2a2990340044a1f"
    "0a0a434c4f434b5f534b455712110a06736b65775f73110000000000001c40500558026206e4b89ce997a86a100707070707070707070707"
    "070707070772067365616c656478038001038901000000000000f0bf91010000000000002940980101a00101b20110060606060606060606"
    "06060606060606"
)
CHECKIN = bytes.fromhex(
    "0a10030303030303030303030303030303031210020202020202020202020202020202021a10040404040404040404040404040404042210"
    "030303030303030303030303030303032a100101010101010101010101010101010130013a1f0a0a434c4f434b5f534b455712110a06736b"
    "65775f73110000000000001c404003480350c0fba4c4f2a2990359000000000000f0bf680570027a06e4b89ce997a882010ce696b0e7949f"
    "e8aeb2e5baa78a0109e59bbee4b9a6e9a686980101"
)
PRESENTED = pb.Presented(
    method=pb.METHOD_STAFF, direction=pb.DIRECTION_OUT, gate="东门", is_offline=True, actor_id=bytes([6]) * 16
)
FLAT = ("method", "direction", "gate", "is_offline")


def an_attempt() -> pb.Attempt:
    """The attempt above, with a place."""
    attempt = pb.Attempt.FromString(ATTEMPT)
    attempt.location.CopyFrom(pb.Location(latitude=25.04, longitude=102.71, accuracy_m=12.5, age_ms=300))
    attempt.wifi.CopyFrom(pb.Wifi(ssid="school", bssid=b"\1\2\3\4\5\6"))
    settle(attempt)
    return attempt


def its_copy(attempt: pb.Attempt) -> pb.Copy:
    """The copy above, made of the attempt."""
    copy = copy_of(
        attempt,
        b"sealed",
        pb.JUDGEMENT_ACCEPTED,
        pb.PUNCTUALITY_EARLY_LEAVE,
        effective_at=1_799_999_999_000_000,
        late_by_s=3,
    )
    copy.reasons.add(reason="CLOCK_SKEW", numbers={"skew_s": 7})
    copy.occurrence_id, copy.activity_id, copy.organisation_id = bytes([3]) * 16, bytes([4]) * 16, bytes([5]) * 16
    return copy


def nested_only(message: Any) -> Any:
    """The message as a release writes it that has no flat fields any more."""
    presented = presented_of(message)
    for name in (field.name for field in pb.Presented.DESCRIPTOR.fields):
        if name in message.DESCRIPTOR.fields_by_name:
            message.ClearField(name)
    message.presented.CopyFrom(presented)
    return message


def the_release_before() -> DescriptorPool:
    """Its messages: ours without `Presented`."""
    file = descriptor_pb2.FileDescriptorProto()
    pb.DESCRIPTOR.CopyToProto(file)
    for message in file.message_type:
        kept = [field for field in message.field if not field.type_name.endswith(".Presented")]
        del message.field[:]
        message.field.extend(kept)
    pool = DescriptorPool()
    for needed in (any_pb2.DESCRIPTOR, status_pb2.DESCRIPTOR):
        pool.AddSerializedFile(needed.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def read_before(message: Message) -> Any:
    """What the release before reads of a message."""
    old = GetMessageClass(the_release_before().FindMessageTypeByName(message.DESCRIPTOR.full_name))
    return old.FromString(message.SerializeToString())


@pytest.mark.parametrize(("kind", "body"), [(pb.Attempt, ATTEMPT), (pb.Checkin, CHECKIN)])
def test_what_the_release_before_wrote_is_read_nested(kind: Any, body: bytes) -> None:
    """All of it, but for who let somebody in, which a check-in did not say; the flat fields stay."""
    message = kind.FromString(body)
    settle(message)
    expected = pb.Presented()
    expected.CopyFrom(PRESENTED)
    if kind is pb.Checkin:
        expected.ClearField("actor_id")
    assert message.presented == expected
    assert [getattr(message, name) for name in FLAT] == [getattr(PRESENTED, name) for name in FLAT]


@pytest.mark.parametrize(("kind", "body"), [(pb.Attempt, ATTEMPT), (pb.Checkin, CHECKIN)])
def test_what_a_release_to_come_writes_is_read_flat(kind: Any, body: bytes) -> None:
    """The flat fields are filled, and nothing is lost of the nested ones."""
    message = nested_only(kind.FromString(body))
    nested = presented_of(message)
    settle(message)
    assert [getattr(message, name) for name in FLAT] == [getattr(PRESENTED, name) for name in FLAT]
    assert message.presented == nested


def test_a_copy_has_the_bytes_it_always_had() -> None:
    """Or an upgrade would move the revision of every seat that something comes to."""
    assert its_copy(an_attempt()).SerializeToString(deterministic=True) == COPY


def test_a_copy_made_in_its_batch_is_the_same() -> None:
    """It is only not copied."""
    batch = pb.AttemptedBatch()
    copy_of(an_attempt(), b"sealed", pb.JUDGEMENT_ACCEPTED, make=batch.copies.add)
    assert list(batch.copies) == [copy_of(an_attempt(), b"sealed", pb.JUDGEMENT_ACCEPTED)]


def test_copies_are_equal_whichever_way_they_are_written() -> None:
    """Flat, nested, or both: there is one canonical form."""
    nested, both = nested_only(pb.Copy.FromString(COPY)), pb.Copy.FromString(COPY)
    both.presented.CopyFrom(PRESENTED)
    for copy in (nested, both, pb.Copy.FromString(COPY)):
        make_canonical(copy)
        assert copy.SerializeToString(deterministic=True) == COPY


def test_what_a_copy_has_no_flat_field_for_stays_nested() -> None:
    """Here a field that this release does not even know: whoever knows it still finds it."""
    copy, unknown = pb.Copy.FromString(COPY), bytes([0xF8, 0x07, 1])
    copy.presented.MergeFromString(PRESENTED.SerializeToString() + unknown)
    make_canonical(copy)
    assert copy.presented.SerializeToString() == unknown
    assert copy.gate == "东门"


def test_an_attempt_comes_back_from_its_copy_and_evidence() -> None:
    """Completion judges what the door judged; only the receipt is not kept."""
    attempt = an_attempt()
    back = attempt_of(its_copy(attempt), evidence_of(attempt, -1))
    attempt.has_receipt = False
    assert back == attempt


def test_a_record_says_what_its_copy_says() -> None:
    """With the outcome, and with what was presented."""
    attempt = an_attempt()
    copy = its_copy(attempt)
    record = checkin_of(copy, attempt.presented, pb.OUTCOME_ACCEPTED)
    expected = pb.Checkin.FromString(CHECKIN)
    expected.checkin_id = checkin_id(attempt.user_id, attempt.attempt_id)
    expected.presented.CopyFrom(PRESENTED)
    expected.ClearField("activity_title")
    expected.ClearField("place_name")
    assert record == expected
    assert checkin_of(copy, presented_of(copy), pb.OUTCOME_ACCEPTED) == expected


def test_the_release_before_reads_what_this_one_writes() -> None:
    """Attempts, copies and check-ins alike, in the fields it knows."""
    attempt = an_attempt()
    copy = its_copy(attempt)
    for message in (attempt, copy, checkin_of(copy, attempt.presented, pb.OUTCOME_ACCEPTED)):
        read = read_before(message)
        assert "presented" not in read.DESCRIPTOR.fields_by_name
        assert [getattr(read, name) for name in FLAT] == [getattr(PRESENTED, name) for name in FLAT]
        assert read.attempt_id == attempt.attempt_id


def test_a_recorder_of_the_release_before_sees_the_same_copies() -> None:
    """It keeps in the canonical bytes what it does not know, so there must be nothing that it does not know."""
    assert read_before(its_copy(an_attempt())).SerializeToString(deterministic=True) == COPY


@pytest.mark.parametrize(
    ("effective", "late_by_s", "reasons"),
    [
        (pb.PUNCTUALITY_UNSPECIFIED, 0, {"LATE": 3600, "CLOCK_SKEW": None}),
        (pb.PUNCTUALITY_ON_TIME, 0, {"CLOCK_SKEW": None}),
        (pb.PUNCTUALITY_LATE, 400, {"LATE": 400, "CLOCK_SKEW": None}),
    ],
)
def test_who_was_approved_is_as_late_as_they_were(
    effective: pb.Punctuality.ValueType, late_by_s: int, reasons: dict[str, float | None]
) -> None:
    """Where both times say the same nothing changes; the copy itself never does."""
    late = pb.Reason(reason="LATE", numbers={"late_by_s": 3600, "late_after_s": 300})
    copy = pb.Copy(
        punctuality=pb.PUNCTUALITY_LATE,
        late_by_s=3600,
        effective_punctuality=effective,
        effective_late_by_s=late_by_s,
        reasons=[late, pb.Reason(reason="CLOCK_SKEW")],
    )
    before = copy.SerializeToString(deterministic=True)
    approved = as_approved(copy)
    assert {reason.reason: reason.numbers.get("late_by_s") for reason in approved.reasons} == reasons
    assert approved.punctuality == (effective or pb.PUNCTUALITY_LATE)
    assert approved.late_by_s == (late_by_s if effective else 3600)
    assert copy.SerializeToString(deterministic=True) == before


@pytest.mark.parametrize(
    ("direction", "is_counted", "reason"),
    [
        (pb.DIRECTION_IN, True, "ALREADY_CHECKED_IN"),
        (pb.DIRECTION_OUT, True, "LEFT_AGAIN"),
        (pb.DIRECTION_OUT, False, "ALREADY_CHECKED_IN"),
    ],
)
def test_who_goes_again_is_told_that_it_counts_where_it_does(
    direction: pb.Direction.ValueType, is_counted: bool, reason: str
) -> None:
    """An attempt that is not accepted by itself moves nobody, whatever its seat."""
    record = pb.Checkin(user_id=bytes([1]) * 16, direction=direction, reasons=[pb.Reason(reason="LATE")])
    point_at_holder(record, bytes([2]) * 16, 17, is_counted=is_counted)
    assert [each.reason for each in record.reasons] == [reason]
    assert record.duplicate_of == pb.DuplicateOf(
        checkin_id=checkin_id(bytes([1]) * 16, bytes([2]) * 16), checked_in_at=17
    )
