"""The whole HTTP surface put together: the hot route, all others, and their one OpenAPI document."""

from functools import cache

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from gateway import metrics
from gateway.checkins.answers import Answer
from gateway.checkins.attempts import CheckinRequest
from gateway.checkins.route import PATH, CheckinRoute
from gateway.console.build import Build
from gateway.console.routes import ROUTES as CONSOLE
from gateway.http import problems
from gateway.http.asgi import App, Receive, Scope, Send, Surface
from gateway.http.problems import MalformedError, NoSuchPathError, VerbError
from gateway.openapi import Operation, document
from gateway.routes import (
    activity,
    activity_staff,
    checkin,
    console,
    displays,
    door_people,
    events,
    exports,
    identity,
    invites,
    kiosk,
    marks,
    messaging,
    nfc_tags,
    own_data,
    own_proofs,
    pages,
    paper,
    participants,
    person_code,
    place_tickets,
    places,
    proofs,
    reporting,
    reports,
    review,
    roster_imports,
    roster_members,
    rosters,
    schedules,
    sessions,
    staff,
    subscription,
    sync,
)
from gateway.routes.dependencies import Parts, route
from servicekit.errors import InternalError, ServiceError

_SUBJECTS = (
    identity,
    console,
    sessions,
    invites,
    subscription,
    activity,
    activity_staff,
    displays,
    nfc_tags,
    places,
    place_tickets,
    rosters,
    roster_imports,
    roster_members,
    participants,
    door_people,
    paper,
    own_data,
    person_code,
    checkin,
    sync,
    staff,
    kiosk,
    review,
    marks,
    reporting,
    exports,
    own_proofs,
    schedules,
    messaging,
    reports,
    events,
)
_AN_ATTEMPT = {
    "attempt_id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f",
    "method": "qr",
    "token": "AbvS0mC2Xk7vYt4Qm1dJr3wZp9Ho5uLs",
    "location": {"latitude": 25.04, "longitude": 102.71, "accuracy_m": 12, "coord": "gcj02", "age_ms": 300},
    "device_id": "phone",
}
_HOT = Operation(
    "POST",
    PATH,
    "create_checkin",
    "checkin",
    "One try of one person. Its attempt_id is the idempotency key: a repeat gets the same answer.",
    {200: Answer, 201: Answer, 202: Answer},
    summary="Check In",
    body=CheckinRequest,
    example=_AN_ATTEMPT,
    meanings={
        200: "Already checked in: `duplicate_of` names the record that holds the seat.",
        201: "Accepted, or waiting for a human (`pending_review`).",
        202: "Taken without a judgement yet (`provisional`); the person is told later.",
    },
    never=(403, 404),
)

OPERATIONS = (_HOT, *(operation for subject in _SUBJECTS for operation in subject.routes.operations))


def build(parts: Parts, hot: CheckinRoute) -> App:
    """The app that uvicorn serves."""
    surface = Surface(_starlette(parts, hot), is_upload)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        """The hot route first: it pays for nothing else."""
        if scope["path"] == PATH and scope["method"] == "POST":
            await hot(scope, receive, send)
        else:
            await surface(scope, receive, send)

    return app


def is_upload(scope: Scope) -> bool:
    """Whether the body of a request may be as long, and take as long, as its route says."""
    if scope["method"] != "POST":
        return False
    return any(each.path_regex.match(scope["path"]) for subject in _SUBJECTS for each in subject.routes.uploads)


@cache
def _described() -> bytes:
    """The document is the same for every app of a process."""
    return msgspec.json.encode(document(OPERATIONS))


def _starlette(parts: Parts, hot: CheckinRoute) -> Starlette:
    described = _described()

    async def openapi(request: Request) -> Response:
        return Response(described, media_type="application/json")

    routes = [
        *(each for subject in _SUBJECTS for each in subject.routes.routes),
        *pages.ROUTES,
        *proofs.ROUTES,
        *CONSOLE,
        route("GET", "/openapi.json", openapi),
        # Here only for its other methods: POST never comes this far.
        Route(PATH, hot, methods=["POST"]),
    ]
    for each in routes:
        assert each.methods
        takes_checkins = each.path.startswith(PATH) and "POST" in each.methods
        metrics.serves(each.path, each.methods, takes_checkins=takes_checkins)
    handlers = {
        ServiceError: _service_error,
        HTTPException: _http_error,
        # Its answer goes out before the surface sees the exception, and logs it.
        Exception: _unexpected_error,
    }
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False
    app.state.parts = parts
    app.state.console = Build(parts.settings.console)
    return app


def _respond(request: Request, error: ServiceError) -> Response:
    request_id: str = request.state.request_id
    status, headers, body = problems.render(problems.to_problem(error, request_id), request_id)
    response = Response(body, status)
    response.raw_headers = headers
    return response


def _service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return _respond(request, error)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _respond(request, NoSuchPathError("nothing is served at this path; see /docs"))
    if error.status_code == 405:
        response = _respond(request, VerbError("this path does not take this HTTP method; see Allow"))
        response.headers["allow"] = ", ".join(sorted(_methods_at(request)))
        return response
    return _respond(request, MalformedError(str(error.detail)))


def _methods_at(request: Request) -> set[str]:
    """All methods that a path takes; the router itself knows those of the first route that has it."""
    routes = (
        each for each in request.app.routes if isinstance(each, Route) and each.matches(request.scope)[0] != Match.NONE
    )
    return {method for each in routes for method in each.methods or ()}


def _unexpected_error(request: Request, error: Exception) -> Response:
    return _respond(request, InternalError("something went wrong on our side"))
