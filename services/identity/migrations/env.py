"""Alembic's entry to the schema `identity`."""

from servicekit.mysql.migrate import run_environment
from services.identity.tables import metadata

run_environment("identity", metadata)
