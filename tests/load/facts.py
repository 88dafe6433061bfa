"""`make facts`: 20 million facts made once in a schema of their own, and what it takes to ask and to write beside them.

`python -m tests.load.facts [--n=20000000]`. What is there already is kept, and measured as it is; `DROP DATABASE
facts_load` frees its 9 GB.
"""

import argparse
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median

from pymysql.cursors import Cursor
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.fleet import SECRETS, Place
from deploy.local.credentials import Vault
from deploy.local.servers import connect_admin
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.clock import now_us
from servicekit.mysql import database, migrate
from services.reporting.domain import Filter, Status, Window
from services.reporting.facts.erasing import Eraser
from services.reporting.facts.filling import Filler
from services.reporting.facts.lists import FactLists, Narrowed, new_list, page_of
from services.reporting.facts.store import Facts
from services.reporting.facts.writer import FactWriter
from services.reporting.project import to_change
from services.reporting.store import Activities
from tests.load import conditions, figures
from tests.load.command import command, up_to
from tests.load.fact_reports import reports
from tests.load.history import ORGANISATIONS, Loader, an_activity, plan
from tests.load.measured import TIMES, Found, explain, spread, took_ms

_SCHEMA = "facts_load"
_MAXIMUM = 50_000_000
# Before all others, for the measured ones alone to be erased again; kept for as long as it takes.
_LONG_AGO = date(1990, 1, 1)
_ROUNDS, _FRESH, _PAGE = 3, 20_000, 200
_PAGES, _PEOPLE = 3, 51
_LISTS = {
    "everybody": Narrowed(),
    "who waits for a human": Narrowed(Filter(status=Status.PENDING_REVIEW)),
    "late at one gate": Narrowed(Filter(gate="北门", punctuality="late")),
    "a gate that nobody took": Narrowed(Filter(gate="侧门")),
    "a reason": Narrowed(Filter(reason="LATE")),
}
_NAMES = "'checked_in', 'late', 'left_early', 'refused'"
# What is asked of an organisation's year.
_QUERIES = {
    "a year by day": f"""
SELECT local_day, name, amount FROM day_counts
WHERE organisation_id = %s AND local_day BETWEEN %s AND %s AND name IN ({_NAMES})""",
    "a year in sum, by every name": """
SELECT name, SUM(amount) FROM day_counts
WHERE organisation_id = %s AND local_day BETWEEN %s AND %s GROUP BY name""",
}
_SIZES = """
SELECT CONCAT(table_name, ' ', index_name), stat_value * @@innodb_page_size / 1e6 FROM mysql.innodb_index_stats
WHERE database_name = %s AND stat_name = 'size' AND table_name IN ('facts', 'occurrence_counts', 'day_counts')
ORDER BY 2 DESC"""


class Recorded:
    """What checkin would tell of an occurrence to which many came, in pages; see `checkin_client.Records`."""

    def __init__(self, window: Window) -> None:
        self.seats = [_seat(window, number) for number in range(_FRESH)]

    async def pages(self, occurrence_id: bytes) -> AsyncIterator[Sequence[pb.SeatState]]:
        """All of them."""
        for start in range(0, len(self.seats), _PAGE):
            yield self.seats[start : start + _PAGE]


class OneWindow:
    """An activity with one occurrence; see `filling.Windows`."""

    def __init__(self, window: Window) -> None:
        self._window = window

    async def of_activity(self, activity_id: bytes) -> list[Window]:
        """That one."""
        return [self._window]


def _seat(window: Window, number: int) -> pb.SeatState:
    at, attempt_id = window.opens_at + number * 1000, ids.new_id()
    seat = pb.SeatState(
        occurrence_id=window.occurrence_id,
        activity_id=window.activity_id,
        user_id=ids.new_id(),
        direction=pb.DIRECTION_IN,
        state=pb.SeatState.STATE_HELD,
        holder=attempt_id,
        effective_at=at,
        revision=1,
    )
    seat.attempts.add(
        attempt_id=attempt_id,
        outcome=pb.OUTCOME_ACCEPTED,
        effective_at=at,
        received_at=at,
        method=pb.METHOD_QR,
        gate="北门",
        punctuality=pb.PUNCTUALITY_ON_TIME,
        distance_bucket=number % 4 + 1,
        slot_age_bucket=number % 3 + 1,
    )
    return seat


def ask(cursor: Cursor) -> list[Found]:
    """How long the queries of an organisation's last year take, and how they are answered."""
    today = datetime.now(UTC).date()
    found = []
    for what, query in _QUERIES.items():
        values = (ORGANISATIONS[0], today - timedelta(days=365), today)
        took = sorted(_ms(partial(cursor.execute, query, values)) for _ in range(TIMES))
        found.append(Found(what, f"median {median(took):.1f} ms, slowest of {TIMES} {took[-1]:.1f} ms"))
        cursor.execute(f"EXPLAIN {query}", values)
        found += [Found("  EXPLAIN", " ".join(str(word) for word in row)) for row in cursor.fetchall()]
    return found


def _ms(does: Callable[[], object]) -> float:
    began_at = time.perf_counter()
    does()
    return 1000 * (time.perf_counter() - began_at)


async def list_people(engine: AsyncEngine, activity_id: bytes) -> list[Found]:
    """How long pages of the people of the largest activity take, the first and the ones after it."""
    lists, found = FactLists(engine), list[Found]()
    some = [step.person.user_id for step in await lists.page(activity_id, Narrowed(), new_list(0), 200)]
    for what, narrowed in {**_LISTS, "two hundred found by name": Narrowed(user_ids=some)}.items():
        took = []
        for _ in range(TIMES):
            at = new_list(0)
            for _ in range(_PAGES):
                began_at = time.perf_counter()
                page = await lists.page(activity_id, narrowed, at, _PEOPLE)
                took.append(1000 * (time.perf_counter() - began_at))
                at = page[-1].cursor(0, at.part) if page else at
        query = page_of(activity_id, narrowed, new_list(0), _PEOPLE)
        found += [Found(f"list: {what}", spread(took)), await explain(engine, query)]
    took = [await took_ms(partial(lists.standing, activity_id)) for _ in range(TIMES)]
    return [*found, Found("list: where everybody stands", spread(took))]


async def write(engine: AsyncEngine) -> list[Found]:
    """How fast the projector writes new facts, and how fast a rebuild fills in what is missing and what is not."""
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(_ROUNDS):
        activity = an_activity(ids.new_id(), [_LONG_AGO], 9)
        [window] = activity.windows
        await Activities(engine).save([activity])
        records, facts = Recorded(window), Facts(engine)
        filler = Filler(facts, records, OneWindow(window), now_us())
        writer = FactWriter(facts)
        writer.offer([to_change(seat) for seat in records.seats])
        steps: dict[str, Callable[[], Awaitable[object]]] = {
            "written by the projector": writer.write,
            "rebuilt, nothing amiss": partial(filler.fill, window.activity_id),
            "erased": partial(Eraser(engine).erase, window.closes_at + 1),
            "rebuilt, all missing": partial(filler.fill, window.activity_id),
        }
        for what, does in steps.items():
            found[what].append(await _pace(does))
        await Eraser(engine).erase(window.closes_at + 1)
    return [
        Found(what, f"best {max(pace for pace, _ in each):,.0f} seats/s, {min(cpu for _, cpu in each):.1f} us of CPU")
        for what, each in found.items()
    ]


async def _pace(does: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Seats a second, and microseconds of this process's CPU for each."""
    began_at, cpu = time.perf_counter(), time.process_time()
    await does()
    return _FRESH / (time.perf_counter() - began_at), 1e6 * (time.process_time() - cpu) / _FRESH


def sizes(cursor: Cursor) -> list[Found]:
    """What lies on the disk."""
    cursor.execute(_SIZES, (_SCHEMA,))
    return [Found(name, f"{size:,.0f} MB") for name, size in cursor.fetchall()]


def _make_schema(cursor: Cursor) -> None:
    cursor.execute(f"CREATE DATABASE IF NOT EXISTS {_SCHEMA} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    os.environ["REPORTING_MIGRATION_DATABASE_URL"] = _url("pymysql")
    migrate.upgrade("reporting")
    cursor.execute(f"USE {_SCHEMA}")


def _url(driver: str) -> str:
    password = Vault(SECRETS).password("mysql-admin")
    url = make_url(f"mysql+{driver}://{Place().mysql}/{_SCHEMA}?charset=utf8mb4")
    return url.set(username="admin", password=password).render_as_string(hide_password=False)


async def main(options: argparse.Namespace) -> int:
    """Makes what is not there yet, and measures."""
    print(*conditions.lines(), sep="\n")
    with closing(connect_admin(Vault(SECRETS))) as connection, connection.cursor() as cursor:
        _make_schema(cursor)
        engine = database.create_engine(_url("aiomysql"), pool_size=2)
        try:
            cursor.execute("SELECT COUNT(*) FROM (SELECT 1 FROM day_counts LIMIT 1) some")
            if not (cursor.fetchone() or (0,))[0]:
                await Loader(cursor, Activities(engine)).load(list(plan(options.n, datetime.now(UTC).date())))
            cursor.execute("SELECT activity_id FROM activities ORDER BY closes_at DESC LIMIT 1")
            [largest] = cursor.fetchone() or (b"",)
            found = [
                *ask(cursor),
                *await list_people(engine, largest),
                *await reports(engine),
                *await write(engine),
                *sizes(cursor),
            ]
        finally:
            await engine.dispose()
    print(*found, sep="\n")
    figures.keep(options.json, [asdict(each) for each in found])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load.facts", description=__doc__)
    parser.add_argument("--n", type=up_to(_MAXIMUM), default=20_000_000, help="facts")
    return parser


if __name__ == "__main__":
    command(main, _parser())
