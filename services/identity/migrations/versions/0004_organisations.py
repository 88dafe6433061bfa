"""Creates `organisations`."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS organisations (
            organisation_id BINARY(16) NOT NULL,
            name VARCHAR(64) NOT NULL,
            created_at DATETIME(6) NOT NULL,
            PRIMARY KEY (organisation_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
