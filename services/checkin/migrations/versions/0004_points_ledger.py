"""Table points_ledger: see services/checkin/tables.py."""

from alembic import op

revision = "0004_points_ledger"
down_revision = "0003_decisions"


def upgrade() -> None:
    """Creates the table."""
    op.execute(
        """
CREATE TABLE IF NOT EXISTS points_ledger (
  user_id BINARY(16) NOT NULL,
  activity_id BINARY(16) NOT NULL,
  local_day INT UNSIGNED NOT NULL,
  kind TINYINT NOT NULL,
  cause_id BINARY(16) NOT NULL,
  points INT NOT NULL,
  recorded_at DATETIME(6) NOT NULL,
  PRIMARY KEY (user_id, activity_id, local_day, kind, cause_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
"""
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS points_ledger")
