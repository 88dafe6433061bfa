"""Column group of memberships: see services/identity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0014_member_group"
down_revision = "0013_invite_group"


def upgrade() -> None:
    """Adds the column; earlier members are in none."""
    if not has_column("memberships", "group"):
        op.execute(
            "ALTER TABLE memberships ADD COLUMN `group` VARCHAR(40) NOT NULL DEFAULT '',"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
