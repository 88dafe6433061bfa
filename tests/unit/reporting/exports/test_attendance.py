"""What somebody counts as in the register."""

import pytest

from domainkit.presence import moment
from services.reporting.domain import Counted, Mark, SeatView, Status, marked
from services.reporting.expected.tally import Answer
from services.reporting.exports import texts
from services.reporting.exports.attendance import Tally, verdict

AT = 1_788_224_400_000_000
NOTHING = SeatView(False, AT, [], 0, "", "", "", [])


def seat(status: Status, punctuality: str = "on_time", mark: int = 0) -> Counted:
    """Somebody's try."""
    is_held = status is Status.CHECKED_IN
    view = SeatView(is_held, AT, [], int(status), "qr", "", punctuality, [], moment(AT, bytes(16)) if is_held else "")
    return Counted(bytes(16), marked(view, mark, AT), None, bytes(16))


def by_mark(mark: Mark) -> Counted:
    """Somebody of whom staff say what they count as, and who did nothing."""
    return Counted(bytes(16), marked(NOTHING, mark, AT), None, bytes(16))


CAME = [texts.EXPECTED, texts.CAME, texts.CAME_EXPECTED]
MISSED = [texts.EXPECTED, texts.ABSENTEES]


@pytest.mark.parametrize(
    ("person", "is_listed", "answer", "is_settled", "word", "counts"),
    [
        (seat(Status.CHECKED_IN), True, Answer.NONE, False, "到", CAME),
        (seat(Status.CHECKED_IN, "late"), True, Answer.NONE, True, "迟到", [*CAME, texts.LATE]),
        # Who asked for leave and came has come.
        (seat(Status.CHECKED_IN), True, Answer.LEAVE, True, "到", CAME),
        (seat(Status.CHECKED_IN), False, Answer.NONE, True, "到", [texts.CAME]),
        (seat(Status.PENDING_REVIEW), True, Answer.NONE, True, "待人工核验", MISSED),
        (seat(Status.PENDING_REVIEW), True, Answer.NONE, False, "待人工核验", [texts.EXPECTED]),
        (seat(Status.REFUSED), False, Answer.NONE, True, "未通过", []),
        (None, True, Answer.NONE, False, "", [texts.EXPECTED]),
        (None, True, Answer.NONE, True, "未到", MISSED),
        (None, True, Answer.LEAVE, True, "请假", [texts.EXPECTED, texts.LEAVE]),
        (None, False, Answer.NONE, True, "", []),
        (by_mark(Mark.LEAVE), True, Answer.NONE, False, "请假", [texts.EXPECTED, texts.LEAVE]),
        # Of who is expected nowhere nobody is less due.
        (by_mark(Mark.LEAVE), False, Answer.NONE, True, "请假", []),
        # Staff have the last word.
        (by_mark(Mark.ABSENT), True, Answer.LEAVE, False, "未到", MISSED),
        (by_mark(Mark.PRESENT), True, Answer.LEAVE, False, "到", CAME),
        (by_mark(Mark.LATE), True, Answer.NONE, False, "迟到", [*CAME, texts.LATE]),
        # Annulled.
        (seat(Status.ABSENT), True, Answer.NONE, True, "未到", MISSED),
        (seat(Status.ABSENT), False, Answer.NONE, True, "未到", []),
    ],
)
def test_what_somebody_counts_as(
    person: Counted | None, is_listed: bool, answer: Answer, is_settled: bool, word: str, counts: list[str]
) -> None:
    """By what they did, what they said, what staff say, and whether anybody can still come."""
    found = verdict(person, is_listed=is_listed, answer=answer, is_settled=is_settled)
    assert (found.word, sorted(found.counts)) == (word, sorted(counts))


def test_a_rate_is_of_those_due() -> None:
    """Strangers raise no rate, who is on leave is not due, and of nobody there is none."""
    tally = Tally()
    assert tally.rate is None
    for counts in ([texts.EXPECTED, texts.LEAVE], CAME, MISSED, [texts.CAME]):
        tally.counts.update(counts)
    assert tally.rate == 0.5
    assert tally.cells()[:2] == [3, 2]
