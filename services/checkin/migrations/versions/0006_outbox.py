"""Table outbox: see servicekit/rabbitmq/outbox.py."""

from alembic import op

revision = "0006_outbox"
down_revision = "0005_inbox"


def upgrade() -> None:
    """Creates the table."""
    op.execute(
        """
CREATE TABLE IF NOT EXISTS outbox (
  outbox_id BINARY(16) NOT NULL,
  kind VARCHAR(32) NOT NULL,
  exchange VARCHAR(64) NOT NULL,
  routing_key VARCHAR(128) NOT NULL,
  type VARCHAR(128) NOT NULL,
  body LONGBLOB NOT NULL,
  headers TEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (outbox_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
"""
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS outbox")
