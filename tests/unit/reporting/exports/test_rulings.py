"""Who decided, as files say it."""

from collections.abc import Collection, Mapping

import pytest

from protos.checkin.v1 import checkin_pb2
from servicekit.errors import UnavailableError
from services.reporting.exports.rulings import UNREADABLE, Awaited, Place, Ruling, Rulings, RulingsGoneError

AT, PEOPLE = b"o" * 16, [bytes([each]) * 16 for each in range(4)]
TEACHER, NAMELESS = b"t" * 16, b"n" * 16


class FakeChecks:
    """What was decided, and names; each call is noted."""

    def __init__(self, *rulings: checkin_pb2.Ruling) -> None:
        self._rulings = rulings
        self.asked: list[Collection[bytes] | Collection[Place]] = []

    async def rulings(self, seats: Collection[Place]) -> Collection[checkin_pb2.Ruling]:
        """All there are."""
        self.asked.append(seats)
        return self._rulings

    async def names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """Of one alone."""
        self.asked.append(user_ids)
        return {TEACHER: "王老师", NAMELESS: ""}


def ruling(who: bytes, by: bytes, reason: str = "") -> checkin_pb2.Ruling:
    """One decision."""
    return checkin_pb2.Ruling(occurrence_id=AT, user_id=who, decided_at=7, decided_by=by, reason=reason)


async def test_names_are_asked_for_once() -> None:
    """Of however many people somebody decided on; what no human did reads so, in the words of the vocabulary."""
    checks = FakeChecks(
        ruling(PEOPLE[0], TEACHER, "看过录像"),
        ruling(PEOPLE[1], TEACHER),
        ruling(PEOPLE[2], NAMELESS),
        ruling(PEOPLE[3], b"", "UNDECIDED"),
    )
    found = await Rulings(checks, checks).of([(AT, each) for each in PEOPLE])
    assert [found[AT, each] for each in PEOPLE] == [
        Ruling(7, "王老师", "看过录像"),
        Ruling(7, "王老师", ""),
        Ruling(7, "未留姓名", ""),
        Ruling(7, "系统", "一直没有人核验，按活动设定处理"),
    ]
    assert checks.asked == [[(AT, each) for each in PEOPLE], {TEACHER, NAMELESS}]


async def test_of_nobody_nothing_is_asked() -> None:
    """Most activities have nobody in doubt."""
    checks = FakeChecks()
    assert await Rulings(checks, checks).of([]) == {}
    assert checks.asked == []


class Asked:
    """The service that knows what was decided; it is gone for as long as a test says."""

    def __init__(self) -> None:
        self.is_gone, self.times = True, 0

    async def __call__(self, places: Collection[Place]) -> Mapping[Place, Ruling]:
        """One decision on everybody."""
        self.times += 1
        if self.is_gone:
            raise UnavailableError("checkin does not answer")
        return dict.fromkeys(places, Ruling(7, "王老师", ""))


async def test_a_file_waits_for_who_decided_but_not_for_ever() -> None:
    """The last attempt does without, asks no more, and says so of everybody rather than that nobody decided."""
    ask, place = Asked(), (AT, PEOPLE[0])
    with pytest.raises(RulingsGoneError):
        await Awaited(ask, is_last=False).of([place])
    last = Awaited(ask, is_last=True)
    assert await last.of([place]) == {place: UNREADABLE}
    ask.is_gone = False
    assert await last.of([place]) == {place: UNREADABLE}
    assert ask.times == 2
    assert await Awaited(ask, is_last=True).of([place]) == {place: Ruling(7, "王老师", "")}
