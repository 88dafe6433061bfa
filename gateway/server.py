"""The gateway process: `python -m gateway.server`."""

from dataclasses import replace
from functools import partial

from domainkit.person_codes import PersonKeys
from domainkit.signing_keys import signing_keys
from gateway.app import build, is_upload
from gateway.checkins.batch import Many
from gateway.checkins.fallback import Fallback
from gateway.checkins.line import Line
from gateway.checkins.open_attempts import Provisional
from gateway.checkins.receipts import Receipts
from gateway.checkins.route import CheckinRoute
from gateway.clients import Clients
from gateway.failures import Failures
from gateway.http.addresses import Proxies
from gateway.http.auth import Guard
from gateway.live import Live
from gateway.routes.dependencies import Parts
from gateway.routes.reporting import shared_snapshot
from gateway.settings import Settings
from servicekit import servers
from servicekit.breaker import AsyncBreaker
from servicekit.clock_offset import watch_clock
from servicekit.http.limits import Limits
from servicekit.http.server import HttpServer
from servicekit.keyring import parse_secrets
from servicekit.process import Process, Stop, run

# More than a tick of `gateway.live`, whose reads block.
_REDIS_TIMEOUT_S = 2.0
_GRACE_S = 15
_LIMITS = Limits()


async def compose(process: Process, settings: Settings, limits: Limits = _LIMITS) -> None:
    """Builds the parts, registers how they stop, and serves once it knows the signing keys."""
    clients = Clients(process)
    redis = servers.redis(process, settings, timeout_s=_REDIS_TIMEOUT_S)
    guard = Guard(partial(signing_keys, clients.identity), clients.revoked_sessions)
    secrets = parse_secrets(settings.credential_secret)
    line = Line(clients.checkin.BatchCreateCheckins, _fallback(settings, secrets, process).take)
    live = Live(redis, partial(shared_snapshot, clients), clients.revisions)
    receipts, provisional = Receipts(secrets), Provisional(clients.decided_attempts)
    hot = CheckinRoute(guard, receipts, line, provisional)
    keys = PersonKeys(secrets)
    many = Many(line, receipts, provisional, clients.admit_staff, clients.resolve_subjects, keys)
    failures = Failures(redis, settings.failed_sign_ins_per_s)
    proxies = Proxies(settings.trusted_proxies)
    parts = Parts(clients, guard, live, many, keys, settings, proxies, failures, process.settings.public_url)
    server = HttpServer(
        "public",
        build(parts, hot),
        f"{settings.http_host}:{settings.http_port}",
        replace(limits, connections=settings.http_connections),
        grace_s=_GRACE_S,
        farewell_s=settings.farewell_s,
        whose=proxies.stranger,
        is_upload=is_upload,
    )
    process.background(guard.watch_keys(), "signing-keys")
    process.background(guard.watch_revocations(), "ended-sessions")
    process.background(guard.listen(redis), "ended-sessions-channel")
    process.background(live.run(), "live-streams")
    process.background(live.watch_revisions(), "live-revisions")
    process.background(live.sweep(), "live-sweep")
    process.background(watch_clock(redis), "clock")
    # Streams end first: the server waits for open answers.
    process.at_stop(Stop.ACCEPTING, live.close)
    process.at_stop(Stop.ACCEPTING, server.stop)
    process.at_stop(Stop.DRAINING, line.drain)
    await guard.informed()
    await server.start()


def _fallback(settings: Settings, secrets: dict[int, bytes], process: Process) -> Fallback:
    breaker = AsyncBreaker("rabbitmq", fail_max=3, reset_s=1, probe=lambda: publisher.check())
    publisher = servers.publisher(process, settings, on_blocked=breaker.force_open)
    return Fallback(publisher, breaker, secrets)


def main() -> None:
    """Runs the process to its end."""
    run("gateway", Settings, compose)


if __name__ == "__main__":
    main()
