"""Creates `roster_imports`."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS roster_imports (
            import_id BINARY(16) NOT NULL,
            roster_id BINARY(16) NOT NULL,
            state TINYINT NOT NULL,
            created_at DATETIME(6) NOT NULL,
            created_by BINARY(16) NOT NULL,
            touched_at DATETIME(6) NOT NULL,
            applied_at DATETIME(6) NULL,
            remove_missing TINYINT NOT NULL,
            done INT UNSIGNED NOT NULL,
            total INT UNSIGNED NOT NULL,
            summary TEXT NOT NULL,
            sample BLOB NOT NULL,
            bad MEDIUMBLOB NOT NULL,
            PRIMARY KEY (import_id),
            KEY by_roster (roster_id, state),
            KEY by_age (created_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
