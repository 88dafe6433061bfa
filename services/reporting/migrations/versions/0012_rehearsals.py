"""Which activities are rehearsals; of those noted earlier none is."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Expands the schema."""
    if not has_column("activities", "is_rehearsal"):
        op.execute(
            "ALTER TABLE activities ADD COLUMN is_rehearsal TINYINT NOT NULL DEFAULT 0,"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
