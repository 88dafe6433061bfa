"""Creates `export_columns`."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS export_columns (
          user_id BINARY(16) NOT NULL,
          report TINYINT UNSIGNED NOT NULL,
          chosen VARCHAR(600) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
          PRIMARY KEY (user_id, report)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
