"""Creates `dismissed_advice`."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS dismissed_advice (
          organisation_id BINARY(16) NOT NULL,
          activity_id BINARY(16) NOT NULL,
          code VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          dismissed_by BINARY(16) NOT NULL,
          dismissed_at BIGINT NOT NULL,
          PRIMARY KEY (organisation_id, activity_id, code)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
