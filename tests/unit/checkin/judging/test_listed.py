"""Who is not on a roster: to a human or away as the activity says, and never for want of knowledge."""

import pytest

from protos.checkin.v1 import checkin_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit.ids import new_id
from services.checkin.rules.merge import Outcome
from services.checkin.rules.occurrence import Grade
from tests.factories import an_attempt, an_occurrence
from tests.unit.checkin.accepting.test_accept import House

ROSTER = new_id()


def a_house(policy: Grade = Grade.REVIEW) -> House:
    """An occurrence that expects whom a roster lists."""
    return House(an_occurrence(roster_id=ROSTER, not_listed_policy=policy))


@pytest.mark.parametrize("policy", [Grade.REVIEW, Grade.REFUSE])
async def test_who_is_listed_is_accepted(policy: Grade) -> None:
    """Nothing is held against them."""
    house = a_house(policy)
    attempt = house.scan()
    house.rosters.listed.add((ROSTER, attempt.user_id))
    assert await house.told(attempt) == (Outcome.ACCEPTED, [])


@pytest.mark.parametrize(
    ("policy", "outcome"), [(Grade.REVIEW, Outcome.PENDING_REVIEW), (Grade.REFUSE, Outcome.REFUSED)]
)
async def test_who_is_not_listed_ends_as_the_activity_says(policy: Grade, outcome: Outcome) -> None:
    """And is told why."""
    house = a_house(policy)
    assert await house.told(house.scan()) == (outcome, ["NOT_ON_ROSTER"])


async def test_one_batch_asks_once_about_all_rosters_and_of_their_arrival() -> None:
    """Those who are refused before are not asked about, and who has a receipt did not come now."""
    house = a_house()
    now, before = house.scan(), house.scan(has_receipt=True)
    await house.take(now, before, house.scan(token="nonsense"))
    assert house.rosters.asked == [
        (ROSTER, now.user_id, now.received_at, True),
        (ROSTER, before.user_id, before.received_at, False),
    ]


@pytest.mark.parametrize("policy", [Grade.REVIEW, Grade.REFUSE])
async def test_where_nobody_can_tell_nothing_is_decided(policy: Grade) -> None:
    """Completion asks again."""
    house = a_house(policy)
    house.rosters.is_gone = True
    assert await house.told(house.scan()) == (Outcome.PROVISIONAL, ["DEPENDENCY_UNAVAILABLE"])


async def test_an_open_activity_asks_nobody() -> None:
    """It has no roster, and costs nothing of one."""
    house = House()
    house.rosters.is_gone = True
    assert await house.told(house.scan()) == (Outcome.ACCEPTED, [])
    assert house.rosters.asked == []


@pytest.mark.parametrize(("is_gone", "reasons"), [(False, ["NOT_ON_ROSTER"]), (True, [])])
async def test_staff_let_in_whom_they_see(*, is_gone: bool, reasons: list[str]) -> None:
    """Who is not listed is told as such, and let in all the same."""
    house = a_house(Grade.REFUSE)
    house.rosters.is_gone = is_gone
    actor = new_id()
    house.roles.roles[house.occurrence.organisation_id, actor] = identity_pb2.ROLE_STAFF
    attempt = an_attempt(method=pb.METHOD_STAFF, actor_id=actor, activity_id=house.occurrence.activity_id)
    assert await house.told(attempt) == (Outcome.ACCEPTED, reasons)


@pytest.mark.parametrize(
    ("policy", "outcome"), [(Grade.REVIEW, Outcome.PENDING_REVIEW), (Grade.REFUSE, Outcome.REFUSED)]
)
async def test_before_a_kiosk_nobody_sees_who_comes(policy: Grade, outcome: Outcome) -> None:
    """Whoever is not listed ends as by themselves, and where nobody can tell nothing is decided."""
    house, actor = a_house(policy), new_id()
    house.roles.roles[house.occurrence.organisation_id, actor] = identity_pb2.ROLE_STAFF
    there = {"method": pb.METHOD_STAFF, "activity_id": house.occurrence.activity_id, "display_id": new_id()}
    assert await house.told(an_attempt(actor_id=actor, **there)) == (outcome, ["NOT_ON_ROSTER"])
    house.rosters.is_gone = True
    assert await house.told(an_attempt(actor_id=actor, **there)) == (Outcome.PROVISIONAL, ["DEPENDENCY_UNAVAILABLE"])
