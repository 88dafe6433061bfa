"""Index by_change of seats, for what changed of a person since: see services/checkin/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_index

revision = "0010_seats_by_change"
down_revision = "0009_seat_changes"


def upgrade() -> None:
    """Adds the index beside reads and writes."""
    if not has_index("seats", "by_change"):
        op.execute("ALTER TABLE seats ADD INDEX by_change (user_id, changed_at), ALGORITHM = INPLACE, LOCK = NONE")


def downgrade() -> None:
    """Drops the index."""
    if has_index("seats", "by_change"):
        op.execute("ALTER TABLE seats DROP INDEX by_change, ALGORITHM = INPLACE, LOCK = NONE")
