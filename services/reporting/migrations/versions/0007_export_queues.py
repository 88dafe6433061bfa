"""Creates `export_queues`."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS export_queues (
          organisation_id BINARY(16) NOT NULL,
          served_at BIGINT NOT NULL,
          PRIMARY KEY (organisation_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
