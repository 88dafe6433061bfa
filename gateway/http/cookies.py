"""Cookies with a secret: scripts of the page cannot read them, other sites cannot send them, and TLS carries them.

Over TLS their names begin with `__Host-`: browsers take such a cookie from this very host alone, so that nobody who has
another name of the domain puts one of theirs in its place. It is then sent to every path, and read where it belongs.

Source: draft-ietf-httpbis-rfc6265bis, section 4.1.3.
"""

import re
from collections.abc import Mapping

from starlette.responses import Response

from servicekit.clock import SECOND_US

# 32 bytes of base64url.
_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
# There is no TLS between a browser and its own machine.
_OWN_MACHINE = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?/?")


class SecretCookie:
    """A cookie of this name; on one's own machine browsers send it to paths that begin with `path`."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self._path = path

    def value_in(self, cookies: Mapping[str, str], public_url: str) -> str:
        """The secret that a browser was given; empty: it has none."""
        value = cookies.get(self._named(public_url), "")
        return value if _VALUE.fullmatch(value) else ""

    def give(self, response: Response, value: str, public_url: str, left_us: int) -> None:
        """Makes a browser keep its secret.

        Args:
            public_url: Where browsers reach us; only at their own machine the cookie goes without TLS.
            left_us: For how long, in microseconds; 0 takes it away.
        """
        has_tls = _has_tls(public_url)
        response.set_cookie(
            self._named(public_url),
            value,
            max_age=max(0, left_us // SECOND_US),
            path="/" if has_tls else self._path,
            secure=has_tls,
            httponly=True,
            samesite="strict",
        )

    def _named(self, public_url: str) -> str:
        return f"__Host-{self.name}" if _has_tls(public_url) else self.name


def _has_tls(public_url: str) -> bool:
    return not _OWN_MACHINE.fullmatch(public_url)
