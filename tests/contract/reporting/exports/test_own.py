"""Jobs of people's own proofs on a real database: once, behind those of staff, bounded, and nobody else's business."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import now_us
from servicekit.errors import NotFoundError
from servicekit.ids import least_id_at
from servicekit.mysql.idempotency import Intent
from services.reporting.exports import own
from services.reporting.exports.job import KEPT_US, Job, Wish
from services.reporting.exports.kinds import Format, Report, State
from services.reporting.exports.own import FRESH_US, OwnJobs, ProofsQueuedError
from services.reporting.exports.store import Jobs
from services.reporting.tables import exports

SCHOOL, PERSON = b"o" * 16, b"u" * 16
LECTURE = Wish(
    Report.PROOF, Format.PDF, b"a" * 16, user_ids=(PERSON,), minimum_sessions=1, minimum_minutes=30, to_at=60_000_000
)


@pytest.fixture
async def jobs(engine: AsyncEngine) -> OwnJobs:
    """No jobs but those of the test."""
    async with engine.begin() as connection:
        await connection.execute(exports.delete())
    return OwnJobs(engine)


async def ask(jobs: OwnJobs, user_id: bytes = PERSON, wish: Wish = LECTURE) -> Job:
    """Somebody's proof."""
    return await jobs.ask(SCHOOL, user_id, replace(wish, user_ids=(user_id,)))


async def put(engine: AsyncEngine, job: Job, **values: object) -> None:
    """Says what became of a job."""
    async with engine.begin() as connection:
        await connection.execute(update(exports).where(exports.c.export_id == job.export_id).values(values))


async def test_taps_at_once_are_one_job(jobs: OwnJobs) -> None:
    """Whichever gateway they came through; another person's, and that of another activity, are others."""
    asked = await asyncio.gather(*(ask(jobs) for _ in range(8)))
    assert len({each.export_id for each in asked}) == 1
    others = [await ask(jobs, b"v" * 16), await ask(jobs, wish=replace(LECTURE, activity_id=b"b" * 16))]
    assert len({each.export_id for each in (*asked, *others)}) == 3
    assert await jobs.latest(PERSON, LECTURE.activity_id) == asked[0]
    assert await jobs.latest(b"w" * 16, LECTURE.activity_id) is None


async def test_a_file_is_as_good_as_a_new_one_while_it_says_the_same(engine: AsyncEngine, jobs: OwnJobs) -> None:
    """For an hour; what failed, was erased, or says less is made anew."""
    first = await ask(jobs)
    await put(engine, first, state=State.DONE)
    assert (await ask(jobs)).export_id == first.export_id
    second = await ask(jobs, wish=replace(LECTURE, minimum_minutes=45))
    assert second.export_id != first.export_id
    for values in (
        {"state": State.FAILED},
        {"state": State.EXPIRED},
        {"state": State.DONE, "created_at": now_us() - FRESH_US},
    ):
        before = await ask(jobs)
        await put(engine, before, **values)
        assert (await ask(jobs)).export_id != before.export_id


async def test_staff_wait_for_nobodys_proof(engine: AsyncEngine, jobs: OwnJobs) -> None:
    """Theirs comes first, though it was asked for last; of people's own one runs at a time."""
    for each in range(30):
        await ask(jobs, bytes([each]) * 16)
    of_staff = Jobs(engine)
    wish = Wish(Report.PEOPLE, Format.CSV, activity_id=b"a" * 16)
    mine = await of_staff.create(Intent(PERSON, "route", "", b""), SCHOOL, wish)
    first, second, third = [await of_staff.claim() for _ in range(3)]
    assert first is not None and first.export_id == mine.export_id
    assert second is not None and second.user_id == bytes(16)
    assert third is None
    await put(engine, mine, state=State.DONE)
    assert await of_staff.claim() is None
    assert await of_staff.finish(second, b"key", "proof.pdf", 1, 1)
    fourth = await of_staff.claim()
    assert fourth is not None and fourth.user_id == bytes([1]) * 16


async def test_so_many_wait_and_no_more(jobs: OwnJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits already is found all the same, and another organisation is not in the way."""
    monkeypatch.setattr(own, "OWN_QUEUED_AT_MOST", 2)
    people = [bytes([each]) * 16 for each in range(3)]
    waiting = [await ask(jobs, each) for each in people[:2]]
    with pytest.raises(ProofsQueuedError):
        await ask(jobs, people[2])
    assert (await ask(jobs, people[0])).export_id == waiting[0].export_id
    assert await jobs.ask(b"p" * 16, people[2], replace(LECTURE, activity_id=b"c" * 16))


async def test_it_is_no_export_of_staff(engine: AsyncEngine, jobs: OwnJobs) -> None:
    """On no list, and under its id neither: an organiser reads who came elsewhere."""
    job = await ask(jobs)
    of_staff = Jobs(engine)
    assert await of_staff.of_organisation(SCHOOL, None, 10) == await of_staff.of_person(PERSON, None, 10) == []
    with pytest.raises(NotFoundError):
        await of_staff.get(job.export_id)


async def test_it_is_forgotten_with_its_file(engine: AsyncEngine, jobs: OwnJobs) -> None:
    """A week later; one of staff is told of for longer."""
    job, old = await ask(jobs), least_id_at(now_us() - KEPT_US - 1)
    wish = Wish(Report.PEOPLE, Format.CSV, activity_id=b"a" * 16)
    mine = await Jobs(engine).create(Intent(PERSON, "route", "", b""), SCHOOL, wish)
    kept = old[:-1] + bytes([old[-1] ^ 1])
    await put(engine, mine, state=State.EXPIRED, export_id=kept)
    await put(engine, job, export_id=old)
    await Jobs(engine).forget_old()
    assert await jobs.latest(PERSON, LECTURE.activity_id) is not None
    await put(engine, replace(job, export_id=old), state=State.EXPIRED)
    await Jobs(engine).forget_old()
    assert await jobs.latest(PERSON, LECTURE.activity_id) is None
    assert (await Jobs(engine).get(kept)).state is State.EXPIRED
