"""Schema migrations: `python -m servicekit.mysql.migrate identity|activity|...|all`.

Alembic per service, each with its own schema, version table and migrator user. Revisions are re-runnable and expand or
contract only, because the old release runs beside the new one for a while. A statement that waits for a lock gives up
after 5 s, so that it never stands in the way of check-ins, and comes again; so does a server that is not there yet.
"""

import os
import sys
import time
from pathlib import Path

from alembic import command, context, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine, MetaData, create_engine, inspect, make_url, pool, text
from sqlalchemy.exc import DBAPIError

from servicekit.mysql.database import error_code, is_access_refused
from servicekit.setting_types import mysql_url
from servicekit.settings import ServerSettings, load, trusting

ROOT = Path(__file__).parents[2]
_LOCK_WAIT = "SET SESSION lock_wait_timeout = 5, time_zone = '+00:00'"
_TRIES, _PAUSE_S = 5, 3.0
# A lock that was not had; a server that is not there, or went away.
_PASSING = {1205, 1213, 2002, 2003, 2006, 2013}
# Two Jobs of one service take turns.
_TURN_S = 120
_is_url = mysql_url("pymysql")


class MigrationError(Exception):
    """A schema is not at its newest revision; the text says why and what to do."""


def services() -> list[str]:
    """Services that have migrations."""
    return sorted(path.parent.parent.name for path in ROOT.glob("services/*/migrations/env.py"))


def upgrade(service: str) -> None:
    """Brings one schema to its newest revision; a no-op when it is there."""
    command.upgrade(_config(service), "head")


def migrate(service: str, pause_s: float = _PAUSE_S) -> None:
    """Brings one schema to its newest revision, trying again what may pass.

    Raises:
        MigrationError: It cannot be done; what was done stays, and the next run goes on from there.
    """
    _url(f"{service.upper()}_MIGRATION_DATABASE_URL")
    for tried in range(1, _TRIES + 1):
        try:
            return upgrade(service)
        except CommandError as error:
            raise MigrationError(
                f"{service}: {error}. The schema is newer than this release: run the newer one, or restore a backup."
            ) from error
        except DBAPIError as error:
            code = error_code(error)
            if code not in _PASSING or tried == _TRIES:
                raise MigrationError(_explain(service, error)) from error
            print(f"{service}: {error.orig}; trying again ({tried} of {_TRIES - 1})", file=sys.stderr, flush=True)
            time.sleep(pause_s * tried)
    return None


def _explain(service: str, error: DBAPIError) -> str:
    variable = f"{service.upper()}_MIGRATION_DATABASE_URL"
    url = make_url(_url(variable))
    where = f"{url.username}@{url.host}:{url.port}/{url.database}"
    if is_access_refused(error):
        return f"{service}: MySQL refuses {where}: {error.orig}. Mend {variable}, or the rights of that user."
    if error_code(error) in _PASSING and not error.statement:
        return f"{service}: MySQL does not answer as {where}: {error.orig}. Start it, or mend {variable}."
    statement = " ".join((error.statement or "").split())[:200]
    return (
        f"{service}: revision {_next(service)} failed at `{statement}`: {error.orig}. Mend that and run this again:"
        " what came before it stays, and it goes on from there."
    )


def _next(service: str) -> str:
    """The revision that is due."""
    with _engine(service).connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    due = [
        each.revision
        for each in ScriptDirectory.from_config(_config(service)).walk_revisions()
        if each.down_revision == current
    ]
    return due[0] if due else "?"


def _config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    return config


def _engine(service: str) -> Engine:
    arguments: dict[str, object] = {"init_command": _LOCK_WAIT}
    if ca_file := load(ServerSettings).mysql_ca_file:
        arguments["ssl"] = trusting(ca_file)
    url = _url(f"{service.upper()}_MIGRATION_DATABASE_URL")
    return create_engine(url, poolclass=pool.NullPool, connect_args=arguments)


def run_environment(service: str, metadata: MetaData) -> None:
    """What each service's `migrations/env.py` calls."""
    engine = _engine(service)
    with engine.connect() as connection:
        # Let go when the connection closes.
        connection.execute(text("SELECT GET_LOCK(:name, :wait)"), {"name": f"migrate-{service}", "wait": _TURN_S})
        connection.rollback()
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


def _url(variable: str) -> str:
    try:
        return _is_url(_text_of(variable))
    except ValueError as error:
        raise MigrationError(f"{variable} {error}. Mend it, or the file that {variable}_FILE names.") from None


def _text_of(variable: str) -> str:
    if path := os.environ.get(f"{variable}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise MigrationError(f"{variable}_FILE names {path}: {error.strerror}. Mount the Secret.") from error
    if variable not in os.environ:
        raise MigrationError(f"{variable} is not set. Set it, or {variable}_FILE.")
    return os.environ[variable]


def has_column(table: str, column: str) -> bool:
    """Whether a revision that adds this column has run before; MySQL knows no ADD COLUMN IF NOT EXISTS."""
    return any(found["name"] == column for found in inspect(op.get_bind()).get_columns(table))


def has_index(table: str, index: str) -> bool:
    """Whether a revision that adds this index has run before."""
    return any(found["name"] == index for found in inspect(op.get_bind()).get_indexes(table))


def main(names: list[str]) -> None:
    """Migrates the named services, or all of them."""
    for service in services() if names in ([], ["all"]) else names:
        migrate(service)
        print(f"migrated {service}", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except MigrationError as error:
        sys.exit(str(error))
