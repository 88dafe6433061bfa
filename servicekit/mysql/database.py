"""MySQL and MariaDB through SQLAlchemy Core on aiomysql."""

import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import Gauge
from pymysql.constants import CR
from sqlalchemy import event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from servicekit.bulk_histogram import BulkHistogram
from servicekit.errors import UnavailableError
from servicekit.settings import trusting

_WAIT = BulkHistogram(
    "db_pool_wait_seconds",
    "Until a caller had its connection to MySQL.",
    (0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
)
_IN_USE = Gauge("db_pool_in_use", "Connections to MySQL that somebody has.")
_POOLS: "weakref.WeakSet[MeasuredPool]" = weakref.WeakSet()

_SESSION = "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'"
_RETRYABLE = {1205, 1213}
_DUPLICATE_KEY = 1062
_ACCESS_REFUSED = {1044, 1045, 1049, 1698}
# A time that a column cannot hold, which PyMySQL does not count among data errors.
_WRONG_VALUE = 1292


def create_engine(
    url: str,
    *,
    ca_file: str = "",
    pool_size: int = 8,
    pool_timeout_s: float = 0.5,
    count_changed_rows: bool = False,
    is_repeated: bool = False,
) -> AsyncEngine:
    """A lazy engine: connects on first use, READ COMMITTED, strict mode, UTC.

    Args:
        url: `mysql+aiomysql://user:password@host:port/schema?charset=utf8mb4`.
        ca_file: TLS, verified by this authority; empty: as the URL says.
        pool_size: Connections at most; replicas times this must stay below the server's limit.
        pool_timeout_s: How long a caller waits for a connection before UNAVAILABLE.
        count_changed_rows: `rowcount` leaves out rows that a statement found as they should be; then an
            INSERT ... ON DUPLICATE KEY UPDATE that changes nothing counts exactly the rows it inserted.
        is_repeated: The caller repeats what fails on a lost connection and ends every transaction itself, so that
            no connection is tried before it is used nor rolled back after; saves two round trips each.
    """
    connect_args: dict[str, object] = {"init_command": _SESSION, "connect_timeout": 2}
    if ca_file:
        connect_args["ssl"] = trusting(ca_file)
    if count_changed_rows:
        # SQLAlchemy sets CLIENT_FOUND_ROWS unless told otherwise.
        connect_args["client_flag"] = 0
    engine = create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        poolclass=MeasuredPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout_s,
        pool_recycle=1800,
        pool_pre_ping=not is_repeated,
        pool_reset_on_return=None if is_repeated else "rollback",
        connect_args=connect_args,
    )
    event.listen(engine.sync_engine, "do_connect", _connect)
    return engine


def _connect(dialect: Dialect, _: object, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Connects; a server that hangs up as it is reached is gone, which its driver takes for an error of our own."""
    try:
        return dialect.connect(*arguments, **options)
    except RuntimeError as error:
        raise dialect.loaded_dbapi.OperationalError(CR.CR_SERVER_LOST, str(error)) from error


class MeasuredPool(AsyncAdaptedQueuePool):
    """A pool that tells how long its callers wait, connecting included, and how many connections are out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _POOLS.add(self)

    def _do_get(self) -> ConnectionPoolEntry:
        started = time.perf_counter()
        try:
            return super()._do_get()
        finally:
            _WAIT.observe([time.perf_counter() - started])


def _in_use() -> int:
    return sum(pool.checkedout() for pool in _POOLS)


_IN_USE.set_function(_in_use)


def error_code(error: DBAPIError) -> int:
    """The server's or driver's error number, 0 when it gave none."""
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0


def is_lock_conflict(error: DBAPIError) -> bool:
    """Lock wait timeout or deadlock: the transaction was rolled back and may simply be repeated."""
    return error_code(error) in _RETRYABLE


def is_duplicate_key(error: DBAPIError) -> bool:
    """A unique key refused the row."""
    return error_code(error) == _DUPLICATE_KEY


def is_data_refused(error: DBAPIError) -> bool:
    """The rows are at fault, and others would be taken; anything else, a missing right or table too, may pass."""
    return isinstance(error, DataError | IntegrityError) or error_code(error) == _WRONG_VALUE


def is_connection_lost(error: DBAPIError) -> bool:
    """The server is gone or not there yet, as opposed to refusing the statement."""
    return error.connection_invalidated or isinstance(error, InterfaceError) or 2000 <= error_code(error) < 2100


def is_access_refused(error: DBAPIError) -> bool:
    """The user, the password or the schema is not one that the server knows."""
    return error_code(error) in _ACCESS_REFUSED


@contextmanager
def unavailable_when_lost() -> Iterator[None]:
    """Turns a lost server, a full pool or a lock conflict into UNAVAILABLE, for requests a client may repeat."""
    try:
        yield
    except PoolTimeoutError as error:
        raise UnavailableError("the database is busy; try again", retry_after_s=1) from error
    except (OperationalError, InterfaceError) as error:
        if is_connection_lost(error) or is_lock_conflict(error):
            raise UnavailableError("the database is not reachable; try again", retry_after_s=2) from error
        raise
