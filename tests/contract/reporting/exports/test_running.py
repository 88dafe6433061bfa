"""Jobs on a real database and both storages: killed, waited for, cancelled, taken in turn, and erased."""

import asyncio
import glob
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit import ids
from servicekit.errors import UnavailableError
from servicekit.mysql.idempotency import Intent
from services.reporting.exports.errors import WishNotMadeError
from services.reporting.exports.job import BEGUN_AT_MOST, FAILURES_AT_MOST, Job, Wish
from services.reporting.exports.kinds import Format, Report, State
from services.reporting.exports.rulings import RulingsGoneError
from services.reporting.exports.running import Runner, path_of
from services.reporting.exports.sealing import FileKeys, unsealed
from services.reporting.exports.store import ExportsQueuedError, Jobs
from services.reporting.exports.vault import FileMissingError
from services.reporting.tables import exports
from tests.contract.conftest import Eventually
from tests.contract.reporting.exports.conftest import Bucket
from tests.contract.reporting.exports.storing import Storage
from tests.contract.reporting.exports.victim import SECRETS, make

WISH = Wish(Report.PEOPLE, Format.CSV, activity_id=bytes(16))


@pytest.fixture
async def jobs(engine: AsyncEngine) -> Jobs:
    """No jobs but those of the test."""
    async with engine.begin() as connection:
        await connection.execute(exports.delete())
    return Jobs(engine)


async def ask(jobs: Jobs, organisation_id: bytes = b"o" * 16) -> Job:
    """A job that waits."""
    return await jobs.create(Intent(bytes(16), "route", "", b""), organisation_id, WISH)


def runner(jobs: Jobs, storage: Storage, folder: Path, makes: Any = make, **options: Any) -> Runner:
    """One in this process, which looks after its lease often."""
    (folder / "work").mkdir(exist_ok=True)
    options = {"beat_s": 0.05, "again_s": 0.05, **options}
    return Runner(jobs, storage.vault(), FileKeys(SECRETS), makes, folder / "work", **options)


async def expire(engine: AsyncEngine) -> None:
    """Half a minute goes by in which nobody renews a lease."""
    async with engine.begin() as connection:
        await connection.execute(update(exports).values(lease_until=0))


async def content(job: Job, storage: Storage) -> bytes:
    """The file of a job as it is handed out."""
    key = FileKeys(SECRETS).open(job.sealed_key, job.export_id)
    pieces = unsealed(storage.vault().get(path_of(job.export_id, job.lease)), key)
    return b"".join([piece async for piece in pieces])


async def claimed(jobs: Jobs) -> Job:
    """The job that begins now."""
    job = await jobs.claim()
    assert job is not None
    return job


async def test_killed_five_times_it_is_one_good_file(
    engine: AsyncEngine, jobs: Jobs, storage: Storage, tmp_path: Path
) -> None:
    """Each time with half of the file in the storage, of which nothing is ever offered; then it is whole."""
    job = await ask(jobs)
    url = engine.url.render_as_string(hide_password=False)
    said = json.dumps({name: getattr(storage, name) for name in Storage.__dataclass_fields__})
    for _ in range(5):
        await asyncio.to_thread(killed_half_way, url, said, str(tmp_path / "victim"))
        assert (await jobs.get(job.export_id)).state is State.RUNNING
        await expire(engine)
    await runner(jobs, storage, tmp_path).work(await claimed(jobs))
    made = await jobs.get(job.export_id)
    assert (made.state, made.attempts, made.row_count, made.progress) == (State.DONE, 6, 7, 100)
    assert await content(made, storage) == job.export_id * 12_500
    assert await jobs.claim() is None


def killed_half_way(*arguments: str) -> None:
    """An exporter that is killed with half of a file in the storage."""
    command = (sys.executable, "-m", "tests.contract.reporting.exports.victim", *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"half way\n"
        process.kill()


async def test_who_is_always_killed_is_given_up(engine: AsyncEngine, jobs: Jobs) -> None:
    """It may be the export that kills them."""
    job = await ask(jobs)
    for _ in range(BEGUN_AT_MOST):
        await claimed(jobs)
        await expire(engine)
    assert await jobs.claim() is None
    ended = await jobs.get(job.export_id)
    assert (ended.state, ended.reason) == (State.FAILED, "EXPORT_CRASHED")


async def test_it_waits_for_a_storage_that_is_gone(
    jobs: Jobs, bucket: Bucket, tmp_path: Path, eventually: Eventually
) -> None:
    """The job says what it waits for, and ends well once that is back."""
    bucket.stop()
    job = await ask(jobs)
    working = asyncio.create_task(runner(jobs, bucket, tmp_path).work(await claimed(jobs)))

    async def says_so() -> bool:
        found = await jobs.get(job.export_id)
        return (found.state, found.reason) == (State.RUNNING, "STORAGE_UNAVAILABLE")

    await eventually(says_so)
    bucket.start()
    await working
    made = await jobs.get(job.export_id)
    assert (made.state, made.reason) == (State.DONE, "")
    assert await content(made, bucket) == job.export_id * 12_500


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB."""
    disk = tmp_path / "small"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nobody but root mounts a disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def test_a_full_storage_is_said_and_nothing_offered(jobs: Jobs, tmp_path: Path, small_disk: Path) -> None:
    """After its patience the attempt failed, and what was written is gone."""
    job = await ask(jobs)
    await runner(jobs, Storage(str(small_disk / "files")), tmp_path, patience_s=0.1).work(await claimed(jobs))
    waits = await jobs.get(job.export_id)
    assert (waits.state, waits.reason, waits.failures) == (State.QUEUED, "STORAGE_FULL", 1)
    assert not [*filter(os.path.isfile, glob.glob(f"{small_disk}/**", recursive=True))]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnavailableError("identity is gone"), "DEPENDENCY_UNAVAILABLE"),
        (RulingsGoneError(), "RULINGS_UNAVAILABLE"),
        (OSError(28, "No space left on device"), "DISK_FULL"),
        (ZeroDivisionError(), "INTERNAL"),
    ],
)
async def test_what_fails_again_and_again_has_failed(
    engine: AsyncEngine, jobs: Jobs, tmp_path: Path, error: Exception, reason: str
) -> None:
    """Five attempts, each later than the one before; then it says why."""

    async def fails(*_: Any) -> Any:
        raise error

    job = await ask(jobs)
    for attempt in range(1, FAILURES_AT_MOST + 1):
        await runner(jobs, Storage(str(tmp_path / "files")), tmp_path, fails).work(await claimed(jobs))
        assert await jobs.claim() is None
        found = await jobs.get(job.export_id)
        assert (found.state, found.reason, found.attempts) == (
            State.FAILED if attempt == FAILURES_AT_MOST else State.QUEUED,
            reason,
            attempt,
        )
        await expire(engine)


async def test_what_no_file_can_be_made_of_fails_at_once(jobs: Jobs, tmp_path: Path) -> None:
    """Nobody tries it again."""

    async def refuses(*_: Any) -> Any:
        raise WishNotMadeError("TOO_MANY_ROWS")

    job = await ask(jobs)
    await runner(jobs, Storage(str(tmp_path / "files")), tmp_path, refuses).work(await claimed(jobs))
    ended = await jobs.get(job.export_id)
    assert (ended.state, ended.reason) == (State.FAILED, "TOO_MANY_ROWS")


async def test_a_cancelled_one_stops_and_leaves_nothing(jobs: Jobs, storage: Storage, tmp_path: Path) -> None:
    """Whoever runs it learns so with the next beat; its folder is gone, and it has no file."""
    begun = asyncio.Event()

    async def lasts(*_: Any) -> Any:
        begun.set()
        await asyncio.Event().wait()

    job = await ask(jobs)
    working = asyncio.create_task(runner(jobs, storage, tmp_path, lasts).work(await claimed(jobs)))
    await begun.wait()
    await jobs.cancel(job.export_id)
    await working
    assert (await jobs.get(job.export_id)).state is State.CANCELLED
    assert not [*(tmp_path / "work").iterdir()]


async def test_who_is_too_late_takes_their_file_away(jobs: Jobs, storage: Storage, tmp_path: Path) -> None:
    """It was cancelled while the file was on its way into the storage, and no beat said so."""
    job = await ask(jobs)

    async def cancelled_meanwhile(begun: Job, folder: Path, told: Any) -> Any:
        await jobs.cancel(begun.export_id)
        return await make(begun, folder, told)

    begun = await claimed(jobs)
    await runner(jobs, storage, tmp_path, cancelled_meanwhile, beat_s=60).work(begun)
    assert (await jobs.get(job.export_id)).state is State.CANCELLED
    with pytest.raises(FileMissingError):
        async for _ in storage.vault().get(path_of(begun.export_id, begun.lease)):
            pass


async def test_organisations_take_turns(jobs: Jobs) -> None:
    """Two of one at a time, whoever asked first; the next goes to whose turn was longest ago."""
    many, few = b"m" * 16, b"f" * 16
    of_many = [await ask(jobs, many) for _ in range(4)]
    of_few = await ask(jobs, few)
    begun = [await claimed(jobs) for _ in range(3)]
    assert {each.export_id for each in begun} == {each.export_id for each in (*of_many[:2], of_few)}
    assert begun[-1].organisation_id == many
    assert await jobs.claim() is None
    await jobs.fail(begun[-1], "INTERNAL")
    assert (await claimed(jobs)).export_id == of_many[2].export_id


async def test_a_queue_is_bounded(jobs: Jobs) -> None:
    """Twenty wait; who asks for one more is told to come back, others are not."""
    for _ in range(20):
        await ask(jobs)
    with pytest.raises(ExportsQueuedError) as caught:
        await ask(jobs)
    assert caught.value.retry_after_s
    await ask(jobs, b"x" * 16)


async def test_however_many_ask_at_once_twenty_wait(engine: AsyncEngine, jobs: Jobs) -> None:
    """Not one more, though they all look at the same moment; and whoever is beside them is served."""

    async def asked(number: int) -> bool:
        try:
            await ask(jobs, b"x" * 16 if number == 100 else b"o" * 16)
        except ExportsQueuedError:
            return False
        return True

    served = await asyncio.gather(*map(asked, range(150)))
    assert sum(served) == 21 and served[100]
    async with engine.connect() as connection:
        assert len((await connection.execute(select(exports.c.export_id))).all()) == 21


async def test_a_file_is_erased_after_a_week(engine: AsyncEngine, jobs: Jobs, storage: Storage, tmp_path: Path) -> None:
    """Its key too, so that a copy of the storage opens nothing; what is not a week old stays."""
    of_test = runner(jobs, storage, tmp_path)
    old, young = [await ask(jobs) for _ in range(2)]
    for _ in range(2):
        await of_test.work(await claimed(jobs))
    async with engine.begin() as connection:
        await connection.execute(update(exports).where(exports.c.export_id == old.export_id).values(expires_at=1))
    lease = (await jobs.get(old.export_id)).lease
    await of_test.tidy()
    erased = await jobs.get(old.export_id)
    assert (erased.state, erased.sealed_key) == (State.EXPIRED, b"")
    with pytest.raises(FileMissingError):
        async for _ in storage.vault().get(path_of(old.export_id, lease)):
            pass
    assert await content(await jobs.get(young.export_id), storage)


async def test_the_same_request_twice_is_one_export(engine: AsyncEngine, jobs: Jobs) -> None:
    """Both get the same job."""
    intent = Intent(ids.new_id(), "route", "key", b"body")
    first, second = [await jobs.create(intent, b"o" * 16, WISH) for _ in range(2)]
    assert first == second
    async with engine.connect() as connection:
        assert len((await connection.execute(select(exports.c.export_id))).all()) == 1
