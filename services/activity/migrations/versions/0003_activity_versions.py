"""Creates `activity_versions`."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS activity_versions (
            activity_id BINARY(16) NOT NULL,
            revision BIGINT UNSIGNED NOT NULL,
            valid_from DATETIME(6) NOT NULL,
            snapshot MEDIUMBLOB NOT NULL,
            PRIMARY KEY (activity_id, revision)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
