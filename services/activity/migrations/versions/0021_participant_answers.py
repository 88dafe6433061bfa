"""Creates `participant_answers`."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Expands the schema."""
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS participant_answers (
            activity_id BINARY(16) NOT NULL,
            user_id BINARY(16) NOT NULL,
            organisation_id BINARY(16) NOT NULL,
            answer TINYINT NOT NULL,
            answered_at DATETIME(6) NOT NULL,
            PRIMARY KEY (activity_id, user_id),
            KEY by_user (user_id),
            KEY by_organisation (organisation_id, answer, activity_id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4
        """
    )
