"""Page tokens: where a list goes on, opaque to clients.

They carry a position only; who may see the list is checked anew on every page.
"""

import base64
import binascii

import msgspec

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


def encode(*position: int | bytes | str) -> str:
    """The token of the position after which the next page starts."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(position)).rstrip(b"=").decode()


def decode(token: str, *types: type) -> tuple[object, ...] | None:
    """The position of a token, None for the first page.

    Args:
        types: What the parts must be, in order.

    Raises:
        InvalidArgumentError: Not a token of this list.
    """
    if not token:
        return None
    try:
        parts = msgspec.msgpack.decode(base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4)))
    except (binascii.Error, msgspec.DecodeError, ValueError):
        parts = None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(types):
        raise invalid("page_token", "is not from this list; leave it out to start anew")
    return tuple(parts)
