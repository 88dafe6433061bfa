"""Alembic's entry to the schema `reporting`."""

from servicekit.mysql.migrate import run_environment
from services.reporting.tables import metadata

run_environment("reporting", metadata)
