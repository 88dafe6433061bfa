"""Creates `organisation_privacy`."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS organisation_privacy (
            organisation_id BINARY(16) NOT NULL,
            keeps_days SMALLINT UNSIGNED NOT NULL,
            purpose VARCHAR(200) NOT NULL,
            changed_at DATETIME(6) NOT NULL,
            changed_by BINARY(16) NOT NULL,
            PRIMARY KEY (organisation_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
