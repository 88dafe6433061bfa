"""Creates `invite_uses`: see services/identity/tables.py."""

from alembic import op

revision = "0010_invite_uses"
down_revision = "0009_invites"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS invite_uses (
            invite_id BINARY(16) NOT NULL,
            user_id BINARY(16) NOT NULL,
            used_at DATETIME(6) NOT NULL,
            PRIMARY KEY (invite_id, user_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS invite_uses")
