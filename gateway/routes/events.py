"""What phones tell of themselves: scans that came to nothing, and how long people waited. A sample, about nobody."""

import logging
from typing import Annotated, Literal

from msgspec import Meta

from gateway import metrics
from gateway.clients import ask
from gateway.http.fields import Id, Input
from gateway.routes.dependencies import Call, Routes
from protos.reporting.v1 import reports_pb2 as pb
from servicekit.errors import RateLimitedError, ServiceError

log = logging.getLogger(__name__)

routes = Routes("checkin")


class ClientEvent(Input):
    """Something that happened on a phone."""

    name: Literal["scan_cancelled", "scan_failed", "tap_to_answer", "locate", "locate_failed", "sync"]
    took_ms: Annotated[int, Meta(ge=0, le=600_000)] | None = None
    reason: Literal["", "denied", "timeout", "offline", "interrupted", "unsupported", "not_ours", "failed"] = ""
    platform: Literal["ios", "android", "ohos", "devtools", "other"] = "other"
    activity_id: Annotated[Id | None, Meta(description="Where the phone knows it: then its organiser sees it too.")] = (
        None
    )


class ClientEvents(Input):
    """Events that a phone has kept since it last told."""

    events: Annotated[list[ClientEvent], Meta(min_length=1, max_length=50)]


@routes.on("POST", "/v1/client-events", who="attendee", status=204)
async def take_events(call: Call, body: ClientEvents) -> None:
    """Counts them, each kind once a day of a person at an activity; who they come from is not kept with them."""
    if wait_s := call.parts.events.take(call.person.user_id):
        raise RateLimitedError("events come together, a few times a minute", retry_after_s=wait_s)
    for event in body.events:
        metrics.CLIENT_EVENTS.labels(event.name, event.reason, event.platform).inc()
        if event.took_ms is not None:
            metrics.CLIENT_SECONDS.labels(event.name).observe(event.took_ms / 1000)
    if told := [_told(event, event.activity_id) for event in body.events if event.activity_id]:
        try:
            await ask(call.services.reports.CountClientEvents, pb.CountClientEventsRequest(events=told), call.person)
        except ServiceError as error:
            # A sample with a hole is still a sample.
            log.warning("%d events of phones are not counted by activity: %s", len(told), error)


def _told(event: ClientEvent, activity_id: bytes) -> pb.CountClientEventsRequest.Event:
    return pb.CountClientEventsRequest.Event(name=event.name, activity_id=activity_id, took_ms=event.took_ms or 0)
