"""reporting's activities on a real database."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from servicekit import ids
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from servicekit.mysql.database import create_engine
from services.reporting.domain import Activity, Window
from services.reporting.store import Activities
from services.reporting.tables import metadata
from tests.contract.schemas import differences, migrated


@pytest.fixture(scope="module")
def reporting_url(database_url: str) -> Iterator[str]:
    """A schema of reporting's own, made by its migrations, twice."""
    with migrated(database_url, "reporting") as url:
        yield url


@pytest.fixture
async def activities(reporting_url: str) -> AsyncIterator[Activities]:
    """The store on that schema."""
    engine = create_engine(reporting_url)
    yield Activities(engine)
    await engine.dispose()


def an_activity(**changes: object) -> Activity:
    """A published activity that closes in an hour."""
    closes_at = now_us() + 3_600_000_000
    activity = Activity(ids.new_id(), ids.new_id(), "新生讲座", "Asia/Shanghai", 2, 3, 120, 100, closes_at)
    return replace(activity, **changes)  # type: ignore[arg-type]


async def test_what_is_saved_is_found(activities: Activities) -> None:
    """Every field comes back as it went, an open end too; an unknown id is None."""
    listed = {"roster_id": ids.new_id(), "offline_window_s": 0, "questions": 5}
    closing, open_ended = an_activity(**listed), an_activity(closes_at=None)
    await activities.save([closing, open_ended])
    assert await activities.get(closing.activity_id) == closing
    assert await activities.get(open_ended.activity_id) == open_ended
    assert await activities.get(ids.new_id()) is None


async def test_a_lower_revision_is_ignored(activities: Activities) -> None:
    """A higher one replaces every field; the same or a lower one, also in the same batch, changes nothing."""
    first = an_activity(revision=1)
    newest = replace(an_activity(revision=5), activity_id=first.activity_id)
    late = replace(first, revision=4, title="late")
    await activities.save([first])
    await activities.save([newest, late])
    await activities.save([replace(newest, title="same revision")])
    assert await activities.get(first.activity_id) == newest


def with_windows(revision: int, *windows: tuple[bytes, int], activity_id: bytes = b"") -> Activity:
    """An activity with occurrences that close at these times."""
    activity = an_activity(revision=revision)
    activity_id = activity_id or activity.activity_id
    found = (Window(each, activity_id, revision, closes_at - 1, closes_at) for each, closes_at in windows)
    return replace(activity, activity_id=activity_id, windows=tuple(found))


async def test_windows_are_those_yet_to_close(activities: Activities) -> None:
    """By time of closing, the last first; those of one activity all, in order of closing."""
    now, (past, soon, later) = now_us(), (ids.new_id(), ids.new_id(), ids.new_id())
    activity = with_windows(1, (later, now + 9_000_000), (past, now - 5), (soon, now + 5_000_000))
    await activities.save([activity])
    kept = [window.occurrence_id for window in await activities.windows(now)]
    assert [each for each in kept if each in (past, soon, later)] == [later, soon]
    assert await activities.windows_of(activity.activity_id) == [
        activity.windows[1],
        activity.windows[2],
        activity.windows[0],
    ]


async def test_a_window_is_that_of_the_highest_revision(activities: Activities) -> None:
    """A window that was moved stays moved when an older message comes late."""
    occurrence_id = ids.new_id()
    moved = with_windows(2, (occurrence_id, 2_000_000))
    await activities.save([moved])
    await activities.save([with_windows(1, (occurrence_id, 1_000_000), activity_id=moved.activity_id)])
    assert await activities.windows_of(moved.activity_id) == list(moved.windows)


async def test_mysql_gone() -> None:
    """It is UNAVAILABLE, not an error of ours."""
    activities = Activities(create_engine("mysql+aiomysql://nobody:no@127.0.0.1:1/reporting"))
    with pytest.raises(UnavailableError):
        await activities.get(ids.new_id())


def test_migrations_make_what_the_tables_say(reporting_url: str) -> None:
    """Alembic finds no difference between the migrated schema and `tables.py`."""
    assert differences(reporting_url, metadata) == []


async def test_what_was_held_is_no_rehearsal_and_was_not_cancelled(activities: Activities) -> None:
    """Of the organisation, published or closed, with an occurrence that opens in the span, its end left out."""
    organisation_id, noon = ids.new_id(), 1_768_435_200_000_000
    cases: dict[str, dict[str, object]] = {
        "open": {"state": 2},
        "closed": {"state": 3},
        "draft": {"state": 1},
        "cancelled": {"state": 4},
        "rehearsal": {"is_rehearsal": True},
        "elsewhere": {"organisation_id": ids.new_id()},
        "too late": {},
    }
    for title, changes in cases.items():
        activity = an_activity(**{"organisation_id": organisation_id, "title": title, **changes})
        opens_at = noon + 10 * (title == "too late")
        window = Window(ids.new_id(), activity.activity_id, 3, opens_at, opens_at + 1)
        await activities.save([replace(activity, windows=(window,))])
    held = await activities.held_between(organisation_id, noon, noon + 10)
    assert sorted(each.title for each in held) == ["closed", "open"]
