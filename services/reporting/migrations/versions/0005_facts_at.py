"""When the last fact of an activity was written: see services/reporting/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the column; none is written yet."""
    if not has_column("activities", "facts_at"):
        op.execute(
            "ALTER TABLE activities ADD COLUMN facts_at BIGINT NOT NULL DEFAULT 0, ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
