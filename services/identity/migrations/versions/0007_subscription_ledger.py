"""Creates `subscription_ledger`."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS subscription_ledger (
            user_id BINARY(16) NOT NULL,
            entry_id BINARY(16) NOT NULL,
            template_id VARCHAR(64) NOT NULL,
            answer TINYINT NOT NULL,
            amount TINYINT NOT NULL,
            created_at DATETIME(6) NOT NULL,
            PRIMARY KEY (user_id, entry_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
