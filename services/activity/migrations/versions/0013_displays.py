"""Creates `displays`."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS displays (
            display_id BINARY(16) NOT NULL,
            activity_id BINARY(16) NOT NULL,
            kind TINYINT NOT NULL,
            show_names TINYINT NOT NULL,
            code_digest BINARY(32) NOT NULL,
            secret_digest BINARY(32) NULL,
            created_at DATETIME(6) NOT NULL,
            created_by BINARY(16) NOT NULL,
            opened_at DATETIME(6) NULL,
            opened_from VARCHAR(64) NOT NULL,
            revoked_at DATETIME(6) NULL,
            revoked_by BINARY(16) NULL,
            PRIMARY KEY (display_id),
            UNIQUE KEY by_code (code_digest),
            UNIQUE KEY by_secret (secret_digest),
            KEY by_activity (activity_id, display_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
