"""Table reviews: see services/checkin/tables.py."""

from alembic import op

revision = "0011_reviews"
down_revision = "0010_seats_by_change"


def upgrade() -> None:
    """Creates the table."""
    op.execute(
        """
CREATE TABLE IF NOT EXISTS reviews (
  user_id BINARY(16) NOT NULL,
  attempt_id BINARY(16) NOT NULL,
  checkin_id BINARY(16) NOT NULL,
  occurrence_id BINARY(16) NOT NULL,
  activity_id BINARY(16) NULL,
  organisation_id BINARY(16) NULL,
  is_offline TINYINT NOT NULL,
  state TINYINT NOT NULL,
  received_at DATETIME(6) NOT NULL,
  PRIMARY KEY (user_id, attempt_id),
  KEY by_activity (activity_id, state, received_at, attempt_id),
  KEY by_occurrence (occurrence_id, state)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
"""
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS reviews")
