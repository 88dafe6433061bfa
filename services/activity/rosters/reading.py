"""Reads a file in a process of its own: whatever the file does to it, the service goes on."""

import asyncio
import signal

import msgspec

from servicekit import apart
from services.activity.rosters.entries import BadRow, Column, Entry, people
from services.activity.rosters.table import FileRefusedError, rows

TIME_LIMIT_S = 60.0
MEMORY_BYTES = 512 * 2**20
_MODULE = "services.activity.rosters.reading"
# How a process ends that asks for more memory than there is: by itself, in Rust, or by the kernel.
_OUT_OF_MEMORY = (-signal.SIGABRT, -signal.SIGKILL)


class Reading(msgspec.Struct, frozen=True):
    """What a file says: `refused` is the reason when nothing of it can be read."""

    columns: list[Column] = []
    entries: list[Entry] = []
    bad: list[BadRow] = []
    refused: str = ""


async def read(content: bytes, time_limit_s: float = TIME_LIMIT_S, module: str = _MODULE) -> Reading:
    """The people of a file, and the rows that were left out.

    Args:
        module: What reads it.

    Raises:
        FileRefusedError: Nothing of it can be read; FILE_TOO_LARGE where reading it takes more memory or time than a
            list may, FILE_UNREADABLE where the reader fails for another reason.
    """
    try:
        code, said = await apart.run(module, content, time_limit_s)
    except TimeoutError:
        raise FileRefusedError("FILE_TOO_LARGE") from None
    if code:
        raise FileRefusedError("FILE_TOO_LARGE" if code in _OUT_OF_MEMORY else "FILE_UNREADABLE")
    reading = await asyncio.to_thread(msgspec.json.decode, said, type=Reading)
    if reading.refused:
        raise FileRefusedError(reading.refused)
    return reading


def _parsed(content: bytes) -> Reading:
    try:
        columns, rest = people(rows(content))
        found = list(rest)
    except FileRefusedError as error:
        return Reading(refused=error.reason)
    except MemoryError:
        return Reading(refused="FILE_TOO_LARGE")
    entries = [one for one in found if isinstance(one, Entry)]
    return Reading(columns, entries, [one for one in found if isinstance(one, BadRow)])


if __name__ == "__main__":
    apart.serve(MEMORY_BYTES, lambda content: msgspec.json.encode(_parsed(content)))
