"""What phones tell of themselves: counted on behalf of whoever tells it, and never waited for."""

import pytest

from protos.reporting.v1 import reports_pb2 as pb
from servicekit import ids
from servicekit.errors import UnavailableError
from tests.component.gateway.conftest import Gateway

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
EVENTS = [{"name": "scan_failed", "activity_id": ID}, {"name": "tap_to_answer", "took_ms": 420}]


@pytest.mark.parametrize("answer", [pb.CountClientEventsResponse(), UnavailableError("Redis does not answer")])
async def test_what_a_phone_measured_is_its_persons(gateway: Gateway, answer: object) -> None:
    """So that nobody weighs more than anybody; what is of no activity goes no further."""
    gateway.services.answers["CountClientEvents"] = answer
    user_id = ids.new_id()
    sent = await gateway.http.post("/v1/client-events", json={"events": EVENTS}, headers=gateway.bearer(user_id))
    assert sent.status_code == 204
    # Whoever is gone is asked once more.
    method, request, by = gateway.services.calls[0]
    assert (method, by) == ("CountClientEvents", user_id)
    assert [(each.name, each.activity_id) for each in request.events] == [("scan_failed", ids.from_text(ID))]
