"""Page tokens: where a list goes on, opaque to clients.

They carry a position only; who may see the list is checked anew on every page.
"""

import base64
import binascii
from functools import cache
from typing import Annotated, Any

import msgspec

from servicekit.clock import LATEST_US
from servicekit.errors import invalid

MAXIMUM_SIZE = 200
DEFAULT_SIZE = 50


def page_size(asked: int) -> int:
    """The size to serve: the default for 0, never above the maximum.

    Raises:
        InvalidArgumentError: A negative size.
    """
    if asked < 0:
        raise invalid("page_size", "must be 0 (default) or more")
    return min(asked or DEFAULT_SIZE, MAXIMUM_SIZE)


def encode(*position: int | bytes) -> str:
    """The token of the position after which the next page starts."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(position)).rstrip(b"=").decode()


# What positions are made of: times (and smaller numbers), and ids.
_Number = Annotated[int, msgspec.Meta(ge=0, le=LATEST_US)]
_Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
_PARTS: dict[type, Any] = {int: _Number, bytes: _Id}


@cache
def _decoder(*types: type) -> msgspec.msgpack.Decoder[tuple[object, ...]]:
    parts = tuple(_PARTS[each] for each in types)
    return msgspec.msgpack.Decoder(tuple[parts])  # type: ignore[valid-type]


def decode(token: str, *types: type) -> tuple[object, ...] | None:
    """The position of a token, None for the first page.

    Args:
        types: What the parts must be, in order: `int` a number or time that a column can hold, `bytes` an id.

    Raises:
        InvalidArgumentError: Not a token of this list.
    """
    if not token:
        return None
    try:
        return _decoder(*types).decode(base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4)))
    except (binascii.Error, msgspec.DecodeError, ValueError):
        raise invalid("page_token", "is not from this list; leave it out to start anew") from None


def decode_id(token: str) -> bytes | None:
    """The last one of the page before, in a list by id; None for the first page.

    Raises:
        InvalidArgumentError: Not a token of this list.
    """
    position = decode(token, bytes)
    if position is None:
        return None
    [last] = position
    assert isinstance(last, bytes)
    return last
