"""Creates `quotas`: see services/activity/tables.py."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS quotas (
            organisation_id BINARY(16) NOT NULL,
            quota TINYINT NOT NULL,
            since DATETIME(6) NOT NULL,
            used INT UNSIGNED NOT NULL,
            PRIMARY KEY (organisation_id, quota)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
