"""Creates `roster_name_pairs`."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS roster_name_pairs (
            entry_id BINARY(16) NOT NULL,
            pair BINARY(8) NOT NULL,
            PRIMARY KEY (entry_id, pair),
            KEY by_pair (pair, entry_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
