"""A line of what is measured: how long a query takes, and how it is answered."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.ext.asyncio import AsyncEngine

TIMES = 20


@dataclass(frozen=True)
class Found:
    """A line of what is measured."""

    what: str
    found: str

    def __str__(self) -> str:
        return f"{self.what:32} {self.found}"


def spread(took: Sequence[float]) -> str:
    """Their median and how slow they get."""
    ordered = sorted(took)
    return f"median {median(ordered):.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.1f}, of {len(ordered)}"


async def times_ms(does: Callable[[], Awaitable[object]], times: int = TIMES) -> list[float]:
    """How long it takes each time."""
    return [await took_ms(does) for _ in range(times)]


async def took_ms(does: Callable[[], Awaitable[object]]) -> float:
    """How long it takes."""
    began_at = time.perf_counter()
    await does()
    return 1000 * (time.perf_counter() - began_at)


async def explain(engine: AsyncEngine, query: ClauseElement) -> Found:
    """How a query is answered."""
    compiled: Any = query.compile(dialect=engine.dialect, compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup)
    async with engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN {compiled}", values)
        return Found("  EXPLAIN", "; ".join(" ".join(str(word) for word in row) for row in rows))
