"""Advice that nobody wants to see, and what phones measured: see services/reporting/tables.py."""

from alembic import op

revision = "0010"
down_revision = "0009"

_DISMISSED = """
CREATE TABLE IF NOT EXISTS dismissed_advice (
  organisation_id BINARY(16) NOT NULL,
  activity_id BINARY(16) NOT NULL,
  code VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  dismissed_by BINARY(16) NOT NULL,
  dismissed_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, activity_id, code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""
_CLIENT = """
CREATE TABLE IF NOT EXISTS client_counts (
  activity_id BINARY(16) NOT NULL,
  local_day DATE NOT NULL,
  name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (activity_id, local_day, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""


def upgrade() -> None:
    """Makes the tables."""
    for statement in (_DISMISSED, _CLIENT):
        op.execute(statement)
