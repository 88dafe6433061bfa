"""Creates `group_counts`."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS group_counts (
          occurrence_id BINARY(16) NOT NULL,
          group_name VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
          name VARCHAR(80) COLLATE utf8mb4_bin NOT NULL,
          amount BIGINT NOT NULL,
          PRIMARY KEY (occurrence_id, group_name, name)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
