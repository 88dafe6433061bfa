"""Column slot_age_bucket of attempts: see services/checkin/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0014_slot_age"
down_revision = "0013_reviews_by_state"


def upgrade() -> None:
    """Adds the column; of what was recorded before nobody knows."""
    if not has_column("attempts", "slot_age_bucket"):
        op.execute(
            "ALTER TABLE attempts ADD COLUMN slot_age_bucket TINYINT NOT NULL DEFAULT 0,"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )


def downgrade() -> None:
    """Drops the column."""
    if has_column("attempts", "slot_age_bucket"):
        op.execute("ALTER TABLE attempts DROP COLUMN slot_age_bucket, ALGORITHM = INPLACE, LOCK = NONE")
