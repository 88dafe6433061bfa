"""Rosters over real HTTP: what reaches the service, and what comes back."""

from typing import Any

from protos.activity.v1 import rosters_pb2 as pb
from servicekit import ids
from tests.component.gateway.conftest import Gateway

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
RAW = ids.from_text(ID)
ROSTER = pb.Roster(
    roster_id=RAW,
    organisation_id=RAW,
    title="新生",
    revision=3,
    extra=[pb.ExtraColumn(heading="座位", is_shown=True)],
    entries=2,
    bound=1,
    created_at=1788220800_000000,
)
SHOWN = {
    "id": ID,
    "organisation_id": ID,
    "title": "新生",
    "revision": 3,
    "extra": [{"heading": "座位", "is_shown": True}],
    "entries": 2,
    "bound": 1,
    "created_at": "2026-09-01T00:00:00.000Z",
}
SAID: dict[str, Any] = {
    "name": "王小明",
    "number": "1",
    "phone": "138****0000",
    "group": "一班",
    "note": "",
    "extra": {"座位": "A7"},
}
ENTRY = pb.RosterEntry(entry_id=RAW, **SAID)
LISTED = {"id": ID, **SAID, "bound": None, "entry_code": "JRTY9-RY3M3"}


async def test_a_roster_is_made_listed_changed_and_deleted(gateway: Gateway) -> None:
    """What is left out of a change stays as it is."""
    gateway.services.answers |= {
        "CreateRoster": ROSTER,
        "ListRosters": pb.ListRostersResponse(rosters=[ROSTER], next_page_token="n"),
        "UpdateRoster": ROSTER,
        "DeleteRoster": pb.DeleteRosterResponse(),
    }
    path, headers = f"/v1/organisations/{ID}/rosters", gateway.bearer()

    made = await gateway.http.post(path, json={"title": "新生"}, headers={**headers, "idempotency-key": "k"})
    listed = await gateway.http.get(path, params={"page_size": 1}, headers=headers)
    titled = await gateway.http.patch(f"/v1/rosters/{ID}", json={"title": "老生"}, headers=headers)
    await gateway.http.patch(f"/v1/rosters/{ID}", json={"extra": [{"heading": "桌号"}]}, headers=headers)
    gone = await gateway.http.delete(f"/v1/rosters/{ID}", headers=headers)

    assert (made.status_code, made.json()) == (201, SHOWN)
    assert listed.json() == {"rosters": [SHOWN], "next_page_token": "n"}
    assert (titled.json(), gone.status_code) == (SHOWN, 204)
    first, second = gateway.services.requests("UpdateRoster")
    assert (first.title, first.HasField("extra")) == ("老生", False)
    assert not second.HasField("title") and [*second.extra.columns] == [pb.ExtraColumn(heading="桌号")]


async def test_entries_are_listed_by_what_is_asked(gateway: Gateway) -> None:
    """What is not asked is not sent; who an entry is bound to is told."""
    bound = pb.RosterEntry.Bound(user_id=RAW, how=pb.RosterEntry.Bound.HOW_INVITE, since=1788220800_000000)
    page = pb.ListRosterEntriesResponse(entries=[ENTRY, pb.RosterEntry(entry_id=RAW, bound=bound)])
    gateway.services.answers |= {"ListRosterEntries": page}
    path, headers = f"/v1/rosters/{ID}/entries", gateway.bearer()

    listed = await gateway.http.get(path, headers=headers)
    await gateway.http.get(path, params={"q": "小明", "group": "", "is_bound": "false"}, headers=headers)

    first, second = listed.json()["entries"]
    assert first == LISTED
    assert second["bound"] == {"user_id": ID, "how": "invite", "since": "2026-09-01T00:00:00.000Z"}
    everybody, some = gateway.services.requests("ListRosterEntries")
    assert not everybody.HasField("group") and not everybody.HasField("is_bound")
    assert (some.query, some.HasField("group"), some.HasField("is_bound")) == ("小明", True, True)


async def test_somebody_is_put_on_a_roster_said_anew_and_taken_off(gateway: Gateway) -> None:
    """All that is said of them reaches the service."""
    gateway.services.answers |= {
        "CreateRosterEntry": ENTRY,
        "UpdateRosterEntry": ENTRY,
        "DeleteRosterEntry": pb.DeleteRosterEntryResponse(),
    }
    path, headers = f"/v1/rosters/{ID}/entries", gateway.bearer()

    made = await gateway.http.post(path, json=SAID, headers=headers)
    anew = await gateway.http.put(f"{path}/{ID}", json=SAID, headers=headers)
    gone = await gateway.http.delete(f"{path}/{ID}", headers=headers)

    assert (made.status_code, made.json(), anew.json(), gone.status_code) == (201, LISTED, LISTED, 204)
    [created] = gateway.services.requests("CreateRosterEntry")
    [updated] = gateway.services.requests("UpdateRosterEntry")
    assert (created.entry, updated.entry) == (pb.RosterEntry(**SAID), ENTRY)


async def test_groups_are_told_with_how_many_are_in_them(gateway: Gateway) -> None:
    """Those of no group too."""
    group = pb.ListRosterGroupsResponse.Group
    found = pb.ListRosterGroupsResponse(groups=[group(group="", entries=1), group(group="一班", entries=30)])
    gateway.services.answers |= {"ListRosterGroups": found}

    told = await gateway.http.get(f"/v1/rosters/{ID}/groups", headers=gateway.bearer())

    assert told.json() == {"groups": [{"group": "", "entries": 1}, {"group": "一班", "entries": 30}]}
