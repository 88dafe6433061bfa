"""A person's own proof: who may have one, of what, and when."""

from typing import Any

import pytest

from protos.activity.v1 import activity_pb2
from servicekit.clock import now_us
from servicekit.errors import ServiceError
from services.reporting.domain import DAY_US, MINUTE_US, Activity, Status
from services.reporting.errors import ActivityNotFoundError
from services.reporting.exports.job import Wish
from services.reporting.papers.errors import (
    NotAttendedError,
    OwnProofNeverError,
    ProofNotAskedError,
    StillOpenError,
    UndecidedError,
)
from services.reporting.papers.own_proofs import Looks, OwnProofs, Terms
from tests.unit.reporting.papers.gathered import ORGANISATION_ID, Meeting


class Jobs:
    """Nothing is made; what is asked for is remembered."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, bytes, Wish]] = []

    async def ask(self, organisation_id: bytes, user_id: bytes, wish: Wish) -> Any:
        """Its wish stands for the job."""
        self.asked.append((organisation_id, user_id, wish))
        return wish

    async def latest(self, user_id: bytes, activity_id: bytes) -> Any:
        """The last one."""
        theirs = [wish for _, who, wish in self.asked if (who, wish.activity_id) == (user_id, activity_id)]
        return theirs[-1] if theirs else None


class House:
    """An activity of two days, the second of which goes on, or is over."""

    def __init__(self, *, is_over: bool = True, **changes: Any) -> None:
        self.meeting = Meeting(2, **changes)
        now = now_us() - (2 * DAY_US if is_over else 0)
        first, second = self.meeting.facts.windows
        self.meeting.facts.windows = [
            first._replace(opens_at=now - DAY_US, closes_at=now - DAY_US + 60 * MINUTE_US, starts_at=now - DAY_US),
            second._replace(opens_at=now - 2 * MINUTE_US, closes_at=now + 60 * MINUTE_US, starts_at=now),
        ]
        self.terms: Terms | None = Terms(activity_pb2.STATE_PUBLISHED, are_given=True)
        self.jobs = Jobs()

    async def get(self, activity_id: bytes) -> Activity:
        """There is one."""
        if activity_id != self.meeting.activity.activity_id:
            raise ActivityNotFoundError
        return self.meeting.activity

    async def ask_terms(self, activity_id: bytes) -> Terms | None:
        """What it says."""
        return self.terms

    async def proofs(self) -> OwnProofs:
        """What is under test."""
        sources = (await self.meeting.gathering()).sources
        return OwnProofs(Looks(self, sources.facts, sources.people, sources.windows), self.ask_terms, self.jobs)

    async def ask(self, user_id: bytes) -> Any:
        """The wish of a job, or why there is none."""
        return await (await self.proofs()).ask(user_id, self.meeting.activity.activity_id)


async def test_who_was_accepted_has_one_of_themselves_alone() -> None:
    """With what they came to by then; somebody else's is no part of it."""
    house = House()
    person, other = house.meeting.expect("甲"), house.meeting.expect("乙")
    house.meeting.come(person, 0)
    house.meeting.come(other, 1)
    wish = await house.ask(person)
    assert house.jobs.asked == [(ORGANISATION_ID, person, wish)]
    assert (wish.user_ids, wish.minimum_sessions, wish.minimum_minutes, wish.to_at) == ((person,), 1, 0, 0)


async def test_what_an_entry_came_to_is_theirs_once_it_is_known() -> None:
    """Staff checked a name on a list in; it is somebody as soon as staff say so, and nobody before."""
    house = House()
    entry_id, user_id = house.meeting.expect("甲"), b"\x05" * 16
    house.meeting.come(entry_id, 0)
    with pytest.raises(NotAttendedError):
        await house.ask(user_id)
    house.meeting.rosters.bind(entry_id, user_id)
    assert (await house.ask(user_id)).minimum_sessions == 1


async def test_what_is_still_open_is_not_attested() -> None:
    """What closed before is; once it is closed by hand, all is."""
    house = House(is_over=False)
    both, late = house.meeting.expect("甲"), house.meeting.expect("乙")
    for person, occurrence in ((both, 0), (both, 1), (late, 1)):
        house.meeting.come(person, occurrence)
    assert (await house.ask(both)).minimum_sessions == 1
    with pytest.raises(StillOpenError):
        await house.ask(late)
    house.terms = Terms(activity_pb2.STATE_CLOSED, are_given=True)
    assert [(await house.ask(each)).minimum_sessions for each in (both, late)] == [2, 1]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (Status.PENDING_REVIEW, UndecidedError),
        (Status.PROVISIONAL, UndecidedError),
        (Status.REFUSED, NotAttendedError),
        (Status.ABSENT, NotAttendedError),
        (None, NotAttendedError),
    ],
)
async def test_nobody_else_has_one(status: Status | None, error: type[ServiceError]) -> None:
    """Whoever waits is told to wait; of all others it reads as if there were no activity."""
    house = House()
    person = house.meeting.expect("甲")
    if status is not None:
        house.meeting.come(person, 0, status=status)
    with pytest.raises(error):
        await house.ask(person)
    assert house.jobs.asked == []


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        (Terms(activity_pb2.STATE_PUBLISHED, are_given=False), OwnProofNeverError),
        (Terms(activity_pb2.STATE_CANCELLED, are_given=True), NotAttendedError),
        (None, NotAttendedError),
    ],
)
async def test_the_activity_has_its_say(terms: Terms | None, error: type[ServiceError]) -> None:
    """Organisers may give proofs themselves, and what was cancelled proves nothing."""
    house = House()
    person = house.meeting.expect("甲")
    house.meeting.come(person, 0)
    house.terms = terms
    with pytest.raises(error):
        await house.ask(person)


async def test_neither_a_rehearsal_nor_what_is_unknown_proves_anything() -> None:
    """Ids of any length; and where nobody came nobody learns whether they exist."""
    house = House(is_rehearsal=True)
    person = house.meeting.expect("甲")
    house.meeting.come(person, 0)
    with pytest.raises(NotAttendedError):
        await house.ask(person)
    for unknown in (b"", b"x", b"x" * 16):
        with pytest.raises(NotAttendedError):
            await (await house.proofs()).ask(person, unknown)


async def test_a_file_goes_with_the_right_to_it() -> None:
    """What was asked for is told to whoever asked; its file only to whoever may still have it."""
    house = House()
    person, other = house.meeting.expect("甲"), house.meeting.expect("乙")
    house.meeting.come(person, 0)
    wish, activity_id = await house.ask(person), house.meeting.activity.activity_id
    proofs = await house.proofs()
    assert await proofs.latest(person, activity_id) == await proofs.due(person, activity_id) == wish
    for ask in (proofs.latest, proofs.due):
        with pytest.raises(ProofNotAskedError):
            await ask(other, activity_id)
    house.meeting.facts.people.clear()
    with pytest.raises(NotAttendedError):
        await proofs.due(person, activity_id)
    assert await proofs.latest(person, activity_id) == wish
