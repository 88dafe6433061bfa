"""Creates `points_days`."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS points_days (
          activity_id BINARY(16) NOT NULL,
          user_id BINARY(16) NOT NULL,
          local_day DATE NOT NULL,
          occurrence_id BINARY(16) NOT NULL,
          PRIMARY KEY (activity_id, user_id, local_day, occurrence_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
