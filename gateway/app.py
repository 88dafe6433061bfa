"""The whole HTTP surface put together: the hot route, the FastAPI app, and their one OpenAPI document."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from gateway import metrics
from gateway.checkins.answers import Answer
from gateway.checkins.attempts import CheckinRequest
from gateway.checkins.route import PATH, CheckinRoute
from gateway.http import problems
from gateway.http.asgi import App, Receive, Scope, Send, Surface
from gateway.http.problems import MalformedError, NoSuchPathError, Problem, VerbError, readable
from gateway.routes import activity, checkin, events, identity, pages, reporting, review, staff, subscription, sync
from gateway.routes.dependencies import Parts
from servicekit.errors import FieldError, InternalError, InvalidArgumentError, NotFoundError, ServiceError

_ABOUT = "Check-in (签到). Errors are application/problem+json with a stable `reason`; times are RFC 3339 with offset."
_PROBLEM = {"content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _PROBLEM | {"description": "Malformed: not JSON, or an unknown, missing or wrongly typed field."},
    401: _PROBLEM | {"description": "No valid access token."},
    403: _PROBLEM | {"description": "Known, but not allowed."},
    404: _PROBLEM | {"description": "Not there, or not for the caller to know."},
    409: _PROBLEM | {"description": "The thing is not in a state that allows this."},
    413: _PROBLEM | {"description": "The body has more than 64 KB."},
    415: _PROBLEM | {"description": "The body is not application/json."},
    422: _PROBLEM | {"description": "A value cannot be taken (`errors` names the fields), or a check-in is refused."},
    429: _PROBLEM | {"description": "Too many requests; see Retry-After."},
    503: _PROBLEM
    | {"description": "A dependency is gone; see Retry-After. A check-in gets a `receipt` to send again."},
}
_UNSAFE_SHAPES = ("missing", "extra_forbidden", "json_invalid", "model_attributes_type", "string_unicode")


def build(parts: Parts, hot: CheckinRoute) -> App:
    """The app that uvicorn serves."""
    surface = Surface(_fastapi(parts, hot))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        """The hot route first: it pays for nothing else."""
        if scope["path"] == PATH and scope["method"] == "POST":
            await hot(scope, receive, send)
        else:
            await surface(scope, receive, send)

    return app


def _fastapi(parts: Parts, hot: CheckinRoute) -> FastAPI:
    app = FastAPI(
        title="Qiandao",
        description=_ABOUT,
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=_PROBLEMS,
        # Traces and metrics are `gateway.http.asgi`'s.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.parts = parts
    for routes in (identity, subscription, activity, checkin, sync, staff, review, reporting, events, pages):
        app.include_router(routes.router)
    # Here only for its other methods: POST never comes this far.
    app.router.routes.append(Route(PATH, hot, methods=["POST"], include_in_schema=False))
    for route in app.routes:
        if isinstance(route, Route) and route.methods:
            takes_checkins = route.path.startswith(PATH) and "POST" in route.methods
            metrics.serves(route.path, route.methods, takes_checkins=takes_checkins)
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    # Its answer goes out before the surface sees the exception, and logs it.
    app.add_exception_handler(Exception, _unexpected_error)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
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
        response.headers.update(error.headers or {})
        return response
    return _respond(request, MalformedError(str(error.detail)))


def _unexpected_error(request: Request, error: Exception) -> Response:
    return _respond(request, InternalError("something went wrong on our side"))


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _respond(request, explain(error.errors()))


def explain(faults: Sequence[Any]) -> ServiceError:
    """What pydantic found, as one error: 404 for an id that cannot be one, 400 for shape, 422 for values."""
    if any(fault["loc"][0] == "path" for fault in faults):
        return NotFoundError("there is no such thing")
    fields = [FieldError(_field(fault["loc"]), _cure(fault)) for fault in faults]
    is_malformed = any(_is_shape(fault["type"]) for fault in faults)
    error_type = MalformedError if is_malformed else InvalidArgumentError
    return error_type("; ".join(f"{field.field}: {field.message}" for field in fields[:3]), fields=fields[:20])


def _is_shape(kind: str) -> bool:
    return kind in _UNSAFE_SHAPES or kind.endswith(("_type", "_parsing"))


def _field(location: Sequence[Any]) -> str:
    names = [str(part) for part in location[1:]] or ["body"]
    return readable(".".join(names))[:100]


def _cure(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "is not known here"
    if fault["type"] == "missing":
        return "is missing"
    message: str = fault["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _openapi(app: FastAPI) -> dict[str, Any]:
    """One document for both halves; FastAPI knows nothing of the hot route and of msgspec."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        _, schemas = msgspec.json.schema_components(
            (CheckinRequest, Answer, Problem, *checkin.SCHEMAS, *review.SCHEMAS, *staff.SCHEMAS, *sync.SCHEMAS),
            ref_template="#/components/schemas/{name}",
        )
        document["components"]["schemas"] |= schemas
        document["components"]["schemas"].pop("HTTPValidationError", None)
        document["components"]["schemas"].pop("ValidationError", None)
        document["paths"].setdefault(PATH, {})["post"] = _hot_operation()
        app.openapi_schema = document
    return app.openapi_schema


def _hot_operation() -> dict[str, Any]:
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}}
    answers = {
        "200": answer | {"description": "Already checked in: `duplicate_of` names the record that holds the seat."},
        "201": answer | {"description": "Accepted, or waiting for a human (`pending_review`)."},
        "202": answer | {"description": "Taken without a judgement yet (`provisional`); the person is told later."},
    }
    problem_answers = {str(status): problem for status, problem in _PROBLEMS.items() if status not in (403, 404)}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/CheckinRequest"}}}}
    return {
        "tags": ["checkin"],
        "summary": "Check In",
        "description": "One try of one person. Its attempt_id is the idempotency key: a repeat gets the same answer.",
        "operationId": "create_checkin_v1_checkins_post",
        "security": [{"HTTPBearer": []}],
        "requestBody": body | {"required": True},
        "responses": answers | problem_answers,
    }
