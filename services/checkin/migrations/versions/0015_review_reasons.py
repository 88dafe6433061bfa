"""Column reasons of reviews: see services/checkin/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0015_review_reasons"
down_revision = "0014_slot_age"


def upgrade() -> None:
    """Adds the column; what was listed before has none until it is written again."""
    if not has_column("reviews", "reasons"):
        op.execute(
            "ALTER TABLE reviews ADD COLUMN reasons VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin,"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )


def downgrade() -> None:
    """Drops the column."""
    if has_column("reviews", "reasons"):
        op.execute("ALTER TABLE reviews DROP COLUMN reasons, ALGORITHM = INPLACE, LOCK = NONE")
