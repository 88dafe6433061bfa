"""The door over real HTTP: people for phones, and paper that streams."""

import base64
from typing import Any

import pytest

from protos.activity.v1 import door_pb2 as pb
from servicekit import ids
from servicekit.errors import InvalidArgumentError, NotFoundError, invalid
from tests.component.gateway.conftest import Gateway

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
RAW = ids.from_text(ID)
DOOR, LABELS, SHEET = f"/v1/activities/{ID}/door", f"/v1/rosters/{ID}/labels.pdf", f"/v1/activities/{ID}/sign-sheet.pdf"
WANG = pb.DoorPerson(
    kind=pb.DoorPerson.KIND_ENTRY,
    user_id=bytes(16),
    entry_id=RAW,
    name="王小明",
    number="****001",
    phone_tail="0001",
    group="一班",
    extra=[pb.DoorPerson.Extra(heading="座位", value="A7")],
    entry_code="K7MCF-GHJ4R",
    code_keys=[b"\xff" * 32],
)
GUEST = pb.DoorPerson(kind=pb.DoorPerson.KIND_GUEST, user_id=RAW, name="赵客人")


async def test_a_phone_takes_everybody_along(gateway: Gateway) -> None:
    """With keys as base64url and both times; no cache keeps it."""
    told = pb.ListDoorPeopleResponse(people=[WANG, GUEST], next_page_token="more", expires_at=1_800_000_000_000_000)
    gateway.services.answers["ListDoorPeople"] = told

    sent = await gateway.http.get(f"{DOOR}/people?page_size=1000&page_token=t", headers=gateway.bearer())

    assert (sent.status_code, sent.headers["cache-control"]) == (200, "no-store")
    body = sent.json()
    [wang, guest] = body["people"]
    assert wang == {
        "kind": "entry",
        "user_id": ids.to_text(bytes(16)),
        "entry_id": ID,
        "name": "王小明",
        "number": "****001",
        "phone_tail": "0001",
        "group": "一班",
        "extra": [{"heading": "座位", "value": "A7"}],
        "entry_code": "K7MCF-GHJ4R",
        "code_keys": [base64.urlsafe_b64encode(b"\xff" * 32).rstrip(b"=").decode()],
    }
    assert (guest["kind"], guest["entry_id"], guest["code_keys"]) == ("guest", None, [])
    assert (body["next_page_token"], body["expires_at"]) == ("more", "2027-01-15T08:00:00.000Z")
    assert body["server_time"] < body["expires_at"]
    [request] = gateway.services.requests("ListDoorPeople")
    assert (request.activity_id, request.page_size, request.page_token) == (RAW, 1000, "t")


async def test_staff_search_as_they_type(gateway: Gateway) -> None:
    """A search that is missing or too long names its field."""
    gateway.services.answers["SearchDoorPeople"] = pb.SearchDoorPeopleResponse(people=[GUEST])
    headers = gateway.bearer()
    sent = await gateway.http.get(f"{DOOR}/search", params={"q": "客人"}, headers=headers)
    assert [each["name"] for each in sent.json()["people"]] == ["赵客人"]
    for query in ({}, {"q": ""}, {"q": "长" * 65}):
        refused = await gateway.http.get(f"{DOOR}/search", params=query, headers=headers)
        assert [each["field"] for each in refused.json()["errors"]] == ["q"]


@pytest.mark.parametrize(
    ("path", "method", "asked"),
    [
        (f"{LABELS}?group=一班", "PrintLabels", pb.PrintLabelsRequest(roster_id=RAW, group="一班")),
        (LABELS, "PrintLabels", pb.PrintLabelsRequest(roster_id=RAW)),
        (SHEET, "PrintSignSheet", pb.PrintSignSheetRequest(activity_id=RAW, blank_rows=10)),
        (f"{SHEET}?group=&blank_rows=0", "PrintSignSheet", pb.PrintSignSheetRequest(activity_id=RAW, group="")),
    ],
)
async def test_paper_comes_in_pieces(gateway: Gateway, path: str, method: str, asked: Any) -> None:
    """As a file to keep; no cache does."""
    gateway.services.answers[method] = [pb.PrintedPiece(content=piece) for piece in (b"%PDF", b"-1.7", b"...")]

    sent = await gateway.http.get(path, headers=gateway.bearer())

    assert (sent.status_code, sent.content) == (200, b"%PDF-1.7...")
    assert (sent.headers["content-type"], sent.headers["cache-control"]) == ("application/pdf", "no-store")
    assert sent.headers["content-disposition"].startswith("attachment; filename=")
    assert gateway.services.requests(method) == [asked]


@pytest.mark.parametrize("error", [NotFoundError("no such roster"), invalid("group", "must name one group")])
async def test_what_cannot_be_printed_is_a_problem(gateway: Gateway, error: InvalidArgumentError) -> None:
    """As JSON with its reason, never half a PDF."""
    gateway.services.answers["PrintLabels"] = error
    sent = await gateway.http.get(LABELS, headers=gateway.bearer())
    assert sent.headers["content-type"] == "application/problem+json" and sent.json()["reason"] == error.reason


@pytest.mark.parametrize(
    ("path", "burst", "method", "answer"),
    [
        (f"{DOOR}/search?q=xiao", 20, "SearchDoorPeople", pb.SearchDoorPeopleResponse()),
        (f"{DOOR}/people", 100, "ListDoorPeople", pb.ListDoorPeopleResponse()),
        (LABELS, 5, "PrintLabels", [pb.PrintedPiece(content=b"%PDF")]),
    ],
)
async def test_one_person_is_kept_in_bounds(gateway: Gateway, path: str, burst: int, method: str, answer: Any) -> None:
    """Others go on."""
    gateway.services.answers[method] = answer
    headers = gateway.bearer()
    statuses = [(await gateway.http.get(path, headers=headers)).status_code for _ in range(burst * 3 // 2 + 5)]
    assert set(statuses[:burst]) == {200} and 429 in statuses[burst:]
    assert (await gateway.http.get(path, headers=gateway.bearer())).status_code == 200
