"""Column amended_at of activities: see services/activity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Adds the column; nothing published was amended before."""
    if not has_column("activities", "amended_at"):
        op.execute("ALTER TABLE activities ADD COLUMN amended_at DATETIME(6) NULL, ALGORITHM = INSTANT, LOCK = DEFAULT")
