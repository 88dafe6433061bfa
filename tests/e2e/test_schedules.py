"""Schedules over the public API: an activity closes, its file is made, and its owner and three chats are told once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from deploy.local.stack import ROBOTS_PORT
from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, expect
from tests.e2e.stack import NO_TLS, eventually, query
from tests.e2e.test_expected import Roster, a_listed_activity, come, until

_SOON_S = 30.0


class Chats:
    """The robots of the simulator."""

    def make(self, kind: str) -> Json:
        """A new one, which asks for signatures where its kind can."""
        return self._asked("POST", "/sim/robots", json={"kind": kind, "signed": True})

    def breaks(self, robot: Json, fault: str) -> None:
        """Something is wrong with its host."""
        self._asked("POST", f"/sim/robots/{robot['key']}/fault", json={"fault": fault})

    def texts(self, robot: Json) -> list[str]:
        """What it said."""
        said = self._asked("GET", "/sim/messages", params={"key": robot["key"]})["messages"]
        return [each["text"] for each in said]

    def _asked(self, method: str, path: str, **request: Any) -> Json:
        answer = httpx.request(method, f"http://127.0.0.1:{ROBOTS_PORT}{path}", verify=NO_TLS, **request)
        found: Json = answer.raise_for_status().json()
        return found


def robots_of(organisation_id: str) -> str:
    """Their path."""
    return f"/v1/organisations/{organisation_id}/webhooks"


def schedules_of(organisation_id: str) -> str:
    """Their path."""
    return f"/v1/organisations/{organisation_id}/export-schedules"


async def known(person: Person, organisation_id: str, robot: Json) -> Json:
    """A robot of the simulator, as an organisation knows it."""
    wish = {"kind": robot["kind"], "label": f"{robot['kind']} 群", "url": robot["url"], "secret": robot["secret"]}
    return expect(await person.post(robots_of(organisation_id), wish), 201)


async def inbox_of(person: Person, count: int) -> list[Json]:
    """Somebody's inbox, once so much is in it."""

    async def probe() -> list[Json] | None:
        found = expect(await person.get("/v1/me/inbox"))["messages"]
        return found if len(found) >= count else None

    found: list[Json] = await eventually(probe, _SOON_S)
    assert len(found) == count
    return found


async def a_short_class(api: Api, owner: Person, organisation_id: str) -> Activity:
    """Two are expected and one came; phones bring nothing after the close."""
    roster = Roster(organisation_id)
    entries = [roster.enter(name) for name in ("甲", "乙")]
    activity = await a_listed_activity(api, owner, organisation_id, roster, offline_window_s=0)
    first = await api.sign_in()
    roster.bind(entries[0], first)
    await come(activity, first)
    await until(activity, lambda stats: stats["came"] == 1)
    await activity.these_people(1, status="checked_in")
    return activity


async def end(activity: Activity) -> None:
    """It is over in a second."""
    shown = expect(await activity.owner.get(activity.path))
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    change = {"revision": shown["revision"], "ends_at": soon, "closes_after_s": 0}
    expect(await activity.owner.request("PATCH", activity.path, json=change))


async def test_after_a_close_everybody_is_told_once(api: Api, organiser: Person, organisation_id: str) -> None:
    """The file is there, its owner finds it with its numbers, and each chat has them with a link, and nothing more."""
    chats = Chats()
    robots = [chats.make(kind) for kind in ("wecom", "feishu", "dingtalk")]
    webhooks = [await known(organiser, organisation_id, robot) for robot in robots]
    activity = await a_short_class(api, organiser, organisation_id)
    plan = {
        "title": "每次课后 <at>",
        "report": "people",
        "format": "csv",
        "rhythm": "after_close",
        "webhook_ids": [each["id"] for each in webhooks],
    }
    made = expect(await organiser.post(schedules_of(organisation_id), plan), 201)
    assert made["next_due_at"] is None and made["last_run_at"] is None
    await end(activity)
    [told] = await inbox_of(organiser, 1)
    assert (told["kind"], told["title"], told["read_at"]) == ("export_ready", "每次课后 <at>", None)
    assert told["figures"] == {"expected": 2, "came": 1, "leave": 0}
    answer = await organiser.get(f"/v1/exports/{told['export_id']}/file")
    assert answer.status_code == 200 and "甲" in answer.text

    async def have_said() -> bool:
        return all(chats.texts(robot) for robot in robots)

    await eventually(have_said, _SOON_S)
    for robot in robots:
        [text] = chats.texts(robot)
        assert "应到 2　实到 1　签到率 50.0%" in text and f"/console/exports?export_id={told['export_id']}" in text
        assert "甲" not in text and "<" not in text
    rows = query(
        "SELECT told_at FROM reporting.export_runs WHERE schedule_id = %s", ids.from_text(made["id"]), user="admin"
    )
    assert len(rows) == 1

    async def is_noted() -> bool:
        listed = expect(await organiser.get(robots_of(organisation_id)))["webhooks"]
        return {each["last_result"] for each in listed} == {"SENT"}

    await eventually(is_noted, _SOON_S)
    assert expect(await organiser.post("/v1/me/inbox/read", {"message_id": told["id"]}))["unread_count"] == 0
    [after] = expect(await organiser.get(schedules_of(organisation_id)))["schedules"]
    assert after["last_export_id"] == told["export_id"]


async def test_a_key_is_told_to_nobody(api: Api, organiser: Person, organisation_id: str) -> None:
    """Its last four characters are; nothing of it lies open in MySQL, and of others nobody learns."""
    robot = Chats().make("dingtalk")
    webhook = await known(organiser, organisation_id, robot)
    assert webhook["key_tail"] == robot["key"][-4:] and webhook["is_signed"]
    shown = (await organiser.get(robots_of(organisation_id))).text
    assert robot["key"] not in shown and robot["secret"] not in shown
    [row] = query("SELECT * FROM reporting.webhooks WHERE webhook_id = %s", ids.from_text(webhook["id"]), user="admin")
    assert robot["key"].encode() not in row["sealed_key"] and robot["secret"].encode() not in row["sealed_key"]
    other = await api.sign_in()
    elsewhere = await api.found(other)
    path = f"{robots_of(elsewhere)}/{webhook['id']}"
    expect(await other.post(f"{path}/test"), 404)
    plan = {"title": "x", "report": "people", "format": "csv", "rhythm": "after_close", "webhook_ids": [webhook["id"]]}
    refused = expect(await other.post(schedules_of(elsewhere), plan), 422)
    assert refused["errors"][0]["field"] == "webhook_ids"


async def test_what_is_wrong_is_named(api: Api, organiser: Person, organisation_id: str) -> None:
    """A host of no robot, a time that no clock shows, a report of nothing: each field with its cure."""
    for url, field in (
        ("https://127.0.0.1:9/cgi-bin/webhook/send?key=1", "url"),
        ("http://127.0.0.1:8092/cgi-bin/webhook/send?key=1", "url"),
        ("https://127.0.0.1:8092/cgi-bin/webhook/send?key=1&x=2", "url"),
        ("https://evil@127.0.0.1:8092/cgi-bin/webhook/send?key=1", "url"),
    ):
        refused = expect(
            await organiser.post(robots_of(organisation_id), {"kind": "wecom", "label": "群", "url": url}), 422
        )
        assert [each["field"] for each in refused["errors"]] == [field]
    plan: dict[str, Any] = {"title": "每日", "report": "register", "format": "xlsx", "rhythm": "daily", "time": "18:00"}
    for change, field in (
        ({"time": "25:00"}, "time"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"report": "people"}, "activity_id"),
        ({"to_inbox": False}, "to_inbox"),
        ({"columns": ["salary"]}, "columns"),
        ({"weekday": 8}, "weekday"),
    ):
        refused = expect(await organiser.post(schedules_of(organisation_id), plan | change), 400, 422)
        assert field in refused["detail"] or field in str(refused.get("errors")), refused


async def test_an_organisation_has_few(api: Api, organiser: Person, organisation_id: str) -> None:
    """Twenty schedules and five robots; then the reason says what to do, and deleting one makes room."""
    plan = {"title": "每日", "report": "register", "format": "xlsx", "rhythm": "daily", "time": "18:00", "paused": True}
    made = [expect(await organiser.post(schedules_of(organisation_id), plan), 201) for _ in range(20)]
    assert expect(await organiser.post(schedules_of(organisation_id), plan), 409)["reason"] == "TOO_MANY_SCHEDULES"
    gone = f"{schedules_of(organisation_id)}/{made[0]['id']}"
    assert (await organiser.request("DELETE", gone)).status_code == 204
    again = expect(await organiser.post(schedules_of(organisation_id), plan), 201)
    assert again["next_due_at"] is None
    path = f"{schedules_of(organisation_id)}/{again['id']}"
    running = expect(await organiser.request("PUT", path, json=plan | {"paused": False}))
    assert running["next_due_at"] is not None
    robots = [Chats().make("wecom") for _ in range(6)]
    for robot in robots[:5]:
        await known(organiser, organisation_id, robot)
    wish = {"kind": "wecom", "label": "群", "url": robots[5]["url"]}
    assert expect(await organiser.post(robots_of(organisation_id), wish), 409)["reason"] == "TOO_MANY_WEBHOOKS"


async def test_who_lost_the_right_has_nothing_made(api: Api, organiser: Person, organisation_id: str) -> None:
    """The schedule of a former organiser pauses itself, and says so to both."""
    former = await api.sign_in()
    await api.introduce(organiser, organisation_id, former)
    members = f"/v1/organisations/{organisation_id}/members"
    expect(await organiser.post(members, {"user_id": former.user_id, "role": "organiser"}), 201)
    activity = await a_short_class(api, organiser, organisation_id)
    plan = {"title": "课后", "report": "people", "format": "csv", "rhythm": "after_close", "activity_id": activity.id}
    expect(await former.post(schedules_of(organisation_id), plan), 201)
    assert (await organiser.request("DELETE", f"{members}/{former.user_id}")).status_code == 204
    await end(activity)
    [told] = await inbox_of(former, 1)
    assert (told["kind"], told["reason"], told["export_id"]) == ("schedule_paused", "OWNER_LOST_RIGHT", None)
    [paused] = expect(await organiser.get(schedules_of(organisation_id)))["schedules"]
    assert (paused["paused"], paused["paused_reason"]) == (True, "OWNER_LOST_RIGHT")


async def test_a_robot_is_signed_otherwise_without_its_address(organiser: Person, organisation_id: str) -> None:
    """What is left empty stays, and what became of the old way is forgotten; another address has no old secret."""
    chats = Chats()
    robot, other = chats.make("dingtalk"), chats.make("dingtalk")
    webhook = await known(organiser, organisation_id, robot | {"secret": "SECof-another"})
    path = f"{robots_of(organisation_id)}/{webhook['id']}"

    async def said() -> str:
        expect(await organiser.post(f"{path}/test"), 202)

        async def last() -> str | None:
            [one] = expect(await organiser.get(robots_of(organisation_id)))["webhooks"]
            return str(one["last_result"]) if one["last_result"] else None

        return str(await eventually(last, _SOON_S))

    assert await said() == "SIGNATURE_REFUSED"
    named = expect(await organiser.request("PUT", path, json={"label": "年级群"}))
    assert (named["label"], named["key_tail"], named["last_result"]) == (
        "年级群",
        webhook["key_tail"],
        "SIGNATURE_REFUSED",
    )
    changed = expect(await organiser.request("PUT", path, json={"label": "年级群", "secret": robot["secret"]}))
    assert (changed["key_tail"], changed["last_at"], changed["last_result"]) == (webhook["key_tail"], None, None)
    assert await said() == "SENT" and len(chats.texts(robot)) == 1
    moved = expect(await organiser.request("PUT", path, json={"label": "年级群", "url": other["url"]}))
    assert (moved["key_tail"], moved["is_signed"]) == (other["key"][-4:], False)
