"""Columns erased_index and erased_at of users: see services/identity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0018_erased_index"
down_revision = "0017_name_indexed_with"


def upgrade() -> None:
    """Adds both; nobody is erased yet."""
    if not has_column("users", "erased_index"):
        op.execute(
            "ALTER TABLE users ADD COLUMN erased_index BINARY(32) NULL, ADD COLUMN erased_at DATETIME(6) NULL,"
            " ADD INDEX by_erased_index (erased_index), ALGORITHM = INPLACE, LOCK = NONE"
        )
