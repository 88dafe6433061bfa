"""Column rehearsal_of of activities: see services/activity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds the column and its index beside reads and writes; there were no rehearsals before."""
    if not has_column("activities", "rehearsal_of"):
        op.execute(
            "ALTER TABLE activities ADD COLUMN rehearsal_of BINARY(16) NULL, ADD INDEX by_draft (rehearsal_of),"
            " ALGORITHM = INPLACE, LOCK = NONE"
        )
