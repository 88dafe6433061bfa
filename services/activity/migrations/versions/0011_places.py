"""Creates `places`."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS places (
            place_id BINARY(16) NOT NULL,
            organisation_id BINARY(16) NOT NULL,
            site TEXT NOT NULL,
            created_at DATETIME(6) NOT NULL,
            created_by BINARY(16) NOT NULL,
            PRIMARY KEY (place_id),
            KEY by_organisation (organisation_id, place_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
