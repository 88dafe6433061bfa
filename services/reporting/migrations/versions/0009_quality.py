"""How well a check-in went: see services/reporting/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0009"
down_revision = "0008"

_COLUMNS = ("accuracy_bucket", "outside_bucket", "refused_tries", "is_offline", "is_anomalous")


def upgrade() -> None:
    """Adds the columns to facts; of what was written before nobody knows."""
    for column in _COLUMNS:
        if not has_column("facts", column):
            op.execute(
                f"ALTER TABLE facts ADD COLUMN {column} TINYINT UNSIGNED NOT NULL DEFAULT 0,"
                " ALGORITHM = INSTANT, LOCK = DEFAULT"
            )
