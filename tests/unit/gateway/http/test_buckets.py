"""Limits in memory: one person's bucket, and the wait in the line."""

import pytest

from gateway.http.buckets import Buckets, Drain


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


def test_a_burst_passes_and_the_next_waits() -> None:
    """Five at once, then one a second."""
    clock = Clock()
    buckets = Buckets(burst=5, per_s=1, clock=clock)

    assert [buckets.take(b"a") for _ in range(5)] == [0] * 5
    assert buckets.take(b"a") == pytest.approx(1)
    clock.now += 1
    assert (buckets.take(b"a"), buckets.take(b"a")) == (0, pytest.approx(1))


def test_people_do_not_share_a_bucket() -> None:
    """One person's haste is nobody else's wait."""
    buckets = Buckets(burst=1, per_s=1, clock=Clock())

    assert [buckets.take(name) for name in (b"a", b"b", b"c")] == [0, 0, 0]


def test_turning_generations_forgives_nothing() -> None:
    """A bucket that is still empty when the generations turn stays empty."""
    clock = Clock()
    buckets = Buckets(burst=5, per_s=1, clock=clock)
    clock.now += 4.9
    for _ in range(5):
        buckets.take(b"a")
    clock.now += 0.2

    assert buckets.take(b"a") == pytest.approx(0.8)


def test_memory_is_bounded() -> None:
    """However many people come within a turn, two generations are all that is kept."""
    buckets = Buckets(capacity=100, clock=Clock())
    for number in range(10_000):
        buckets.take(number.to_bytes(4, "big"))

    assert len(buckets._recent) + len(buckets._older) <= 200


def test_an_unknown_line_turns_nobody_away() -> None:
    """Before a full batch was measured no wait is claimed."""
    assert Drain(full=10, clock=Clock()).wait_s(9_999) == 0


def test_full_batches_tell_the_wait() -> None:
    """Two batches of 100 a second, one after the other: 500 in line wait 2.5 s."""
    clock = Clock()
    drain = Drain(full=100, clock=clock)
    for _ in range(5):
        started_at = clock.now
        clock.now += 0.5
        drain.batch_ended(100, started_at)

    assert drain.wait_s(500) == pytest.approx(2.5)


def test_batches_that_fly_together_count_together() -> None:
    """Three batches that left and ended together drained three times as much."""
    clock = Clock()
    drain = Drain(full=100, clock=clock)
    started_at, clock.now = clock.now, clock.now + 1
    for _ in range(3):
        drain.batch_ended(100, started_at)

    assert drain.wait_s(300) == pytest.approx(1, rel=0.6)


def test_small_batches_say_nothing() -> None:
    """A single attempt that took 10 ms does not mean 100 a second."""
    clock = Clock()
    drain = Drain(full=100, clock=clock)
    drain.batch_ended(1, clock.now - 0.01)

    assert drain.wait_s(1_000) == 0


def test_an_old_measurement_is_forgotten() -> None:
    """A slow minute does not turn away the next rush."""
    clock = Clock()
    drain = Drain(full=100, believe_s=10, clock=clock)
    drain.batch_ended(100, clock.now - 5)
    assert drain.wait_s(1_000) == pytest.approx(50)

    clock.now += 11

    assert drain.wait_s(1_000) == 0
