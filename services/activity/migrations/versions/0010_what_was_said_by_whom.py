"""Columns definition and changed_by of activity_versions: see services/activity/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Adds both columns; of earlier versions nobody knows."""
    if not has_column("activity_versions", "changed_by"):
        op.execute(
            "ALTER TABLE activity_versions ADD COLUMN definition TEXT NULL, ADD COLUMN changed_by BINARY(16) NULL,"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
