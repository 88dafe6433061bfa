"""Who stays away, and what can be said of everybody, from presences worked out by hand."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from services.reporting.behaviour.attendance import Presence, Row, rows_of
from services.reporting.behaviour.findings import Finding, findings_of
from services.reporting.domain import Counted, Mark, SeatView, Status
from services.reporting.expected.tally import Answer, Member, Roster
from services.reporting.periods.held import Held
from tests.unit.reporting.trends.test_curves import a_held

_LETTERS = {".": Presence.ABSENT, "-": Presence.LEAVE, "+": Presence.CAME, "!": Presence.LATE}


def a_row(presences: str, group: str = "一班") -> Row:
    """A person who was absent (.), on leave (-), there (+) or late (!)."""
    return Row(b"e" * 16, group, [_LETTERS[each] for each in presences])


def days(count: int, first: date = date(2026, 9, 7), every: int = 7) -> list[Held]:
    """Occurrences, the first on a Monday."""
    return [a_held(number + 1)._replace(day=first + timedelta(days=every * number)) for number in range(count)]


@pytest.mark.parametrize(
    ("presences", "in_a_row"),
    [
        ("...", 3),
        ("+...", 3),
        ("...+", 0),
        ("..!", 0),
        (".-.-.", 3),
        ("+--", 0),
        ("..--", 2),
        ("", 0),
    ],
)
def test_leave_is_no_absence_and_breaks_no_row(presences: str, in_a_row: int) -> None:
    """Counted back from the last occurrence to the last time that somebody came."""
    assert a_row(presences).absent_in_a_row == in_a_row


def codes(occurrences: Sequence[Held], rows: Sequence[Row], offsets: Sequence[int] = ()) -> dict[str, Finding]:
    """What is found, by its word."""
    return {finding.code: finding for finding in findings_of(occurrences, rows, offsets)}


def test_who_stays_away_is_told_first() -> None:
    """Two of three, five times the one who did longest."""
    found = findings_of(days(5), [a_row("....."), a_row("++..."), a_row("+++..")], [])
    assert found[0] == Finding("ABSENT_STREAK", {"people": 2, "longest": 5})
    assert "ABSENT_STREAK" not in codes(days(3), [a_row("+.."), a_row("---")])


def test_a_series_falls_rises_or_stays() -> None:
    """The first third against the last, of those who could come."""
    falling = codes(days(6), [a_row("++++.."), a_row("++++--"), a_row("+++++.")])["DROP_OFF"]
    assert falling.numbers == {"from_rate": 1.0, "to_rate": 0.25, "rate": 13 / 16, "occurrences": 6}
    assert "RISING" in codes(days(6), [a_row("..++++")])
    assert "STEADY" in codes(days(6), [a_row("+.+.+.")])
    assert not {"DROP_OFF", "RISING", "STEADY"} & codes(days(3), [a_row("+..")]).keys()


def test_the_group_and_the_weekday_that_stay_behind_are_named() -> None:
    """Where they are ten points below all others; a group of four is never named, nor a weekday seen once."""
    rows = [a_row("++++")] * 5 + [a_row("+++.", "二班")] * 5 + [a_row("....", "三班")] * 4
    group = codes(days(4), rows)["GROUP_LOW"]
    assert (group.numbers, group.words) == ({"rate": 0.75, "others": 1.0}, {"group": "二班"})
    week = days(4, every=7) + days(4, date(2026, 9, 11), every=7)
    weekday = codes(week, [a_row("++++++..")])["WEEKDAY_LOW"]
    assert (weekday.numbers, weekday.words) == ({"rate": 0.5, "others": 1.0}, {"weekday": "5"})
    assert "WEEKDAY_LOW" not in codes(days(4, every=1), [a_row("+...")])


def test_when_people_come_and_how_often_they_are_late() -> None:
    """The median, and the share in the last five minutes."""
    found = codes(days(4), [a_row("++!!")], [-30, -5, -1, 6])
    assert found["LATE_OFTEN"].numbers == {"late": 2, "came": 4, "share": 0.5}
    assert found["ARRIVALS"].numbers == {"median_min": -3.0, "share": 0.5, "minutes": 5}
    assert found["REGULARITY"].numbers == {"regular": 1, "seldom": 0, "people": 1}
    assert findings_of([], [], []) == []


def test_rows_go_by_both_ids_of_somebody_by_marks_and_by_answers() -> None:
    """As the tally of each occurrence does."""
    first, second = days(2)
    entry, user, other = b"e" * 16, b"u" * 16, b"o" * 16
    seat = SeatView(True, 1, [], int(Status.CHECKED_IN), "qr", "", "on_time", [])
    refused = seat._replace(is_held=False, status=int(Status.REFUSED), punctuality="")
    excused = refused._replace(mark=int(Mark.LEAVE), marked_at=9, status=0)
    missing = refused._replace(mark=int(Mark.ABSENT), marked_at=9, status=int(Status.ABSENT))
    roster = Roster(1, [Member(entry, user, "一班"), Member(other, b"", "二班")])
    people = [
        Counted(entry, seat._replace(punctuality="late"), None, first.occurrence_id),
        Counted(user, refused, None, first.occurrence_id),
        Counted(user, excused, None, second.occurrence_id),
        Counted(other, missing, None, first.occurrence_id),
        Counted(b"x" * 16, seat, None, first.occurrence_id),
    ]
    answers = {first.activity_id: {other: Answer.LEAVE}, second.activity_id: {other: Answer.LEAVE}}
    rows = rows_of([first, second], people, answers, roster)
    assert [(row.entry_id, row.group, row.presences) for row in rows] == [
        (entry, "一班", [Presence.LATE, Presence.LEAVE]),
        (other, "二班", [Presence.ABSENT, Presence.LEAVE]),
    ]
