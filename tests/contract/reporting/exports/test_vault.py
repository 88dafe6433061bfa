"""Buckets that misbehave: nothing half-written is taken for a file, and an export waits until they are well again."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.sealed import SealBrokenError
from services.reporting.exports import vault as vaults
from services.reporting.exports.kinds import State
from services.reporting.exports.running import path_of
from services.reporting.exports.store import Jobs
from services.reporting.exports.vault import FileMissingError, StorageGoneError
from services.reporting.tables import exports
from tests.contract.conftest import Eventually
from tests.contract.reporting.exports.conftest import Bucket
from tests.contract.reporting.exports.faulty import Fault, Faulty
from tests.contract.reporting.exports.storing import Storage
from tests.contract.reporting.exports.test_running import ask, claimed, content, runner
from tests.ports import reserved_port

FILE = b"0123456789" * 700_000
FAULTS: list[Fault] = ["forbidden", "busy", "stalled", "cut", "halved"]


@pytest.fixture
def faulty(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    """A bucket that is well until it is told otherwise, of which nobody waits for long."""
    monkeypatch.setattr(vaults, "_ANSWERED_WITHIN", timedelta(seconds=1))
    place = Faulty(bucket, reserved_port())
    yield place
    place.stop()


@pytest.fixture
async def jobs(engine: AsyncEngine) -> Jobs:
    """No jobs but those of the test."""
    async with engine.begin() as connection:
        await connection.execute(exports.delete())
    return Jobs(engine)


async def got(place: Storage) -> bytes:
    """The file, as it comes back."""
    return b"".join([piece async for piece in place.vault().get("folder/file")])


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_not_kept_whole_is_not_there(faulty: Faulty, fault: Fault) -> None:
    """Refused, too busy, silent, cut off, or half of it kept: never taken for a file; and well again, it is one."""
    faulty.fault = fault
    with pytest.raises(StorageGoneError):
        await faulty.vault().put("folder/file", iter([FILE]))
    faulty.fault = ""
    await faulty.vault().put("folder/file", iter([FILE]))
    assert await got(faulty) == FILE


@pytest.mark.parametrize("fault", ["forbidden", "busy", "stalled", "cut"])
async def test_half_a_file_is_never_handed_out_as_a_whole(faulty: Faulty, fault: Fault) -> None:
    """Whoever fetches it is told; a missing one is told apart."""
    await faulty.vault().put("folder/file", iter([FILE]))
    faulty.fault = fault
    with pytest.raises(StorageGoneError):
        await got(faulty)
    faulty.fault = ""
    await faulty.vault().erase("folder")
    with pytest.raises(FileMissingError):
        await got(faulty)


async def test_a_bucket_that_nobody_made_is_no_reason_to_give_up(bucket: Bucket) -> None:
    """It is waited for like one that is gone: somebody makes it, and the file has a place."""
    name = f"bucket-{reserved_port()}"
    place = Storage(f"s3://{name}/files", bucket.endpoint)
    with pytest.raises(StorageGoneError):
        await place.vault().put("folder/file", iter([FILE]))
    bucket.client().create_bucket(Bucket=name)
    await place.vault().put("folder/file", iter([FILE]))
    assert await got(place) == FILE


@pytest.mark.parametrize("fault", ["forbidden", "halved"])
async def test_an_export_waits_until_its_bucket_is_well(
    jobs: Jobs, faulty: Faulty, tmp_path: Path, eventually: Eventually, fault: Fault
) -> None:
    """It says for what, offers nothing meanwhile, and ends with one good file."""
    faulty.fault = fault
    job = await ask(jobs)
    working = asyncio.create_task(runner(jobs, faulty, tmp_path).work(await claimed(jobs)))

    async def says_so() -> bool:
        found = await jobs.get(job.export_id)
        return (found.state, found.reason) == (State.RUNNING, "STORAGE_UNAVAILABLE")

    await eventually(says_so)
    faulty.fault = ""
    await working
    made = await jobs.get(job.export_id)
    assert (made.state, made.reason, made.failures) == (State.DONE, "", 0)
    assert await content(made, faulty) == job.export_id * 12_500


async def test_a_file_that_somebody_cut_short_is_not_opened(jobs: Jobs, bucket: Bucket, tmp_path: Path) -> None:
    """Behind our back, in the bucket itself."""
    await ask(jobs)
    begun = await claimed(jobs)
    await runner(jobs, bucket, tmp_path).work(begun)
    made = await jobs.get(begun.export_id)
    kept = {"Bucket": "exports-of-ours", "Key": f"files/{path_of(made.export_id, made.lease)}"}
    whole = bucket.client().get_object(**kept)["Body"].read()
    bucket.client().put_object(**kept, Body=whole[:-1000])
    with pytest.raises(SealBrokenError):
        await content(made, bucket)
