"""Imports of rosters over real HTTP: files that come in pieces, slowly, or too large, and what is told of them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from gateway.http.asgi import MAXIMUM_BODY_BYTES
from protos.activity.v1 import rosters_pb2 as pb
from servicekit import ids
from servicekit.errors import NotFoundError, PermissionDeniedError
from servicekit.http.limits import Limits
from tests.component.conftest import Signer
from tests.component.gateway.conftest import Gateway, a_gateway, until

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
RAW = ids.from_text(ID)
PATH = f"/v1/rosters/{ID}/imports"
FAILED = pb.RosterImport(import_id=RAW, roster_id=RAW, state=pb.RosterImport.STATE_FAILED, reason="FILE_XLS")
READY = pb.RosterImport(
    import_id=RAW,
    roster_id=RAW,
    state=pb.RosterImport.STATE_READY,
    total=1,
    rows=1,
    added=1,
    columns=[pb.RosterImport.Column(heading="姓名", field="name")],
    sample=[pb.RosterEntry(name="王小明", phone="138****0000")],
    created_at=1788220800_000000,
)
BAD = pb.ListBadRowsResponse(rows=[pb.BadRow(line=3, column=2, reason="PHONE_MALFORMED")])


class Received:
    """What the service was sent."""

    def __init__(self) -> None:
        self.pieces: list[pb.UploadRosterImportRequest] = []
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def take(self, pieces: AsyncIterator[pb.UploadRosterImportRequest]) -> pb.RosterImport:
        """Takes a file to its end."""
        self.pieces += [piece async for piece in pieces]
        await self.may_end.wait()
        return READY


def receiving(gateway: Gateway) -> Received:
    """A service that takes files for a roster."""
    received = Received()
    gateway.services.answers |= {"GetRoster": pb.Roster(roster_id=RAW), "UploadRosterImport": received.take}
    return received


async def test_a_file_of_any_type_reaches_the_service_in_pieces(gateway: Gateway) -> None:
    """The first names the roster; none is larger than 256 KB."""
    received, file = receiving(gateway), bytes(range(256)) * 40 * 100

    sent = await gateway.http.post(PATH, content=file, headers=gateway.bearer())

    assert len(file) > 10 * MAXIMUM_BODY_BYTES
    assert (sent.status_code, sent.json()["state"], sent.json()["error"]) == (201, "ready", None)
    assert sent.json()["sample"][0]["phone"] == "138****0000"
    assert received.pieces[0].roster_id == RAW
    assert b"".join(piece.content for piece in received.pieces) == file
    assert max(len(piece.content) for piece in received.pieces) == 256 * 1024


@pytest.mark.parametrize("error", [NotFoundError("no such roster"), PermissionDeniedError("no")])
async def test_whom_a_roster_is_no_business_of_sends_nothing(gateway: Gateway, error: Any) -> None:
    """They are told so before the file is read."""
    gateway.services.answers["GetRoster"] = error

    sent = await gateway.http.post(PATH, content=b"name", headers=gateway.bearer())

    assert sent.status_code == (404 if isinstance(error, NotFoundError) else 403)
    assert gateway.services.requests("UploadRosterImport") == []


async def test_a_file_that_is_too_large_is_refused_by_what_it_announces(gateway: Gateway) -> None:
    """And any other route takes no more than it did."""
    received = receiving(gateway)
    bearer = gateway.bearer()["authorization"].encode()
    head = b"POST %s HTTP/1.1\r\nhost: x\r\nauthorization: %s\r\ncontent-length: %d\r\n\r\n"

    for path, size in ((PATH, 10 * 2**20 + 1), (PATH.removesuffix("imports") + "entries", MAXIMUM_BODY_BYTES + 1)):
        answer = await gateway.raw(head % (path.encode(), bearer, size))
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["reason"] == "BODY_TOO_LARGE"
    assert received.pieces == []


async def test_a_fifth_file_at_once_is_told_to_wait(gateway: Gateway) -> None:
    """Files are held in memory until they have come."""
    received = receiving(gateway)
    received.may_end.clear()
    waiting = [
        asyncio.create_task(gateway.http.post(PATH, content=b"name", headers=gateway.bearer())) for _ in range(4)
    ]

    async def are_under_way() -> bool:
        return len(gateway.services.requests("UploadRosterImport")) == 4

    await until(are_under_way)

    fifth = await gateway.http.post(PATH, content=b"name", headers=gateway.bearer())
    received.may_end.set()

    assert (fifth.status_code, fifth.json()["reason"]) == (429, "TOO_MANY_UPLOADS")
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {201}


async def test_a_person_sends_one_file_at_a_time(gateway: Gateway) -> None:
    """Nobody else has to wait for it, and the next one goes when it has come."""
    received, bearer = receiving(gateway), gateway.bearer()
    received.may_end.clear()
    first = asyncio.create_task(gateway.http.post(PATH, content=b"name", headers=bearer))

    async def is_under_way() -> bool:
        return len(gateway.services.requests("UploadRosterImport")) == 1

    await until(is_under_way)

    second = await gateway.http.post(PATH, content=b"name", headers=bearer)
    received.may_end.set()

    assert (second.status_code, second.json()["reason"]) == (429, "TOO_MANY_UPLOADS")
    assert "a file already" in second.json()["detail"]
    for sent in (await first, await gateway.http.post(PATH, content=b"name", headers=bearer)):
        assert sent.status_code == 201


async def test_a_slow_file_has_more_time_than_another_body(
    tls: Path, signer: Signer, redis_url: str, redis: Redis
) -> None:
    """And no more than its own."""

    async def slowly(pause_s: float) -> AsyncIterator[bytes]:
        yield b"name\n"
        await asyncio.sleep(pause_s)
        yield b"Li\n"

    limits = Limits(body_s=0.3, upload_s=3.0)
    async with a_gateway(tls, signer, redis_url, redis, limits) as gateway:
        received = receiving(gateway)
        sent = await gateway.http.post(PATH, content=slowly(1.5), headers=gateway.bearer())
        late = await gateway.http.post(PATH, content=slowly(5), headers=gateway.bearer())

    assert (sent.status_code, received.pieces[-1].content) == (201, b"name\nLi\n")
    assert (late.status_code, late.json()["reason"]) == (408, "BODY_TIMEOUT")


async def test_causes_and_cures_are_told_in_the_reader_s_language(gateway: Gateway) -> None:
    """Chinese, or English for who asks for it; rows that were left out come as a file too."""
    gateway.services.answers |= {"GetRosterImport": FAILED, "ListBadRows": BAD}

    failed = await gateway.http.get(f"{PATH}/{ID}", headers=gateway.bearer())
    english = await gateway.http.get(f"{PATH}/{ID}", headers={**gateway.bearer(), "accept-language": "en-GB"})
    rows = await gateway.http.get(f"{PATH}/{ID}/bad-rows", headers=gateway.bearer())
    file = await gateway.http.get(f"{PATH}/{ID}/bad-rows.csv", headers=gateway.bearer())

    assert failed.json()["error"] == {"reason": "FILE_XLS", "cause": "这是旧的 .xls 格式", "cure": "请另存为 .xlsx"}
    assert english.json()["error"]["cure"] == "Save it as .xlsx"
    [row] = rows.json()["rows"]
    assert (row["line"], row["column"], row["reason"]) == (3, 2, "PHONE_MALFORMED")
    assert file.content.decode("utf-8-sig").splitlines() == ["行,列,原因,办法", f"3,2,{row['cause']},{row['cure']}"]


async def test_an_import_is_applied_and_undone(gateway: Gateway) -> None:
    """What is asked reaches the service."""
    gateway.services.answers |= {"ApplyRosterImport": READY, "UndoRosterImport": READY}

    for asked in ({}, {"remove_missing": True}):
        applied = await gateway.http.post(f"{PATH}/{ID}/apply", json=asked, headers=gateway.bearer())
        assert applied.status_code == 200
    undone = await gateway.http.post(f"{PATH}/{ID}/undo", headers=gateway.bearer())

    assert undone.status_code == 200
    assert [request.remove_missing for request in gateway.services.requests("ApplyRosterImport")] == [False, True]
