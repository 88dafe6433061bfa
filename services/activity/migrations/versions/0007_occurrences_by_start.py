"""Index by_start of occurrences, for the calendar: see services/activity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_index

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds the index beside reads and writes."""
    if not has_index("occurrences", "by_start"):
        op.execute("ALTER TABLE occurrences ADD INDEX by_start (starts_at), ALGORITHM = INPLACE, LOCK = NONE")
