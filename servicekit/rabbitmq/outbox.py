"""The outbox: effects that must follow a transaction, kept in the same transaction until they are done.

A service writes a row per effect beside its own changes. After the commit it tries each at once; a sweeper repeats what
is left until it succeeds. Effects are independent of each other, may be done twice, and must be idempotent.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from prometheus_client import Counter, Gauge
from sqlalchemy import Column, MetaData, RowMapping, String, Table, Text, delete, select
from sqlalchemy.dialects.mysql import BINARY, DATETIME, LONGBLOB
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from servicekit.batching import NaturalBatcher, QueueFullError
from servicekit.clock import now_us, to_datetime
from servicekit.ids import new_id, to_text
from servicekit.mysql.database import unavailable_when_lost
from servicekit.rabbitmq.publisher import Publisher
from servicekit.rabbitmq.session import Backoff, pause_until
from servicekit.series import from_start
from servicekit.unreadable import Unreadable

log = logging.getLogger(__name__)

PUBLISH = "publish"

_LONGEST_PAUSE_S = 30.0
_HEADERS = Unreadable("outbox_headers")
_decode_headers = msgspec.json.Decoder(dict[str, str]).decode

_DELIVERED = Counter("outbox_delivered_total", "Effects tried.", ["kind", "result"])
_OLDEST = Gauge("outbox_oldest_seconds", "Age of the oldest effect the sweeper found; 0 when none was due.")


def outbox_table(metadata: MetaData) -> Table:
    """The table `outbox`, the same in every schema; ids are UUIDv7, so its key is also its order."""
    return Table(
        "outbox",
        metadata,
        Column("outbox_id", BINARY(16), primary_key=True),
        Column("kind", String(32), nullable=False),
        Column("exchange", String(64), nullable=False),
        Column("routing_key", String(128), nullable=False),
        Column("type", String(128), nullable=False),
        Column("body", LONGBLOB, nullable=False),
        Column("headers", Text, nullable=False),
        Column("created_at", DATETIME(fsp=6), nullable=False),
        mysql_charset="utf8mb4",
    )


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One effect that is to happen.

    Attributes:
        kind: Which of the outbox's effects.
        type: The message's full protobuf name; empty unless published, like exchange, routing_key and headers.
        created_at: Naive UTC.
    """

    kind: str
    body: bytes
    exchange: str = ""
    routing_key: str = ""
    type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    outbox_id: bytes = field(default_factory=new_id)
    created_at: datetime = field(default_factory=lambda: to_datetime(now_us()))

    @classmethod
    def message(
        cls, exchange: str, routing_key: str, body: bytes, *, type: str, headers: Mapping[str, str] | None = None
    ) -> "OutboxRow":
        """A message to publish."""
        return cls(PUBLISH, body, exchange, routing_key, type, headers or {})

    @classmethod
    def effect(cls, kind: str, body: bytes) -> "OutboxRow":
        """Anything else; only the service knows what the body says."""
        return cls(kind, body)


Effect = Callable[[OutboxRow], Awaitable[None]]


def publish_effect(publisher: Publisher) -> Effect:
    """The effect of kind `publish`: done when the broker has confirmed; the row's id is the message's."""

    async def publish(row: OutboxRow) -> None:
        await publisher.publish(
            row.exchange,
            row.routing_key,
            row.body,
            message_id=to_text(row.outbox_id),
            type=row.type,
            headers=row.headers,
        )

    return publish


class Outbox:
    """Writes, tries and repeats effects; several replicas may sweep one table.

    Args:
        engine: Connects to the schema; its user may SELECT, INSERT, UPDATE and DELETE on the table.
        table: Made by `outbox_table`.
        effects: By kind. Each has its own deadline and raises when it has not happened.
        after_s: Age at which a row is the sweeper's; longer than a first try takes.
        interval_s: Between sweeps; doubles up to 30 s while something fails.
        page: Rows locked, and effects tried, at a time.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        table: Table,
        effects: Mapping[str, Effect],
        *,
        after_s: float = 5.0,
        interval_s: float = 2.5,
        page: int = 100,
    ) -> None:
        self._engine = engine
        self._table = table
        self._effects = effects
        from_start(_DELIVERED, kind=effects, result=("done", "failed"))
        self._after = timedelta(seconds=after_s)
        self._interval_s = interval_s
        self._page = page
        self._stopping = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        # Rows done meanwhile share one DELETE, so that a rush does not pay a commit for each.
        self._forgetting: NaturalBatcher[bytes, None] = NaturalBatcher(self._forget, max_in_flight=1)

    async def write(self, connection: AsyncConnection, rows: Sequence[OutboxRow]) -> None:
        """Adds rows to the caller's transaction, in one statement."""
        if rows:
            columns = "outbox_id, kind, exchange, routing_key, type, body, headers, created_at"
            text = f"INSERT INTO {self._table.name} ({columns}) VALUES " + ",".join(map(_values, rows))  # noqa: S608
            await connection.exec_driver_sql(text)

    async def deliver_now(self, rows: Sequence[OutboxRow]) -> None:
        """Tries each row once, all at the same time, after the commit that wrote them.

        A failure is logged and left to the sweeper. If this is never called, the sweeper does it all.
        """
        done = [row.outbox_id for row in await self._try_all(rows)]
        try:
            await asyncio.gather(*(self._forgetting.submit(outbox_id) for outbox_id in done))
        except (SQLAlchemyError, OSError, QueueFullError) as error:
            log.warning("%d effects will be repeated, their rows could not be deleted: %r", len(done), error)

    async def is_done_with(self, kind: str) -> bool:
        """Whether no effect of a kind is left to be done.

        Raises:
            UnavailableError: The database is gone.
        """
        left = select(self._table.c.outbox_id).where(self._table.c.kind == kind).limit(1)
        with unavailable_when_lost():
            async with self._engine.connect() as connection:
                return await connection.scalar(left) is None

    async def sweep(self) -> bool:
        """Tries every row that is due, page by page; returns whether all of them succeeded.

        Raises:
            SQLAlchemyError: The database is gone.
        """
        cutoff = to_datetime(now_us()) - self._after
        last: bytes | None = b""
        all_done, oldest_s = True, 0.0
        while last is not None:
            rows, done = await self._sweep_page(cutoff, last)
            all_done = all_done and len(done) == len(rows)
            oldest_s = max([oldest_s, *(_age_s(row) for row in rows)])
            last = rows[-1].outbox_id if len(rows) == self._page else None
        _OLDEST.set(oldest_s)
        return all_done

    async def run(self) -> None:
        """Sweeps until stopped."""
        self._idle.clear()
        backoff = Backoff(self._interval_s, _LONGEST_PAUSE_S)
        try:
            while not self._stopping.is_set():
                if await self._sweep_or_log():
                    backoff.reset()
                await pause_until(self._stopping, backoff.pause_s())
        finally:
            self._idle.set()

    async def stop(self) -> None:
        """Ends `run` after the sweep under way, and finishes deleting what is done."""
        self._stopping.set()
        await self._idle.wait()
        await self._forgetting.drain()

    async def _sweep_or_log(self) -> bool:
        try:
            return await self.sweep()
        except (SQLAlchemyError, OSError) as error:
            log.warning("the outbox cannot be swept: %r", error)
            return False

    async def _sweep_page(self, cutoff: datetime, after: bytes) -> tuple[list[OutboxRow], list[OutboxRow]]:
        """One page of due rows beyond an id and those of them now done; the locks keep other replicas off them."""
        table = self._table
        due = (
            select(table)
            .where(table.c.outbox_id > after, table.c.created_at < cutoff)
            .order_by(table.c.outbox_id)
            .limit(self._page)
            .with_for_update(skip_locked=True)
        )
        async with self._engine.begin() as connection:
            rows = [_row(columns) for columns in (await connection.execute(due)).mappings()]
            done = await self._try_all(rows)
            if done:
                await connection.execute(delete(table).where(table.c.outbox_id.in_([row.outbox_id for row in done])))
        return rows, done

    async def _try_all(self, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        results = await asyncio.gather(*(self._try(row) for row in rows))
        return [row for row, is_done in zip(rows, results, strict=True) if is_done]

    async def _try(self, row: OutboxRow) -> bool:
        try:
            await self._effects[row.kind](row)
        except Exception as error:
            # Whatever an effect raises means "not yet"; the row stays and the sweeper repeats it.
            _DELIVERED.labels(row.kind, "failed").inc()
            log.warning("%s of outbox row %s will be repeated: %r", row.kind, to_text(row.outbox_id), error)
            return False
        _DELIVERED.labels(row.kind, "done").inc()
        return True

    async def _forget(self, outbox_ids: list[bytes]) -> list[None]:
        async with self._engine.begin() as connection:
            await connection.execute(delete(self._table).where(self._table.c.outbox_id.in_(outbox_ids)))
        return [None] * len(outbox_ids)


def _values(row: OutboxRow) -> str:
    """A row of literals: escaping a body as a parameter costs more than all the rest of a large transaction."""
    texts = (row.kind, row.exchange, row.routing_key, row.type)
    body, headers = _hexadecimal(row.body), _text(msgspec.json.encode(row.headers))
    written = ",".join(_text(text.encode()) for text in texts)
    return f"(0x{row.outbox_id.hex()},{written},{body},{headers},'{row.created_at:%Y-%m-%d %H:%M:%S.%f}')"


def _hexadecimal(value: bytes) -> str:
    return f"0x{value.hex()}" if value else "''"


def _text(value: bytes) -> str:
    return f"_utf8mb4 0x{value.hex()}" if value else "''"


def _row(columns: RowMapping) -> OutboxRow:
    return OutboxRow(**{**columns, "headers": _headers(columns)})


def _headers(columns: RowMapping) -> Mapping[str, str]:
    """None where they cannot be read: the effect is worth more than its trace."""
    try:
        return _decode_headers(columns["headers"])
    except msgspec.MsgspecError as error:
        _HEADERS.note(columns["outbox_id"], error)
        return {}


def _age_s(row: OutboxRow) -> float:
    return (to_datetime(now_us()) - row.created_at).total_seconds()
