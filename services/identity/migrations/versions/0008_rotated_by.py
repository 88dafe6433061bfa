"""Column rotated_by of sessions, for a grace that only the same device has: see services/identity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds the column; who rotated before, or through the release before, is not known and has the short grace."""
    if not has_column("sessions", "rotated_by"):
        op.execute("ALTER TABLE sessions ADD COLUMN rotated_by BINARY(32) NULL, ALGORITHM = INSTANT, LOCK = DEFAULT")
