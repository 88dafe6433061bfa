"""What is sealed with which key: which one is missing, and which one nothing needs any more.

A key may be dropped only when nothing stored is sealed with it. Phones hold QR tokens, receipts and cursors of the
credential's keys too, which cannot be counted: those live for as long as people may bring what they did offline.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.message import DecodeError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.operate.connections import mysql, rabbitmq, rows
from deploy.operate.finding import Finding, Scene, note, ok, unseen, wrong
from deploy.operate.screen import plural
from deploy.operate.surroundings import OutOfReachError
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.keyring import parse_secrets
from services.checkin.queues import RECORD_QUEUE

# By key id: what is sealed with it, and how often.
Uses = Mapping[int, Counter[str]]

_COUNT_WITHIN_S = 5
_LEAST_BYTES = 30
# Of decided attempts the evidence only tells reviewers when the phone says it was.
_NEEDED_BY_NOBODY = {"evidence", "further copies"}
_SEALED = "ORD(SUBSTRING({column}, {position}, 1)) AS key_id, COUNT(*) AS items FROM {table} WHERE {column} <> ''"
# What begins otherwise is no evidence at all; completion shows it to a human.
_EVIDENCE = (
    f"SELECT {_SEALED.format(column='evidence', position=2, table='attempts')}"
    f" AND SUBSTRING(evidence, 1, 1) = 0x01 AND LENGTH(evidence) > {_LEAST_BYTES} GROUP BY key_id"
)
_UNDECIDED = _EVIDENCE.replace("attempts WHERE", "attempts JOIN open_attempts USING (user_id, attempt_id) WHERE")


@dataclass(frozen=True, slots=True)
class Secret:
    """A master secret: its variable, whose it is, and where what it seals is stored."""

    variable: str
    processes: Sequence[str]
    owners: Sequence[str]
    count: Callable[[AsyncConnection], Awaitable[Uses]]

    def of(self, scene: Scene) -> dict[int, bytes]:
        """Its keys; the first seals.

        Raises:
            OutOfReachError: It is not known here, or is none.
        """
        for process in self.processes:
            if value := scene.seen.variable(process, self.variable):
                try:
                    return parse_secrets(value)
                except ValueError as error:
                    raise OutOfReachError(f"{self.variable}: {error}") from None
        raise OutOfReachError(f"{self.variable} is not known here; {scene.seen.elsewhere(*self.processes)}")


async def sealed(scene: Scene) -> list[Finding]:
    """Every master secret, with what is sealed under each of its keys."""
    waiting = await _waiting(scene)
    return [
        *await _examine(scene, CREDENTIAL, waiting),
        *await _examine(scene, PII, 0),
        *await _examine(scene, ROSTERS, 0),
        *await _examine(scene, FILES, 0),
    ]


async def _examine(scene: Scene, secret: Secret, waiting: int | None) -> list[Finding]:
    what = f"keys of {secret.variable}"
    try:
        keys = list(secret.of(scene))
        _, url = scene.seen.first_secret("DATABASE_URL", *secret.owners)
    except OutOfReachError as error:
        return [unseen(what, error)]
    try:
        async with mysql(url) as connection:
            await _limit(connection)
            uses = await secret.count(connection)
    except OutOfReachError as error:
        return [note(what, f"what is sealed with them cannot be counted: {error}", "drop none of them")]
    return list(judge(secret.variable, keys, uses, waiting))


def judge(variable: str, keys: Sequence[int], uses: Uses, waiting: int | None) -> Iterator[Finding]:
    """Findings on keys that are missing, and on those that are there.

    Args:
        keys: Those that are there; the first seals.
        waiting: Messages that wait in queues and may be sealed with any key; None: nobody knows.
    """
    for key in sorted(uses.keys() - keys):
        advice = f"bring key {key} back, in second place of {variable}, and deploy; what is undecided is judged then"
        say = wrong if uses[key].keys() - _NEEDED_BY_NOBODY else note
        yield say(f"key {key} of {variable}", f"is missing, and sealed with it: {_told(uses[key])}", advice)
    for key in keys:
        used = uses.get(key, Counter())
        yield ok(f"key {key} of {variable}", _standing(used, waiting, seals=key == keys[0]))


def _standing(used: Counter[str], waiting: int | None, *, seals: bool) -> str:
    if seals:
        return f"seals; so far {_told(used)}"
    if used:
        return f"must stay: {_told(used)}"
    if waiting is None:
        return "must stay: what waits in RabbitMQ cannot be seen from here"
    if waiting:
        return f"must stay: {plural(waiting, 'message')} in the queues may be sealed with it"
    return "may be dropped once no phone holds what it sealed: after the longest offline window since it sealed last"


def _told(used: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in used.items()) or "nothing"


async def _limit(connection: AsyncConnection) -> None:
    """A table may be too long to be counted beside check-ins."""
    [row] = await rows(connection, "SELECT VERSION() AS version")
    is_mariadb = "MariaDB" in row["version"]
    limit = f"max_statement_time = {_COUNT_WITHIN_S}" if is_mariadb else f"max_execution_time = {_COUNT_WITHIN_S}000"
    await connection.execute(text(f"SET SESSION {limit}"))


async def count_credential(connection: AsyncConnection) -> Uses:
    """Evidence in schema `checkin`: of attempts, of their further copies, and of batches that wait to come in."""
    uses: dict[int, Counter[str]] = {}
    await _add(connection, uses, "evidence", _EVIDENCE)
    await _add(connection, uses, "undecided", _UNDECIDED)
    async for copy in _further_copies(connection):
        if len(copy.evidence) > _LEAST_BYTES and copy.evidence[0] == 1:
            uses.setdefault(copy.evidence[1], Counter())["further copies"] += 1
    return uses


async def _further_copies(connection: AsyncConnection) -> AsyncIterator[pb.Copy]:
    several = await connection.stream(text("SELECT copies FROM attempts WHERE copies IS NOT NULL"))
    async for (stored,) in several:
        for copy in _copies(pb.Copies, stored):
            yield copy
    waiting = await connection.stream(text("SELECT body FROM inbox"))
    async for (body,) in waiting:
        for copy in _copies(pb.AttemptedBatch, body):
            yield copy


def _copies(kind: type[pb.Copies] | type[pb.AttemptedBatch], stored: bytes) -> Iterable[pb.Copy]:
    try:
        return kind.FromString(stored).copies
    except DecodeError:
        return ()


async def count_pii(connection: AsyncConnection) -> Uses:
    """Personal data in schema `identity`; a person is found by an index of the key that sealed their openid."""
    uses: dict[int, Counter[str]] = {}
    for what, table, column in (
        ("people", "users", "openid"),
        ("names", "users", "name"),
        ("sessions", "sessions", "token"),
    ):
        counting = _SEALED.format(column=column, position=1, table=table)
        await _add(connection, uses, what, f"SELECT {counting} GROUP BY key_id")
    return uses


async def count_rosters(connection: AsyncConnection) -> Uses:
    """Personal data in schema `activity`; who is on a roster is found by indexes of the key that sealed it."""
    uses: dict[int, Counter[str]] = {}
    for what, table, column in (
        ("people on rosters", "roster_entries", "said"),
        ("people of imports", "roster_import_rows", "said"),
    ):
        counting = _SEALED.format(column=column, position=1, table=table)
        await _add(connection, uses, what, f"SELECT {counting} GROUP BY key_id")
    return uses


async def count_files(connection: AsyncConnection) -> Uses:
    """Keys of exported files and of robots in schema `reporting`; of what is erased there are none."""
    uses: dict[int, Counter[str]] = {}
    for what, table in (("exported files", "exports"), ("robots of group chats", "webhooks")):
        counting = _SEALED.format(column="sealed_key", position=2, table=table)
        await _add(connection, uses, what, f"SELECT {counting} GROUP BY key_id")
    return uses


async def _add(connection: AsyncConnection, uses: dict[int, Counter[str]], what: str, counting: str) -> None:
    for row in await rows(connection, counting):
        uses.setdefault(row["key_id"], Counter())[what] += row["items"]


async def _waiting(scene: Scene) -> int | None:
    """How many messages of attempts wait, dead ones too; None when nobody knows."""
    try:
        _, url = scene.seen.first_secret("AMQP_URL", "checkin", "recorder")
        async with rabbitmq(url) as connection, connection.channel(publisher_confirms=False) as channel:
            queues = [await channel.declare_queue(name, passive=True) for name in (RECORD_QUEUE, f"{RECORD_QUEUE}.dlq")]
            return sum(queue.declaration_result.message_count or 0 for queue in queues)
    except OutOfReachError:
        return None


CREDENTIAL = Secret(
    "QIANDAO_CREDENTIAL_SECRET",
    ("checkin", "recorder", "gateway", "activity"),
    ("checkin", "recorder"),
    count_credential,
)
PII = Secret("IDENTITY_PII_SECRET", ("identity",), ("identity",), count_pii)
ROSTERS = Secret("ACTIVITY_PII_SECRET", ("activity",), ("activity",), count_rosters)
FILES = Secret("QIANDAO_EXPORTS_SECRET", ("reporting", "exporter"), ("reporting", "exporter"), count_files)
