"""Creates `webhooks`."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS webhooks (
          webhook_id BINARY(16) NOT NULL,
          organisation_id BINARY(16) NOT NULL,
          kind TINYINT UNSIGNED NOT NULL,
          label VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
          sealed_key VARBINARY(1024) NOT NULL,
          key_tail VARCHAR(4) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          is_signed TINYINT NOT NULL,
          created_by BINARY(16) NOT NULL,
          created_at BIGINT NOT NULL,
          next_at BIGINT NOT NULL,
          last_at BIGINT NOT NULL,
          last_result VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          PRIMARY KEY (webhook_id),
          KEY by_organisation (organisation_id, webhook_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
