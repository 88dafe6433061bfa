"""A place for the console's form over real HTTP: what the browser shows, what it is told, and what a phone says."""

from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from protos.identity.v1 import identity_pb2 as pb
from servicekit import ids
from tests.component.conftest import Signer
from tests.component.gateway.conftest import Gateway, a_gateway
from tests.component.gateway.routes.test_console import ID, OPENED, POLL, SECRET, TICKET

PLACE: dict[str, Any] = {"name": "图书馆", "latitude": 25.04, "longitude": 102.71}


async def test_a_browser_shows_a_ticket_and_is_told_the_place(gateway: Gateway) -> None:
    """As its person; the secret is its own."""
    gateway.services.answers["OpenPlaceTicket"] = OPENED
    opened = await gateway.http.post("/v1/place-tickets", headers=gateway.bearer())
    assert (opened.status_code, opened.json()) == (
        201,
        {
            "ticket": ID,
            "poll_secret": SECRET,
            "qr": f"https://qiandao.example/c/{ID}",
            "expires_at": "2026-09-01T00:02:00.000Z",
            "expires_in": 120,
            "confirm_url": "",
        },
    )

    for said, told in (
        (pb.ChosenPlace(state=pb.Ticket.STATE_PENDING), {"state": "pending", "place": None}),
        (
            pb.ChosenPlace(state=pb.Ticket.STATE_APPROVED, place=pb.TicketPlace(**PLACE)),
            {"state": "approved", "place": PLACE},
        ),
    ):
        gateway.services.answers["GetChosenPlace"] = said
        polled = await gateway.http.post("/v1/place-tickets/poll", json=POLL, headers=gateway.bearer())
        assert (polled.status_code, polled.json()) == (200, told)


async def test_where_a_simulator_is_set_its_people_answer(
    tls: Path, signer: Signer, redis_url: str, redis: Redis
) -> None:
    """A link leads to the page on which they choose a place."""
    async with a_gateway(tls, signer, redis_url, redis, simulator_url="http://127.0.0.1:8090") as gateway:
        gateway.services.answers["OpenPlaceTicket"] = OPENED
        opened = await gateway.http.post("/v1/place-tickets", headers=gateway.bearer())
    assert opened.json()["confirm_url"] == f"http://127.0.0.1:8090/place?ticket={ID}"


async def test_a_phone_says_where(gateway: Gateway) -> None:
    """It was shown before that a place is asked for."""
    asking = pb.Ticket()
    asking.CopyFrom(TICKET)
    asking.purpose = pb.Ticket.PURPOSE_PLACE
    gateway.services.answers |= {"GetTicket": asking, "ChoosePlace": asking}
    path = f"/v1/auth/console/{ID}"

    shown = await gateway.http.get(path, headers=gateway.bearer())
    chosen = await gateway.http.post(f"{path}/place", json=PLACE, headers=gateway.bearer())

    assert shown.json()["purpose"] == chosen.json()["purpose"] == "place"
    assert gateway.services.requests("ChoosePlace") == [
        pb.ChoosePlaceRequest(ticket_id=ids.from_text(ID), place=pb.TicketPlace(**PLACE))
    ]


@pytest.mark.parametrize("wrong", [{"latitude": 91}, {"longitude": "east"}, {"name": "x" * 257}])
async def test_a_place_that_is_none_is_refused(gateway: Gateway, wrong: dict[str, object]) -> None:
    """Before anybody is asked."""
    answer = await gateway.http.post(f"/v1/auth/console/{ID}/place", json=PLACE | wrong, headers=gateway.bearer())
    assert answer.status_code in {400, 422}
    assert [each["field"] for each in answer.json()["errors"]] == list(wrong)
    assert not gateway.services.requests("ChoosePlace")
