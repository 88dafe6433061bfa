"""Creates `guest_name_pairs`."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS guest_name_pairs (
            activity_id BINARY(16) NOT NULL,
            guest_id BINARY(16) NOT NULL,
            pair BINARY(8) NOT NULL,
            PRIMARY KEY (activity_id, guest_id, pair),
            KEY by_pair (pair, guest_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
