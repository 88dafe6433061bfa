"""What reports take beside the facts of `make facts`: trends, quality, behaviour, registers, cohorts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import now_us
from services.reporting.facts import points
from services.reporting.facts.lists import FactLists
from services.reporting.facts.points import BEGINNERS, PointsDays
from services.reporting.periods.calendar import By, Period
from services.reporting.periods.held import Held
from services.reporting.periods.reading import Reading
from services.reporting.periods.store import Periods, counts_of, held_of
from services.reporting.periods.tallying import Tallier
from services.reporting.quality import quality
from services.reporting.tables import activities, facts
from services.reporting.trends.curves import Arrivals, drawn, minutes_of
from services.reporting.trends.trends import NAMES, Asked, Trends
from tests.fakes.expected import FakeParticipants, FakeRosters
from tests.load.history import ORGANISATIONS
from tests.load.measured import Found, explain, spread, times_ms

# As many people as a register reads at once of 365 occurrences: 5,000 facts.
_PEOPLE_AT_ONCE = 13
_MONTH, _FEW = 30, 5


async def reports(engine: AsyncEngine) -> list[Found]:
    """How long the reports of an organisation's last year take, and how their queries are answered."""
    today = datetime.now(UTC).date()
    year = Period(today - timedelta(days=365), today)
    parts = (_of_occurrences, _of_people, _of_points)
    return [found for part in parts for found in await part(engine, year)]


async def _of_occurrences(engine: AsyncEngine, year: Period) -> list[Found]:
    periods, arrivals = Periods(engine), Arrivals(engine)
    reading = Reading(periods, Tallier(periods, FactLists(engine), FakeRosters(), FakeParticipants()))
    trends, found, home = Trends(reading, periods, arrivals), [], ORGANISATIONS[0]
    for by_what in (By.WEEK, By.ACTIVITY):
        took = await times_ms(partial(trends.of, Asked(home, year, by_what)))
        found.append(Found(f"trends: a year by {by_what.name.lower()}", spread(took)))
    took = await times_ms(partial(reading.read, home, year, b"", quality.NAMES, tallied=False))
    found.append(Found("quality: the counts of a year", spread(took)))
    occurrences, counts, *_ = await reading.read(home, year, b"", NAMES, tallied=False)
    [*_, largest] = drawn(occurrences, counts)
    found.append(Found("trends: the curve of the largest", spread(await times_ms(partial(arrivals.minutes, largest)))))
    some = [held.occurrence_id for held in occurrences[:500]]
    queries = (
        held_of(home, year, b"", now_us()),
        counts_of(some, NAMES),
        counts_of(some, quality.NAMES),
        minutes_of(largest),
    )
    return [*found, *[await explain(engine, query) for query in queries]]


async def _of_people(engine: AsyncEngine, year: Period) -> list[Found]:
    """Behaviour and registers of a month of the activity that is held each day, as they read facts one by one."""
    lists, (activity_id, held) = FactLists(engine), await _daily(engine, year)
    last = [each.occurrence_id for each in held[-_MONTH:]]
    some = await lists.user_ids(activity_id, b"", _PEOPLE_AT_ONCE)
    c, of_it = facts.c, facts.c.activity_id == activity_id
    everybody = select(c.user_id).distinct().where(of_it, c.user_id > b"", c.is_shown == 1).order_by(c.user_id)
    whom = await times_ms(partial(lists.user_ids, activity_id, b"", 20_000), _FEW)
    theirs = await times_ms(partial(lists.of, activity_id, some), _FEW)
    return [
        Found("behaviour: who came to 30", spread(await times_ms(partial(lists.at, activity_id, last), _FEW))),
        await explain(engine, select(facts).where(of_it, c.occurrence_id.in_(last), c.is_shown == 1)),
        Found("register: whom to read", spread(whom)),
        await explain(engine, everybody.limit(20_000)),
        Found(f"register: {len(some)} people of 365", spread(theirs)),
        await explain(engine, select(facts).where(of_it, c.user_id.in_(some), c.is_shown == 1)),
    ]


async def _of_points(engine: AsyncEngine, year: Period) -> list[Found]:
    """Cohorts, as if the activity that is held each day gave points."""
    activity_id, _ = await _daily(engine, year)
    async with engine.begin() as connection:
        await connection.execute(
            activities.update().where(activities.c.activity_id == activity_id).values(kind=points.POINTS)
        )
        [took] = await times_ms(partial(points.fill, connection, [activity_id]), 1)
        amount = await connection.scalar(text("SELECT COUNT(*) FROM points_days"))
    beginners = partial(PointsDays(engine).beginners, ORGANISATIONS[1], b"")
    asked = {"first": year.first, "last": year.last}
    return [
        Found("cohorts: filled in", f"{amount:,} days in {took / 1000:.1f} s"),
        Found("cohorts: a year", spread(await times_ms(partial(beginners, **asked)))),
        await explain(engine, BEGINNERS.bindparams(activity_ids=[activity_id], **asked)),
    ]


async def _daily(engine: AsyncEngine, year: Period) -> tuple[bytes, Sequence[Held]]:
    """The activity that has an occurrence each day, and these."""
    held = await Periods(engine).held(ORGANISATIONS[1], year, b"", now_us())
    by_activity: dict[bytes, list[Held]] = {}
    for each in held:
        by_activity.setdefault(each.activity_id, []).append(each)
    return max(by_activity.items(), key=lambda item: len(item[1]))
