"""Creates `export_downloads`."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
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
    )
