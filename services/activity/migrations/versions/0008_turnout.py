"""Column turnout of occurrences, for the calendar: see services/activity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds the column; nobody knows how many came to what was before."""
    if not has_column("occurrences", "turnout"):
        op.execute("ALTER TABLE occurrences ADD COLUMN turnout INT UNSIGNED NULL, ALGORITHM = INSTANT, LOCK = DEFAULT")
