"""Exports over the public API: what is in the files, who may have them, and what becomes of them on the way."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import python_calamine

from servicekit import ids
from tests.e2e.api import Activity, Api, Json, Person, expect
from tests.e2e.stack import eventually, query
from tests.e2e.test_expected import Roster, a_listed_activity, come, until

_OVER = ("done", "failed", "cancelled", "expired")
_WHO = ["name", "number", "group", "phone", "status", "reasons"]


async def ask(person: Person, **wish: Any) -> Json:
    """A new export."""
    return expect(await person.post("/v1/exports", wish), 202)


async def ended(person: Person, export: Json) -> Json:
    """An export once nothing happens to it any more."""

    async def probe() -> Json | None:
        found = expect(await person.get(f"/v1/exports/{export['id']}"))
        return found if found["state"] in _OVER else None

    found: Json = await eventually(probe)
    return found


async def fetched(person: Person, export: Json) -> bytes:
    """The file of an export, made."""
    made = await ended(person, export)
    assert made["state"] == "done", made
    answer = await person.get(f"/v1/exports/{export['id']}/file")
    expect_file(answer)
    assert len(answer.content) == made["file_bytes"]
    return bytes(answer.content)


def expect_file(answer: Any) -> None:
    """It is one, and nobody keeps it on the way."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"


def rows(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, with its mark."""
    text = content.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


async def a_class(api: Api, owner: Person, organisation_id: str) -> Activity:
    """Four are expected, one of them called like a formula; two came, and a stranger did."""
    roster = Roster(organisation_id)
    entries = [roster.enter(name, "一班") for name in ("甲", "=1+1", "乙", "＠丙")]
    activity = await a_listed_activity(api, owner, organisation_id, roster)
    first, second, stranger = [await api.sign_in() for _ in range(3)]
    roster.bind(entries[0], first)
    roster.bind(entries[1], second)
    await come(activity, first, second, stranger)
    await until(activity, lambda stats: stats["checked_in"] == 3 and stats["came"] == 2)
    await activity.these_people(3, status="checked_in")
    return activity


async def test_a_file_says_who_came_and_who_did_not(api: Api, organiser: Person, organisation_id: str) -> None:
    """Everybody once, in both formats; nothing that a spreadsheet would calculate; the columns are remembered."""
    activity = await a_class(api, organiser, organisation_id)
    wish = {"report": "people", "activity_id": activity.id, "columns": _WHO}
    as_csv = rows(await fetched(organiser, await ask(organiser, format="csv", **wish)))
    assert as_csv[0] == ["姓名", "编号", "分组", "手机号", "状态", "说明"]
    assert [(row[0], row[4]) for row in as_csv[1:5]] == [
        ("甲", "已签到"),
        ("'=1+1", "已签到"),
        ("乙", "未签到"),
        ("'＠丙", "未签到"),
    ]
    assert len(as_csv) == 6
    book = await fetched(organiser, await ask(organiser, format="xlsx", **wish))
    sheets = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book))
    table = sheets.get_sheet_by_name("人员名单").to_python()
    assert [row[0] for row in table[1:5]] == ["甲", "=1+1", "乙", "＠丙"]
    counts = {row[0]: row[1] for row in sheets.get_sheet_by_name("人数统计").to_python()[1:]}
    [stored] = query(
        "SELECT COUNT(*) AS came FROM reporting.facts WHERE activity_id = %s AND status = 1",
        ids.from_text(activity.id),
        user="admin",
    )
    assert counts == {"已签到": stored["came"], "未签到": 2}
    told = expect(await organiser.get("/v1/export-columns", report="people"))
    assert told["chosen"] == _WHO and "phone" in told["columns"]


async def test_a_register_is_of_every_occurrence(api: Api, organiser: Person, organisation_id: str) -> None:
    """Of the activity, and of the organisation's period: a column for each, and who counts as what."""
    activity = await a_class(api, organiser, organisation_id)
    now = datetime.now(UTC)
    period = {"from": (now - timedelta(days=2)).isoformat(), "to": (now + timedelta(days=2)).isoformat()}
    for scope in ({"activity_id": activity.id}, {"organisation_id": organisation_id, **period}):
        made = await fetched(organiser, await ask(organiser, report="register", format="xlsx", **scope))
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(made))
        assert book.sheet_names[:4] == ["总览", "明细", "未到", "异常"]
        head, *rows_of = book.get_sheet_by_name("总览").to_python()
        [ours] = [dict(zip(head, row, strict=True)) for row in rows_of if row[head.index("应到")] == 4]
        assert ("活动" in head) is ("organisation_id" in scope)
        assert (ours["应到"], ours["实到"], ours["签到率"]) == (4, 3, 0.5)
        names = [row[0] for row in book.get_sheet_by_name("明细").to_python()[1:]]
        assert names[:4] == ["甲", "=1+1", "乙", "＠丙"]
    too_long = {"report": "register", "format": "csv", **scope, "to": "2030-01-01T00:00:00Z"}
    expect(await organiser.post("/v1/exports", too_long), 422)


async def test_only_who_may_see_it_gets_it(api: Api, organiser: Person, organisation_id: str) -> None:
    """A stranger is told nothing; staff have their own, masked, for as long as they are staff."""
    activity = await a_class(api, organiser, organisation_id)
    staff, stranger = await api.sign_in(), await api.sign_in()
    await api.introduce(organiser, organisation_id, staff)
    members = f"/v1/organisations/{organisation_id}/members"
    expect(await organiser.post(members, {"user_id": staff.user_id, "role": "staff"}), 201)
    wish = {"report": "people", "activity_id": activity.id, "format": "csv"}
    expect(await stranger.post("/v1/exports", wish), 404)
    whole = {**wish, "columns": ["phone"], "shows_phones": True}
    expect(await staff.post("/v1/exports", whole), 403)
    mine, theirs = await ask(staff, **wish), await ask(organiser, **whole)
    await fetched(staff, mine)
    expect(await staff.get(f"/v1/exports/{theirs['id']}"), 404)
    await fetched(organiser, theirs)
    [noted] = query(
        "SELECT user_id FROM reporting.export_downloads WHERE export_id = %s",
        ids.from_text(theirs["id"]),
        user="admin",
    )
    assert noted["user_id"] == ids.from_text(organiser.user_id)
    listed = expect(await organiser.get("/v1/exports", organisation_id=organisation_id))["exports"]
    assert {each["id"] for each in listed} == {mine["id"], theirs["id"]}
    assert [each["id"] for each in expect(await staff.get("/v1/exports"))["exports"]] == [mine["id"]]
    expect(await staff.get("/v1/exports", organisation_id=organisation_id), 404)
    assert (await organiser.request("DELETE", f"{members}/{staff.user_id}")).status_code == 204

    async def is_refused() -> bool:
        return (await staff.get(f"/v1/exports/{mine['id']}/file")).status_code == 404

    await eventually(is_refused)


async def test_a_wish_that_makes_no_sense_says_which_field(api: Api, organiser: Person, organisation_id: str) -> None:
    """Each with the field and the cure; the same key twice is one export, and many at once are told to wait."""
    activity = await api.open_activity(organiser, organisation_id)
    good: Json = {"report": "people", "format": "csv", "activity_id": activity.id}
    year = {"from": "2026-01-01T00:00:00+08:00", "to": "2127-01-01T00:00:00+08:00"}
    wrong: list[tuple[Json, str]] = [
        ({**good, "columns": ["shoe_size"]}, "columns"),
        ({**good, "columns": ["name", "name"]}, "columns"),
        ({**good, "shows_phones": True}, "columns"),
        ({**good, "organisation_id": organisation_id}, "activity_id"),
        ({**good, "from": year["to"], "to": year["from"]}, "to"),
        ({**good, "from": "0001-01-01T00:00:00Z"}, "from"),
        ({**good, "to": "9999-12-31T23:59:59Z"}, "to"),
    ]
    for body, field in wrong:
        problem = expect(await organiser.post("/v1/exports", body), 422)
        assert [each["field"] for each in problem["errors"]] == [field], body
    key = {"idempotency-key": uuid4().hex}
    same = [await organiser.request("POST", "/v1/exports", json=good, headers=key) for _ in range(2)]
    assert len({expect(each, 202)["id"] for each in same}) == 1
