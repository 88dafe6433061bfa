"""Creates `nfc_tags`."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS nfc_tags (
            tag_id BINARY(16) NOT NULL,
            activity_id BINARY(16) NOT NULL,
            kind TINYINT NOT NULL,
            label VARCHAR(40) NOT NULL,
            gate VARCHAR(64) NOT NULL,
            created_at DATETIME(6) NOT NULL,
            created_by BINARY(16) NOT NULL,
            revoked_at DATETIME(6) NULL,
            revoked_by BINARY(16) NULL,
            last_seen_at DATETIME(6) NULL,
            last_counter INT UNSIGNED NOT NULL,
            PRIMARY KEY (tag_id),
            KEY by_activity (activity_id, revoked_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
