"""Column entry_tail of roster_entries, by which printed codes are found: see services/activity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Adds the column, which takes no room in rows; every entry that is there has it at once."""
    if not has_column("roster_entries", "entry_tail"):
        op.execute(
            "ALTER TABLE roster_entries ADD COLUMN entry_tail BINARY(5) GENERATED ALWAYS AS (RIGHT(entry_id, 5))"
            " VIRTUAL, ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
