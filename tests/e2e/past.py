"""A term that is over, for reports to tell of: `python -m tests.e2e.past <organisation> <roster> [<activity>]`.

Twelve Mondays of 早读 and twelve Fridays of 班会, told to reporting alone: nobody can check in to what is over. Who is
on the roster came, or did not, by their place on it. Of an activity that is open now, whose settings advice is about,
forty people came who stood outside of its fence and were let in.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.fleet import Place
from domainkit.presence import moment
from protos.checkin.v1 import checkin_pb2
from servicekit import ids
from servicekit.clock import SECOND_US, from_datetime
from servicekit.mysql import database
from services.reporting.domain import IN, Activity, SeatView, Status, Window
from services.reporting.facts.store import Facts
from services.reporting.project import Change
from services.reporting.quality.client import ClientCounts, Event
from services.reporting.store import Activities
from tests.e2e.stack import connect, secret

WEEKS, ZONE, ROSTER_WEEKDAYS = 12, "Asia/Shanghai", {"周一早读": 0, "周五班会": 4}
_MINUTE_US = 60 * SECOND_US
_OUTSIDE = 40


@dataclass(frozen=True)
class Past:
    """Where it is told."""

    engine: AsyncEngine
    organisation_id: bytes
    roster_id: bytes

    async def tell(self, today: date) -> None:
        """Both series."""
        people = _entries(self.roster_id)
        monday = today - timedelta(days=today.weekday() + 7 * WEEKS)
        for title, weekday in ROSTER_WEEKDAYS.items():
            days = [monday + timedelta(days=7 * week + weekday) for week in range(WEEKS)]
            windows = await self._hold(title, days)
            for week, window in enumerate(windows):
                await Facts(self.engine).save(list(_came(window, people, week, title)))

    async def _hold(self, title: str, days: Sequence[date]) -> Sequence[Window]:
        activity_id = ids.new_id()
        windows = []
        for day in days:
            # Eight in the morning there.
            starts_at = from_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC))
            opens_at, closes_at = starts_at - 30 * _MINUTE_US, starts_at + 60 * _MINUTE_US
            windows.append(Window(ids.new_id(), activity_id, 1, opens_at, closes_at, day, starts_at))
        closes_at = windows[-1].closes_at
        activity = Activity(
            *(activity_id, self.organisation_id, title, ZONE, 3, 1, 0, 0, closes_at, tuple(windows), self.roster_id)
        )
        await Activities(self.engine).save([activity])
        return windows

    async def crowd(self, activity_id: bytes) -> None:
        """Many who were let in though they stood outside; and what their phones measured."""
        [window] = await Activities(self.engine).windows_of(activity_id)
        changes = []
        for number in range(2 * _OUTSIDE):
            is_outside = number < _OUTSIDE
            at = window.opens_at + number // 8 * _MINUTE_US
            reasons = ["FENCE_OUTSIDE"] if is_outside else []
            attempt = checkin_pb2.AttemptState(
                distance_bucket=4 if is_outside else 1, accuracy_bucket=2, slot_age_bucket=number % 5 + 1
            )
            changes.append(_change(window, ids.new_id(), at, "on_time", reasons=reasons, attempt=attempt))
        await Facts(self.engine).save(changes)
        events = [Event("tap_to_answer", activity_id, 300 + 20 * number) for number in range(40)]
        await ClientCounts(self.engine).count([*events, *[Event("scan_failed", activity_id, 0)] * 4], window.opens_at)


def _entries(roster_id: bytes) -> list[bytes]:
    """Everybody on the roster, in order."""
    statement = "SELECT entry_id FROM roster_entries WHERE roster_id = %s ORDER BY entry_id"
    with connect("admin", "activity") as connection, connection.cursor() as cursor:
        cursor.execute(statement, (roster_id,))
        return [row["entry_id"] for row in cursor.fetchall()]


def _came(window: Window, people: Sequence[bytes], week: int, title: str) -> Iterator[Change]:
    """Every tenth stays away from the ninth week on; others miss one now and then, and Fridays more often."""
    missed = 5 if title == "周五班会" else 9
    for number, who in enumerate(people):
        if (number % 10 == 7 and week >= 8) or (number + week) % missed == 3:
            continue
        minutes = (number * 7 + week) % 32 - 25
        punctuality = "late" if minutes > 0 else "on_time"
        yield _change(window, who, window.starts_at + minutes * _MINUTE_US, punctuality)


def _change(window: Window, who: bytes, at: int, punctuality: str, **said: Any) -> Change:
    attempt = said.get("attempt") or checkin_pb2.AttemptState()
    reasons = said.get("reasons") or (["LATE"] if punctuality == "late" else [])
    held = SeatView(True, at, [], int(Status.CHECKED_IN), "qr", "", punctuality, reasons, moment(at, bytes(16)))
    return Change(window.occurrence_id, who, IN, 1, held, b"", at, attempt)


async def tell(organisation_id: str, roster_id: str, activity_id: str = "") -> None:
    """Tells reporting of all of it."""
    url = make_url(f"mysql+aiomysql://{Place().mysql}/reporting?charset=utf8mb4")
    url = url.set(username="reporting", password=secret("mysql-reporting"))
    engine = database.create_engine(url.render_as_string(hide_password=False), pool_size=1)
    try:
        past = Past(engine, ids.from_text(organisation_id), ids.from_text(roster_id))
        await past.tell(datetime.now(UTC).date())
        if activity_id:
            await past.crowd(ids.from_text(activity_id))
    finally:
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(tell(*sys.argv[1:]))
