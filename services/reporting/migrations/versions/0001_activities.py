"""Creates `activities`."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS activities (
            activity_id BINARY(16) NOT NULL,
            organisation_id BINARY(16) NOT NULL,
            title VARCHAR(255) NOT NULL,
            time_zone VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
            state TINYINT UNSIGNED NOT NULL,
            revision BIGINT UNSIGNED NOT NULL,
            expected INT UNSIGNED NOT NULL,
            capacity INT UNSIGNED NOT NULL,
            closes_at DATETIME(6) NULL,
            PRIMARY KEY (activity_id),
            KEY by_close (closes_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
