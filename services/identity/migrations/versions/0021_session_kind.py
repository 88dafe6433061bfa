"""Columns kind, browser and platform of sessions: see services/identity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0021_session_kind"
down_revision = "0020_users_by_pair"


def upgrade() -> None:
    """Adds them; all sessions of before, and those that the release before opens, are of phones."""
    if not has_column("sessions", "kind"):
        op.execute(
            "ALTER TABLE sessions ADD COLUMN kind TINYINT NOT NULL DEFAULT 1,"
            " ADD COLUMN browser VARCHAR(32) NOT NULL DEFAULT '', ADD COLUMN platform VARCHAR(32) NOT NULL DEFAULT '',"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
