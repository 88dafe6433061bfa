"""Creates `participant_details`."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS participant_details (
            organisation_id BINARY(16) NOT NULL,
            user_id BINARY(16) NOT NULL,
            detail TINYINT NOT NULL,
            label VARCHAR(32) COLLATE utf8mb4_bin NOT NULL,
            said VARBINARY(512) NOT NULL,
            said_at DATETIME(6) NOT NULL,
            PRIMARY KEY (organisation_id, user_id, detail, label),
            KEY by_user (user_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
