"""How long people waited, from buckets."""

from services.reporting.quality.client import Answered, answered


def test_the_mean_is_exact_and_the_p95_the_end_of_its_bucket() -> None:
    """Of a hundred, 95 took at most half a second."""
    counts = {"answer:1": 40, "answer:2": 55, "answer:8": 5, "answer_ms": 60_000}
    assert answered(counts) == Answered(100, 600, 500)
    assert answered(counts | {"answer:8": 6}) == Answered(101, 594, 5000)


def test_longer_than_all_buckets_reads_as_the_last() -> None:
    """And nobody measured as nothing."""
    assert answered({"answer:11": 1, "answer_ms": 90_000}) == Answered(1, 90_000, 30_000)
    assert answered({}) == Answered()
