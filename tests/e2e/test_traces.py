"""Every edge of the journey, proven from the trace of a check-in made in the test."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest_asyncio

from deploy.local.stack import TRACES_PORT
from tests.e2e.api import Activity, Person, by_qr, expect
from tests.e2e.stack import eventually, replica

Span = dict[str, Any]

_JUDGE = "checkin.v1.CheckinService/BatchCreateCheckins"
_ASSESS = "antifraud.v1.AntifraudService/BatchAssess"
# A process exports its spans a few at a time, so each is waited for.
_SPANS = {
    ("gateway", "POST /v1/checkins"),
    ("gateway", "checkin batch"),
    ("checkin", _JUDGE),
    ("antifraud", _ASSESS),
    ("recorder", "checkin record"),
    ("projector", "reporting project"),
}


class Journey:
    """The spans of one check-in: of its own trace, and of the traces that link back to it."""

    def __init__(self, trace_id: str) -> None:
        self.trace_id = trace_id
        self.spans: list[Span] = []

    async def read(self) -> bool:
        """Fetches what has been exported so far; true once every span of the journey is there."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{TRACES_PORT}") as http:
            own = (await http.get(f"/traces/{self.trace_id}")).json()
            led_to = (await http.get("/traces", params={"linked_to": self.trace_id})).json()
        self.spans = own + led_to
        return {(span["service"], span["name"]) for span in self.spans} >= _SPANS

    def one(self, service: str, name: str) -> Span:
        """The only span of that name in a process."""
        [found] = [span for span in self.spans if (span["service"], span["name"]) == (service, name)]
        return found


def _is_child(span: Span, parent: Span) -> bool:
    return (span["trace_id"], span["parent_span_id"]) == (parent["trace_id"], parent["span_id"])


def _links_to(span: Span, origin: Span) -> bool:
    return {"trace_id": origin["trace_id"], "span_id": origin["span_id"]} in span["links"]


@pytest_asyncio.fixture(loop_scope="session")
async def journey(activity: Activity, person: Person) -> Journey:
    """A check-in with a phone's trace, through a gateway that samples every request, to its end."""
    trace_id = secrets.token_hex(16)
    traceparent = f"00-{trace_id}-{secrets.token_hex(8)}-01"
    token = await activity.token()
    async with replica("gateway", {"QIANDAO_TRACE_RATIO": "1"}) as gateway:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway.ports['http']}") as http:
            expect(await replace(person, http=http).check_in(by_qr(token), traceparent), 201)
        gateway.process.terminate()
        await asyncio.to_thread(gateway.process.wait)
    journey = Journey(trace_id)
    await eventually(journey.read)
    return journey


async def test_each_edge_of_the_journey(journey: Journey) -> None:
    """A request joins a batch, the batch is judged and assessed, then recorded, then projected."""
    request = journey.one("gateway", "POST /v1/checkins")
    batch = journey.one("gateway", "checkin batch")
    judged = journey.one("checkin", _JUDGE)
    assessed = journey.one("antifraud", _ASSESS)
    recorded = journey.one("recorder", "checkin record")
    projected = journey.one("projector", "reporting project")
    edges: list[tuple[Span, Callable[[Span, Span], bool], Span]] = [
        (batch, _links_to, request),
        (judged, _is_child, batch),
        (assessed, _is_child, judged),
        (recorded, _links_to, judged),
        (projected, _links_to, recorded),
    ]
    for later, relation, earlier in edges:
        assert relation(later, earlier), f"{later['name']} {relation.__name__} {earlier['name']}"
    assert request["trace_id"] == journey.trace_id
    assert request["attributes"]["http.response.status_code"] == 201


async def test_spans_hold_no_secrets(journey: Journey, person: Person) -> None:
    """What is exported names neither tokens nor the place of a phone."""
    exported = str(journey.spans)
    for forbidden in (person.access_token, "eyJ", "latitude", "Bearer"):
        assert forbidden not in exported
