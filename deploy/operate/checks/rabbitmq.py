"""RabbitMQ: is it there, does somebody consume every queue, and what lies among the dead letters."""

from collections.abc import Iterator

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity

from deploy.operate.connections import rabbitmq
from deploy.operate.finding import Finding, Scene, note, ok, unseen, wrong
from deploy.operate.screen import plural
from deploy.operate.surroundings import OutOfReachError
from services.checkin.queues import TOPOLOGY as CHECKIN
from services.reporting.worker import TOPOLOGY as REPORTING

_BACKLOG = 1000
# Whose consumer a queue waits for, by the first word of its name.
_CONSUMERS = {"checkin": "recorder", "reporting": "projector"}


async def queues(scene: Scene) -> list[Finding]:
    """Every queue that has to be consumed, and the dead letters of those that have any."""
    try:
        _, url = scene.seen.first_secret("AMQP_URL", *scene.seen.environments)
    except OutOfReachError as error:
        return [unseen("rabbitmq", error)]
    try:
        async with rabbitmq(url) as connection:
            found = [ok("rabbitmq", "connected")]
            for name, is_dead in names():
                found.append(await _queue(scene, connection, name, is_dead))
            return found
    except OutOfReachError as error:
        advice = "make up starts it; make logs s=rabbitmq" if scene.seen.is_local else "rabbitmq-diagnostics status"
        return [wrong("rabbitmq", str(error), f"{advice}; check-ins go on through checkin.inbox")]


def names() -> Iterator[tuple[str, bool]]:
    """Every queue, and whether it holds dead letters."""
    for queue in (*CHECKIN.queues, *REPORTING.queues):
        yield queue.name, False
        if queue.overflow == "reject-publish":
            yield f"{queue.name}.dlq", True


async def _queue(scene: Scene, connection: AbstractConnection, name: str, is_dead: bool) -> Finding:
    what, process = f"queue {name}", _CONSUMERS[name.partition(".")[0]]
    try:
        # A channel each: the broker closes one that asks for a queue that is not there.
        async with connection.channel(publisher_confirms=False) as channel:
            declared = (await channel.declare_queue(name, passive=True)).declaration_result
    except ChannelNotFoundEntity:
        return wrong(what, "is not there", f"{process} declares it when it connects: {scene.seen.restart(process)}")
    ready, consumers = declared.message_count or 0, declared.consumer_count or 0
    if is_dead:
        return _dead_letters(what, ready)
    if not consumers:
        says = f"nobody consumes it; {plural(ready, 'message')} waiting"
        return wrong(what, says, scene.seen.restart(process))
    says = f"{plural(ready, 'message')} waiting, {plural(consumers, 'consumer')}"
    return (
        note(what, says, f"{process} catches up; more replicas if it does not") if ready > _BACKLOG else ok(what, says)
    )


def _dead_letters(what: str, ready: int) -> Finding:
    if not ready:
        return ok(what, "no dead letters")
    says = f"{plural(ready, 'dead letter')}: not recorded, which counts as lost until replayed"
    return wrong(what, says, "qiandao dead-letters list shows why; then qiandao dead-letters replay")
