"""Creates `roster_bindings`."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS roster_bindings (
            binding_id BINARY(16) NOT NULL,
            roster_id BINARY(16) NOT NULL,
            entry_id BINARY(16) NOT NULL,
            user_id BINARY(16) NOT NULL,
            how TINYINT NOT NULL,
            bound_by BINARY(16) NOT NULL,
            valid_from DATETIME(6) NOT NULL,
            valid_to DATETIME(6) NOT NULL,
            PRIMARY KEY (binding_id),
            UNIQUE KEY by_person (roster_id, user_id, valid_to),
            UNIQUE KEY by_entry (entry_id, valid_to),
            KEY by_user (user_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
