"""Columns is_offline, judged_at and actor_id of attempts: see services/checkin/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0008_attempt_origin"
down_revision = "0007_open_attempts"


def upgrade() -> None:
    """Adds the columns, all at once or none."""
    if has_column("attempts", "is_offline"):
        return
    op.execute(
        """
ALTER TABLE attempts
  ADD COLUMN is_offline TINYINT NOT NULL DEFAULT 0,
  ADD COLUMN judged_at DATETIME(6) NULL,
  ADD COLUMN actor_id BINARY(16) NULL,
  ALGORITHM = INSTANT, LOCK = DEFAULT
"""
    )


def downgrade() -> None:
    """Drops the columns."""
    if has_column("attempts", "is_offline"):
        op.execute(
            "ALTER TABLE attempts DROP COLUMN is_offline, DROP COLUMN judged_at, DROP COLUMN actor_id,"
            " ALGORITHM = INPLACE, LOCK = NONE"
        )
