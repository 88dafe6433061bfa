"""How many of those expected came: see services/reporting/tables.py."""

from alembic import op

revision = "0008"
down_revision = "0007"

_TALLIES = """
CREATE TABLE IF NOT EXISTS occurrence_tallies (
  occurrence_id BINARY(16) NOT NULL,
  revisions BIGINT NOT NULL,
  roster_revision BIGINT UNSIGNED NOT NULL,
  tallied_at BIGINT NOT NULL,
  expected INT UNSIGNED NOT NULL,
  came INT UNSIGNED NOT NULL,
  `leave` INT UNSIGNED NOT NULL,
  twice INT UNSIGNED NOT NULL,
  PRIMARY KEY (occurrence_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""
_GROUPS = """
CREATE TABLE IF NOT EXISTS group_counts (
  occurrence_id BINARY(16) NOT NULL,
  group_name VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  name VARCHAR(80) COLLATE utf8mb4_bin NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (occurrence_id, group_name, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""


def upgrade() -> None:
    """Makes the tables."""
    for statement in (_TALLIES, _GROUPS):
        op.execute(statement)
