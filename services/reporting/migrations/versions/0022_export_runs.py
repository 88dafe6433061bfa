"""Creates `export_runs`."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS export_runs (
          schedule_id BINARY(16) NOT NULL,
          occurrence_id BINARY(16) NOT NULL,
          due_at BIGINT NOT NULL,
          export_id BINARY(16) NOT NULL,
          ran_at BIGINT NOT NULL,
          told_at BIGINT NOT NULL,
          PRIMARY KEY (schedule_id, occurrence_id, due_at),
          KEY by_told (told_at, ran_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
