"""A service's own schema as its migrations make it, and how that differs from its tables."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, make_url
from sqlalchemy import create_engine as create_blocking_engine

from servicekit.mysql import migrate


@contextmanager
def migrated(database_url: str, service: str) -> Iterator[str]:
    """The asynchronous URL of a schema made by the migrations, twice: every revision can be run again."""
    url = make_url(database_url)
    # Two modules may want one of the same service at a time.
    schema = f"{url.database}_{service}_{uuid.uuid4().hex[:6]}"
    blocking = url.set(drivername="mysql+pymysql")
    # Before a session ends, tests have ended and started the database.
    admin = create_blocking_engine(blocking, pool_pre_ping=True)
    with admin.begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    try:
        with pytest.MonkeyPatch.context() as environment:
            text = blocking.set(database=schema).render_as_string(hide_password=False)
            environment.setenv(f"{service.upper()}_MIGRATION_DATABASE_URL", text)
            migrate.upgrade(service)
            migrate.upgrade(service)
        yield url.set(database=schema).render_as_string(hide_password=False)
    finally:
        with admin.begin() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {schema}")
        admin.dispose()


def differences(url: str, metadata: MetaData) -> list[Any]:
    """What Alembic would add, drop or change to make the schema what the tables say."""
    engine = create_blocking_engine(make_url(url).set(drivername="mysql+pymysql"))
    with engine.connect() as connection:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    return found
