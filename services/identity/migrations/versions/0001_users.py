"""Creates `users`."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS users (
            user_id BINARY(16) NOT NULL,
            openid_index BINARY(32) NOT NULL,
            openid VARBINARY(255) NOT NULL,
            name VARBINARY(512) NULL,
            created_at DATETIME(6) NOT NULL,
            PRIMARY KEY (user_id),
            UNIQUE KEY openid_index (openid_index)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
