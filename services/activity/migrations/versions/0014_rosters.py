"""Creates `rosters`."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS rosters (
            roster_id BINARY(16) NOT NULL,
            organisation_id BINARY(16) NOT NULL,
            title VARCHAR(100) NOT NULL,
            revision BIGINT UNSIGNED NOT NULL,
            extra TEXT NOT NULL,
            created_at DATETIME(6) NOT NULL,
            created_by BINARY(16) NOT NULL,
            deleted_at DATETIME(6) NULL,
            PRIMARY KEY (roster_id),
            KEY by_organisation (organisation_id, roster_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
