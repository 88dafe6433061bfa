"""Sign-in to the console by scanning, and everything that somebody might try instead."""

import asyncio
from collections import Counter
from contextlib import closing
from dataclasses import dataclass

import httpx

from servicekit.ids import from_text
from tests.e2e.api import Activity, Api, Json, Person, expect
from tests.e2e.stack import connect, eventually

_PATH = "/v1/auth/console"
_CHROME = {"user-agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"}
# An ended session is refused within the interval in which gateways re-read them, and some.
_ENDED_WITHIN_S = 10.0


@dataclass
class Browser:
    """A browser on the console: its ticket first, its cookie and what its page keeps later."""

    http: httpx.AsyncClient
    ticket: Json
    cookie: str = ""
    csrf_token: str = ""
    access_token: str = ""

    @property
    def path(self) -> str:
        """Where a phone finds its ticket."""
        return f"{_PATH}/{self.ticket['ticket']}"

    @property
    def person(self) -> Person:
        """Who is signed in there."""
        return Person(self.http, access_token=self.access_token)

    async def poll(self, **changes: str) -> httpx.Response:
        """What became of its ticket."""
        asked = {name: self.ticket[name] for name in ("ticket", "poll_secret")}
        return await self.http.post(f"{_PATH}/poll", json=asked | changes)

    async def send(self, path: str, **changes: str) -> httpx.Response:
        """What it sends with its cookie."""
        headers = {"cookie": self.cookie, "x-csrf-token": self.csrf_token} | changes
        return await self.http.post(f"{_PATH}/{path}", headers=headers)

    def keep(self, answer: httpx.Response, session: Json) -> None:
        """What it was given."""
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        self.csrf_token, self.access_token = session["csrf_token"], session["access_token"]


async def open_console(api: Api) -> Browser:
    """A browser that shows a QR."""
    return Browser(api.http, expect(await api.http.post(_PATH, headers=_CHROME), 201))


async def let_in(api: Api, phone: Person) -> Browser:
    """A browser that a phone let in."""
    browser = await open_console(api)
    expect(await phone.post(f"{browser.path}/approve", {"digits": browser.ticket["digits"]}))
    polled = await browser.poll()
    browser.keep(polled, expect(polled)["session"])
    return browser


def other_digits(browser: Browser) -> str:
    """Two that it does not show."""
    return f"{(int(browser.ticket['digits']) + 1) % 100:02}"


def age(table: str, column: str, key: str, identifier: str, seconds: int) -> None:
    """Lets time pass for one row."""
    statement = f"UPDATE {table} SET {column} = {column} - INTERVAL %s SECOND WHERE {key} = %s"  # noqa: S608
    with closing(connect("admin", "identity")) as connection, connection.cursor() as cursor:
        assert cursor.execute(statement, (seconds, from_text(identifier))) == 1


async def console_session(phone: Person) -> str:
    """The id of the one console that somebody is signed in to."""
    found = expect(await phone.get("/v1/me/sessions"))["sessions"]
    [session_id] = [each["id"] for each in found if each["kind"] == "console"]
    return str(session_id)


async def test_a_phone_lets_a_browser_in_and_sees_it_among_its_devices(api: Api, person: Person) -> None:
    """It is shown which browser asks and since when; the browser works as that person from then on."""
    browser = await open_console(api)
    assert expect(await browser.poll()) == {"state": "pending", "session": None}
    shown = expect(await person.get(browser.path))
    assert (shown["browser"], shown["platform"], shown["state"]) == ("Chrome", "Windows", "pending")

    expect(await person.post(f"{browser.path}/approve", {"digits": browser.ticket["digits"]}))
    polled = await browser.poll()
    session = expect(polled)["session"]
    browser.keep(polled, session)

    assert session["expires_in"] == 900 and session["user"]["id"] == person.user_id
    assert expect(await browser.person.get("/v1/me"))["id"] == person.user_id
    seen = expect(await browser.person.get("/v1/me/sessions"))["sessions"]
    assert {each["kind"]: each["is_current"] for each in seen} == {"console": True, "phone": False}
    assert next(each for each in seen if each["kind"] == "console")["browser"] == "Chrome"


async def test_whoever_photographs_the_qr_gains_nothing(api: Api, person: Person) -> None:
    """Without the secret of the browser, or with another one, the ticket reads like none."""
    browser = await open_console(api)
    expect(await person.post(f"{browser.path}/approve", {"digits": browser.ticket["digits"]}))

    without = await api.http.post(f"{_PATH}/poll", json={"ticket": browser.ticket["ticket"]})
    other = await browser.poll(poll_secret=(await open_console(api)).ticket["poll_secret"])

    assert (without.status_code, other.status_code) == (400, 404)
    assert other.json()["reason"] == "CONSOLE_TICKET_UNKNOWN" and "set-cookie" not in other.headers
    assert browser.ticket["poll_secret"] not in browser.ticket["qr"]
    assert expect(await browser.poll())["session"]


async def test_a_ticket_is_used_once(api: Api, person: Person) -> None:
    """What the browser sent is worth nothing when it is sent again, nor at the same instant."""
    browser = await open_console(api)
    expect(await person.post(f"{browser.path}/approve", {"digits": browser.ticket["digits"]}))

    answers = await asyncio.gather(*(browser.poll() for _ in range(4)))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 3}
    assert {answer.json()["reason"] for answer in answers if answer.status_code == 409} == {"CONSOLE_TICKET_USED"}


async def test_a_ticket_of_two_minutes_ago_lets_nobody_in(api: Api, person: Person) -> None:
    """The phone is told, and so is the browser."""
    browser = await open_console(api)
    age("console_tickets", "created_at", "ticket_id", browser.ticket["ticket"], 121)

    late = await person.post(f"{browser.path}/approve", {"digits": browser.ticket["digits"]})

    assert (late.status_code, late.json()["reason"]) == (409, "CONSOLE_TICKET_OVER")
    assert late.json()["metadata"] == {"state": "expired"}
    assert expect(await browser.poll())["state"] == "expired"


async def test_two_wrong_digits_end_a_ticket(api: Api, person: Person) -> None:
    """Each is told; the right ones come too late then."""
    browser = await open_console(api)
    wrong = [await person.post(f"{browser.path}/approve", {"digits": other_digits(browser)}) for _ in range(2)]
    right = await person.post(f"{browser.path}/approve", {"digits": browser.ticket["digits"]})

    assert [(answer.status_code, answer.json()["metadata"]["left"]) for answer in wrong] == [(422, "1"), (422, "0")]
    assert (right.status_code, expect(await browser.poll())["state"]) == (409, "denied")


async def test_a_qr_of_somebody_else_is_named_before_it_lets_them_in(api: Api, person: Person) -> None:
    """A lure shows whose browser asks and not its digits; a no ends it, and the victim's session is nobody's."""
    lure = await open_console(api)
    shown = (await person.get(lure.path)).text
    guess = await person.post(f"{lure.path}/approve", {"digits": other_digits(lure)})
    expect(await person.post(f"{lure.path}/deny"))

    assert "Windows" in shown and "digits" not in shown and lure.ticket["poll_secret"] not in shown
    assert guess.status_code == 422 and expect(await lure.poll()) == {"state": "denied", "session": None}


async def test_a_console_lets_no_console_in(api: Api, person: Person) -> None:
    """Whoever sits down at an open laptop does not take its person along."""
    browser, next_one = await let_in(api, person), await open_console(api)
    answers = [
        await browser.person.get(next_one.path),
        await browser.person.post(f"{next_one.path}/approve", {"digits": next_one.ticket["digits"]}),
        await browser.person.post(f"{next_one.path}/deny"),
    ]
    assert {(answer.status_code, answer.json()["reason"]) for answer in answers} == {(403, "PHONE_ONLY")}
    assert expect(await next_one.poll())["state"] == "pending"


async def test_a_forged_request_renews_and_ends_nothing(api: Api, person: Person) -> None:
    """A foreign page has the cookie at best; the session goes on unharmed."""
    browser = await let_in(api, person)
    for path in ("refresh", "sign-out"):
        for token in ("", "x" * 43):
            forged = await browser.send(path, **{"x-csrf-token": token})
            assert (forged.status_code, forged.json()["reason"]) == (403, "CSRF_TOKEN_WRONG")
            assert "set-cookie" not in forged.headers
    expect(await browser.send("refresh"))


async def test_the_cookie_opens_nothing_else(api: Api, person: Person, activity: Activity) -> None:
    """Nor does that of a display open the console."""
    browser, screen = await let_in(api, person), await activity.screen()
    cookie = {"cookie": browser.cookie, "x-csrf-token": browser.csrf_token}
    for path in ("/v1/me", "/v1/me/sessions", "/v1/organisations", f"{activity.path}/qr", f"{activity.path}/stats"):
        assert (await api.http.get(path, headers=cookie)).status_code == 401
    for path in ("refresh", "sign-out"):
        assert (await browser.send(path, cookie=screen.cookie)).status_code == 401
    assert (await api.http.post("/v1/auth/refresh", json={"refresh_token": browser.cookie[-43:]})).status_code == 401
    assert (await screen.get((await open_console(api)).path)).status_code == 401


async def test_tabs_that_refresh_at_once_stay_signed_in(api: Api, person: Person) -> None:
    """All are given the same cookie, and the one before is good for a while."""
    browser = await let_in(api, person)
    answers = await asyncio.gather(*(browser.send("refresh") for _ in range(4)))
    late = await browser.send("refresh")

    cookies = {answer.headers["set-cookie"].partition(";")[0] for answer in [*answers, late]}
    assert len(cookies) == 1 and cookies != {browser.cookie}
    for answer in answers:
        assert (await Person(api.http, access_token=expect(answer)["access_token"]).get("/v1/me")).status_code == 200


async def test_a_stolen_cookie_that_is_used_later_ends_the_session(api: Api, person: Person) -> None:
    """For both, and for access tokens that still live."""
    browser = await let_in(api, person)
    stolen = browser.cookie
    renewed = await browser.send("refresh")
    browser.keep(renewed, expect(renewed))
    age("sessions", "rotated_at", "session_id", await console_session(person), 121)

    reuse = await browser.send("refresh", cookie=stolen)

    assert (reuse.status_code, reuse.json()["reason"]) == (401, "REFRESH_TOKEN_REUSED")
    assert (await browser.send("refresh")).status_code == 401
    await _refused(browser)


async def test_a_session_is_ended_from_the_phone_and_by_signing_out(api: Api, person: Person) -> None:
    """Within seconds nothing is taken from there, while the phone goes on."""
    ended, left = await let_in(api, person), await let_in(api, person)
    sessions = expect(await person.get("/v1/me/sessions"))["sessions"]
    [phone] = [each["id"] for each in sessions if each["is_current"]]
    consoles = [each["id"] for each in sessions if each["kind"] == "console"]

    out = await left.send("sign-out")
    assert out.status_code == 204 and "Max-Age=0" in out.headers["set-cookie"]
    for session_id in consoles:
        assert (await person.request("DELETE", f"/v1/me/sessions/{session_id}")).status_code == 204

    for browser in (ended, left):
        await _refused(browser)
        assert (await browser.send("refresh")).status_code == 401
    left_over = expect(await person.get("/v1/me/sessions"))["sessions"]
    assert [each["id"] for each in left_over] == [phone]


async def test_nobody_ends_the_session_of_somebody_else(api: Api, person: Person) -> None:
    """It reads like one that is not there."""
    await let_in(api, person)
    session_id = await console_session(person)
    stranger = await api.sign_in()
    assert (await stranger.request("DELETE", f"/v1/me/sessions/{session_id}")).status_code == 404
    assert session_id == await console_session(person)


async def test_whoever_is_erased_is_signed_in_nowhere(api: Api, person: Person) -> None:
    """Neither in a console that they had, nor in one that was about to be let in."""
    browser, waiting = await let_in(api, person), await open_console(api)
    expect(await person.post(f"{waiting.path}/approve", {"digits": waiting.ticket["digits"]}))

    assert (await person.request("DELETE", "/v1/me")).status_code == 204

    assert expect(await waiting.poll()) == {"state": "denied", "session": None}
    assert (await browser.send("refresh")).status_code == 401
    await _refused(browser)


async def test_polls_and_approvals_have_limits(api: Api, person: Person) -> None:
    """A browser asks once a second, a person looks every other one."""
    browser = await open_console(api)
    polls = Counter([answer.status_code for answer in await asyncio.gather(*(browser.poll() for _ in range(30)))])
    looks = Counter(
        [answer.status_code for answer in await asyncio.gather(*(person.get(browser.path) for _ in range(30)))]
    )
    assert polls[200] >= 5 and polls[429] >= 10
    assert looks[200] >= 10 and looks[429] >= 10


async def _refused(browser: Browser) -> None:
    async def is_refused() -> bool:
        return (await browser.person.get("/v1/me")).status_code == 401

    await eventually(is_refused, _ENDED_WITHIN_S)


async def test_a_console_asks_the_phone_of_its_person_for_a_place(api: Api, person: Person) -> None:
    """Nobody else's phone sees or answers it, nobody else's browser is told, and it is answered once."""
    browser, stranger = await let_in(api, person), await api.sign_in()
    ticket = expect(await browser.person.post("/v1/place-tickets"), 201)
    asked = {name: ticket[name] for name in ("ticket", "poll_secret")}
    path, place = f"{_PATH}/{ticket['ticket']}", {"name": "图书馆", "latitude": 25.0401, "longitude": 102.7109}

    assert expect(await person.get(path))["purpose"] == "place"
    for refused in (await stranger.get(path), await stranger.post(f"{path}/place", place)):
        assert (refused.status_code, refused.json()["reason"]) == (403, "CONSOLE_TICKET_OTHERS")
    assert (await browser.person.post(f"{path}/place", place)).json()["reason"] == "PHONE_ONLY"
    expect(await person.post(f"{path}/place", place))
    again = await person.post(f"{path}/place", place | {"name": "操场"})

    assert (again.status_code, again.json()["reason"]) == (409, "CONSOLE_TICKET_OVER")
    assert (await stranger.post("/v1/place-tickets/poll", asked)).status_code == 403
    assert expect(await browser.person.post("/v1/place-tickets/poll", asked)) == {"state": "approved", "place": place}
