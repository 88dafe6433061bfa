"""Creates `sessions`."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS sessions (
            session_id BINARY(16) NOT NULL,
            user_id BINARY(16) NOT NULL,
            token_hash BINARY(32) NOT NULL,
            previous_hash BINARY(32) NULL,
            token VARBINARY(255) NULL,
            rotated_at DATETIME(6) NULL,
            created_at DATETIME(6) NOT NULL,
            expires_at DATETIME(6) NOT NULL,
            revoked_at DATETIME(6) NULL,
            PRIMARY KEY (session_id),
            UNIQUE KEY by_token (token_hash),
            KEY by_user (user_id),
            KEY by_revocation (revoked_at),
            KEY by_expiry (expires_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
