"""Several attempts of one request, each with an answer of its own."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec
import pytest

from domainkit import person_codes
from domainkit.guest_ids import guest_id
from domainkit.person_codes import PersonKeys
from gateway.checkins.attempts import staff_attempt_id
from gateway.checkins.batch import Many, Result
from gateway.checkins.fallback import BatchLostError
from gateway.checkins.line import Line, OverloadedError
from gateway.checkins.open_attempts import Provisional
from gateway.checkins.receipts import Receipts
from protos.activity.v1 import door_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.errors import NotFoundError, ServiceError, UnavailableError, invalid
from servicekit.keyring import parse_secrets
from servicekit.rpc.status import to_status
from servicekit.tokens import Claims

PERSON = Claims(ids.new_id(), ids.new_id(), 2e9, "token")
ACTIVITY, UNREACHABLE = ids.new_id(), ids.new_id()
# Whose code is on the label.
PRINTED = ids.new_id()
SECRETS = parse_secrets("1:" + bytes(range(32)).hex())
KEYS = PersonKeys(SECRETS)

Answer = Callable[[pb.Attempt], pb.Outcome.ValueType | ServiceError]


class Checkin:
    """Answers attempts as a test wants, by default accepting them, and keeps what it got."""

    def __init__(self) -> None:
        self.answer: Answer = lambda attempt: pb.OUTCOME_ACCEPTED
        self.attempts: list[pb.Attempt] = []
        self.batches = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, request: pb.BatchCreateCheckinsRequest, **_: object) -> pb.BatchCreateCheckinsResponse:
        """Answers a batch once it may."""
        self.batches += 1
        self.attempts += request.attempts
        await self.may_answer.wait()
        return pb.BatchCreateCheckinsResponse(results=[self._result(attempt) for attempt in request.attempts])

    def _result(self, attempt: pb.Attempt) -> pb.CheckinResult:
        answer = self.answer(attempt)
        if isinstance(answer, ServiceError):
            return pb.CheckinResult(status=to_status(answer))
        record = pb.Checkin(checkin_id=ids.new_id(), attempt_id=attempt.attempt_id, user_id=attempt.user_id)
        record.outcome, record.direction = answer, attempt.direction
        return pb.CheckinResult(checkin=record)


class Activity:
    """Knows everybody by the id that is asked about, `bound` as the user that each is, but for who is `unlisted`."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, list[door_pb2.Subject]]] = []
        self.bound: dict[bytes, bytes] = {}
        self.unlisted: set[bytes] = set()
        self.is_gone = False

    async def __call__(
        self, person: Claims, activity_id: bytes, subjects: Sequence[door_pb2.Subject]
    ) -> list[door_pb2.DoorPerson | ServiceError]:
        """Who is meant by each subject."""
        self.asked.append((activity_id, list(subjects)))
        if self.is_gone:
            raise UnavailableError("the activity service is gone")
        return [self._found(subject) for subject in subjects]

    def _found(self, subject: door_pb2.Subject) -> door_pb2.DoorPerson | ServiceError:
        known = subject.entry_id or subject.guest.guest_id or subject.user_id or PRINTED
        if known in self.unlisted:
            return invalid("roster_entry_id", "is not on the roster")
        return door_pb2.DoorPerson(user_id=self.bound.get(known, known))


async def nobody(attempts: Sequence[pb.Attempt], timeout_s: float) -> Sequence[pb.Checkin | Exception]:
    """A fallback that takes nothing."""
    raise BatchLostError("nothing durable")


async def admit_staff(person: Claims, activity_id: bytes) -> None:
    """PERSON is staff of ACTIVITY, and of another one that cannot be looked up."""
    if activity_id == UNREACHABLE:
        raise UnavailableError("the activity service is gone")
    if activity_id != ACTIVITY:
        raise NotFoundError("there is no such activity")


async def undecided(person: Claims) -> Collection[bytes]:
    """No attempt was decided since."""
    return ()


@pytest.fixture
def checkin() -> Checkin:
    """See `Checkin`."""
    return Checkin()


@pytest.fixture
def activity() -> Activity:
    """See `Activity`."""
    return Activity()


@pytest.fixture
def many(checkin: Checkin, activity: Activity) -> Many:
    """What is tested."""
    receipts = Receipts(SECRETS)
    return Many(Line(checkin, nobody), receipts, Provisional(undecided), admit_staff, activity, KEYS)


def an_item(**changes: Any) -> dict[str, Any]:
    """A scan that waited on the phone."""
    return {"attempt_id": ids.to_text(ids.new_id()), "method": "qr", "token": "T" * 75, **changes}


def a_staff_item(**changes: Any) -> dict[str, Any]:
    """Somebody whom staff check in."""
    return {"attempt_id": ids.to_text(ids.new_id()), "user_id": ids.to_text(ids.new_id()), **changes}


def raw(items: Sequence[object]) -> list[msgspec.Raw]:
    """Items as the envelope's decoder leaves them."""
    return msgspec.json.decode(msgspec.json.encode(items), type=list[msgspec.Raw])


async def sync(many: Many, *items: object) -> list[Result]:
    """The results of a sync that may wait for its turn as long as a busy machine needs."""
    return await many.sync(PERSON, raw(items), 1_000, "request", time.monotonic() + 3600)


async def let_in(many: Many, *items: object, activity_id: bytes = ACTIVITY) -> list[Result]:
    """The results of a staff batch."""
    return await many.let_in(PERSON, activity_id, raw(items), 1_000, "request")


def faults(result: Result) -> list[str]:
    """The fields at fault."""
    assert result.problem is not None
    return [error.field for error in result.problem.errors]


async def test_items_of_one_person_fly_together(many: Many, checkin: Checkin) -> None:
    """All of them came with a sync, for the same person, at the same time."""
    results = await sync(many, an_item(), an_item())

    assert [result.outcome for result in results] == ["accepted"] * 2
    assert checkin.batches == 1
    assert {(one.user_id, one.is_offline, one.received_at) for one in checkin.attempts} == {
        (PERSON.user_id, True, 1_000)
    }
    assert all(one.presented.is_offline for one in checkin.attempts)


async def test_a_bad_item_names_its_field_and_stays_alone(many: Many, checkin: Checkin) -> None:
    """The others are answered as if it were not there, and it is not to be sent again."""
    bad = an_item(location={"latitude": 91})
    results = await sync(many, an_item(), bad, 7, an_item())

    assert [result.outcome for result in results] == ["accepted", None, None, "accepted"]
    assert (results[1].attempt_id, results[1].retryable) == (bad["attempt_id"], False)
    assert faults(results[1]) == ["attempts.1.location.latitude"] and results[2].attempt_id is None
    assert len(checkin.attempts) == 2


async def test_an_attempt_that_comes_twice_has_one_answer(many: Many, checkin: Checkin) -> None:
    """It flies once; with another body it is no repetition."""
    item = an_item()
    results = await sync(many, item, item, {**item, "gate": "north"})

    assert [result.outcome for result in results] == ["accepted", "accepted", None]
    assert results[2].problem and results[2].problem.reason == "CONFLICT" and not results[2].retryable
    assert len(checkin.attempts) == 1


async def test_a_lost_item_comes_with_a_receipt_that_holds(many: Many, checkin: Checkin) -> None:
    """Sent again, it keeps the time of its first arrival."""
    item = an_item()
    checkin.answer = lambda attempt: UnavailableError("gone")
    [lost] = await sync(many, item)
    checkin.answer = lambda attempt: pb.OUTCOME_ACCEPTED

    [again] = await many.sync(PERSON, raw([{**item, "receipt": lost.receipt}]), 9_000, "request", time.monotonic())

    assert (lost.outcome, lost.retryable, lost.message) == (None, True, "已保存，联网后自动上传")
    assert again.outcome == "accepted"
    assert [(one.received_at, one.has_receipt) for one in checkin.attempts] == [(1_000, False), (1_000, True)]


async def test_three_stay_open_and_the_rest_waits(many: Many, checkin: Checkin) -> None:
    """While nothing can be decided, more than three are not even stored; an open one may be sent again."""
    checkin.answer = lambda attempt: pb.OUTCOME_PROVISIONAL
    items = [an_item() for _ in range(5)]

    results = await sync(many, *items)
    again = await sync(many, *items[:3])

    assert [result.outcome for result in results] == ["provisional"] * 3 + [None] * 2
    assert results[4].retryable and results[4].problem and results[4].problem.reason == "RATE_LIMITED"
    assert results[4].message == "你有 3 次签到系统确认中，请等结果出来后再试" and not results[4].receipt
    assert [result.outcome for result in again] == ["provisional"] * 3


async def test_three_stay_open_of_several_syncs_at_once(many: Many, checkin: Checkin) -> None:
    """One does not find the room that another is about to take."""
    checkin.answer = lambda attempt: pb.OUTCOME_PROVISIONAL

    results = await asyncio.gather(*(sync(many, *(an_item() for _ in range(3))) for _ in range(5)))

    assert sorted(result.outcome or "" for each in results for result in each) == [""] * 12 + ["provisional"] * 3


async def test_on_a_good_day_fifty_are_fifty(many: Many, checkin: Checkin) -> None:
    """The cap is about what stays open only."""
    results = await sync(many, *(an_item() for _ in range(50)))

    assert [result.outcome for result in results] == ["accepted"] * 50
    assert checkin.batches == 2


async def test_too_many_syncs_are_told_to_come_back(many: Many, checkin: Checkin) -> None:
    """People at a door come first: syncs neither fill the line nor pile up without end."""
    checkin.may_answer.clear()
    syncs = [asyncio.create_task(sync(many, an_item())) for _ in range(401)]
    await asyncio.wait(syncs[-1:])

    assert isinstance(syncs[-1].exception(), OverloadedError)
    assert len(checkin.attempts) <= 16
    checkin.may_answer.set()
    assert {result.outcome for [result] in await asyncio.gather(*syncs[:-1])} == {"accepted"}


async def test_a_sync_waits_for_its_turn_no_longer_than_a_person(many: Many, checkin: Checkin) -> None:
    """Behind sixteen that hang it is told to come back, with half the time of an answer gone."""
    checkin.may_answer.clear()
    hanging = [asyncio.create_task(sync(many, an_item())) for _ in range(16)]
    await asyncio.wait(hanging, timeout=0)
    with pytest.raises(OverloadedError):
        await many.sync(PERSON, raw([an_item()]), 1_000, "request", time.monotonic() - 1.4)

    checkin.may_answer.set()
    assert {result.outcome for [result] in await asyncio.gather(*hanging)} == {"accepted"}


async def test_staff_items_of_a_sync(many: Many, checkin: Checkin) -> None:
    """They name the activity, count against nobody's cap, and nobody vouches for themselves."""
    checkin.answer = lambda attempt: pb.OUTCOME_PROVISIONAL
    there = {"method": "staff", "activity_id": ids.to_text(ACTIVITY)}
    others = [a_staff_item(**there, device_id="gate-1") for _ in range(4)]

    results = await sync(many, *others, a_staff_item(**there, user_id=ids.to_text(PERSON.user_id)), {**there})

    assert [result.outcome for result in results[:4]] == ["provisional"] * 4
    assert (results[0].message, results[0].receipt) == ("系统确认中", "")
    assert [result.user_id for result in results[:4]] == [item["user_id"] for item in others]
    assert results[4].problem and results[4].problem.reason == "PERMISSION_DENIED"
    assert faults(results[5]) == ["attempts.5.attempt_id"]
    first = checkin.attempts[0]
    assert (first.method, first.actor_id, first.activity_id) == (pb.METHOD_STAFF, PERSON.user_id, ACTIVITY)
    assert first.is_offline and first.device_id == "gate-1"


async def test_staff_check_people_in(many: Many, checkin: Checkin) -> None:
    """Each person has an answer of their own, in words for the staff."""
    stranger = a_staff_item(direction="in")

    def answer(attempt: pb.Attempt) -> pb.Outcome.ValueType | ServiceError:
        """Nobody comes but those who go."""
        is_going = attempt.direction == pb.DIRECTION_OUT
        return pb.OUTCOME_ACCEPTED if is_going else invalid("user_id", "is nobody we know")

    checkin.answer = answer

    first, second, third = await let_in(many, a_staff_item(direction="out"), stranger, a_staff_item(user_id="7"))

    assert (first.outcome, first.message) == ("accepted", "已为其签退")
    assert (second.outcome, second.user_id, faults(second)) == (None, stranger["user_id"], ["checkins.1.user_id"])
    assert (third.user_id, faults(third)) == ("7", ["checkins.2.user_id"])
    assert [attempt.is_offline for attempt in checkin.attempts] == [False, False]


async def test_a_staff_attempt_is_named_as_its_sender_named_it_and_never_the_persons_own(
    many: Many, checkin: Checkin
) -> None:
    """Inside it has an id of its own, the same for a retry whatever brings it, and no UUIDv7."""
    item = a_staff_item()
    there = {"method": "staff", "activity_id": ids.to_text(ACTIVITY)}

    results = [*await let_in(many, item), *await let_in(many, item), *await sync(many, item | there)]

    assert [(one.attempt_id, one.checkin and one.checkin.attempt_id) for one in results] == [
        (item["attempt_id"], item["attempt_id"])
    ] * 3
    [inside] = {attempt.attempt_id for attempt in checkin.attempts}
    assert ids.to_text(inside) != item["attempt_id"] and inside[6] >> 4 == 8
    assert staff_attempt_id(ids.new_id(), ids.from_text(item["attempt_id"])) != inside


def meant(**way: Any) -> dict[str, Any]:
    """Somebody whom staff mean in one of five ways."""
    return {"attempt_id": ids.to_text(ids.new_id()), **way}


def shown(user_id: bytes, activity_id: bytes = ACTIVITY, issued_at: int = 1_790_000_000) -> str:
    """The code on somebody's phone."""
    [key] = KEYS.at_activity(user_id, activity_id, issued_at, issued_at)
    return person_codes.draw(key, user_id, activity_id, issued_at, b"once")


async def test_staff_may_say_in_five_ways_whom_they_mean(many: Many, checkin: Checkin, activity: Activity) -> None:
    """One question for entries, labels and guests together; for users and personal codes none."""
    entry, guest, user, other = (ids.new_id() for _ in range(4))
    bound = activity.bound[entry] = ids.new_id()
    walk_in = {"id": ids.to_text(guest), "name": "李四", "phone_tail": "5678"}

    results = await let_in(
        many,
        meant(roster_entry_id=ids.to_text(entry)),
        meant(entry_code="K7M2P-QRT49"),
        meant(guest=walk_in),
        meant(user_id=ids.to_text(user)),
        meant(person_token=shown(other)),
    )

    expected = [bound, PRINTED, guest_id(guest), user, other]
    assert [result.user_id for result in results] == [ids.to_text(each) for each in expected]
    told = [(one.user_id, one.is_vouched) for one in checkin.attempts]
    assert told == [*zip(expected, [True] * 3 + [False] * 2, strict=True)]
    [(asked_of, subjects)] = activity.asked
    assert (asked_of, subjects[1].entry_code, subjects[2].guest.name) == (ACTIVITY, "K7M2P-QRT49", "李四")
    assert [one.token for one in checkin.attempts] == [""] * 4 + [shown(other)]


async def test_users_and_codes_alone_bother_nobody(many: Many, checkin: Checkin, activity: Activity) -> None:
    """Nor does a batch in which nothing can be taken."""
    await let_in(many, a_staff_item(), meant(person_token=shown(ids.new_id())))
    await let_in(many, meant(guest={"id": "7"}))
    assert activity.asked == [] and len(checkin.attempts) == 2


@pytest.mark.parametrize(
    ("way", "field", "reason"),
    [
        ({}, "user_id", "INVALID_ARGUMENT"),
        ({"user_id": ids.to_text(PRINTED), "entry_code": "K7M2PQRT49"}, "entry_code", "INVALID_ARGUMENT"),
        ({"roster_entry_id": "7"}, "roster_entry_id", "INVALID_ARGUMENT"),
        ({"guest": {"id": ids.to_text(bytes(16)), "name": "李四"}}, "guest.id", "INVALID_ARGUMENT"),
        ({"guest": {"id": ids.to_text(PRINTED), "name": "李四", "phone_tail": "56"}}, "guest.phone_tail", None),
        ({"guest": {"id": ids.to_text(PRINTED), "name": "李" * 65}}, "guest.name", "INVALID_ARGUMENT"),
        ({"guest": {"id": ids.to_text(PRINTED), "name": "\u202e李四"}}, "guest.name", "INVALID_ARGUMENT"),
        ({"person_token": "https://example.com"}, "person_token", "PERSON_CODE_MALFORMED"),
        ({"person_token": shown(PRINTED, UNREACHABLE)}, "person_token", "PERSON_CODE_FOREIGN"),
        ({"person_token": shown(PRINTED)[:-4] + "AAAA"}, "person_token", "PERSON_CODE_SIGNATURE"),
    ],
)
async def test_who_is_meant_wrongly_is_named_by_field(
    many: Many, checkin: Checkin, way: dict[str, Any], field: str, reason: str | None
) -> None:
    """With the cure, and a word for the staff where the vocabulary has one; the neighbours go on."""
    wrong, fine = await let_in(many, meant(**way), a_staff_item())

    assert faults(wrong) == [f"checkins.0.{field}"] and fine.outcome == "accepted"
    assert wrong.problem is not None and (reason is None or wrong.problem.reason == reason)
    assert bool(wrong.message) == (wrong.problem.reason != "INVALID_ARGUMENT")
    assert len(checkin.attempts) == 1


async def test_nobody_lets_themselves_in_whichever_way_they_say_it(many: Many, activity: Activity) -> None:
    """Not as the entry that they are, nor by their own code."""
    activity.bound[PRINTED] = PERSON.user_id
    results = await let_in(many, meant(entry_code="K7M2PQRT49"), meant(person_token=shown(PERSON.user_id)))
    assert [each.problem and each.problem.reason for each in results] == ["PERMISSION_DENIED"] * 2


async def test_who_is_not_listed_stands_in_nobody_s_way(many: Many, checkin: Checkin, activity: Activity) -> None:
    """The error that activity has for one is that one's."""
    entry = ids.new_id()
    activity.unlisted.add(entry)
    missing, fine = await let_in(many, meant(roster_entry_id=ids.to_text(entry)), meant(entry_code="K7M2PQRT49"))
    assert (faults(missing), fine.outcome) == (["checkins.0.roster_entry_id"], "accepted")


async def test_while_activity_is_gone_entries_wait_and_users_come_in(
    many: Many, checkin: Checkin, activity: Activity
) -> None:
    """With a receipt that holds whoever the entry turns out to be."""
    activity.is_gone = True
    item, user = meant(roster_entry_id=ids.to_text(PRINTED)), a_staff_item()
    lost, came = await let_in(many, item, user)
    activity.is_gone = False
    activity.bound[PRINTED] = ids.new_id()
    [again] = await many.let_in(PERSON, ACTIVITY, raw([{**item, "receipt": lost.receipt}]), 9_000, "request")

    assert (lost.outcome, lost.retryable, lost.user_id, came.outcome) == (None, True, None, "accepted")
    assert again.outcome == "accepted"
    assert [(one.received_at, one.has_receipt) for one in checkin.attempts] == [(1_000, False), (1_000, True)]


async def test_a_receipt_of_checkin_s_holds_for_an_entry_too(many: Many, checkin: Checkin) -> None:
    """Although the attempt had a name by then."""
    item = meant(entry_code="K7M2PQRT49")
    checkin.answer = lambda attempt: UnavailableError("gone")
    [lost] = await let_in(many, item)
    checkin.answer = lambda attempt: pb.OUTCOME_ACCEPTED
    await many.let_in(PERSON, ACTIVITY, raw([{**item, "receipt": lost.receipt}]), 9_000, "request")

    assert [one.received_at for one in checkin.attempts] == [1_000, 1_000]
    assert checkin.attempts[1].has_receipt and lost.user_id == ids.to_text(PRINTED)


async def test_what_waited_at_a_door_may_mean_guests_and_codes(
    many: Many, checkin: Checkin, activity: Activity
) -> None:
    """Of several activities, each asked once; an item of one where the caller is nobody has its own answer."""
    there = {"method": "staff", "activity_id": ids.to_text(ACTIVITY)}
    walk_in = {"id": ids.to_text(ids.new_id()), "name": "李四"}
    foreign = {"method": "staff", "activity_id": ids.to_text(ids.new_id())}

    results = await sync(
        many,
        meant(**there, guest=walk_in),
        meant(**there, person_token=shown(PRINTED)),
        meant(**foreign, entry_code="K7M2PQRT49"),
        an_item(),
    )

    assert [result.outcome for result in results] == ["accepted", "accepted", None, "accepted"]
    assert [asked for asked, _ in activity.asked] == [ACTIVITY]
    assert all(attempt.is_offline for attempt in checkin.attempts)


async def test_the_same_attempt_means_the_same_person(many: Many, checkin: Checkin) -> None:
    """Another way to say it is another body, which checkin sees by the hash."""
    item = meant(entry_code="K7M2PQRT49")
    await let_in(many, item)
    await let_in(many, item)
    await let_in(many, {"attempt_id": item["attempt_id"], "user_id": ids.to_text(PRINTED)})

    first, again, other = (attempt.body_hash for attempt in checkin.attempts)
    assert first == again != other


async def test_only_staff_check_people_in(many: Many, checkin: Checkin) -> None:
    """A foreign activity is unknown; in a sync that is the item's own answer."""
    with pytest.raises(NotFoundError):
        await let_in(many, a_staff_item(), activity_id=ids.new_id())
    foreign = a_staff_item(method="staff", activity_id=ids.to_text(ids.new_id()))
    results = await sync(many, foreign, an_item())

    assert [result.outcome for result in results] == [None, "accepted"]
    assert results[0].problem and (results[0].problem.reason, results[0].retryable) == ("NOT_FOUND", False)
    assert [attempt.method for attempt in checkin.attempts] == [pb.METHOD_QR]


async def test_while_nobody_knows_who_is_staff_they_get_receipts(many: Many, checkin: Checkin) -> None:
    """Nobody is checked in on their word alone, and the time of arrival is not lost."""
    [result] = await let_in(many, a_staff_item(), activity_id=UNREACHABLE)

    assert (result.outcome, result.retryable, bool(result.receipt)) == (None, True, True)
    assert not checkin.attempts
