"""ConsoleService on a real database: from a ticket to a session, how it goes on, and how it ends."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from protos.identity.v1 import identity_pb2 as pb
from servicekit import ids
from servicekit.clock import SECOND_US, now_us, to_datetime
from servicekit.errors import NotFoundError, ServiceError
from servicekit.rabbitmq.outbox import Outbox
from servicekit.rpc import interceptors
from servicekit.tokens import Claims
from services.identity import tables
from services.identity.console.rpc import ConsoleServicer
from services.identity.console.ticket import LIFE_US
from services.identity.console.tickets import Tickets
from services.identity.domain import (
    CONSOLE_REFRESH_LIFE_US,
    CONSOLE_REST_US,
    REFRESH_GRACE_US,
    Session,
)
from services.identity.erasure import ERASE, Erasure, erase_effect
from services.identity.errors import (
    CsrfError,
    DigitsWrongError,
    PhoneOnlyError,
    RefreshTokenError,
    RefreshTokenReusedError,
    TicketOthersError,
    TicketOverError,
    TicketUnknownError,
    TicketUsedError,
)
from services.identity.people import People
from services.identity.revocation import CHANNEL, Revocations
from services.identity.server import own_verifier
from services.identity.sessions import Sessions
from services.identity.signing import Signer
from tests.contract.identity.conftest import PII
from tests.fakes.identity import FakeRedis

SIGNER = Signer(ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1()))

LIBRARY = pb.TicketPlace(name="图书馆", latitude=25.040123456789, longitude=102.710987654321)


@dataclass
class Desk:
    """The service as a browser and a phone use it."""

    engine: AsyncEngine
    now_us: int = field(default_factory=now_us)
    redis: FakeRedis = field(default_factory=FakeRedis)

    def __post_init__(self) -> None:
        self.people, self.tickets = People(self.engine, PII), Tickets(self.engine, PII)
        revocations = Revocations(self.people, self.redis, own_verifier(SIGNER))  # type: ignore[arg-type]
        sessions = Sessions(self.engine)
        self.servicer = ConsoleServicer(
            self.tickets, self.people, sessions, SIGNER, revocations, "https://q.example", lambda: self.now_us
        )

    async def phone(self, openid: str = "") -> Session:
        """Somebody's session on a phone, which calls from here on."""
        session = await self.people.sign_in(openid or f"openid-{ids.new_id().hex()}", self.now_us)
        act_as(session.user.user_id, session.session_id)
        return session

    async def open(self) -> pb.OpenedTicket:
        """A ticket."""
        return await self.servicer.OpenTicket(pb.OpenTicketRequest(browser="Chrome", platform="Windows"), None)

    async def poll(self, opened: pb.OpenedTicket, **changes: Any) -> pb.RedeemedTicket:
        """What its browser is told."""
        asked: Any = {"ticket_id": opened.ticket.ticket_id, "secret": opened.secret}
        return await self.servicer.RedeemTicket(pb.RedeemTicketRequest(**asked | changes), None)

    async def look(self, opened: pb.OpenedTicket) -> pb.Ticket:
        """What the calling phone is shown."""
        return await self.servicer.GetTicket(pb.GetTicketRequest(ticket_id=opened.ticket.ticket_id), None)

    async def approve(self, opened: pb.OpenedTicket, digits: str = "") -> pb.Ticket:
        """The calling phone says yes."""
        request = pb.ApproveTicketRequest(ticket_id=opened.ticket.ticket_id, digits=digits or opened.digits)
        return await self.servicer.ApproveTicket(request, None)

    async def deny(self, opened: pb.OpenedTicket) -> pb.Ticket:
        """The calling phone says no."""
        return await self.servicer.DenyTicket(pb.DenyTicketRequest(ticket_id=opened.ticket.ticket_id), None)

    async def ask_place(self) -> pb.OpenedTicket:
        """A ticket by which the caller's browser asks for a place."""
        return await self.servicer.OpenPlaceTicket(pb.OpenPlaceTicketRequest(browser="Edge", platform="Windows"), None)

    async def choose(self, opened: pb.OpenedTicket, place: pb.TicketPlace | None = None) -> pb.Ticket:
        """The calling phone answers with a place."""
        request = pb.ChoosePlaceRequest(ticket_id=opened.ticket.ticket_id, place=place or LIBRARY)
        return await self.servicer.ChoosePlace(request, None)

    async def chosen(self, opened: pb.OpenedTicket, secret: str = "") -> pb.ChosenPlace:
        """What its browser is told."""
        request = pb.GetChosenPlaceRequest(ticket_id=opened.ticket.ticket_id, secret=secret or opened.secret)
        return await self.servicer.GetChosenPlace(request, None)

    async def let_in(self) -> pb.ConsoleSession:
        """A browser that the calling phone let in."""
        opened = await self.open()
        await self.approve(opened)
        return (await self.poll(opened)).session

    async def refresh(self, console: pb.ConsoleSession, csrf_token: str | None = None) -> pb.ConsoleSession:
        """What its cookie is exchanged for."""
        csrf = console.csrf_token if csrf_token is None else csrf_token
        request = pb.RefreshConsoleRequest(refresh_token=console.session.refresh_token, csrf_token=csrf)
        return await self.servicer.RefreshConsole(request, None)

    async def end(self, console: pb.ConsoleSession, csrf_token: str | None = None) -> bytes:
        """Signs it out."""
        csrf = console.csrf_token if csrf_token is None else csrf_token
        request = pb.EndConsoleRequest(refresh_token=console.session.refresh_token, csrf_token=csrf)
        return (await self.servicer.EndConsole(request, None)).session_id

    async def listed(self) -> list[pb.SignedIn]:
        """Where the caller is signed in."""
        return list((await self.servicer.ListSessions(pb.ListSessionsRequest(), None)).sessions)


def act_as(user_id: bytes, session_id: bytes) -> None:
    """From here on the calls are this session's."""
    interceptors._claims.set(Claims(user_id, session_id, 0, ""))


def claims_of(console: pb.ConsoleSession) -> dict[str, Any]:
    """What an access token says."""
    decoded: dict[str, Any] = jwt.decode(console.session.access_token, options={"verify_signature": False})
    return decoded


@pytest.fixture
async def desk(identity_engine: AsyncEngine) -> Desk:
    """With a phone of somebody."""
    desk = Desk(identity_engine)
    await desk.phone()
    return desk


async def test_a_phone_lets_a_browser_in_for_a_quarter_of_an_hour(desk: Desk) -> None:
    """The phone is shown who asks; the browser is given a session of its own, and its person."""
    phone = await desk.phone()
    opened = await desk.open()
    assert (
        opened.url == f"https://q.example/c/{ids.to_text(opened.ticket.ticket_id)}" and opened.secret not in opened.url
    )
    assert (await desk.poll(opened)).state == pb.Ticket.STATE_PENDING

    shown = await desk.look(opened)
    yes = await desk.approve(opened)
    polled = await desk.poll(opened)

    assert (shown.browser, shown.platform, shown.created_at) == ("Chrome", "Windows", desk.now_us)
    assert yes.state == polled.state == pb.Ticket.STATE_APPROVED
    claims, tokens = claims_of(polled.session), polled.session.session
    assert tokens.user.user_id == phone.user.user_id and tokens.expires_in_s == 900
    assert claims["exp"] - claims["iat"] == 900 and claims["sid"] != ids.to_text(phone.session_id)
    assert polled.session.expires_at == desk.now_us + CONSOLE_REFRESH_LIFE_US


@pytest.mark.parametrize("secret", ["", "x" * 43])
async def test_without_its_secret_a_ticket_reads_like_none(desk: Desk, secret: str) -> None:
    """Whoever photographs the QR, and is quicker, gains nothing; the browser still does."""
    opened = await desk.open()
    await desk.approve(opened)
    for changes in ({"secret": secret}, {"ticket_id": bytes(16)}):
        with pytest.raises(TicketUnknownError):
            await desk.poll(opened, **changes)
    assert (await desk.poll(opened)).HasField("session")


async def test_a_ticket_is_worth_one_session_however_many_ask_at_once(desk: Desk) -> None:
    """A replay of what the browser sent is told that it is used."""
    opened = await desk.open()
    await desk.approve(opened)

    answers = await asyncio.gather(*(desk.poll(opened) for _ in range(6)), return_exceptions=True)

    assert sum(isinstance(answer, pb.RedeemedTicket) for answer in answers) == 1
    assert sum(isinstance(answer, TicketUsedError) for answer in answers) == 5
    assert [each.kind for each in await desk.listed()].count(pb.SignedIn.KIND_CONSOLE) == 1


async def test_after_two_minutes_nobody_is_let_in(desk: Desk) -> None:
    """Neither by an approval nor by a poll."""
    late, approved = await desk.open(), await desk.open()
    await desk.approve(approved)
    desk.now_us += LIFE_US

    with pytest.raises(TicketOverError):
        await desk.approve(late)
    assert [(await desk.poll(each)).state for each in (late, approved)] == [pb.Ticket.STATE_EXPIRED] * 2


async def test_two_wrong_digits_end_a_ticket(desk: Desk) -> None:
    """Each is told how many tries are left; the right ones come too late then."""
    opened = await desk.open()
    other = f"{(int(opened.digits) + 1) % 100:02}"
    left = []
    for _ in range(2):
        with pytest.raises(DigitsWrongError) as caught:
            await desk.approve(opened, other)
        left.append(caught.value.metadata["left"])

    assert left == ["1", "0"]
    with pytest.raises(TicketOverError):
        await desk.approve(opened)
    assert (await desk.poll(opened)).state == pb.Ticket.STATE_DENIED


async def test_many_digits_at_once_gain_nothing(desk: Desk) -> None:
    """Two are judged, and the others come too late."""
    opened = await desk.open()
    others = [f"{each:02}" for each in range(100) if f"{each:02}" != opened.digits][:8]
    answers = await asyncio.gather(*(desk.approve(opened, digits) for digits in others), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["DigitsWrongError"] * 2 + ["TicketOverError"] * 6


async def test_a_no_is_told_and_an_approval_can_be_taken_back(desk: Desk) -> None:
    """Until the browser has its session."""
    denied, taken_back, used = await desk.open(), await desk.open(), await desk.open()
    await desk.deny(denied)
    await desk.approve(taken_back)
    assert (await desk.approve(taken_back)).state == pb.Ticket.STATE_APPROVED
    assert (await desk.deny(taken_back)).state == pb.Ticket.STATE_DENIED
    await desk.approve(used)
    await desk.poll(used)

    assert [(await desk.poll(each)).state for each in (denied, taken_back)] == [pb.Ticket.STATE_DENIED] * 2
    with pytest.raises(TicketOverError):
        await desk.deny(used)


async def test_somebody_else_cannot_take_over_an_approved_ticket(desk: Desk) -> None:
    """The first who approves is who is let in."""
    first, opened = await desk.phone(), await desk.open()
    await desk.approve(opened)
    await desk.phone()
    with pytest.raises(TicketOverError):
        await desk.approve(opened)
    with pytest.raises(TicketOverError):
        await desk.deny(opened)
    assert (await desk.poll(opened)).session.session.user.user_id == first.user.user_id


async def test_a_console_lets_nobody_in(desk: Desk) -> None:
    """Nor does a session that is over, nor one that is somebody else's: whoever borrows a laptop stays alone on it."""
    phone = await desk.phone()
    console = claims_of(await desk.let_in())
    opened = await desk.open()
    over = await desk.phone()
    await desk.people.end_session(over.session_id, desk.now_us)
    for user_id, session_id in (
        (phone.user.user_id, ids.from_text(console["sid"])),
        (over.user.user_id, over.session_id),
        (over.user.user_id, phone.session_id),
    ):
        act_as(user_id, session_id)
        for act in (desk.look, desk.approve, desk.deny):
            with pytest.raises(PhoneOnlyError):
                await act(opened)
    assert (await desk.poll(opened)).state == pb.Ticket.STATE_PENDING


async def test_whoever_is_erased_is_let_in_nowhere(desk: Desk) -> None:
    """Their consoles end with their phones, and an approval that was not used is worth nothing."""
    phone, console, opened = await desk.phone(), await desk.let_in(), await desk.open()
    await desk.approve(opened)

    async def erase(_: bytes) -> None:
        """Activity follows."""

    outbox = Outbox(desk.engine, tables.outbox, {ERASE: erase_effect(erase)})
    ended = await Erasure(desk.engine, outbox).erase(phone.user.user_id, desk.now_us)

    assert ids.from_text(claims_of(console)["sid"]) in ended
    assert (await desk.poll(opened)).state == pb.Ticket.STATE_DENIED
    with pytest.raises(RefreshTokenError):
        await desk.refresh(console)


async def test_a_cookie_alone_renews_and_ends_nothing(desk: Desk) -> None:
    """Without what the page keeps it is a forged request, and the session goes on unharmed."""
    console = await desk.let_in()
    for csrf_token in ("", "x" * 43):
        for act in (desk.refresh, desk.end):
            with pytest.raises(CsrfError):
                await act(console, csrf_token)
    assert (await desk.refresh(console)).session.user == console.session.user


async def test_tabs_that_ask_at_once_all_stay_signed_in(desk: Desk) -> None:
    """They are given the same token, also those that come with the one before while others have the new one."""
    console = await desk.let_in()
    together = await asyncio.gather(*(desk.refresh(console) for _ in range(5)))
    desk.now_us += CONSOLE_REST_US // 2
    again = [await desk.refresh(together[0]), await desk.refresh(console), await desk.refresh(together[0])]

    assert len({each.session.refresh_token for each in [*together, *again]}) == 1
    assert together[0].session.refresh_token != console.session.refresh_token
    assert {claims_of(each)["sid"] for each in together} == {claims_of(console)["sid"]}


async def test_a_stolen_cookie_that_is_used_later_ends_the_session(desk: Desk) -> None:
    """For the thief and for the browser alike, also where the thief has all that the page has."""
    console = await desk.let_in()
    renewed = await desk.refresh(console)
    desk.now_us += REFRESH_GRACE_US + SECOND_US

    with pytest.raises(RefreshTokenReusedError):
        await desk.refresh(console)
    with pytest.raises(RefreshTokenError):
        await desk.refresh(renewed)
    assert desk.redis.published == [(CHANNEL, ids.from_text(claims_of(console)["sid"]))]


async def test_a_console_that_is_not_used_for_a_week_is_over(desk: Desk) -> None:
    """Each use is a week more."""
    console = await desk.let_in()
    desk.now_us += CONSOLE_REFRESH_LIFE_US - SECOND_US
    renewed = await desk.refresh(console)
    desk.now_us += CONSOLE_REFRESH_LIFE_US - SECOND_US
    renewed = await desk.refresh(renewed)
    desk.now_us += CONSOLE_REFRESH_LIFE_US
    with pytest.raises(RefreshTokenError):
        await desk.refresh(renewed)


async def test_a_phone_renews_nothing_of_a_console_and_a_console_nothing_of_a_phone(desk: Desk) -> None:
    """Or a cookie would be worth seven days."""
    phone, console = await desk.phone(), await desk.let_in()
    with pytest.raises(RefreshTokenError):
        await desk.people.refresh(console.session.refresh_token, console.csrf_token, desk.now_us)
    stolen = pb.ConsoleSession(session=pb.Session(refresh_token=phone.refresh_token))
    with pytest.raises(RefreshTokenError):
        await desk.refresh(stolen)


async def test_signing_out_ends_the_session_and_an_unknown_cookie_ends_nothing(desk: Desk) -> None:
    """The gateways are told of the one."""
    console = await desk.let_in()
    ended = await desk.end(console)

    assert ended == ids.from_text(claims_of(console)["sid"])
    assert desk.redis.published == [(CHANNEL, ended)]
    assert await desk.end(pb.ConsoleSession(session=pb.Session(refresh_token="x"))) == b""
    with pytest.raises(RefreshTokenError):
        await desk.refresh(console)


async def test_people_see_where_they_are_signed_in_and_end_it(desk: Desk) -> None:
    """Their own alone, those used last first; ending one twice is ending it."""
    openid = f"openid-{ids.new_id().hex()}"
    first = await desk.phone(openid)
    desk.now_us += SECOND_US
    console = ids.from_text(claims_of(await desk.let_in())["sid"])
    desk.now_us += SECOND_US
    second = await desk.phone(openid)
    desk.now_us += SECOND_US
    await desk.people.refresh(first.refresh_token, "phone", desk.now_us)

    listed = await desk.listed()
    assert [each.session_id for each in listed] == [first.session_id, second.session_id, console]
    assert [each.is_current for each in listed] == [False, True, False]
    assert (listed[2].kind, listed[2].browser, listed[2].platform) == (pb.SignedIn.KIND_CONSOLE, "Chrome", "Windows")
    assert (listed[0].kind, listed[0].last_used_at - listed[0].created_at) == (pb.SignedIn.KIND_PHONE, 3 * SECOND_US)

    for _ in range(2):
        await desk.servicer.RevokeSession(pb.RevokeSessionRequest(session_id=console), None)
    assert [each.session_id for each in await desk.listed()] == [first.session_id, second.session_id]
    assert (CHANNEL, console) in desk.redis.published
    await desk.phone()
    with pytest.raises(NotFoundError):
        await desk.servicer.RevokeSession(pb.RevokeSessionRequest(session_id=first.session_id), None)


async def test_only_digests_of_secrets_are_kept_and_old_tickets_are_forgotten(desk: Desk) -> None:
    """However many there are; those of now stay."""
    old = [await desk.open() for _ in range(3)]
    desk.now_us += LIFE_US + 1000 * SECOND_US
    new = await desk.open()
    await desk.tickets.forget_old(desk.now_us)

    table = tables.console_tickets
    async with desk.engine.begin() as connection:
        kept = (await connection.execute(select(table))).all()
        count = select(func.count()).where(table.c.created_at < to_datetime(desk.now_us - LIFE_US))
        assert (await connection.execute(count)).scalar_one() == 0
    assert new.ticket.ticket_id in {row.ticket_id for row in kept}
    assert not any(each.secret.encode() in bytes(str(row), "utf-8") for each in [*old, new] for row in kept)
    with pytest.raises(ServiceError):
        await desk.poll(old[0])


async def test_a_phone_tells_a_browser_of_the_same_person_a_place_once(desk: Desk) -> None:
    """The browser may read it again, an answer can be lost; no digits are shown, no session comes of it."""
    opened = await desk.ask_place()
    shown, waiting = await desk.look(opened), await desk.chosen(opened)
    assert (opened.digits, shown.purpose, shown.browser) == ("", pb.Ticket.PURPOSE_PLACE, "Edge")
    assert (waiting.state, waiting.HasField("place")) == (pb.Ticket.STATE_PENDING, False)

    answers = [await desk.choose(opened) for _ in range(2)]

    assert [each.state for each in answers] == [pb.Ticket.STATE_APPROVED] * 2
    for _ in range(2):
        assert await desk.chosen(opened) == pb.ChosenPlace(state=pb.Ticket.STATE_APPROVED, place=LIBRARY)
    with pytest.raises(TicketOverError):
        await desk.choose(opened, pb.TicketPlace(name="操场", latitude=25.0, longitude=102.7))
    for sign_in in (desk.poll, desk.approve):
        with pytest.raises(TicketUnknownError):
            await sign_in(opened)
    with pytest.raises(TicketUnknownError):
        await desk.chosen(opened, "x" * 43)


async def test_a_phone_of_somebody_else_neither_sees_nor_answers_who_asks_for_a_place(desk: Desk) -> None:
    """Nor is it told what was chosen, with the secret or without."""
    opened = await desk.ask_place()
    await desk.phone()
    for attempt in (desk.look, desk.choose, desk.deny, desk.chosen):
        with pytest.raises(TicketOthersError):
            await attempt(opened)


async def test_only_a_phone_tells_a_place_and_only_where_one_is_asked_for(desk: Desk) -> None:
    """And within two minutes; who says no is believed."""
    sign_in, late, denied = await desk.open(), await desk.ask_place(), await desk.ask_place()
    with pytest.raises(TicketUnknownError):
        await desk.choose(sign_in)
    with pytest.raises(TicketUnknownError):
        await desk.chosen(sign_in)
    assert (await desk.deny(denied)).state == (await desk.chosen(denied)).state == pb.Ticket.STATE_DENIED
    desk.now_us += LIFE_US
    with pytest.raises(TicketOverError):
        await desk.choose(late)
    assert (await desk.chosen(late)).state == pb.Ticket.STATE_EXPIRED

    console, asking = claims_of(await desk.let_in()), await desk.ask_place()
    act_as(ids.from_text(console["sub"]), ids.from_text(console["sid"]))
    with pytest.raises(PhoneOnlyError):
        await desk.choose(asking)
