"""What was answered in the last minutes."""

from servicekit.ids import new_id, to_text
from services.checkin.accepting.recent import Recent


class _Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def _counts(recent: Recent) -> dict[tuple[object, object, object], object]:
    lines = recent.snapshot()["lines"]
    assert isinstance(lines, list)
    return {(line["activity_id"], line["outcome"], line["reason"]): line["count"] for line in lines}


def test_counts_of_the_same_line_add_up() -> None:
    """Several batches count together, the largest line first."""
    activity_id, clock = new_id(), _Clock()
    recent = Recent(clock=clock)
    recent.add(activity_id, "refused", "TOO_LATE")
    recent.add(activity_id, "accepted", "", 3)
    clock.now += 10
    recent.add(activity_id, "accepted", "", 4)
    text = to_text(activity_id)
    assert list(_counts(recent).items()) == [((text, "accepted", ""), 7), ((text, "refused", "TOO_LATE"), 1)]


def test_what_is_older_than_the_span_is_forgotten() -> None:
    """Also when nothing came meanwhile."""
    clock = _Clock()
    recent = Recent(span_s=300, slice_s=10, clock=clock)
    recent.add(b"", "refused", "QR_MALFORMED")
    clock.now += 300
    assert _counts(recent) == {(None, "refused", "QR_MALFORMED"): 1}
    clock.now += 10
    assert _counts(recent) == {}


def test_a_flood_of_activities_is_counted_without_their_ids() -> None:
    """Memory is bounded and no answer is left out."""
    recent = Recent(lines=2, clock=_Clock())
    for _ in range(5):
        recent.add(new_id(), "accepted", "")
    counts = _counts(recent)
    assert len(counts) == 3
    assert counts[None, "accepted", ""] == 3


def test_a_long_time_keeps_only_so_many_slices() -> None:
    """A process that runs for a day remembers five minutes."""
    clock = _Clock()
    recent = Recent(span_s=20, slice_s=10, clock=clock)
    for _ in range(100):
        recent.add(b"", "accepted", "")
        clock.now += 10
    assert _counts(recent) == {(None, "accepted", ""): 2}
