"""Composes the projector process: `python -m services.reporting.worker`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from opentelemetry.trace import SpanKind

from servicekit import servers, telemetry
from servicekit.errors import UnavailableError
from servicekit.process import Process, run
from servicekit.rabbitmq.consumer import Batch, Consumer
from servicekit.rabbitmq.topology import Binding, Topology, derived_queue
from servicekit.rpc import client
from services.reporting.checkin_client import Records
from services.reporting.compare import Comparison
from services.reporting.facts.erasing import Eraser
from services.reporting.facts.filling import Filler
from services.reporting.facts.store import Facts
from services.reporting.facts.sweep import Sweep
from services.reporting.facts.work import Work
from services.reporting.facts.writer import FactWriter
from services.reporting.live.numbers import LiveWriter
from services.reporting.metrics import FACT_DIFFERENCES
from services.reporting.project import Projector
from services.reporting.rebuilding import Rebuilder
from services.reporting.settings import ProjectorSettings
from services.reporting.store import Activities
from services.reporting.windows import Windows

log = logging.getLogger(__name__)

RECORDED_QUEUE = "reporting.project.v1"
CHANGED_QUEUE = "reporting.activity.v1"
# The exchanges are others': until they have made them, the projector tries again.
TOPOLOGY = Topology(
    queues=(
        derived_queue(RECORDED_QUEUE, Binding("checkin", "recorded.v1"), max_bytes=1024**3),
        derived_queue(CHANGED_QUEUE, Binding("activity", "changed.v1"), max_bytes=128 * 1024**2),
    ),
)

_BEAT_S = 1.0
# A script call for each activity and batch is most of what many activities at once cost Redis; viewers are sent numbers
# four times a second.
_PACE_S = 0.2


class Pulse:
    """Says every second that the numbers are kept current, for as long as they are.

    A consumer cannot tell a broker that hangs from one with nothing to say, so the broker is asked.

    Args:
        recorded: Says whether messages come in.
        depth: Asks the broker for the length of the queue; raises UnavailableError when there is no answer.
        on_lost: Told while Redis does not know of any heartbeat: it was emptied, or is new.
    """

    def __init__(
        self,
        live: LiveWriter,
        projector: Projector,
        recorded: Consumer,
        depth: Callable[[], Awaitable[int]],
        on_lost: Callable[[], None],
    ) -> None:
        self._live = live
        self._projector = projector
        self._recorded = recorded
        self._depth = depth
        self._on_lost = on_lost
        self._is_current = False

    @property
    def is_current(self) -> bool:
        """Whether, a second ago, everything that the broker had was being projected."""
        return self._is_current

    async def run(self) -> None:
        """Beats until cancelled."""
        while True:
            try:
                await self.beat()
            except UnavailableError as error:
                self._is_current = False
                log.warning("no heartbeat: %s", error)
            await asyncio.sleep(_BEAT_S)

    async def beat(self) -> None:
        """Looks, and beats if all is well.

        Raises:
            UnavailableError: The broker or Redis does not answer.
        """
        await self._depth()
        self._is_current = self._recorded.is_consuming and not self._projector.is_behind
        if self._is_current and not await self._live.beat():
            self._on_lost()


async def compose(process: Process, settings: ProjectorSettings) -> None:
    """Builds the parts, registers how they stop, and consumes; needs no other process to be up."""
    engine = servers.mysql(process, settings, pool_size=2)
    redis = servers.redis(process, settings)
    publisher = servers.publisher(process, settings)
    records = Records(client.connect(process, process.settings.checkin_target, "checkin", retry=True))
    activities = Activities(engine)
    windows = Windows(activities)
    live = LiveWriter(redis, windows.closes_at)
    facts = Facts(engine)
    history = FactWriter(facts)
    projector = Projector(live, activities, windows.activity_of, history.offer)
    recorded = servers.consumer(process, settings, RECORDED_QUEUE, "projector", topology=TOPOLOGY, pace_s=_PACE_S)
    changed = servers.consumer(process, settings, CHANGED_QUEUE, "projector-activity", topology=TOPOLOGY)
    rebuilder = Rebuilder(live, records, windows)
    comparison = Comparison(windows, live, records, rebuilder.rebuild, lambda: pulse.is_current)
    kept_us = settings.history_kept_us
    filler = Filler(facts, records, windows, kept_us)
    sweep = Sweep(activities, Work(engine), facts, records, filler.fill, Eraser(engine).erase, kept_us)
    checked = Comparison(windows, facts, records, filler.fill, lambda: pulse.is_current, differences=FACT_DIFFERENCES)
    pulse = Pulse(live, projector, recorded, lambda: publisher.depth(RECORDED_QUEUE), comparison.lost)

    process.background(windows.learn(), "windows")
    process.background(pulse.run(), "heartbeat")
    process.background(comparison.run(), "comparison")
    process.background(history.run(), "history")
    process.background(checked.run(), "history-comparison")
    process.background(sweep.run(), "history-sweep")
    process.background(recorded.run(handler(projector.recorded)), "recorded")
    process.background(changed.run(handler(projector.changed)), "changed")


def handler(project: Callable[[Sequence[bytes]], Awaitable[None]]) -> Callable[[Batch], Awaitable[None]]:
    """Projects what is at hand, then acknowledges it; what fails goes back to the queue."""

    async def handle(batch: Batch) -> None:
        links = [telemetry.parse_traceparent(delivery.headers.get("traceparent")) for delivery in batch.deliveries]
        with telemetry.span("reporting project", links=links, kind=SpanKind.CONSUMER):
            await project([delivery.body for delivery in batch.deliveries])
        await batch.ack()

    return handle


def main() -> None:
    """Runs the process to its end."""
    run("projector", ProjectorSettings, compose)


if __name__ == "__main__":
    main()
