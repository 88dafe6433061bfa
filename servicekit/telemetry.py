"""Logs, metrics and traces.

Logs are JSON lines on stderr with the trace id. Metrics are prometheus-client's, labels from fixed sets. Traces cost
nothing unless asked for: an unsampled request creates no span, and a batch creates one only when it carries a sampled
request, linked to it. Context crosses processes as W3C `traceparent`, by hand in gRPC metadata and message headers.
"""

import asyncio
import logging
import random
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags
from prometheus_client import Gauge

from servicekit import VERSION
from servicekit.settings import SharedSettings

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_LAG_INTERVAL_S = 0.5

_LAG = Gauge("event_loop_lag_seconds", "How late the event loop ran its last timer.")
_BUILD = Gauge("qiandao_build_info", "1, by the version of the code.", ["version"])

_provider: TracerProvider | None = None
_ratio = 0.0


class JsonFormatter(logging.Formatter):
    """One JSON object per line: at, level, logger, message, trace_id and what `extra={"fields": {...}}` adds."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = f"{context.trace_id:032x}"
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def setup(process: str, settings: SharedSettings) -> None:
    """Logs and traces of this process; call once, before anything else."""
    _BUILD.labels(VERSION).set(1)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    # httpx logs whole URLs at INFO; WeChat's carry the app secret.
    # SQLAlchemy's pools log under the module of their class.
    for noisy in ("httpx", "httpcore", "aiormq", "aio_pika", "alembic", "servicekit.mysql.database.MeasuredPool"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if settings.otlp_endpoint:
        _setup_traces(process, settings)


def _setup_traces(process: str, settings: SharedSettings) -> None:
    global _provider, _ratio
    _ratio = settings.trace_ratio
    _provider = TracerProvider(resource=Resource.create({"service.name": process}))
    exporter = OTLPSpanExporter(endpoint=settings.otlp_endpoint, timeout=2)
    _provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))


def flush() -> None:
    """Sends what is left; blocks for at most two seconds."""
    if _provider is not None:
        _provider.force_flush(2000)
        _provider.shutdown()


def parse_traceparent(text: str | None) -> SpanContext | None:
    """The sampled remote context, or None when there is none or it is not sampled.

    Source: W3C Trace Context, section 3.2.
    """
    match = _TRACEPARENT.fullmatch(text or "")
    return _context(match) if match and int(match[3], 16) & TraceFlags.SAMPLED else None


def parse_strangers_traceparent(text: bytes) -> SpanContext | None:
    """The context of a request from outside, or None when there is none.

    Whether it is sampled is for us to say, or anybody could have all they send traced: only for what is sampled here.
    """
    match = _TRACEPARENT.fullmatch(text.decode("latin-1"))
    return _context(match) if match else None


def _context(match: re.Match[str]) -> SpanContext | None:
    context = SpanContext(int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=_SAMPLED)
    return context if context.is_valid else None


def traceparent() -> str | None:
    """The header for an outgoing call or message; None outside a recorded span."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid or not context.trace_flags.sampled:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


def headers() -> dict[str, str]:
    """The trace context as headers of a message; empty outside a recorded span."""
    parent = traceparent()
    return {"traceparent": parent} if parent else {}


def is_sampled_by_chance() -> bool:
    """Whether a request that came without a trace starts one."""
    return _provider is not None and random.random() < _ratio  # noqa: S311  sampling, not a secret


@contextmanager
def span(
    name: str,
    *,
    parent: SpanContext | None = None,
    links: Iterable[SpanContext | None] = (),
    root: bool = False,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: dict[str, str | int | float] | None = None,
) -> Iterator[Span | None]:
    """A current span, or nothing at all when nobody asked for a trace.

    Args:
        parent: A remote parent; without it the current span is the parent.
        links: Sampled contexts this span serves together; None entries are skipped.
        root: Start a new trace even without parent or links.
    """
    linked = [Link(context) for context in links if context is not None]
    inside = trace.get_current_span().get_span_context().is_valid
    if _provider is None or not (parent or linked or root or inside):
        yield None
        return
    context = trace.set_span_in_context(NonRecordingSpan(parent)) if parent else None
    tracer = _provider.get_tracer("qiandao")
    with tracer.start_as_current_span(name, context=context, links=linked, kind=kind, attributes=attributes) as current:
        yield current


def current_context() -> SpanContext | None:
    """The sampled context of the current span, to link a batch to it."""
    context = trace.get_current_span().get_span_context()
    return context if context.is_valid and context.trace_flags.sampled else None


def start_request_span(name: str, parent: SpanContext | None) -> Span | None:
    """A server span that is ended by hand, for code too hot for a context manager."""
    if _provider is None:
        return None
    context = trace.set_span_in_context(NonRecordingSpan(parent)) if parent else None
    return _provider.get_tracer("qiandao").start_span(name, context=context, kind=SpanKind.SERVER)


def record_late(name: str, parent: SpanContext | None, started_at_ns: int, attributes: dict[str, str]) -> None:
    """A span made after the fact, so that errors and provisional answers are traced without sampling everything."""
    if _provider is None:
        return
    context = trace.set_span_in_context(NonRecordingSpan(parent)) if parent else None
    late = _provider.get_tracer("qiandao").start_span(
        name, context=context, kind=SpanKind.SERVER, start_time=started_at_ns, attributes=attributes
    )
    late.set_status(StatusCode.ERROR)
    late.end()


async def watch_event_loop() -> None:
    """Keeps `event_loop_lag_seconds` current; runs until cancelled."""
    while True:
        started = time.perf_counter()
        await asyncio.sleep(_LAG_INTERVAL_S)
        _LAG.set(time.perf_counter() - started - _LAG_INTERVAL_S)
