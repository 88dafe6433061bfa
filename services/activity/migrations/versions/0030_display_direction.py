"""Column direction of displays, what people do at a kiosk: see services/activity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Adds the column; at what was before, people come."""
    if not has_column("displays", "direction"):
        op.execute(
            "ALTER TABLE displays ADD COLUMN direction TINYINT NOT NULL DEFAULT 1, ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
