"""Creates `occurrences`."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS occurrences (
            occurrence_id BINARY(16) NOT NULL,
            activity_id BINARY(16) NOT NULL,
            revision BIGINT UNSIGNED NOT NULL,
            opens_at DATETIME(6) NOT NULL,
            closes_at DATETIME(6) NOT NULL,
            PRIMARY KEY (occurrence_id),
            KEY by_activity (activity_id),
            KEY by_close (closes_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
