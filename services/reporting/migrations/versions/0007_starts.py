"""When occurrences start, which activities are rehearsals, and whose they are: see services/reporting/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column, has_index

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds the columns; what an earlier release noted has no start, and is no rehearsal."""
    if not has_column("occurrences", "starts_at"):
        op.execute("ALTER TABLE occurrences ADD COLUMN starts_at DATETIME(6) NULL, ALGORITHM = INSTANT, LOCK = DEFAULT")
    if not has_column("activities", "is_rehearsal"):
        op.execute(
            "ALTER TABLE activities ADD COLUMN is_rehearsal TINYINT NOT NULL DEFAULT 0,"
            " ALGORITHM = INSTANT, LOCK = DEFAULT"
        )
    if not has_index("activities", "by_organisation"):
        op.execute("ALTER TABLE activities ADD KEY by_organisation (organisation_id), ALGORITHM = INPLACE, LOCK = NONE")
