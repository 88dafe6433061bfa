"""Table attempts: see services/checkin/tables.py."""

from alembic import op

revision = "0001_attempts"
down_revision = None


def upgrade() -> None:
    """Creates the table."""
    op.execute(
        """
CREATE TABLE IF NOT EXISTS attempts (
  user_id BINARY(16) NOT NULL,
  attempt_id BINARY(16) NOT NULL,
  checkin_id BINARY(16) NOT NULL,
  occurrence_id BINARY(16) NULL,
  activity_id BINARY(16) NULL,
  organisation_id BINARY(16) NULL,
  direction TINYINT NOT NULL,
  method TINYINT NOT NULL,
  gate VARCHAR(64) NOT NULL,
  body_hash BINARY(16) NOT NULL,
  judgement TINYINT NOT NULL,
  reasons TEXT NULL,
  received_at DATETIME(6) NOT NULL,
  effective_at DATETIME(6) NOT NULL,
  punctuality TINYINT NOT NULL,
  late_by_s INT UNSIGNED NOT NULL,
  distance_m DOUBLE NOT NULL,
  accuracy_m DOUBLE NOT NULL,
  is_staff TINYINT NOT NULL,
  evidence VARBINARY(1100) NOT NULL,
  copies LONGBLOB NULL,
  revision INT UNSIGNED NOT NULL,
  PRIMARY KEY (user_id, attempt_id),
  KEY by_checkin (checkin_id),
  KEY by_seat (occurrence_id, user_id, direction)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
"""
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS attempts")
