"""The cookie by which a browser is a display: a screen of one activity, where nobody is signed in.

Every route but those of a display passes it over.
"""

import base64
from collections.abc import Mapping

from starlette.responses import Response

from gateway.http.cookies import SecretCookie

_COOKIE = SecretCookie("qiandao_display", "/")
NAME = _COOKIE.name


def secret_in(cookies: Mapping[str, str], public_url: str) -> bytes:
    """The secret that a browser was given as it opened a display; empty: it has none."""
    value = _COOKIE.value_in(cookies, public_url)
    return base64.urlsafe_b64decode(value + "=") if value else b""


def give(response: Response, secret: bytes, public_url: str, left_us: int) -> None:
    """Makes a browser keep its secret for so long, see `SecretCookie.give`."""
    _COOKIE.give(response, base64.urlsafe_b64encode(secret).decode().rstrip("="), public_url, left_us)
