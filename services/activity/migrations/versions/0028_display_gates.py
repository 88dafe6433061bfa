"""Column gate of displays, where kiosks are: see services/activity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Adds the column; what was before is at no gate."""
    if not has_column("displays", "gate"):
        op.execute(
            "ALTER TABLE displays ADD COLUMN gate VARCHAR(64) NOT NULL DEFAULT '', ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
