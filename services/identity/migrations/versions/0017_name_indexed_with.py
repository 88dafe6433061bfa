"""Column name_indexed_with of users: see services/identity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0017_name_indexed_with"
down_revision = "0016_name_pairs"


def upgrade() -> None:
    """Adds the column; names that people have are indexed by identity (services/identity/name_index.py)."""
    if not has_column("users", "name_indexed_with"):
        op.execute(
            "ALTER TABLE users ADD COLUMN name_indexed_with TINYINT UNSIGNED NULL, ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
