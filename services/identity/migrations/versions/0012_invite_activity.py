"""Column activity_id of invites, for staff of one activity alone: see services/identity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0012_invite_activity"
down_revision = "0011_activity_staff"


def upgrade() -> None:
    """Adds the column; an invite without one is to the organisation."""
    if not has_column("invites", "activity_id"):
        op.execute("ALTER TABLE invites ADD COLUMN activity_id BINARY(16) NULL, ALGORITHM = INSTANT, LOCK = DEFAULT")
