"""Accepting a batch: each person gets the promised answer, and only after something durable has the attempt."""

from dataclasses import dataclass, field, replace

import pytest

from domainkit.credentials import checkin_id, evidence_binding
from domainkit.nfc_tags import TagKeys
from domainkit.person_codes import PersonKeys
from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2
from servicekit.clock import SECOND_US
from servicekit.ids import new_id
from servicekit.keyring import parse_secrets
from servicekit.rpc.status import from_status
from services.checkin.accepting.accept import Acceptance
from services.checkin.accepting.audit import Audit
from services.checkin.accepting.recent import Recent
from services.checkin.errors import NothingDurableError
from services.checkin.judging.antifraud_client import Assessment
from services.checkin.judging.judging import Judging
from services.checkin.judging.person_codes import PersonCodes
from services.checkin.judging.snapshots import Switches
from services.checkin.judging.staff import Staff
from services.checkin.judging.taps import Taps
from services.checkin.rules.merge import Hint, HintKind, Judgement, Outcome
from services.checkin.rules.occurrence import Grade, Method, Occurrence, Reason
from services.checkin.seats.seats import Answer
from tests.factories import STARTS_AT, a_snapshot, an_attempt, an_occurrence
from tests.fakes.checkin import (
    FakeAcquaintances,
    FakeActivities,
    FakeAntifraud,
    FakeDevices,
    FakeDispatch,
    FakeDoor,
    FakeGuesses,
    FakeNonces,
    FakeRecords,
    FakeRefusals,
    FakeRoles,
    FakeRosters,
    FakeSeats,
    FakeTagCounters,
)

SECRETS = parse_secrets("1:" + bytes(range(32)).hex())
OTHER_SECRETS = parse_secrets("1:" + bytes(range(32, 64)).hex())


@dataclass
class House:
    """One occurrence, and everything that accepting asks, at hand for a test to break."""

    occurrence: Occurrence = field(default_factory=an_occurrence)
    qr: Sealer[credential_pb2.QrToken] = field(default_factory=lambda: Sealer(credential_pb2.QrToken, SECRETS))
    evidence: Sealer[credential_pb2.Evidence] = field(default_factory=lambda: Sealer(credential_pb2.Evidence, SECRETS))
    antifraud: FakeAntifraud = field(default_factory=FakeAntifraud)
    seats: FakeSeats = field(default_factory=FakeSeats)
    guesses: FakeGuesses = field(default_factory=FakeGuesses)
    dispatch: FakeDispatch = field(default_factory=FakeDispatch)
    records: FakeRecords = field(default_factory=FakeRecords)
    roles: FakeRoles = field(default_factory=FakeRoles)
    people: FakeAcquaintances = field(default_factory=FakeAcquaintances)
    devices: FakeDevices = field(default_factory=FakeDevices)
    rosters: FakeRosters = field(default_factory=FakeRosters)
    refusals: FakeRefusals = field(default_factory=FakeRefusals)
    nonces: FakeNonces = field(default_factory=FakeNonces)
    tag_counters: FakeTagCounters = field(default_factory=FakeTagCounters)
    tag_keys: TagKeys = field(default_factory=lambda: TagKeys(SECRETS))
    door: FakeDoor = field(default_factory=FakeDoor)
    keys: PersonKeys = field(default_factory=lambda: PersonKeys(SECRETS))

    def __post_init__(self) -> None:
        self.activities = FakeActivities([a_snapshot(self.occurrence)])
        self.staff = Staff(self.roles, self.people, self.devices)
        self.codes = PersonCodes(self.keys, self.nonces)
        self.judging = Judging(
            activities=self.activities,
            antifraud=self.antifraud,
            rosters=self.rosters,
            guesses=self.guesses,
            staff=self.staff,
            codes=self.codes,
            taps=Taps(self.tag_keys, self.tag_counters),
            qr=self.qr,
            evidence=self.evidence,
        )
        audit = Audit(self.records.which_are_recorded, self.records.which_are_stored)
        self.acceptance = Acceptance(
            self.judging, self.seats, self.dispatch, self.records, self.door, self.refusals, Recent(), audit
        )

    def token(self, sealer: Sealer[credential_pb2.QrToken] | None = None, **changes: object) -> str:
        """A QR of the occurrence, issued at its start."""
        values: dict[str, object] = {
            "occurrence_id": self.occurrence.occurrence_id,
            "issued_at": STARTS_AT // SECOND_US,
            "life_s": 60,
            "epoch": 1,
        }
        return (sealer or self.qr).seal_text(credential_pb2.QrToken(**(values | changes)))  # type: ignore[arg-type]

    def scan(self, **changes: object) -> pb.Attempt:
        """Somebody scans the QR."""
        return an_attempt(**({"token": self.token()} | changes))

    async def take(self, *attempts: pb.Attempt) -> list[pb.Checkin]:
        """The records of a batch none of which fails."""
        results = (await self.acceptance.accept(attempts)).results
        assert [result.WhichOneof("result") for result in results] == ["checkin"] * len(attempts)
        return [result.checkin for result in results]

    async def told(self, attempt: pb.Attempt) -> tuple[Outcome, list[str]]:
        """Outcome and reasons of one attempt."""
        (checkin,) = await self.take(attempt)
        return Outcome(checkin.outcome), [reason.reason for reason in checkin.reasons]


@pytest.fixture
def house() -> House:
    """Everything healthy."""
    return House()


async def test_a_good_scan_is_accepted_and_durable(house: House) -> None:
    """The happy path, with what the person is shown."""
    attempt = house.scan()
    (checkin,) = await house.take(attempt)
    assert checkin.outcome == Outcome.ACCEPTED
    assert checkin.checkin_id == checkin_id(attempt.user_id, attempt.attempt_id)
    assert (checkin.activity_title, checkin.place_name) == ("新生讲座", "图书馆报告厅")
    assert [copy.judgement for copy in house.dispatch.sent] == [Judgement.ACCEPTED]


async def test_evidence_travels_sealed_and_opens_only_for_its_attempt(house: House) -> None:
    """Coordinates and credential are not readable in the message."""
    attempt = house.scan()
    await house.take(attempt)
    (copy,) = house.dispatch.sent
    opened = house.evidence.open(copy.evidence, evidence_binding(attempt.user_id, attempt.attempt_id))
    assert (opened.latitude, opened.token) == (25.04, attempt.token)
    assert attempt.token.encode() not in copy.SerializeToString()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda house: house.token()[:-1], "QR_MALFORMED"),
        (lambda house: house.token() + "=", "QR_MALFORMED"),
        (lambda house: house.token() + "A", "QR_MALFORMED"),
        (lambda house: "你好" * 10, "QR_MALFORMED"),
        (lambda house: house.token(Sealer(credential_pb2.QrToken, OTHER_SECRETS)), "QR_SIGNATURE"),
        (lambda house: house.token()[:40] + "AAAA" + house.token()[44:], "QR_SIGNATURE"),
        (lambda house: house.token(issued_at=STARTS_AT // SECOND_US - 71), "QR_EXPIRED"),
        (lambda house: house.token(issued_at=STARTS_AT // SECOND_US + 6), "QR_FUTURE"),
        (lambda house: house.token(epoch=0), "QR_REVOKED"),
        (lambda house: house.token(occurrence_id=new_id()), "ACTIVITY_UNKNOWN"),
    ],
    ids=["truncated", "padded", "longer", "not ascii", "other key", "changed", "expired", "future", "revoked", "other"],
)
async def test_a_bad_token_is_refused_with_its_reason_and_kept(house: House, change: object, reason: str) -> None:
    """Refusals are attempts too: stored with who, when and why."""
    assert await house.told(house.scan(token=change(house))) == (Outcome.REFUSED, [reason])  # type: ignore[operator]
    assert [copy.judgement for copy in house.dispatch.sent] == [Judgement.REFUSED]


async def test_a_token_of_another_activity_than_the_one_named_is_refused(house: House) -> None:
    """The phone says where it believes to be."""
    assert await house.told(house.scan(activity_id=new_id())) == (Outcome.REFUSED, ["ACTIVITY_UNKNOWN"])


@pytest.mark.parametrize(
    ("gate", "kept", "reasons"), [("东门", "东门", []), ("<b>西</b>", "", ["GATE_UNKNOWN"]), ("", "", [])]
)
async def test_a_gate_is_one_of_the_activity_s_or_left_out(gate: str, kept: str, reasons: list[str]) -> None:
    """What a phone says may be anything; it never refuses anybody, and staff see that it was said."""
    house = House(an_occurrence(gates=("东门",)))
    (checkin,) = await house.take(house.scan(gate=gate))
    (copy,) = house.dispatch.sent
    assert (checkin.outcome, checkin.gate, copy.gate) == (Outcome.ACCEPTED, kept, kept)
    assert [reason.reason for reason in copy.reasons] == reasons


@pytest.mark.parametrize("is_offline", [False, True])
async def test_staff_at_a_door_choose_a_gate_from_the_list(is_offline: bool) -> None:
    """Online they are told at once, by its name and those there are; what waited on their phone is kept."""
    house, actor = House(an_occurrence(gates=("东门", "西门"))), new_id()
    house.roles.roles[house.occurrence.organisation_id, actor] = identity_pb2.ROLE_STAFF
    named = {"method": pb.METHOD_STAFF, "actor_id": actor, "activity_id": house.occurrence.activity_id}
    attempt = an_attempt(**named, gate="北门", is_offline=is_offline)
    (result,) = (await house.acceptance.accept([attempt])).results
    assert result.WhichOneof("result") == ("checkin" if is_offline else "status")
    assert [copy.gate for copy in house.dispatch.sent] == [""] * is_offline
    if not is_offline:
        error = from_status(result.status)
        assert (error.reason, [fault.field for fault in error.fields]) == ("GATE_UNKNOWN", ["gate"])
        assert error.detail == "gate: 北门 is no gate of this activity; choose one of its gates: 东门, 西门"


async def test_a_kiosk_is_called_as_activity_says() -> None:
    """Its name need not be a gate of the activity, and who it was stands sealed beside it."""
    house, actor, kiosk = House(an_occurrence(gates=("东门",))), new_id(), new_id()
    house.roles.roles[house.occurrence.organisation_id, actor] = identity_pb2.ROLE_STAFF
    named = {"method": pb.METHOD_STAFF, "actor_id": actor, "activity_id": house.occurrence.activity_id}
    (checkin,) = await house.take(attempt := an_attempt(**named, gate="签到台 1", display_id=kiosk))
    (copy,) = house.dispatch.sent
    evidence = house.evidence.open(copy.evidence, evidence_binding(attempt.user_id, attempt.attempt_id))
    assert (checkin.outcome, copy.gate, evidence.display_id) == (Outcome.ACCEPTED, "签到台 1", kiosk)


async def test_a_bad_item_leaves_its_neighbours_alone(house: House) -> None:
    """One batch, three fates."""
    checkins = await house.take(house.scan(), house.scan(token="x"), house.scan())
    assert [checkin.outcome for checkin in checkins] == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]


async def test_two_taps_at_once_give_one_check_in_and_one_duplicate(house: House) -> None:
    """The second one points at the first, and both are durable with their own judgement."""
    first = house.scan()
    second = house.scan(user_id=first.user_id)
    taken, again = await house.take(first, second)
    assert [taken.outcome, again.outcome] == [Outcome.ACCEPTED, Outcome.DUPLICATE]
    assert again.duplicate_of.checkin_id == taken.checkin_id
    assert [copy.judgement for copy in house.dispatch.sent] == [Judgement.ACCEPTED, Judgement.ACCEPTED]


async def test_a_retry_of_the_same_attempt_is_accepted_again(house: House) -> None:
    """The answer was lost, not the check-in."""
    attempt = house.scan()
    assert await house.told(attempt) == await house.told(attempt) == (Outcome.ACCEPTED, [])


async def test_a_retry_after_the_token_expired_gets_the_first_answer(house: House) -> None:
    """What was answered stays answered."""
    attempt = house.scan()
    await house.take(attempt)
    retry = pb.Attempt()
    retry.CopyFrom(attempt)
    retry.received_at += 600 * SECOND_US
    house.seats.hints.clear()
    assert await house.told(retry) == (Outcome.ACCEPTED, [])


def open_again(house: House, after_s: int) -> Occurrence:
    """A second window of the activity, from so long after the start."""
    at = STARTS_AT + after_s * SECOND_US
    first = replace(house.occurrence, closes_at=at)
    second = replace(house.occurrence, occurrence_id=new_id(), opens_at=at, starts_at=at)
    house.activities.snapshots = [a_snapshot(first), a_snapshot(second)]
    return second


async def test_what_names_the_activity_is_of_the_window_that_had_opened(house: House) -> None:
    """By its arrival; what waited on a phone by the time that is claimed; a QR names its own."""
    second = open_again(house, 600)
    before, after = STARTS_AT + 60 * SECOND_US, STARTS_AT + 601 * SECOND_US
    code = {"method": Method.CODE, "token": "", "code": house.occurrence.code}
    early, late = an_attempt(**code, received_at=before), an_attempt(**code, received_at=after)
    waited = an_attempt(**code, received_at=after, claimed_at=before, is_offline=True)
    found = await house.take(early, late, waited)
    windows = [house.occurrence.occurrence_id, second.occurrence_id, house.occurrence.occurrence_id]
    assert [checkin.occurrence_id for checkin in found] == windows
    assert [Outcome(checkin.outcome) for checkin in found[:2]] == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    scanned = house.scan(received_at=after, token=house.token(issued_at=after // SECOND_US))
    assert await house.told(scanned) == (Outcome.REFUSED, ["TOO_LATE"])


async def test_a_retry_after_another_window_was_opened_gets_the_first_answer(house: House) -> None:
    """It holds nothing in the new one: its person checks in there like everybody."""
    person = new_id()
    code = {"method": Method.CODE, "token": "", "code": house.occurrence.code, "user_id": person}
    attempt = an_attempt(**code, received_at=STARTS_AT + 60 * SECOND_US)
    await house.take(attempt)
    second = open_again(house, 600)
    retry = pb.Attempt()
    retry.CopyFrom(attempt)
    retry.received_at = STARTS_AT + 601 * SECOND_US
    (told,) = await house.take(retry)
    assert (Outcome(told.outcome), told.occurrence_id) == (Outcome.ACCEPTED, house.occurrence.occurrence_id)
    assert house.seats.confirmed == {house.occurrence.occurrence_id} != {second.occurrence_id}


async def test_a_late_retry_is_recalled_from_the_database_when_redis_forgot(house: House) -> None:
    """The stored current outcome is the answer."""
    attempt = house.scan(received_at=STARTS_AT + 600 * SECOND_US)
    record = pb.Checkin(outcome=pb.OUTCOME_PENDING_REVIEW)
    house.records.stored[attempt.user_id, attempt.attempt_id] = record
    assert await house.told(attempt) == (Outcome.PENDING_REVIEW, [])


@pytest.mark.parametrize(
    ("told", "stored", "now"),
    [
        (pb.OUTCOME_PROVISIONAL, pb.OUTCOME_ACCEPTED, Outcome.ACCEPTED),
        (pb.OUTCOME_PROVISIONAL, pb.OUTCOME_PENDING_REVIEW, Outcome.PENDING_REVIEW),
        (pb.OUTCOME_ACCEPTED, pb.OUTCOME_ANNULLED, Outcome.ANNULLED),
        (pb.OUTCOME_ACCEPTED, pb.OUTCOME_PROVISIONAL, Outcome.ACCEPTED),
        (pb.OUTCOME_ACCEPTED, pb.OUTCOME_REFUSED, Outcome.ACCEPTED),
    ],
)
async def test_a_late_retry_gets_what_became_of_the_attempt(
    house: House, told: "pb.Outcome.ValueType", stored: "pb.Outcome.ValueType", now: Outcome
) -> None:
    """Not what its first copy was told, unless that success is only on its way to the database."""
    attempt = house.scan(received_at=STARTS_AT + 600 * SECOND_US)
    key = attempt.user_id, attempt.attempt_id
    first = pb.Checkin(outcome=told).SerializeToString()
    house.seats.told[key] = Answer(attempt.body_hash, STARTS_AT, first)
    house.records.stored[key] = pb.Checkin(outcome=stored)
    assert await house.told(attempt) == (now, [])


async def test_a_late_retry_of_what_a_human_took_back_does_not_read_accepted(house: House) -> None:
    """The stored record says that it was annulled once, so its success is not on its way."""
    attempt = house.scan(received_at=STARTS_AT + 600 * SECOND_US)
    key = attempt.user_id, attempt.attempt_id
    first = pb.Checkin(outcome=pb.OUTCOME_ACCEPTED).SerializeToString()
    house.seats.told[key] = Answer(attempt.body_hash, STARTS_AT, first)
    house.records.stored[key] = pb.Checkin(
        outcome=pb.OUTCOME_PENDING_REVIEW, history=[pb.Event(kind=pb.Event.KIND_ANNULLED, at=STARTS_AT)]
    )
    assert await house.told(attempt) == (Outcome.PENDING_REVIEW, [])


async def test_an_attempt_id_with_another_body_is_a_conflict_and_not_stored(house: House) -> None:
    """Its neighbour in the batch is served."""
    attempt = house.scan()
    await house.take(attempt)
    other = house.scan(user_id=attempt.user_id, attempt_id=attempt.attempt_id, body_hash=b"\1" * 16)
    conflict, fine = (await house.acceptance.accept([other, house.scan()])).results
    assert (conflict.status.code, fine.checkin.outcome) == (9, Outcome.ACCEPTED)
    assert len(house.dispatch.sent) == 2


async def test_what_antifraud_doubts_goes_to_review_with_its_numbers(house: House) -> None:
    """The person is told the distance and the radius."""
    numbers = {"distance_m": 2312.0, "radius_m": 500.0, "accuracy_m": 18.0}
    house.antifraud.assessment = Assessment(Judgement.PENDING_REVIEW, 2312.0, (Reason("FENCE_OUTSIDE", numbers),))
    (checkin,) = await house.take(house.scan())
    assert checkin.outcome == Outcome.PENDING_REVIEW
    assert dict(checkin.reasons[0].numbers) == numbers


async def test_refused_outside_then_inside_is_accepted(house: House) -> None:
    """A refusal holds no seat."""
    house.antifraud.assessment = Assessment(Judgement.REFUSED, 900.0, (Reason("FENCE_OUTSIDE"),))
    outside = house.scan()
    assert (await house.told(outside))[0] is Outcome.REFUSED
    house.antifraud.assessment = Assessment(Judgement.ACCEPTED, 9.0, ())
    assert await house.told(house.scan(user_id=outside.user_id)) == (Outcome.ACCEPTED, [])


async def test_without_antifraud_nobody_is_accepted(house: House) -> None:
    """ID-only: recorded undecided, never checked in before antifraud has run."""
    house.antifraud.assessment = None
    assert await house.told(house.scan()) == (Outcome.PROVISIONAL, ["DEPENDENCY_UNAVAILABLE"])
    assert house.seats.hints == {}


async def test_a_stale_snapshot_gives_at_best_a_provisional_answer(house: House) -> None:
    """The activity may have been cancelled since."""
    house.activities.snapshots = [a_snapshot(house.occurrence, read_at=0)]
    assert (await house.told(house.scan()))[0] is Outcome.PROVISIONAL


async def test_operators_can_have_everybody_wait(house: House) -> None:
    """Forced to ID-only, nobody is accepted; a dead QR is refused all the same."""
    house.activities.switches = Switches(force_id_only=True)
    assert (await house.told(house.scan()))[0] is Outcome.PROVISIONAL
    expired = house.scan(token=house.token(issued_at=STARTS_AT // SECOND_US - 3600))
    assert await house.told(expired) == (Outcome.REFUSED, ["QR_EXPIRED"])


async def test_without_the_activity_service_a_qr_proves_its_occurrence(house: House) -> None:
    """Recorded undecided where the token says; an expired one is refused all the same."""
    house.activities.snapshots, house.activities.is_gone = [], True
    assert (await house.told(house.scan()))[0] is Outcome.PROVISIONAL
    assert house.dispatch.sent[0].occurrence_id == house.occurrence.occurrence_id
    late = house.scan(received_at=STARTS_AT + 600 * SECOND_US)
    assert await house.told(late) == (Outcome.REFUSED, ["QR_EXPIRED"])


async def test_without_the_activity_service_a_code_must_be_tried_again(house: House) -> None:
    """A code proves nothing without a snapshot; nothing is stored."""
    house.activities.snapshots, house.activities.is_gone = [], True
    (result,) = (await house.acceptance.accept([house.scan(method=Method.CODE, token="", code="ABCDEF")])).results
    assert result.status.code == 14
    assert house.dispatch.sent == []


async def test_a_newer_epoch_makes_the_snapshot_new_before_deciding(house: House) -> None:
    """Right after "refresh now" the phone may know more than this process."""
    newer = an_occurrence(occurrence_id=house.occurrence.occurrence_id, epoch=2)
    house.activities.newer = [a_snapshot(newer)]
    assert await house.told(house.scan(token=house.token(epoch=2))) == (Outcome.ACCEPTED, [])
    assert await house.told(house.scan()) == (Outcome.REFUSED, ["QR_REVOKED"])


async def test_five_wrong_codes_lock_that_person_only(house: House) -> None:
    """The sixth try is not even looked at, another person's is."""
    guesser = new_id()
    for _ in range(5):
        wrong = house.scan(user_id=guesser, method=Method.CODE, token="", code="ZZZZZZ")
        assert await house.told(wrong) == (Outcome.REFUSED, ["CODE_WRONG"])
    right = {"method": Method.CODE, "token": "", "code": house.occurrence.code}
    assert await house.told(house.scan(user_id=guesser, **right)) == (Outcome.REFUSED, ["CODE_LOCKED"])
    assert await house.told(house.scan(**right)) == (Outcome.ACCEPTED, [])


async def test_one_batch_buys_no_more_guesses_than_many(house: House) -> None:
    """The counter decides attempt by attempt: after the fifth wrong code not even the right one is told."""
    guesser, code = new_id(), {"method": Method.CODE, "token": ""}
    wrong = [house.scan(user_id=guesser, code=f"ZZZZZ{number}", **code) for number in range(7)]
    early, late = (house.scan(user_id=guesser, code=house.occurrence.code, **code) for _ in range(2))
    answers = await house.take(early, *wrong, late)
    assert answers[0].outcome == Outcome.ACCEPTED
    assert [answer.reasons[0].reason for answer in answers[1:]] == ["CODE_WRONG"] * 5 + ["CODE_LOCKED"] * 3
    assert answers[-1].activity_id == b""


async def test_so_many_refusals_are_kept_and_no_more(house: House) -> None:
    """Of one batch too; beyond them nothing is stored, and who is accepted, or told what came before, never pays."""
    person, token = new_id(), house.token(issued_at=STARTS_AT // SECOND_US - 100)
    house.refusals.quota = 2
    first = house.scan(user_id=person)
    await house.take(first)

    response = await house.acceptance.accept(
        [house.scan(user_id=person, token=token) for _ in range(3)]
        + [house.scan(user_id=person), house.scan(token=token)]
    )

    results = response.results
    assert [result.checkin.outcome for result in results] == [5, 5, 0, 2, 5]
    assert from_status(results[2].status).reason == "TOO_MANY_REFUSALS"
    assert [copy.judgement for copy in house.dispatch.sent[1:]] == [1, 1, 4, 1]
    first.received_at += 7200 * SECOND_US
    assert (await house.told(first))[0] is Outcome.ACCEPTED


async def test_what_a_full_room_refuses_is_counted_too() -> None:
    """That is known last."""
    house = House(an_occurrence(capacity=1))
    house.refusals.quota = 1
    await house.take(house.scan())
    person = new_id()
    results = (await house.acceptance.accept([house.scan(user_id=person) for _ in range(2)])).results
    assert [result.WhichOneof("result") for result in results] == ["checkin", "status"]


async def test_a_full_room_refuses_the_next_person() -> None:
    """CAPACITY_FULL is decided at acceptance."""
    house = House(an_occurrence(capacity=1))
    assert (await house.told(house.scan()))[0] is Outcome.ACCEPTED
    (late,) = await house.take(house.scan())
    assert (late.outcome, late.reasons[0].reason) == (Outcome.REFUSED, "CAPACITY_FULL")
    assert dict(late.reasons[0].numbers) == {"capacity": house.occurrence.capacity}


async def test_without_redis_people_still_check_in_and_a_limited_room_waits(house: House) -> None:
    """The recorder decides between taps; only capacity cannot be told."""
    house.seats.is_gone = True
    assert await house.told(house.scan()) == (Outcome.ACCEPTED, [])
    limited = House(an_occurrence(capacity=1))
    limited.seats.is_gone = True
    assert (await limited.told(limited.scan()))[0] is Outcome.PROVISIONAL


async def test_an_annulled_seat_sends_the_person_to_review(house: House) -> None:
    """A human took the check-in back; only a human gives it again."""
    attempt = house.scan()
    key = (house.occurrence.occurrence_id, attempt.user_id, 1)
    house.seats.hints[key] = Hint(HintKind.FREED, revision=3, is_annulled=True)
    assert (await house.told(attempt))[0] is Outcome.PENDING_REVIEW


async def test_nothing_is_answered_before_something_durable_holds_it(house: House) -> None:
    """No broker, no answer."""
    house.dispatch.is_gone = True
    with pytest.raises(NothingDurableError):
        await house.acceptance.accept([house.scan()])
    assert house.seats.told == {}


async def test_who_goes_without_having_come_is_told_so(house: House) -> None:
    """It is recorded all the same; who came, in this batch or before, is told nothing of it."""
    came, never = an_attempt().user_id, an_attempt().user_id
    records = await house.take(
        house.scan(user_id=came),
        house.scan(user_id=came, direction=pb.DIRECTION_OUT),
        house.scan(user_id=never, direction=pb.DIRECTION_OUT),
    )
    told = [[reason.reason for reason in record.reasons] for record in records]
    assert told == [[], [], ["OUT_WITHOUT_IN"]]
    assert {record.outcome for record in records} == {pb.OUTCOME_ACCEPTED}


async def test_who_goes_again_is_told_that_the_time_they_left_has_moved(house: House) -> None:
    """The seat is held by the first; where the person is follows the last, unless that one is not accepted."""
    user_id = (await house.take(house.scan()))[0].user_id
    out = {"user_id": user_id, "direction": pb.DIRECTION_OUT}
    assert await house.told(house.scan(**out)) == (Outcome.ACCEPTED, [])
    assert await house.told(house.scan(**out)) == (Outcome.DUPLICATE, ["LEFT_AGAIN"])
    house.seats.hints[house.occurrence.occurrence_id, user_id, 2] = Hint(HintKind.HELD, new_id(), STARTS_AT, 1)
    house.antifraud.assessment = Assessment(Judgement.PENDING_REVIEW, 0.0, (Reason("FENCE_UNCERTAIN"),))
    assert await house.told(house.scan(**out)) == (Outcome.DUPLICATE, ["ALREADY_CHECKED_IN"])


def an_amended_house(**then: object) -> House:
    """The organiser took QR and code away a minute after the start; before, both were good."""
    house = House(an_occurrence(methods=frozenset({Method.PLACE}), amended_at=STARTS_AT + 60 * SECOND_US))
    methods = frozenset({Method.QR, Method.CODE})
    before = replace(house.occurrence, amended_at=0, **({"methods": methods} | then))  # type: ignore[arg-type]
    for at in (STARTS_AT, STARTS_AT + 20 * SECOND_US):
        house.activities.past[house.occurrence.occurrence_id, at] = a_snapshot(before)
    return house


async def test_who_arrived_before_a_change_is_judged_by_what_was_asked_then() -> None:
    """However long the batch took; who arrives with it or after it is not."""
    house = an_amended_house()
    assert await house.told(house.scan()) == (Outcome.ACCEPTED, [])
    on_time = house.scan(received_at=STARTS_AT + 60 * SECOND_US)
    assert await house.told(on_time) == (Outcome.REFUSED, ["METHOD_NOT_ALLOWED"])


async def test_who_says_to_have_come_before_a_change_is_looked_at_by_a_human() -> None:
    """What a phone claims is at best for a human, judged by what was asked at that time."""
    claimed = {"is_offline": True, "method": pb.METHOD_CODE, "received_at": STARTS_AT + 600 * SECOND_US}
    house = an_amended_house(offline_policy=Grade.ACCEPT)
    before = an_attempt(code=house.occurrence.code, claimed_at=STARTS_AT + 20 * SECOND_US, **claimed)
    after = an_attempt(code=house.occurrence.code, claimed_at=STARTS_AT + 90 * SECOND_US, **claimed)
    assert await house.told(before) == (Outcome.PENDING_REVIEW, ["OFFLINE_SLOT_UNVERIFIABLE"])
    assert await house.told(after) == (Outcome.REFUSED, ["METHOD_NOT_ALLOWED"])


async def test_a_trusted_phone_s_claim_from_before_a_change_goes_to_a_human_too() -> None:
    """Staff were at the door, but nothing proves when."""
    house, actor = an_amended_house(), new_id()
    house.roles.roles[house.occurrence.organisation_id, actor] = identity_pb2.ROLE_STAFF
    house.devices.learnt.add((actor, "phone-1"))
    attempt = an_attempt(
        method=pb.METHOD_STAFF,
        actor_id=actor,
        activity_id=house.occurrence.activity_id,
        is_offline=True,
        received_at=STARTS_AT + 600 * SECOND_US,
        claimed_at=STARTS_AT + 20 * SECOND_US,
    )
    assert await house.told(attempt) == (Outcome.PENDING_REVIEW, ["OFFLINE_SLOT_UNVERIFIABLE"])


async def test_while_nobody_knows_what_was_asked_before_nothing_is_decided() -> None:
    """The activity service is gone just then: recorded, and judged later."""
    house = an_amended_house()
    house.activities.is_gone = True
    assert await house.told(house.scan()) == (Outcome.PROVISIONAL, ["DEPENDENCY_UNAVAILABLE"])
