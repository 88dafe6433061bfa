"""Creates `idempotency_keys`."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS idempotency_keys (
          user_id BINARY(16) NOT NULL,
          route VARCHAR(96) COLLATE utf8mb4_bin NOT NULL,
          idempotency_key VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
          body_hash BINARY(32) NOT NULL,
          answer VARBINARY(1024),
          created_at DATETIME(6) NOT NULL,
          PRIMARY KEY (user_id, route, idempotency_key),
          KEY idempotency_keys_created_at (created_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
