"""The outbox on a real database: an effect happens if and only if its transaction did, and is repeated until it has."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aio_pika
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import MetaData, Table, event, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.clock import now_us, to_datetime
from servicekit.ids import to_text
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.outbox import PUBLISH, Outbox, OutboxRow, outbox_table, publish_effect
from servicekit.rabbitmq.publisher import Publisher
from servicekit.rabbitmq.topology import Binding, Topology, work_queue
from tests.contract.servicekit.rabbitmq.queues import Eventually

HINT = "hint"


class Outside:
    """The world where effects happen; it can refuse and it can be slow."""

    def __init__(self) -> None:
        self.seen: list[OutboxRow] = []
        self.refused: set[bytes] = set()
        self.open = asyncio.Event()
        self.open.set()

    async def take(self, row: OutboxRow) -> None:
        """Lets an effect happen."""
        await self.open.wait()
        if row.body in self.refused:
            raise ConnectionError("not now")
        self.seen.append(row)

    @property
    def bodies(self) -> list[bytes]:
        """What happened, in order."""
        return [row.body for row in self.seen]


def old_row(body: bytes, kind: str = HINT) -> OutboxRow:
    """A row whose process died a minute ago, before it could try; sorts by its body."""
    written_at = to_datetime(now_us()) - timedelta(minutes=1)
    return OutboxRow(kind, body, outbox_id=body.rjust(16, b"\0"), created_at=written_at)


@pytest.fixture
async def table(engine: AsyncEngine) -> AsyncIterator[Table]:
    """An empty outbox."""
    metadata = MetaData()
    table = outbox_table(metadata)
    async with engine.begin() as connection:
        # The recorder's tests share the schema and leave effects behind.
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
    yield table
    async with engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)


@pytest.fixture
def outside() -> Outside:
    """The world."""
    return Outside()


@pytest.fixture
def outbox(engine: AsyncEngine, table: Table, outside: Outside) -> Outbox:
    """An outbox with one kind of effect and small pages."""
    return Outbox(engine, table, {HINT: outside.take}, page=2, interval_s=0.02)


async def write(outbox: Outbox, engine: AsyncEngine, *rows: OutboxRow) -> None:
    """Commits rows."""
    async with engine.begin() as connection:
        await outbox.write(connection, rows)


async def count(engine: AsyncEngine, table: Table) -> int:
    """Rows left."""
    async with engine.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def test_a_row_comes_back_as_it_was_written(outbox: Outbox, engine: AsyncEngine, outside: Outside) -> None:
    """Every column survives the database, binary bodies and Chinese headers too."""
    written_at = to_datetime(1_700_000_000_123_456)
    row = OutboxRow(HINT, bytes(range(256)), "activity", "changed.v1", "T", {"title": "签到"}, created_at=written_at)
    await write(outbox, engine, row)
    assert await outbox.sweep()
    assert outside.seen == [row]


async def test_no_effect_without_the_transaction(
    outbox: Outbox, engine: AsyncEngine, table: Table, outside: Outside
) -> None:
    """A rollback takes its effects along."""
    async with engine.connect() as connection:
        await outbox.write(connection, [old_row(b"never")])
        await connection.rollback()
    await outbox.sweep()
    assert outside.bodies == []


async def test_what_is_delivered_at_once_is_forgotten(
    outbox: Outbox, engine: AsyncEngine, table: Table, outside: Outside
) -> None:
    """After the commit each effect is tried; only what failed stays."""
    rows = [OutboxRow.effect(HINT, body) for body in (b"1", b"2", b"3")]
    outside.refused = {b"2"}
    await write(outbox, engine, *rows)
    await outbox.deliver_now(rows)
    assert outside.bodies == [b"1", b"3"]
    assert await count(engine, table) == 1


async def test_effects_are_independent(engine: AsyncEngine, table: Table, outside: Outside) -> None:
    """A kind that fails does not hold up another."""
    gone = Outside()
    gone.refused = {b"message"}
    outbox = Outbox(engine, table, {HINT: outside.take, PUBLISH: gone.take})
    rows = [OutboxRow.message("checkin", "recorded.v1", b"message", type="T"), OutboxRow.effect(HINT, b"hint")]
    await write(outbox, engine, *rows)
    await outbox.deliver_now(rows)
    assert outside.bodies == [b"hint"]
    assert await count(engine, table) == 1


async def test_a_rush_shares_its_deletes(outbox: Outbox, engine: AsyncEngine, table: Table) -> None:
    """Rows done while one DELETE runs go together in the next."""
    rows = [OutboxRow.effect(HINT, b"%d" % number) for number in range(40)]
    await write(outbox, engine, *rows)
    statements: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    await asyncio.gather(*(outbox.deliver_now([row]) for row in rows))
    deletes = [statement for statement in statements if statement.startswith("DELETE")]
    assert len(deletes) <= 4
    assert await count(engine, table) == 0


async def test_the_sweeper_leaves_young_rows_to_their_writer(
    outbox: Outbox, engine: AsyncEngine, outside: Outside
) -> None:
    """A row that its writer may be trying right now is not due."""
    await write(outbox, engine, old_row(b"old"), OutboxRow.effect(HINT, b"young"))
    await outbox.sweep()
    assert outside.bodies == [b"old"]


async def test_the_sweeper_repeats_until_it_is_done(
    outbox: Outbox, engine: AsyncEngine, table: Table, outside: Outside, eventually: Eventually
) -> None:
    """A process that died after its commit loses nothing, however long the outside is away."""
    outside.refused = {b"1", b"2", b"3"}
    await write(outbox, engine, *(old_row(body) for body in (b"1", b"2", b"3")))
    sweeping = asyncio.create_task(outbox.run())
    labels = {"kind": HINT, "result": "failed"}
    await eventually(lambda: (REGISTRY.get_sample_value("outbox_delivered_total", labels) or 0) >= 3)
    assert await count(engine, table) == 3
    assert (REGISTRY.get_sample_value("outbox_oldest_seconds") or 0) >= 0
    outside.refused = set()
    await eventually(lambda: len(outside.seen) == 3)
    await outbox.stop()
    await sweeping
    assert await count(engine, table) == 0


async def test_a_row_that_never_works_holds_up_nobody(
    outbox: Outbox, engine: AsyncEngine, table: Table, outside: Outside
) -> None:
    """A sweep goes past pages of failures to the rows behind them."""
    outside.refused = {b"1", b"2", b"3"}
    await write(outbox, engine, *(old_row(b"%d" % number) for number in range(1, 8)))
    assert not await outbox.sweep()
    assert sorted(outside.bodies) == [b"4", b"5", b"6", b"7"]
    assert await count(engine, table) == 3


async def test_two_sweepers_do_not_take_the_same_row(
    outbox: Outbox, engine: AsyncEngine, table: Table, outside: Outside, eventually: Eventually
) -> None:
    """A replica skips what another has in hand, and waits for nothing."""
    await write(outbox, engine, old_row(b"1"), old_row(b"2"), old_row(b"3"))
    first_is_in = asyncio.Event()

    async def hold(row: OutboxRow) -> None:
        first_is_in.set()
        await outside.take(row)

    other = Outbox(engine, table, {HINT: hold}, page=2)
    outside.open.clear()
    slow = asyncio.create_task(other.sweep())
    await first_is_in.wait()
    outside_of_quick = Outside()
    await Outbox(engine, table, {HINT: outside_of_quick.take}, page=2).sweep()
    assert outside_of_quick.bodies == [b"3"]
    outside.open.set()
    await slow
    assert outside.bodies == [b"1", b"2"]
    assert await count(engine, table) == 0


async def test_it_outlives_the_database(
    table: Table, outside: Outside, caplog: pytest.LogCaptureFixture, eventually: Eventually
) -> None:
    """A sweeper whose database is gone tries again, and stops when told to."""
    engine = create_engine("mysql+aiomysql://nobody:nothing@127.0.0.1:1/nowhere")
    outbox = Outbox(engine, table, {HINT: outside.take}, interval_s=0.01)
    sweeping = asyncio.create_task(outbox.run())
    await eventually(lambda: caplog.text.count("cannot be swept") >= 2)
    await outbox.deliver_now([OutboxRow.effect(HINT, b"done, though its row stays")])
    await outbox.stop()
    await sweeping
    assert outside.bodies == [b"done, though its row stays"]


async def test_a_published_row_is_a_confirmed_message(
    engine: AsyncEngine, table: Table, amqp_url: str, unique: str
) -> None:
    """It is in the queue with the row's id, type and headers, and only then is the row gone."""
    topology = Topology((unique,), (work_queue(unique, Binding(unique, "recorded.v1"), max_bytes=100_000),))
    publisher = Publisher(amqp_url, process="test", topology=topology, timeout_s=5)
    outbox = Outbox(engine, table, {PUBLISH: publish_effect(publisher)})
    row = OutboxRow.message(unique, "recorded.v1", b"body", type="T", headers={"traceparent": "00-aa"})
    await write(outbox, engine, row)
    await outbox.deliver_now([row])
    assert await count(engine, table) == 1
    publisher.start()
    assert await publisher.wait_connected(10)
    await outbox.deliver_now([row])
    assert await count(engine, table) == 0
    message = await taken_and_removed(amqp_url, unique)
    assert (message.body, message.message_id, message.type) == (b"body", to_text(row.outbox_id), "T")
    assert message.headers["traceparent"] == "00-aa"
    await publisher.close()


async def taken_and_removed(amqp_url: str, name: str) -> aio_pika.abc.AbstractIncomingMessage:
    """The message in a queue, and the end of the queue."""
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        queue = await channel.get_queue(name)
        message = await queue.get(no_ack=True)
        for made in (name, f"{name}.dlq"):
            await channel.queue_delete(made)
            await channel.exchange_delete(made)
        return message
