"""Creates `exports`."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
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
    )
