"""`activity.v1.DisplayService`: staff make links, whoever has one opens a screen, and that asks what to show.

Nobody stands behind a screen: the secret that its browser keeps says which display it is, and each answer is about that
display's activity alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from domainkit.roles import STAFF, Role
from protos.activity.v1 import activity_pb2 as pb
from protos.activity.v1 import activity_pb2_grpc, door_pb2
from servicekit import clock, ids
from servicekit.errors import PermissionDeniedError, UnauthenticatedError, invalid
from servicekit.rpc.interceptors import by, for_person, person
from servicekit.timed_cache import TimedCache
from services.activity import domain, messages
from services.activity.displays import (
    Direction,
    Display,
    Kind,
    State,
    digest_of,
    digest_of_code,
    new_code,
    new_secret,
)
from services.activity.domain import Activity
from services.activity.errors import DisplayLinkSpentError, DisplayNotFoundError, StateError

Context = Any

_SERVICE = "/activity.v1.DisplayService/"
ACCESS = {
    **{_SERVICE + name: for_person("gateway") for name in ("CreateDisplay", "ListDisplays", "RevokeDisplay")},
    **{_SERVICE + name: by("gateway") for name in ("PreviewDisplay", "OpenDisplay", "GetScreen", "ResolveAtKiosk")},
}

# A revoked display goes on for so long; while MySQL is gone screens do, as nothing can be revoked.
_BELIEVED_S = 2.0
_BELIEVED_WITHOUT_MYSQL_S = 3600.0
_LONGEST_ADDRESS = 64


class DisplaysPort(Protocol):
    """See `displays.Displays`. Every method raises UnavailableError when the database is gone."""

    async def add(self, display: Display) -> Display:
        """Stores a new one, and says where a kiosk is; raises ActivityNotFoundError, TooManyDisplaysError."""

    async def open(self, opened: Display) -> bool:
        """Notes where and when; False where it was opened or revoked before."""

    async def revoke(self, activity_id: bytes, display_id: bytes, by: bytes, now_us: int) -> None:
        """Ends one; raises DisplayNotFoundError."""

    async def of_activity(self, activity_id: bytes) -> Sequence[Display]:
        """The newest first."""

    async def of_code(self, digest: bytes) -> Display | None:
        """The one of a link."""

    async def of_secret(self, digest: bytes) -> Display | None:
        """The one of a browser."""


class StorePort(Protocol):
    """See `store.Store`; raises UnavailableError when the database is gone and nothing is remembered."""

    async def get(self, activity_id: bytes) -> Activity | None:
        """The activity of an id; None where there is none."""


class AdmissionPort(Protocol):
    """See `admission.Admission`."""

    async def admit(self, activity_id: bytes, least: Role) -> Activity:
        """The activity, for a calling person of at least this role; raises ActivityNotFoundError."""


class KiosksPort(Protocol):
    """See `kiosks.Kiosks`; raises UnavailableError when nobody can tell."""

    async def is_staffed(self, display: Display, activity: Activity) -> bool:
        """Whether who made a kiosk is staff of its activity still."""

    async def visitor(
        self, display: Display, activity: Activity, request: pb.ResolveAtKioskRequest
    ) -> door_pb2.DoorPerson:
        """Whom somebody before a kiosk means; raises EntryNotListedError, EntryCodeLockedError, ..."""


class DisplayServicer(activity_pb2_grpc.DisplayServiceServicer):
    """Serves the methods.

    Args:
        show: The QR of an activity now; raises StateError.
        public_url: What links begin with.
        now_us: The clock; tests bring their own.
        believed_s: How long a browser is taken for the display that it was.
    """

    def __init__(
        self,
        displays: DisplaysPort,
        store: StorePort,
        admission: AdmissionPort,
        kiosks: KiosksPort,
        show: Callable[[Activity], Awaitable[pb.Qr]],
        public_url: str,
        now_us: Callable[[], int] = clock.now_us,
        believed_s: float = _BELIEVED_S,
    ) -> None:
        self._displays = displays
        self._store = store
        self._admission = admission
        self._kiosks = kiosks
        self._show = show
        self._public_url = public_url.rstrip("/")
        self._now_us = now_us
        self._by_secret: TimedCache[bytes, Display | None] = TimedCache(
            displays.of_secret, believed_s, stale_s=_BELIEVED_WITHOUT_MYSQL_S
        )

    async def CreateDisplay(self, request: pb.CreateDisplayRequest, context: Context) -> pb.CreatedDisplay:
        """Makes a link to a screen."""
        activity = await self._admission.admit(request.activity_id, STAFF)
        kind = _known(pb.Display.Kind, request.kind, "kind")
        show_names = _known(pb.Display.Names, request.show_names, "show_names")
        code, now_us = new_code(), self._now_us()
        display = Display(
            display_id=ids.new_id(),
            activity_id=activity.activity_id,
            kind=kind,
            show_names=show_names,
            code_digest=digest_of_code(code),
            created_by=person().user_id,
            created_at=now_us,
            gate=_gate(request, activity),
            direction=_direction(request),
        )
        if display.state(activity, now_us) is State.ENDED:
            is_past = activity.state is domain.State.PUBLISHED
            raise StateError("shown on a display", "past" if is_past else activity.state.word)
        display = await self._displays.add(display)
        return pb.CreatedDisplay(display=await self._message(display, activity), url=f"{self._public_url}/d/{code}")

    async def ListDisplays(self, request: pb.ListDisplaysRequest, context: Context) -> pb.ListDisplaysResponse:
        """Those of an activity, what became of them included."""
        activity = await self._admission.admit(request.activity_id, STAFF)
        found = await self._displays.of_activity(activity.activity_id)
        return pb.ListDisplaysResponse(displays=[await self._message(each, activity) for each in found])

    async def RevokeDisplay(self, request: pb.RevokeDisplayRequest, context: Context) -> pb.RevokeDisplayResponse:
        """Ends a display, or its link, for good."""
        activity = await self._admission.admit(request.activity_id, STAFF)
        await self._displays.revoke(activity.activity_id, request.display_id, person().user_id, self._now_us())
        return pb.RevokeDisplayResponse()

    async def PreviewDisplay(self, request: pb.PreviewDisplayRequest, context: Context) -> pb.DisplayPreview:
        """What opening would do."""
        display, activity = await self._of_code(request.code)
        return pb.DisplayPreview(
            state=pb.Display.State.ValueType(await self._state(display, activity)),
            activity_title=activity.definition.title,
            is_own=display.is_opened_by(request.secret),
        )

    async def OpenDisplay(self, request: pb.OpenDisplayRequest, context: Context) -> pb.OpenedDisplay:
        """Shows an activity in the browser that asks, and in no other one from now on."""
        display, activity = await self._of_code(request.code)
        state, secret = display.state(activity, self._now_us()), request.secret
        if not (state is State.OPEN and display.is_opened_by(secret)):
            if state is not State.WAITING:
                raise DisplayLinkSpentError(state.name.lower())
            secret = new_secret()
            display = display.opened(secret, request.opened_from[:_LONGEST_ADDRESS], self._now_us())
            if not await self._displays.open(display):
                raise DisplayLinkSpentError(State.OPEN.name.lower())
        return pb.OpenedDisplay(screen=await self._screen(display, activity), secret=secret)

    async def GetScreen(self, request: pb.GetScreenRequest, context: Context) -> pb.Screen:
        """What the display of a secret shows."""
        display, activity = await self._of_secret(request.secret)
        screen = await self._screen(display, activity)
        is_shown = screen.display.state == pb.Display.STATE_OPEN
        if request.activity_id and not (is_shown and request.activity_id == display.activity_id):
            raise _no_display_any_more()
        return screen

    async def ResolveAtKiosk(self, request: pb.ResolveAtKioskRequest, context: Context) -> pb.KioskVisitor:
        """Whom somebody before the kiosk of a secret means."""
        display, activity = await self._of_secret(request.secret)
        if display.kind != Kind.KIOSK:
            raise PermissionDeniedError("this display only shows; people check in at a kiosk")
        message = await self._message(display, activity)
        if message.state != pb.Display.STATE_OPEN:
            raise _no_display_any_more()
        found = await self._kiosks.visitor(display, activity, request)
        return pb.KioskVisitor(display=message, user_id=found.user_id, name=found.name, group=found.group)

    async def _of_secret(self, secret: bytes) -> tuple[Display, Activity]:
        display = await self._by_secret.get(digest_of(secret))
        activity = await self._store.get(display.activity_id) if display else None
        if display is None or activity is None:
            raise UnauthenticatedError("this browser is no display; open a new link")
        return display, activity

    async def _of_code(self, code: str) -> tuple[Display, Activity]:
        display = await self._displays.of_code(digest_of_code(code))
        activity = await self._store.get(display.activity_id) if display else None
        if display is None or activity is None:
            raise DisplayNotFoundError
        return display, activity

    async def _screen(self, display: Display, activity: Activity) -> pb.Screen:
        message = await self._message(display, activity)
        return pb.Screen(
            display=message,
            activity=messages.to_card(activity, self._now_us()),
            qr_period_s=activity.definition.qr_period_s,
            qr=await self._show(activity) if message.state == pb.Display.STATE_OPEN else None,
        )

    async def _state(self, display: Display, activity: Activity) -> State:
        """What has become of it by now; a kiosk acts in the name of who made it."""
        state = display.state(activity, self._now_us())
        if state is not State.OPEN or display.kind != Kind.KIOSK or await self._kiosks.is_staffed(display, activity):
            return state
        return State.UNSTAFFED

    async def _message(self, display: Display, activity: Activity) -> pb.Display:
        return pb.Display(
            display_id=display.display_id,
            activity_id=display.activity_id,
            kind=pb.Display.Kind.ValueType(display.kind),
            show_names=pb.Display.Names.ValueType(display.show_names),
            state=pb.Display.State.ValueType(await self._state(display, activity)),
            created_by=display.created_by,
            created_at=display.created_at,
            opened_at=display.opened_at or 0,
            opened_from=display.opened_from,
            expires_at=display.expires_at(activity),
            gate=display.gate,
            direction=pb.Display.Direction.ValueType(display.direction),
        )


def _no_display_any_more() -> UnauthenticatedError:
    return UnauthenticatedError("this browser is no display of this activity any more; open a new link")


def _gate(request: pb.CreateDisplayRequest, activity: Activity) -> str:
    """Where a kiosk is to be; raises InvalidArgumentError where there is no such gate, or no kiosk."""
    gates = activity.definition.gates
    if request.gate and request.kind != pb.Display.KIND_KIOSK:
        raise invalid("gate", "is of a kiosk; leave it out")
    if request.gate and request.gate not in gates:
        choice = f"choose one of its gates: {', '.join(gates)}; or leave it out" if gates else "leave it out"
        raise invalid("gate", f"is no gate of this activity; {choice}")
    return request.gate


def _direction(request: pb.CreateDisplayRequest) -> int:
    """What people do there; raises InvalidArgumentError where they can do nothing."""
    if request.direction == pb.Display.DIRECTION_UNSPECIFIED:
        return Direction.IN
    if request.direction != pb.Display.DIRECTION_IN and request.kind != pb.Display.KIND_KIOSK:
        raise invalid("direction", "is of a kiosk; leave it out")
    return _known(pb.Display.Direction, request.direction, "direction")


def _known(numbers: Any, number: int, field: str) -> int:
    """A number that this release knows; raises InvalidArgumentError for another one, and for none."""
    if not number or number not in numbers.values():
        raise invalid(field, f"must be one of {', '.join(numbers.keys()[1:])}")
    return number
