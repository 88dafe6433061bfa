"""The queue of an organisation: whose it is, and of which activities."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from domainkit.organisations import OneActivity
from domainkit.roles import Reach
from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2
from servicekit.clock import now_us
from servicekit.errors import NotFoundError
from servicekit.ids import new_id
from services.checkin.recording.store import to_merge
from services.checkin.records.records import ReviewPosition
from services.checkin.records.stored import Stored
from services.checkin.records.waiting import Sought
from services.checkin.reviewing.cases import Cases
from services.checkin.reviewing.queue import Queue
from services.checkin.rules import merge
from services.checkin.rules.lapse import Undecided
from tests.factories import HOUR_US, a_copy, a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities

ORGANISATION, ME = new_id(), new_id()
MINE, ANOTHER, FOREIGN = (
    an_occurrence(organisation_id=home, closes_at=now_us() + HOUR_US, undecided=Undecided.ABSENT)
    for home in (ORGANISATION, ORGANISATION, new_id())
)
LONG_OVER = an_occurrence(organisation_id=ORGANISATION, closes_at=now_us() - 25 * HOUR_US)
FIRST: tuple[int, ReviewPosition | None] = 50, None


@dataclass
class House:
    """An organisation: who is what in it, and what waits there."""

    role: int = identity_pb2.ROLE_UNSPECIFIED
    activity_ids: list[bytes] = field(default_factory=list)
    waiting: list[pb.Copy] = field(default_factory=list)
    sought: list[Sought] = field(default_factory=list)

    def queue(self) -> Queue:
        """What is under test."""
        activities = FakeActivities([a_snapshot(each) for each in (MINE, ANOTHER, FOREIGN, LONG_OVER)])
        cases = Cases(Nameless(), Sealer(credential_pb2.Evidence, {1: bytes(32)}), activities, 72 * HOUR_US)
        return Queue(self, activities, self, cases)

    async def of(self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None) -> int:
        """By the organisation, or as staff of one activity that is not long over."""
        role = self.role if organisation_id == ORGANISATION else identity_pb2.ROLE_UNSPECIFIED
        if activity and activity.activity_id in self.activity_ids and now_us() < activity.staffed_until:
            role = max(role, identity_pb2.ROLE_STAFF)
        return role

    async def reach_of_caller(self) -> Reach:
        """Activities alone."""
        return Reach([], self.activity_ids)

    async def page(
        self, sought: Sought, size: int, after: ReviewPosition | None, *, is_newest_first: bool
    ) -> list[Stored]:
        """All that waits, whatever is sought."""
        self.sought.append(sought)
        return [
            Stored(copy, (copy,), merge.resolve_seat([to_merge(copy)], ()), 1, listed_at=copy.received_at)
            for copy in self.waiting
        ][:size]

    async def count(self, sought: Sought, limit: int) -> int:
        """All of it."""
        return min(limit, len(self.waiting))

    async def by_activity(self, sought: Sought, limit: int) -> list[pb.WaitingReviews]:
        """One each."""
        return [pb.WaitingReviews(activity_id=copy.activity_id, pending=1) for copy in self.waiting]


class Nameless:
    """Names of nobody."""

    async def of(self, people: Mapping[bytes, bytes]) -> dict[bytes, str]:
        """None."""
        return {}


def asked(**changes: object) -> pb.ListWaitingRequest:
    """For all of the organisation."""
    return pb.ListWaitingRequest(**{"organisation_id": ORGANISATION, **changes})  # type: ignore[arg-type]


def pending(occurrence: object = MINE) -> pb.Copy:
    """An attempt that waits."""
    home = {name: getattr(occurrence, name) for name in ("occurrence_id", "activity_id", "organisation_id")}
    return a_copy(judgement=pb.JUDGEMENT_PENDING_REVIEW, received_at=1, **home)


async def test_staff_of_the_organisation_review_all_of_it() -> None:
    """Without naming activities, and without their own attempts."""
    house = House(identity_pb2.ROLE_STAFF, waiting=[pending(), pending(ANOTHER)])
    page = await house.queue().page(ME, asked(reason="LATE"), *FIRST)
    assert (len(page.reviews), page.count, len(page.activities)) == (2, 2, 2)
    assert house.sought == [Sought(ORGANISATION, ME, None, "LATE")]


async def test_staff_of_one_activity_review_that_alone() -> None:
    """Neither one that is long over, nor one of another organisation."""
    staffed = [MINE.activity_id, LONG_OVER.activity_id, FOREIGN.activity_id]
    house = House(activity_ids=staffed, waiting=[pending()])
    await house.queue().page(ME, asked(), *FIRST)
    assert house.sought == [Sought(ORGANISATION, ME, [MINE.activity_id])]


@pytest.mark.parametrize("role", [identity_pb2.ROLE_UNSPECIFIED, identity_pb2.ROLE_MEMBER])
async def test_others_review_nothing(role: int) -> None:
    """Whether they belong to it or not."""
    with pytest.raises(NotFoundError):
        await House(role).queue().page(ME, asked(), *FIRST)


@pytest.mark.parametrize("activity", [FOREIGN, ANOTHER])
async def test_nobody_asks_for_an_activity_that_they_do_not_review(activity: object) -> None:
    """Of another organisation, or of another's."""
    house = House(activity_ids=[MINE.activity_id, FOREIGN.activity_id])
    with pytest.raises(NotFoundError):
        await house.queue().page(ME, asked(activity_id=activity.activity_id), *FIRST)  # type: ignore[attr-defined]


async def test_what_turns_out_to_be_another_s_is_left_out() -> None:
    """Roles are looked at again for each attempt of a page; where it goes on stays."""
    house = House(activity_ids=[MINE.activity_id], waiting=[pending(), pending(ANOTHER)])
    page = await house.queue().page(ME, asked(), 2, None)
    assert [one.checkin.activity_id for one in page.reviews] == [MINE.activity_id]
    assert page.more is not None


async def test_the_next_page_counts_nothing() -> None:
    """The first one said it."""
    house = House(identity_pb2.ROLE_STAFF, waiting=[pending()])
    page = await house.queue().page(ME, asked(), 50, (1, bytes(16), bytes(16)))
    assert (page.count, list(page.activities), page.more) == (0, [], None)


async def test_what_will_lapse_says_when_and_how() -> None:
    """72 hours after the close, or after it came, whichever is later; for the activity at the soonest."""
    early, late = pending(), replace_received(pending(), MINE.closes_at + HOUR_US)
    house = House(identity_pb2.ROLE_STAFF, waiting=[early, late])
    page = await house.queue().page(ME, asked(), *FIRST)
    refuse = pb.DECISION_KIND_REFUSE
    soonest = MINE.closes_at + 72 * HOUR_US
    assert [(one.lapse.kind, one.lapse.at) for one in page.reviews] == [(refuse, soonest), (refuse, soonest + HOUR_US)]
    assert {(one.lapse.kind, one.lapse.at) for one in page.activities} == {(refuse, soonest)}


async def test_what_waits_on_says_nothing() -> None:
    """Without a policy, and while nobody has judged it."""
    undecided = pending()
    undecided.judgement = pb.JUDGEMENT_UNDECIDED
    house = House(identity_pb2.ROLE_STAFF, waiting=[undecided, pending(replace(LONG_OVER))])
    page = await house.queue().page(ME, asked(), *FIRST)
    assert [one.HasField("lapse") for one in page.reviews] == [False, False]


def replace_received(copy: pb.Copy, at: int) -> pb.Copy:
    """The same, arrived at another moment."""
    copy.received_at = at
    return copy
