"""The gateway process: `python -m gateway.server`."""

from functools import partial

import uvicorn

from gateway.addresses import Proxies
from gateway.app import build
from gateway.auth import Guard
from gateway.checkins import CheckinRoute
from gateway.clients import Clients
from gateway.failures import Failures
from gateway.fallback import Fallback
from gateway.line import Line
from gateway.live import Live
from gateway.many import Many
from gateway.provisional import Provisional
from gateway.receipts import Receipts
from gateway.routes.dependencies import Parts
from gateway.routes.reporting import snapshot
from gateway.settings import HttpSettings, Settings
from gateway.surface import App
from servicekit import cache, process
from servicekit.breaker import AsyncBreaker
from servicekit.broker import Publisher
from servicekit.health import HttpServer
from servicekit.offset import watch_clock
from servicekit.process import Process, Stop
from servicekit.sealed import parse_secrets
from servicekit.settings import CredentialSettings, load

# More than a tick of `gateway.live`, whose reads block.
_REDIS_TIMEOUT_S = 2.0
_GRACE_S = 15


async def compose(settings: Settings, http: HttpSettings, credentials: CredentialSettings, process: Process) -> None:
    """Builds the parts and begins to serve."""
    clients = Clients(process)
    redis = cache.connect(settings.redis_url, timeout_s=_REDIS_TIMEOUT_S)
    process.at_stop(Stop.CLIENTS, redis.aclose)
    guard = Guard(clients.jwks, clients.revoked_sessions)
    secrets = parse_secrets(credentials.credential_secret)
    line = Line(clients.checkin.BatchCreateCheckins, _fallback(settings, secrets, process).take)
    live = Live(redis, guard, partial(snapshot, clients))
    receipts, provisional = Receipts(secrets), Provisional(clients.decided_attempts)
    hot = CheckinRoute(guard, receipts, line, provisional)
    many = Many(line, receipts, provisional, clients.admit_staff)
    failures = Failures(redis, settings.failed_sign_ins_per_s)
    parts = Parts(clients, guard, live, many, settings, Proxies(http.trusted_proxies), failures)
    server = HttpServer(_config(build(parts, hot), http), settings.farewell_s)
    process.background(guard.watch_keys(), "signing-keys")
    process.background(guard.watch_revocations(), "ended-sessions")
    process.background(guard.listen(redis), "ended-sessions-channel")
    process.background(live.run(), "live-streams")
    process.background(watch_clock(redis), "clock")
    # Streams end first: the server waits for open answers.
    process.at_stop(Stop.ACCEPTING, live.close)
    process.at_stop(Stop.ACCEPTING, server.stop)
    process.at_stop(Stop.DRAINING, line.drain)
    await guard.informed()
    await server.start()


def _fallback(settings: Settings, secrets: dict[int, bytes], process: Process) -> Fallback:
    breaker = AsyncBreaker("rabbitmq", fail_max=3, reset_s=1, probe=lambda: publisher.check())
    publisher = Publisher(settings.amqp_url, process="gateway", on_blocked=breaker.force_open)
    publisher.start()
    process.at_stop(Stop.CLIENTS, publisher.close)
    return Fallback(publisher, breaker, secrets)


def _config(app: App, http: HttpSettings) -> uvicorn.Config:
    """uvicorn without what the gateway does itself or an ingress in front of it does."""
    return uvicorn.Config(
        app,
        host=http.http_host,
        port=http.http_port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=4096,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_GRACE_S,
    )


def main() -> None:
    """Runs the process to its end."""
    settings, http, credentials = load(Settings), load(HttpSettings), load(CredentialSettings)
    process.run("gateway", settings, partial(compose, settings, http, credentials))


if __name__ == "__main__":
    main()
