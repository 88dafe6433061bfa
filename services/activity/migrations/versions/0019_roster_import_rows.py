"""Creates `roster_import_rows`."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS roster_import_rows (
            import_id BINARY(16) NOT NULL,
            position INT UNSIGNED NOT NULL,
            kind TINYINT NOT NULL,
            entry_id BINARY(16) NOT NULL,
            group_name VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
            said BLOB NOT NULL,
            group_before VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
            said_before BLOB NOT NULL,
            done_at DATETIME(6) NULL,
            PRIMARY KEY (import_id, position)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
