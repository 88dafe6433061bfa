"""Creates `guests`."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS guests (
            activity_id BINARY(16) NOT NULL,
            guest_id BINARY(16) NOT NULL,
            organisation_id BINARY(16) NOT NULL,
            said BLOB NOT NULL,
            phone_tail_index BINARY(32) NULL,
            created_at DATETIME(6) NOT NULL,
            created_by BINARY(16) NOT NULL,
            PRIMARY KEY (activity_id, guest_id),
            KEY by_phone_tail (activity_id, phone_tail_index),
            KEY by_organisation (organisation_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
