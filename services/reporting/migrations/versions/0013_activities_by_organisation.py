"""Whose activities are which."""

from alembic import op

from servicekit.mysql.migrate import has_index

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Expands the schema."""
    if not has_index("activities", "by_organisation"):
        op.execute("ALTER TABLE activities ADD KEY by_organisation (organisation_id), ALGORITHM = INPLACE, LOCK = NONE")
