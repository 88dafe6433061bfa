"""The histogram for batches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from servicekit.bulk_histogram import BulkHistogram

BOUNDS = (0.5, 1, 10)


@given(st.lists(st.lists(st.sampled_from([0, 0.5, 0.75, 1, 3, 10, 11]))))
def test_it_reads_like_the_library_histogram(batches: list[list[float]]) -> None:
    """Whatever is observed, the scraped text has the buckets, count and sum of prometheus_client's own."""
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    bulk = BulkHistogram("ratio", "A ratio.", BOUNDS, ours)
    single = Histogram("ratio", "A ratio.", buckets=BOUNDS, registry=theirs)

    for batch in batches:
        bulk.observe(batch)
        for value in batch:
            single.observe(value)

    assert samples(ours) == pytest.approx(samples(theirs))


def samples(registry: CollectorRegistry) -> dict[str, float]:
    """Scraped values by name and labels, without the creation time."""
    lines = generate_latest(registry).decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#") and "_created" not in line)
    return {name: float(value) for name, value in pairs}
