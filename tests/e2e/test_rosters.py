"""A roster from a file to a file: looked at, applied, listed, found, exported, and undone."""

import csv
import io
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from servicekit import ids
from tests.e2e.api import Api, Json, Person, by_qr, expect
from tests.e2e.stack import connect, eventually

LIST = "姓名,学号,手机,分组,座位\n王小明,001,13800000001,一班,A1\n李小红,002,13900000002,二班,A2\n"


class Roster:
    """A new roster as its organiser holds it."""

    def __init__(self, owner: Person, roster_id: str) -> None:
        self.owner = owner
        self.id = roster_id
        self.path = f"/v1/rosters/{roster_id}"

    async def send(self, content: str | bytes, **headers: str) -> httpx.Response:
        """Sends a file."""
        typed = {"content-type": "application/octet-stream", **self.owner.headers, **headers}
        return await self.owner.http.post(f"{self.path}/imports", content=content, headers=typed)

    async def look(self, content: str | bytes) -> Json:
        """What a file would change."""
        sent = expect(await self.send(content), 201)
        return await self.until(sent, "ready", "failed")

    async def until(self, sent: Json, *states: str) -> Json:
        """An import once it is in one of these states."""
        found = sent

        async def is_there() -> bool:
            nonlocal found
            found = expect(await self.owner.get(f"{self.path}/imports/{sent['id']}"))
            return found["state"] in states

        assert await eventually(is_there, 30.0)
        return found

    async def apply(self, content: str | bytes, **asked: Any) -> Json:
        """Takes a file over."""
        looked = await self.look(content)
        begun = expect(await self.owner.post(f"{self.path}/imports/{looked['id']}/apply", asked))
        return await self.until(begun, "applied")

    async def undo(self, applied: Json) -> Json:
        """Takes it back."""
        begun = expect(await self.owner.post(f"{self.path}/imports/{applied['id']}/undo"))
        return await self.until(begun, "undone")

    async def entries(self, **asked: str) -> list[Json]:
        """Who is on it."""
        found: list[Json] = expect(await self.owner.get(f"{self.path}/entries", **asked))["entries"]
        return found

    async def names(self, **asked: str) -> list[str]:
        """Their names."""
        return [entry["name"] for entry in await self.entries(**asked)]


@pytest_asyncio.fixture(loop_scope="session")
async def roster(api: Api, organiser: Person) -> Roster:
    """An empty one."""
    organisation_id = await api.found(organiser)
    made = expect(await organiser.post(f"/v1/organisations/{organisation_id}/rosters", {"title": "新生"}))
    return Roster(organiser, made["id"])


async def test_a_file_is_looked_at_applied_and_undone(roster: Roster) -> None:
    """A dry run changes nothing; what was added is found, told masked, and gone after the undo."""
    looked = await roster.look(LIST + ",003,,,\n")

    assert (looked["added"], looked["bad"], await roster.names()) == (2, 1, [])
    assert [(column["heading"], column["field"]) for column in looked["columns"]][-1] == ("座位", "extra")
    assert looked["sample"][0]["phone"] == "138****0001"
    bad = expect(await roster.owner.get(f"{roster.path}/imports/{looked['id']}/bad-rows"))["rows"]
    assert [(row["line"], row["column"], row["reason"], row["cause"]) for row in bad] == [
        (4, 1, "NAME_MISSING", "没有姓名")
    ]
    as_file = await roster.owner.get(f"{roster.path}/imports/{looked['id']}/bad-rows.csv")
    assert "没有姓名" in as_file.text and as_file.headers["content-type"].startswith("text/csv")

    applied = expect(await roster.owner.post(f"{roster.path}/imports/{looked['id']}/apply", {}))
    applied = await roster.until(applied, "applied")
    again = expect(await roster.owner.post(f"{roster.path}/imports/{looked['id']}/apply", {}))

    assert (applied["done"], again["state"]) == (2, "applied")
    [ming] = await roster.entries(q="小明")
    assert (ming["number"], ming["phone"], ming["extra"], ming["bound"]) == ("001", "138****0001", {"座位": "A1"}, None)
    assert await roster.names(q="002") == await roster.names(q="0002") == await roster.names(group="二班") == ["李小红"]
    told = expect(await roster.owner.get(roster.path))
    assert (told["entries"], told["revision"], told["extra"]) == (2, 2, [{"heading": "座位", "is_shown": False}])
    await roster.undo(applied)
    assert await roster.names() == []


async def test_a_roster_goes_out_and_comes_in_again_unchanged(roster: Roster) -> None:
    """As csv and as xlsx, phones whole; what looks like a formula is none, and comes back as it was."""
    await roster.apply(LIST + "=cmd(),+3,,-x,@y\n")

    for kind in ("csv", "xlsx"):
        file = await roster.owner.get(f"{roster.path}/file", format=kind)
        looked = await roster.look(file.content)
        assert (looked["unchanged"], looked["added"], looked["changed"], looked["missing"]) == (3, 0, 0, 0), kind
    text = (await roster.owner.get(f"{roster.path}/file", format="csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1] == ["王小明", "001", "13800000001", "一班", "", "A1"]
    assert rows[3] == ["'=cmd()", "'+3", "", "'-x", "", "'@y"]


async def test_a_later_file_changes_by_number_and_removes_only_who_has_not_come(
    api: Api, roster: Roster, organiser: Person
) -> None:
    """Somebody who checked in stays, and is counted; the undo brings everything back."""
    await roster.apply(LIST + "赵六,004,,,\n")
    guest, organisation_id = await api.sign_in(), expect(await organiser.get(roster.path))["organisation_id"]
    activity = await api.open_activity(organiser, organisation_id, roster="listed", roster_id=roster.id)
    [came] = await roster.entries(q="004")
    _bind(roster, came["id"], guest)
    expect(await guest.check_in(by_qr(await activity.token())))
    await _recorded(activity, guest)

    later = await roster.apply("姓名,学号,分组\n王大明,001,三班\n新人,005,三班\n", remove_missing=True)

    assert (later["added"], later["changed"], later["missing"]) == (1, 1, 2)
    assert (later["removed"], later["kept"]) == (1, 1)
    assert sorted(await roster.names()) == sorted(["王大明", "新人", "赵六"])
    [ming] = await roster.entries(q="001")
    assert (ming["phone"], ming["group"], ming["extra"]) == ("138****0001", "三班", {"座位": "A1"})
    await roster.undo(later)
    assert sorted(await roster.names()) == sorted(["王小明", "李小红", "赵六"])


@pytest.mark.parametrize(
    ("content", "reason", "cure"),
    [
        (b"<html><table></table></html>", "FILE_HTML", "请打开后另存为 .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "FILE_XLS", "请另存为 .xlsx"),
        (b"", "FILE_EMPTY", "名单是否在第一个工作表？"),
        (b"PK\x03\x04 cut short", "FILE_DAMAGED", "请重新另存为 .xlsx 或 .csv"),
    ],
)
async def test_what_is_no_list_says_why(roster: Roster, content: bytes, reason: str, cure: str) -> None:
    """With the cure; in English for who reads that."""
    looked = await roster.look(content)

    assert (looked["state"], looked["error"]["reason"], looked["error"]["cure"]) == ("failed", reason, cure)
    english = {**roster.owner.headers, "accept-language": "en-GB,en;q=0.8"}
    told = await roster.owner.http.get(f"{roster.path}/imports/{looked['id']}", headers=english)
    assert told.json()["error"]["cause"].isascii()


def _bind(roster: Roster, entry_id: str, guest: Person) -> None:
    """Says who an entry is, as staff would."""
    now = datetime.now(UTC).replace(tzinfo=None)
    uuids = (ids.to_text(ids.new_id()), roster.id, entry_id, guest.user_id, roster.owner.user_id)
    sql = (
        "INSERT INTO activity.roster_bindings"
        " (binding_id, roster_id, entry_id, user_id, bound_by, how, valid_from, valid_to)"
        " VALUES (%s, %s, %s, %s, %s, 3, %s, '9999-12-31')"
    )
    with closing(connect("admin")) as connection:
        connection.cursor().execute(sql, (*map(ids.from_text, uuids), now))


async def _recorded(activity: Any, guest: Person) -> None:
    async def is_there() -> bool:
        return any(each["user_id"] == guest.user_id for each in await activity.people())

    assert await eventually(is_there, 30.0)
