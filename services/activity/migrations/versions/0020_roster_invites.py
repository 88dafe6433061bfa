"""Creates `roster_invites`."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS roster_invites (
            entry_id BINARY(16) NOT NULL,
            roster_id BINARY(16) NOT NULL,
            code_digest BINARY(32) NOT NULL,
            created_at DATETIME(6) NOT NULL,
            created_by BINARY(16) NOT NULL,
            used_at DATETIME(6) NULL,
            used_by BINARY(16) NULL,
            PRIMARY KEY (entry_id),
            UNIQUE KEY by_code (code_digest)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
