"""Whether history says what is recorded, fact by fact and in sum."""

import time

from tests.load.organiser import Activity
from tests.load.reconcile import database

_POLL_S = 0.2
_RECORDED = "SELECT COUNT(*), COALESCE(SUM(revision), 0) FROM checkin.seats WHERE occurrence_id = %s"
_FACTS = """
SELECT COALESCE(SUM((came <> '') + (went <> '')), 0), COALESCE(SUM(came_revision + went_revision), 0)
FROM reporting.facts WHERE activity_id = (SELECT activity_id FROM reporting.occurrences WHERE occurrence_id = %s)
"""
_COUNTED = """
SELECT COALESCE(SUM(IF(name = '#seats', amount, 0)), 0), COALESCE(SUM(IF(name = '#revisions', amount, 0)), 0)
FROM reporting.occurrence_counts WHERE occurrence_id = %s
"""
_CAME = """
SELECT (SELECT COUNT(*) FROM checkin.seats WHERE occurrence_id = %s AND holder IS NOT NULL),
  COALESCE((SELECT amount FROM reporting.occurrence_counts WHERE occurrence_id = %s AND name = 'checked_in'), 0)
"""


def until_whole(activity: Activity, within_s: float) -> tuple[float, str]:
    """When the history of an activity was first equal to a recount, infinity for never, and what differs; blocks."""
    deadline = time.monotonic() + within_s
    with database() as cursor:
        while True:
            told = []
            for query in (_RECORDED, _FACTS, _COUNTED):
                cursor.execute(query, (activity.occurrence_id,))
                told.append(tuple(map(int, cursor.fetchone() or (0, 0))))
            cursor.execute(_CAME, (activity.occurrence_id,) * 2)
            held, counted = map(int, cursor.fetchone() or (0, 0))
            if len(set(told)) == 1 and held == counted:
                return time.perf_counter(), ""
            if time.monotonic() > deadline:
                recorded, facts, counts = told
                came = f"{counted} of {held} checked in"
                return float("inf"), f"seats, revisions: recorded {recorded}, facts {facts}, counts {counts}; {came}"
            time.sleep(_POLL_S)
