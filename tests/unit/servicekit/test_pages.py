"""Page tokens: what this list gave out goes on there; whatever else comes is refused by name, and nothing breaks."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit import pages
from servicekit.clock import LATEST_US, to_datetime
from servicekit.errors import InvalidArgumentError

_SHAPES = [(int, bytes), (int, bytes, bytes), (bytes, int), (bytes,)]
_ID = bytes(range(16))


def _forged(*position: object) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(position)).rstrip(b"=").decode()


@given(st.integers(0, LATEST_US), st.binary(min_size=16, max_size=16))
def test_a_token_goes_on_where_the_page_ended(at: int, identifier: bytes) -> None:
    """The position comes back as it went in, and no token is the first page."""
    assert pages.decode(pages.encode(at, identifier), int, bytes) == (at, identifier)
    assert pages.decode("", int, bytes) is None


@pytest.mark.parametrize(
    "position",
    [
        (LATEST_US + 1, _ID),
        (2**63, _ID),
        (-1, _ID),
        (1, _ID[:-1]),
        (1, _ID * 100),
        (1.0, _ID),
        (True, _ID),
        (1, "text"),
        (1,),
        (1, _ID, _ID),
        (None, _ID),
    ],
)
def test_a_position_that_no_list_has_is_refused(position: tuple[object, ...]) -> None:
    """Times beyond a datetime and ids of another length would only fail further down."""
    with pytest.raises(InvalidArgumentError, match="page_token"):
        pages.decode(_forged(*position), int, bytes)


def test_a_token_of_many_brackets_is_refused() -> None:
    """Nothing a stranger sends is followed to any depth."""
    with pytest.raises(InvalidArgumentError, match="page_token"):
        pages.decode(base64.urlsafe_b64encode(b"\x91" * 100_000).decode(), int, bytes)


@given(st.binary(max_size=64).map(lambda raw: base64.urlsafe_b64encode(raw).decode()) | st.text(max_size=64))
def test_whatever_comes_is_a_position_or_refused(token: str) -> None:
    """What passes can be asked for: every time in it is one of the calendar."""
    for shape in _SHAPES:
        try:
            position = pages.decode(token, *shape)
        except InvalidArgumentError:
            continue
        for part in position or ():
            assert not isinstance(part, int) or to_datetime(part)
