"""When occurrences start; of what an earlier release noted nobody knows."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Expands the schema."""
    if not has_column("occurrences", "starts_at"):
        op.execute("ALTER TABLE occurrences ADD COLUMN starts_at DATETIME(6) NULL, ALGORITHM = INSTANT, LOCK = DEFAULT")
