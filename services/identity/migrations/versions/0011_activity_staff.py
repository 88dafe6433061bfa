"""Creates `activity_staff`: see services/identity/tables.py."""

from alembic import op

revision = "0011_activity_staff"
down_revision = "0010_invite_uses"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS activity_staff (
            activity_id BINARY(16) NOT NULL,
            user_id BINARY(16) NOT NULL,
            organisation_id BINARY(16) NOT NULL,
            joined_at DATETIME(6) NOT NULL,
            PRIMARY KEY (activity_id, user_id),
            KEY by_user (user_id, joined_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS activity_staff")
