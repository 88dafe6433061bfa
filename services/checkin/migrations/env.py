"""Alembic environment of schema `checkin`."""

from servicekit.mysql.migrate import run_environment
from services.checkin.tables import metadata

run_environment("checkin", metadata)
