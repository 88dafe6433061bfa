"""A fact is joined from two seats, in any order, and counts as what it says."""

from datetime import date
from itertools import permutations

import pytest

from domainkit.presence import Presence, moment
from protos.checkin.v1 import checkin_pb2
from servicekit.clock import SECOND_US
from services.reporting.domain import IN, OUT, SeatView, Status, local_day
from services.reporting.facts.fact import REVISIONS, SEATS, Fact, FactKey, counts_of, local_hour
from services.reporting.project import Change

KEY = FactKey(b"a" * 16, b"u" * 16, b"o" * 16)
NINE = 1_800_000_000 * SECOND_US


def a_change(
    revision: int = 1, direction: int = IN, *, status: Status = Status.CHECKED_IN, at: int = NINE, punctuality: str = ""
) -> Change:
    """A seat of one person."""
    is_held = status is Status.CHECKED_IN
    last = moment(at, bytes(16)) if is_held else ""
    view = SeatView(
        is_held, at, [], int(status), "qr", "北门", punctuality, ["LATE"] if punctuality == "late" else [], last
    )
    attempt = checkin_pb2.AttemptState(late_by_s=60, distance_bucket=2, slot_age_bucket=3)
    return Change(b"o" * 16, b"u" * 16, direction, revision, view, b"", at, attempt)


def test_seats_may_come_in_any_order_and_twice() -> None:
    """The highest revision of each direction is the fact."""
    changes = [
        a_change(1, status=Status.PENDING_REVIEW),
        a_change(2),
        a_change(1, OUT, at=NINE + SECOND_US),
        a_change(3, OUT, at=NINE + 2 * SECOND_US, punctuality="early_leave"),
    ]
    found: list[Fact] = []
    for order in permutations(changes):
        fact = Fact()
        for change in (*order, *order):
            fact = fact.with_change(change)
        found.append(fact)
    fact = found[0]
    assert found == [fact] * len(found)
    assert (fact.came_revision, fact.went_revision, fact.seats) == (2, 3, 2)
    shown = fact.shown(KEY)
    assert shown and shown.presence == Presence(False, NINE + 2 * SECOND_US, True)


def test_a_fact_counts_by_everything_that_is_asked() -> None:
    """Without minutes, which live numbers have; with the hour of the day where it was."""
    late = Fact().with_change(a_change(punctuality="late"))
    assert counts_of(KEY, late, "Asia/Shanghai") == {
        "checked_in": 1,
        "late": 1,
        "method:qr": 1,
        "gate:北门": 1,
        "reason:LATE": 1,
        "hour:16": 1,
        "distance:2": 1,
        "slot_age:3": 1,
        "inside": 1,
        SEATS: 1,
        REVISIONS: 1,
    }
    waiting = Fact().with_change(a_change(status=Status.PENDING_REVIEW))
    assert counts_of(KEY, waiting, "Asia/Shanghai") == {"pending_review": 1, SEATS: 1, REVISIONS: 1}
    left = late.with_change(a_change(1, OUT, at=NINE + SECOND_US, punctuality="early_leave"))
    assert counts_of(KEY, left, "Asia/Shanghai")["left_early"] == 1
    assert "inside" not in counts_of(KEY, left, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("at_s", "zone", "hour", "day"),
    [
        (1_774_745_999, "Europe/Berlin", 1, date(2026, 3, 29)),
        (1_774_746_000, "Europe/Berlin", 3, date(2026, 3, 29)),
        (1_792_889_999, "Europe/Berlin", 2, date(2026, 10, 25)),
        (1_792_890_000, "Europe/Berlin", 2, date(2026, 10, 25)),
        (1_774_972_799, "Asia/Shanghai", 23, date(2026, 3, 31)),
        (1_774_972_800, "Asia/Shanghai", 0, date(2026, 4, 1)),
        (1_774_978_199, "Asia/Kolkata", 22, date(2026, 3, 31)),
        (1_774_978_200, "Asia/Kolkata", 23, date(2026, 3, 31)),
    ],
)
def test_hours_and_days_are_those_of_the_place(at_s: int, zone: str, hour: int, day: date) -> None:
    """When clocks are put forward and back, at midnight, and where they differ by half an hour."""
    assert (local_hour(at_s * SECOND_US, zone), local_day(at_s * SECOND_US, zone)) == (hour, day)
