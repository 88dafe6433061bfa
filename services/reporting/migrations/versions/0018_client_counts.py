"""Creates `client_counts`."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS client_counts (
          activity_id BINARY(16) NOT NULL,
          local_day DATE NOT NULL,
          name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          amount BIGINT NOT NULL,
          PRIMARY KEY (activity_id, local_day, name)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
