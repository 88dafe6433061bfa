"""Pages for browsers: what a QR's URL shows outside WeChat, WeChat's check file, and the API's documentation."""

import re
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from gateway.http.problems import NoSuchPathError
from gateway.routes.dependencies import SharedParts

router = APIRouter(include_in_schema=False)

_STATIC = Path(__file__).parent.parent / "static"
_SCAN = (_STATIC / "scan.html").read_text(encoding="utf-8")
_DOCS = (_STATIC / "docs.html").read_text(encoding="utf-8")
_CHECK_FILE = re.compile(r"([A-Za-z0-9_-]{1,64})\.txt")
# The token is in the page's URL: it must not leave in a Referer, and the page must not load anything.
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_DOCS_HEADERS = _HEADERS | {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; frame-ancestors 'none'"
}


@router.get("/q/{token}")
async def scan(token: str, shared: SharedParts) -> Response:
    """Says that WeChat opens this QR, or proves to WeChat that this host is ours."""
    if match := _CHECK_FILE.fullmatch(token):
        return _check_file(match[1], shared.settings.wechat_check)
    return HTMLResponse(_SCAN, headers=_HEADERS)


@router.get("/docs")
async def docs() -> Response:
    """The documentation, without anything from another host."""
    return HTMLResponse(_DOCS, headers=_DOCS_HEADERS)


def _check_file(asked: str, configured: str) -> Response:
    name, _, content = configured.partition(":")
    if not name or asked != name:
        raise NoSuchPathError("there is no such check file")
    return PlainTextResponse(content, headers={"x-content-type-options": "nosniff"})
