"""Column archived_at of organisations: see services/identity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0015_archived_at"
down_revision = "0014_member_group"


def upgrade() -> None:
    """Adds the column; all that are there go on."""
    if not has_column("organisations", "archived_at"):
        op.execute(
            "ALTER TABLE organisations ADD COLUMN archived_at DATETIME(6) NULL, ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
