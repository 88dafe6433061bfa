"""Staff check others in: who may, whom, and what is believed of a device later."""

import pytest
from google.rpc import code_pb2

from domainkit.organisations import OneActivity
from protos.checkin.v1 import checkin_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit.clock import SECOND_US
from servicekit.ids import new_id
from services.checkin.rules.merge import Judgement, Outcome
from services.checkin.rules.occurrence import Grade
from tests.factories import STARTS_AT, an_attempt, an_occurrence
from tests.unit.checkin.accepting.test_accept import House

ACTOR = new_id()


@pytest.fixture
def house() -> House:
    """An activity whose place is checked, and the one staff member of its organisation."""
    house = House(an_occurrence(is_place_checked=True))
    house.roles.roles[house.occurrence.organisation_id, ACTOR] = identity_pb2.ROLE_STAFF
    return house


def let_in(house: House, **changes: object) -> pb.Attempt:
    """Somebody whom the staff member lets in at the start."""
    values: dict[str, object] = {
        "method": pb.METHOD_STAFF,
        "activity_id": house.occurrence.activity_id,
        "actor_id": ACTOR,
        "device_id": "gate-1",
    }
    return an_attempt(**(values | changes))


async def codes(house: House, *attempts: pb.Attempt) -> list[int]:
    """What each item failed with, OK for those that did not."""
    return [result.status.code for result in (await house.acceptance.accept(attempts)).results]


async def test_staff_let_somebody_in_and_are_named_in_the_copy(house: House) -> None:
    """Whatever methods participants may use; where the phone is says nothing of the person."""
    house.antifraud.assessment = None
    assert await house.told(let_in(house)) == (Outcome.ACCEPTED, [])
    (copy,) = house.dispatch.sent
    assert (copy.is_staff, copy.actor_id, copy.judgement) == (True, ACTOR, Judgement.ACCEPTED)
    assert copy.organisation_id == house.occurrence.organisation_id


async def test_what_one_item_may_not_do_leaves_the_others_alone(house: House) -> None:
    """A stranger, the actor's own self, an unknown activity: each has its error, and nothing of them is recorded."""
    stranger = new_id()
    house.people.unknown.add(stranger)
    attempts = [
        let_in(house),
        let_in(house, user_id=stranger),
        let_in(house, user_id=ACTOR),
        let_in(house, activity_id=new_id()),
        house.scan(),
    ]
    house.antifraud.assessment = None

    found = await codes(house, *attempts)

    assert found == [code_pb2.OK, code_pb2.NOT_FOUND, code_pb2.PERMISSION_DENIED, code_pb2.NOT_FOUND, code_pb2.OK]
    assert [copy.user_id for copy in house.dispatch.sent] == [attempts[0].user_id, attempts[4].user_id]
    assert len(house.people.calls) == 1


@pytest.mark.parametrize("role", [identity_pb2.ROLE_UNSPECIFIED, identity_pb2.ROLE_MEMBER])
async def test_members_and_strangers_let_nobody_in(house: House, role: "identity_pb2.Role.ValueType") -> None:
    """They are told as little as of an activity that does not exist."""
    house.roles.roles[house.occurrence.organisation_id, ACTOR] = role
    assert await codes(house, let_in(house)) == [code_pb2.NOT_FOUND]


async def test_staff_of_one_activity_let_people_in_there_alone(house: House) -> None:
    """Elsewhere in the organisation they are told as little as strangers."""
    occurrence, helper = house.occurrence, new_id()
    house.roles.alone.add((OneActivity(occurrence.activity_id, occurrence.closes_at), helper))
    assert await codes(house, let_in(house, actor_id=helper)) == [code_pb2.OK]
    house.roles.alone = {(OneActivity(new_id(), occurrence.closes_at), helper)}
    assert await codes(house, let_in(house, actor_id=helper)) == [code_pb2.NOT_FOUND]


@pytest.mark.parametrize("part", ["roles", "people"])
async def test_without_identity_staff_try_again_and_participants_go_on(house: House, part: str) -> None:
    """Nobody is let in by somebody who may not be staff."""
    getattr(house, part).is_gone = True
    assert await codes(house, let_in(house), house.scan()) == [code_pb2.UNAVAILABLE, code_pb2.OK]


async def test_who_is_remembered_is_let_in_without_identity(house: House) -> None:
    """Only of those never asked about nobody can tell."""
    known = let_in(house)
    await house.take(known)
    house.people.is_gone = True
    again = let_in(house, user_id=known.user_id)
    assert await codes(house, again, let_in(house)) == [code_pb2.OK, code_pb2.UNAVAILABLE]


@pytest.mark.parametrize("policy", [Grade.REVIEW, Grade.REFUSE])
async def test_a_device_that_was_at_the_door_is_believed_later(policy: Grade) -> None:
    """What an unknown one brings is looked at by a human, whatever the policy for participants."""
    house = House(an_occurrence(offline_policy=policy))
    house.roles.roles[house.occurrence.organisation_id, ACTOR] = identity_pb2.ROLE_STAFF
    offline = {"is_offline": True, "claimed_at": STARTS_AT, "received_at": STARTS_AT + 600 * SECOND_US}

    unknown = await house.told(let_in(house, **offline))
    await house.take(let_in(house))
    known = await house.told(let_in(house, **offline))
    another = await house.told(let_in(house, device_id="gate-2", **offline))

    assert unknown == another == (Outcome.PENDING_REVIEW, ["OFFLINE_SLOT_UNVERIFIABLE"])
    assert known == (Outcome.ACCEPTED, [])


async def test_an_offline_item_teaches_nothing(house: House) -> None:
    """Trust begins at the door, online."""
    await house.take(let_in(house, is_offline=True, claimed_at=STARTS_AT))
    assert house.devices.learnt == set()
