"""Replays dead letters: `python -m services.checkin.recording.replay [--list] [--limit N]`, where a recorder runs.

Each message goes straight to the record function, with the trust its first publisher has, and leaves the dead letters
when all of it is recorded; the rest stays. Hints and events wait in the outbox, for the recorder to send.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from servicekit.errors import UnavailableError
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.browse import browse
from servicekit.rabbitmq.delivery import Delivery
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from servicekit.rabbitmq.topology import DEAD_LETTERS
from servicekit.settings import load
from services.checkin.queues import DECIDE_QUEUE, RECORD_QUEUE
from services.checkin.recording import transactions
from services.checkin.recording.intake import DecideWorker, RecordWorker
from services.checkin.recording.messages import Part, UntrustedMessageError
from services.checkin.recording.record import Recorder
from services.checkin.settings import RecorderSettings
from services.checkin.tables import outbox as outbox_rows

_LIMIT = 1000
# Only its word on who published a message first counts; the broker verifies whose word it is.
_RECORDER = "recorder"
_HEADLINE = ("queue", "cause", "publisher", "age", "bytes", "result")
_WIDTHS = (18, 48, 10, 8, 8, 0)

Take = Callable[[Delivery], Awaitable[Sequence[Part]]]  # type: ignore[type-arg]


class _Later:
    """Leaves effects where the transaction wrote them: the recorder's sweeper finds them."""

    async def deliver_now(self, rows: Sequence[OutboxRow]) -> None:
        """Does nothing now."""


async def replay(settings: RecorderSettings, limit: int, is_only_listed: bool) -> list[tuple[str, ...]]:
    """Tries the oldest dead letters of each queue.

    Args:
        limit: So many of each queue at most.
        is_only_listed: Tries none, and says what is there.

    Returns:
        A line for each: queue, cause, first publisher, age, bytes, and what became of it.

    Raises:
        UnavailableError: RabbitMQ is gone.
    """
    engine = create_engine(
        settings.database_url, ca_file=settings.mysql_ca_file, pool_size=2, count_changed_rows=True, is_repeated=True
    )
    outbox = Outbox(engine, outbox_rows, {})
    recorder = Recorder(lambda: transactions.begin(engine, outbox))
    ways: dict[str, Take] = {
        RECORD_QUEUE: RecordWorker(recorder, _Later()).take,
        DECIDE_QUEUE: DecideWorker(recorder, _Later()).take,
    }
    lines = []
    try:
        for queue, take in ways.items():
            dead = queue + DEAD_LETTERS
            async with browse(
                settings.amqp_url, dead, ca_file=settings.amqp_ca_file, process="replay", limit=limit
            ) as batch:
                for letter in batch.deliveries:
                    fault = "listed" if is_only_listed else await _fault(letter, take)
                    if not fault:
                        await batch.ack(letter)
                    lines.append(_line(queue, letter, fault or "recorded"))
    finally:
        await engine.dispose()
    return lines


async def _fault(letter: Delivery, take: Take) -> str:
    """Why a dead letter has to stay; empty when all of it is recorded."""
    if letter.user_id != _RECORDER:
        return f"stays: put there by {letter.user_id!r}"
    try:
        dead = await take(replace(letter, user_id=str(letter.headers.get("original_user_id", ""))))
    except (UntrustedMessageError, UnavailableError) as error:
        return f"stays: {error}"
    return f"stays: {dead[0].cause}" if dead else ""


def _line(queue: str, letter: Delivery, result: str) -> tuple[str, ...]:
    age_s = (datetime.now(UTC) - letter.published_at).total_seconds() if letter.published_at else 0.0
    publisher, cause = (str(letter.headers.get(name, "?")) for name in ("original_user_id", "cause"))
    return queue, cause, publisher, f"{age_s:.0f} s", str(len(letter.body)), result


def _print(lines: Sequence[tuple[str, ...]]) -> None:
    for line in (_HEADLINE, *lines):
        cells = (f"{cell[: width or None]:<{width}}" for cell, width in zip(line, _WIDTHS, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def main() -> int:
    """Prints what there was and what became of it; 1 when something stays that was tried."""
    parser = argparse.ArgumentParser(prog="replay", description=__doc__)
    parser.add_argument("--list", action="store_true", help="only say what is there")
    parser.add_argument("--limit", type=int, default=_LIMIT, help="dead letters per queue at most")
    options = parser.parse_args()
    try:
        lines = asyncio.run(replay(load(RecorderSettings), options.limit, options.list))
    except UnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _print(lines)
    return int(any(line[-1].startswith("stays") for line in lines))


if __name__ == "__main__":
    sys.exit(main())
