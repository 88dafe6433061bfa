"""Metrics of jobs and their files."""

from prometheus_client import Counter, Gauge

from servicekit.bulk_histogram import BulkHistogram
from servicekit.series import from_start
from services.reporting.exports.kinds import Format, Report

EXPORTS = from_start(
    Counter(
        "exports_total",
        "Attempts that ended: done, failed for good, put_back to begin anew, or lost to somebody who cancelled.",
        ["report", "format", "result"],
    ),
    report=[each.name.lower() for each in Report],
    format=[each.name.lower() for each in Format],
    result=("done", "failed", "put_back", "lost"),
)
SECONDS = BulkHistogram(
    "export_seconds",
    "From taking an export up to its end.",
    (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600),
)
WAITING = Gauge("exports_oldest_waiting_seconds", "For how long the oldest export that may begin has waited.")
