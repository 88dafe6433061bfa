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
            state TINYINT NOT NULL,
            revision BIGINT UNSIGNED NOT NULL,
            epoch INT UNSIGNED NOT NULL,
            code VARCHAR(6) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
            definition TEXT NOT NULL,
            created_at DATETIME(6) NOT NULL,
            created_by BINARY(16) NOT NULL,
            published_at DATETIME(6) NULL,
            PRIMARY KEY (activity_id),
            UNIQUE KEY by_code (code),
            KEY by_organisation (organisation_id, activity_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
