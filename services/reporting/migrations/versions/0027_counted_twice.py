"""What tallies count twice, of whom came under both their ids; those of before do not say, and are counted anew."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Expands the schema."""
    if not has_column("occurrence_tallies", "counted_twice"):
        op.execute(
            "ALTER TABLE occurrence_tallies ADD COLUMN counted_twice MEDIUMBLOB NULL,"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
