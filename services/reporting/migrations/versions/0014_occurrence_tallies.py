"""Creates `occurrence_tallies`."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
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
    )
