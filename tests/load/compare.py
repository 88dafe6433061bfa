"""`make compare`: this system and the usual monolith in turn, on the same machine, the same MariaDB and the same Redis.

`python -m tests.load.compare [--pairs=5] [--before=FOLDER] [--c=128] [--json=FILE]`; another checkout is compared by
`versions.py`. The machine may swing by a factor of two between minutes, so only the ratios within a pair and their
medians say anything. Both sides get their tokens up front; both are warmed up. The monolith is in `baseline/`: Koa2 on
two workers, tuned, without queue, merge law, anti-fraud, live numbers or audit.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import os
import secrets
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import msgspec
from redis import Redis

from deploy.fleet import SECRETS
from deploy.local.credentials import Vault
from deploy.local.launch import LOGS
from deploy.local.servers import MYSQL_PORT, REDIS_PORT, connect_admin
from tests.load import conditions, figures, http_load, phones, versions
from tests.load.accounting import Meter, Program, Reading, programs
from tests.load.command import command
from tests.load.figures import Figures
from tests.load.http_load import Answer, Balancer, Server, once, play, with_body
from tests.load.organiser import LATITUDE, LONGITUDE, RADIUS_M
from tests.load.phones import Person
from tests.load.rush import Scene, rush

SUSTAINED, CONNECTIONS, INSTANT = 10_000, 128, 1_000

_FOLDER = Path(__file__).parent / "baseline"
_PORT = 8070
_WORKERS = 2
_SLOT_S = 30
_START_WITHIN_S = 15.0
_ACTIVITY = "INSERT INTO baseline.activities (title, lat, lng, radius_m, qr_secret) VALUES ('Hall', %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides, one right after the other."""

    ours_sustained: Figures
    ours_instant: Figures
    theirs_sustained: Figures
    theirs_instant: Figures

    def ratios(self) -> dict[str, float]:
        """Ours by theirs."""
        return {
            "rate": self.ours_sustained.durable_rate / self.theirs_sustained.durable_rate,
            "cpu": self.ours_sustained.cpu_total_us / self.theirs_sustained.cpu_total_us,
            "p99": self.ours_instant.p99_ms / self.theirs_instant.p99_ms,
        }

    def line(self) -> str:
        """The pair as it is printed."""
        ours, theirs, ratios = self.ours_sustained, self.theirs_sustained, self.ratios()
        return (
            f"sustained {ours.durable_rate:,.0f}/s by {theirs.durable_rate:,.0f}/s = {ratios['rate']:.2f}x;"
            f" CPU {ours.cpu_total_us:.0f} by {theirs.cpu_total_us:.0f} us = {ratios['cpu']:.2f}x;"
            f" p99 of the instant {self.ours_instant.p99_ms:.0f} by {self.theirs_instant.p99_ms:.0f} ms"
            f" = {ratios['p99']:.2f}x; others had {ours.foreign_cores:.1f} and {theirs.foreign_cores:.1f} cores"
        )


class Baseline:
    """The monolith while it runs, and the people who check in to it."""

    def __init__(self, pid: int, jwt_secret: bytes) -> None:
        self._jwt_secret = jwt_secret
        servers = [program for program in programs() if program.name in ("mariadb", "redis")]
        self._programs = [Program("koa", "process", pid, {}), *servers]
        self._balancer = Balancer([Server(_PORT)])

    async def measure(self, count: int, connections: int) -> Figures:
        """New people check in to a new activity."""
        qr_secret = secrets.token_hex(16)
        activity_id = _execute(_ACTIVITY, LATITUDE, LONGITUDE, RADIUS_M, qr_secret)
        heads = [http_load.head("POST", "/checkin", self._token(f"person-{number}")) for number in range(count)]
        answers: list[Answer] = []
        # Drawn one by one as connections become free, so that each has the QR of its moment.
        scripts = (once(with_body(head, _body(activity_id, qr_secret)), answers) for head in heads)
        meter = Meter({program.name: program.pid for program in self._programs})
        before, began_at = Reading.now(meter), time.perf_counter()
        await play(self._balancer, scripts, connections)
        after = Reading.now(meter)
        found = figures.of_answers(answers, connections, began_at)
        found.charge(self._programs, before, after)
        # The row is committed before the answer goes out.
        found.rows, found.durable_s = found.outcomes.get("200", 0), found.answered_s
        return found

    def _token(self, openid: str) -> str:
        now = int(time.time())
        claims = msgspec.json.encode({"openid": openid, "iat": now, "exp": now + 7200})
        signed = b".".join(map(_base64, (b'{"alg":"HS256","typ":"JWT"}', claims)))
        return (signed + b"." + _base64(hmac.digest(self._jwt_secret, signed, "sha256"))).decode()


@contextmanager
def baseline() -> Iterator[Baseline]:
    """Starts the monolith on a schema and accounts of its own in the local stack, and removes it all afterwards."""
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(install, cwd=_FOLDER, check=True, stdout=subprocess.DEVNULL)
    password, jwt_secret = secrets.token_hex(16), secrets.token_hex(16)
    environment = {
        "PATH": os.environ["PATH"],
        "NODE_ENV": "production",
        "WORKERS": str(_WORKERS),
        "PORT": str(_PORT),
        "MYSQL_PORT": str(MYSQL_PORT),
        "MYSQL_PASSWORD": password,
        "REDIS_PORT": str(REDIS_PORT),
        "REDIS_PASSWORD": password,
        "JWT_SECRET": jwt_secret,
    }
    with _accounts(password), (LOGS / "baseline.log").open("wb") as log:
        server = subprocess.Popen(["node", "server.js"], cwd=_FOLDER, env=environment, stdout=log, stderr=log)
        try:
            yield Baseline(server.pid, jwt_secret.encode())
        finally:
            server.terminate()
            server.wait()


@contextmanager
def _accounts(password: str) -> Iterator[None]:
    admin = Redis(port=REDIS_PORT, username="admin", password=(SECRETS / "redis-admin").read_text())
    schema = [text for text in (_FOLDER / "schema.sql").read_text().split(";") if text.strip()]
    with closing(admin):
        _remove_accounts(admin)
        _execute("CREATE DATABASE baseline CHARACTER SET utf8mb4")
        for statement in schema:
            _execute(statement)
        _execute("CREATE USER baseline@'%%' IDENTIFIED BY %s", password)
        _execute("GRANT SELECT, INSERT ON baseline.* TO baseline@'%%'")
        admin.acl_setuser(
            "baseline", enabled=True, passwords=[f"+{password}"], keys=["baseline:*"], categories=["+@all"]
        )
        try:
            yield
        finally:
            _remove_accounts(admin)


def _remove_accounts(admin: "Redis") -> None:
    _execute("DROP DATABASE IF EXISTS baseline")
    _execute("DROP USER IF EXISTS baseline@'%%'")
    admin.acl_deluser("baseline")
    for key in admin.scan_iter("baseline:*"):
        admin.delete(key)


def _execute(statement: str, *values: object) -> int:
    """Runs a statement as the launcher's own account; returns the id it made."""
    with closing(connect_admin(Vault(SECRETS))) as connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.lastrowid


def _body(activity_id: int, qr_secret: str) -> bytes:
    signed = f"{activity_id}.{int(time.time()) // _SLOT_S}"
    signature = hmac.new(qr_secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    body = {"activity_id": activity_id, "qr": f"{signed}.{signature}", "lat": LATITUDE, "lng": LONGITUDE}
    return msgspec.json.encode(body)


def _base64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


async def ours(scene: Scene, crowd: Sequence[Person], connections: int, *, are_known: bool = True) -> Figures:
    """Our side of a pair.

    Raises:
        SystemExit: It was not clean.
    """
    found, verdict = await rush(scene, crowd, connections, are_known=are_known)
    if not verdict.is_clean or found.errors:
        raise SystemExit("\n".join([*found.lines(), *verdict.lines()]))
    return found


async def main(options: argparse.Namespace) -> int:
    """Runs all pairs and prints their ratios."""
    if options.before:
        compared = await asyncio.to_thread(versions.compare, options.before.resolve(), options.pairs, options.c)
        figures.keep(options.json, compared)
        return 0
    name = f"compare-{secrets.token_hex(3)}"
    scene = await Scene.enter(name)
    print(*conditions.lines(), sep="\n")
    crowd = phones.people(name, SUSTAINED)
    await phones.sign_in(scene.balancer, crowd)
    pairs = []
    with baseline() as monolith:
        await _wait_until_open()
        await ours(scene, crowd, CONNECTIONS, are_known=False)
        await monolith.measure(SUSTAINED, CONNECTIONS)
        for number in range(options.pairs):
            pair = Pair(
                await ours(scene, crowd, CONNECTIONS),
                await ours(scene, crowd[:INSTANT], INSTANT),
                await monolith.measure(SUSTAINED, CONNECTIONS),
                await monolith.measure(INSTANT, INSTANT),
            )
            pairs.append(pair)
            print(f"pair {number + 1}: {pair.line()}", flush=True)
    medians = {name: median(pair.ratios()[name] for pair in pairs) for name in ("rate", "cpu", "p99")}
    print("medians: rate {rate:.2f}x (aim >= 1.3), CPU {cpu:.2f}x (<= 0.8), p99 {p99:.2f}x (<= 0.7)".format(**medians))
    figures.keep(options.json, {"medians": medians, "pairs": [asdict(pair) for pair in pairs]})
    return 0


async def _wait_until_open() -> None:
    async with asyncio.timeout(_START_WITHIN_S):
        while not await Server(_PORT).is_ready():  # noqa: ASYNC110  node rings no bell
            await asyncio.sleep(0.1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load.compare", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="measurements of each side, in turn")
    parser.add_argument("--c", type=int, default=CONNECTIONS, help="connections, for another checkout")
    parser.add_argument("--before", type=Path, help="another checkout of this system to compare with, instead of Koa")
    return parser


if __name__ == "__main__":
    command(main, _parser())
