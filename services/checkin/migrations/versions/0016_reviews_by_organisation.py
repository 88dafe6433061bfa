"""Index by_organisation of reviews: see services/checkin/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_index

revision = "0016_reviews_by_organisation"
down_revision = "0015_review_reasons"

_COLUMNS = "organisation_id, state, received_at, attempt_id, user_id, activity_id, is_offline, reasons"


def upgrade() -> None:
    """Adds it."""
    if not has_index("reviews", "by_organisation"):
        op.execute(f"ALTER TABLE reviews ADD INDEX by_organisation ({_COLUMNS}), ALGORITHM = INPLACE, LOCK = NONE")


def downgrade() -> None:
    """Drops it."""
    if has_index("reviews", "by_organisation"):
        op.execute("ALTER TABLE reviews DROP INDEX by_organisation, ALGORITHM = INPLACE, LOCK = NONE")
