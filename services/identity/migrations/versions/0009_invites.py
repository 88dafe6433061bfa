"""Creates `invites`: see services/identity/tables.py."""

from alembic import op

revision = "0009_invites"
down_revision = "0008"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS invites (
            organisation_id BINARY(16) NOT NULL,
            invite_id BINARY(16) NOT NULL,
            code VARCHAR(16) NOT NULL,
            role TINYINT NOT NULL,
            uses INT UNSIGNED NOT NULL,
            used INT UNSIGNED NOT NULL,
            expires_at DATETIME(6) NOT NULL,
            created_by BINARY(16) NOT NULL,
            created_at DATETIME(6) NOT NULL,
            revoked_at DATETIME(6) NULL,
            PRIMARY KEY (organisation_id, invite_id),
            UNIQUE KEY by_code (code)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS invites")
