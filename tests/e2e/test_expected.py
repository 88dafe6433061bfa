"""Who is expected, over the public API: numbers, lists and the live stream, as people come and are found out."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domainkit.pii import Pii
from servicekit import ids
from servicekit.keyring import parse_secrets
from services.activity.rosters.sealing import Said, Sealing
from services.activity.tables import FOREVER
from tests.e2e.api import Activity, Api, Json, Person, by_qr, expect
from tests.e2e.stack import connect, eventually, secret

# A binding shows without any check-in.
_SEEN_WITHIN_S = 10.0


@dataclass
class Roster:
    """Who is expected, as the activity service stores them."""

    organisation_id: str
    roster_id: bytes = field(default_factory=ids.new_id)

    def __post_init__(self) -> None:
        made = {"title": "一班", "extra": "[]", "created_at": datetime.now(UTC), "created_by": ids.new_id()}
        self._insert("rosters", organisation_id=ids.from_text(self.organisation_id), revision=1, **made)

    @property
    def id(self) -> str:
        """As the API names it."""
        return ids.to_text(self.roster_id)

    def enter(self, name: str, group: str = "") -> str:
        """One more who is expected; returns the entry's id."""
        sealing = Sealing(Pii(parse_secrets(secret("activity-pii")), "activity", ""))
        entry_id = ids.new_id()
        columns = sealing.columns(self.roster_id, entry_id, Said(name, f"#{name}"))
        self._insert("roster_entries", entry_id=entry_id, group_name=group, **self._from_now(), **columns)
        self._revise()
        return ids.to_text(entry_id)

    def bind(self, entry_id: str, person: Person) -> None:
        """Staff found out who that is."""
        who = {"entry_id": ids.from_text(entry_id), "user_id": ids.from_text(person.user_id), "how": 3}
        made = {"binding_id": ids.new_id(), "bound_by": ids.new_id()}
        self._insert("roster_bindings", **who, **made, **self._from_now())
        self._revise()

    def _from_now(self) -> Json:
        return {"valid_from": datetime.now(UTC), "valid_to": FOREVER}

    def _revise(self) -> None:
        self._run("UPDATE activity.rosters SET revision = revision + 1 WHERE roster_id = %s", self.roster_id)

    def _insert(self, table: str, **values: Any) -> None:
        row = {"roster_id": self.roster_id, **values}
        marks = ", ".join(["%s"] * len(row))
        self._run(f"INSERT INTO activity.{table} ({', '.join(row)}) VALUES ({marks})", *row.values())

    def _run(self, statement: str, *values: object) -> None:
        with closing(connect("admin")) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)


async def a_listed_activity(api: Api, owner: Person, organisation_id: str, roster: Roster, **changes: Any) -> Activity:
    """One that takes people of the roster, and others."""
    return await api.open_activity(owner, organisation_id, roster="listed", roster_id=roster.id, **changes)


def names(people: list[Json]) -> list[str]:
    """What a list calls them, in its order."""
    return [str(one["name"]) for one in people]


async def come(activity: Activity, *people: Person) -> None:
    """They check in, and staff let in whoever is on no list."""
    for person in people:
        expect(await person.check_in(by_qr(await activity.token())))

    async def cases() -> list[Json]:
        """Who waits for review."""
        return list(expect(await activity.owner.get("/v1/reviews", activity_id=activity.id))["reviews"])

    async def settled() -> bool:
        """Whether everybody is counted."""
        stats = await activity.stats()
        return bool(stats["checked_in"] + stats["pending_review"] == len(people))

    await eventually(settled)
    for case in await cases():
        decided = {"revision": case["revision"], "reason": "现场确认"}
        expect(await activity.owner.post(f"/v1/reviews/{case['id']}/approve", decided), 200, 202)


async def nobody_is_missing(activity: Activity) -> bool:
    """Whether the list of who is absent is empty."""
    return not await activity.people(status="absent")


async def until(activity: Activity, is_so: Callable[[Json], bool]) -> Json:
    """The numbers once they are so."""

    async def probe() -> Json | None:
        """The counts, once they are so."""
        stats = await activity.stats()
        return stats if is_so(stats) else None

    found: Json = await eventually(probe, 20)
    return found


async def test_those_expected_are_numbers_and_a_list(api: Api, organiser: Person, organisation_id: str) -> None:
    """Who came is counted once whoever they are found to be, the others are listed, and a stranger is shown as one."""
    roster = Roster(organisation_id)
    first, second, _ = roster.enter("甲", "一组"), roster.enter("乙", "一组"), roster.enter("丙")
    activity = await a_listed_activity(api, organiser, organisation_id, roster)
    known, found, stranger = [await api.sign_in() for _ in range(3)]
    roster.bind(first, known)
    await come(activity, known, found, stranger)

    stats = await until(activity, lambda stats: stats["checked_in"] == 3 and stats["came"] == 1)
    assert (stats["expected"], stats["leave"], stats["not_yet"], stats["rate"]) == (3, 0, 2, round(1 / 3, 4))
    assert stats["absent"] is None and not stats["stale"]
    assert names(await activity.these_people(2, status="absent")) == ["乙", "丙"]

    roster.bind(second, found)
    stats = await until(activity, lambda stats: stats["came"] == 2)
    groups = [(each["group"], each["expected"], each["came"]) for each in stats["by_group"]]
    assert groups == [("", 1, 0), ("一组", 2, 2)]
    [missing] = await activity.these_people(1, status="absent")
    assert (missing["name"], missing["number"], missing["status"]) == ("丙", "#丙", None)
    listed = {one["user_id"]: (one["is_listed"], one["group"]) for one in await activity.these_people(3)}
    assert listed == {known.user_id: (True, "一组"), found.user_id: (True, "一组"), stranger.user_id: (False, "")}
    await activity.these_people(2, group="一组")


async def test_a_binding_shows_in_the_live_stream_without_a_check_in(
    api: Api, organiser: Person, organisation_id: str
) -> None:
    """Whoever watches sees the numbers move within seconds; a screen is told no name."""
    roster = Roster(organisation_id)
    entry_id = roster.enter("甲")
    activity = await a_listed_activity(api, organiser, organisation_id, roster)
    person, screen = await api.sign_in(), await activity.screen()
    await come(activity, person)
    await until(activity, lambda stats: stats["checked_in"] == 1)

    async with asyncio.timeout(30), activity.live_to(screen) as events:
        event, before = await anext(events)
        roster.bind(entry_id, person)
        bound_at = time.monotonic()
        async for event, data in events:
            if event == "stats" and data["came"] == 1:
                break
        assert time.monotonic() - bound_at < _SEEN_WITHIN_S

    assert (before["expected"], before["came"], data["rate"]) == (1, 0, 1.0)
    assert "甲" not in json.dumps([before, data], ensure_ascii=False)


async def test_who_is_annulled_is_missing_again(api: Api, organiser: Person, organisation_id: str) -> None:
    """In the numbers and on the list, once."""
    roster = Roster(organisation_id)
    person, entry_id = await api.sign_in(), roster.enter("甲")
    roster.bind(entry_id, person)
    activity = await a_listed_activity(api, organiser, organisation_id, roster)
    accepted = expect(await person.check_in(by_qr(await activity.token())))["checkin"]
    await until(activity, lambda stats: stats["came"] == 1)
    await eventually(lambda: nobody_is_missing(activity))

    expect(await organiser.post(f"/v1/checkins/{accepted['id']}/annul", {"reason": "代签"}), 200, 202)

    stats = await until(activity, lambda stats: stats["came"] == 0)
    assert (stats["expected"], stats["not_yet"]) == (1, 1)
    assert [one["entry_id"] for one in await activity.these_people(1, status="absent")] == [entry_id]


@pytest.mark.parametrize(("window_s", "absent"), [(7200, None), (0, 1)])
async def test_nobody_is_absent_before_phones_may_have_synced(
    api: Api, organiser: Person, organisation_id: str, window_s: int, absent: int | None
) -> None:
    """The close alone says nothing while what was done offline may still come."""
    roster = Roster(organisation_id)
    roster.enter("甲")
    now = datetime.now(UTC)
    over = {"starts_at": (now - timedelta(hours=2)).isoformat(), "ends_at": (now - timedelta(hours=1)).isoformat()}
    activity = await a_listed_activity(api, organiser, organisation_id, roster, offline_window_s=window_s, **over)
    stats = await until(activity, lambda stats: not stats["stale"] and stats["expected"] == 1)
    assert (stats["not_yet"], stats["absent"]) == (1, absent)
    [missing] = await activity.people(status="absent")
    assert missing["status"] == (None if absent is None else "absent")


async def test_an_open_activity_counts_against_what_its_organiser_expects(
    api: Api, organiser: Person, organisation_id: str
) -> None:
    """Everybody who comes counts; without a number there is nothing to count against."""
    counted = await api.open_activity(organiser, organisation_id, expected_count=4)
    plain = await api.open_activity(organiser, organisation_id)
    person = await api.sign_in()
    for activity in (counted, plain):
        expect(await person.check_in(by_qr(await activity.token())))
    stats = await until(counted, lambda stats: stats["came"] == 1)
    assert (stats["expected"], stats["rate"], stats["not_yet"], stats["by_group"]) == (4, 0.25, 3, [])
    stats = await until(plain, lambda stats: stats["checked_in"] == 1)
    assert (stats["expected"], stats["came"], stats["rate"], stats["stale"]) == (None, None, None, False)
