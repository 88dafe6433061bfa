"""History: see services/reporting/tables.py."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0004"
down_revision = "0003"

_FACTS = """
CREATE TABLE IF NOT EXISTS facts (
  activity_id BINARY(16) NOT NULL,
  user_id BINARY(16) NOT NULL,
  occurrence_id BINARY(16) NOT NULL,
  came_revision BIGINT UNSIGNED NOT NULL,
  came VARBINARY(4000) NOT NULL,
  went_revision BIGINT UNSIGNED NOT NULL,
  went VARBINARY(4000) NOT NULL,
  received_at BIGINT NOT NULL,
  late_by_s INT UNSIGNED NOT NULL,
  distance_bucket TINYINT UNSIGNED NOT NULL,
  slot_age_bucket TINYINT UNSIGNED NOT NULL,
  is_shown TINYINT NOT NULL,
  status TINYINT UNSIGNED NOT NULL,
  at BIGINT NOT NULL,
  method VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  gate VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  punctuality VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_early TINYINT NOT NULL,
  reasons VARCHAR(600) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  mark TINYINT UNSIGNED NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (activity_id, user_id, occurrence_id),
  KEY by_time (
    activity_id, at, user_id, occurrence_id, is_shown, status, method, gate, punctuality, is_early, reasons, mark,
    changed_at
  )
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""
_COUNTS = """
CREATE TABLE IF NOT EXISTS occurrence_counts (
  occurrence_id BINARY(16) NOT NULL,
  name VARCHAR(80) COLLATE utf8mb4_bin NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (occurrence_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""
_DAYS = """
CREATE TABLE IF NOT EXISTS day_counts (
  organisation_id BINARY(16) NOT NULL,
  local_day DATE NOT NULL,
  name VARCHAR(80) COLLATE utf8mb4_bin NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, local_day, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""
_WORK = """
CREATE TABLE IF NOT EXISTS fact_work (
  name VARCHAR(80) COLLATE utf8mb4_bin NOT NULL,
  occurrence_id VARBINARY(16) NOT NULL,
  done INT UNSIGNED NOT NULL,
  began_at DATETIME(6) NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""


def upgrade() -> None:
    """Makes the tables; occurrences say from now on on which day they lie."""
    if not has_column("occurrences", "local_day"):
        op.execute("ALTER TABLE occurrences ADD COLUMN local_day DATE NULL, ALGORITHM = INSTANT, LOCK = DEFAULT")
    for statement in (_FACTS, _COUNTS, _DAYS, _WORK):
        op.execute(statement)
