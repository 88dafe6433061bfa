"""Column group of invites: see services/identity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0013_invite_group"
down_revision = "0012_invite_activity"


def upgrade() -> None:
    """Adds the column; who joins with an earlier invite is in none."""
    if not has_column("invites", "group"):
        op.execute(
            "ALTER TABLE invites ADD COLUMN `group` VARCHAR(40) NOT NULL DEFAULT '',"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
