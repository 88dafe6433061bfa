"""Column changed_at of seats: see services/checkin/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0009_seat_changes"
down_revision = "0008_attempt_origin"


def upgrade() -> None:
    """Adds the column; a seat from before changed long ago."""
    if not has_column("seats", "changed_at"):
        op.execute(
            "ALTER TABLE seats ADD COLUMN changed_at DATETIME(6) NOT NULL DEFAULT '2000-01-01 00:00:00.000000',"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )


def downgrade() -> None:
    """Drops the column."""
    if has_column("seats", "changed_at"):
        op.execute("ALTER TABLE seats DROP COLUMN changed_at, ALGORITHM = INPLACE, LOCK = NONE")
