"""The OpenAPI document: every operation, and the shapes of what it takes and answers, from the Structs themselves."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, UNSET, Meta, structs

from gateway import consoles, displays
from gateway.http.inputs import unwrapped
from gateway.http.problems import MEDIA_TYPE, FieldProblem, Problem

_ABOUT = "Check-in (签到). Errors are application/problem+json with a stable `reason`; times are RFC 3339 with offset."
_REFERENCE = "#/components/schemas/{name}"
_PREFIXED = "Over TLS its name begins with `__Host-`."
BEARER, COOKIE, CONSOLE = "HTTPBearer", "DisplayCookie", "ConsoleCookie"
_SCHEMES = {
    BEARER: {
        "type": "http",
        "description": "The access token of a sign-in.",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    },
    COOKIE: {
        "type": "apiKey",
        "description": f"What `/v1/displays/open` gives a browser that shows one activity. {_PREFIXED}",
        "in": "cookie",
        "name": displays.NAME,
    },
    CONSOLE: {
        "type": "apiKey",
        "description": f"What `/v1/auth/console/poll` gives a browser; only good with X-CSRF-Token. {_PREFIXED}",
        "in": "cookie",
        "name": consoles.COOKIE.name,
    },
}
_MEANINGS = {
    200: "What was asked for.",
    201: "It is made.",
    204: "It is done.",
}
# Of what is published, and answered once it is recorded or a moment later.
RECORDED = {200: "As it is recorded.", 202: "Taken, and not in the record yet."}
# By status: when it comes, and the reason of an example.
_PROBLEMS = {
    400: ("Malformed: not JSON, or an unknown, missing or wrongly typed field.", "INVALID_ARGUMENT"),
    401: ("No valid access token.", "UNAUTHENTICATED"),
    403: ("Known, but not allowed.", "PERMISSION_DENIED"),
    404: ("Not there, or not for the caller to know.", "NOT_FOUND"),
    409: ("The thing is not in a state that allows this.", "CONFLICT"),
    413: ("The body has more than 64 KB.", "BODY_TOO_LARGE"),
    415: ("The body is not application/json.", "MEDIA_TYPE_UNSUPPORTED"),
    422: ("A value cannot be taken (`errors` names the fields), or a check-in is refused.", "INVALID_ARGUMENT"),
    429: ("Too many requests; see Retry-After.", "RATE_LIMITED"),
    503: ("A dependency is gone; see Retry-After. A check-in gets a `receipt` to send again.", "UNAVAILABLE"),
}
_EXAMPLES = {str: "text", int: 1, float: 1.5, bool: False}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Media:
    """An answer that is not JSON."""

    type: str
    schema: Mapping[str, str]
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document tells of one operation.

    Args:
        name: That of its function; also its summary where there is no better one.
        about: A sentence, and what else there is to say.
        credentials: Any of which lets in, by their names; empty: nobody has to be signed in.
        ids: Those in the path.
        query, headers: Structs of what may come there.
        body: What the body must be, any type that msgspec describes; None where there is none.
        answers: What comes back, by status: a type, a Media, or None for nothing.
        meanings: What a status of those says here, where it is more than usual.
        example: A body, where the examples of its fields make no good one together.
        never: Statuses of problems that it cannot have.
    """

    method: str
    path: str
    name: str
    tag: str
    about: str
    answers: Mapping[int, Any]
    summary: str = ""
    credentials: tuple[str, ...] = (BEARER,)
    ids: Mapping[str, Any] = field(default_factory=dict)
    query: Any = None
    headers: Any = None
    body: Any = None
    meanings: Mapping[int, str] = field(default_factory=dict)
    example: Any = None
    never: tuple[int, ...] = ()


def any_of(*kinds: type[msgspec.Struct]) -> Meta:
    """Says of a `msgspec.Raw`, which is decoded later, what it may be."""
    references = [{"$ref": _REFERENCE.format(name=kind.__name__)} for kind in kinds]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return Meta(extra_json_schema=schema, extra={"kinds": kinds})


def document(operations: Iterable[Operation]) -> Json:
    """The document of all operations."""
    paths: dict[str, Json] = {}
    known: dict[str, type[msgspec.Struct]] = {}
    for kind in (Problem, *(kind for one in operations for kind in (one.body, *one.answers.values()))):
        _collect(kind, known)
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Qiandao", "description": _ABOUT, "version": "0.1.0"},
        "paths": paths,
        "components": {
            "schemas": _components(known),
            "responses": {str(status): _problem(status) for status in _PROBLEMS},
            "securitySchemes": _SCHEMES,
        },
    }


def _operation(one: Operation) -> Json:
    told: Json = {
        "tags": [one.tag],
        "summary": one.summary or one.name.replace("_", " ").title(),
        "description": one.about,
        "operationId": re.sub(r"\W", "_", f"{one.name}{one.path}_{one.method.lower()}"),
    }
    if one.credentials:
        told["security"] = [{name: []} for name in one.credentials]
    if parameters := [*_parameters(one)]:
        told["parameters"] = parameters
    if one.body is not None:
        told["requestBody"] = {"required": True, "content": _content(one.body, one.example)}
    meanings = {**_MEANINGS, **one.meanings}
    answers = {str(status): _answer(kind, meanings[status]) for status, kind in one.answers.items()}
    problems = [str(status) for status in _PROBLEMS if status not in one.never]
    references = {status: {"$ref": f"#/components/responses/{status}"} for status in problems}
    return told | {"responses": answers | references}


def _parameters(one: Operation) -> Iterator[Json]:
    for name, kind in one.ids.items():
        yield {"name": name, "in": "path", "required": True, "schema": _schema(kind)}
    for place, kind in (("query", one.query), ("header", one.headers)):
        if kind is None:
            continue
        shape = _schemas((kind,))[kind.__name__]
        for name, schema in shape["properties"].items():
            parameter = {"name": name, "in": place, "required": name in shape.get("required", ()), "schema": schema}
            yield parameter | {key: schema[key] for key in ("description",) if key in schema}


def _content(kind: Any, given: Any = None) -> Json:
    if isinstance(kind, Media):
        return {kind.type: {"schema": dict(kind.schema), "example": kind.example}}
    return {"application/json": {"schema": _schema(kind), "example": given or example(kind)}}


def _answer(kind: Any, meaning: str) -> Json:
    return {"description": meaning} | ({} if kind is None else {"content": _content(kind)})


def _problem(status: int) -> Json:
    meaning, reason = _PROBLEMS[status]
    instance = "urn:qiandao:request:6f1c2a9b04de-1f"
    type_ = f"urn:qiandao:problem:{reason.lower().replace('_', '-')}"
    told = Problem(type_, HTTPStatus(status).phrase, status, meaning, reason, instance)
    if reason == "INVALID_ARGUMENT":
        told.errors = [
            FieldProblem("name", "is missing" if status == 400 else "must be text of at most 256 characters")
        ]
    if status in (429, 503):
        told.retry_after_s = 1.5
    content = {"schema": _schema(Problem), "example": msgspec.to_builtins(told)}
    return {"description": meaning, "content": {MEDIA_TYPE: content}}


def _schema(kind: Any) -> Json:
    (schema,), _ = msgspec.json.schema_components((kind,), ref_template=_REFERENCE)
    found: Json = _typed(schema)
    return found


def _schemas(kinds: Iterable[type[msgspec.Struct]]) -> dict[str, Json]:
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    found: dict[str, Json] = _typed(schemas)
    return found


def _typed(node: Any) -> Any:
    """A schema whose choices say that they are text, which msgspec leaves out."""
    if isinstance(node, list):
        return [_typed(each) for each in node]
    if not isinstance(node, dict):
        return node
    return ({"type": "string"} if "enum" in node else {}) | {key: _typed(each) for key, each in node.items()}


def _components(known: Mapping[str, type[msgspec.Struct]]) -> dict[str, Json]:
    """The schemas by name; an answer has all its fields, whether or not they have a default here."""
    schemas = _schemas(known.values())
    for name, kind in known.items():
        config = kind.__struct_config__
        if not config.forbid_unknown_fields and not config.omit_defaults:
            required = [each.encode_name for each in structs.fields(kind) if each.default is not UNSET]
            schemas[name]["required"] = required
    return schemas


def _collect(kind: Any, known: dict[str, type[msgspec.Struct]]) -> None:
    """Notes the Structs of a type by their names, of which no two may be the same."""
    if isinstance(kind, Meta):
        for one in (kind.extra or {}).get("kinds", ()):
            _collect(one, known)
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if known.setdefault(kind.__name__, kind) is not kind:
            raise ValueError(f"two shapes are called {kind.__name__}")
        for each in structs.fields(kind):
            _collect(each.type, known)
    else:
        for part in get_args(kind):
            _collect(part, known)


def example(kind: Any) -> Any:
    """A value of a type: the first example that it names, or its first choice; of a Struct what its fields have."""
    bare, metas, _ = unwrapped(kind)
    if given := [meta.examples[0] for meta in metas if meta.examples]:
        return given[0]
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        return _example_of_fields(bare)
    parts = get_args(bare)
    if get_origin(bare) is Literal:
        return parts[0]
    if get_origin(bare) is dict:
        return {example(parts[0]): example(parts[1])}
    return [example(parts[0])] if parts else _EXAMPLES[bare]


def _example_of_fields(kind: type[msgspec.Struct]) -> Json:
    config, found = kind.__struct_config__, {}
    for each in structs.fields(kind):
        default = None if each.default is NODEFAULT else each.default
        _, metas, _ = unwrapped(each.type)
        may_lack = not each.required and (config.omit_defaults or config.forbid_unknown_fields)
        if may_lack and default:
            found[each.encode_name] = msgspec.to_builtins(default)
        elif not may_lack or any(meta.examples for meta in metas):
            found[each.encode_name] = example(each.type)
    return found
