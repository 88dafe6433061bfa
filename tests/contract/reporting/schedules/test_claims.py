"""Schedules on a real database: each time once, whoever comes beside it or dies in the middle."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.clock import SECOND_US, now_us, to_datetime
from servicekit.mysql.idempotency import Intent
from services.reporting.domain import DAY_US, Activity
from services.reporting.exports.job import QUEUED_AT_MOST, SCHEDULED_AT_MOST, Wish
from services.reporting.exports.kinds import Format, Report, State
from services.reporting.exports.store import Jobs, put
from services.reporting.exports.wire import to_wish
from services.reporting.messaging.inbox import Inbox
from services.reporting.schedules.claims import Claims
from services.reporting.schedules.running import Scheduler
from services.reporting.schedules.schedule import SCHEDULES_AT_MOST, Plan, Rhythm, Schedule
from services.reporting.schedules.store import Schedules
from services.reporting.tables import activities, export_runs, export_schedules, exports, occurrences
from tests.contract.conftest import Eventually
from tests.contract.reporting.schedules.victim import Known, Organisers, known

OWNER, SHANGHAI = b"p" * 16, "Asia/Shanghai"


@pytest.fixture
async def organisation_id(engine: AsyncEngine) -> bytes:
    """Nothing is there but what the test makes."""
    async with engine.begin() as connection:
        for table in (exports, export_runs, export_schedules, occurrences, activities):
            await connection.execute(table.delete())
    return ids.new_id()


async def plan(engine: AsyncEngine, organisation_id: bytes, **said: Any) -> Schedule:
    """A schedule; a daily register unless said otherwise."""
    about = Wish(Report.REGISTER, Format.XLSX, organisation_id=organisation_id)
    made = Plan(**{"title": "每日", "wish": about, "rhythm": Rhythm.DAILY, "minute_of_day": 600, **said})
    return await Schedules(engine).create(Intent(OWNER, "route", "", b""), organisation_id, made)


async def overdue(engine: AsyncEngine, days: int = 1) -> None:
    """So long nobody served anything."""
    async with engine.begin() as connection:
        earlier = export_schedules.c.next_due_at - days * DAY_US
        await connection.execute(update(export_schedules).values(next_due_at=earlier))


async def made(engine: AsyncEngine) -> Sequence[Any]:
    """What was made, with the run it was made for."""
    query = select(export_runs, exports.c.wish).join(exports, exports.c.export_id == export_runs.c.export_id)
    async with engine.connect() as connection:
        return (await connection.execute(query)).all()


def scheduler(engine: AsyncEngine, there: Known, *lost: bytes) -> Scheduler:
    """One in this process."""
    return Scheduler(Claims(engine), Organisers(*lost), there, there)


async def test_of_many_exporters_one_serves_a_time(engine: AsyncEngine, organisation_id: bytes) -> None:
    """Though they look at the very same moment; and it is not due again before its next time."""
    await plan(engine, organisation_id)
    await overdue(engine)
    beside = [scheduler(engine, known(organisation_id)) for _ in range(6)]
    await asyncio.gather(*(each.look(now_us()) for each in beside))
    [run] = await made(engine)
    await beside[0].look(now_us())
    assert len(await made(engine)) == 1
    wish = to_wish(run.wish)
    assert wish.to_at - wish.from_at == DAY_US and wish.to_at == run.due_at


async def test_killed_again_and_again_each_is_made_once(
    engine: AsyncEngine, organisation_id: bytes, eventually: Eventually
) -> None:
    """Fifteen are due, and processes die while they serve them: none is lost and none is doubled."""
    for _ in range(15):
        await plan(engine, organisation_id)
    await overdue(engine)
    url = engine.url.render_as_string(hide_password=False)
    command = (sys.executable, "-m", "tests.contract.reporting.schedules.victim", url, organisation_id.hex())
    for least in (1, 8):
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: ASYNC220  it ends before this does
        assert process.stdout and await asyncio.to_thread(process.stdout.readline) == b"ready\n"

        async def served(so_many: int = least) -> bool:
            return len(await made(engine)) >= so_many

        await eventually(served)
        process.kill()
        process.communicate()
    await scheduler(engine, known(organisation_id)).look(now_us())
    runs = await made(engine)
    assert len(runs) == len({run.schedule_id for run in runs}) == 15
    async with engine.connect() as connection:
        assert len((await connection.execute(select(exports))).all()) == 15


async def test_ten_missed_days_are_one_file(engine: AsyncEngine, organisation_id: bytes) -> None:
    """About all ten of them, for nobody was told of any."""
    await plan(engine, organisation_id)
    await overdue(engine, days=10)
    await scheduler(engine, known(organisation_id)).look(now_us())
    [run] = await made(engine)
    wish = to_wish(run.wish)
    assert wish.to_at - wish.from_at == 10 * DAY_US


async def test_clocks_that_are_set_back_make_nothing_twice(engine: AsyncEngine, organisation_id: bytes) -> None:
    """The same time comes again, and is served already."""
    await plan(engine, organisation_id)
    for _ in range(2):
        await overdue(engine)
        await scheduler(engine, known(organisation_id)).look(now_us())
    assert len(await made(engine)) == 1
    assert await Claims(engine).late_s() == 0


async def test_a_full_queue_loses_nothing(engine: AsyncEngine, organisation_id: bytes) -> None:
    """What finds no place is as due as before, and is made when there is one; who asks themselves finds some."""
    for _ in range(SCHEDULED_AT_MOST):
        await plan(engine, organisation_id)
    await overdue(engine)
    await scheduler(engine, known(organisation_id)).look(now_us())
    assert len(await made(engine)) == SCHEDULED_AT_MOST
    about = Wish(Report.PEOPLE, Format.CSV, organisation_id=organisation_id)
    assert (await Jobs(engine).create(Intent(OWNER, "route", "", b""), organisation_id, about)).state is State.QUEUED
    await overdue(engine, days=2)
    await scheduler(engine, known(organisation_id)).look(now_us())
    assert len(await made(engine)) == SCHEDULED_AT_MOST
    assert await Claims(engine).late_s() > 0
    async with engine.begin() as connection:
        await connection.execute(update(exports).values(state=State.DONE))
    await scheduler(engine, known(organisation_id)).look(now_us())
    assert len(await made(engine)) == 2 * SCHEDULED_AT_MOST
    assert await Claims(engine).late_s() == 0


async def test_proofs_of_those_who_came_are_in_no_schedules_way(engine: AsyncEngine, organisation_id: bytes) -> None:
    """However many ask for their own: these are made after whatever staff wait for."""
    about = Wish(Report.PROOF, Format.PDF, activity_id=ids.new_id())
    async with engine.begin() as connection:
        for _ in range(2 * QUEUED_AT_MOST):
            await put(connection, organisation_id, ids.new_id(), about, own_proof_of=about.activity_id)
    await plan(engine, organisation_id)
    await overdue(engine)
    await scheduler(engine, known(organisation_id)).look(now_us())
    assert len(await made(engine)) == 1


async def test_whose_queue_is_full_is_in_nobodys_way(engine: AsyncEngine, organisation_id: bytes) -> None:
    """Three organisations that wait for all they may keep no fourth from being served, at a time or after a close."""
    about = Wish(Report.PEOPLE, Format.CSV, organisation_id=organisation_id)
    crowded = [ids.new_id() for _ in range(3)]
    for each in crowded:
        for _ in range(QUEUED_AT_MOST):
            await Jobs(engine).create(Intent(OWNER, "route", "", b""), each, about)
        for _ in range(SCHEDULES_AT_MOST - 1):
            await plan(engine, each)
    await overdue(engine, days=2)
    await plan(engine, organisation_id)
    await overdue(engine)
    all_hold = (Activity(ids.new_id(), each, "周会", SHANGHAI, 2, 1, 0, 0, 0) for each in (*crowded, organisation_id))
    await scheduler(engine, Known(*all_hold)).look(now_us())
    [run] = await made(engine)
    assert to_wish(run.wish).organisation_id == organisation_id
    assert await Claims(engine).late_s() > 0

    await plan(engine, organisation_id, wish=about, rhythm=Rhythm.AFTER_CLOSE)
    await plan(engine, crowded[0], wish=about, rhythm=Rhythm.AFTER_CLOSE)
    await since(engine, 3600)
    for number in range(51):
        await held(engine, crowded[0], 900 + number)
    _, occurrence_id = await held(engine, organisation_id, 600)
    assert [each.occurrence_id for each in await Claims(engine).closed(now_us())] == [occurrence_id]


async def test_who_lost_the_right_is_told(engine: AsyncEngine, organisation_id: bytes) -> None:
    """Once, and nothing is made until somebody owns it again."""
    schedule = await plan(engine, organisation_id)
    await overdue(engine)
    for _ in range(2):
        await scheduler(engine, known(organisation_id), OWNER).look(now_us())
    assert not await made(engine)
    stored = await Schedules(engine).get(organisation_id, schedule.schedule_id)
    assert (stored.plan.is_paused, stored.paused_reason, stored.next_due_at) == (True, "OWNER_LOST_RIGHT", 0)
    told = [each for each in await Inbox(engine).of_person(OWNER, None, 50) if each.organisation_id == organisation_id]
    assert [(each.title, each.reason) for each in told] == [("每日", "OWNER_LOST_RIGHT")]
    await Schedules(engine).replace(stored, b"q" * 16, schedule.plan)
    await overdue(engine)
    await scheduler(engine, known(organisation_id), OWNER).look(now_us())
    assert len(await made(engine)) == 1


async def test_what_is_over_is_made_no_more(engine: AsyncEngine, organisation_id: bytes) -> None:
    """Of an activity of which nothing can come any more; of one that is gone neither."""
    about = Wish(Report.PEOPLE, Format.CSV, activity_id=b"a" * 16)
    over = await plan(engine, organisation_id, wish=about)
    gone = await plan(engine, organisation_id, wish=Wish(Report.PEOPLE, Format.CSV, activity_id=b"b" * 16))
    await overdue(engine)
    await scheduler(engine, known(organisation_id, closes_at=now_us() - 9 * DAY_US)).look(now_us())
    reasons = [(await Schedules(engine).get(organisation_id, each.schedule_id)).paused_reason for each in (over, gone)]
    assert reasons == ["ACTIVITY_OVER", "ACTIVITY_GONE"] and not await made(engine)


async def test_what_was_cancelled_is_made_no_more(engine: AsyncEngine, organisation_id: bytes) -> None:
    """However long its window goes on."""
    cancelled = await plan(engine, organisation_id, wish=Wish(Report.PEOPLE, Format.CSV, activity_id=b"a" * 16))
    await overdue(engine)
    await scheduler(engine, known(organisation_id, state=4, closes_at=now_us() + 9 * DAY_US)).look(now_us())
    stored = await Schedules(engine).get(organisation_id, cancelled.schedule_id)
    assert stored.paused_reason == "ACTIVITY_OVER" and not await made(engine)


async def held(engine: AsyncEngine, organisation_id: bytes, ago_s: int, **said: Any) -> tuple[bytes, bytes]:
    """An activity that closed so long ago; its id, and that of its occurrence."""
    activity_id, occurrence_id = ids.new_id(), ids.new_id()
    closes_at = to_datetime(now_us() - ago_s * SECOND_US)
    row = {
        "activity_id": activity_id,
        "organisation_id": organisation_id,
        "title": "周会",
        "time_zone": SHANGHAI,
        "state": 2,
        "revision": 1,
        "closes_at": closes_at,
        **dict.fromkeys(("expected", "capacity", "offline_window_s", "questions", "facts_at", "is_rehearsal"), 0),
        **said,
    }
    window = {"occurrence_id": occurrence_id, "activity_id": activity_id, "revision": 1, "closes_at": closes_at}
    async with engine.begin() as connection:
        await connection.execute(insert(activities).values(row))
        await connection.execute(insert(occurrences).values(window | {"opens_at": to_datetime(0)}))
    return activity_id, occurrence_id


async def since(engine: AsyncEngine, ago_s: int) -> None:
    """Schedules are so old."""
    async with engine.begin() as connection:
        await connection.execute(update(export_schedules).values(since_at=now_us() - ago_s * SECOND_US))


async def test_each_close_is_served_once(engine: AsyncEngine, organisation_id: bytes) -> None:
    """Of what is settled, held, the organisation's, and closed since somebody wanted it; by whoever comes first."""
    about = Wish(Report.PEOPLE, Format.CSV, organisation_id=organisation_id)
    await plan(engine, organisation_id, wish=about, rhythm=Rhythm.AFTER_CLOSE)
    await since(engine, 3600)
    over = [await held(engine, organisation_id, 600), await held(engine, organisation_id, 900, state=3)]
    await held(engine, organisation_id, 7200)
    await held(engine, organisation_id, 600, offline_window_s=7200)
    await held(engine, organisation_id, 600, state=4)
    await held(engine, organisation_id, 600, is_rehearsal=1)
    await held(engine, organisation_id, -600)
    await held(engine, ids.new_id(), 600)
    beside = [scheduler(engine, known(organisation_id)) for _ in range(4)]
    await asyncio.gather(*(each.look(now_us()) for each in beside))
    await beside[0].look(now_us())
    runs = await made(engine)
    assert sorted(run.occurrence_id for run in runs) == sorted(occurrence_id for _, occurrence_id in over)
    assert {to_wish(run.wish).activity_id for run in runs} == {activity_id for activity_id, _ in over}
