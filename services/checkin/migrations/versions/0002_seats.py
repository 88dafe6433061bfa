"""Table seats: see services/checkin/tables.py."""

from alembic import op

revision = "0002_seats"
down_revision = "0001_attempts"


def upgrade() -> None:
    """Creates the table."""
    op.execute(
        """
CREATE TABLE IF NOT EXISTS seats (
  occurrence_id BINARY(16) NOT NULL,
  user_id BINARY(16) NOT NULL,
  direction TINYINT NOT NULL,
  pass_no INT UNSIGNED NOT NULL,
  state TINYINT NOT NULL,
  holder BINARY(16) NULL,
  effective_at DATETIME(6) NULL,
  revision BIGINT UNSIGNED NOT NULL,
  fingerprint BINARY(8) NOT NULL,
  PRIMARY KEY (occurrence_id, user_id, direction, pass_no)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
"""
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS seats")
