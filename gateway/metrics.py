"""Metrics of the gateway; labels are route templates and fixed words, never ids."""

from collections.abc import Collection
from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

from servicekit.bulk_histogram import BulkHistogram
from servicekit.quotas import OVER_QUOTA
from servicekit.series import from_start

REQUESTS = Counter("http_requests_total", "HTTP requests answered.", ["route", "method", "code"])
DURATION = Histogram(
    "http_request_duration_seconds",
    "Time to the first byte of an answer.",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5),
)
BATCH_WAIT = BulkHistogram(
    "checkin_batch_wait_seconds",
    "How long the oldest attempt of a batch waited to leave.",
    (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 5),
)
WAITING = Gauge("checkin_waiting", "Attempts not yet sent to checkin.")
SHED = Counter("checkin_shed_total", "Attempts answered 503 because the line was too long.")
FALLBACK = from_start(
    Counter("gateway_fallback_total", "Attempts taken without checkin, by what became of them.", ["result"]),
    result=("provisional", "refused", "not_qr", "lost", "over_quota"),
)
CAPPED = Counter("checkin_provisional_capped_total", "Attempts answered 429 because three of the person's are open.")
FAILED_SIGN_INS_OVER = OVER_QUOTA.labels("failed_sign_ins")
CONSOLE_TICKETS_OVER = OVER_QUOTA.labels("console_tickets")
REFUSALS_OVER = OVER_QUOTA.labels("refusals")
LIVE_STREAMS_OVER = OVER_QUOTA.labels("live_streams")
VIEWERS = Gauge("live_viewers", "Open live streams.")

CLIENT_EVENTS = Counter(
    "client_events_total", "What phones tell of themselves, sampled.", ["name", "reason", "platform"]
)
CLIENT_SECONDS = Histogram(
    "client_event_seconds",
    "How long people waited, by their phones' clocks, sampled.",
    ["name"],
    buckets=(0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 30),
)

_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"})


# What rules look for in the answers of every route, and beyond it in those to check-ins.
_WATCHED_CODES = (401, 500, 503)
_CHECKIN_CODES = (200, 201, 202, 422, 429)


def serves(route: str, methods: Collection[str], *, takes_checkins: bool) -> None:
    """Makes the series of a route exist before its first request."""
    codes = _WATCHED_CODES + _CHECKIN_CODES * takes_checkins
    from_start(REQUESTS, route=(route,), method=methods, code=codes)


@lru_cache(maxsize=2048)
def answered(route: str, method: str, code: int) -> Counter:
    """The counter of one kind of answer."""
    return REQUESTS.labels(route, method if method in _METHODS else "other", code)


@lru_cache(maxsize=512)
def duration(route: str, method: str) -> Histogram:
    """The histogram of one route."""
    return DURATION.labels(route, method if method in _METHODS else "other")
