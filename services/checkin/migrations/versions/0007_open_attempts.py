"""Table open_attempts: see services/checkin/tables.py."""

from alembic import op

revision = "0007_open_attempts"
down_revision = "0006_outbox"


def upgrade() -> None:
    """Creates the table."""
    op.execute(
        """
CREATE TABLE IF NOT EXISTS open_attempts (
  user_id BINARY(16) NOT NULL,
  attempt_id BINARY(16) NOT NULL,
  received_at DATETIME(6) NOT NULL,
  PRIMARY KEY (user_id, attempt_id),
  KEY by_age (received_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
"""
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS open_attempts")
