"""Screens of one activity with nobody signed in: opened once, shown what they may see, and dark in time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.api import Activity, Api, Person, by_qr, expect, open_display
from tests.e2e.stack import eventually

# What the issue asks for: screens see an edit within the one, and end within the other.
_SEEN_WITHIN_S = 5.0
_ENDED_WITHIN_S = 10.0
_DEEDS = {"closed": "close", "cancelled": "cancel"}


async def state(browser: Person) -> str:
    """What has become of a display, as its browser reads it."""
    return str(expect(await browser.get("/v1/displays/me"))["display"]["state"])


async def test_a_link_opens_in_one_browser_however_many_try_at_once(api: Api, activity: Activity) -> None:
    """A preview spends nothing, the first browser goes on, and the others are told what has become of it."""
    _, code = await activity.link()
    for _ in range(3):
        assert expect(await api.nobody.get("/v1/displays/preview", code=code))["state"] == "waiting"
        assert (await api.http.get(f"/d/{code}")).status_code == 200

    opened = await asyncio.gather(*(api.http.post("/v1/displays/open", json={"code": code}) for _ in range(5)))

    assert sorted(answer.status_code for answer in opened) == [200, 409, 409, 409, 409]
    refused = next(answer.json() for answer in opened if answer.status_code == 409)
    assert (refused["reason"], refused["metadata"]["state"]) == ("DISPLAY_LINK_SPENT", "open")
    [cookie] = [answer.headers["set-cookie"].partition(";")[0] for answer in opened if answer.status_code == 200]
    browser = Person(api.http, cookie=cookie)
    again = expect(await browser.post("/v1/displays/open", {"code": code}))
    assert again["display"]["state"] == "open"
    assert expect(await browser.get("/v1/displays/preview", code=code))["is_own"]
    assert not expect(await api.nobody.get("/v1/displays/preview", code=code))["is_own"]


async def test_a_screen_follows_its_activity(api: Api, activity: Activity, person: Person) -> None:
    """Who comes is a count there and no name; an edit is told within 5 s, and the QR it shows is good."""
    screen = await activity.screen()
    token = expect(await screen.get(f"{activity.path}/qr"))["token"]
    seen = []
    async with asyncio.timeout(30), activity.live_to(screen) as events:
        async for event, data in events:
            seen.append((event, data))
            if event == "activity" and data["revision"] == 2:
                expect(await person.check_in(by_qr(token)))
                changes = {"revision": 2, "title": "换了名字", "qr_period_s": 30}
                expect(await activity.owner.request("PATCH", activity.path, json=changes))
                edited_at = time.monotonic()
            if event == "activity" and data["revision"] == 3:
                took_s = time.monotonic() - edited_at
                break
        assert took_s < _SEEN_WITHIN_S
        while not any(event == "stats" and data["checked_in"] == 1 for event, data in seen):
            seen.append(await anext(events))

    assert {event for event, _ in seen} == {"stats", "activity"} and person.user_id not in str(seen)
    shown = expect(await screen.get("/v1/displays/me"))["activity"]
    assert (shown["title"], shown["qr_period_s"]) == ("换了名字", 30)
    assert expect(await screen.get(f"{activity.path}/qr"))["refresh_in_s"] <= 30


@pytest.mark.parametrize("end", ["revoked", "closed", "cancelled"])
async def test_a_screen_ends_in_time(api: Api, activity: Activity, end: str) -> None:
    """Its stream within 10 s and its QR before; its browser is told why."""
    display, code = await activity.link()
    screen = await open_display(api.http, code)
    async with asyncio.timeout(30), activity.live_to(screen) as events:
        await anext(events)
        if end == "revoked":
            await activity.owner.request("DELETE", f"{activity.path}/displays/{display['id']}")
        else:
            expect(await activity.owner.post(f"{activity.path}/{_DEEDS[end]}"))
        ended_at = time.monotonic()
        async for _ in events:
            pass
        assert time.monotonic() - ended_at < _ENDED_WITHIN_S

    assert await state(screen) == ("revoked" if end == "revoked" else "ended")
    for path in ("qr", "qr.svg", "stats", "live"):
        assert (await screen.get(f"{activity.path}/{path}")).status_code == 401


async def test_a_screen_goes_on_where_its_activity_takes_longer(
    api: Api, organiser: Person, activity: Activity
) -> None:
    """It ended an hour after the window; a window that is moved takes it along, cookie and all."""
    now = datetime.now(UTC)
    times = {"starts_at": (now - timedelta(hours=3)).isoformat(), "ends_at": (now - timedelta(hours=2)).isoformat()}
    screen = await activity.screen()
    expect(await organiser.request("PATCH", activity.path, json={"revision": 2, **times}))
    assert await eventually(lambda: is_state(screen, "ended"), _SEEN_WITHIN_S)

    later = {"revision": 3, "ends_at": (now + timedelta(hours=2)).isoformat()}
    expect(await organiser.request("PATCH", activity.path, json=later))

    assert await state(screen) == "open" and (await screen.get(f"{activity.path}/qr")).status_code == 200
    renewed = (await screen.get("/v1/displays/me")).headers["set-cookie"]
    assert 10_700 < int(renewed.partition("Max-Age=")[2].partition(";")[0]) <= 10_800


async def is_state(browser: Person, wanted: str) -> bool:
    """Whether a display has become that."""
    return await state(browser) == wanted


async def test_a_screen_of_one_activity_is_nobody_at_another(api: Api, organiser: Person, activity: Activity) -> None:
    """Of the same organisation too."""
    other = await api.open_activity(organiser, expect(await organiser.get(activity.path))["organisation_id"])
    screen = await activity.screen()
    for path in ("qr", "qr.svg", "qr.png", "stats", "live", "people", "displays"):
        assert (await screen.get(f"{other.path}/{path}")).status_code == 401


async def test_twenty_screens_at_once_and_no_more(activity: Activity) -> None:
    """However many ask for the last one; a revoked one makes room."""
    made = await asyncio.gather(*(activity.owner.post(f"{activity.path}/displays", {}) for _ in range(24)))

    assert sorted(answer.status_code for answer in made) == [201] * 20 + [429] * 4
    listed = expect(await activity.owner.get(f"{activity.path}/displays"))["displays"]
    assert len(listed) == 20 and {each["state"] for each in listed} == {"waiting"}
    await activity.owner.request("DELETE", f"{activity.path}/displays/{listed[0]['id']}")
    await activity.link()
