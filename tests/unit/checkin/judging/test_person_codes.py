"""Personal codes at a door: photographed, shown twice, to two staff at once, elsewhere, and without a network."""

import pytest

from domainkit import person_codes
from protos.checkin.v1 import checkin_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit.clock import SECOND_US
from servicekit.ids import new_id
from servicekit.rpc.status import from_status
from services.checkin.rules.merge import Hint, HintKind, Judgement, Outcome
from tests.factories import HOUR_US, STARTS_AT, an_attempt
from tests.unit.checkin.accepting.test_accept import House

LI = new_id()
STAFF, OTHER_STAFF = new_id(), new_id()
STARTS_S = STARTS_AT // SECOND_US


@pytest.fixture
def house() -> House:
    """An activity with two staff, who have never heard of Li."""
    house = House()
    for actor in (STAFF, OTHER_STAFF):
        house.roles.roles[house.occurrence.organisation_id, actor] = identity_pb2.ROLE_STAFF
    house.people.unknown.add(LI)
    return house


def drawn(house: House, issued_at: int = STARTS_S, activity_id: bytes = b"", user_id: bytes = LI) -> str:
    """The code on Li's phone when the activity starts."""
    activity_id = activity_id or house.occurrence.activity_id
    [key] = house.keys.at_activity(user_id, activity_id, issued_at, issued_at)
    return person_codes.draw(key, user_id, activity_id, issued_at, new_id()[-4:])


def shown(house: House, code: str, **changes: object) -> pb.Attempt:
    """A staff member has scanned it."""
    values: dict[str, object] = {
        "user_id": LI,
        "method": pb.METHOD_STAFF,
        "activity_id": house.occurrence.activity_id,
        "actor_id": STAFF,
        "token": code,
    }
    return an_attempt(**(values | changes))


async def reasons(house: House, *attempts: pb.Attempt) -> list[str]:
    """What each attempt fails with; empty for what is recorded."""
    results = (await house.acceptance.accept(attempts)).results
    return [from_status(each.status).reason if each.HasField("status") else "" for each in results]


async def test_who_shows_their_code_is_let_in_and_is_no_stranger(house: House) -> None:
    """Nobody has to have met them: they showed who they are; and the code travels with the evidence."""
    attempt = shown(house, drawn(house))
    assert await house.told(attempt) == (Outcome.ACCEPTED, [])
    assert house.people.calls == []
    assert house.nonces.trips == 1
    assert [copy.judgement for copy in house.dispatch.sent] == [Judgement.ACCEPTED]


async def test_without_a_code_no_nonce_is_asked_about(house: House) -> None:
    """People's own check-ins pay nothing for it."""
    await house.take(house.scan(), house.scan())
    assert house.nonces.trips == 0


async def test_a_code_photographed_and_used_forty_seconds_later_is_over(house: House) -> None:
    """The refusal is recorded, with how late it came."""
    (record,) = await house.take(shown(house, drawn(house), received_at=STARTS_AT + 40 * SECOND_US))
    assert record.outcome == Outcome.REFUSED
    assert [(each.reason, each.numbers["expired_since_s"]) for each in record.reasons] == [("PERSON_CODE_EXPIRED", 5)]
    assert [copy.judgement for copy in house.dispatch.sent] == [Judgement.REFUSED]


async def test_a_code_of_a_phone_that_is_far_ahead_is_not_good_yet(house: House) -> None:
    """Five seconds are nothing."""
    assert await house.told(shown(house, drawn(house, STARTS_S + 66))) == (Outcome.REFUSED, ["PERSON_CODE_FUTURE"])
    assert await house.told(shown(house, drawn(house, STARTS_S + 5))) == (Outcome.ACCEPTED, [])


async def test_a_code_shown_twice_belongs_to_the_first(house: House) -> None:
    """The second is refused; once the first is recorded it reads duplicate by the law of seats, and says why."""
    code = drawn(house)
    first, second = shown(house, code), shown(house, code, received_at=STARTS_AT + SECOND_US)
    assert await house.told(first) == (Outcome.ACCEPTED, [])
    assert await house.told(second) == (Outcome.REFUSED, ["PERSON_CODE_USED"])
    [seat] = house.seats.hints
    house.seats.hints[seat] = Hint(HintKind.HELD, first.attempt_id, STARTS_AT)
    assert await house.told(second) == (Outcome.DUPLICATE, ["PERSON_CODE_USED", "ALREADY_CHECKED_IN"])
    assert [copy.judgement for copy in house.dispatch.sent[1:]] == [Judgement.REFUSED] * 2


async def test_two_staff_who_scan_one_code_at_once_let_one_person_in(house: House) -> None:
    """In one batch, and whoever of them is first."""
    code = drawn(house)
    records = await house.take(shown(house, code), shown(house, code, actor_id=OTHER_STAFF))
    assert [record.outcome for record in records] == [Outcome.ACCEPTED, Outcome.REFUSED]
    assert [copy.judgement for copy in house.dispatch.sent] == [Judgement.ACCEPTED, Judgement.REFUSED]


async def test_a_retry_passes_also_when_the_code_is_over(house: House) -> None:
    """It is the attempt's own: nobody is turned away because an answer was lost, whatever Redis forgot of it."""
    attempt = shown(house, drawn(house))
    assert await house.told(attempt) == (Outcome.ACCEPTED, [])
    house.seats.told.clear()
    attempt.received_at += 600 * SECOND_US
    assert await house.told(attempt) == (Outcome.ACCEPTED, [])
    assert [copy.judgement for copy in house.dispatch.sent] == [Judgement.ACCEPTED] * 2


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (lambda house: "QDE1CFGHJKMNPR", "PERSON_CODE_MALFORMED"),
        (lambda house: drawn(house, activity_id=new_id()), "PERSON_CODE_FOREIGN"),
        (lambda house: drawn(house)[:-4] + "AAAA", "PERSON_CODE_SIGNATURE"),
        (lambda house: drawn(house, user_id=new_id()), "PERSON_CODE_SIGNATURE"),
    ],
    ids=["something else", "of another activity", "changed", "another person's"],
)
async def test_who_cannot_be_believed_is_not_recorded(house: House, code: object, reason: str) -> None:
    """The item has its error, by field; its neighbours go on."""
    assert callable(code)
    assert await reasons(house, shown(house, code(house)), house.scan()) == [reason, ""]
    assert len(house.dispatch.sent) == 1
    assert house.nonces.trips == 0


async def test_what_is_refused_anyway_uses_up_no_code(house: House) -> None:
    """Too early: the same code may be shown again."""
    early = STARTS_AT - HOUR_US
    code = drawn(house, early // SECOND_US)
    assert await house.told(shown(house, code, received_at=early)) == (Outcome.REFUSED, ["TOO_EARLY"])
    assert house.nonces.taken == {}


async def test_without_redis_a_human_decides(house: House) -> None:
    """Nobody can tell who else has shown it; what is over is over all the same."""
    house.nonces.is_gone = True
    assert await house.told(shown(house, drawn(house))) == (Outcome.PENDING_REVIEW, ["PERSON_CODE_UNCHECKED"])
    late = shown(house, drawn(house), received_at=STARTS_AT + 40 * SECOND_US)
    assert await house.told(late) == (Outcome.REFUSED, ["PERSON_CODE_EXPIRED"])


def offline(house: House, code: str, claimed_at: int, **changes: object) -> pb.Attempt:
    """It was scanned without a network and comes an hour later."""
    came = {"is_offline": True, "claimed_at": claimed_at, "received_at": STARTS_AT + HOUR_US, "device_id": "gate-1"}
    return shown(house, code, **(came | changes))


async def test_a_code_scanned_offline_is_judged_as_of_then(house: House) -> None:
    """A human looks at it, unless the device was at the door."""
    assert await house.told(offline(house, drawn(house), STARTS_AT + 20 * SECOND_US)) == (
        Outcome.PENDING_REVIEW,
        ["OFFLINE_SLOT_UNVERIFIABLE"],
    )
    house.devices.learnt.add((STAFF, "gate-1"))
    trusted = offline(house, drawn(house), STARTS_AT + 20 * SECOND_US)
    assert await house.told(trusted) == (Outcome.ACCEPTED, [])


async def test_a_device_that_lost_its_trust_in_the_middle_is_not_believed_further(house: House) -> None:
    """What it brought before stands; what it brings after goes to a human, and of whom is no staff any more nothing."""
    house.devices.learnt.add((STAFF, "gate-1"))
    hua = new_id()
    before = offline(house, drawn(house), STARTS_AT)
    assert (await house.told(before))[0] is Outcome.ACCEPTED
    house.devices.learnt.clear()
    after = offline(house, drawn(house, user_id=hua), STARTS_AT, user_id=hua)
    assert (await house.told(after))[0] is Outcome.PENDING_REVIEW
    house.roles.roles.clear()
    assert await reasons(house, offline(house, drawn(house, user_id=hua), STARTS_AT, user_id=hua)) == ["NOT_FOUND"]


@pytest.mark.parametrize("is_trusted", [False, True])
@pytest.mark.parametrize("off_us", [-3 * HOUR_US, 3 * HOUR_US])
async def test_a_door_phone_whose_clock_is_hours_off_turns_nobody_away(
    house: House, off_us: int, is_trusted: bool
) -> None:
    """Its time is clamped to what is possible; as it cannot be right, a human looks at it."""
    if is_trusted:
        house.devices.learnt.add((STAFF, "gate-1"))
    outcome, told = await house.told(offline(house, drawn(house), STARTS_AT + off_us))
    assert outcome is Outcome.PENDING_REVIEW
    assert "CLOCK_SKEW" in told
    assert house.dispatch.sent[0].effective_at in (house.occurrence.opens_at, STARTS_AT + HOUR_US)


async def test_a_photograph_used_offline_is_refused_by_the_time_the_door_says(house: House) -> None:
    """Where its clock can be right."""
    late = offline(house, drawn(house), STARTS_AT + 40 * SECOND_US)
    outcome, told = await house.told(late)
    assert (outcome, told[0]) == (Outcome.REFUSED, "PERSON_CODE_EXPIRED")
