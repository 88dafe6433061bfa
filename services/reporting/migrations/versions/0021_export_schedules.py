"""Creates `export_schedules`."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS export_schedules (
          schedule_id BINARY(16) NOT NULL,
          organisation_id BINARY(16) NOT NULL,
          user_id BINARY(16) NOT NULL,
          activity_id BINARY(16) NOT NULL,
          rhythm TINYINT UNSIGNED NOT NULL,
          plan VARBINARY(4000) NOT NULL,
          is_paused TINYINT NOT NULL,
          paused_reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          created_at BIGINT NOT NULL,
          since_at BIGINT NOT NULL,
          next_due_at BIGINT NOT NULL,
          last_run_at BIGINT NOT NULL,
          last_export_id VARBINARY(16) NOT NULL,
          PRIMARY KEY (schedule_id),
          KEY by_organisation (organisation_id, schedule_id),
          KEY by_due (is_paused, rhythm, next_due_at)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
