"""The cookie by which a browser is a display: a screen of one activity, where nobody is signed in.

Scripts of the page cannot read it, other sites cannot send it, and every route but those of a display passes it over.
"""

import base64
import re
from collections.abc import Mapping

from starlette.responses import Response

from servicekit.clock import SECOND_US

NAME = "qiandao_display"

_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
# There is no TLS between a browser and its own machine.
_OWN_MACHINE = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?/?")


def secret_in(cookies: Mapping[str, str]) -> bytes:
    """The secret that a browser was given as it opened a display; empty: it has none."""
    value = cookies.get(NAME, "")
    return base64.urlsafe_b64decode(value + "=") if _VALUE.fullmatch(value) else b""


def give(response: Response, secret: bytes, public_url: str, left_us: int) -> None:
    """Makes a browser keep its secret.

    Args:
        public_url: Where browsers reach us; only at their own machine the cookie goes without TLS.
        left_us: For how long, in microseconds.
    """
    response.set_cookie(
        NAME,
        base64.urlsafe_b64encode(secret).decode().rstrip("="),
        max_age=max(0, left_us // SECOND_US),
        path="/",
        secure=not _OWN_MACHINE.fullmatch(public_url),
        httponly=True,
        samesite="strict",
    )
