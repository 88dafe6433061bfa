"""Metrics of the antifraud service."""

from prometheus_client import Counter

from servicekit.bulk_histogram import BulkHistogram

FENCE_DISTANCE_RATIO = BulkHistogram(
    "fence_distance_ratio",
    "Distance from the centre of the fence over its radius.",
    (0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.5, 2, 3, 5, 10, 100),
)
UNASSESSABLE = Counter("antifraud_unassessable_total", "Items that could not be assessed.")
