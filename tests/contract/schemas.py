"""A service's own schema as its migrations make it, and how that differs from its tables."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import URL, Engine, MetaData, make_url
from sqlalchemy import create_engine as create_blocking_engine

from servicekit.mysql import migrate

_BLOCKING = "mysql+pymysql"


@contextmanager
def migrated(database_url: str, service: str) -> Iterator[str]:
    """The asynchronous URL of a schema of the caller's own, as the migrations make it."""
    with _schema(database_url, service) as url:
        statements = _made(database_url, service)
        with _admin(url) as admin, admin.begin() as connection:
            connection.exec_driver_sql("SET foreign_key_checks = 0")
            for statement in statements:
                connection.exec_driver_sql(statement)
        yield url.render_as_string(hide_password=False)


@cache
def _made(database_url: str, service: str) -> list[str]:
    """What makes every table as the migrations do, run twice: every revision can be run again. Once for a run."""
    with _schema(database_url, service) as url, pytest.MonkeyPatch.context() as environment:
        text = url.set(drivername=_BLOCKING).render_as_string(hide_password=False)
        environment.setenv(f"{service.upper()}_MIGRATION_DATABASE_URL", text)
        migrate.upgrade(service)
        migrate.upgrade(service)
        with _admin(url) as admin, admin.connect() as connection:
            names = connection.exec_driver_sql("SHOW TABLES").scalars().all()
            tables = [connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").one()[1] for name in names]
            revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    return [*tables, f"INSERT INTO alembic_version VALUES ('{revision}')"]


@contextmanager
def _schema(database_url: str, service: str) -> Iterator[URL]:
    """An empty schema, gone in the end."""
    server = make_url(database_url)
    # Two modules may want one of the same service at a time.
    url = server.set(database=f"{server.database}_{service}_{uuid.uuid4().hex[:6]}")
    with _admin(server) as admin:
        with admin.begin() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {url.database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        try:
            yield url
        finally:
            with admin.begin() as connection:
                connection.exec_driver_sql(f"DROP DATABASE {url.database}")


@contextmanager
def _admin(url: URL) -> Iterator[Engine]:
    # Before a session ends, tests have ended and started the database.
    engine = create_blocking_engine(url.set(drivername=_BLOCKING), pool_pre_ping=True)
    yield engine
    engine.dispose()


def differences(url: str, metadata: MetaData) -> list[Any]:
    """What Alembic would add, drop or change to make the schema what the tables say."""
    with _admin(make_url(url)) as admin, admin.connect() as connection:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection), metadata)
    return found
