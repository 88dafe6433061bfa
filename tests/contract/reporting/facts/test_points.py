"""Who began to collect points, and came again: as facts say, whatever was told of them and when."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US
from services.reporting.domain import Activity, Status, Window
from services.reporting.facts.erasing import Eraser
from services.reporting.facts.points import POINTS, Beginners, PointsDays
from services.reporting.facts.store import Facts
from services.reporting.project import Change
from services.reporting.store import Activities
from tests.unit.reporting.facts.test_fact import NINE, a_change

FIRST, LAST = date(2027, 1, 1), date(2027, 3, 1)
_DAYS = range(40)


class Club:
    """An organisation with two activities that give points on forty days, and one that gives none."""

    def __init__(self, engine: AsyncEngine, kinds: Sequence[int] = (POINTS, POINTS, 1)) -> None:
        self.engine, self.facts, self.organisation_id = engine, Facts(engine), ids.new_id()
        self.activities = [self._activity(kind) for kind in kinds]
        self.revision = 0

    def _activity(self, kind: int) -> Activity:
        activity_id = ids.new_id()
        windows = tuple(
            Window(ids.new_id(), activity_id, 1, NINE, NINE + SECOND_US, FIRST + timedelta(days=day)) for day in _DAYS
        )
        about = (activity_id, self.organisation_id, "打卡", "Asia/Shanghai", 2, 1, 0, 0, NINE, windows)
        return Activity(*about, kind=kind)

    async def tell(self) -> None:
        """Tells of the activities."""
        await Activities(self.engine).save(self.activities)

    def change(self, activity: int, day: int, user: int, status: Status = Status.CHECKED_IN) -> Change:
        """A newer state of somebody's seat on a day."""
        self.revision += 1
        window = self.activities[activity].windows[day]
        change = a_change(self.revision, status=status)
        return change._replace(occurrence_id=window.occurrence_id, user_id=bytes([user]) * 16)

    async def beginners(self, activity_id: bytes = b"") -> list[Beginners]:
        """Everybody who began in the time of the club."""
        return await PointsDays(self.engine).beginners(self.organisation_id, activity_id, FIRST, LAST)


@pytest.fixture
async def club(engine: AsyncEngine) -> Club:
    """See `Club`."""
    club = Club(engine)
    await club.tell()
    return club


def recount(days: Mapping[int, set[int]]) -> list[Beginners]:
    """The same of the days of each person, one by one."""
    found: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for theirs in days.values():
        first = min(theirs)
        counted = (1, *(first + after in theirs for after in (1, 7, 30)))
        found[first] = [count + more for count, more in zip(found[first], counted, strict=True)]
    return [Beginners(FIRST + timedelta(days=day), *found[day]) for day in sorted(found)]


# Which activity, which day, who, and what becomes of it.
_DAY = st.sampled_from([0, 1, 2, 7, 8, 30, 31])
_STATUSES = st.sampled_from([Status.CHECKED_IN, Status.CHECKED_IN, Status.REFUSED, Status.ABSENT])
_TOLD = st.tuples(st.integers(0, 2), _DAY, st.integers(1, 4), _STATUSES)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_TOLD, min_size=1, max_size=8), min_size=1, max_size=6))
async def test_whatever_is_told_beginners_equal_a_recount(
    club: Club, batches: Sequence[Sequence[tuple[int, int, int, Status]]]
) -> None:
    """Let in, annulled and let in again, at one or both of those that give points; the third activity gives none."""
    club = Club(club.engine)
    await club.tell()
    latest: dict[tuple[int, int, int], Status] = {}
    for batch in batches:
        await club.facts.save([club.change(*each) for each in batch])
        latest.update({each[:3]: each[3] for each in batch})
    days, of_the_first = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for (activity, day, user), status in latest.items():
        if status is Status.CHECKED_IN and activity < 2:
            days[user].add(day)
        if status is Status.CHECKED_IN and activity == 0:
            of_the_first[user].add(day)
    assert sorted(await club.beginners()) == recount(days)
    assert sorted(await club.beginners(club.activities[0].activity_id)) == recount(of_the_first)


async def test_what_an_earlier_release_noted_is_filled_in_once_its_kind_is_told(engine: AsyncEngine) -> None:
    """Until then nobody knows that it gives points; told again, it changes nothing."""
    club = Club(engine, kinds=(0,))
    await club.tell()
    await club.facts.save([club.change(0, 3, 1), club.change(0, 4, 1), club.change(0, 3, 2, Status.REFUSED)])
    assert await club.beginners() == []
    for revision in (2, 3):
        club.activities = [replace(club.activities[0], kind=POINTS, revision=revision)]
        await club.tell()
        assert await club.beginners() == [Beginners(FIRST + timedelta(days=3), 1, 1, 0, 0)]


async def test_a_trial_and_what_was_cancelled_count_nowhere(club: Club) -> None:
    """Nor do days of another organisation."""
    await club.facts.save([club.change(0, 1, 1), club.change(1, 1, 2)])
    trial, cancelled, other = club.activities
    club.activities = [replace(trial, is_rehearsal=True, revision=2), replace(cancelled, state=4, revision=2), other]
    await club.tell()
    assert await club.beginners() == []
    assert await PointsDays(club.engine).beginners(ids.new_id(), trial.activity_id, FIRST, LAST) == []


async def test_days_go_with_the_facts_that_are_erased(club: Club) -> None:
    """Whoever came before and after began after."""
    await club.facts.save([club.change(0, 1, 1), club.change(0, 2, 2)])
    assert len(await club.beginners()) == 2
    await Eraser(club.engine).erase(NINE + 2 * SECOND_US)
    assert await club.beginners() == []
