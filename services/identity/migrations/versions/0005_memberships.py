"""Creates `memberships`."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS memberships (
            organisation_id BINARY(16) NOT NULL,
            user_id BINARY(16) NOT NULL,
            role TINYINT NOT NULL,
            joined_at DATETIME(6) NOT NULL,
            PRIMARY KEY (organisation_id, user_id),
            KEY by_user (user_id, organisation_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
