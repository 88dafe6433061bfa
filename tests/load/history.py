"""Five years of five organisations, made once by MariaDB in the order of the key of facts.

Each organisation has two activities a day; the second has also one with an occurrence each day of the last year, and
the last activity of the first has 100,000 people.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import msgspec
from pymysql.cursors import Cursor

from domainkit.presence import moment
from servicekit import ids
from servicekit.clock import from_datetime
from services.reporting.domain import DAY_US, Activity, SeatView, Status, Window
from services.reporting.store import Activities

_ORGANISATIONS, _DAYS, _A_DAY = 5, 5 * 365, 2
ORGANISATIONS = [bytes([number + 1]) * 8 + bytes(8) for number in range(_ORGANISATIONS)]
_BIG, _DAILY, _DAILY_PEOPLE = 100_000, 365, 300
_ROWS_AT_ONCE = 100_000
_TOLD_AT_ONCE = 500
ZONE = "Asia/Shanghai"

# What stands in a packed seat where each fact has its own.
_AT, _ID = 1_800_000_000_123_456, bytes(range(16))

_STATUS = "IF(s.seq % 50 = 7, 4, IF(s.seq % 100 = 3, 2, 1))"
_OPENS = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', o.opens_at)"
_TIME = f"({_OPENS} + s.seq * 7919 % 3600 * 1000000 + s.seq % 1000 * 997)"
_INSERT = """
INSERT INTO facts
SELECT STRAIGHT_JOIN o.activity_id, CONCAT(LEFT(a.organisation_id, 8), UNHEX(LPAD(HEX(s.seq), 16, '0'))),
  o.occurrence_id, 1, {came}, 0, '', {at} + 90000, IF({late}, s.seq % 900 + 1, 0), s.seq % 6 + 1, s.seq % 7 + 1,
  1, {status}, {at}, 'qr', ELT(s.seq % 4 + 1, '北门', '南门', '东门', '西门'), IF({late}, 'late', 'on_time'),
  0, IF({late}, ' LATE ', ''), 0, {at} + 400000, 0, 0, 0, 0, 0
FROM occurrences o JOIN activities a ON a.activity_id = o.activity_id JOIN seq_1_to_{people} s
WHERE o.activity_id IN %s
"""
_NAMES = """CASE k.seq
  WHEN 1 THEN ELT(f.status, 'checked_in', 'pending_review', 'provisional', 'refused')
  WHEN 2 THEN IF(f.status = 1, CONCAT('method:', f.method), NULL)
  WHEN 3 THEN IF(f.status = 1, CONCAT('gate:', f.gate), NULL)
  WHEN 4 THEN IF(f.status = 1 AND f.punctuality = 'late', 'late', NULL)
  WHEN 5 THEN IF(f.reasons = '', NULL, CONCAT('reason:', TRIM(f.reasons)))
  WHEN 6 THEN IF(f.status = 1, DATE_FORMAT(FROM_UNIXTIME(f.at DIV 1000000 + 28800), 'hour:%%H'), NULL)
  WHEN 7 THEN IF(f.status = 1, CONCAT('distance:', f.distance_bucket), NULL)
  WHEN 8 THEN IF(f.status = 1, CONCAT('slot_age:', f.slot_age_bucket), NULL)
  WHEN 9 THEN IF(f.status = 1, 'inside', NULL)
  WHEN 10 THEN '#seats' ELSE '#revisions' END"""
# Those who come to any that opens at one hour come alike: one of them is counted.
_COUNT = f"""
INSERT INTO occurrence_counts
SELECT o.occurrence_id, c.name, c.amount FROM occurrences o JOIN (
  SELECT {_NAMES} AS name, COUNT(*) AS amount
  FROM facts f JOIN seq_1_to_11 k WHERE f.activity_id = %s AND f.occurrence_id = %s GROUP BY 1 HAVING name IS NOT NULL
) c WHERE o.occurrence_id IN %s
"""
_COUNT_DAYS = """
INSERT INTO day_counts
SELECT a.organisation_id, o.local_day, c.name, SUM(c.amount)
FROM activities a JOIN occurrences o ON o.activity_id = a.activity_id
JOIN occurrence_counts c ON c.occurrence_id = o.occurrence_id GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Planned:
    """An activity, how many come to each of its occurrences, and what is told of it."""

    activity: Activity
    people: int


def plan(n: int, today: date) -> Iterator[Planned]:
    """So many facts, about, in order of time."""
    people = max((n - _BIG - _DAILY * _DAILY_PEOPLE) // (_ORGANISATIONS * _DAYS * _A_DAY), 1)
    for day in (today - timedelta(days=back) for back in range(_DAYS, 0, -1)):
        for organisation_id in ORGANISATIONS:
            for number in range(_A_DAY):
                yield Planned(an_activity(organisation_id, [day], 10 + 4 * number), people)
        if day == today - timedelta(days=_DAILY):
            days = [day + timedelta(days=ahead) for ahead in range(_DAILY)]
            yield Planned(an_activity(ORGANISATIONS[1], days, 8), _DAILY_PEOPLE)
    yield Planned(an_activity(ORGANISATIONS[0], [today - timedelta(days=1)], 19), _BIG)


def an_activity(organisation_id: bytes, days: Sequence[date], hour: int) -> Activity:
    """One with an occurrence of two hours on each of some days."""
    opens = [
        from_datetime(datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8)) for day in days
    ]
    activity_id = _id_of(opens[0])
    windows = tuple(
        Window(_id_of(opens_at), activity_id, 1, opens_at, opens_at + 7_200_000_000, day)
        for opens_at, day in zip(opens, days, strict=True)
    )
    return Activity(activity_id, organisation_id, "例会", ZONE, 2, 1, 0, 0, windows[-1].closes_at, windows)


def _id_of(at: int) -> bytes:
    """An id as it would have been made then."""
    return (at // 1000).to_bytes(6) + ids.new_id()[6:]


def came(status: str, at: str) -> str:
    """The seat of each, packed as `facts.store` packs it, as an expression of SQL."""
    late = SeatView(True, _AT, [], int(Status.CHECKED_IN), "qr", "北门", "late", ["LATE"], moment(_AT, _ID))
    on_time = late._replace(punctuality="on_time", reasons=[])
    refused = on_time._replace(is_held=False, status=int(Status.REFUSED), last="")
    came_late = f"WHEN s.seq % 10 = 0 THEN {_packed(late, at)}"
    return f"CASE WHEN {status} <> 1 THEN {_packed(refused, at)} {came_late} ELSE {_packed(on_time, at)} END"


def _packed(view: SeatView, at: str) -> str:
    packed = msgspec.msgpack.encode(view).hex()
    packed = packed.replace(f"{_AT:016x}", "@at@").replace(moment(_AT, _ID).encode().hex(), "@last@")
    own = {"at": f"UNHEX(LPAD(HEX({at}), 16, '0'))", "last": f"LPAD({at}, 16, '0'), MD5(s.seq)"}
    parts = [own.get(part, f"0x{part}") for part in packed.split("@")]
    return f"CONCAT({', '.join(parts)})"


class Loader:
    """Makes facts."""

    def __init__(self, cursor: Cursor, activities: Activities) -> None:
        self._cursor = cursor
        self._activities = activities
        self._began_at = time.monotonic()
        self._done = 0

    async def load(self, planned: Sequence[Planned]) -> None:
        """Makes the facts of activities, in batches of like ones."""
        self._cursor.execute(
            "SET time_zone = '+00:00', join_cache_level = 0, unique_checks = 0, foreign_key_checks = 0"
        )
        batch: list[Planned] = []
        for one in planned:
            is_full = self._size(batch) >= _ROWS_AT_ONCE or len(batch) >= _TOLD_AT_ONCE
            if batch and (is_full or batch[0].people != one.people):
                await self._load(batch)
                batch = []
            batch.append(one)
        await self._load(batch)
        self._cursor.execute(_COUNT_DAYS)
        self._cursor.execute("ANALYZE TABLE facts, occurrence_counts, day_counts, occurrences, activities")

    @staticmethod
    def _size(batch: Sequence[Planned]) -> int:
        return sum(one.people * len(one.activity.windows) for one in batch)

    async def _load(self, batch: Sequence[Planned]) -> None:
        await self._activities.save([one.activity for one in batch])
        activity_ids = sorted(one.activity.activity_id for one in batch)
        statement = _INSERT.format(
            came=came(_STATUS, _TIME), at=_TIME, status=_STATUS, late="s.seq % 10 = 0", people=batch[0].people
        )
        statement = statement.replace(" % ", " %% ")
        self._cursor.execute(statement, (activity_ids,))
        by_hour: defaultdict[int, list[Window]] = defaultdict(list)
        for one in batch:
            for window in one.activity.windows:
                by_hour[window.opens_at % DAY_US].append(window)
        for windows in by_hour.values():
            key = windows[0].activity_id, windows[0].occurrence_id
            self._cursor.execute(_COUNT.replace(" % ", " %% "), (*key, [window.occurrence_id for window in windows]))
        self._done += self._size(batch)
        pace = self._done / (time.monotonic() - self._began_at)
        print(f"{self._done:,} facts, {pace:,.0f} a second", flush=True)
