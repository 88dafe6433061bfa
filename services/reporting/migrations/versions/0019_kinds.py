"""Which activities give points; of those noted earlier nobody knows until they change."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Expands the schema."""
    if not has_column("activities", "kind"):
        op.execute(
            "ALTER TABLE activities ADD COLUMN kind TINYINT UNSIGNED NOT NULL DEFAULT 0,"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
