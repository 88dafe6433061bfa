"""Who reviews what: staff of the organisation all of it, staff of one activity that activity."""

from dataclasses import dataclass, field, replace

import pytest

from domainkit.organisations import OneActivity
from protos.checkin.v1 import checkin_pb2 as pb
from protos.identity.v1 import identity_pb2
from servicekit.errors import UnavailableError
from servicekit.ids import new_id
from services.checkin.reviewing.reviewers import Reviewers
from services.checkin.rules.occurrence import Occurrence
from tests.factories import a_copy, a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities, FakeRoles


@dataclass
class House:
    """Two activities of an organisation, its staff, and somebody who is staff of the first alone."""

    here: Occurrence = field(default_factory=an_occurrence)
    roles: FakeRoles = field(default_factory=FakeRoles)
    colleague: bytes = field(default_factory=new_id)
    helper: bytes = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.there = replace(self.here, occurrence_id=new_id(), activity_id=new_id(), code="CFGHJK")
        self.roles.roles[self.here.organisation_id, self.colleague] = identity_pb2.ROLE_STAFF
        self.roles.alone.add((OneActivity(self.here.activity_id, self.here.closes_at), self.helper))
        snapshots = [a_snapshot(self.here), a_snapshot(self.there)]
        self.reviewers = Reviewers(FakeActivities(snapshots), self.roles)

    def copies(self) -> dict[bytes, pb.Copy]:
        """An attempt at each, and one whose credential did not open."""
        return {
            b"here": self.copy(self.here),
            b"there": self.copy(self.there),
            b"nowhere": a_copy(occurrence_id=b"", activity_id=b"", organisation_id=b""),
        }

    def copy(self, occurrence: Occurrence, organisation_id: bytes | None = None) -> pb.Copy:
        """An attempt at one."""
        home = occurrence.organisation_id if organisation_id is None else organisation_id
        return a_copy(occurrence_id=occurrence.occurrence_id, activity_id=occurrence.activity_id, organisation_id=home)


async def test_staff_of_one_activity_review_that_and_nothing_else() -> None:
    """What did not open is for nobody's eyes but its person's."""
    house = House()
    assert await house.reviewers.among(house.colleague, house.copies()) == {b"here", b"there"}
    assert await house.reviewers.among(house.helper, house.copies()) == {b"here"}
    assert await house.reviewers.among(new_id(), house.copies()) == set()
    assert await house.reviewers.has(house.helper, house.here)
    assert not await house.reviewers.has(house.helper, house.there)


async def test_while_activities_are_out_of_reach_staff_of_the_organisation_go_on() -> None:
    """Of what was taken without its organisation nobody can tell."""
    house = House()
    reviewers = Reviewers(FakeActivities([], is_gone=True), house.roles)
    assert await reviewers.among(house.colleague, house.copies()) == {b"here", b"there"}
    assert await reviewers.among(house.helper, house.copies()) == set()
    with pytest.raises(UnavailableError):
        await reviewers.among(house.colleague, {b"here": house.copy(house.here, b"")})
