"""A place for traces: takes OTLP over HTTP, keeps the last 50,000 spans in memory, and shows them as JSON.

`GET /traces/{trace_id}` gives one trace; `GET /traces?linked_to={trace_id}` what it led to: a check-in's own trace ends
at the batch it joined, and the batch, like the messages after it, links back to it.

Source: OTLP 1.x, OTLP/HTTP with binary protobuf.
"""

import gzip
import os
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import uvicorn
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

SPANS_KEPT = 50_000


class SpanStore:
    """The newest spans by trace; the oldest traces go first."""

    def __init__(self, limit: int = SPANS_KEPT) -> None:
        self.limit = limit
        self.count = 0
        self._traces: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()
        self._linking: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, span: dict[str, Any]) -> None:
        """Keeps one span, at the price of the oldest trace when there are too many."""
        self._traces.setdefault(span["trace_id"], []).append(span)
        for link in span["links"]:
            self._linking[link["trace_id"]].add(span["trace_id"])
        self.count += 1
        while self.count > self.limit and len(self._traces) > 1:
            self._forget(*self._traces.popitem(last=False))

    def trace(self, trace_id: str) -> list[dict[str, Any]]:
        """The spans of one trace by start."""
        return sorted(self._traces.get(trace_id, ()), key=_start)

    def linked_to(self, trace_id: str) -> list[dict[str, Any]]:
        """The spans of every trace that links to this one, directly or through others, by start, then by distance."""
        found: list[str] = []
        waiting = {trace_id}
        while waiting:
            following = set().union(*(self._linking.get(each, ()) for each in waiting))
            waiting = following - {trace_id, *found}
            found += sorted(waiting)
        return sorted((span for each in found for span in self._traces.get(each, ())), key=_start)

    def _forget(self, trace_id: str, spans: list[dict[str, Any]]) -> None:
        self.count -= len(spans)
        for target in {link["trace_id"] for span in spans for link in span["links"]}:
            self._linking[target].discard(trace_id)
            if not self._linking[target]:
                del self._linking[target]


def _start(span: dict[str, Any]) -> int:
    start: int = span["start"]
    return start


def spans_of(request: ExportTraceServiceRequest) -> Iterator[dict[str, Any]]:
    """The spans of an export as plain values; `start` and `end` are nanoseconds since 1970-01-01 UTC."""
    for resource in request.resource_spans:
        service = _plain(resource.resource.attributes).get("service.name", "")
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield _span(span, str(service))


def _span(span: Span, service: str) -> dict[str, Any]:
    return {
        "name": span.name,
        "service": service,
        "kind": Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent_span_id": span.parent_span_id.hex(),
        "links": [{"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex()} for link in span.links],
        "attributes": _plain(span.attributes),
        "events": [{"name": event.name, "attributes": _plain(event.attributes)} for event in span.events],
        "start": span.start_time_unix_nano,
        "end": span.end_time_unix_nano,
        "status": Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_").lower(),
    }


def _plain(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    return {attribute.key: _value(attribute.value) for attribute in attributes}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    if kind == "kvlist_value":
        return _plain(value.kvlist_value.values)
    if kind == "bytes_value":
        return value.bytes_value.hex()
    return getattr(value, kind) if kind else None


def create_app(store: SpanStore) -> Starlette:
    """The HTTP server around a store."""

    async def receive(request: Request) -> Response:
        """One export, compressed or not."""
        body = await request.body()
        try:
            if request.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            export = ExportTraceServiceRequest.FromString(body)
        except (DecodeError, OSError, EOFError):
            return PlainTextResponse("not an OTLP trace export\n", status_code=400)
        for span in spans_of(export):
            store.add(span)
        # An empty ExportTraceServiceResponse says that every span was taken.
        return Response(b"", media_type="application/x-protobuf")

    async def trace(request: Request) -> Response:
        """One trace."""
        return JSONResponse(store.trace(request.path_params["trace_id"].lower()))

    async def linked(request: Request) -> Response:
        """What a trace led to."""
        if trace_id := request.query_params.get("linked_to"):
            return JSONResponse(store.linked_to(trace_id.lower()))
        return PlainTextResponse("say ?linked_to=<trace_id>\n", status_code=400)

    async def healthz(_: Request) -> Response:
        """How many spans are kept."""
        return JSONResponse({"spans": store.count})

    return Starlette(
        routes=[
            Route("/v1/traces", receive, methods=["POST"]),
            Route("/traces/{trace_id}", trace),
            Route("/traces", linked),
            Route("/healthz", healthz),
        ]
    )


def main() -> None:
    """Serves on `TRACES_ADDRESS`."""
    host, _, port = os.environ["TRACES_ADDRESS"].rpartition(":")
    uvicorn.run(create_app(SpanStore()), host=host, port=int(port), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
