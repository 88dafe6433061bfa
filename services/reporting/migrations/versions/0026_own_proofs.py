"""Which jobs are proofs that people asked for themselves; none of those before is."""

from alembic import op

from servicekit.mysql.migrate import has_column

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Expands the schema."""
    if not has_column("exports", "own_proof_of"):
        op.execute("ALTER TABLE exports ADD COLUMN own_proof_of BINARY(16) NULL, ALGORITHM = INSTANT, LOCK = DEFAULT")
