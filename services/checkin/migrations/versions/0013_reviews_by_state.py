"""Index by_state of reviews, for where anything waits: see services/checkin/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_index

revision = "0013_reviews_by_state"
down_revision = "0012_recorded_batches"


def upgrade() -> None:
    """Adds the index beside reads and writes."""
    if not has_index("reviews", "by_state"):
        op.execute("ALTER TABLE reviews ADD INDEX by_state (state, occurrence_id), ALGORITHM = INPLACE, LOCK = NONE")


def downgrade() -> None:
    """Drops the index."""
    if has_index("reviews", "by_state"):
        op.execute("ALTER TABLE reviews DROP INDEX by_state, ALGORITHM = INPLACE, LOCK = NONE")
