"""Every list of the system, read page by page while what it shows is changed, moved, added and taken away.

Whatever is there during the whole paging is seen; repeats are for the reader to drop by id. A list whose order nothing
moves shows each once.
"""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.organisations import OneActivity
from domainkit.pii import Pii
from domainkit.roles import Reach
from domainkit.sealed import Sealer
from protos.activity.v1 import activity_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2
from protos.reporting.v1 import reporting_pb2
from servicekit import ids
from servicekit.clock import SECOND_US, now_us
from servicekit.mysql.database import create_engine
from servicekit.mysql.idempotency import Intent
from servicekit.rabbitmq.outbox import Outbox
from servicekit.rpc import interceptors
from servicekit.tokens import Claims
from services.activity.rpc import ActivityServicer
from services.activity.store import Store
from services.activity.tables import outbox as activity_outbox
from services.checkin.recording import transactions
from services.checkin.recording.record import Recorder
from services.checkin.records.cursor import Changes
from services.checkin.records.records import Records
from services.checkin.records.waiting import Waiting
from services.checkin.reviewing.cases import Cases as CaseTeller
from services.checkin.reviewing.queue import Queue
from services.checkin.reviewing.review import Reviews
from services.checkin.rpc import CheckinServicer
from services.checkin.tables import outbox as checkin_outbox
from services.identity.domain import Role
from services.identity.organisations import Organisations
from services.identity.people import People
from services.identity.rpc import IdentityServicer
from services.reporting.domain import IN, Activity, SeatView, Status, Window, counters
from services.reporting.facts.lists import FactLists
from services.reporting.facts.store import Facts
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People as ListedPeople
from services.reporting.project import Change
from services.reporting.rpc import ReportingServicer
from services.reporting.store import Activities as StoredActivities
from tests.contract.schemas import migrated
from tests.factories import STARTS_AT, a_copy, a_snapshot, an_occurrence
from tests.fakes.activity import a_draft, a_lot
from tests.fakes.checkin import FakeActivities
from tests.fakes.expected import FakeGuests, FakeParticipants, FakeRosters
from tests.fakes.identity import FakeStaff
from tests.fakes.reporting import FakeActivities as KnownActivities

_MANY = 12
_PAGE = 3
_UNUSED: Any = None
Page = tuple[list[bytes], str]


class List(Protocol):
    """A list under test.

    Attributes:
        lasting: What was there at the start and was not taken away.
        is_still: Whether nothing ever moves in its order.
    """

    lasting: set[bytes]
    is_still: ClassVar[bool]

    async def open(self) -> None:
        """Puts twelve things on it."""

    async def page(self, token: str) -> Page:
        """A page of three as its reader gets it."""

    async def disturb(self, chance: random.Random) -> None:
        """Something happens to what it shows."""


def act_as(user_id: bytes) -> None:
    """From here on the calls are this person's."""
    interceptors._claims.set(Claims(user_id, ids.new_id(), 0, ""))


@dataclass
class Memberships:
    """The organisations of a person."""

    engine: AsyncEngine
    is_still: ClassVar[bool] = True
    lasting: set[bytes] = field(default_factory=set)

    async def open(self) -> None:
        """They found twelve."""
        pii = Pii({1: b"\x01" * 32}, "identity", "wx1")
        self.people, self.organisations = People(self.engine, pii), Organisations(self.engine, pii, 1000)
        self.servicer: Any = IdentityServicer(
            self.people,
            self.organisations,
            FakeStaff(),  # type: ignore[arg-type]
            *[_UNUSED] * 7,
        )
        self.person = await self.somebody()
        for _ in range(_MANY):
            self.lasting.add(await self.found())
        act_as(self.person)

    async def somebody(self) -> bytes:
        """A new person."""
        return (await self.people.sign_in(f"openid-{ids.new_id().hex()}", now_us())).user.user_id

    async def found(self) -> bytes:
        """One more organisation."""
        intent = Intent(self.person, "CreateOrganisation", "", b"")
        return (await self.organisations.create(intent, "社团", now_us())).organisation_id

    async def page(self, token: str) -> Page:
        """As the gateway asks for it."""
        request = identity_pb2.ListOrganisationsRequest(page_size=_PAGE, page_token=token)
        found = await self.servicer.ListOrganisations(request, None)
        return [each.organisation_id for each in found.organisations], found.next_page_token

    async def disturb(self, chance: random.Random) -> None:
        """Another one comes, and one is left to somebody else."""
        await self.found()
        left, heir = chance.choice(sorted(self.lasting)), await self.somebody()
        await self.organisations.add_member(left, self.person, heir, Role.OWNER, now_us())
        await self.organisations.remove_member(left, self.person, self.person)
        self.lasting.discard(left)


class Members(Memberships):
    """The people of an organisation."""

    async def open(self) -> None:
        """Twelve with the owner."""
        await super().open()
        self.home, self.lasting = self.lasting.pop(), {self.person}
        for _ in range(_MANY - 1):
            self.lasting.add(await self.join())

    async def join(self) -> bytes:
        """One more person."""
        user_id = await self.somebody()
        await self.organisations.add_member(self.home, self.person, user_id, Role.STAFF, now_us())
        return user_id

    async def page(self, token: str) -> Page:
        """As the gateway asks for it."""
        request = identity_pb2.ListMembersRequest(organisation_id=self.home, page_size=_PAGE, page_token=token)
        found = await self.servicer.ListMembers(request, None)
        return [each.user_id for each in found.members], found.next_page_token

    async def disturb(self, chance: random.Random) -> None:
        """Somebody comes, somebody leaves, somebody is given another role and another name."""
        await self.join()
        left, raised = chance.sample(sorted(self.lasting - {self.person}), 2)
        await self.organisations.remove_member(self.home, self.person, left)
        await self.organisations.change_member(self.home, self.person, raised, Role.ORGANISER)
        await self.people.rename(raised, f"名{chance.random()}")
        self.lasting.discard(left)


@dataclass
class Owner:
    """Somebody who owns one organisation, and everything in it."""

    organisation_id: bytes

    async def of_caller(self, organisation_id: bytes, activity: OneActivity | None = None) -> Any:
        """Owner."""
        return identity_pb2.ROLE_OWNER

    async def of(self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None) -> Any:
        """Owner."""
        return identity_pb2.ROLE_OWNER

    async def is_archived(self, organisation_id: bytes) -> bool:
        """It goes on."""
        return False

    async def reach_of_caller(self) -> Reach:
        """The one."""
        return Reach([self.organisation_id], [])

    async def is_staff(self, organisation_id: bytes, user_id: bytes, activity: OneActivity) -> bool:
        """They may see everything."""
        return True

    async def names(self, user_ids: object) -> dict[bytes, str]:
        """No names: nobody has one."""
        return {}

    async def find(self, query: str) -> list[bytes]:
        """Nobody."""
        return []


class Nameless:
    """Names of nobody."""

    async def of(self, user_ids: object) -> dict[bytes, str]:
        """None."""
        return {}


@dataclass
class Activities:
    """The activities of an organisation."""

    engine: AsyncEngine
    is_still: ClassVar[bool] = True
    lasting: set[bytes] = field(default_factory=set)

    async def open(self) -> None:
        """Twelve drafts."""
        self.home = Owner(ids.new_id())
        self.store = Store(self.engine, Outbox(self.engine, activity_outbox, {}), a_lot())
        self.servicer: Any = ActivityServicer(self.store, self.home, _UNUSED, _UNUSED, _UNUSED, _UNUSED, "")
        for _ in range(_MANY):
            self.lasting.add(await self.draft())
        act_as(ids.new_id())

    async def draft(self) -> bytes:
        """One more draft, and its id."""
        intent = Intent(ids.new_id(), "CreateActivity", "", b"")
        made = await self.store.create(lambda: a_draft(self.home.organisation_id, ids.new_id(), ids.new_id()), intent)
        return made.activity_id

    async def page(self, token: str) -> Page:
        """As the gateway asks for it."""
        request = activity_pb2.ListActivitiesRequest(page_size=_PAGE, page_token=token)
        found = await self.servicer.ListActivities(request, None)
        return [each.activity_id for each in found.activities], found.next_page_token

    async def disturb(self, chance: random.Random) -> None:
        """One more is made, one is published."""
        await self.draft()
        await self.store.change(chance.choice(sorted(self.lasting)), lambda one: one.publish(now_us()))


@dataclass
class Attendance:
    """The people of an activity."""

    engine: AsyncEngine
    is_still: ClassVar[bool] = False
    lasting: set[bytes] = field(default_factory=set)

    async def open(self) -> None:
        """Twelve, a minute apart."""
        window = Window(ids.new_id(), ids.new_id(), 1, STARTS_AT, STARTS_AT + SECOND_US)
        self.activity = Activity(
            window.activity_id, ids.new_id(), "讲座", "Asia/Shanghai", 2, 1, 0, 0, now_us(), (window,)
        )
        await StoredActivities(self.engine).save([self.activity])
        self.facts, self.revision = Facts(self.engine), 0
        owner, known = Owner(self.activity.organisation_id), KnownActivities(self.activity)
        naming = Naming(owner, FakeRosters(), FakeGuests())
        people = ListedPeople(FactLists(self.engine), FakeRosters(), FakeParticipants(), naming)
        self.servicer: Any = ReportingServicer(_UNUSED, known, owner, _UNUSED, people)  # type: ignore[arg-type]
        for _ in range(_MANY):
            self.lasting.add(user_id := ids.new_id())
            await self.facts.save([self.seat(user_id)])
        act_as(ids.new_id())

    def seat(self, user_id: bytes, at: int | None = None) -> Change:
        """Somebody's, later than all before unless a time is given."""
        self.revision += 1
        at = STARTS_AT + self.revision * 60 * SECOND_US if at is None else at
        status = Status.CHECKED_IN if self.revision % 2 else Status.REFUSED
        counted = counters(status, at, "qr", "", "on_time", [])
        view = SeatView(status is Status.CHECKED_IN, at, counted, int(status), "qr", "", "on_time", [])
        return Change(self.activity.windows[0].occurrence_id, user_id, IN, self.revision, view, b"", at)

    async def page(self, token: str) -> Page:
        """As the gateway asks for it."""
        request = reporting_pb2.ListPeopleRequest(
            activity_id=self.activity.activity_id, page_size=_PAGE, page_token=token
        )
        found = await self.servicer.ListPeople(request, None)
        return [each.user_id for each in found.people], found.next_page_token

    async def disturb(self, chance: random.Random) -> None:
        """Somebody new comes; two others move to the front, one to anywhere."""
        first, second, third = chance.sample(sorted(self.lasting), 3)
        somewhere = STARTS_AT + chance.randrange(100) * 60 * SECOND_US
        moved = [self.seat(ids.new_id()), self.seat(first), self.seat(second), self.seat(third, somewhere)]
        await self.facts.save(moved)


@dataclass
class Cases:
    """What waits for a human in an activity."""

    engine: AsyncEngine
    is_still: ClassVar[bool] = True
    lasting: set[bytes] = field(default_factory=set)
    copies: dict[bytes, pb.Copy] = field(default_factory=dict)

    async def open(self) -> None:
        """Twelve attempts, a minute apart."""
        rows = Outbox(self.engine, checkin_outbox, {})
        self.recorder = Recorder(lambda: transactions.begin(self.engine, rows))
        self.occurrence, self.person = an_occurrence(), ids.new_id()
        records = Records(self.engine)
        activities: Any = FakeActivities([a_snapshot(self.occurrence)])
        owner, evidence = Owner(self.occurrence.organisation_id), Sealer(credential_pb2.Evidence, {1: bytes(32)})
        cases = CaseTeller(Nameless(), evidence, activities, 1)
        reviews = Reviews(records, None, activities, owner, cases)  # type: ignore[arg-type]
        queue = Queue(Waiting(self.engine), activities, owner, cases)
        changes = Changes(records, Sealer(credential_pb2.Cursor, {1: bytes(32)}))
        nobody: Any = None
        seats: Any = NoAnswers()
        self.servicer: Any = CheckinServicer(
            nobody, seats, records, activities, changes, reviews, queue, nobody, nobody, nobody, nobody
        )
        for step in range(_MANY):
            self.lasting.add(await self.attempt(received_at=STARTS_AT + step * 60 * SECOND_US))
        act_as(self.person)

    async def attempt(self, **changes: Any) -> bytes:
        """One more; returns its id."""
        home = {"activity_id": self.occurrence.activity_id, "organisation_id": self.occurrence.organisation_id}
        home["occurrence_id"] = self.occurrence.occurrence_id
        copy = a_copy(**{"judgement": pb.JUDGEMENT_PENDING_REVIEW, **home, **changes})
        await self.recorder.record([copy])
        self.copies[copy.attempt_id] = copy
        return copy.attempt_id

    async def again(self, attempt_id: bytes, **changes: Any) -> None:
        """Another copy of an attempt arrives."""
        copy = pb.Copy()
        copy.CopyFrom(self.copies[attempt_id])
        for name, value in changes.items():
            setattr(copy, name, value)
        await self.recorder.record([copy])

    async def page(self, token: str) -> Page:
        """As the gateway asks for it."""
        request = pb.ListReviewsRequest(
            activity_id=self.occurrence.activity_id, page_size=_PAGE, page_token=token, state=pb.REVIEW_STATE_PENDING
        )
        found = await self.servicer.ListReviews(request, None)
        return [each.checkin.attempt_id for each in found.reviews], found.next_page_token

    async def disturb(self, chance: random.Random) -> None:
        """One more waits; of three earlier copies turn up, one is let in by completion."""
        await self.attempt(received_at=STARTS_AT + chance.randrange(_MANY) * 60 * SECOND_US)
        *earlier, decided = chance.sample(sorted(self.lasting), 4)
        for number, attempt_id in enumerate(earlier):
            await self.again(attempt_id, received_at=STARTS_AT - (1 + number) * SECOND_US)
        await self.again(decided, judgement=pb.JUDGEMENT_ACCEPTED, judged_at=STARTS_AT + 9)
        self.lasting.discard(decided)


class NoAnswers:
    """Redis with nothing to say."""

    async def answers_of(self, user_id: bytes) -> list[object]:
        """None."""
        return []


class Queued(Cases):
    """The same in the queue of its organisation."""

    is_newest_first = False

    async def page(self, token: str) -> Page:
        """As the gateway asks for it."""
        request = pb.ListWaitingRequest(
            organisation_id=self.occurrence.organisation_id,
            is_newest_first=self.is_newest_first,
            page_size=_PAGE,
            page_token=token,
        )
        found = await self.servicer.ListWaiting(request, None)
        return [each.checkin.attempt_id for each in found.reviews], found.next_page_token


class QueuedBackwards(Queued):
    """The newest of it first."""

    is_newest_first = True


class Mine(Cases):
    """A person's own records, each at an occurrence of its own."""

    is_still = False

    async def attempt(self, **changes: Any) -> bytes:
        """One more of the person."""
        return await super().attempt(**{"user_id": self.person, "occurrence_id": ids.new_id(), **changes})

    async def page(self, token: str) -> Page:
        """As the phone asks for it."""
        found = await self.servicer.ListCheckins(pb.ListCheckinsRequest(page_size=_PAGE, page_token=token), None)
        return [each.attempt_id for each in found.checkins], found.next_page_token

    async def disturb(self, chance: random.Random) -> None:
        """One more comes; better copies of two arrive later, and one that came earlier of a third."""
        await self.attempt(received_at=STARTS_AT + chance.randrange(3600) * SECOND_US)
        later, latest, earlier = chance.sample(sorted(self.lasting), 3)
        await self.again(later, judgement=pb.JUDGEMENT_ACCEPTED, received_at=STARTS_AT + 3600 * SECOND_US)
        await self.again(latest, judgement=pb.JUDGEMENT_ACCEPTED, received_at=STARTS_AT + 3601 * SECOND_US)
        await self.again(earlier, received_at=STARTS_AT - SECOND_US)


class Sync(Mine):
    """What a phone gets of its records in a round of syncs."""

    async def page(self, token: str) -> Page:
        """As the phone asks for it; a round is over when there is no more."""
        found = await self.servicer.ListChanges(pb.ListChangesRequest(page_size=_PAGE, cursor=token), None)
        return [each.attempt_id for each in found.changes], found.cursor if found.has_more else ""


class Seats(Cases):
    """The seats of an occurrence, from which numbers are rebuilt; named by their person."""

    async def attempt(self, **changes: Any) -> bytes:
        """One more person's."""
        attempt_id = await super().attempt(**changes)
        user_id = self.copies[attempt_id].user_id
        self.copies[user_id] = self.copies[attempt_id]
        return user_id

    async def page(self, token: str) -> Page:
        """As the projector asks for it."""
        request = pb.ListRecordsRequest(occurrence_id=self.occurrence.occurrence_id, page_size=_PAGE, page_token=token)
        found = await self.servicer.ListRecords(request, None)
        return [each.user_id for each in found.seats], found.next_page_token

    async def disturb(self, chance: random.Random) -> None:
        """One more comes, and two are decided."""
        await self.attempt()
        for user_id in chance.sample(sorted(self.lasting), 2):
            await self.again(user_id, judgement=pb.JUDGEMENT_ACCEPTED, received_at=STARTS_AT + 9 * SECOND_US)


_SERVICES = ("identity", "activity", "checkin", "reporting")
_LISTS: dict[type[Any], str] = {
    Memberships: "identity",
    Members: "identity",
    Activities: "activity",
    Attendance: "reporting",
    Cases: "checkin",
    Queued: "checkin",
    QueuedBackwards: "checkin",
    Mine: "checkin",
    Sync: "checkin",
    Seats: "checkin",
}


@pytest.fixture(scope="module")
def schemas(database_url: str) -> Iterator[dict[str, str]]:
    """The schema of each service, made by its migrations."""
    with ExitStack() as made:
        yield {service: made.enter_context(migrated(database_url, service)) for service in _SERVICES}


@pytest.fixture
async def shown(request: pytest.FixtureRequest, schemas: dict[str, str]) -> AsyncIterator[List]:
    """One of the lists, on the real server that keeps it."""
    kind = request.param
    engine = create_engine(schemas[_LISTS[kind]], count_changed_rows=True)
    yield kind(engine)
    await engine.dispose()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shown", _LISTS, indirect=True, ids=lambda kind: kind.__name__)
async def test_what_is_there_all_along_is_seen(shown: List, seed: int) -> None:
    """Page after page, with something happening after each: nothing that stays is missed."""
    chance, seen, token = random.Random(seed), list[bytes](), ""
    await shown.open()
    for number in range(100):
        page, token = await shown.page(token)
        seen += page
        if not token:
            break
        if number < _MANY // _PAGE:
            await shown.disturb(chance)

    assert not token, "it never ends"
    assert shown.lasting <= set(seen)
    assert not shown.is_still or len(seen) == len(set(seen))
