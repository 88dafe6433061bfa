"""The trace sink's memory."""

from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from deploy.local.traces import SpanStore, spans_of

REQUEST, BATCH, RECORDED = "aa" * 16, "bb" * 16, "cc" * 16


def span(trace_id: str, *links: str, start: int = 1) -> dict[str, Any]:
    """As little of a span as the store looks at."""
    return {"trace_id": trace_id, "start": start, "links": [{"trace_id": link, "span_id": "00"} for link in links]}


def test_a_trace_is_told_in_order() -> None:
    """Spans arrive by process; they are shown by start."""
    store = SpanStore()
    store.add(span(REQUEST, start=2))
    store.add(span(REQUEST, start=1))
    assert [each["start"] for each in store.trace(REQUEST)] == [1, 2]


def test_links_are_followed_through_others() -> None:
    """A request leads to its batch, and that to the recorder's transaction."""
    store = SpanStore()
    for each in (span(REQUEST), span(BATCH, REQUEST), span(RECORDED, BATCH), span("dd" * 16)):
        store.add(each)
    assert [each["trace_id"] for each in store.linked_to(REQUEST)] == [BATCH, RECORDED]


def test_links_in_a_circle_end() -> None:
    """Two traces that link to each other are each told once."""
    store = SpanStore()
    store.add(span(REQUEST, BATCH))
    store.add(span(BATCH, REQUEST))
    assert [each["trace_id"] for each in store.linked_to(REQUEST)] == [BATCH]


def test_the_oldest_trace_goes_first() -> None:
    """The store stays within its limit and forgets links along with their traces."""
    store = SpanStore(limit=2)
    for each in (span(BATCH, REQUEST), span(REQUEST), span(RECORDED, BATCH)):
        store.add(each)
    assert store.count == 2
    assert (store.trace(BATCH), store.linked_to(REQUEST)) == ([], [])


def test_an_export_becomes_plain_values() -> None:
    """Ids are hex, attributes are what they were, and kind and status are words."""
    export = ExportTraceServiceRequest()
    resource = export.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "checkin"
    raw = resource.scope_spans.add().spans.add(
        name="batch", trace_id=b"\xbb" * 16, span_id=b"\x01" * 8, kind=Span.SPAN_KIND_SERVER
    )
    raw.attributes.add(key="size").value.int_value = 7
    raw.links.add(trace_id=b"\xaa" * 16, span_id=b"\x02" * 8)
    raw.status.code = Status.STATUS_CODE_ERROR
    (found,) = spans_of(export)
    assert (found["service"], found["name"], found["kind"], found["status"]) == ("checkin", "batch", "server", "error")
    assert (found["trace_id"], found["attributes"]) == (BATCH, {"size": 7})
    assert found["links"] == [{"trace_id": REQUEST, "span_id": "02" * 8}]
