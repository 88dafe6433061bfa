"""Where the console is: its pages at `/console/`, the wall and the kiosk, and the documentation of the API."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.console.build import Build
from gateway.console.serving import answer
from gateway.http.problems import NoSuchPathError

_MISSING = (Path(__file__).parent.parent / "static" / "no_console.html").read_text(encoding="utf-8")
_INDEX, _DOCS = "index.html", "docs/index.html"
# What only files are in; any other path is a page, which the console itself finds.
_FOLDERS = ("assets/", "docs/")
_HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_NO_OTHERS = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Element Plus sets styles by script, which is no inline style; pictures are drawn here, so they may be data.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    f"connect-src 'self'; media-src 'self'; manifest-src 'self'; {_NO_OTHERS}"
)
# swagger-ui writes styles into its page, and pictures into its styles.
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    f"connect-src 'self'; {_NO_OTHERS}"
)
_MISSING_POLICY = f"default-src 'none'; style-src 'unsafe-inline'; {_NO_OTHERS}"


async def home(request: Request) -> Response:
    """Leads to the console."""
    return RedirectResponse("/console/", 302)


async def file(request: Request) -> Response:
    """A file of the console, or the page whose script shows what is at this path."""
    name = request.path_params["path"]
    if name in _build(request).files() and name not in (_INDEX, _DOCS):
        return answer(request, _build(request).files()[name], _HEADERS)
    if name.startswith(_FOLDERS):
        raise NoSuchPathError("the console has no such file")
    return await page(request)


async def page(request: Request) -> Response:
    """The one page that every path of the console, the wall and the kiosk begins with."""
    return _page(request, _INDEX, _POLICY)


async def docs(request: Request) -> Response:
    """The documentation of the API, without anything from another host."""
    return _page(request, _DOCS, _DOCS_POLICY)


ROUTES = [
    Route("/", home, methods=["GET"]),
    Route("/console", home, methods=["GET"]),
    Route("/console/{path:path}", file, methods=["GET"]),
    Route("/wall/{path:path}", page, methods=["GET"]),
    Route("/kiosk/{path:path}", page, methods=["GET"]),
    Route("/docs", docs, methods=["GET"]),
]


def _page(request: Request, name: str, policy: str) -> Response:
    found = _build(request).files().get(name)
    if found is None:
        return HTMLResponse(_MISSING, 503, _HEADERS | {"content-security-policy": _MISSING_POLICY})
    return answer(request, found, _HEADERS | {"content-security-policy": policy})


def _build(request: Request) -> Build:
    build: Build = request.app.state.console
    return build
