"""Creates `name_pairs`: see services/identity/tables.py."""

from alembic import op

revision = "0016_name_pairs"
down_revision = "0015_archived_at"


def upgrade() -> None:
    """Expands the schema; identity fills it (services/identity/name_index.py)."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS name_pairs (
            user_id BINARY(16) NOT NULL,
            pair BINARY(8) NOT NULL,
            PRIMARY KEY (user_id, pair)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS name_pairs")
