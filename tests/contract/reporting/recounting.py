"""Whether reports say what is true of people, and sums what facts come to: for whoever plays histories."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import SECOND_US
from services.reporting.behaviour.behaviour import Behaviours
from services.reporting.domain import Mark
from services.reporting.expected.tally import Member, Roster
from services.reporting.exports import texts
from services.reporting.exports.attendance import slots_of
from services.reporting.exports.reading import Sources, gather
from services.reporting.exports.rulings import Ruling
from services.reporting.facts.fact import FactKey, counts_of
from services.reporting.facts.lists import FactLists
from services.reporting.facts.store import to_fact
from services.reporting.papers.turnout import Looked, look
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People
from services.reporting.periods.calendar import By, Period
from services.reporting.periods.held import whole
from services.reporting.periods.reading import Reading
from services.reporting.periods.store import Periods
from services.reporting.periods.tallying import Tallier
from services.reporting.quality.quality import NAMES
from services.reporting.store import Activities
from services.reporting.tables import facts, occurrence_counts, points_days
from services.reporting.trends.curves import Arrivals
from services.reporting.trends.trends import Asked, Trends
from tests.fakes.expected import FakeGuests, FakeParticipants, FakeRosters

# When the activity of a history is over, for reports to tell of it: nobody is absent of what goes on.
DAY, LONG_AGO = date(2026, 1, 15), 1_768_435_200 * SECOND_US


class OneRoster(FakeRosters):
    """A roster whose revision moves when it is imported anew, and not before."""

    def __init__(self) -> None:
        super().__init__()
        self.revision = 0

    def take(self, user_ids: Sequence[bytes], group: str) -> None:
        """Imports it anew."""
        self.members, self.revision = [Member(each, b"", group) for each in user_ids], self.revision + 1

    async def get(self, roster_id: bytes) -> Roster:
        """Everybody on it now."""
        return Roster(self.revision, sorted(self.members))


class Told(Protocol):
    """What is true of somebody."""

    is_in: bool
    is_late: bool
    mark: int


async def assert_reports(engine: AsyncEngine, activity_id: bytes, truths: Mapping[bytes, Told]) -> None:
    """Trends, quality and behaviour say of both people what is true, by whichever roster they are on by then."""
    rosters, periods, users = OneRoster(), Periods(engine), sorted(truths)
    reading = Reading(periods, Tallier(periods, FactLists(engine), rosters, FakeParticipants()))
    behaviours = Behaviours(periods, FactLists(engine), rosters, FakeParticipants())
    asked = Asked(activity_id, Period(DAY, DAY), By.GROUP, sees_small=True)
    # First on the roster is one of them alone; then an import adds the other, and moves both to another group.
    for listed, group in ((users[:1], "一班"), (users, "二班")):
        rosters.take(listed, group)
        trend = await Trends(reading, periods, Arrivals(engine)).of(asked)
        mine = [truths[user_id] for user_id in listed]
        came, leave = sum(truth.is_in for truth in mine), sum(truth.mark == Mark.LEAVE for truth in mine)
        expected = {"#expected": len(listed), "#came": came, "#leave": leave}
        late = sum(truth.is_late for truth in mine)
        [point] = trend.points
        assert (point.key, trend.counting) == (group, 0)
        assert {name: trend.whole[name] for name in expected} == {name: point.counts[name] for name in expected}
        assert {name: point.counts[name] for name in expected} == expected
        assert (point.counts["late"], point.counts["checked_in"]) == (late, came)
        assert trend.whole["checked_in"] == sum(truth.is_in for truth in truths.values())
        found = await behaviours.of(activity_id, asked.period, b"", b"", sees_small=True)
        told = [(step.expected, step.came, step.leave) for step in found.series]
        assert told == [(len(listed), came, leave)]
        assert [(one.name, one.came, one.leave, one.late) for one in found.groups] == [(group, came, leave, late)]
        looked = await _paper(engine, activity_id, rosters)
        counts, everybody = looked.whole.counts, truths.values()
        assert [counts[name] for name in (texts.EXPECTED, texts.CAME_EXPECTED, texts.LEAVE)] == [
            len(listed),
            came,
            leave,
        ]
        assert counts[texts.CAME] == sum(truth.is_in for truth in everybody) == sum(looked.turnouts[0].methods.values())
        assert counts[texts.LATE] == len(looked.late) == sum(truth.is_late for truth in everybody)
        assert counts[texts.ABSENTEES] == len(looked.absent) == len(listed) - came - leave
        assert looked.groups[group].rate == looked.whole.rate
    quality = await reading.read(activity_id, asked.period, b"", NAMES, tallied=False)
    assert whole(quality.counts.values())["checked_in"] == sum(truth.is_in for truth in truths.values())


async def _paper(engine: AsyncEngine, activity_id: bytes, rosters: FakeRosters) -> Looked:
    """What the report of an activity on paper is drawn from."""
    stored, lists = Activities(engine), FactLists(engine)
    activity = await stored.get(activity_id)
    assert activity is not None
    naming = Naming(Nameless(), rosters, FakeGuests(rosters))
    sources = Sources(lists, People(lists, rosters, FakeParticipants(), naming), stored, no_phones, no_rulings)
    gathering = await gather(sources, replace(activity, roster_id=activity_id))
    return await look(gathering, slots_of([gathering], 0, 0), "", told)


class Nameless:
    """Identity, where nobody has a name."""

    async def names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """None."""
        return {}

    async def find(self, query: str) -> Collection[bytes]:
        """Nobody."""
        return ()


async def no_phones(*_: object) -> dict[bytes, str]:
    """Nobody has one."""
    return {}


async def no_rulings(*_: object) -> dict[tuple[bytes, bytes], Ruling]:
    """Nobody decided on anybody."""
    return {}


async def told(done: int, total: int, row_count: int) -> None:
    """Nobody looks."""


async def assert_a_recount(engine: AsyncEngine, activity_id: bytes, occurrence_id: bytes) -> None:
    """Every counter of the occurrence, and who has a day with points, is what its facts come to, one by one."""
    async with engine.connect() as connection:
        rows = await connection.execute(select(facts).where(facts.c.activity_id == activity_id))
        by_person = {
            row.user_id: counts_of(
                FactKey(row.activity_id, row.user_id, row.occurrence_id), to_fact(row), "Asia/Shanghai"
            )
            for row in rows
        }
        recounted: Counter[str] = Counter()
        for counts in by_person.values():
            recounted.update(counts)
        kept = await connection.execute(
            select(occurrence_counts).where(occurrence_counts.c.occurrence_id == occurrence_id)
        )
        assert +Counter({row.name: row.amount for row in kept}) == +recounted
        days = await connection.execute(select(points_days.c.user_id).where(points_days.c.activity_id == activity_id))
        assert {row.user_id for row in days} == {who for who, counts in by_person.items() if counts["checked_in"]}
