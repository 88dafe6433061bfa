"""Reads a file in a process of its own: whatever the file does to it, the service goes on."""

import asyncio
import os
import resource
import sys

import msgspec

from services.activity.rosters.entries import BadRow, Entry, people
from services.activity.rosters.table import FileRefusedError, rows

TIME_LIMIT_S = 60.0
MEMORY_BYTES = 512 * 2**20
_MODULE = "services.activity.rosters.reading"


class Reading(msgspec.Struct, frozen=True):
    """What a file says: `refused` is the reason when nothing of it can be read."""

    entries: list[Entry] = []
    bad: list[BadRow] = []
    refused: str = ""


async def read(content: bytes, time_limit_s: float = TIME_LIMIT_S) -> Reading:
    """The people of a file, and the rows that were left out.

    Raises:
        FileRefusedError: Nothing of it can be read, or reading it takes more memory or time than a list may.
    """
    # Nothing of the service's surroundings, where its secrets are, reaches the reader.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", _MODULE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
    )
    try:
        async with asyncio.timeout(time_limit_s):
            said, _ = await process.communicate(content)
    except TimeoutError:
        raise FileRefusedError("FILE_TOO_LARGE") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise FileRefusedError("FILE_TOO_LARGE")
    reading = msgspec.json.decode(said, type=Reading)
    if reading.refused:
        raise FileRefusedError(reading.refused)
    return reading


def _parsed(content: bytes) -> Reading:
    try:
        found = list(people(rows(content)))
    except FileRefusedError as error:
        return Reading(refused=error.reason)
    entries = [one for one in found if isinstance(one, Entry)]
    return Reading(entries, [one for one in found if isinstance(one, BadRow)])


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.stdout.buffer.write(msgspec.json.encode(_parsed(sys.stdin.buffer.read())))
