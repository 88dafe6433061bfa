"""Our own processes, by what they say of themselves on their ops pages."""

from collections import defaultdict

from deploy.operate.finding import Finding, Scene, note, ok, unseen, wrong
from deploy.operate.screen import plural, span
from deploy.operate.surroundings import OPS_TARGETS

_CLOCK_TOLERANCE_US = 1_000_000
_LAG_TOLERANCE_S = 0.5
_OPEN, _HALF_OPEN = 2, 1


async def readiness(scene: Scene) -> list[Finding]:
    """Whether each replica answers and serves."""
    found = []
    for visit in scene.visits:
        process = visit.name.partition(".")[0].partition("@")[0]
        age_s = (visit.about.get("now", 0) - visit.about.get("started_at", 0)) / 1e6
        if visit.error:
            says = f"does not answer on {visit.address}: {visit.error}"
            found.append(wrong(visit.name, says, scene.seen.restart(process)))
        elif visit.name in scene.seen.absent:
            says = f"does not run, and another copy of this system answers on {visit.address}"
            found.append(wrong(visit.name, says, "make down in the other folder, then make up here"))
        elif not visit.is_ready:
            says = f"is up for {span(age_s)} and not ready: it is starting, or stopping"
            found.append(wrong(visit.name, says, scene.seen.restart(process)))
        else:
            found.append(ok(visit.name, f"ready, version {visit.about.get('version', '?')}, up {span(age_s)}"))
    if not scene.seen.is_local:
        found.append(unseen("processes", f"only those above; {OPS_TARGETS}=host:port,... or --ops names others"))
    return found


async def versions(scene: Scene) -> list[Finding]:
    """Whether all replicas run the same release."""
    by_version = defaultdict(list)
    for visit in scene.visits:
        if version := visit.about.get("version"):
            by_version[version].append(visit.name)
    if len(by_version) < 2:
        return []
    says = "; ".join(f"{version}: {' '.join(names)}" for version, names in sorted(by_version.items()))
    return [note("versions", says, "a rollout is under way; if it is not, finish it or roll it back")]


async def clocks(scene: Scene) -> list[Finding]:
    """Whether all replicas agree with us on the time, within a second."""
    told = [visit for visit in scene.visits if visit.about]
    found = [
        wrong(
            f"clock {visit.name}", f"is {span(visit.ahead_us / 1e6)} ahead of ours", "chronyc tracking, on both hosts"
        )
        for visit in told
        if abs(visit.ahead_us) > _CLOCK_TOLERANCE_US + visit.took_us
    ]
    if found or not told:
        return found
    largest = max(abs(visit.ahead_us) for visit in told)
    return [ok("clocks", f"of all processes within {span(largest / 1e6)} of ours")]


async def breakers(scene: Scene) -> list[Finding]:
    """Which dependencies processes have given up on for the moment."""
    samples = scene.samples("breaker_state")
    found = []
    for name, labels, state in samples:
        dependency = labels["dependency"]
        if state == _OPEN:
            says = f"open: {dependency} failed or was slow, calls are refused"
            found.append(wrong(f"breaker {name}", says, f"it closes by itself once {dependency} answers; look at that"))
        elif state == _HALF_OPEN:
            found.append(note(f"breaker {name}", f"half open: the next call tries {dependency} again"))
    return found or ([ok("breakers", f"all {len(samples)} closed")] if samples else [])


async def broker_connections(scene: Scene) -> list[Finding]:
    """Whether RabbitMQ reads from our publishers and is connected to all of us."""
    found = [
        wrong(f"amqp {name}", "the broker blocks publishers: a memory or disk alarm", "rabbitmq-diagnostics alarms")
        for name, _, value in scene.samples("amqp_blocked")
        if value
    ]
    samples = scene.samples("amqp_connected")
    if down := sorted(f"{labels['connection']} of {name}" for name, labels, is_up in samples if not is_up):
        says = f"{len(down)} of our {plural(len(samples), 'connection')} are down: {', '.join(down)}"
        found.append(wrong("amqp", says, "they come back by themselves once RabbitMQ answers"))
    return found


async def event_loops(scene: Scene) -> list[Finding]:
    """Whether a process has more to do than it can."""
    return [
        note(f"load {name}", f"the event loop was {span(lag_s)} late", "more replicas, if it lasts")
        for name, _, lag_s in scene.samples("event_loop_lag_seconds")
        if lag_s > _LAG_TOLERANCE_S
    ]
