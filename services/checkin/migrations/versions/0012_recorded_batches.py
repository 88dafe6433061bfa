"""Table recorded_batches: see services/checkin/tables.py."""

from alembic import op

revision = "0012_recorded_batches"
down_revision = "0011_reviews"


def upgrade() -> None:
    """Creates the table."""
    op.execute(
        """
CREATE TABLE IF NOT EXISTS recorded_batches (
  message_id BINARY(16) NOT NULL,
  PRIMARY KEY (message_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
"""
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS recorded_batches")
