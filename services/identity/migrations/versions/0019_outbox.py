"""Creates `outbox`."""

from alembic import op

revision = "0019_outbox"
down_revision = "0018_erased_index"


def upgrade() -> None:
    """Expands the schema."""
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
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
