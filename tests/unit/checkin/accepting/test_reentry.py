"""Who comes again: let in anew, kept out, or only seen twice; and what staff are told of the time before."""

from typing import Any

import pytest

from protos.checkin.v1 import checkin_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit.clock import SECOND_US
from servicekit.ids import new_id
from services.checkin.rules.merge import Judgement, Outcome
from services.checkin.rules.occurrence import Direction, Method
from services.checkin.rules.standing import Move
from tests.factories import HOUR_US, STARTS_AT, an_attempt, an_occurrence
from tests.unit.checkin.accepting.test_accept import House

LI, STAFF = new_id(), new_id()


def a_house(**changes: Any) -> House:
    """An activity with one staff member."""
    house = House(an_occurrence(**changes))
    house.roles.roles[house.occurrence.organisation_id, STAFF] = identity_pb2.ROLE_STAFF
    return house


def by_staff(house: House, after_us: int = 0, **changes: object) -> pb.Attempt:
    """Li is let in, or out, so long after the start."""
    values: dict[str, object] = {
        "user_id": LI,
        "method": pb.METHOD_STAFF,
        "activity_id": house.occurrence.activity_id,
        "actor_id": STAFF,
        "received_at": STARTS_AT + after_us,
    }
    return an_attempt(**(values | changes))


def out(house: House, after_us: int) -> pb.Attempt:
    """Li goes."""
    return by_staff(house, after_us, direction=pb.DIRECTION_OUT)


def did(house: House, *attempts: pb.Attempt) -> None:
    """What MySQL knows: the first of each way holds its seat."""
    seen: set[int] = set()
    moves = house.door.did.setdefault((house.occurrence.occurrence_id, LI), [])
    for each in attempts:
        outcome = Outcome.DUPLICATE if each.direction in seen else Outcome.ACCEPTED
        seen.add(each.direction)
        actor_id = each.presented.actor_id or each.actor_id
        moves.append(Move(each.received_at, each.attempt_id, each.direction, outcome, Method.STAFF, "北门", actor_id))


async def test_where_people_go_in_and_out_who_comes_again_is_let_in() -> None:
    """By the law of seats it reads duplicate and moves them; staff are told how often they came."""
    house = a_house()
    first, left = by_staff(house), out(house, HOUR_US // 2)
    await house.take(first, left)
    did(house, first, left)
    assert await house.told(by_staff(house, HOUR_US)) == (Outcome.DUPLICATE, ["ENTERED_AGAIN", "ALREADY_CHECKED_IN"])
    assert house.dispatch.sent[-1].judgement == Judgement.ACCEPTED


async def test_a_retry_of_coming_again_is_told_the_same() -> None:
    """Whatever is recorded of it by then."""
    house = a_house()
    first, left, again = by_staff(house), out(house, HOUR_US // 2), by_staff(house, HOUR_US)
    did(house, first, left, again)
    told = [await house.take(first, left, again) for _ in range(2)]
    assert [[reason.numbers["passes"] for reason in each[2].reasons][0] for each in told] == [2, 2]


async def test_where_nobody_comes_again_who_went_is_kept_out() -> None:
    """Refused, so that they are not inside; it still reads duplicate, and says why."""
    house = a_house(is_once=True)
    await house.take(by_staff(house), out(house, HOUR_US // 2))
    assert await house.told(by_staff(house, HOUR_US)) == (Outcome.DUPLICATE, ["NO_REENTRY", "ALREADY_CHECKED_IN"])
    copy = house.dispatch.sent[-1]
    assert (copy.judgement, [reason.reason for reason in copy.reasons]) == (Judgement.REFUSED, ["NO_REENTRY"])


async def test_people_s_own_phones_are_kept_out_as_well() -> None:
    """By themselves they come in no more than by staff."""
    house = a_house(is_once=True)
    await house.take(by_staff(house), out(house, 30 * SECOND_US))
    again = house.scan(user_id=LI, received_at=STARTS_AT + 40 * SECOND_US)
    assert await house.told(again) == (Outcome.DUPLICATE, ["NO_REENTRY", "ALREADY_CHECKED_IN"])


async def test_who_is_still_inside_is_only_seen_twice() -> None:
    """Nobody is kept out before they have gone, also where an old scan comes late."""
    house = a_house(is_once=True)
    await house.take(by_staff(house))
    assert await house.told(by_staff(house, SECOND_US)) == (Outcome.DUPLICATE, ["ALREADY_CHECKED_IN"])
    await house.take(out(house, HOUR_US))
    assert await house.told(by_staff(house, HOUR_US // 2)) == (Outcome.DUPLICATE, ["ALREADY_CHECKED_IN"])


async def test_who_went_without_having_come_comes_in() -> None:
    """The seat to come in is free."""
    house = a_house(is_once=True)
    await house.take(out(house, 0))
    assert await house.told(by_staff(house, HOUR_US)) == (Outcome.ACCEPTED, [])


async def test_staff_are_told_when_at_which_gate_and_by_whom() -> None:
    """One question for all of a batch."""
    house = a_house()
    first = by_staff(house)
    await house.take(first)
    did(house, first)
    house.door.called[STAFF] = "王老师"
    (record,) = await house.take(by_staff(house, SECOND_US))
    held = record.duplicate_of
    assert held.actor_name == "王老师"
    assert (held.checked_in_at, held.method, held.gate, held.actor_id) == (STARTS_AT, Method.STAFF, "北门", STAFF)
    assert house.door.asked == [{(house.occurrence.occurrence_id, LI)}]


async def test_people_are_told_of_nobody_who_let_them_in() -> None:
    """And cost no question."""
    house = a_house()
    await house.take(by_staff(house))
    (record,) = await house.take(house.scan(user_id=LI))
    assert (record.duplicate_of.gate, record.duplicate_of.actor_id) == ("", b"")
    assert house.door.asked == []


@pytest.mark.parametrize("direction", Direction)
async def test_while_mysql_is_slow_staff_are_told_when_alone(direction: Direction) -> None:
    """Nobody waits at a door for what is nice to know."""
    house = a_house()
    house.door.is_slow = True
    await house.take(by_staff(house, direction=int(direction)))
    (record,) = await house.take(by_staff(house, SECOND_US, direction=int(direction)))
    assert (record.outcome, record.duplicate_of.checked_in_at) == (Outcome.DUPLICATE, STARTS_AT)
    assert (record.duplicate_of.method, record.duplicate_of.gate) == (pb.METHOD_UNSPECIFIED, "")


async def test_while_redis_is_gone_nobody_is_kept_out() -> None:
    """Nothing says that they have left; what reads accepted twice is one by the law."""
    house = a_house(is_once=True)
    await house.take(by_staff(house), out(house, SECOND_US))
    house.seats.is_gone = True
    assert (await house.told(by_staff(house, HOUR_US)))[0] is Outcome.ACCEPTED
