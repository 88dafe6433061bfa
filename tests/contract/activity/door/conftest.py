"""An activity with a roster, and its door as staff use it, on MariaDB."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.person_codes import PersonKeys
from domainkit.roles import ORGANISER, STAFF
from protos.activity.v1 import door_pb2 as pb
from servicekit import ids
from servicekit.clock import now_us, to_datetime
from servicekit.mysql.idempotency import Intent
from servicekit.rpc import interceptors
from servicekit.tokens import Claims
from services.activity.admission import Admission
from services.activity.door.guests import Guests
from services.activity.door.printing import Printing
from services.activity.door.rpc import DoorServicer
from services.activity.rosters.entry_rows import Listed
from services.activity.rosters.listed import Entries
from services.activity.rosters.members import Binding, How, Members
from services.activity.rosters.rosters import ExtraColumn, Roster, Rosters
from services.activity.rosters.rpc import RosterAdmission
from services.activity.rosters.sealing import Said, Sealing
from services.activity.rows import insert_activity
from services.activity.tables import FOREVER, roster_entries
from tests.contract.activity.conftest import an_outbox
from tests.fakes.activity import FakeRoles, FakeStore, a_draft, a_lot

KEYS = PersonKeys({1: bytes(32)})
WANG = Said("王小明", "2027001", "13800000001", extra={"座位": "3 排 7 座", "家长": "王大明"})
LI = Said("李雷")


class Pieces:
    """What a servicer writes to its context."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    async def write(self, piece: pb.PrintedPiece) -> None:
        """One more."""
        self.written.append(piece.content)


class Door:
    """One activity of a school, which expects whom a roster lists.

    Attributes:
        alone: Staff of this activity and of nothing else.
    """

    def __init__(self, engine: AsyncEngine, sealing: Sealing) -> None:
        self.engine, self.now_us = engine, now_us()
        self.organisation_id, self.organiser, self.staff, self.alone = (ids.new_id() for _ in range(4))
        self.rosters = Rosters(engine, a_lot())
        self.entries = Entries(engine, an_outbox(engine), sealing, a_lot())
        self.members = Members(engine, an_outbox(engine))
        self.guests = Guests(engine, sealing, quota=5)
        self.sealing, self.store, self.roles = sealing, FakeStore(), FakeRoles()
        self.roles.roles[self.organisation_id, self.organiser] = ORGANISER
        self.roles.roles[self.organisation_id, self.staff] = STAFF

    async def open(self) -> "Door":
        """Publishes the activity."""
        columns = (ExtraColumn("座位", True), ExtraColumn("家长"))
        roster = Roster(ids.new_id(), self.organisation_id, "高一（3）班", self.now_us, extra=columns)
        self.roster_id = (await self.rosters.create(roster, self._intent())).roster_id
        self.activity = await self.held()
        self.roles.alone = {(self.activity.activity_id, self.alone)}
        admission = Admission(self.store, self.roles, lambda: self.now_us)
        self.servicer: Any = DoorServicer(
            admission,
            RosterAdmission(self.rosters, self.roles),
            self.rosters,
            self.entries,
            self.guests,
            KEYS,
            Printing(),
            self._organisation_name,
            lambda: self.now_us,
        )
        return self

    async def held(self, **changes: Any) -> Any:
        """An activity from now on, which expects the roster unless it is told otherwise."""
        times = {"starts_at": self.now_us, "ends_at": self.now_us + 3_600_000_000}
        said = {"roster_id": self.roster_id, **times, **changes}
        activity = a_draft(self.organisation_id, ids.new_id(), ids.new_id(), **said).publish(self.now_us)
        self.store.activities[activity.activity_id] = activity
        async with self.engine.begin() as connection:
            await insert_activity(connection, replace(activity, valid_from=self.now_us), ids.new_id())
        return activity

    async def enter(self, said: Said = WANG, group: str = "一组") -> bytes:
        """One more who is expected."""
        listed = await self.entries.add(self.roster_id, Listed(ids.new_id(), said, group), self._intent())
        return listed.entry_id

    async def enter_as(self, entry_id: bytes, said: Said = LI) -> bytes:
        """One more whose id is known beforehand."""
        row = {"entry_id": entry_id, "roster_id": self.roster_id, "valid_from": to_datetime(self.now_us)}
        row |= {"valid_to": FOREVER, "group_name": "", **self.sealing.columns(self.roster_id, entry_id, said)}
        async with self.engine.begin() as connection:
            await connection.execute(insert(roster_entries).values(row))
        return entry_id

    async def bind(self, entry_id: bytes) -> bytes:
        """Somebody is an entry from now on."""
        user_id = ids.new_id()
        await self.members.bind(Binding(self.roster_id, entry_id, user_id, How.STAFF, self.staff, self.now_us))
        return user_id

    async def call(self, name: str, request: Any, who: bytes = b"") -> Any:
        """A call on somebody's behalf, of staff unless it is told otherwise."""
        interceptors._claims.set(Claims(who or self.staff, ids.new_id(), 0, ""))
        return await getattr(self.servicer, name)(request, None)

    async def resolve(self, *subjects: pb.Subject, who: bytes = b"") -> list[Any]:
        """What is said of subjects, in order: a person, or a status."""
        request = pb.ResolveSubjectsRequest(activity_id=self.activity.activity_id, subjects=subjects)
        results = (await self.call("ResolveSubjects", request, who)).results
        return [getattr(each, each.WhichOneof("result")) for each in results]

    async def search(self, query: str) -> list[str]:
        """The names of those who are found."""
        request = pb.SearchDoorPeopleRequest(activity_id=self.activity.activity_id, query=query)
        return [each.name for each in (await self.call("SearchDoorPeople", request)).people]

    async def carried(self, page_size: int) -> list[list[pb.DoorPerson]]:
        """All pages of what a phone takes along."""
        request = pb.ListDoorPeopleRequest(activity_id=self.activity.activity_id, page_size=page_size)
        pages = []
        while True:
            response = await self.call("ListDoorPeople", request)
            pages.append([*response.people])
            if not response.next_page_token:
                return pages
            request.page_token = response.next_page_token

    async def printed(self, name: str, request: Any, who: bytes = b"") -> list[bytes]:
        """The pieces of a paper."""
        pieces = Pieces()
        interceptors._claims.set(Claims(who or self.staff, ids.new_id(), 0, ""))
        await getattr(self.servicer, name)(request, pieces)
        return pieces.written

    async def _organisation_name(self, organisation_id: bytes) -> str:
        return "实验中学"

    def _intent(self) -> Intent:
        return Intent(ids.new_id(), "/activity.v1.RosterService/Create", "", b"")


def a_guest(name: str = "赵客人", phone_tail: str = "4321", guest_id: bytes = b"") -> pb.Subject:
    """Somebody whom staff write down."""
    return pb.Subject(guest=pb.Guest(guest_id=guest_id or ids.new_id(), name=name, phone_tail=phone_tail))


@pytest.fixture
async def door(activity_engine: AsyncEngine, sealing: Sealing) -> AsyncIterator[Door]:
    """See `Door`."""
    yield await Door(activity_engine, sealing).open()
