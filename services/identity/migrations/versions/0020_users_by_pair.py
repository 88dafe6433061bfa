"""People are found by pairs of letters, wherever they are: see services/identity/name_index.py."""

from alembic import op

from servicekit.mysql.migrate import has_index

revision = "0020_users_by_pair"
down_revision = "0019_outbox"


def upgrade() -> None:
    """Adds the index."""
    if not has_index("name_pairs", "by_pair"):
        op.execute("ALTER TABLE name_pairs ADD INDEX by_pair (pair, user_id), ALGORITHM = INPLACE, LOCK = NONE")
