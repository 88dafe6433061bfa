"""Displays over real HTTP: what staff and browsers send, the cookie, and which routes take it."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from gateway.app import OPERATIONS
from gateway.openapi import COOKIE
from protos.activity.v1 import activity_pb2 as pb
from protos.reporting.v1 import reporting_pb2
from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import ConflictError, NotFoundError, UnauthenticatedError
from tests.component.conftest import Signer
from tests.component.gateway.conftest import Gateway, a_gateway, at_once, of_a_table

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
ACTIVITY = f"/v1/activities/{ID}"
CODE = "K7MCFGHJ4R9XWTK7MCFG"
SECRET = bytes(range(224, 256))
COOKIE_OF_IT = "qiandao_display=4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v8"
HOUR_US = 3600_000_000
DISPLAY = pb.Display(
    display_id=ids.from_text(ID),
    activity_id=ids.from_text(ID),
    kind=pb.Display.KIND_WALL,
    show_names=pb.Display.NAMES_MASKED,
    state=pb.Display.STATE_OPEN,
    created_by=ids.from_text(ID),
    created_at=1788220800_000000,
    opened_at=1788220860_000000,
    opened_from="203.0.113.7",
    expires_at=1788224400_000000,
)
SHOWN = {
    "id": ID,
    "kind": "wall",
    "show_names": "masked",
    "state": "open",
    "created_by": ID,
    "created_at": "2026-09-01T00:00:00.000Z",
    "opened_at": "2026-09-01T00:01:00.000Z",
    "opened_from": "203.0.113.7",
    "expires_at": "2026-09-01T01:00:00.000Z",
    "gate": None,
    "direction": None,
}


def a_screen() -> pb.Screen:
    """An open one, for an hour more."""
    display = pb.Display()
    display.CopyFrom(DISPLAY)
    display.expires_at = now_us() + HOUR_US
    card = pb.ActivityCard(
        activity_id=ids.from_text(ID), title="新生讲座", state=pb.STATE_PUBLISHED, place=pb.Place(name="图书馆")
    )
    return pb.Screen(display=display, activity=card, qr_period_s=60, qr=pb.Qr(token="Abv", code="K7M2PQ", slot=7))


async def test_staff_make_list_and_revoke_displays(gateway: Gateway) -> None:
    """The link is told once, as it is made."""
    made = pb.CreatedDisplay(display=DISPLAY, url=f"https://qiandao.example/d/{CODE}")
    gateway.services.answers |= {
        "CreateDisplay": made,
        "ListDisplays": pb.ListDisplaysResponse(displays=[DISPLAY]),
        "RevokeDisplay": pb.RevokeDisplayResponse(),
    }
    body, header = {"kind": "wall", "show_names": "masked"}, gateway.bearer()

    created = await gateway.http.post(f"{ACTIVITY}/displays", json=body, headers=header)
    listed = await gateway.http.get(f"{ACTIVITY}/displays", headers=header)
    revoked = await gateway.http.delete(f"{ACTIVITY}/displays/{ID}", headers=header)

    assert (created.status_code, created.json()) == (201, {"display": SHOWN, "url": made.url})
    assert (listed.status_code, listed.json()) == (200, {"displays": [SHOWN]})
    assert (revoked.status_code, revoked.content) == (204, b"")
    [request] = gateway.services.requests("CreateDisplay")
    assert (request.kind, request.show_names) == (pb.Display.KIND_WALL, pb.Display.NAMES_MASKED)


async def test_a_browser_keeps_a_secret_that_its_page_cannot_read(gateway: Gateway) -> None:
    """For this site alone, as long as the activity lasts; TLS is asked for everywhere but on one's own machine."""
    gateway.services.answers["OpenDisplay"] = pb.OpenedDisplay(screen=a_screen(), secret=SECRET)

    opened = await gateway.http.post("/v1/displays/open", json={"code": CODE})

    value, *rules = opened.headers["set-cookie"].split("; ")
    assert opened.status_code == 200 and value == COOKIE_OF_IT
    assert {rule.lower() for rule in rules if "=" not in rule} == {"httponly"}
    told = dict(rule.split("=") for rule in rules if "=" in rule)
    assert (told["Path"], told["SameSite"]) == ("/", "strict") and 3590 <= int(told["Max-Age"]) <= 3600
    assert opened.json()["activity"]["place_name"] == "图书馆" and "secret" not in opened.text
    # Whoever stands before the screen need not know who made it, or from where it was opened.
    assert opened.json()["display"].keys() == {"id", "kind", "show_names", "state", "expires_at", "gate", "direction"}
    assert "Abv" not in opened.text and gateway.services.requests("OpenDisplay")[0].opened_from == "127.0.0.1"


@pytest.mark.parametrize(
    ("public_url", "is_secure"),
    [
        ("https://qiandao.example", True),
        ("http://qiandao.example", True),
        ("http://localhost.example", True),
        ("http://localhost:8080/", False),
        ("http://[::1]:8080", False),
    ],
)
async def test_the_cookie_goes_over_tls(
    tls: Path, signer: Signer, redis_url: str, redis: Redis, public_url: str, is_secure: bool
) -> None:
    """Wherever there is a wire."""
    async with a_gateway(tls, signer, redis_url, redis, public_url=public_url) as gateway:
        gateway.services.answers["OpenDisplay"] = pb.OpenedDisplay(screen=a_screen(), secret=SECRET)
        opened = await gateway.http.post("/v1/displays/open", json={"code": CODE})
        told = opened.headers["set-cookie"]
        assert {"; secure" in told.lower(), told.startswith("__Host-")} == {is_secure} and "; Path=/;" in told


async def test_a_display_is_let_in_where_it_looks(gateway: Gateway) -> None:
    """To the QR and the counts, which are read on nobody's behalf."""
    gateway.services.answers |= {
        "GetScreen": a_screen(),
        "GetLiveStats": reporting_pb2.Stats(checked_in=3, pending_review=1),
    }
    answers = [await show(gateway, path) for path in ("/qr", "/qr.svg", "/qr.png", "/stats")]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert (answers[0].json()["token"], answers[3].json()["checked_in"]) == ("Abv", 3)
    asked = gateway.services.requests("GetScreen")
    assert asked == [pb.GetScreenRequest(secret=SECRET, activity_id=ids.from_text(ID))] * 4


async def test_a_display_reads_what_it_shows_and_keeps_its_cookie(gateway: Gateway) -> None:
    """For an activity that takes longer by now."""
    gateway.services.answers["GetScreen"] = a_screen()

    shown = await gateway.http.get("/v1/displays/me", headers={"cookie": COOKIE_OF_IT})

    assert shown.status_code == 200 and shown.headers["set-cookie"].startswith(COOKIE_OF_IT)
    assert (shown.json()["display"]["state"], shown.json()["activity"]["title"]) == ("open", "新生讲座")
    assert gateway.services.requests("GetScreen") == [pb.GetScreenRequest(secret=SECRET)]


@of_a_table
@pytest.mark.parametrize("cookie", ["", "qiandao_display=", "qiandao_display=short", "qiandao_display=" + "!" * 43])
async def test_who_has_no_secret_is_nobody(lasting: Gateway, cookie: str) -> None:
    """And nobody is asked about it."""
    for path in ("/v1/displays/me", f"{ACTIVITY}/qr", f"{ACTIVITY}/stats", f"{ACTIVITY}/live"):
        assert (await lasting.http.get(path, headers={"cookie": cookie})).status_code == 401
    assert lasting.services.calls == []


async def test_a_display_of_another_activity_is_nobody(gateway: Gateway) -> None:
    """So is one that ended."""
    gateway.services.answers["GetScreen"] = UnauthenticatedError("this browser is no display of this activity any more")
    for path in ("/qr", "/qr.svg", "/stats", "/live"):
        assert (await show(gateway, path)).status_code == 401


@of_a_table
@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.credentials and COOKIE not in each.credentials], ids=str
)
async def test_every_other_route_passes_the_cookie_over(lasting: Gateway, operation: Any) -> None:
    """A display is anonymous there, whatever it may see elsewhere."""
    lasting.services.answers["GetScreen"] = a_screen()
    path = operation.path.format(**dict.fromkeys(operation.ids, ID))

    answer = await lasting.http.request(operation.method, path, headers={"cookie": COOKIE_OF_IT})

    assert answer.status_code == 401 and lasting.services.calls == []


def test_the_cookie_changes_nothing_but_at_a_kiosk() -> None:
    """What takes it is read only, so that no foreign page can do anything with it; a kiosk has one route of its own."""
    taking = {(each.method, each.path) for each in OPERATIONS if COOKIE in each.credentials}
    reads = {f"/v1/activities/{{activity_id}}/{what}" for what in ("qr", "qr.svg", "qr.png", "stats", "live")}
    shown = {("GET", path) for path in {"/v1/displays/me", "/v1/displays/latest", *reads}}
    assert taking == {*shown, ("POST", "/v1/displays/checkins")}


async def test_a_person_who_says_who_they_are_is_that_person(gateway: Gateway) -> None:
    """Whatever their browser also is: a bad token is not mended by a good cookie."""
    gateway.services.answers["GetScreen"] = a_screen()

    signed_in = await show(gateway, "/qr", **gateway.bearer())
    badly = await show(gateway, "/qr", authorization="Bearer forged")

    assert (signed_in.status_code, badly.status_code) == (404, 401)
    assert gateway.services.requests("GetScreen") == []


async def test_a_link_is_opened_with_json_alone(gateway: Gateway) -> None:
    """Forms of foreign pages cannot make it, and looking at it is a GET that spends nothing."""
    form = await gateway.http.post("/v1/displays/open", data={"code": CODE})
    text = await gateway.http.post(
        "/v1/displays/open", content=b'{"code": "x"}', headers={"content-type": "text/plain"}
    )

    assert (form.status_code, text.status_code) == (415, 415) and gateway.services.calls == []


async def test_a_link_says_what_has_become_of_it(gateway: Gateway) -> None:
    """Before it is opened, and to who comes too late."""
    gateway.services.answers |= {
        "PreviewDisplay": pb.DisplayPreview(state=pb.Display.STATE_OPEN, activity_title="新生讲座", is_own=True),
        "OpenDisplay": ConflictError("spent", reason="DISPLAY_LINK_SPENT", metadata={"state": "open"}),
    }
    preview = await gateway.http.get("/v1/displays/preview", params={"code": CODE}, headers={"cookie": COOKIE_OF_IT})
    late = await gateway.http.post("/v1/displays/open", json={"code": CODE})

    assert preview.json() == {"state": "open", "activity_title": "新生讲座", "is_own": True}
    assert gateway.services.requests("PreviewDisplay") == [pb.PreviewDisplayRequest(code=CODE, secret=SECRET)]
    assert (late.status_code, late.json()["reason"]) == (409, "DISPLAY_LINK_SPENT")
    assert late.json()["metadata"] == {"state": "open"} and "set-cookie" not in late.headers


async def test_guessing_links_is_limited_by_address(tls: Path, signer: Signer, redis_url: str, redis: Redis) -> None:
    """As failed sign-ins are, and with them."""
    async with a_gateway(tls, signer, redis_url, redis, failed_sign_ins_per_s=0.01) as gateway:
        gateway.services.answers["OpenDisplay"] = NotFoundError("there is no such display")
        statuses, refused = await at_once(lambda: gateway.http.post("/v1/displays/open", json={"code": CODE}))
        preview = await gateway.http.get("/v1/displays/preview", params={"code": CODE})

    assert statuses[404] <= 1 and statuses[429] >= 16
    assert (refused.json()["reason"], preview.status_code) == ("TOO_MANY_FAILED_SIGN_INS", 429)


async def show(gateway: Gateway, path: str, **headers: str) -> httpx.Response:
    """What a browser that is a display gets of the activity."""
    return await gateway.http.get(ACTIVITY + path, headers={"cookie": COOKIE_OF_IT, **headers})


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"show_names": pb.Display.NAMES_FULL}, ["王小明", "李雷"]),
        ({"show_names": pb.Display.NAMES_MASKED}, ["王*明", "李*"]),
        ({"show_names": pb.Display.NAMES_NONE}, []),
        ({"show_names": pb.Display.NAMES_FULL, "state": pb.Display.STATE_ENDED}, []),
        ({"show_names": pb.Display.NAMES_FULL, "state": pb.Display.STATE_REVOKED}, []),
    ],
)
async def test_a_screen_names_who_came_as_was_chosen_for_it(
    gateway: Gateway, changes: dict[str, int], names: list[str]
) -> None:
    """And only while it is open; who has no name is left out, and many screens ask once."""
    screen = a_screen()
    for name, value in changes.items():
        setattr(screen.display, name, value)
    screen.display.activity_id = ids.new_id()
    gateway.services.answers["GetScreen"] = screen
    people = [reporting_pb2.Person(name=name, checked_in_at=1788220800_000000) for name in ("王小明", "", "李雷")]
    gateway.services.answers["ListLatest"] = reporting_pb2.ListLatestResponse(people=people)

    answers = [await gateway.http.get("/v1/displays/latest", headers={"cookie": COOKIE_OF_IT}) for _ in range(3)]

    assert [each["name"] for each in answers[0].json()["people"]] == names
    assert len({answer.content for answer in answers}) == 1
    assert len(gateway.services.requests("ListLatest")) == bool(names)


async def test_without_a_cookie_nobody_is_named(gateway: Gateway) -> None:
    """A token is none either: this is for screens alone."""
    assert (await gateway.http.get("/v1/displays/latest", headers=gateway.bearer())).status_code == 401
    assert gateway.services.requests("ListLatest") == []
