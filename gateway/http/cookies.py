"""Cookies with a secret: scripts of the page cannot read them, other sites cannot send them, and TLS carries them."""

import re
from collections.abc import Mapping

from starlette.responses import Response

from servicekit.clock import SECOND_US

# 32 bytes of base64url.
_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
# There is no TLS between a browser and its own machine.
_OWN_MACHINE = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?/?")


class SecretCookie:
    """A cookie of this name, which browsers send to paths that begin with `path`."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self._path = path

    def value_in(self, cookies: Mapping[str, str]) -> str:
        """The secret that a browser was given; empty: it has none."""
        value = cookies.get(self.name, "")
        return value if _VALUE.fullmatch(value) else ""

    def give(self, response: Response, value: str, public_url: str, left_us: int) -> None:
        """Makes a browser keep its secret.

        Args:
            public_url: Where browsers reach us; only at their own machine the cookie goes without TLS.
            left_us: For how long, in microseconds; 0 takes it away.
        """
        response.set_cookie(
            self.name,
            value,
            max_age=max(0, left_us // SECOND_US),
            path=self._path,
            secure=not _OWN_MACHINE.fullmatch(public_url),
            httponly=True,
            samesite="strict",
        )
