"""Rebuilds numbers and history by hand: `python -m services.reporting.rebuild <what>`.

    <activity_id>                  live numbers and history of one activity
    all                            live numbers of all whose numbers are kept
    organisation <organisation_id> history of an organisation
    since <YYYY-MM-DD>             history of whatever closed since a day

Runs in the projector's environment, beside projectors at work. What nobody asked to rebuild is rebuilt by the projector
when it differs from what is recorded; this is for those who do not want to wait, or to trust. Long work that was
interrupted goes on where it ended.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from servicekit import ids
from servicekit.clock import from_datetime, now_us
from servicekit.errors import ServiceError
from servicekit.mysql import database
from servicekit.process import Process
from servicekit.redis import cache
from servicekit.rpc import client
from servicekit.settings import SharedSettings, load
from services.reporting.checkin_client import Records
from services.reporting.domain import DAY_US, Window
from services.reporting.facts.filling import Filler
from services.reporting.facts.store import Facts
from services.reporting.facts.work import Mark, Work
from services.reporting.live.numbers import LiveWriter
from services.reporting.rebuilding import Rebuilder
from services.reporting.settings import ProjectorSettings
from services.reporting.store import Activities
from services.reporting.windows import Windows

WHAT = "<activity_id> | all | organisation <organisation_id> | since <YYYY-MM-DD>"
_EXAMPLE = "01890000-0000-7000-8000-000000000000"
_SAY_EVERY_S = 1.0
_AT_ONCE = 100


class Wanted(NamedTuple):
    """What to rebuild: an activity, or what an organisation did, or what closed since a moment; none: all numbers."""

    activity_id: bytes = b""
    organisation_id: bytes = b""
    since: int = -1


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


class History:
    """Says how far filling history is, once a second.

    Args:
        done: How many occurrences were filled before it was interrupted.
    """

    def __init__(self, done: int) -> None:
        self._done, self._failed, self._seats = done, 0, 0
        self._started_at = self._said_at = time.monotonic()
        if done:
            say(f"goes on after {done:,} occurrences")

    def told(self, seats: int) -> None:
        """So many seats of an occurrence are read."""
        if time.monotonic() - self._said_at >= _SAY_EVERY_S:
            self._said_at = time.monotonic()
            every = self._seats + seats
            pace = every / (self._said_at - self._started_at)
            say(f"{self._done:,} occurrences, {every:,} seats, {pace:,.0f} a second")

    def filled(self, seats: int) -> None:
        """An occurrence is done."""
        self._done += 1
        self._seats += seats

    def failed(self, window: Window, error: ServiceError) -> None:
        """An occurrence could not be filled."""
        self._done, self._failed = self._done + 1, self._failed + 1
        of_it = f"{ids.to_text(window.occurrence_id)} of activity {ids.to_text(window.activity_id)}"
        say(f"occurrence {of_it}: not filled: {error.detail}")

    def ended(self) -> int:
        """All is done; returns how many occurrences could not be filled."""
        taken_s = time.monotonic() - self._started_at
        could_not = f"{self._failed} could not be"
        say(f"filled {self._done:,} occurrences from {self._seats:,} seats in {taken_s:.1f} s, {could_not}")
        return self._failed


def say(text: str) -> None:
    """Tells whoever started the command, at once."""
    print(text, flush=True)  # noqa: T201  the output of a command


Rebuild = Callable[[bytes, Callable[[int], None]], Awaitable[int]]


async def rebuild_each(rebuild: Rebuild, activity_ids: Sequence[bytes]) -> int:
    """Rebuilds activities one after the other; returns how many could not be."""
    failed = 0
    for number, activity_id in enumerate(activity_ids, 1):
        progress = Progress(f"[{number}/{len(activity_ids)}] {ids.to_text(activity_id)}")
        try:
            progress.done(await rebuild(activity_id, progress.told))
        except ServiceError as error:
            failed += 1
            say(f"{ids.to_text(activity_id)}: not rebuilt: {error.detail}")
    say(f"rebuilt {len(activity_ids) - failed} of {len(activity_ids)} activities")
    return failed


async def fill_history(activities: Activities, filler: Filler, work: Work, wanted: Wanted, kept_us: int) -> int:
    """Fills the history of an organisation, or since a moment, going on where it was interrupted.

    Returns:
        How many occurrences could not be filled; what comes after one that could not is filled all the same.
    """
    name = f"organisation:{ids.to_text(wanted.organisation_id)}" if wanted.organisation_id else f"since:{wanted.since}"
    mark = await work.begin(name)
    progress = History(mark.done)
    since, until = max(wanted.since, now_us() - kept_us), now_us() + DAY_US
    while windows := await activities.windows_between(
        since, until, mark.occurrence_id, _AT_ONCE, wanted.organisation_id
    ):
        for window in windows:
            try:
                progress.filled(await filler.fill_occurrence(window.occurrence_id, progress.told))
            except ServiceError as error:
                progress.failed(window, error)
            mark = Mark(window.occurrence_id, mark.done + 1)
            await work.reached(name, mark)
    await work.end(name)
    return progress.ended()


async def run(shared: SharedSettings, settings: ProjectorSettings, wanted: Wanted) -> int:
    """Rebuilds; returns how many activities could not be.

    Raises:
        ServiceError: MySQL is gone.
    """
    # It serves nothing: only its certificate is needed.
    process = Process("projector", shared, settings.ops_address)
    engine = database.create_engine(settings.database_url, ca_file=settings.mysql_ca_file, pool_size=2)
    redis = cache.connect(settings.redis_url, ca_file=settings.redis_ca_file)
    channel = client.connect(process, shared.checkin_target, "checkin", retry=True)
    activities, records = Activities(engine), Records(channel)
    windows = Windows(activities)
    try:
        kept = list(dict.fromkeys(window.activity_id for window in await windows.kept()))
        filler, rebuilder = (
            Filler(Facts(engine), records, windows, settings.history_kept_us),
            Rebuilder(LiveWriter(redis, windows.closes_at), records, windows),
        )
        if wanted.organisation_id or wanted.since >= 0:
            return await fill_history(activities, filler, Work(engine), wanted, settings.history_kept_us)

        async def both(activity_id: bytes, told: Callable[[int], None]) -> int:
            seats = await filler.fill(activity_id, told)
            # Numbers of what is long over are no longer kept.
            return await rebuilder.rebuild(activity_id, told) if activity_id in kept else seats

        return await rebuild_each(both, [wanted.activity_id] if wanted.activity_id else kept)
    finally:
        await channel.close()
        await redis.aclose()
        await engine.dispose()


def parse(words: Sequence[str]) -> Wanted:
    """What to rebuild.

    Raises:
        ValueError: It cannot be read; the text says which word, and what to say instead.
    """
    match list(words):
        case ["all"]:
            return Wanted()
        case ["organisation", text]:
            return Wanted(organisation_id=_id("organisation_id", text))
        case ["since", text]:
            return Wanted(since=_day(text))
        case ["organisation"]:
            raise ValueError("organisation_id is missing: say organisation <organisation_id>")
        case ["since"]:
            raise ValueError("the day is missing: say since <YYYY-MM-DD>")
        case [text]:
            return Wanted(activity_id=_id("activity_id", text))
    raise ValueError(f"say one of {WHAT}")


def _id(field: str, text: str) -> bytes:
    try:
        return ids.from_text(text.lower())
    except ValueError:
        raise ValueError(f"{field}: {text!r} is no id; say one such as {_EXAMPLE}, or one of {WHAT}") from None


def _day(text: str) -> int:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"since: {text!r} is no day; say one such as 2026-09-01") from None
    if day > datetime.now(UTC):
        raise ValueError(f"since: {text} is yet to come; say a day that has begun")
    return from_datetime(day)


def main() -> None:
    """Exits with 0 when everything was rebuilt, 1 when not, 2 when it was not told what to rebuild."""
    try:
        wanted = parse(sys.argv[1:])
    except ValueError as error:
        sys.stderr.write(f"nothing rebuilt: {error}\n")
        sys.exit(2)
    try:
        failed = asyncio.run(run(load(SharedSettings), load(ProjectorSettings), wanted))
    except ServiceError as error:
        sys.exit(f"nothing rebuilt: {error.detail}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
