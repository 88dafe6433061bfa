"""Creates `roster_entries`."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS roster_entries (
            entry_id BINARY(16) NOT NULL,
            roster_id BINARY(16) NOT NULL,
            valid_from DATETIME(6) NOT NULL,
            valid_to DATETIME(6) NOT NULL,
            group_name VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
            said BLOB NOT NULL,
            number_index BINARY(32) NULL,
            phone_index BINARY(32) NULL,
            phone_tail_index BINARY(32) NULL,
            PRIMARY KEY (entry_id),
            KEY by_roster (roster_id, valid_to, entry_id),
            KEY by_number (roster_id, number_index),
            KEY by_phone (roster_id, phone_index),
            KEY by_phone_tail (roster_id, phone_tail_index)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
