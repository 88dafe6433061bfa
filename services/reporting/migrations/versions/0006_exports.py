"""Exports: see services/reporting/tables.py."""

from alembic import op

revision = "0006"
down_revision = "0005"

_EXPORTS = """
CREATE TABLE IF NOT EXISTS exports (
  export_id BINARY(16) NOT NULL,
  organisation_id BINARY(16) NOT NULL,
  user_id BINARY(16) NOT NULL,
  report TINYINT UNSIGNED NOT NULL,
  wish VARBINARY(4000) NOT NULL,
  state TINYINT UNSIGNED NOT NULL,
  progress TINYINT UNSIGNED NOT NULL,
  row_count INT UNSIGNED NOT NULL,
  file_bytes BIGINT UNSIGNED NOT NULL,
  reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempts TINYINT UNSIGNED NOT NULL,
  failures TINYINT UNSIGNED NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  file_name VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
  sealed_key VARBINARY(128) NOT NULL,
  lease VARBINARY(16) NOT NULL,
  lease_until BIGINT NOT NULL,
  PRIMARY KEY (export_id),
  KEY by_organisation (organisation_id, export_id),
  KEY by_user (user_id, export_id),
  KEY by_state (state, expires_at, organisation_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""
_QUEUES = """
CREATE TABLE IF NOT EXISTS export_queues (
  organisation_id BINARY(16) NOT NULL,
  served_at BIGINT NOT NULL,
  PRIMARY KEY (organisation_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""
_COLUMNS = """
CREATE TABLE IF NOT EXISTS export_columns (
  user_id BINARY(16) NOT NULL,
  report TINYINT UNSIGNED NOT NULL,
  chosen VARCHAR(600) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (user_id, report)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""
_DOWNLOADS = """
CREATE TABLE IF NOT EXISTS export_downloads (
  download_id BINARY(16) NOT NULL,
  export_id BINARY(16) NOT NULL,
  organisation_id BINARY(16) NOT NULL,
  user_id BINARY(16) NOT NULL,
  downloaded_at BIGINT NOT NULL,
  PRIMARY KEY (download_id),
  KEY by_organisation (organisation_id, download_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""
_KEYS = """
CREATE TABLE IF NOT EXISTS idempotency_keys (
  user_id BINARY(16) NOT NULL,
  route VARCHAR(96) COLLATE utf8mb4_bin NOT NULL,
  idempotency_key VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  body_hash BINARY(32) NOT NULL,
  answer VARBINARY(1024),
  created_at DATETIME(6) NOT NULL,
  PRIMARY KEY (user_id, route, idempotency_key),
  KEY idempotency_keys_created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
"""


def upgrade() -> None:
    """Creates the tables."""
    for statement in (_EXPORTS, _QUEUES, _COLUMNS, _DOWNLOADS, _KEYS):
        op.execute(statement)
