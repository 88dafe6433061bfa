"""Creates `console_tickets`."""

from alembic import op

revision = "0022_console_tickets"
down_revision = "0021_session_kind"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS console_tickets (
            ticket_id BINARY(16) NOT NULL,
            secret_hash BINARY(32) NOT NULL,
            digits VARCHAR(2) NOT NULL,
            browser VARCHAR(32) NOT NULL,
            platform VARCHAR(32) NOT NULL,
            created_at DATETIME(6) NOT NULL,
            wrong TINYINT NOT NULL DEFAULT 0,
            user_id BINARY(16) NULL,
            approved_at DATETIME(6) NULL,
            denied_at DATETIME(6) NULL,
            used_at DATETIME(6) NULL,
            PRIMARY KEY (ticket_id),
            KEY by_creation (created_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
