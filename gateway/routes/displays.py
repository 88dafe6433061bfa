"""Displays: links to screens of one activity, and what a screen asks that nobody is signed in to."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from domainkit.masked_names import masked
from gateway import displays
from gateway.clients import ask
from gateway.http.fields import Id, IdText, Input, Time, Word
from gateway.routes.activity_shapes import STATE_NAMES, Title
from gateway.routes.activity_shapes import StateName as ActivityStateName
from gateway.routes.dependencies import Call, Routes, reply
from protos.activity.v1 import activity_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text

routes = Routes("activity")

KindName = Literal["qr", "wall", "kiosk"]
NamesName = Literal["none", "masked", "full"]
DirectionName = Literal["in", "out"]
StateName = Literal["waiting", "open", "expired", "ended", "revoked", "unstaffed"]

_KINDS: dict[KindName, pb.Display.Kind.ValueType] = {
    "qr": pb.Display.KIND_QR,
    "wall": pb.Display.KIND_WALL,
    "kiosk": pb.Display.KIND_KIOSK,
}
_NAMES: dict[NamesName, pb.Display.Names.ValueType] = {
    "none": pb.Display.NAMES_NONE,
    "masked": pb.Display.NAMES_MASKED,
    "full": pb.Display.NAMES_FULL,
}
_DIRECTIONS: dict[DirectionName, pb.Display.Direction.ValueType] = {
    "in": pb.Display.DIRECTION_IN,
    "out": pb.Display.DIRECTION_OUT,
}
DIRECTION_NAMES = {number: name for name, number in _DIRECTIONS.items()}
_STATES: dict[int, StateName] = {
    pb.Display.STATE_WAITING: "waiting",
    pb.Display.STATE_OPEN: "open",
    pb.Display.STATE_EXPIRED: "expired",
    pb.Display.STATE_ENDED: "ended",
    pb.Display.STATE_REVOKED: "revoked",
    pb.Display.STATE_UNSTAFFED: "unstaffed",
}
# How a name is told; where no names are, none is.
NAMING: dict[int, Callable[[str], str]] = {pb.Display.NAMES_MASKED: masked, pb.Display.NAMES_FULL: str}
_KIND_NAMES = {number: name for name, number in _KINDS.items()}
_NAMES_NAMES = {number: name for name, number in _NAMES.items()}
_A_CODE = ["K7MCFGHJ4R9XWTK7MCFG"]

_GATE = "Of a kiosk: one of the activity's gates"
_DIRECTION = "Of a kiosk: whether people check in or out there."

Code = Annotated[str, Meta(min_length=1, max_length=64, examples=_A_CODE)]


class NewDisplay(Input):
    """A screen to make."""

    kind: KindName = "qr"
    show_names: NamesName = "none"
    gate: Annotated[Word, Meta(description=_GATE + "; empty: a name of its own.")] = ""
    direction: Annotated[DirectionName, Meta(description=_DIRECTION)] = "in"


class Display(msgspec.Struct):
    """A screen as staff see it. `opened_from` is an address; `expires_at` is of the link until it is opened.

    A kiosk is `unstaffed` once who made it is no staff of the activity any more.
    """

    id: IdText
    kind: KindName | None
    show_names: NamesName | None
    state: StateName | None
    created_by: IdText
    created_at: Time
    opened_at: Time | None
    opened_from: Annotated[str, Meta(examples=["203.0.113.7"])]
    expires_at: Time
    gate: Annotated[str | None, Meta(description="Of a kiosk: where its check-ins are made.", examples=["签到台 1"])]
    direction: Annotated[DirectionName | None, Meta(description=_DIRECTION)]


class Displays(msgspec.Struct):
    """An activity's displays, the newest first, a hundred at most."""

    displays: list[Display]


class CreatedDisplay(msgspec.Struct):
    """A display, and the link that opens it once, within 15 minutes; nobody is told it again."""

    display: Display
    url: Annotated[str, Meta(examples=[f"https://qiandao.example/d/{_A_CODE[0]}"])]


class ShownActivity(msgspec.Struct):
    """An activity as a screen shows it."""

    id: IdText
    title: Title
    time_zone: Annotated[str, Meta(examples=["Asia/Shanghai"])]
    starts_at: Time
    ends_at: Time
    opens_at: Time
    closes_at: Time
    place_name: Annotated[str, Meta(examples=["图书馆"])]
    state: ActivityStateName | None
    qr_period_s: int


class ShownDisplay(msgspec.Struct):
    """A screen as it knows itself: nobody of those who see it needs to know who made it."""

    id: IdText
    kind: KindName | None
    show_names: NamesName | None
    state: StateName | None
    expires_at: Time
    gate: Annotated[str | None, Meta(description="Of a kiosk: what it is called.", examples=["签到台 1"])]
    direction: Annotated[DirectionName | None, Meta(description=_DIRECTION)]


class Screen(msgspec.Struct):
    """What a browser shows that is a display."""

    display: ShownDisplay
    activity: ShownActivity


class Latest(msgspec.Struct):
    """Somebody who checked in."""

    name: Annotated[str, Meta(examples=["王*明"])]
    checked_in_at: Time


class LatestPeople(msgspec.Struct):
    """Who checked in last, the latest first; nobody where the screen shows no names."""

    people: list[Latest]


class DisplayPreview(msgspec.Struct):
    """What a link leads to. `is_own`: this browser opened it."""

    state: StateName | None
    activity_title: Title
    is_own: bool


class Opening(Input):
    """The code of a link."""

    code: Code


class PreviewQuery(msgspec.Struct):
    """Which link."""

    code: Code


@routes.on("POST", "/v1/activities/{activity_id}/displays", status=201)
async def create_display(call: Call, activity_id: Id, body: NewDisplay) -> CreatedDisplay:
    """A link to a screen, for staff and above; an activity has at most 20 that are open or may be.

    A repeat makes another link: the first is told once.
    """
    request = pb.CreateDisplayRequest(
        activity_id=activity_id,
        kind=_KINDS[body.kind],
        show_names=_NAMES[body.show_names],
        gate=body.gate,
        direction=_DIRECTIONS[body.direction],
    )
    made: pb.CreatedDisplay = await ask(call.services.displays.CreateDisplay, request, call.person)
    return CreatedDisplay(_to_display(made.display), made.url)


@routes.on("GET", "/v1/activities/{activity_id}/displays")
async def list_displays(call: Call, activity_id: Id) -> Displays:
    """Which screens show an activity, and what became of the others; for staff and above."""
    request = pb.ListDisplaysRequest(activity_id=activity_id)
    found: pb.ListDisplaysResponse = await ask(call.services.displays.ListDisplays, request, call.person)
    return Displays([_to_display(one) for one in found.displays])


@routes.on("DELETE", "/v1/activities/{activity_id}/displays/{display_id}", status=204)
async def revoke_display(call: Call, activity_id: Id, display_id: Id) -> None:
    """Ends a display, or its link, for good; its screen goes dark within 10 s."""
    request = pb.RevokeDisplayRequest(activity_id=activity_id, display_id=display_id)
    await ask(call.services.displays.RevokeDisplay, request, call.person)


@routes.on("GET", "/v1/displays/preview", who="anybody")
async def preview_display(call: Call, query: PreviewQuery) -> DisplayPreview:
    """What opening a link would do; spends nothing."""
    request = pb.PreviewDisplayRequest(code=query.code, secret=call.secret)
    async with call.parts.failures.counted(call.address):
        found: pb.DisplayPreview = await ask(call.services.displays.PreviewDisplay, request)
    return DisplayPreview(_STATES.get(found.state), found.activity_title, found.is_own)


@routes.on("POST", "/v1/displays/open", who="anybody", answers={200: Screen})
async def open_display(call: Call, body: Opening) -> Response:
    """Makes this browser a display, by a cookie, and spends the link; the browser that did so before goes on.

    A link that was opened elsewhere, or not in time, is a 409 DISPLAY_LINK_SPENT; `metadata.state` says which.
    """
    request = pb.OpenDisplayRequest(code=body.code, secret=call.secret, opened_from=call.address)
    async with call.parts.failures.counted(call.address):
        opened: pb.OpenedDisplay = await ask(call.services.displays.OpenDisplay, request)
    return _shown(call, opened.screen, opened.secret)


@routes.on("GET", "/v1/displays/me", who="display", answers={200: Screen})
async def get_screen(call: Call) -> Response:
    """What this browser shows, and whether it still may; its cookie is renewed for an activity that takes longer."""
    screen: pb.Screen = await ask(call.services.displays.GetScreen, pb.GetScreenRequest(secret=call.secret))
    return _shown(call, screen, call.secret)


@routes.on("GET", "/v1/displays/latest", who="display")
async def list_latest(call: Call) -> LatestPeople:
    """Who checked in last, named as the organiser chose for this screen; a second behind."""
    screen: pb.Screen = await ask(call.services.displays.GetScreen, pb.GetScreenRequest(secret=call.secret))
    display = screen.display
    named = NAMING.get(display.show_names)
    # Who stands before a kiosk is told of themselves alone.
    if named is None or display.state != pb.Display.STATE_OPEN or display.kind == pb.Display.KIND_KIOSK:
        return LatestPeople([])
    people = await call.parts.latest.get(display.activity_id)
    return LatestPeople([Latest(named(one.name), to_rfc3339(one.checked_in_at)) for one in people if one.name])


async def screen_of(call: Call, activity_id: bytes) -> pb.Screen:
    """What the display that calls shows.

    Raises:
        UnauthenticatedError: It is none of this activity, or none any more.
    """
    request = pb.GetScreenRequest(secret=call.secret, activity_id=activity_id)
    screen: pb.Screen = await ask(call.services.displays.GetScreen, request)
    return screen


def _shown(call: Call, screen: pb.Screen, secret: bytes) -> Response:
    display = screen.display
    shown = ShownDisplay(
        id=to_text(display.display_id),
        kind=_KIND_NAMES.get(display.kind),
        show_names=_NAMES_NAMES.get(display.show_names),
        state=_STATES.get(display.state),
        expires_at=to_rfc3339(display.expires_at),
        gate=display.gate or None,
        direction=_direction(display),
    )
    response = reply(Screen(shown, _to_shown(screen)))
    left_us = display.expires_at - call.received_at
    displays.give(response, secret, call.parts.public_url, left_us)
    return response


def _to_display(display: pb.Display) -> Display:
    return Display(
        id=to_text(display.display_id),
        kind=_KIND_NAMES.get(display.kind),
        show_names=_NAMES_NAMES.get(display.show_names),
        state=_STATES.get(display.state),
        created_by=to_text(display.created_by),
        created_at=to_rfc3339(display.created_at),
        opened_at=to_rfc3339(display.opened_at) if display.opened_at else None,
        opened_from=display.opened_from,
        expires_at=to_rfc3339(display.expires_at),
        gate=display.gate or None,
        direction=_direction(display),
    )


def _direction(display: pb.Display) -> DirectionName | None:
    return DIRECTION_NAMES.get(display.direction, "in") if display.kind == pb.Display.KIND_KIOSK else None


def _to_shown(screen: pb.Screen) -> ShownActivity:
    activity = screen.activity
    return ShownActivity(
        id=to_text(activity.activity_id),
        title=activity.title,
        time_zone=activity.time_zone,
        starts_at=to_rfc3339(activity.starts_at),
        ends_at=to_rfc3339(activity.ends_at),
        opens_at=to_rfc3339(activity.opens_at),
        closes_at=to_rfc3339(activity.closes_at),
        place_name=activity.place.name,
        state=STATE_NAMES.get(activity.state),
        qr_period_s=screen.qr_period_s,
    )
