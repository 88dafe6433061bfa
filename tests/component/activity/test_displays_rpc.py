"""DisplayService over real gRPC: who may make links, who opens one, and what a screen is shown."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from domainkit.guesses import guess_limit, kiosk_guess_limit
from domainkit.sealed import Sealer
from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2
from servicekit import ids
from servicekit.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    UnauthenticatedError,
    UnavailableError,
)
from servicekit.rpc import client
from services.activity.admission import Admission
from services.activity.codes import CodeResolver
from services.activity.displays import GRACE_US, LINK_US, Display, new_secret
from services.activity.displays_rpc import ACCESS, DisplayServicer
from services.activity.domain import Activity
from services.activity.door.expected import Expected
from services.activity.kiosks import Kiosks
from services.activity.qr import QrCodes
from services.activity.rpc import ActivityServicer
from tests.component.conftest import Loopback, Signer
from tests.fakes.activity import (
    STARTS_AT,
    FakeDisplays,
    FakeEntries,
    FakeRedis,
    FakeRoles,
    FakeRosters,
    FakeStore,
    FakeTags,
    a_draft,
)

ORGANISATION = ids.new_id()
PEOPLE = {role: ids.new_id() for role in ("owner", "organiser", "staff", "member", "stranger")}
_ROLES = {
    "owner": identity_pb2.ROLE_OWNER,
    "organiser": identity_pb2.ROLE_ORGANISER,
    "staff": identity_pb2.ROLE_STAFF,
    "member": identity_pb2.ROLE_MEMBER,
}
OPEN, ENDED = pb.Display.STATE_OPEN, pb.Display.STATE_ENDED


@dataclass
class LosingDisplays(FakeDisplays):
    """Displays of a database that can be lost."""

    is_gone: bool = False

    async def of_secret(self, digest: bytes) -> Display | None:
        """See `Displays.of_secret`."""
        if self.is_gone:
            raise UnavailableError("the database does not answer")
        return await super().of_secret(digest)


@dataclass
class Service:
    """The service as a test sees it, on fakes, with one activity of the organisation."""

    loopback: Loopback
    signer: Signer
    store: FakeStore = field(default_factory=FakeStore)
    displays: LosingDisplays = field(default_factory=LosingDisplays)
    roles: FakeRoles = field(default_factory=FakeRoles)
    rosters: FakeRosters = field(default_factory=FakeRosters)
    entries: FakeEntries = field(default_factory=FakeEntries)
    now_us: int = STARTS_AT

    async def start(self, **changes: Any) -> None:
        """Serves; arguments of the servicer may be changed."""
        roles = self.roles
        roles.roles |= {(ORGANISATION, PEOPLE[name]): role for name, role in _ROLES.items()}
        redis: Any = FakeRedis()
        qr = QrCodes(Sealer(credential_pb2.QrToken, {1: b"\x01" * 32}), redis)
        codes = CodeResolver(self.store, guess_limit(redis))
        url, clock = "https://qiandao.example/", lambda: self.now_us
        activities = ActivityServicer(self.store, roles, qr, codes, FakeRosters(), FakeTags(), url, clock)
        admission = Admission(self.store, roles, clock)
        kiosks = Kiosks(roles, Expected(self.rosters, self.entries), kiosk_guess_limit(redis))
        servicer = DisplayServicer(self.displays, self.store, admission, kiosks, activities.show, url, clock, **changes)
        register = activity_pb2_grpc.add_DisplayServiceServicer_to_server
        await self.loopback.serve("activity", register, servicer, ACCESS, self.signer.verifier())
        self._stub = activity_pb2_grpc.DisplayServiceStub(self.loopback.connect("activity", "gateway"))
        self.activity = self.put(a_draft(ORGANISATION, ids.new_id(), ids.new_id()).publish(self.now_us))

    def put(self, activity: Activity) -> Activity:
        """Stores an activity as it is now."""
        self.store.activities[activity.activity_id] = activity
        return activity

    async def call(self, name: str, request: Any, who: str = "") -> Any:
        """Calls a method, on somebody's behalf if they are named."""
        token = self.signer.token(PEOPLE[who]) if who else None
        return await client.call(getattr(self._stub, name), request, timeout_s=30, token=token)

    async def link(self, **changes: Any) -> str:
        """The code of a new link."""
        request = REQUESTS["CreateDisplay"](self.activity.activity_id, b"")
        request.MergeFrom(pb.CreateDisplayRequest(**changes))
        made: pb.CreatedDisplay = await self.call("CreateDisplay", request, "staff")
        assert made.url.startswith("https://qiandao.example/d/")
        return made.url.rpartition("/")[2]

    async def open(self, code: str, secret: bytes = b"") -> pb.OpenedDisplay:
        """A browser that opens a link."""
        request = pb.OpenDisplayRequest(code=code, secret=secret, opened_from="203.0.113.7")
        opened: pb.OpenedDisplay = await self.call("OpenDisplay", request)
        return opened

    async def screen(self, secret: bytes, activity_id: bytes = b"") -> pb.Screen:
        """What a browser is to show."""
        screen: pb.Screen = await self.call("GetScreen", pb.GetScreenRequest(secret=secret, activity_id=activity_id))
        return screen

    async def preview(self, code: str, secret: bytes = b"") -> pb.DisplayPreview:
        """What a browser is told of a link."""
        found: pb.DisplayPreview = await self.call("PreviewDisplay", pb.PreviewDisplayRequest(code=code, secret=secret))
        return found

    async def refuses(self, code: str, state: str) -> None:
        """Says that a link opens nothing any more."""
        with pytest.raises(ConflictError) as refusal:
            await self.open(code)
        assert (refusal.value.reason, refusal.value.metadata) == ("DISPLAY_LINK_SPENT", {"state": state})

    async def ends(self, secret: bytes) -> None:
        """Says that a browser is no display of the activity any more."""
        with pytest.raises(UnauthenticatedError):
            await self.screen(secret, self.activity.activity_id)


@pytest.fixture
async def service(loopback: Loopback, signer: Signer) -> Service:
    """See `Service`."""
    service = Service(loopback, signer)
    await service.start()
    return service


REQUESTS: dict[str, Callable[[bytes, bytes], Any]] = {
    "CreateDisplay": lambda activity, display: pb.CreateDisplayRequest(
        activity_id=activity, kind=pb.Display.KIND_WALL, show_names=pb.Display.NAMES_FULL
    ),
    "ListDisplays": lambda activity, display: pb.ListDisplaysRequest(activity_id=activity),
    "RevokeDisplay": lambda activity, display: pb.RevokeDisplayRequest(activity_id=activity, display_id=display),
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("method", REQUESTS)
async def test_staff_and_above_hang_screens(service: Service, method: str, who: str) -> None:
    """To others there is no such activity."""
    await service.link()
    [display_id] = service.displays.saved
    request = REQUESTS[method](service.activity.activity_id, display_id)

    if who in ("member", "stranger"):
        with pytest.raises(NotFoundError):
            await service.call(method, request, who)
    else:
        await service.call(method, request, who)


async def test_a_kiosk_is_for_those_who_come_or_go(service: Service) -> None:
    """Those who come, unless it says otherwise; at what only shows nobody does either."""
    out = pb.Display.DIRECTION_OUT
    codes = [await service.link(kind=pb.Display.KIND_KIOSK, direction=way) for way in (0, out)]
    shown = [(await service.open(code)).screen.display.direction for code in codes]
    with pytest.raises(InvalidArgumentError, match="direction"):
        await service.link(direction=out)

    assert shown == [pb.Display.DIRECTION_IN, out]


async def test_a_link_is_opened_once_and_its_browser_goes_on(service: Service) -> None:
    """Whoever it was forwarded to is told so; the browser that has the secret may come back to it."""
    code = await service.link()
    opened = await service.open(code)

    again = await service.open(code, opened.secret)

    assert (opened.screen.display.state, opened.screen.display.opened_from) == (OPEN, "203.0.113.7")
    assert again.secret == opened.secret and len(opened.secret) == 32
    await service.refuses(code, "open")
    previews = [await service.preview(code, secret) for secret in (opened.secret, b"", new_secret())]
    assert [(each.state, each.is_own) for each in previews] == [(OPEN, True), (OPEN, False), (OPEN, False)]


async def test_a_preview_spends_nothing(service: Service) -> None:
    """It says what the link leads to, however often programs look at it."""
    code = await service.link()

    previews = [await service.preview(code) for _ in range(3)]

    expected = pb.DisplayPreview(state=pb.Display.STATE_WAITING, activity_title="新生讲座")
    assert previews == [expected] * 3
    assert (await service.open(code)).screen.display.state == OPEN


async def test_no_link_and_no_secret_is_kept_in_the_open(service: Service) -> None:
    """Whoever reads the table can open nothing."""
    code = await service.link()
    secret = (await service.open(code)).secret

    kept = repr(service.displays.saved)
    assert code not in kept and repr(secret) not in kept and secret.hex() not in kept


async def test_a_link_lives_for_a_quarter_of_an_hour(service: Service) -> None:
    """What was not opened by then never is."""
    code = await service.link()
    service.now_us += LINK_US

    await service.refuses(code, "expired")


async def test_a_screen_shows_its_activity_and_the_current_qr(service: Service) -> None:
    """Nothing of it but what a participant sees, and the QR that all screens show."""
    secret = (await service.open(await service.link())).secret

    screen = await service.screen(secret, service.activity.activity_id)

    assert screen.activity.title == "新生讲座" and screen.activity.place.name == "图书馆报告厅"
    assert screen.qr.url.startswith("https://qiandao.example/q/") and screen.qr_period_s == 60
    for nobody, activity_id in ((new_secret(), b""), (b"", b""), (secret, ids.new_id())):
        with pytest.raises(UnauthenticatedError):
            await service.screen(nobody, activity_id)


@pytest.mark.parametrize("end", ["closed", "cancelled", "over"])
async def test_a_screen_ends_with_its_activity(service: Service, end: str) -> None:
    """It is told so, and no QR any more; its link opens nothing either."""
    secret, waiting = (await service.open(await service.link())).secret, await service.link()
    match end:
        case "closed":
            service.put(service.activity.close())
        case "cancelled":
            service.put(service.activity.cancel())
        case "over":
            service.now_us = service.activity.occurrences[0].closes_at + GRACE_US

    await service.ends(secret)
    await service.refuses(waiting, "ended")
    screen = await service.screen(secret)
    assert screen.display.state == ENDED and not screen.HasField("qr")


async def test_a_revoked_screen_ends_within_moments(service: Service) -> None:
    """Also where it was shown a moment ago: it is believed for two seconds at most."""
    secret = (await service.open(await service.link())).secret
    await service.screen(secret, service.activity.activity_id)
    [display_id] = service.displays.saved
    revoke = REQUESTS["RevokeDisplay"](service.activity.activity_id, display_id)

    await service.call("RevokeDisplay", revoke, "organiser")

    async with asyncio.timeout(5):
        while (await service.screen(secret)).display.state == OPEN:  # noqa: ASYNC110  a cache tells nobody that it ends
            await asyncio.sleep(0.05)
    await service.ends(secret)
    assert (await service.screen(secret)).display.state == pb.Display.STATE_REVOKED


async def test_screens_go_on_while_mysql_is_gone(loopback: Loopback, signer: Signer) -> None:
    """Then nothing can be revoked; a browser that was not seen before has to wait."""
    service = Service(loopback, signer)
    await service.start(believed_s=0.0)
    known, unknown = [(await service.open(await service.link())).secret for _ in range(2)]
    await service.screen(known)
    service.displays.is_gone = True

    assert (await service.screen(known)).display.state == OPEN
    with pytest.raises(UnavailableError):
        await service.screen(unknown)


async def test_only_what_people_know_of_is_shown(service: Service) -> None:
    """A draft and what is over have no screens, and a screen is of a kind."""
    draft = service.put(a_draft(ORGANISATION, ids.new_id(), ids.new_id()))
    for activity in (draft, service.put(replace(draft.publish(STARTS_AT).close()))):
        with pytest.raises(ConflictError):
            await service.call("CreateDisplay", REQUESTS["CreateDisplay"](activity.activity_id, b""), "staff")
    for kind, names, wrong in ((0, 1, "kind"), (9, 1, "kind"), (1, 0, "show_names"), (1, 9, "show_names")):
        request: Any = pb.CreateDisplayRequest(activity_id=service.activity.activity_id)
        request.MergeFromString(bytes([0x10, kind, 0x18, names]))
        with pytest.raises(InvalidArgumentError) as refusal:
            await service.call("CreateDisplay", request, "staff")
        assert [fault.field for fault in refusal.value.fields] == [wrong]


async def test_what_is_past_gets_no_screen(service: Service) -> None:
    """Published as it is: its link would be over before anybody opened it."""
    service.now_us = service.activity.occurrences[0].closes_at + GRACE_US
    with pytest.raises(ConflictError) as refusal:
        await service.link()
    assert refusal.value.metadata == {"state": "past"}


async def test_an_activity_has_twenty_screens(service: Service) -> None:
    """The twenty-first is refused with the number."""
    for _ in range(20):
        await service.link()
    with pytest.raises(RateLimitedError) as refusal:
        await service.link()
    assert (refusal.value.reason, refusal.value.metadata) == ("TOO_MANY_DISPLAYS", {"quota": "20"})


async def test_a_link_that_nobody_made_is_unknown(service: Service) -> None:
    """However it is asked for."""
    for code in ("", "CFGHJKMNPRTVWXY34679", "%" * 64):
        with pytest.raises(NotFoundError):
            await service.open(code)
        with pytest.raises(NotFoundError):
            await service.preview(code)


async def test_staff_see_every_screen_and_what_became_of_it(service: Service) -> None:
    """The newest first."""
    await service.open(await service.link())
    await service.link()
    request = pb.ListDisplaysRequest(activity_id=service.activity.activity_id)

    listed: pb.ListDisplaysResponse = await service.call("ListDisplays", request, "staff")

    found = {each.state: each for each in listed.displays}
    assert set(found) == {pb.Display.STATE_WAITING, OPEN}
    assert found[OPEN].created_by == PEOPLE["staff"] and found[OPEN].opened_at == service.now_us
    assert found[pb.Display.STATE_WAITING].expires_at == service.now_us + LINK_US
    assert [each.display_id for each in listed.displays] == sorted(service.displays.saved, reverse=True)


async def test_only_the_gateway_asks_for_a_screen(service: Service) -> None:
    """And nobody makes links without saying who they are."""
    with pytest.raises(UnauthenticatedError):
        await service.call("CreateDisplay", REQUESTS["CreateDisplay"](service.activity.activity_id, b""))
    with pytest.raises(PermissionDeniedError):
        other = activity_pb2_grpc.DisplayServiceStub(service.loopback.connect("activity", "checkin"))
        await client.call(other.GetScreen, pb.GetScreenRequest(secret=new_secret()), timeout_s=30)
