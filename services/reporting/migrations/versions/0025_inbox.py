"""Creates `inbox`."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS inbox (
          message_id BINARY(16) NOT NULL,
          user_id BINARY(16) NOT NULL,
          organisation_id BINARY(16) NOT NULL,
          kind TINYINT UNSIGNED NOT NULL,
          export_id VARBINARY(16) NOT NULL,
          title VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
          reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          expected INT UNSIGNED NOT NULL,
          came INT UNSIGNED NOT NULL,
          on_leave INT UNSIGNED NOT NULL,
          created_at BIGINT NOT NULL,
          read_at BIGINT NOT NULL,
          PRIMARY KEY (message_id),
          KEY by_user (user_id, message_id),
          KEY by_read (user_id, read_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
