"""The page to which the QR of a proof leads: what is true now of what it says, for anybody who holds it."""

import math
from collections.abc import Mapping
from datetime import datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from domainkit.chinese_days import day_text
from gateway.clients import ask
from gateway.routes.dependencies import Call, route
from gateway.routes.pages import HEADERS
from protos.reporting.v1 import proofs_pb2 as pb
from servicekit.clock import SECOND_US
from servicekit.errors import NotFoundError, ServiceError

_PAGE = (Path(__file__).parent.parent / "static" / "proof.html").read_text(encoding="utf-8")
_LONGEST = 128
# The class of the page, its title, and what it says, in both languages.
_STATES = {
    pb.Proof.STATE_VALID: ("good", "证明有效", "Valid", "内容与现在的签到记录一致。", "It matches the records of now."),
    pb.Proof.STATE_REDUCED: (
        *("wait", "证明有变更", "Changed"),
        *(
            "出具之后有签到被撤销或更正，现在的记录比证明上少。",
            "Records were annulled or corrected since; less is left.",
        ),
    ),
    pb.Proof.STATE_ANNULLED: (
        *("bad", "证明已失效", "Annulled"),
        *("出具之后签到已被撤销，现在没有对应的记录。", "What it attests was annulled since."),
    ),
}
_UNKNOWN = ("bad", "查不到这份证明", "Unknown", "请重新扫描纸上的二维码。", "Scan the QR on the paper again.")
_BUSY = ("wait", "请稍后再试", "Try again", "现在无法核对，请过一会儿再扫。", "It cannot be looked up right now.")


async def proof(request: Request) -> Response:
    """Looks a proof up. What nobody signed reads like what was never there."""
    call, token = Call(request, None), request.path_params["token"]
    if len(token) > _LONGEST:
        return _page(_UNKNOWN, (), 404)
    parts = call.parts
    if wait_s := parts.proofs.take(call.address.encode()) or parts.all_proofs.take(b""):
        return _page(_BUSY, (), 429, {"retry-after": str(math.ceil(wait_s))})
    try:
        found: pb.Proof = await ask(call.services.proofs.CheckProof, pb.CheckProofRequest(token=token))
    except NotFoundError:
        return _page(_UNKNOWN, (), 404)
    except ServiceError:
        return _page(_BUSY, (), 503, {"retry-after": "5"})
    return _page(_STATES[found.state], _facts(found))


ROUTES = [route("GET", "/v/{token}", proof)]


def _facts(found: pb.Proof) -> list[tuple[str, str]]:
    """What is told of it: the ends of a name, and nothing else of a person."""
    now, then = _amount(found.sessions, found.minutes), _amount(found.attested_sessions, found.attested_minutes)
    return [
        ("姓名 Name", found.name),
        ("活动 Activity", found.title),
        ("组织 Organisation", found.organisation),
        ("时间 When", _when(found)),
        ("证明所写 As attested", then),
        ("现在的记录 Now", now if found.state != pb.Proof.STATE_VALID or now != then else ""),
    ]


def _amount(sessions: int, minutes: int) -> str:
    return f"{sessions} 场" + (f"，{minutes} 分钟" if minutes else "")


def _when(found: pb.Proof) -> str:
    if not found.first_at:
        return ""
    zone = ZoneInfo(found.time_zone or "UTC")
    days = [day_text(datetime.fromtimestamp(at / SECOND_US, zone)) for at in (found.first_at, found.last_at)]
    return " – ".join(dict.fromkeys(days))


def _page(
    state: tuple[str, str, str, str, str],
    facts: list[tuple[str, str]] | tuple[()],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    tone, title, english, about, about_english = state
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in facts if said)
    words = {"tone": tone, "title": title, "english": english, "about": about, "about_english": about_english}
    page = _PAGE
    for name, said in words.items():
        page = page.replace("{{" + name + "}}", said)
    return HTMLResponse(page.replace("{{facts}}", rows), status, headers={**HEADERS, **(headers or {})})
