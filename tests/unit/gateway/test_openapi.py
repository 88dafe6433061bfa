"""The OpenAPI document: every operation is told in full, and its examples are what it takes and gives."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from gateway.app import OPERATIONS
from gateway.http.inputs import parse
from gateway.openapi import Media, Operation, document

_DOCUMENT = document(OPERATIONS)
_TAGS = {"identity", "activity", "checkin", "review", "reporting", "exports", "messages"}


def _name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _told(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = _DOCUMENT["paths"][operation.path][operation.method.lower()]
    return told


def _contents(operation: Operation) -> Iterator[dict[str, Any]]:
    """The body, and every answer that is no problem."""
    told = _told(operation)
    parts = [told.get("requestBody", {}), *(told["responses"][str(status)] for status in operation.answers)]
    for part in parts:
        yield from part.get("content", {}).values()


def _takes_json(operation: Operation) -> bool:
    return operation.body is not None and not isinstance(operation.body, Media)


@pytest.mark.parametrize("operation", OPERATIONS, ids=_name)
def test_every_operation_is_told_in_full(operation: Operation) -> None:
    """Summary, description, tag; an example of each body and answer, or of its problems where it has neither."""
    told = _told(operation)
    problems = [_DOCUMENT["components"]["responses"][status] for status in told["responses"] if int(status) >= 400]
    contents = [*_contents(operation), *(problem["content"]["application/problem+json"] for problem in problems)]

    assert told["summary"] and told["description"].endswith(".") and set(told["tags"]) <= _TAGS
    assert contents and all(content["example"] for content in contents)


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if _takes_json(each)], ids=_name)
def test_the_example_of_a_body_is_taken(operation: Operation) -> None:
    """As the route itself decodes it, every field of it."""
    shown = _told(operation)["requestBody"]["content"]["application/json"]["example"]

    taken = msgspec.json.decode(msgspec.json.encode(shown), type=operation.body, dec_hook=parse)

    fields = {field.encode_name: field.name for field in msgspec.structs.fields(taken)}
    assert all(getattr(taken, fields[name]) is not None for name in shown)


@pytest.mark.parametrize("operation", OPERATIONS, ids=_name)
def test_the_example_of_an_answer_is_one(operation: Operation) -> None:
    """What is shown has the shape that is promised."""
    for status, kind in operation.answers.items():
        if kind is not None and not isinstance(kind, Media):
            shown = _told(operation)["responses"][str(status)]["content"]["application/json"]["example"]
            assert msgspec.to_builtins(msgspec.convert(shown, kind, dec_hook=parse)).items() >= shown.items()


def test_no_two_shapes_have_one_name() -> None:
    """A name that is taken would silently become another shape's."""

    class Qr(msgspec.Struct):
        """Another one."""

    other = Operation("GET", "/v1/other", "other", "activity", "Another one.", {200: Qr})

    with pytest.raises(ValueError, match="two shapes are called Qr"):
        document([*OPERATIONS, other])


def test_an_answer_always_has_its_fields() -> None:
    """A default that spares us to write a field is no leave for a client to expect none."""
    schemas = _DOCUMENT["components"]["schemas"]

    assert {"points_awarded", "revision", "is_offline"} <= set(schemas["Checkin"]["required"])
    assert "duplicate_of" not in schemas["Checkin"]["required"] and schemas["Event"]["required"] == ["event", "at"]
    assert schemas["NewPlace"]["required"] == ["latitude", "longitude", "coord"]
