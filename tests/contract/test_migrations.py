"""Migrations on a real server: one that fails half way says where, and the next run goes on from there."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from servicekit.mysql import migrate
from servicekit.mysql.migrate import MigrationError

_VARIABLE = "ACTIVITY_MIGRATION_DATABASE_URL"
_ROOT = Path(__file__).parents[2]
_BROKEN = '''"""Fails until somebody makes the column it needs."""

from alembic import op

revision = "9001"
down_revision = "{after}"


def upgrade() -> None:
    """Adds an index on what is not there."""
    op.execute("ALTER TABLE activities ADD INDEX by_nothing (nothing), ALGORITHM = INPLACE, LOCK = NONE")
'''


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A schema of its own, which the variable names."""
    admin = make_url(database_url).set(drivername="mysql+pymysql")
    engine = create_engine(admin)
    schema = f"{admin.database}_migrations"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    named = admin.set(database=schema).render_as_string(hide_password=False)
    monkeypatch.setenv(_VARIABLE, named)
    yield named
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {schema}")
    engine.dispose()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations of activity with one more, which fails."""
    versions = tmp_path / "services" / "activity" / "migrations" / "versions"
    shutil.copytree(_ROOT / "services" / "activity" / "migrations", versions.parent)
    newest = sorted(versions.glob("[0-9]*.py"))[-1].name[:4]
    (versions / "9001_broken.py").write_text(_BROKEN.format(after=newest))
    monkeypatch.setattr(migrate, "ROOT", tmp_path)
    return versions


def test_a_migration_that_fails_half_way_goes_on_from_there(url: str, tree: Path) -> None:
    """What came before it stays; the message names it, its statement and the cure; mended, it runs to the end."""
    with pytest.raises(MigrationError) as caught:
        migrate.migrate("activity")
    said = str(caught.value)
    assert "activity: revision 9001 failed at `ALTER TABLE activities ADD INDEX by_nothing" in said
    assert "run this again" in said
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE activities ADD COLUMN nothing INT NULL")
    migrate.migrate("activity")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9001"
    engine.dispose()


def test_a_lock_is_waited_for(url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A statement that did not get its lock comes again, and says so."""
    migrate.migrate("activity")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0007'")
        connection.exec_driver_sql("ALTER TABLE occurrences DROP COLUMN turnout")
    monkeypatch.setattr(migrate, "_LOCK_WAIT", "SET SESSION lock_wait_timeout = 1")
    held = engine.connect()
    held.exec_driver_sql("SELECT * FROM occurrences")
    release = threading.Timer(1.5, held.close)
    release.start()
    migrate.migrate("activity", pause_s=0.5)
    release.join()
    assert "trying again" in capsys.readouterr().err
    engine.dispose()


def test_a_schema_newer_than_the_release_is_left_alone(url: str) -> None:
    """After a rollback nothing is undone, and whoever asks is told."""
    migrate.migrate("activity")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(MigrationError, match="newer than this release"):
        migrate.migrate("activity")
    engine.dispose()


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, f"{_VARIABLE} is not set"),
        ({f"{_VARIABLE}_FILE": "/nowhere/url"}, "/nowhere/url: No such file or directory. Mount the Secret."),
        ({_VARIABLE: "mysql+pymysql://secret-word"}, rf"{_VARIABLE} must be mysql\+pymysql://user:password@host:port"),
        ({_VARIABLE: "wrong"}, f"MySQL refuses nobody@.*Mend {_VARIABLE}"),
    ],
)
def test_what_is_missing_or_wrong_is_one_line(url: str, variables: dict[str, str], says: str) -> None:
    """The first line of a Job's log is what somebody reads; it holds no password."""
    if variables.get(_VARIABLE) == "wrong":
        bad = make_url(url).set(username="nobody", password="secret-word")
        variables = {_VARIABLE: bad.render_as_string(hide_password=False)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACTIVITY_")}
    done = subprocess.run(
        [sys.executable, "-m", "servicekit.mysql.migrate", "activity"],
        cwd=_ROOT,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert re.search(says, done.stderr)
    assert "secret-word" not in done.stderr
