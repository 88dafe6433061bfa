"""Composes the projector process: `python -m services.reporting.worker`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from opentelemetry.trace import SpanKind

from servicekit import cache, database, process, telemetry
from servicekit.broker import Batch, Binding, Consumer, Topology, derived_queue
from servicekit.clock import now_us
from servicekit.errors import UnavailableError
from servicekit.process import Process, Stop
from servicekit.settings import load
from services.reporting.domain import DAY_US
from services.reporting.live import LiveWriter
from services.reporting.project import Projector
from services.reporting.settings import ProjectorSettings
from services.reporting.store import Activities

log = logging.getLogger(__name__)

RECORDED_QUEUE = "reporting.project.v1"
CHANGED_QUEUE = "reporting.activity.v1"
TOPOLOGY = Topology(
    exchanges=("checkin", "activity"),
    queues=(
        derived_queue(RECORDED_QUEUE, Binding("checkin", "recorded.v1"), max_bytes=1024**3),
        derived_queue(CHANGED_QUEUE, Binding("activity", "changed.v1"), max_bytes=128 * 1024**2),
    ),
)

_BEAT_S = 1.0
_LEARN_CLOSINGS_S = 30.0


class Closings:
    """When activities close, as far as this process knows: learnt in the background, so that projecting never waits."""

    def __init__(self, activities: Activities) -> None:
        self._activities = activities
        self._known: dict[bytes, int] = {}

    def get(self, activity_id: bytes) -> int | None:
        """When an activity's last window closes; None if that is not known."""
        return self._known.get(activity_id)

    async def learn(self) -> None:
        """Reads them every 30 s; runs until cancelled."""
        while True:
            try:
                self._known = await self._activities.closings(now_us() - DAY_US)
            except UnavailableError as error:
                log.warning("closing times are not renewed: %s", error)
            await asyncio.sleep(_LEARN_CLOSINGS_S)


async def compose(process: Process, settings: ProjectorSettings) -> None:
    """Builds the parts, registers how they stop, and consumes."""
    engine = database.create_engine(settings.database_url, pool_size=2)
    process.at_stop(Stop.CLIENTS, engine.dispose)
    redis = cache.connect(settings.redis_url)
    process.at_stop(Stop.CLIENTS, redis.aclose)

    activities = Activities(engine)
    closings = Closings(activities)
    live = LiveWriter(redis, closings.get)
    projector = Projector(live, activities)
    recorded = Consumer(settings.amqp_url, RECORDED_QUEUE, process="projector", topology=TOPOLOGY)
    changed = Consumer(settings.amqp_url, CHANGED_QUEUE, process="projector-activity", topology=TOPOLOGY)

    process.background(closings.learn(), "closings")
    process.background(beat(live, recorded), "heartbeat")
    process.background(recorded.run(handler(projector.recorded)), "recorded")
    process.background(changed.run(handler(projector.changed)), "changed")
    process.at_stop(Stop.CONSUMING, recorded.stop)
    process.at_stop(Stop.CONSUMING, changed.stop)


def handler(project: Callable[[Sequence[bytes]], Awaitable[None]]) -> Callable[[Batch], Awaitable[None]]:
    """Projects what is at hand, then acknowledges it; what fails goes back to the queue."""

    async def handle(batch: Batch) -> None:
        links = [telemetry.parse_traceparent(delivery.headers.get("traceparent")) for delivery in batch.deliveries]
        with telemetry.span("reporting project", links=links, kind=SpanKind.CONSUMER):
            await project([delivery.body for delivery in batch.deliveries])
        await batch.ack()

    return handle


async def beat(live: LiveWriter, recorded: Consumer) -> None:
    """Says every second that the numbers are kept current, while they are; runs until cancelled."""
    while True:
        if recorded.is_consuming:
            try:
                await live.beat()
            except UnavailableError as error:
                log.warning("no heartbeat: %s", error)
        await asyncio.sleep(_BEAT_S)


def main() -> None:
    """Runs the process to its end."""
    settings = load(ProjectorSettings)
    process.run("projector", settings.ops_address, lambda parts: compose(parts, settings))


if __name__ == "__main__":
    main()
