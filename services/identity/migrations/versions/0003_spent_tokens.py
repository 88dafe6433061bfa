"""Creates `spent_tokens`."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS spent_tokens (
            token_hash BINARY(32) NOT NULL,
            session_id BINARY(16) NOT NULL,
            expires_at DATETIME(6) NOT NULL,
            PRIMARY KEY (token_hash),
            KEY by_expiry (expires_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
