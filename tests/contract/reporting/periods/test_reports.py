"""Reports on a real database: which occurrences count, by what they are put together, and who is not shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US, from_datetime, now_us
from servicekit.errors import InvalidArgumentError
from servicekit.redis import cache
from services.reporting.behaviour.behaviour import Behaviours
from services.reporting.behaviour.cohorts import CohortReader
from services.reporting.domain import Activity, Status, Window, local_day
from services.reporting.expected.tally import Answer, Member
from services.reporting.facts.lists import FactLists
from services.reporting.facts.points import POINTS, PointsDays
from services.reporting.facts.store import Facts
from services.reporting.periods import store as periods_store
from services.reporting.periods.calendar import By, Period
from services.reporting.periods.reading import Reading
from services.reporting.periods.store import Periods
from services.reporting.periods.tallying import Tallier
from services.reporting.project import Change
from services.reporting.quality.advice import Settings
from services.reporting.quality.client import ClientCounts, Event
from services.reporting.quality.dismissed import DismissedAdvice
from services.reporting.quality.quality import Qualities, Quality
from services.reporting.quality.weighing import Weighing
from services.reporting.store import Activities
from services.reporting.tables import occurrence_tallies
from services.reporting.trends.curves import Arrivals
from services.reporting.trends.trends import Asked, Trend, Trends
from tests.contract.reporting.recounting import OneRoster
from tests.fakes.expected import FakeParticipants
from tests.unit.reporting.facts.test_fact import a_change

HOUR_US = 3600 * SECOND_US
# A Monday, at nine in the morning in Shanghai.
MONDAY, NINE = date(2026, 9, 7), 1_788_742_800 * SECOND_US
SEPTEMBER = Period(date(2026, 9, 1), date(2026, 9, 30))
PEOPLE = [bytes([number]) * 16 for number in range(1, 13)]


class School:
    """An organisation with a roster, and its reports."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine, self.organisation_id, self.roster_id = engine, ids.new_id(), ids.new_id()
        self.rosters, self.participants = OneRoster(), FakeParticipants()
        self.rosters.take(PEOPLE[:10], "一班")
        self.periods = Periods(engine)
        self.dismissed, self.client = DismissedAdvice(engine), ClientCounts(engine)
        self.settings = Settings(radius_m=200, wifi=1, gates=1, opens_before_s=1800)

    async def held(self, days: Sequence[int], *, title: str = "早读", state: int = 3, **changes: object) -> Activity:
        """An activity with an occurrence on each of some days after the Monday."""
        activity_id = ids.new_id()
        windows = tuple(self._window(activity_id, day) for day in days)
        activity = Activity(
            *(
                activity_id,
                self.organisation_id,
                title,
                "Asia/Shanghai",
                state,
                1,
                0,
                0,
                windows[-1].closes_at,
                windows,
            ),
            roster_id=self.roster_id,
        )
        activity = replace(activity, **changes)  # type: ignore[arg-type]
        await Activities(self.engine).save([activity])
        return activity

    def _window(self, activity_id: bytes, day: int) -> Window:
        starts_at = NINE + day * 24 * HOUR_US
        opens_at, closes_at = starts_at - HOUR_US // 2, starts_at + HOUR_US
        return Window(
            *(ids.new_id(), activity_id, 1, opens_at, closes_at, MONDAY + timedelta(days=day)), starts_at=starts_at
        )

    async def come(self, window: Window, people: Sequence[bytes], **said: object) -> None:
        """Has people come, or try to, a minute after one another."""
        await Facts(self.engine).save([self._change(window, who, number, **said) for number, who in enumerate(people)])

    @staticmethod
    def _change(window: Window, who: bytes, number: int, **said: object) -> Change:
        change = a_change(**{"at": window.starts_at + number * 60 * SECOND_US, **said})  # type: ignore[arg-type]
        return change._replace(occurrence_id=window.occurrence_id, user_id=who)

    def reading(self, seats: int = 30_000) -> Reading:
        """What all reports read."""
        lists = FactLists(self.engine)
        return Reading(self.periods, Tallier(self.periods, lists, self.rosters, self.participants, seats))

    async def trend(self, by: By = By.DAY, **changes: object) -> Trend:
        """The trend of September."""
        asked = Asked(self.organisation_id, SEPTEMBER, by)._replace(**changes)  # type: ignore[arg-type]
        return await Trends(self.reading(), self.periods, Arrivals(self.engine)).of(asked)

    async def quality(self) -> Quality:
        """The quality of September."""

        async def settings(activity_ids: object) -> dict[bytes, Settings]:
            return dict.fromkeys(activity_ids, self.settings)  # type: ignore[call-overload]

        qualities = Qualities(self.reading(), self.client, Arrivals(self.engine), self.dismissed, settings)
        return await qualities.of(self.organisation_id, SEPTEMBER, b"")


@pytest.fixture
async def school(engine: AsyncEngine) -> School:
    """See `School`."""
    return School(engine)


def points(trend: Trend, *names: str) -> dict[str, tuple[int, ...]]:
    """What the points of a trend say."""
    return {point.key: tuple(point.counts[name] for name in names) for point in trend.points}


async def test_occurrences_are_put_together_by_day_week_weekday_hour_and_activity(school: School) -> None:
    """A series of three Mondays' week, and one meeting on the second Monday."""
    series, meeting = await school.held([0, 1, 7]), await school.held([7], title="班会")
    first, second, third = series.windows
    await school.come(first, PEOPLE[:8])
    await school.come(second, PEOPLE[:4], punctuality="late")
    await school.come(third, PEOPLE[:6])
    await school.come(meeting.windows[0], PEOPLE[:2])
    names = ("#expected", "#came", "late")
    days = {"2026-09-07": (10, 8, 0), "2026-09-08": (10, 4, 4), "2026-09-14": (20, 8, 0)}
    assert points(await school.trend(), *names) == days
    weeks = {"2026-09-07": (20, 12, 4), "2026-09-14": (20, 8, 0)}
    assert points(await school.trend(By.WEEK), *names) == weeks
    assert points(await school.trend(By.WEEKDAY), *names) == {"1": (30, 16, 0), "2": (10, 4, 4)}
    assert points(await school.trend(By.HOUR), *names) == {"09": (40, 20, 4)}
    by_activity = await school.trend(By.ACTIVITY)
    assert [(point.title, point.counts["#came"]) for point in by_activity.points] == [("班会", 2), ("早读", 18)]
    assert by_activity.whole["method:qr"] == 20
    alone = await school.trend(By.DAY, activity_id=meeting.activity_id)
    assert points(alone, *names) == {"2026-09-14": (10, 2, 0)}


async def test_curves_lie_over_one_another_from_their_starts(school: School) -> None:
    """Of the latest, in order; who was marked long after the close is on none."""
    series = await school.held([0, 7])
    for number, window in enumerate(series.windows):
        await school.come(window, PEOPLE[: 3 + number])
        await school.come(window, PEOPLE[9:10], at=window.closes_at + HOUR_US)
    early, late = (await school.trend()).curves
    assert (early.held.occurrence_id, late.held.occurrence_id) == tuple(each.occurrence_id for each in series.windows)
    assert (early.steps, late.steps) == ({0: 1, 1: 1, 2: 1}, {0: 1, 1: 1, 2: 1, 3: 1})


async def test_what_never_took_place_counts_nowhere(school: School) -> None:
    """Rehearsals, what was cancelled, drafts, what is yet to open, another organisation's, and other days."""
    for said in ({"is_rehearsal": True}, {"state": 1}, {"state": 4}, {"state": 5}):
        never = await school.held([0], kind=POINTS, **said)
        await school.come(never.windows[0], PEOPLE[:5])
    other = await school.held([0], organisation_id=ids.new_id())
    await school.come(other.windows[0], PEOPLE)
    await school.held([60])
    ahead = now_us() + 24 * HOUR_US
    coming = await school.held([0])
    window = coming.windows[0]._replace(opens_at=ahead, closes_at=ahead, revision=2)
    await Activities(school.engine).save([replace(coming, revision=2, windows=(window,))])
    trend = await school.trend()
    assert (trend.whole["#occurrences"], trend.points, trend.curves) == (0, [], [])
    quality = await school.quality()
    assert (quality.whole, quality.over_time, quality.by_activity) == (Counter(), [], [])
    behaviours = Behaviours(school.periods, FactLists(school.engine), school.rosters, school.participants)
    behaviour = await behaviours.of(school.organisation_id, SEPTEMBER, b"", school.roster_id, sees_small=True)
    assert (behaviour.occurrences, behaviour.absent, behaviour.rosters) == (0, [], [])
    cohorts = CohortReader(PointsDays(school.engine))
    assert (await cohorts.of(school.organisation_id, SEPTEMBER, b"", "", sees_small=True)).cohorts == []


async def test_where_clocks_are_moved_people_find_their_own_days(school: School) -> None:
    """New York: an hour that comes twice, one that there is not, and a week over the end of the year."""
    starts = ["2025-11-02T05:30", "2025-11-02T06:30", "2025-12-31T14:00", "2026-01-04T14:00"]
    starts += ["2026-03-08T06:30", "2026-03-08T07:30"]
    zone, activity_id, windows = "America/New_York", ids.new_id(), list[Window]()
    for each in starts:
        at = from_datetime(datetime.fromisoformat(each).replace(tzinfo=UTC))
        day = local_day(at, zone)
        windows.append(Window(ids.new_id(), activity_id, 1, at, at + HOUR_US // 2, day, at))
    await school.held([0], activity_id=activity_id, time_zone=zone, windows=tuple(windows))
    for window in windows:
        await school.come(window, PEOPLE[:2])
    winter = Period(date(2025, 11, 1), date(2026, 3, 31))
    wanted = {
        By.HOUR: {"01": 3, "03": 1, "09": 2},
        By.DAY: {"2025-11-02": 2, "2025-12-31": 1, "2026-01-04": 1, "2026-03-08": 2},
        By.WEEK: {"2025-10-27": 2, "2025-12-29": 2, "2026-03-02": 2},
        By.WEEKDAY: {"3": 1, "7": 5},
    }
    for by, occurrences in wanted.items():
        found = points(await school.trend(by, period=winter), "#occurrences", "#expected", "#came")
        assert found == {key: (count, 10 * count, 2 * count) for key, count in occurrences.items()}


async def test_what_an_earlier_release_counted_is_counted_anew(school: School) -> None:
    """It said how many came twice, and not as what; or counted again what this one had, and left that as it was."""
    [window] = (await school.held([0])).windows
    school.rosters.take(PEOPLE[:2], "一班")
    school.rosters.bind(PEOPLE[0], PEOPLE[10])
    await school.come(window, [PEOPLE[0], PEOPLE[10]], punctuality="late")
    once = {"checked_in": 1, "late": 1, "method:qr": 1, "#came": 1}
    table, [kept] = occurrence_tallies, [occurrence_tallies.c.occurrence_id == window.occurrence_id]
    for left in ({"counted_twice": None}, {"tallied_at": now_us() + 1}):
        whole = (await school.trend()).whole
        assert {name: whole[name] for name in once} == once
        async with school.engine.begin() as connection:
            await connection.execute(update(table).where(kept).values(left))
    whole = (await school.trend()).whole
    assert {name: whole[name] for name in once} == once


async def test_a_roster_imported_anew_a_late_sync_and_an_annul_are_counted_anew(school: School) -> None:
    """Nothing tells of them but the revisions."""
    [window] = (await school.held([0])).windows
    await school.come(window, PEOPLE[:8])
    names = ("#expected", "#came")
    assert points(await school.trend(), *names) == {"2026-09-07": (10, 8)}
    school.rosters.take(PEOPLE[2:8], "二班")
    assert points(await school.trend(), *names) == {"2026-09-07": (6, 6)}
    assert points(await school.trend(By.GROUP), *names) == {"二班": (6, 6)}
    await school.come(window, PEOPLE[2:3], revision=2, status=Status.REFUSED)
    await school.come(window, PEOPLE[8:9])
    trend = await school.trend(By.GROUP)
    assert points(trend, *names, "refused") == {"二班": (6, 5, 1)}
    assert trend.whole["checked_in"] == 8


async def test_much_to_count_is_counted_bit_by_bit(school: School) -> None:
    """The latest first; whoever asks again is told more."""
    series = await school.held([0, 1, 2])
    for window in series.windows:
        await school.come(window, PEOPLE[:5])
    found, counted = [], []
    for _ in range(3):
        answer = await school.reading(seats=1).read(
            school.organisation_id, SEPTEMBER, b"", ["checked_in"], tallied=True
        )
        found.append(answer.counting)
        counted.append([answer.counts[window.occurrence_id]["#counted"] for window in series.windows])
    assert found == [2, 1, 0]
    assert counted == [[0, 0, 1], [0, 1, 1], [1, 1, 1]]


async def test_small_groups_are_shown_to_the_owner_alone(school: School) -> None:
    """Fewer than five; neither in the list nor by name."""
    [window] = (await school.held([0])).windows
    await school.come(window, PEOPLE[:9])
    school.rosters.members = [
        Member(each, b"", "一班" if number < 6 else "补习") for number, each in enumerate(PEOPLE[:10])
    ]
    for_all, for_owner = await school.trend(By.GROUP), await school.trend(By.GROUP, sees_small=True)
    assert (points(for_all, "#came"), for_all.hidden) == ({"一班": (6,)}, 1)
    assert (points(for_owner, "#came"), for_owner.hidden) == ({"一班": (6,), "补习": (3,)}, 0)
    one, hidden = await school.trend(group="一班"), await school.trend(group="补习")
    assert (points(one, "#expected", "#came"), one.curves) == ({"2026-09-07": (6, 6)}, [])
    assert (hidden.points, hidden.hidden, hidden.whole["#came"]) == ([], 1, 0)


async def test_without_a_roster_it_is_counted_against_a_number_or_nothing(school: School) -> None:
    """Whoever came was expected; who asked for leave is taken off the rest."""
    [open_to_all] = (await school.held([0], roster_id=None)).windows
    [numbered] = (await school.held([1], roster_id=None, expected=20)).windows
    school.participants.said[PEOPLE[11]] = Answer.LEAVE
    for window in (open_to_all, numbered):
        await school.come(window, PEOPLE[:4])
    told = points(await school.trend(), "#counted", "#expected", "#came", "#leave", "checked_in")
    assert told == {"2026-09-07": (0, 0, 0, 0, 4), "2026-09-08": (1, 20, 4, 1, 4)}


async def test_while_nobody_can_read_the_roster_nothing_is_told_of_it(school: School) -> None:
    """People are counted still; once it can be read, all is told."""
    [window] = (await school.held([0])).windows
    await school.come(window, PEOPLE[:4])
    school.participants.is_gone = True
    trend = await school.trend()
    assert (points(trend, "#counted", "checked_in"), trend.counting) == ({"2026-09-07": (0, 4)}, 1)
    school.participants.is_gone = False
    assert points(await school.trend(), "#counted", "#came") == {"2026-09-07": (1, 4)}


async def test_too_many_occurrences_are_refused(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the cure."""
    monkeypatch.setattr(periods_store, "MAXIMUM_OCCURRENCES", 2)
    await school.held([0, 1, 2])
    with pytest.raises(InvalidArgumentError, match="shorter"):
        await school.trend()


async def test_advice_is_there_while_its_numbers_are_until_it_is_hidden(school: School) -> None:
    """Phones were slow to tell where they are: twenty of them; a stranger's activity is nobody's to hide."""
    crowd = [ids.new_id() for _ in range(24)]
    activity = await school.held([0])
    [window] = activity.windows
    await school.come(window, crowd)
    assert (await school.quality()).advice == []
    scans = [Event("scan_failed", activity.activity_id, 0), Event("tap_to_answer", activity.activity_id, 700)]
    measured_at = window.starts_at
    await school.client.count([*scans * 10, Event("locate", ids.new_id(), 5)], measured_at)
    await school.client.count([*scans, Event("later", activity.activity_id, 5)], measured_at)
    found = await school.quality()
    [advised] = found.advice
    assert (advised.advice.code, advised.is_dismissed) == ("QR_CLEARER", False)
    assert advised.advice.numbers == {"scans": 11, "share": 0.5}
    assert (found.whole["scans_failed"], found.whole["answer:3"], found.whole["answer_ms"]) == (11, 11, 7700)
    assert [point.key for point in found.over_time] == ["2026-09-07"]
    hidden = (activity.activity_id, "QR_CLEARER")
    assert not await school.dismissed.hide(ids.new_id(), *hidden, PEOPLE[0], 1)
    for _ in range(2):
        assert await school.dismissed.hide(school.organisation_id, *hidden, PEOPLE[0], 1)
    assert [each.is_dismissed for each in (await school.quality()).advice] == [True]
    await school.dismissed.show(school.organisation_id, *hidden)
    assert [each.is_dismissed for each in (await school.quality()).advice] == [False]
    await school.client.count([scans[1]] * 80, measured_at)
    assert (await school.quality()).advice == []


@pytest.fixture
async def weighing(school: School, redis: cache.Redis) -> Weighing:
    """What takes what phones measured of the school's activities."""
    return Weighing(redis, school.client)


async def test_nobody_weighs_more_than_anybody(school: School, weighing: Weighing) -> None:
    """A stranger says a thousand times that scanning fails, and honest people once each that it does not."""
    activity = await school.held([0])
    [window] = activity.windows
    now, crowd, stranger = window.starts_at, [ids.new_id() for _ in range(24)], ids.new_id()
    await school.come(window, crowd)
    tap, failed = (Event(name, activity.activity_id, 700) for name in ("tap_to_answer", "scan_failed"))
    cancelled = failed._replace(name="scan_cancelled")
    for honest in crowd:
        await weighing.count(honest, [tap], now)
    for _ in range(20):
        await weighing.count(stranger, [failed, cancelled] * 25, now)
        await weighing.count(stranger, [tap._replace(took_ms=600_000)] * 50, now)
    found = await school.quality()
    assert (found.whole["scans_failed"], found.whole["scans_cancelled"], found.whole["answer:11"]) == (1, 0, 1)
    assert (found.whole["answer:3"], found.advice) == (24, [])
    assert (found.whole["checked_in"], found.whole["refused"]) == (24, 0)


async def test_who_never_got_in_is_the_evidence(school: School, weighing: Weighing) -> None:
    """They hold no seat and have no attempt, for their scans failed: a fifth of all."""
    activity = await school.held([0])
    [window] = activity.windows
    await school.come(window, [ids.new_id() for _ in range(24)])
    for number in range(25):
        name = "scan_failed" if number % 5 == 0 else "tap_to_answer"
        await weighing.count(ids.new_id(), [Event(name, activity.activity_id, 700)] * 3, window.starts_at)
    [advised] = (await school.quality()).advice
    assert (advised.advice.code, advised.advice.numbers) == ("QR_CLEARER", {"scans": 5, "share": 0.2})


async def test_what_is_told_long_before_or_after_is_nobodys(school: School, weighing: Weighing) -> None:
    """Whoever knows an activity moves nothing of it in another week; nor of one that nobody knows."""
    activity = await school.held([0, 7])
    first, last = activity.windows
    for at in (first.opens_at - 25 * HOUR_US, first.closes_at + 25 * HOUR_US, last.closes_at + 25 * HOUR_US):
        events = [Event("scan_failed", each, 0) for each in (activity.activity_id, ids.new_id())]
        await weighing.count(ids.new_id(), events, at)
    assert (await school.quality()).whole["scans_failed"] == 0
    await weighing.count(ids.new_id(), [Event("scan_failed", activity.activity_id, 0)], first.opens_at - HOUR_US)
    assert (await school.quality()).whole["scans_failed"] == 1


async def test_what_somebody_told_is_kept_for_a_day_and_bounded(weighing: Weighing, redis: cache.Redis) -> None:
    """However many activities they say they were at."""
    stranger = ids.new_id()
    for _ in range(6):
        await weighing.count(stranger, [Event("locate", ids.new_id(), 0) for _ in range(50)], 0)
    key = f"measured:{stranger.hex()}"
    assert await redis.scard(key) == 200
    assert 86_000 < await redis.ttl(key) <= 86_400


async def test_how_it_went_is_counted_of_everybody_who_tried(school: School) -> None:
    """Offline, outside and let in, tried again, not exact."""
    [window] = (await school.held([0])).windows
    await school.come(window, PEOPLE[:2])
    outside = school._change(window, PEOPLE[3], 0)
    attempt = outside.attempt
    attempt.is_offline, attempt.accuracy_bucket, attempt.distance_bucket = True, 5, 4
    view = outside.view._replace(reasons=["FENCE_OUTSIDE"])
    waiting = view._replace(is_held=False, status=int(Status.PENDING_REVIEW))
    await Facts(school.engine).save(
        [
            outside._replace(view=view, refused_tries=2),
            outside._replace(view=waiting, user_id=PEOPLE[4]),
        ]
    )
    counts = (await school.quality()).whole
    wanted = {"checked_in": 3, "pending_review": 1, "offline": 2, "anomalous": 2, "tried_again": 1}
    assert {name: counts[name] for name in wanted} == wanted
    assert (counts["outside:4"], counts["accuracy:5"], counts["reason:FENCE_OUTSIDE"]) == (1, 1, 2)
