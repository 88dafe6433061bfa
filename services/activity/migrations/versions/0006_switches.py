"""Creates `switches`."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS switches (
            switch_id BINARY(16) NOT NULL,
            name TINYINT NOT NULL,
            `signal` VARCHAR(64) NOT NULL,
            grace_s INT UNSIGNED NOT NULL,
            set_at DATETIME(6) NOT NULL,
            expires_at DATETIME(6) NOT NULL,
            set_by VARCHAR(64) NOT NULL,
            reason VARCHAR(500) NOT NULL,
            PRIMARY KEY (switch_id),
            KEY by_end (expires_at),
            KEY by_time (set_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
