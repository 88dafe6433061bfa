"""RosterMemberService on a real database: how an entry becomes a person, and what nobody learns on the way."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import update

from domainkit.guesses import roster_guess_limit
from domainkit.roles import ORGANISER, STAFF
from protos.activity.v1 import rosters_pb2 as pb
from servicekit import ids
from servicekit.clock import to_datetime
from servicekit.errors import InvalidArgumentError, NotFoundError
from servicekit.rpc import interceptors
from servicekit.tokens import Claims
from services.activity.errors import (
    AlreadyListedError,
    EntryInviteUnknownError,
    PhoneNotListedError,
    RosterGuessesError,
    RosterNotFoundError,
)
from services.activity.rosters.listing import Listing
from services.activity.rosters.members_rpc import RosterMemberServicer
from services.activity.rosters.rosters import Rosters
from services.activity.rosters.sealing import Said
from services.activity.tables import roster_entries
from tests.contract.activity.rosters.conftest import BEFORE, NOW, House
from tests.fakes.activity import FakeRoles, FakeStore, a_draft, a_lot

WANG = Said("王小明", "2027001", "13800000001", extra={"座位": "3 排 7 座", "家长": "王大明"})


@dataclass
class Phones:
    """The numbers of people, by code."""

    numbers: dict[str, str] = field(default_factory=dict)

    async def verified(self, code: str) -> str:
        """See `phones.Phones`."""
        return self.numbers[code]


class Desk:
    """The service as people of a school use it; one activity of it expects whom the roster lists."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.store, self.phones, self.now_us = FakeStore(), Phones(), NOW
        self.hastened: list[bytes] = []
        self.organiser, self.staff = ids.new_id(), ids.new_id()
        roles = {self.organiser: ORGANISER, self.staff: STAFF}
        draft = a_draft(house.organisation_id, ids.new_id(), ids.new_id(), roster_id=house.roster_id)
        self.activity = draft.publish(draft.definition.starts_at)
        self.store.activities[self.activity.activity_id] = self.activity
        self.servicer: Any = RosterMemberServicer(
            house.members,
            Listing(house.engine, house.sealing),
            Rosters(house.engine, a_lot()),
            house.invites,
            self.store,
            FakeRoles({(house.organisation_id, user_id): role for user_id, role in roles.items()}),
            self.phones,
            roster_guess_limit(house.redis),
            house.sealing,
            self.organisation_name,
            self.hastened.append,
            lambda: self.now_us,
        )

    async def organisation_name(self, organisation_id: bytes) -> str:
        """See `RosterMemberServicer`."""
        return "实验中学" if organisation_id == self.house.organisation_id else ""

    async def call(self, who: bytes, name: str, request: Any) -> Any:
        """A call on somebody's behalf."""
        interceptors._claims.set(Claims(who, ids.new_id(), 0, ""))
        return await getattr(self.servicer, name)(request, None)

    async def own(self, who: bytes) -> pb.OwnEntry:
        """Which entry somebody is."""
        return await self.call(who, "GetOwnEntry", pb.GetOwnEntryRequest(activity_id=self.activity.activity_id))

    async def by_phone(self, who: bytes, number: str = WANG.phone) -> pb.OwnEntry:
        """Somebody taps the phone-number button."""
        self.phones.numbers["code"] = number
        request = pb.BindByPhoneRequest(activity_id=self.activity.activity_id, code="code")
        return await self.call(who, "BindByPhone", request)

    async def invite(self, entry_id: bytes, who: bytes = b"") -> str:
        """The code of a new invite."""
        request = pb.CreateEntryInviteRequest(roster_id=self.house.roster_id, entry_id=entry_id)
        return str((await self.call(who or self.staff, "CreateEntryInvite", request)).code)

    async def accept(self, who: bytes, code: str) -> pb.OwnEntry:
        """Somebody uses an invite."""
        return await self.call(who, "AcceptEntryInvite", pb.AcceptEntryInviteRequest(code=code))

    async def bind(self, entry_id: bytes, user_id: bytes, who: bytes = b"") -> None:
        """Staff say who an entry is."""
        request = pb.BindEntryRequest(roster_id=self.house.roster_id, entry_id=entry_id, user_id=user_id)
        await self.call(who or self.staff, "BindEntry", request)


@pytest.fixture
async def desk(house: House) -> Desk:
    """See `Desk`."""
    return Desk(house)


async def test_a_verified_number_makes_one_its_entry(desk: Desk) -> None:
    """The person reads their own name and what is for them; twice is once."""
    entry_id, wang = await desk.house.entry(WANG), ids.new_id()
    assert not (await desk.own(wang)).entry_id
    own = await desk.by_phone(wang)
    assert (own.is_listed, own.entry_id, own.name, own.group) == (True, entry_id, "王小明", "一组")
    assert [(shown.heading, shown.value) for shown in own.shown] == [("座位", "3 排 7 座")]
    assert own.roster_title == "高一（3）班"
    assert own == await desk.by_phone(wang) == await desk.own(wang)


async def test_a_taken_entry_reads_like_a_number_that_is_not_listed(desk: Desk) -> None:
    """So does one that several entries have: nobody learns who is on the list, or there already."""
    await desk.house.entry(WANG)
    await desk.by_phone(ids.new_id())
    for number in "12":
        await desk.house.entry(Said(f"双胞胎{number}", phone="13800000002"))
    told = set()
    for number in (WANG.phone, "13800000002", "13899999999"):
        with pytest.raises(PhoneNotListedError) as refusal:
            await desk.by_phone(ids.new_id(), number)
        told.add(refusal.value.detail)
    assert len(told) == 1


async def test_somebody_who_is_an_entry_does_not_become_another(desk: Desk) -> None:
    """They are told so."""
    wang = ids.new_id()
    await desk.bind(await desk.house.entry(), wang)
    await desk.house.entry(WANG)
    with pytest.raises(AlreadyListedError):
        await desk.by_phone(wang)


async def test_numbers_and_invites_are_tried_five_times(desk: Desk) -> None:
    """Whatever leads nowhere counts; then even a right one waits, and others do not."""
    await desk.house.entry(WANG)
    somebody = ids.new_id()
    for number in range(3):
        with pytest.raises(PhoneNotListedError):
            await desk.by_phone(somebody, f"1390000000{number}")
    for _ in range(2):
        with pytest.raises(EntryInviteUnknownError):
            await desk.accept(somebody, "CFGHJKMNPRTVWX")
    with pytest.raises(RosterGuessesError):
        await desk.by_phone(somebody)
    assert (await desk.by_phone(ids.new_id())).entry_id


async def test_an_invite_is_looked_at_and_used_once(desk: Desk) -> None:
    """Typed as people type; who comes second reads that it does not count."""
    entry_id, wang = await desk.house.entry(WANG), ids.new_id()
    code = await desk.invite(entry_id)
    preview = await desk.call(wang, "PreviewEntryInvite", pb.PreviewEntryInviteRequest(code=code))
    told = (preview.organisation_name, preview.roster_title, preview.name)
    assert told == ("实验中学", "高一（3）班", "王*明")
    typed = f"{code[:4].lower()}-{code[4:]} "
    assert (await desk.accept(wang, typed)).entry_id == entry_id
    assert (await desk.accept(wang, code)).entry_id == entry_id
    with pytest.raises(EntryInviteUnknownError):
        await desk.accept(ids.new_id(), code)


async def test_an_invite_ends_after_seven_days_and_with_the_next(desk: Desk) -> None:
    """And one to an entry that is somebody by now leads nowhere."""
    entry_id = await desk.house.entry(WANG)
    old, new = await desk.invite(entry_id), await desk.invite(entry_id)
    with pytest.raises(EntryInviteUnknownError):
        await desk.accept(ids.new_id(), old)
    desk.now_us += 7 * 86_400_000_000
    with pytest.raises(EntryInviteUnknownError):
        await desk.accept(ids.new_id(), new)
    taken = await desk.invite(entry_id)
    await desk.bind(entry_id, ids.new_id())
    with pytest.raises(EntryInviteUnknownError):
        await desk.accept(ids.new_id(), taken)


async def test_an_invite_of_somebody_taken_off_leads_nowhere(desk: Desk) -> None:
    """Who looks at it is told so, and is not shown a name first."""
    entry_id = await desk.house.entry(WANG)
    code = await desk.invite(entry_id)
    await desk.house.execute(
        update(roster_entries).where(roster_entries.c.entry_id == entry_id).values(valid_to=to_datetime(desk.now_us))
    )
    for method, request in (
        ("PreviewEntryInvite", pb.PreviewEntryInviteRequest(code=code)),
        ("AcceptEntryInvite", pb.AcceptEntryInviteRequest(code=code)),
    ):
        with pytest.raises(EntryInviteUnknownError):
            await desk.call(ids.new_id(), method, request)


async def test_staff_say_who_an_entry_is_but_not_of_themselves(desk: Desk) -> None:
    """Nor strangers of anybody: they read that there is no such roster."""
    entry_id, wang = await desk.house.entry(WANG), ids.new_id()
    with pytest.raises(InvalidArgumentError) as refusal:
        await desk.bind(entry_id, desk.staff)
    assert [fault.field for fault in refusal.value.fields] == ["user_id"]
    for attempt in (desk.bind(entry_id, wang, who=ids.new_id()), desk.invite(entry_id, who=ids.new_id())):
        with pytest.raises(RosterNotFoundError):
            await attempt
    await desk.bind(entry_id, wang)
    assert (await desk.own(wang)).entry_id == entry_id
    unbind = pb.UnbindEntryRequest(roster_id=desk.house.roster_id, entry_id=entry_id)
    await desk.call(desk.staff, "UnbindEntry", unbind)
    assert not (await desk.own(wang)).entry_id


async def test_an_open_activity_has_no_entries(desk: Desk) -> None:
    """And of one that is not published nobody is told."""
    draft = a_draft(desk.house.organisation_id, desk.activity.activity_id, ids.new_id())
    desk.store.activities[desk.activity.activity_id] = draft
    with pytest.raises(NotFoundError):
        await desk.own(ids.new_id())
    desk.store.activities[desk.activity.activity_id] = draft.publish(draft.definition.starts_at)
    assert await desk.own(ids.new_id()) == pb.OwnEntry()
    with pytest.raises(PhoneNotListedError):
        await desk.by_phone(ids.new_id())


async def test_an_entry_that_cannot_be_read_hides_no_other(desk: Desk) -> None:
    """It is left out of lists, and whoever it is still is it."""
    readable, broken, wang = await desk.house.entry(WANG), await desk.house.entry(), ids.new_id()
    garbage = update(roster_entries).where(roster_entries.c.entry_id == broken).values(said=bytes(64))
    await desk.house.execute(garbage)
    await desk.bind(broken, wang)
    own = await desk.own(wang)
    assert (own.entry_id, own.name) == (broken, "")
    names = pb.BatchGetEntryNamesRequest(roster_id=desk.house.roster_id, entry_ids=[broken, readable])
    assert [each.entry_id for each in (await desk.call(wang, "BatchGetEntryNames", names)).entries] == [readable]


async def test_other_services_read_who_is_who(desk: Desk) -> None:
    """Asking who was there has Redis know the roster soon; an erased entry has no name."""
    entry_id, wang = await desk.house.entry(WANG), ids.new_id()
    erased = await desk.house.entry(None)
    await desk.bind(entry_id, wang)
    asked = [pb.BatchGetMembershipsRequest.Asked(user_id=wang, at=at) for at in (BEFORE, NOW)]
    request = pb.BatchGetMembershipsRequest(roster_id=desk.house.roster_id, asked=asked)
    assert (await desk.call(wang, "BatchGetMemberships", request)).entry_ids == [b"", entry_id]
    assert desk.hastened == [desk.house.roster_id]
    page = await desk.call(wang, "ListMembers", pb.ListMembersRequest(roster_id=desk.house.roster_id, page_size=1))
    assert [(each.entry_id, each.user_id, each.group) for each in page.members] == [(entry_id, wang, "一组")]
    onwards = pb.ListMembersRequest(roster_id=desk.house.roster_id, page_size=9, page_token=page.next_page_token)
    rest = await desk.call(wang, "ListMembers", onwards)
    assert ([each.entry_id for each in rest.members], rest.revision, rest.next_page_token) == ([erased], 2, "")
    names = pb.BatchGetEntryNamesRequest(roster_id=desk.house.roster_id, entry_ids=[entry_id, erased, ids.new_id()])
    [named] = (await desk.call(wang, "BatchGetEntryNames", names)).entries
    assert (named.entry_id, named.name, named.number, named.group) == (entry_id, "王小明", "2027001", "一组")
