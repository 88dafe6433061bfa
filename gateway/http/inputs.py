"""What clients send, as the Structs that routes take; and when it cannot be taken, every fault with its cure.

msgspec decodes in C and stops at the first fault. Only then Python goes over all of it.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta, UnsetType, structs

from gateway.http.problems import MalformedError, readable
from servicekit.errors import FieldError, InvalidArgumentError

InputT = TypeVar("InputT", bound=msgspec.Struct)

_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_EXPECTED = re.compile(r"Expected `(?P<what>\w+)`(?P<is_length> of length)? (?P<sign>[<>]=?) (?P<bound>-?[\d.]+)")
_SIGNS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_MISTYPED = re.compile(r"Expected `(?P<what>\w+)`, got ")
# As JSON has them: Python's own reading takes blanks, underscores and the digits of every script.
_TRUTH_VALUES = {"true": True, "false": False}
_WHOLE = re.compile(r"-?[0-9]{1,30}")
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}


class Fault(NamedTuple):
    """A field that cannot be taken. `is_shape`: missing, unknown or of another type, not a value out of range."""

    field: str
    cure: str
    is_shape: bool


class FaultsError(Exception):
    """What is wrong with one part of a request."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


def refusal(faults: list[Fault]) -> InvalidArgumentError:
    """Faults as one error: 400 where one is of shape, 422 where values are wrong."""
    fields = [FieldError(readable(fault.field)[:100], fault.cure) for fault in faults]
    error_type = MalformedError if any(fault.is_shape for fault in faults) else InvalidArgumentError
    return error_type("; ".join(f"{field.field}: {field.message}" for field in fields[:3]), fields=fields[:20])


def parse(kind: Any, value: object) -> Any:
    """The `dec_hook` of msgspec: our own types parse themselves, with ValueError for what they do not take."""
    return kind.parse(value)


def json_reader(kind: type[InputT]) -> Callable[[bytes], InputT]:
    """From a body to a Struct.

    The function raises MalformedError for what is not JSON, FaultsError for JSON that the Struct does not take.
    """
    decode = msgspec.json.Decoder(kind, dec_hook=parse).decode

    def read(body: bytes) -> InputT:
        try:
            return decode(body)
        except _REFUSED as error:
            faults = [*_faults(_loads(body), kind, "")] if body else [Fault("body", "is missing", True)]
            raise FaultsError(faults) if faults else MalformedError(f"the body is not JSON: {error}") from None

    return read


def text_reader(kind: type[InputT]) -> Callable[[Mapping[str, str]], InputT]:
    """From texts by name, those of a query or of headers, to a Struct; names that it does not have are passed over.

    The function raises FaultsError for texts that the Struct does not take.
    """
    kinds = {field.encode_name: field.type for field in structs.fields(kind)}

    def read(texts: Mapping[str, str]) -> InputT:
        values = {name: _typed(texts[name], kind) for name, kind in kinds.items() if name in texts}
        try:
            return msgspec.convert(values, kind, dec_hook=parse)
        except msgspec.ValidationError:
            raise FaultsError([*_faults(values, kind, "")]) from None

    return read


def _typed(text: str, kind: Any) -> object:
    """A whole number or a truth value where one is asked for; what is none stays text, and is refused as such."""
    bare = unwrapped(kind)[0]
    if bare is bool:
        return _TRUTH_VALUES.get(text, text)
    return int(text) if bare is int and _WHOLE.fullmatch(text) else text


def _loads(body: bytes) -> object:
    """The body as Python reads it, who takes NaN and half characters too, so that their fields can be named."""
    try:
        return json.loads(body.decode())
    except UnicodeDecodeError:
        raise MalformedError("the body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise MalformedError(f"the body is not JSON: {error}") from None
    except (ValueError, RecursionError):
        raise MalformedError("the body is not JSON that anybody can read") from None


def unwrapped(kind: Any) -> tuple[Any, tuple[Meta, ...], bool]:
    """The bare type of a field, its Metas, and whether null is taken too."""
    metas: tuple[Meta, ...] = ()
    takes_null = False
    while get_origin(kind) in (Annotated, Union, UnionType):
        if get_origin(kind) is Annotated:
            kind, *own = get_args(kind)
            metas = (*own, *metas)
        else:
            takes_null = takes_null or NoneType in get_args(kind)
            [kind] = [one for one in get_args(kind) if one not in (NoneType, UnsetType)]
    return kind, metas, takes_null


def _faults(value: object, kind: Any, where: str) -> Iterator[Fault]:
    """Whatever keeps a value from becoming of a kind; of a list that is too long only that."""
    bare, metas, takes_null = unwrapped(kind)
    if value is None and takes_null:
        return
    if wrong := _wrong(value, bare, metas):
        yield Fault(where or "body", *wrong)
    elif isinstance(value, dict) and issubclass(bare, msgspec.Struct):
        inside = [*_faults_of_fields(value, bare, where)]
        yield from inside or _faults_of_whole(value, bare, where)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, get_args(bare)[0], f"{where}.{index}")


def _faults_of_fields(value: dict[str, object], kind: type[msgspec.Struct], where: str) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in structs.fields(kind)}
    for name, field in fields.items():
        if name in value:
            yield from _faults(value[name], field.type, f"{where}.{name}".lstrip("."))
        elif field.required:
            yield Fault(f"{where}.{name}".lstrip("."), "is missing", True)
    if kind.__struct_config__.forbid_unknown_fields:
        unknown = [name for name in value if name not in fields]
        yield from (Fault(f"{where}.{name}".lstrip("."), "is not known here", True) for name in unknown)


def _faults_of_whole(value: dict[str, object], kind: type[msgspec.Struct], where: str) -> Iterator[Fault]:
    """What `__post_init__` says of fields that are good each for itself."""
    try:
        msgspec.convert(value, kind, dec_hook=parse)
    except msgspec.ValidationError as error:
        yield Fault(where or "body", str(error).partition(" - at `")[0], False)


def _wrong(value: object, bare: Any, metas: tuple[Any, ...]) -> tuple[str, bool] | None:
    """The cure for a value itself, not for what it holds, and whether its shape is at fault; None for a good one."""
    if hasattr(bare, "parse"):
        return _unparsed(value, bare)
    if isinstance(value, str) and readable(value) != value:
        return "holds half of a surrogate pair, which is no character", True
    if bare is float and isinstance(value, float) and not math.isfinite(value):
        return "must be a finite number", False
    if get_origin(bare) is Literal:
        return None if value in get_args(bare) else (f"must be {_choices(get_args(bare))}", False)
    shell = dict if isinstance(bare, type) and issubclass(bare, msgspec.Struct) else get_origin(bare) or bare
    try:
        msgspec.convert(value, Annotated[(shell, *metas)] if metas else shell)
    except msgspec.ValidationError as error:
        return _cure(str(error)), _MISTYPED.match(str(error)) is not None
    return None


def _unparsed(value: object, bare: Any) -> tuple[str, bool] | None:
    try:
        bare.parse(value)
    except ValueError as error:
        return str(error), False
    return None


def _choices(names: tuple[str, ...]) -> str:
    *others, last = [f'"{name}"' for name in names]
    return f"{', '.join(others)} or {last}" if others else last


def _cure(complaint: str) -> str:
    """What msgspec says, as what is to be done."""
    if match := _MISTYPED.match(complaint):
        return f"must be {_WORDS.get(match['what'], match['what'])}"
    if match := _EXPECTED.fullmatch(complaint):
        bound = f"{_SIGNS[match['sign']]} {match['bound'].removesuffix('.0')}"
        unit = f" {'character' if match['what'] == 'str' else 'item'}" if match["is_length"] else ""
        unit += "s" if unit and match["bound"] != "1" else ""
        return f"must be {_WORDS[match['what']]} of {bound}{unit}"
    return f"must be as in the API's documentation: {complaint.replace('`', '')}"
