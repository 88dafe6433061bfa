"""Under which conditions figures are measured: which Python, and tables of what size. Without them no two compare."""

from collections.abc import Iterator

from deploy.local import interpreter
from deploy.local.up import VENV
from tests.load.reconcile import database

_SCHEMAS = ("checkin", "reporting", "antifraud", "activity", "identity")
_TABLES = ("checkin.attempts", "checkin.seats")
# Estimates of the engine: a count of the largest tables would itself disturb what is measured.
_SIZES = """
SELECT CONCAT(table_schema, '.', table_name), table_rows, data_length + index_length
FROM information_schema.tables WHERE table_schema IN %s
"""


def lines() -> Iterator[str]:
    """The conditions as they are printed before a run."""
    yield interpreter.told(VENV)
    with database() as cursor:
        cursor.execute(_SIZES, (_SCHEMAS,))
        sizes = {str(table): (int(rows), int(size)) for table, rows, size in cursor.fetchall()}
    largest = ", ".join(f"{name} about {sizes[name][0]:,} rows in {_mb(sizes[name][1])}" for name in _TABLES)
    yield f"{largest}; all tables {_mb(sum(size for _, size in sizes.values()))}"


def _mb(size: int) -> str:
    return f"{size / 1024**2:,.0f} MB"
