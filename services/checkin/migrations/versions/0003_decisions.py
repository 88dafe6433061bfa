"""Table decisions: see services/checkin/tables.py."""

from alembic import op

revision = "0003_decisions"
down_revision = "0002_seats"


def upgrade() -> None:
    """Creates the table."""
    op.execute(
        """
CREATE TABLE IF NOT EXISTS decisions (
  occurrence_id BINARY(16) NOT NULL,
  user_id BINARY(16) NOT NULL,
  direction TINYINT NOT NULL,
  pass_no INT UNSIGNED NOT NULL,
  sequence INT UNSIGNED NOT NULL,
  decision_id BINARY(16) NOT NULL,
  kind TINYINT NOT NULL,
  attempt_id BINARY(16) NOT NULL,
  decided_at DATETIME(6) NOT NULL,
  decided_by BINARY(16) NOT NULL,
  saw_revision BIGINT UNSIGNED NOT NULL,
  is_stale TINYINT NOT NULL,
  reason VARCHAR(500) NOT NULL,
  PRIMARY KEY (occurrence_id, user_id, direction, pass_no, sequence),
  UNIQUE KEY by_decision (decision_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
"""
    )


def downgrade() -> None:
    """Drops the table."""
    op.execute("DROP TABLE IF EXISTS decisions")
