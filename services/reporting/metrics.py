"""Metrics of reporting and its projector."""

from prometheus_client import Counter, Gauge

from servicekit.bulk_histogram import BulkHistogram
from servicekit.series import from_start
from servicekit.unreadable import Unreadable

END_TO_END = BulkHistogram(
    "checkin_end_to_end_seconds",
    "From the arrival of a check-in at the gateway to the live numbers.",
    (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300),
)
LAG = BulkHistogram(
    "projector_lag_seconds",
    "From the recorder's transaction to the live numbers, per message.",
    (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 30, 300),
)
UNREADABLE_FACT = Unreadable("fact")
UNREADABLE = Unreadable("message")
REBUILDS = from_start(
    Counter(
        "reporting_rebuilds_total",
        "Activities whose numbers were rebuilt (switched), could not be (failed), or were by somebody else (busy).",
        ["result"],
    ),
    result=("switched", "failed", "busy"),
)
DIFFERENCES = Gauge(
    "reporting_differing_occurrences", "Occurrences whose numbers lastingly differed from what is recorded, lately."
)
FACTS_DROPPED = Counter(
    "reporting_facts_dropped_total",
    "Seats that history had no room for, or whose activity nobody told of in time, until they are compared.",
)
FACT_DIFFERENCES = Gauge(
    "reporting_differing_facts", "Occurrences whose history lastingly differed from what is recorded, lately."
)
