"""Index by_tail of roster_entries, by which printed codes are found: see services/activity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_index

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Adds the index beside reads and writes."""
    if not has_index("roster_entries", "by_tail"):
        op.execute(
            "ALTER TABLE roster_entries ADD INDEX by_tail (roster_id, entry_tail), ALGORITHM = INPLACE, LOCK = NONE"
        )
