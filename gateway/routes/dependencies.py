"""What routes are made of: the parts of the gateway, one request under way, and how a function becomes a route."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domainkit.person_codes import PersonKeys
from gateway import consoles, displays
from gateway.checkins.batch import Many
from gateway.clients import Clients
from gateway.failures import Failures
from gateway.http.addresses import Proxies
from gateway.http.asgi import read_body
from gateway.http.auth import Guard
from gateway.http.buckets import Buckets
from gateway.http.inputs import Fault, FaultsError, json_reader, refusal, text_reader
from gateway.http.uploads import Uploads
from gateway.live import Live
from gateway.openapi import BEARER, CONSOLE, COOKIE, Operation
from gateway.settings import Settings
from protos.reporting.v1 import reporting_pb2
from servicekit import ids
from servicekit.errors import NotFoundError, UnauthenticatedError
from servicekit.timed_cache import TimedCache
from servicekit.tokens import Claims

Handler = Callable[..., Awaitable[Any]]
HandlerT = TypeVar("HandlerT", bound=Handler)

# Nobody; somebody whose session was not ended; somebody, for check-ins, which go on also while nobody knows of that; a
# caller, or a display where nobody is signed in; a display alone; a browser that goes on in the console, or leaves.
Who = Literal["anybody", "caller", "attendee", "viewer", "display", "browser"]
_CREDENTIALS: dict[Who, tuple[str, ...]] = {
    "anybody": (),
    "caller": (BEARER,),
    "attendee": (BEARER,),
    "viewer": (BEARER, COOKIE),
    "display": (COOKIE,),
    "browser": (CONSOLE,),
}

# However many screens show who came: one question a second.
_LATEST_S = 1.0

_encode = msgspec.json.Encoder().encode


class Parts:
    """What the composing module hands to the routes."""

    def __init__(
        self,
        clients: Clients,
        guard: Guard,
        live: Live,
        many: Many,
        keys: PersonKeys,
        settings: Settings,
        proxies: Proxies,
        failures: Failures,
        public_url: str,
    ) -> None:
        self.clients = clients
        self.guard = guard
        self.live = live
        self.many = many
        self.keys = keys
        self.undecided_after_s = settings.undecided_after_s
        # Per person; what is in a sync or a batch does not count against the bucket of single check-ins.
        self.syncs = Buckets(burst=5, per_s=0.5)
        self.batches = Buckets(burst=5, per_s=1)
        self.looks = Buckets(burst=10, per_s=2)
        # Of a kiosk: people come one by one.
        self.kiosks = Buckets(burst=10, per_s=2)
        # Each is kept for good, and read again with whatever happens to its seat.
        self.marks = Buckets(burst=20, per_s=0.5)
        self.codes = Buckets(burst=5, per_s=0.1)
        self.grants = Buckets(burst=10, per_s=0.2)
        self.events = Buckets(burst=5, per_s=0.2)
        # Of staff at a door: somebody's rosters whole, as they type, and paper.
        self.bundles = Buckets(burst=100, per_s=1)
        self.searches = Buckets(burst=20, per_s=3)
        self.prints = Buckets(burst=5, per_s=0.1)
        self.exports = Buckets(burst=10, per_s=0.2)
        # Each is read from the storage, and opened.
        self.downloads = Buckets(burst=20, per_s=0.5)
        # By address, of whoever holds a proof; and from everywhere, for each is a look at history.
        self.proofs = Buckets(burst=20, per_s=0.5)
        self.all_proofs = Buckets(burst=100, per_s=20)
        # Of one's own, a second of a processor each; and from everywhere, for each is a look at history too.
        self.own_proofs = Buckets(burst=5, per_s=1 / 30)
        self.all_own_proofs = Buckets(burst=100, per_s=20)
        self.robot_tests = Buckets(burst=5, per_s=0.1)
        # Sign-in to the console: by address and from everywhere, by ticket, and by the person whose phone approves.
        self.tickets = Buckets(max(1, int(settings.console_tickets_per_s)), settings.console_tickets_per_s)
        self.all_tickets = Buckets(burst=1000, per_s=200)
        self.polls = Buckets(burst=5, per_s=1)
        self.approvals = Buckets(burst=10, per_s=0.5)
        # By cookie: as many tabs as anybody has ask at once, and none of them without end.
        self.refreshes = Buckets(burst=50, per_s=1)
        # Files are held in memory until they have come.
        self.uploads = Uploads()
        self.latest: TimedCache[bytes, Sequence[reporting_pb2.Person]] = TimedCache(clients.latest, _LATEST_S)
        self.settings = settings
        self.proxies = proxies
        self.failures = failures
        self.public_url = public_url


class Call:
    """One request of a route."""

    def __init__(self, request: Request, person: Claims | None) -> None:
        self._request = request
        self._person = person
        self.parts: Parts = request.app.state.parts
        self.services = self.parts.clients
        self.request_id: str = request.state.request_id
        self.received_at: int = request.state.received_at

    @property
    def person(self) -> Claims:
        """Who calls; of a route that takes anybody nobody knows."""
        assert self._person is not None
        return self._person

    @property
    def is_display(self) -> bool:
        """Whether a screen calls that nobody is signed in to."""
        return self._person is None

    @property
    def secret(self) -> bytes:
        """What this browser was given as a display; empty: nothing."""
        return displays.secret_in(self._request.cookies, self.parts.public_url)

    @property
    def console_secret(self) -> str:
        """What this browser was given as it was let in to the console; empty: nothing."""
        return consoles.COOKIE.value_in(self._request.cookies, self.parts.public_url)

    @property
    def user_agent(self) -> str:
        """What the client says that it is."""
        return self._request.headers.get("user-agent", "")

    @property
    def address(self) -> str:
        """The address that limits count, whether or not anybody is signed in."""
        return self.parts.proxies.client_address(self._request.scope)

    async def upload(self, most: int) -> bytes:
        """The body of an upload, of at most so many bytes; raises as `gateway.http.asgi.read_body`."""
        return await read_body(self._request.receive, dict(self._request.scope["headers"]), most)

    async def body(self) -> bytes:
        """The body as it came, for routes that read it themselves."""
        return await self._request.body()


class Routes:
    """The operations of one subject: as routes, and as the document tells them."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self.routes: list[Route] = []
        self.uploads: list[Route] = []
        self.operations: list[Operation] = []

    def on(
        self,
        method: str,
        path: str,
        *,
        who: Who = "caller",
        status: int = 200,
        answers: Mapping[int, Any] | None = None,
        is_upload: bool = False,
        **told: Any,
    ) -> Callable[[HandlerT], HandlerT]:
        """Makes a route of a function: `call`, then ids of the path by their names, `query`, `headers` and `body`.

        Who calls is asked first. What the function returns is answered as JSON with `status`, or as it is when it is
        a Response.

        Args:
            answers: What may come back, by status, where the annotation does not say it.
            is_upload: Whether the function reads the body itself, by `Call.upload`.
            told: More for the document; see `gateway.openapi.Operation`.
        """

        def register(handler: HandlerT) -> HandlerT:
            signature = inspect.signature(handler)
            kinds = {name: each.annotation for name, each in signature.parameters.items() if name != "call"}
            others: dict[str, Any] = {name: kinds.pop(name) for name in ("query", "headers", "body") if name in kinds}
            operation = Operation(
                method,
                path,
                handler.__name__,
                self._tag,
                inspect.getdoc(handler) or "",
                answers or {status: signature.return_annotation},
                credentials=_CREDENTIALS[who],
                ids=kinds,
                **{**others, **told},
            )
            self.operations.append(operation)
            self.routes.append(_route(operation, handler, who, status))
            self.uploads += self.routes[-1:] if is_upload else ()
            return handler

        return register


def reply(answer: msgspec.Struct | None, status: int = 200) -> Response:
    """An answer as JSON; None has no body."""
    if answer is None:
        return Response(status_code=status)
    return Response(_encode(answer), status, media_type="application/json")


def route(method: str, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
    """A route for one HTTP method; with GET Starlette would let HEAD in."""
    made = Route(path, endpoint, methods=[method])
    made.methods = {method}
    return made


def _route(operation: Operation, handler: Handler, who: Who, status: int) -> Route:
    read = _reader(operation, handler)

    async def endpoint(request: Request) -> Response:
        call = Call(request, await _admitted(request, who))
        answer = await handler(call, **await read(request))
        return answer if isinstance(answer, Response) else reply(answer, status)

    return route(operation.method, operation.path, endpoint)


async def _admitted(request: Request, who: Who) -> Claims | None:
    """The person who calls; None for anybody, and for a display, about which the activity service is asked.

    Raises:
        UnauthenticatedError: Nobody proved who they are.
        UnavailableError: Nobody can tell now.
    """
    header = request.headers.get("authorization")
    parts: Parts = request.app.state.parts
    has_secret = header is None and bool(displays.secret_in(request.cookies, parts.public_url))
    if who == "anybody" or (who in ("viewer", "display") and has_secret):
        return None
    if who == "browser":
        if consoles.COOKIE.value_in(request.cookies, parts.public_url):
            return None
        raise UnauthenticatedError("this browser is not signed in; open the console's sign-in page")
    if who == "display":
        raise UnauthenticatedError("this browser is no display; open a new link")
    authorization = header.encode("latin-1") if header else None
    admit = parts.guard.admit if who == "attendee" else parts.guard.admit_strictly
    return await admit(authorization)


def _reader(operation: Operation, handler: Handler) -> Callable[[Request], Awaitable[dict[str, Any]]]:
    """From a request to the arguments of a function, or an error that names everything that is wrong with it."""
    making: dict[str, Callable[[Any], Callable[[Any], Any]]]
    making = {"query": text_reader, "headers": text_reader, "body": json_reader}
    takes = inspect.signature(handler).parameters
    readers = {name: make(takes[name].annotation) for name, make in making.items() if name in takes}

    async def read(request: Request) -> dict[str, Any]:
        found: dict[str, Any] = {name: _path_id(request.path_params[name]) for name in operation.ids}
        said: dict[str, Any] = {"query": request.query_params, "headers": request.headers}
        if "body" in readers:
            said["body"] = await request.body()
        faults: list[Fault] = []
        for name, reader in readers.items():
            try:
                found[name] = reader(said[name])
            except FaultsError as error:
                faults += error.faults
        if faults:
            raise refusal(faults)
        return found

    return read


def _path_id(text: str) -> bytes:
    try:
        return ids.from_text(text)
    except ValueError:
        raise NotFoundError("there is no such thing") from None
