"""Table inbox: see services/checkin/tables.py."""

from alembic import op

revision = "0005_inbox"
down_revision = "0004_points_ledger"


def upgrade() -> None:
    """Creates the table."""
    op.execute(
        """
CREATE TABLE IF NOT EXISTS inbox (
  message_id BINARY(16) NOT NULL,
  body LONGBLOB NOT NULL,
  publisher VARCHAR(32) NOT NULL,
  received_at DATETIME(6) NOT NULL,
  PRIMARY KEY (message_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
"""
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS inbox")
