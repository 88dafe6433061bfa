"""What activities say of who is expected: see services/reporting/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the columns; what was told before expects nobody and asks nothing."""
    if not has_column("activities", "roster_id"):
        op.execute(
            "ALTER TABLE activities"
            " ADD COLUMN roster_id BINARY(16) NULL,"
            " ADD COLUMN offline_window_s INT UNSIGNED NOT NULL DEFAULT 7200,"
            " ADD COLUMN questions TINYINT UNSIGNED NOT NULL DEFAULT 0,"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
