"""Pages for browsers: the URL of a QR or an NFC tag outside WeChat, WeChat's check file, and a display."""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from domainkit.nfc_tags import link_of
from gateway.http.buckets import Buckets
from gateway.http.problems import NoSuchPathError
from gateway.qr import inline
from gateway.routes.dependencies import route
from gateway.settings import Settings

_STATIC = Path(__file__).parent.parent / "static"
_SCAN = (_STATIC / "scan.html").read_text(encoding="utf-8")
_BY_CAMERA = {"picture": "", "first": "打开微信，点右上角「＋」里的「扫一扫」", "then": "对准现场屏幕上的二维码"}
_OF_QR = _BY_CAMERA | {"what": "一个签到二维码", "deed": "签到"}
_OF_INVITE = _BY_CAMERA | {"what": "加入组织的邀请", "deed": "加入", "then": "对准邀请二维码"}
_OF_TAG = _BY_CAMERA | {"what": "一个签到标签", "deed": "签到"}
# A phone cannot scan its own screen, and there may be no other one.
_OF_TAG_SHOWN = _OF_TAG | {
    "first": "截屏，保存上面的二维码",
    "then": "打开微信「扫一扫」，点右下角「相册」，选刚才的截屏；现场屏幕上有二维码的，直接扫屏幕更快",
}
_CONSOLE = (_STATIC / "console_sign_in.html").read_text(encoding="utf-8")
_DISPLAY = (_STATIC / "display.html").read_text(encoding="utf-8")
_CHECK_FILE = re.compile(r"([A-Za-z0-9_-]{1,64})\.txt")
_DRAWN = Buckets(burst=50, per_s=10)
# The token is in the page's URL: it must not leave in a Referer, and the page must not load anything.
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def _digest(page: str, tag: str) -> str:
    """The one inline block of a page that its policy lets in."""
    text = page.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


_DISPLAY_HEADERS = HEADERS | {
    "content-security-policy": f"default-src 'none'; style-src {_digest(_DISPLAY, 'style')}; "
    f"script-src {_digest(_DISPLAY, 'script')}; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
}


async def scan(request: Request) -> Response:
    """Says that WeChat opens this QR, or proves to WeChat that this host is ours."""
    return _opened(request, "token", _OF_QR)


async def invite(request: Request) -> Response:
    """The same of an invite: WeChat looks for its check file beside every link that it opens."""
    return _opened(request, "code", _OF_INVITE)


async def tag(request: Request) -> Response:
    """Draws what an NFC tag said to a phone's browser, for WeChat, or proves to WeChat that this host is ours."""
    read = (request.path_params["text"], *(request.query_params[name] for name in "ec" if name in request.query_params))
    link = link_of(request.app.state.parts.public_url, ".".join(read))
    # Anybody may ask, and a picture takes some milliseconds.
    if not link or _DRAWN.take(b""):
        return _opened(request, "text", _OF_TAG)
    return _open_in_wechat(_OF_TAG_SHOWN | {"picture": await inline(link)})


async def console(request: Request) -> Response:
    """Says where the QR of the console's sign-in belongs."""
    return HTMLResponse(_CONSOLE, headers=HEADERS)


async def display(request: Request) -> Response:
    """Offers to open the link of a display; to look at it spends nothing, as programs do that preview links."""
    return HTMLResponse(_DISPLAY, headers=_DISPLAY_HEADERS)


ROUTES = [
    route("GET", "/q/{token}", scan),
    route("GET", "/i/{code}", invite),
    route("GET", "/n/{text}", tag),
    route("GET", "/c/{ticket}", console),
    route("GET", "/d/{code}", display),
]


def _opened(request: Request, name: str, words: Mapping[str, str]) -> Response:
    settings: Settings = request.app.state.parts.settings
    if match := _CHECK_FILE.fullmatch(request.path_params[name]):
        return _check_file(match[1], settings.wechat_check)
    return _open_in_wechat(words)


def _open_in_wechat(words: Mapping[str, str]) -> Response:
    page = _SCAN
    for name, text in words.items():
        page = page.replace("{{" + name + "}}", text)
    return HTMLResponse(page, headers=HEADERS)


def _check_file(asked: str, configured: str) -> Response:
    name, _, content = configured.partition(":")
    if not name or asked != name:
        raise NoSuchPathError("there is no such check file")
    return PlainTextResponse(content, headers={"x-content-type-options": "nosniff"})
