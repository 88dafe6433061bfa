"""How well a check-in went; of what was written before nobody knows."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Expands the schema."""
    if not has_column("facts", "accuracy_bucket"):
        op.execute(
            """
            ALTER TABLE facts
                ADD COLUMN accuracy_bucket TINYINT UNSIGNED NOT NULL DEFAULT 0,
                ADD COLUMN outside_bucket TINYINT UNSIGNED NOT NULL DEFAULT 0,
                ADD COLUMN refused_tries TINYINT UNSIGNED NOT NULL DEFAULT 0,
                ADD COLUMN is_offline TINYINT UNSIGNED NOT NULL DEFAULT 0,
                ADD COLUMN is_anomalous TINYINT UNSIGNED NOT NULL DEFAULT 0,
                ALGORITHM = INSTANT, LOCK = DEFAULT
            """
        )
