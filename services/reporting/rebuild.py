"""Rebuilds live numbers by hand: `python -m services.reporting.rebuild <activity_id>|all`.

Runs in the projector's environment, beside projectors at work. Numbers that nobody asked to rebuild are rebuilt by the
projector when they differ from what is recorded; this is for those who do not want to wait, or to trust.
"""

import asyncio
import sys
import time

from servicekit import ids
from servicekit.errors import ServiceError
from servicekit.mysql import database
from servicekit.process import Process
from servicekit.redis import cache
from servicekit.rpc import client
from servicekit.settings import SharedSettings, load
from services.reporting.checkin_client import Records
from services.reporting.live.numbers import LiveWriter
from services.reporting.rebuilding import Rebuilder
from services.reporting.settings import ProjectorSettings
from services.reporting.store import Activities
from services.reporting.windows import Windows

_USAGE = "usage: python -m services.reporting.rebuild <activity_id>|all\n"
_SAY_EVERY_S = 1.0


class Progress:
    """Says how far an activity is, once a second."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._started_at = self._said_at = time.monotonic()

    def told(self, seats: int) -> None:
        """So many seats are read."""
        if time.monotonic() - self._said_at >= _SAY_EVERY_S:
            self._said_at = time.monotonic()
            say(f"{self._name}: {seats:,} seats read")

    def done(self, seats: int) -> None:
        """Its new numbers are shown."""
        say(f"{self._name}: rebuilt from {seats:,} seats in {time.monotonic() - self._started_at:.1f} s")


def say(text: str) -> None:
    """Tells whoever started the command, at once."""
    print(text, flush=True)  # noqa: T201  the output of a command


async def rebuild_each(rebuilder: Rebuilder, activity_ids: list[bytes]) -> int:
    """Rebuilds activities one after the other; returns how many could not be."""
    failed = 0
    for number, activity_id in enumerate(activity_ids, 1):
        progress = Progress(f"[{number}/{len(activity_ids)}] {ids.to_text(activity_id)}")
        try:
            progress.done(await rebuilder.rebuild(activity_id, progress.told))
        except ServiceError as error:
            failed += 1
            say(f"{ids.to_text(activity_id)}: not rebuilt: {error.detail}")
    say(f"rebuilt {len(activity_ids) - failed} of {len(activity_ids)} activities")
    return failed


async def run(shared: SharedSettings, settings: ProjectorSettings, activity_id: bytes | None) -> int:
    """Rebuilds one activity, or with None all whose numbers are kept; returns how many could not be.

    Raises:
        ServiceError: MySQL is gone.
    """
    # It serves nothing: only its certificate is needed.
    process = Process("projector", shared, settings.ops_address)
    engine = database.create_engine(settings.database_url, ca_file=settings.mysql_ca_file, pool_size=1)
    redis = cache.connect(settings.redis_url, ca_file=settings.redis_ca_file)
    channel = client.connect(process, shared.checkin_target, "checkin", retry=True)
    windows = Windows(Activities(engine))
    try:
        kept = [window.activity_id for window in await windows.kept()]
        rebuilder = Rebuilder(LiveWriter(redis, windows.closes_at), Records(channel), windows)
        return await rebuild_each(rebuilder, list(dict.fromkeys(kept)) if activity_id is None else [activity_id])
    finally:
        await channel.close()
        await redis.aclose()
        await engine.dispose()


def main() -> None:
    """Exits with 0 when everything was rebuilt, 1 when not, 2 when it was not told what to rebuild."""
    try:
        [which] = sys.argv[1:]
        activity_id = None if which == "all" else ids.from_text(which)
    except ValueError:
        sys.stderr.write(_USAGE)
        sys.exit(2)
    try:
        failed = asyncio.run(run(load(SharedSettings), load(ProjectorSettings), activity_id))
    except ServiceError as error:
        sys.exit(f"nothing rebuilt: {error.detail}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
