"""Every migration: one change, said how, safe beside the release before, and re-runnable."""

import re
from pathlib import Path

import pytest

from servicekit.mysql.migrate import services

ROOT = Path(__file__).parents[4]
REVISIONS = sorted(ROOT.glob("services/*/migrations/versions/[0-9]*.py"))

_CHANGES = re.compile(r"\b(CREATE\s+TABLE|ALTER\s+TABLE|CREATE\s+(?:UNIQUE\s+)?INDEX|DROP\s+\w+)\b", re.IGNORECASE)
_TAKES_AWAY = re.compile(r"\b(DROP\s+(TABLE|COLUMN|INDEX)|RENAME|CHANGE\s+COLUMN|MODIFY)\b", re.IGNORECASE)
# MySQL 8 knows none of these, or MariaDB does not.
_NOT_PORTABLE = re.compile(r"\b(RETURNING|UUID\b(?!\()|IF\s+NOT\s+EXISTS\s+COLUMN|->>?)", re.IGNORECASE)


def upgrade_of(path: Path) -> str:
    """What a revision does on the way up, as text."""
    text = path.read_text(encoding="utf-8")
    return text[text.index("def upgrade") :].partition("def downgrade")[0]


@pytest.mark.parametrize("path", REVISIONS, ids=lambda path: f"{path.parents[2].name}-{path.stem}")
def test_a_migration_keeps_the_rules(path: Path) -> None:
    """DDL commits by itself: a second change in a revision would be done twice after a failure between them."""
    up = upgrade_of(path)
    assert len(_CHANGES.findall(up)) == 1, "one change in a revision"
    assert not _TAKES_AWAY.search(up), "expand first; contract a release later, and say so here"
    assert not _NOT_PORTABLE.search(up)
    if "ALTER TABLE" in up:
        assert re.search(r"ALGORITHM = (INSTANT|INPLACE), LOCK = (NONE|DEFAULT)", up), "say how; COPY locks the table"
        assert "has_column(" in up or "has_index(" in up, "a run that was cut off comes again"
    else:
        assert "CREATE TABLE IF NOT EXISTS" in up


@pytest.mark.parametrize("service", sorted({path.parents[2].name for path in REVISIONS}))
def test_revisions_follow_one_another(service: str) -> None:
    """One line, no branches, in the order of their files."""
    texts = [path.read_text() for path in REVISIONS if path.parents[2].name == service]
    revisions = [re.findall(r'^revision = "([^"]+)"', text, re.MULTILINE)[0] for text in texts]
    before = [re.findall(r"^down_revision = (?:\"([^\"]+)\"|None)", text, re.MULTILINE)[0] for text in texts]
    assert before == ["", *revisions[:-1]]


def test_every_service_with_migrations_is_found() -> None:
    """Wherever this module lives; whoever is not found is said to be migrated, and has no tables."""
    assert services() == sorted({path.parents[2].name for path in REVISIONS})
    assert "checkin" in services()
