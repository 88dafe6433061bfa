"""An exporter that takes up a job, writes half of its file into the storage, says so, and waits to be killed.

Run as `python -m tests.contract.reporting.exports.victim <database URL> <storage as JSON> <folder>`.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from servicekit.keyring import parse_secrets
from servicekit.mysql.database import create_engine
from services.reporting.exports.job import Job
from services.reporting.exports.lists import Told
from services.reporting.exports.making import Made
from services.reporting.exports.running import Runner
from services.reporting.exports.sealing import FileKeys
from services.reporting.exports.store import Jobs
from services.reporting.exports.vault import Vault
from tests.contract.reporting.exports.storing import Storage

SECRETS = parse_secrets(f"1:{'0123456789abcdef' * 4}")


class HalfWay(Vault):
    """Stops in the middle of a file."""

    async def put(self, path: str, pieces: Iterator[bytes]) -> None:
        """Says so, and never comes to the end."""

        def some() -> Iterator[bytes]:
            yield next(pieces)
            print("half way", flush=True)
            time.sleep(600)

        await super().put(path, some())


async def make(job: Job, folder: Path, told: Told) -> Made:
    """A file of 200 KB."""
    path = folder / "made"
    path.write_bytes(job.export_id * 12_500)
    return Made(path, "file.csv", 7)


async def main(url: str, storage: str, folder: str) -> None:
    """Runs until killed."""
    place = Storage(**json.loads(storage))
    await Runner(
        Jobs(create_engine(url)), HalfWay(place.store, lambda: place), FileKeys(SECRETS), make, Path(folder)
    ).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
