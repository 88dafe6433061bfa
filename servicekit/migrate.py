"""Schema migrations: `python -m servicekit.migrate identity|activity|...|all`.

Alembic per service, each with its own schema, version table and migrator user. Revisions are re-runnable and expand or
contract only, because the old release runs beside the new one for a while.
"""

import os
import sys
from pathlib import Path

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, inspect, pool

from servicekit.settings import ServerSettings, load, trusting

ROOT = Path(__file__).parent.parent
_LOCK_WAIT = "SET SESSION lock_wait_timeout = 5, time_zone = '+00:00'"


def services() -> list[str]:
    """Services that have migrations."""
    return sorted(path.parent.parent.name for path in ROOT.glob("services/*/migrations/env.py"))


def upgrade(service: str) -> None:
    """Brings one schema to its newest revision; a no-op when it is there."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    command.upgrade(config, "head")


def run_environment(service: str, metadata: MetaData) -> None:
    """What each service's `migrations/env.py` calls."""
    url = _url(f"{service.upper()}_MIGRATION_DATABASE_URL")
    arguments: dict[str, object] = {"init_command": _LOCK_WAIT}
    if ca_file := load(ServerSettings).mysql_ca_file:
        arguments["ssl"] = trusting(ca_file)
    engine = create_engine(url, poolclass=pool.NullPool, connect_args=arguments)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


def _url(variable: str) -> str:
    path = os.environ.get(f"{variable}_FILE")
    return Path(path).read_text(encoding="utf-8").strip() if path else os.environ[variable]


def has_column(table: str, column: str) -> bool:
    """Whether a revision that adds this column has run before; MySQL knows no ADD COLUMN IF NOT EXISTS."""
    return any(found["name"] == column for found in inspect(op.get_bind()).get_columns(table))


def has_index(table: str, index: str) -> bool:
    """Whether a revision that adds this index has run before."""
    return any(found["name"] == index for found in inspect(op.get_bind()).get_indexes(table))


def main(names: list[str]) -> None:
    """Migrates the named services, or all of them."""
    for service in services() if names in ([], ["all"]) else names:
        upgrade(service)
        print(f"migrated {service}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
