"""MySQL: is it there, does it keep what it says, is it at the newest migration, does it agree on the time."""

from alembic.script import ScriptDirectory

from deploy.fleet import PROCESSES, ROOT, SERVICES
from deploy.operate.connections import mysql, rows
from deploy.operate.finding import Finding, Scene, note, ok, unseen, wrong
from deploy.operate.screen import span
from deploy.operate.surroundings import OutOfReachError, Surroundings
from servicekit.clock import from_datetime, now_us

_CLOCK_TOLERANCE_US = 1_000_000
_ASK = (
    "SELECT VERSION() AS version, @@read_only AS is_read_only,"
    " @@innodb_flush_log_at_trx_commit AS flushes, UTC_TIMESTAMP(6) AS now"
)


async def schemas(scene: Scene) -> list[Finding]:
    """Every schema that some process here connects to."""
    owners: dict[str, list[str]] = {}
    for name in scene.seen.environments:
        if schema := PROCESSES[name].schema:
            owners.setdefault(schema, []).append(name)
    found = []
    for schema in SERVICES:
        if schema in owners:
            found += await _schema(scene.seen, schema, owners[schema])
    return found or [unseen("mysql", "no process here has a database")]


async def _schema(seen: Surroundings, schema: str, owners: list[str]) -> list[Finding]:
    what = f"mysql {schema}"
    try:
        user, url = seen.first_secret("DATABASE_URL", *owners)
    except OutOfReachError as error:
        return [unseen(what, error)]
    try:
        async with mysql(url) as connection:
            asked_at = now_us()
            answer = (await rows(connection, _ASK))[0]
            took_us = now_us() - asked_at
            versions = {row["version_num"] for row in await rows(connection, "SELECT version_num FROM alembic_version")}
    except OutOfReachError as error:
        advice = "make up starts it; make logs s=mariadb" if seen.is_local else "ask its provider; check-ins go on"
        return [wrong(what, str(error), advice)]
    found = list(_durability(what, answer))
    ahead_us = from_datetime(answer["now"]) - asked_at - took_us // 2
    if abs(ahead_us) > _CLOCK_TOLERANCE_US + took_us:
        found.append(
            wrong(what, f"its clock is {span(ahead_us / 1e6)} ahead of ours", "chronyc tracking, on both hosts")
        )
    heads = newest(schema)
    if heads and versions != heads:
        says = f"migrated to {', '.join(sorted(versions)) or 'nothing'}, the code wants {', '.join(sorted(heads))}"
        found.append(wrong(what, says, "make migrate" if seen.is_local else "run the migration job of this release"))
    return found or [ok(what, f"{answer['version']} as {user}, durable, at migration {', '.join(sorted(versions))}")]


def newest(schema: str) -> set[str]:
    """The newest revisions that the code knows; none for a service without migrations."""
    folder = ROOT / "services" / schema / "migrations"
    return set(ScriptDirectory(str(folder)).get_heads()) if folder.exists() else set()


def _durability(what: str, answer: dict[str, object]) -> list[Finding]:
    found = []
    if str(answer["is_read_only"]) not in ("0", "OFF"):
        advice = "point the URLs at the primary, or SET GLOBAL read_only = OFF once it is the primary"
        found.append(wrong(what, "is read-only: nothing can be recorded", advice))
    if int(str(answer["flushes"])) != 1:
        says = f"innodb_flush_log_at_trx_commit is {answer['flushes']}: a power cut loses what was acknowledged"
        found.append(note(what, says, "SET GLOBAL innodb_flush_log_at_trx_commit = 1, and in its configuration"))
    return found
