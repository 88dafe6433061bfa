"""Alembic environment of schema `activity`."""

from servicekit.mysql.migrate import run_environment
from services.activity.tables import metadata

run_environment("activity", metadata)
