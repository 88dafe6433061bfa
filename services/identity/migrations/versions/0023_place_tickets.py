"""Columns asked_by, place_name, latitude and longitude of console_tickets: see services/identity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0023_place_tickets"
down_revision = "0022_console_tickets"


def upgrade() -> None:
    """Adds them; all tickets of before, and those that the release before opens, are of sign-ins."""
    if not has_column("console_tickets", "asked_by"):
        op.execute(
            "ALTER TABLE console_tickets ADD COLUMN asked_by BINARY(16) NULL, ADD COLUMN place_name VARCHAR(64) NULL,"
            " ADD COLUMN latitude DOUBLE NULL, ADD COLUMN longitude DOUBLE NULL, ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
