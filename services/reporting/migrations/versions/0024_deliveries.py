"""Creates `deliveries`."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS deliveries (
          delivery_id BINARY(16) NOT NULL,
          webhook_id BINARY(16) NOT NULL,
          user_id BINARY(16) NOT NULL,
          export_id VARBINARY(16) NOT NULL,
          text VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL,
          state TINYINT UNSIGNED NOT NULL,
          attempts INT UNSIGNED NOT NULL,
          created_at BIGINT NOT NULL,
          due_at BIGINT NOT NULL,
          reason VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          PRIMARY KEY (delivery_id),
          KEY by_due (state, due_at),
          KEY by_webhook (webhook_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
