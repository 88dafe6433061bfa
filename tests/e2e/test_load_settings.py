"""Load runs measure exactly what `make up` starts: nothing is switched off, nothing is made less durable."""

from pathlib import Path

import aio_pika
import httpx
import pytest

from deploy import fleet
from deploy.fleet import PROCESSES, SECRETS, VHOST, Place, instance
from deploy.local.stack import Shape
from servicekit.rabbitmq.topology import Queue
from services.checkin.queues import TOPOLOGY
from tests.load.accounting import Program, programs
from tests.load.reconcile import database

REPLICAS = [(name, replica) for name in PROCESSES for replica in range(Shape.of_running().counts[name])]


def running(name: str) -> Program:
    """A program as a load run finds it."""
    return next(program for program in programs() if program.name == name)


def environment_of(program: Program) -> dict[str, str]:
    """What a running program was started with."""
    entries = Path(f"/proc/{program.pid}/environ").read_text().split("\0")
    return dict(entry.partition("=")[::2] for entry in entries if entry)


@pytest.mark.parametrize(("name", "replica"), REPLICAS)
async def test_every_process_runs_with_the_settings_of_make_up(name: str, replica: int) -> None:
    """Each process has the settings of the launcher's table and no others of ours, traces among them."""
    shape = Shape.of_running()
    process = PROCESSES[name]
    listening = fleet.ports(process, replica, shape.http_port)
    place = fleet.local_place(shape.counts, shape.http_port)
    expected = fleet.environment(process, listening, place)

    found = environment_of(running(instance(name, replica)))

    ours = {name: value for name, value in found.items() if name.startswith(("QIANDAO_", process.prefix))}
    assert ours == expected
    assert ours["QIANDAO_OTLP_ENDPOINT"] and float(ours["QIANDAO_TRACE_RATIO"]) > 0


@pytest.mark.parametrize(("name", "replica"), REPLICAS)
async def test_every_process_is_ready_and_counts(name: str, replica: int) -> None:
    """Antifraud, projector and all the others are there, and tell their metrics."""
    ops = f"http://127.0.0.1:{running(instance(name, replica)).ports['ops']}"
    async with httpx.AsyncClient(base_url=ops) as http:
        ready, metrics = await http.get("/readyz"), await http.get("/metrics")

    assert ready.status_code == 200
    assert "process_cpu_seconds_total" in metrics.text


async def test_traces_have_somewhere_to_go() -> None:
    """The collector that every process sends to answers."""
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{Place().traces}/healthz")

    assert answer.status_code == 200


async def test_mysql_flushes_at_every_commit() -> None:
    """A commit is on disk before it is answered."""
    with database() as cursor:
        cursor.execute("SHOW GLOBAL VARIABLES LIKE 'innodb%'")
        found = dict(cursor.fetchall())

    assert found["innodb_flush_log_at_trx_commit"] == "1"
    assert found["innodb_doublewrite"] == "ON"


@pytest.mark.parametrize("queue", TOPOLOGY.queues, ids=lambda queue: queue.name)
async def test_attempts_wait_in_a_quorum_queue(queue: Queue) -> None:
    """The broker has the queue with these very arguments: it refuses a declaration with any others."""
    password = (SECRETS / "rabbitmq-admin").read_text()
    connection = await aio_pika.connect(f"amqp://admin:{password}@{Place().amqp}/{VHOST}", timeout=5)
    async with connection:
        channel = await connection.channel()
        await channel.declare_queue(queue.name, durable=True, arguments=queue.arguments)

    assert queue.arguments["x-queue-type"] == "quorum"
