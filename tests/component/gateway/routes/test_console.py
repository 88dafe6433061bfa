"""Sign-in to the console over real HTTP: what browsers and phones send, the cookie, and the limits."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from gateway.app import OPERATIONS
from gateway.openapi import CONSOLE
from protos.identity.v1 import identity_pb2 as pb
from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import NotFoundError, PermissionDeniedError
from tests.component.conftest import Signer
from tests.component.gateway.conftest import Gateway, a_gateway, at_once, of_a_table, session_of

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
CONSOLE_PATH = "/v1/auth/console"
SECRET, CSRF, REFRESH = "s" * 43, "c" * 43, "r" * 43
POLL = {"ticket": ID, "poll_secret": SECRET}
COOKIE = {"cookie": f"qiandao_console={REFRESH}"}
DAY_US = 24 * 3600_000_000
CREATED_AT = 1788220800_000000
TICKET = pb.Ticket(
    ticket_id=ids.from_text(ID),
    purpose=pb.Ticket.PURPOSE_SIGN_IN,
    state=pb.Ticket.STATE_PENDING,
    browser="Chrome",
    platform="Windows",
    created_at=CREATED_AT,
    expires_at=CREATED_AT + 120_000_000,
)
OPENED = pb.OpenedTicket(ticket=TICKET, secret=SECRET, digits="07", url=f"https://qiandao.example/c/{ID}")


def a_session() -> pb.ConsoleSession:
    """Of somebody, for a week."""
    user = pb.User(user_id=ids.from_text(ID), name="李雷", created_at=CREATED_AT)
    tokens = pb.Session(access_token="access", expires_in_s=900, refresh_token=REFRESH, user=user)
    return pb.ConsoleSession(session=tokens, csrf_token=CSRF, expires_at=now_us() + 7 * DAY_US)


SESSION = {
    "access_token": "access",
    "expires_in": 900,
    "csrf_token": CSRF,
    "user": {"id": ID, "name": "李雷", "created_at": "2026-09-01T00:00:00.000Z"},
}


def rules_of(answer: httpx.Response) -> tuple[str, set[str], dict[str, str]]:
    """A cookie's value, its flags and its other rules."""
    value, *rules = answer.headers["set-cookie"].split("; ")
    flags = {rule.lower() for rule in rules if "=" not in rule}
    return value, flags, dict(rule.split("=") for rule in rules if "=" in rule)


async def test_a_browser_is_given_what_it_shows_and_what_it_keeps(gateway: Gateway) -> None:
    """What it is called is read from what it says of itself; nothing leads to a simulator where there is none."""
    gateway.services.answers["OpenTicket"] = OPENED
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0"

    opened = await gateway.http.post(CONSOLE_PATH, headers={"user-agent": agent})

    assert (opened.status_code, opened.json()) == (
        201,
        {
            "ticket": ID,
            "poll_secret": SECRET,
            "digits": "07",
            "qr": f"https://qiandao.example/c/{ID}",
            "expires_at": "2026-09-01T00:02:00.000Z",
            "expires_in": 120,
            "confirm_url": "",
        },
    )
    assert gateway.services.requests("OpenTicket") == [pb.OpenTicketRequest(browser="Edge", platform="Windows")]
    assert opened.headers["cache-control"] == "no-store" and "set-cookie" not in opened.headers


async def test_where_a_simulator_is_set_a_link_leads_to_it(
    tls: Path, signer: Signer, redis_url: str, redis: Redis
) -> None:
    """With what its people need to confirm the ticket, as a phone would."""
    async with a_gateway(tls, signer, redis_url, redis, simulator_url="http://127.0.0.1:8090") as gateway:
        gateway.services.answers["OpenTicket"] = OPENED
        opened = await gateway.http.post(CONSOLE_PATH)
    assert opened.json()["confirm_url"] == f"http://127.0.0.1:8090/console?ticket={ID}&digits=07"


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (pb.Ticket.STATE_PENDING, "pending"),
        (pb.Ticket.STATE_DENIED, "denied"),
        (pb.Ticket.STATE_EXPIRED, "expired"),
    ],
)
async def test_a_browser_asks_what_became_of_its_ticket(
    gateway: Gateway, state: "pb.Ticket.State.ValueType", name: str
) -> None:
    """Until it is approved there is no cookie."""
    gateway.services.answers["RedeemTicket"] = pb.RedeemedTicket(state=state)
    polled = await gateway.http.post(f"{CONSOLE_PATH}/poll", json=POLL)
    assert (polled.status_code, polled.json()) == (200, {"state": name, "session": None})
    assert "set-cookie" not in polled.headers
    assert gateway.services.requests("RedeemTicket") == [
        pb.RedeemTicketRequest(ticket_id=ids.from_text(ID), secret=SECRET)
    ]


async def test_an_approved_browser_keeps_a_cookie_that_its_page_cannot_read(gateway: Gateway) -> None:
    """For where it is needed, and for this site alone."""
    gateway.services.answers["RedeemTicket"] = pb.RedeemedTicket(state=pb.Ticket.STATE_APPROVED, session=a_session())

    polled = await gateway.http.post(f"{CONSOLE_PATH}/poll", json=POLL)

    value, flags, told = rules_of(polled)
    assert polled.json() == {"state": "approved", "session": SESSION} and REFRESH not in polled.text
    assert (value, flags) == (COOKIE["cookie"], {"httponly"})
    assert (told["Path"], told["SameSite"]) == (CONSOLE_PATH, "strict")
    assert 7 * DAY_US / 1e6 - 10 <= int(told["Max-Age"]) <= 7 * DAY_US / 1e6


async def test_a_cookie_is_no_way_to_new_tokens_without_end(gateway: Gateway) -> None:
    """As many tabs as anybody has are answered at once; another browser is none of it."""
    gateway.services.answers["RefreshConsole"] = a_session()

    async def refresh(cookie: dict[str, str]) -> httpx.Response:
        return await gateway.http.post(f"{CONSOLE_PATH}/refresh", headers={**cookie, "x-csrf-token": CSRF})

    tabs = [await refresh(COOKIE) for _ in range(50)]
    assert {each.status_code for each in tabs} == {200}
    answers = [await refresh(COOKIE) for _ in range(20)]
    limited = [each for each in answers if each.status_code == 429]
    assert limited and "retry-after" in limited[0].headers
    assert (await refresh({"cookie": f"qiandao_console={'o' * 43}"})).status_code == 200


async def test_the_cookie_goes_over_tls(tls: Path, signer: Signer, redis_url: str, redis: Redis) -> None:
    """Wherever there is a wire."""
    async with a_gateway(tls, signer, redis_url, redis, public_url="https://qiandao.example") as gateway:
        gateway.services.answers["RefreshConsole"] = a_session()
        hosts = {"cookie": f"__Host-qiandao_console={REFRESH}"}
        renewed = await gateway.http.post(f"{CONSOLE_PATH}/refresh", headers=hosts)
        value, flags, told = rules_of(renewed)
        assert (value, flags, told["Path"]) == (hosts["cookie"], {"httponly", "secure"}, "/")


async def test_a_cookie_of_another_name_of_the_domain_is_passed_over(
    tls: Path, signer: Signer, redis_url: str, redis: Redis
) -> None:
    """It may lie before or behind ours, or alone; browsers take `__Host-` from nobody else."""
    planted, ours = f"qiandao_console={'e' * 43}", f"__Host-qiandao_console={REFRESH}"
    async with a_gateway(tls, signer, redis_url, redis, public_url="https://qiandao.example") as gateway:
        gateway.services.answers["RefreshConsole"] = a_session()
        answers = [
            await gateway.http.post(f"{CONSOLE_PATH}/refresh", headers={"cookie": cookie, "x-csrf-token": CSRF})
            for cookie in (f"{planted}; {ours}", f"{ours}; {planted}", planted)
        ]
    assert [each.status_code for each in answers] == [200, 200, 401]
    assert {each.refresh_token for each in gateway.services.requests("RefreshConsole")} == {REFRESH}


async def test_a_browser_goes_on_with_its_cookie_and_what_its_page_keeps(gateway: Gateway) -> None:
    """Both are handed on; what comes back replaces the cookie."""
    gateway.services.answers["RefreshConsole"] = a_session()
    renewed = await gateway.http.post(f"{CONSOLE_PATH}/refresh", headers=COOKIE | {"x-csrf-token": CSRF})
    assert (renewed.status_code, renewed.json()) == (200, SESSION)
    assert rules_of(renewed)[0] == COOKIE["cookie"] and REFRESH not in renewed.text
    assert gateway.services.requests("RefreshConsole") == [
        pb.RefreshConsoleRequest(refresh_token=REFRESH, csrf_token=CSRF)
    ]


async def test_signing_out_takes_the_cookie_away_and_ends_the_session_here_at_once(gateway: Gateway) -> None:
    """Before the gateway reads again which sessions have ended."""
    header = gateway.bearer()
    gateway.services.answers["EndConsole"] = pb.EndConsoleResponse(session_id=session_of(header))

    ended = await gateway.http.post(f"{CONSOLE_PATH}/sign-out", headers=COOKIE | {"x-csrf-token": CSRF})

    value, flags, told = rules_of(ended)
    assert (ended.status_code, value, flags) == (204, 'qiandao_console=""', {"httponly"})
    assert (told["Max-Age"], told["Path"]) == ("0", CONSOLE_PATH)
    assert (await gateway.http.get("/v1/me", headers=header)).json()["reason"] == "SESSION_REVOKED"


@of_a_table
@pytest.mark.parametrize("path", ["refresh", "sign-out"])
@pytest.mark.parametrize("cookie", ["", "qiandao_console=short", f"qiandao_display={REFRESH}"])
async def test_without_its_cookie_a_browser_is_nobody(lasting: Gateway, path: str, cookie: str) -> None:
    """An access token does not stand in for it, and nobody is asked."""
    headers = {"cookie": cookie, "x-csrf-token": CSRF, **lasting.bearer()}
    answer = await lasting.http.post(f"{CONSOLE_PATH}/{path}", headers=headers)
    assert answer.status_code == 401 and lasting.services.calls == []


@of_a_table
@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.credentials and CONSOLE not in each.credentials], ids=str
)
async def test_every_other_route_passes_the_cookie_over(lasting: Gateway, operation: Any) -> None:
    """It opens nothing by itself, wherever a browser would send it."""
    path = operation.path.format(**dict.fromkeys(operation.ids, ID))
    headers = COOKIE | {"x-csrf-token": CSRF}
    answer = await lasting.http.request(operation.method, path, headers=headers)
    assert answer.status_code == 401 and lasting.services.calls == []


def test_the_cookie_goes_on_and_out_and_nothing_else() -> None:
    """Both ask for the header that only our own page can send."""
    taking = {(each.method, each.path): each.headers for each in OPERATIONS if CONSOLE in each.credentials}
    assert taking.keys() == {("POST", f"{CONSOLE_PATH}/{path}") for path in ("refresh", "sign-out")}
    assert all("x_csrf_token" in headers.__struct_fields__ for headers in taking.values())


async def test_a_foreign_page_signs_no_browser_in(gateway: Gateway) -> None:
    """Its forms cannot send JSON, so nobody finds themselves in somebody else's session."""
    form = await gateway.http.post(f"{CONSOLE_PATH}/poll", data=POLL)
    text = await gateway.http.post(f"{CONSOLE_PATH}/poll", content=b"{}", headers={"content-type": "text/plain"})
    assert (form.status_code, text.status_code) == (415, 415) and gateway.services.calls == []


async def test_a_phone_looks_approves_and_denies(gateway: Gateway) -> None:
    """As the person that it is."""
    gateway.services.answers |= dict.fromkeys(("GetTicket", "ApproveTicket", "DenyTicket"), TICKET)
    person = ids.new_id()
    header, path = gateway.bearer(person), f"{CONSOLE_PATH}/{ID}"

    looked = await gateway.http.get(path, headers=header)
    approved = await gateway.http.post(f"{path}/approve", json={"digits": "07"}, headers=header)
    denied = await gateway.http.post(f"{path}/deny", headers=header)

    assert looked.json() == {
        "ticket": ID,
        "purpose": "sign_in",
        "state": "pending",
        "browser": "Chrome",
        "platform": "Windows",
        "created_at": "2026-09-01T00:00:00.000Z",
        "expires_at": "2026-09-01T00:02:00.000Z",
    }
    assert looked.json() == approved.json() == denied.json()
    assert gateway.services.calls[1] == (
        "ApproveTicket",
        pb.ApproveTicketRequest(ticket_id=ids.from_text(ID), digits="07"),
        person,
    )


@of_a_table
@pytest.mark.parametrize("digits", ["7", "007", "ab", "-1", "٠٧", ""])
async def test_digits_are_two(lasting: Gateway, digits: str) -> None:
    """Anything else is named, and costs no try."""
    path = f"{CONSOLE_PATH}/{ID}/approve"
    answer = await lasting.http.post(path, json={"digits": digits}, headers=lasting.bearer())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "digits")
    assert lasting.services.calls == []


async def test_people_see_where_they_are_signed_in_and_end_it(gateway: Gateway) -> None:
    """The session that is ended is refused here at once."""
    other = gateway.bearer()
    signed_in = pb.SignedIn(
        session_id=session_of(other),
        kind=pb.SignedIn.KIND_CONSOLE,
        browser="Chrome",
        platform="Mac",
        created_at=CREATED_AT,
        last_used_at=CREATED_AT + 1_000_000,
        is_current=True,
    )
    gateway.services.answers |= {
        "ListSessions": pb.ListSessionsResponse(sessions=[signed_in]),
        "RevokeSession": pb.RevokeSessionResponse(),
    }
    header = gateway.bearer()

    listed = await gateway.http.get("/v1/me/sessions", headers=header)
    [session] = listed.json()["sessions"]
    ended = await gateway.http.delete(f"/v1/me/sessions/{session['id']}", headers=header)

    assert session == {
        "id": ids.to_text(signed_in.session_id),
        "kind": "console",
        "browser": "Chrome",
        "platform": "Mac",
        "created_at": "2026-09-01T00:00:00.000Z",
        "last_used_at": "2026-09-01T00:00:01.000Z",
        "is_current": True,
    }
    assert ended.status_code == 204
    assert (await gateway.http.get("/v1/me", headers=other)).json()["reason"] == "SESSION_REVOKED"


async def test_sign_ins_begin_without_end_from_no_address(
    tls: Path, signer: Signer, redis_url: str, redis: Redis
) -> None:
    """Whether or not anybody asks what became of them."""
    async with a_gateway(tls, signer, redis_url, redis, console_tickets_per_s=0.01) as gateway:
        gateway.services.answers["OpenTicket"] = OPENED
        statuses, refused = await at_once(lambda: gateway.http.post(CONSOLE_PATH))
    assert statuses[201] <= 1 and statuses[429] >= 16 and 0 < int(refused.headers["retry-after"]) <= 101


async def test_a_browser_polls_once_a_second(gateway: Gateway) -> None:
    """Whoever saw the ticket cannot use up what is its browser's: they lack its secret."""
    gateway.services.answers["RedeemTicket"] = pb.RedeemedTicket(state=pb.Ticket.STATE_PENDING)
    statuses, _ = await at_once(lambda: gateway.http.post(f"{CONSOLE_PATH}/poll", json=POLL))
    other = await gateway.http.post(f"{CONSOLE_PATH}/poll", json=POLL | {"poll_secret": "o" * 43})
    assert statuses[429] >= 10 and other.status_code == 200


@pytest.mark.parametrize(
    ("method", "error", "ask"),
    [
        (
            "RedeemTicket",
            NotFoundError("there is no such ticket"),
            lambda http, number: http.post(f"{CONSOLE_PATH}/poll", json=POLL | {"poll_secret": f"{number:043}"}),
        ),
        (
            "RefreshConsole",
            PermissionDeniedError("send the csrf_token"),
            lambda http, number: http.post(f"{CONSOLE_PATH}/refresh", headers=COOKIE),
        ),
    ],
)
async def test_guessing_counts_with_failed_sign_ins(
    tls: Path,
    signer: Signer,
    redis_url: str,
    redis: Redis,
    method: str,
    error: Exception,
    ask: Callable[[httpx.AsyncClient, int], Awaitable[httpx.Response]],
) -> None:
    """Of one address."""
    async with a_gateway(tls, signer, redis_url, redis, failed_sign_ins_per_s=0.01) as gateway:
        gateway.services.answers[method] = error
        answers = [await ask(gateway.http, number) for number in range(3)]
    assert [answer.json()["reason"] for answer in answers[1:]] == ["TOO_MANY_FAILED_SIGN_INS"] * 2


async def test_a_person_looks_at_so_many_tickets(gateway: Gateway) -> None:
    """And approves no more."""
    gateway.services.answers["ApproveTicket"] = TICKET
    header, path = gateway.bearer(), f"{CONSOLE_PATH}/{ID}"
    statuses, _ = await at_once(lambda: gateway.http.post(f"{path}/approve", json={"digits": "07"}, headers=header))
    assert statuses[200] >= 5 and statuses[429] >= 5
