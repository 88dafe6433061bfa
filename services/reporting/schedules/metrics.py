"""Metrics of schedules."""

from prometheus_client import Counter, Gauge

from servicekit.series import from_start

RUNS = from_start(
    Counter(
        "schedule_runs_total",
        "Times that came: made, waits for what is gone or a full queue, or paused for good.",
        ["result"],
    ),
    result=("made", "waits", "paused"),
)
LATE = Gauge("schedules_late_seconds", "For how long the longest overdue schedule has not been served.")
