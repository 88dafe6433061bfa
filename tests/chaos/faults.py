"""The table of faults: every way in which the chaos suite breaks the running stack, each mended on the way out.

Rows of the degradation matrix carry its name for them. "Dead" is `kill -9`; the launcher brings the dead back.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from deploy.fleet import PROCESSES
from deploy.local import launch
from deploy.local.stack import Shape
from services.checkin.judging.snapshots import FRESH_S
from services.checkin.queues import RECORD_QUEUE
from services.reporting.worker import RECORDED_QUEUE
from tests.chaos import breaking
from tests.chaos.breaking import SERVERS, Proxies
from tests.chaos.trial import Fault

NORMAL = frozenset({"accepted", "duplicate", "pending_review"})
# A second tap after an accepted first one is its duplicate, whoever judges it.
UNDECIDED = frozenset({"provisional", "duplicate"})
SAVED = frozenset({"unavailable"})
SILENCE = frozenset({"no answer"})

_HANG_S = 10.0
_LATENCY_MS = 300
_RUSH = 1_000

# What people are told while a program is dead or does not answer.
_TOLD = dict.fromkeys((*PROCESSES, *SERVERS), NORMAL) | {
    "antifraud": UNDECIDED,
    "checkin": UNDECIDED,
    "gateway": SILENCE,
}
_TOLD_WITHOUT_EDGE = {"gateway-checkin": UNDECIDED, "checkin-antifraud": UNDECIDED}
_TOLD_WITH_SLOW_EDGE = {"checkin-antifraud": UNDECIDED}
_ROWS = {
    "activity": "activity, snapshot fresh",
    "identity": "identity",
    "checkin": "checkin service",
    "mariadb": "MySQL",
    "redis": "Redis",
    "rabbitmq": "RabbitMQ down",
}
# The edges that a check-in takes and the slowest to find out when they are gone; the night breaks all.
_EDGES = (
    "gateway-checkin",
    "gateway-redis",
    "checkin-antifraud",
    "checkin-redis",
    "checkin-rabbitmq",
    "checkin-activity",
    "recorder-mariadb",
    "recorder-rabbitmq",
    "projector-rabbitmq",
)


@asynccontextmanager
async def dead(*names: str, for_s: float = 0.0) -> AsyncIterator[None]:
    """Programs killed at once, for some time before anything else happens; then the launcher starts them again."""
    breaking.kill(names)
    try:
        await asyncio.sleep(for_s)
        yield
    finally:
        await breaking.restart(names)


@asynccontextmanager
async def everything_dead() -> AsyncIterator[None]:
    """Every process and every server killed at once, and `make up`."""
    breaking.kill(breaking.everything())
    try:
        yield
    finally:
        await breaking.start_everything(proxied=False)


@asynccontextmanager
async def silent(name: str) -> AsyncIterator[None]:
    """A program that keeps its connections and says nothing."""
    breaking.hang(name)
    try:
        yield
    finally:
        breaking.wake(name)


@asynccontextmanager
async def memory_alarm() -> AsyncIterator[None]:
    """The broker does not read from publishers; consumers go on."""
    await breaking.raise_memory_alarm()
    try:
        yield
    finally:
        await breaking.clear_memory_alarm()


@asynccontextmanager
async def full_queue(queue: str, consumer: str) -> AsyncIterator[None]:
    """The consumers are gone, and their queue takes nothing more, or forgets what came before: as it is made."""
    consumers = [name for name in launch.names_on_file() if name.partition(".")[0] == consumer]
    for name in consumers:
        await breaking.stop(name)
    await breaking.fill(queue)
    try:
        yield
    finally:
        await breaking.unfill()
        await breaking.restart(consumers)


@asynccontextmanager
async def cut(edge: str) -> AsyncIterator[None]:
    """Connections between two programs end, and new ones are refused."""
    proxies = Proxies()
    await proxies.cut(edge)
    try:
        yield
    finally:
        await proxies.mend_all()


@asynccontextmanager
async def slow(edge: str) -> AsyncIterator[None]:
    """One program's answers reach another 300 ms late."""
    proxies = Proxies()
    await proxies.slow(edge, _LATENCY_MS)
    try:
        yield
    finally:
        await proxies.mend_all()


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    """All is well."""
    yield


HEALTHY = Fault("nothing", nothing, told=NORMAL, hold_s=2, people=_RUSH, is_instant=True)


def faults() -> Iterator[Fault]:
    """All of them, those that need no proxies first, and before them what a rush is when all is well."""
    yield HEALTHY
    yield from _matrix()
    yield from _deaths()
    yield from _hangs()
    yield Fault("everything dead", everything_dead, told=SILENCE, recovers_within_s=180)
    yield from _edges()


def _matrix() -> Iterator[Fault]:
    """Rows of the degradation matrix that are more than one death."""
    antifraud = Fault("antifraud dead", partial(dead, "antifraud"), "antifraud down", told=UNDECIDED)
    yield replace(antifraud, hold_s=3, people=_RUSH, is_instant=True, recovers_within_s=300)
    yield Fault("antifraud silent", partial(silent, "antifraud"), "antifraud slow", hold_s=_HANG_S, told=UNDECIDED)
    unknown = Fault(
        "activity dead and new",
        partial(dead, "activity"),
        "activity, no snapshot",
        told=UNDECIDED,
        is_known=False,
    )
    yield unknown
    yield replace(
        unknown,
        name="activity dead for a minute",
        breaks=partial(dead, "activity", for_s=FRESH_S + 3),
        row="activity, no fresh snapshot",
        is_known=True,
        is_long=True,
    )
    # While a rush is read, confirmations are read late: nobody in it may be told that nothing holds their check-in.
    yield Fault("checkin killed in a rush", partial(dead, "checkin"), told=UNDECIDED, people=2 * _RUSH)
    yield Fault("memory alarm", memory_alarm, "RabbitMQ alarm", told=NORMAL)
    yield Fault("full queue", partial(full_queue, RECORD_QUEUE, "recorder"), "RabbitMQ full", told=NORMAL)
    # What nobody projected is gone for good: the comparison finds it.
    forgets = partial(full_queue, RECORDED_QUEUE, "projector")
    yield Fault("projector's queue overflowed", forgets, told=NORMAL, recovers_within_s=180)
    away = Fault("mariadb dead for a minute", partial(dead, "mariadb", for_s=60), told=NORMAL, is_long=True)
    yield replace(away, recovers_within_s=180)
    neither = Fault("rabbitmq+mariadb dead", partial(dead, "rabbitmq", "mariadb"), "RabbitMQ and MySQL", told=SAVED)
    yield neither
    yield replace(neither, name="rabbitmq+mariadb dead, clocks hours off", row="", clocks_off_h=9)
    yield replace(
        neither,
        name="rabbitmq+checkin dead",
        breaks=partial(dead, "rabbitmq", "checkin"),
        row="RabbitMQ and checkin",
    )
    yield Fault(
        "reporting+projector dead", partial(dead, "reporting", "projector"), "reporting, projector", told=NORMAL
    )
    offline = Fault("phones offline", nothing, "the phone's network", told=SILENCE, are_phones_offline=True)
    yield offline
    yield replace(offline, name="phones offline, clocks hours off", row="", clocks_off_h=9)
    yield Fault("clocks hours off", nothing, told=NORMAL, hold_s=2, clocks_off_h=9)


def _deaths() -> Iterator[Fault]:
    """Every program killed at once."""
    for name in (*PROCESSES, *SERVERS):
        if name != "antifraud":
            yield Fault(f"{name} dead", partial(dead, name), _ROWS.get(name, ""), told=_TOLD[name])


def _hangs() -> Iterator[Fault]:
    """Every program that stops; a gateway that wakes answers those who still wait for it."""
    for name in (*PROCESSES, *SERVERS):
        if name != "antifraud":
            told = _TOLD[name] | (NORMAL if name == "gateway" else frozenset())
            yield Fault(f"{name} silent", partial(silent, name), hold_s=_HANG_S, told=told)


def _edges() -> Iterator[Fault]:
    """Every edge between two programs, cut and slowed."""
    counts = Shape.asked_for({}).counts
    for edge in Shape(counts, is_proxied=True).edges():
        fault = Fault(
            f"{edge.name} cut",
            partial(cut, edge.name),
            told=_TOLD_WITHOUT_EDGE.get(edge.name, NORMAL),
            is_proxied=True,
            is_long=edge.name not in _EDGES,
        )
        yield fault
        yield replace(
            fault,
            name=f"{edge.name} slow",
            breaks=partial(slow, edge.name),
            told=_TOLD_WITH_SLOW_EDGE.get(edge.name, NORMAL),
        )
