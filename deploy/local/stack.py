"""Everything that runs locally as one thing: start, stop, look, and run something against it.

`python -m deploy.local.up <command>`, or faster, once everything is installed, `.venv/bin/python -m deploy.local.stack
<command>`. What was started is described in `.local/run/stack.json` for load tools and tests.
"""

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from deploy import fleet
from deploy.fleet import LOCAL, PROCESSES, ROOT, SECRETS, TLS, Place
from deploy.local import console, credentials, demo, launch, proxies, servers
from deploy.local.launch import LaunchError, Program, answers_http
from deploy.local.proxies import Edge
from deploy.local.steps import Step, StepError, report, reversed_needs, run_all, with_needs

STACK = launch.RUN / "stack.json"
PYTHON = str(ROOT / ".venv" / "bin" / "python")
WECHAT_PORT, ROBOTS_PORT, TRACES_PORT = 8090, 8091, 4318
_PORTS_SHOWN = 3
# What `make cluster` starts is named so.
CLUSTER = "cluster-"
# What `make observe` starts is named so; it ends with the stack.
OBSERVE = "observe-"

_OWN_SETTINGS = ("QIANDAO_REPLICAS", "QIANDAO_HTTP_PORT", "QIANDAO_PROXIED", "QIANDAO_CACHE")
_SERVERS = ("mariadb", "redis", "epmd", "rabbitmq", "accounts")
_TOOLS = ("wechat", "robots", "traces")
_MIGRATIONS = ("servicekit/mysql/migrate.py", *(f"services/{name}/migrations" for name in fleet.SERVICES))


@dataclass(frozen=True, slots=True)
class Shape:
    """What can be chosen about the stack; proxied, every edge between two programs leads through toxiproxy."""

    counts: Mapping[str, int]
    http_port: int = 8080
    is_proxied: bool = False

    @classmethod
    def asked_for(cls, environ: Mapping[str, str] = os.environ) -> "Shape":
        """From QIANDAO_REPLICAS, QIANDAO_HTTP_PORT and QIANDAO_PROXIED.

        Raises:
            ValueError: One of them makes no sense.
        """
        http_port = int(environ.get("QIANDAO_HTTP_PORT", "8080"))
        counts = fleet.replicas(environ.get("QIANDAO_REPLICAS", ""))
        return cls(counts, http_port, environ.get("QIANDAO_PROXIED", "") in ("1", "true"))

    @classmethod
    def of_running(cls) -> "Shape":
        """The shape of what was started last, which may be before there was a process that there is now."""
        if not STACK.exists():
            return cls.asked_for()
        described = json.loads(STACK.read_text())
        counts = {**fleet.replicas(""), **described["replicas"]}
        return cls(counts, described["http_port"], described.get("is_proxied", False))

    def gateway_urls(self) -> list[str]:
        """Where the public API is, one per gateway."""
        return [f"http://127.0.0.1:{self.http_port + replica}" for replica in range(self.counts["gateway"])]

    def place(self) -> Place:
        """Where things really are."""
        return fleet.local_place(self.counts, self.http_port)

    def edges(self) -> list[Edge]:
        """The proxies between programs; none unless proxied."""
        return proxies.edges(self.counts, self.place()) if self.is_proxied else []


def programs(shape: Shape) -> list[Program]:
    """Everything that runs in this shape: servers, tools, processes."""
    found = [*servers.programs(credentials.Vault(SECRETS)), *_tools(shape)]
    edges = shape.edges()
    if edges:
        found.append(proxies.program(edges))
    for process in PROCESSES.values():
        place = proxies.place_of(process, edges, shape.place()) if edges else shape.place()
        found += [_program(process, replica, shape, place) for replica in range(shape.counts[process.name])]
    return found


def _tools(shape: Shape) -> Iterator[Program]:
    wechat = {
        "WECHAT_ADDRESS": f"127.0.0.1:{WECHAT_PORT}",
        "WECHAT_APP_ID": fleet.WECHAT_APP_ID,
        "WECHAT_APP_SECRET_FILE": str(SECRETS / "wechat-app-secret"),
        "WECHAT_GATEWAY_URL": shape.gateway_urls()[0],
    }
    yield _tool("wechat", WECHAT_PORT, wechat)
    robots = {
        "ROBOTS_ADDRESS": f"127.0.0.1:{ROBOTS_PORT}",
        "ROBOTS_TLS_ADDRESS": f"127.0.0.1:{fleet.ROBOTS_TLS_PORT}",
        "ROBOTS_PUBLIC_HOST": shape.place().robots,
        "ROBOTS_TLS_CERT_FILE": str(TLS / f"{fleet.ROBOTS}.pem"),
        "ROBOTS_TLS_KEY_FILE": str(TLS / f"{fleet.ROBOTS}.key"),
    }
    yield _tool("robots", ROBOTS_PORT, robots)
    yield _tool("traces", TRACES_PORT, {"TRACES_ADDRESS": f"127.0.0.1:{TRACES_PORT}"})


def _tool(name: str, port: int, environment: Mapping[str, str]) -> Program:
    module = f"deploy.local.{name}"
    return Program(
        name,
        (PYTHON, "-m", module),
        {"http": port},
        partial(answers_http, port, "/healthz"),
        environment,
        code=(f"{module.replace('.', '/')}.py", "requirements.lock"),
        grace_s=5,
    )


def _program(process: fleet.Process, replica: int, shape: Shape, place: Place) -> Program:
    listening = fleet.ports(process, replica, shape.http_port)
    shell = {name: value for name, value in os.environ.items() if name not in _OWN_SETTINGS}
    needed = [fleet.instance(name, each) for name in process.needs for each in range(shape.counts[name])]
    return Program(
        fleet.instance(process.name, replica),
        (PYTHON, "-m", process.module),
        listening,
        partial(answers_http, listening["ops"], "/readyz"),
        fleet.overridden(fleet.environment(process, listening, place), process, shell),
        needs=("migrations", "redis", "rabbitmq", *_TOOLS, *([proxies.NAME] if shape.is_proxied else ()), *needed),
        code=tuple(fleet.code_roots(process)),
    )


def steps(shape: Shape) -> list[Step]:
    """Everything `up` does, servers first."""
    vault = credentials.Vault(SECRETS)
    started = [Step(program.name, partial(launch.ensure, program), program.needs) for program in programs(shape)]
    gateways = tuple(fleet.instance("gateway", each) for each in range(shape.counts["gateway"]))
    return [
        *started,
        *servers.steps(vault),
        Step("migrations", lambda: _migrate(vault), ("accounts",)),
        Step("console", console.ensure),
        Step("demo", lambda: demo.seed(shape.gateway_urls()[0]), gateways),
    ]


def _migrate(vault: credentials.Vault) -> str:
    how = servers.once("migrations", launch.digest_of(_MIGRATIONS), _run_migrations)
    servers.grant_tables(vault)
    return how


def _run_migrations() -> str:
    names = [f"{schema.upper()}_MIGRATION_DATABASE_URL" for schema in fleet.SERVICES]
    urls = {name: (SECRETS / name).read_text() for name in names}
    command = [PYTHON, "-m", "servicekit.mysql.migrate", "all"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | urls, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LaunchError(f"`{' '.join(command[1:])}` failed:\n{done.stdout}{done.stderr}")
    return "migrated"


def up(only: list[str]) -> None:
    """Starts what does not run, restarts what is out of date, and leaves the rest alone.

    Args:
        only: Names of steps, or `servers`, or `tools`; what they need comes along. Empty for everything.
    """
    shape = Shape.asked_for()
    LOCAL.mkdir(exist_ok=True)
    vault = credentials.Vault(SECRETS)
    vault.fill(shape.place())
    if shape.is_proxied:
        proxies.write_urls(vault, shape.edges(), shape.place())
    credentials.Authority(TLS).issue()
    everything = steps(shape)
    if only:
        groups = {"servers": _SERVERS, "tools": _TOOLS}
        everything = with_needs(everything, [name for each in only for name in groups.get(each, (each,))])
    else:
        known = {step.name for step in everything}
        _stop_all({name for name in _started() - known if not name.startswith(OBSERVE)})
    try:
        run_all(everything)
    finally:
        _describe(shape)


def down() -> None:
    """Stops everything that was started, in reverse order."""
    _stop_all(_started())
    STACK.unlink(missing_ok=True)


def _started() -> set[str]:
    """Everything of this stack that was started and not stopped; a cluster beside it has a life of its own."""
    return {name for name in launch.names_on_file() if not name.startswith(CLUSTER)}


def _stop_all(names: set[str]) -> None:
    known = {program.name: program for program in programs(Shape.of_running())}
    orders = [Step(name, partial(_stop, name, known), _order(name, known)) for name in sorted(names)]
    run_all(reversed_needs(orders))


def _order(name: str, known: Mapping[str, Program]) -> tuple[str, ...]:
    needs = known[name].needs if name in known else ()
    # "migrations" stands for the database, which it is done in.
    return tuple("mariadb" if need == "migrations" else need for need in needs)


def _stop(name: str, known: Mapping[str, Program]) -> str:
    return launch.stop(name, known[name].grace_s if name in known else 30)


def restart(names: list[str]) -> None:
    """Stops, if need be, and starts single programs of the running stack.

    Raises:
        LaunchError: There is no such program, or it did not start.
    """
    shape = Shape.of_running()
    known = {program.name: program for program in programs(shape)}
    for name in (each.removesuffix(".0") for each in names):
        if name not in known:
            raise LaunchError(f"there is no {name}; there are {', '.join(known)}")
        began = time.monotonic()
        launch.stop(name, known[name].grace_s)
        launch.start(known[name])
        report(name, "restarted", time.monotonic() - began)
    _describe(shape)


def _describe(shape: Shape) -> None:
    found = {
        "replicas": dict(shape.counts),
        "http_port": shape.http_port,
        "is_proxied": shape.is_proxied,
        "gateway_urls": shape.gateway_urls(),
        "wechat_url": f"http://127.0.0.1:{WECHAT_PORT}",
        "robots_url": f"http://127.0.0.1:{ROBOTS_PORT}",
        "traces_url": f"http://127.0.0.1:{TRACES_PORT}",
        "programs": [_described(program.name) for program in programs(shape) if launch.running(program.name)],
    }
    credentials.write(STACK, json.dumps(found, indent=1, ensure_ascii=False) + "\n", 0o644)


def _described(name: str) -> dict[str, object]:
    live = launch.running(name)
    assert live is not None
    base = name.partition(".")[0]
    kind = "process" if base in PROCESSES else "tool" if base in (*_TOOLS, proxies.NAME) else "server"
    log = str(launch.log_path(name))
    return {"name": name, "process": base, "kind": kind, "pid": live.pid, "ports": live.ports, "log": log}


def status() -> bool:
    """Prints what runs, and answers whether everything does."""
    everything_runs = True
    for program in programs(Shape.of_running()):
        live = launch.running(program.name)
        is_ready = live is not None and program.is_ready()
        everything_runs &= is_ready
        # The proxies have dozens.
        listening = " ".join(f"{purpose}={port}" for purpose, port in list(program.ports.items())[:_PORTS_SHOWN])
        if live is None:
            print(f"  {program.name:<14} not running")
        else:
            state = "ready" if is_ready else "not ready"
            print(f"  {program.name:<14} {state:<10} pid {live.pid:<8} up {live.uptime_s():>8.0f} s   {listening}")
    return everything_runs


def logs(name: str) -> None:
    """Follows the logs of a program and its replicas, or of everything."""
    paths = sorted(launch.LOGS.glob(f"{name}*.log"))
    if not paths:
        raise LaunchError(f"no log of {name or 'anything'} in {launch.LOGS.relative_to(ROOT)}")
    os.execvp("tail", ["tail", "-n", "40", "-F", *map(str, paths)])  # noqa: S606  becomes tail, so that Ctrl-C is its


def run(command: list[str]) -> int:
    """Runs a command against the whole stack and leaves the stack as it was; returns the command's exit code."""
    was_running = launch.running("gateway") is not None
    try:
        with _alone():
            up([])
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    finally:
        if not was_running:
            with _alone():
                down()


@contextmanager
def _alone() -> Iterator[None]:
    launch.RUN.mkdir(parents=True, exist_ok=True)
    with (launch.RUN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _greeting(shape: Shape) -> str:
    base = shape.gateway_urls()[0]
    body = """'{"code": "sim:demo"}'"""
    return f"""
  Console        {base}        in a browser
  API            {base}/v1     docs {base}/docs
  WeChat         http://127.0.0.1:{WECHAT_PORT}        one-click sign-in of its people
  Group robots   http://127.0.0.1:{ROBOTS_PORT}        what the robots of chats say

  Sign in with curl; the code sim:<name> is the person <name>:

    curl -s {base}/v1/auth/wechat -H 'Content-Type: application/json' -d {body}

  make demo, make status, make logs s=checkin, make down
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.up", description=__doc__)
    parser.add_argument("--only", default="", help="with up: comma-separated steps, or servers, or tools")
    parser.add_argument(
        "command", nargs="?", default="up", choices=("up", "demo", "down", "status", "logs", "restart", "clean", "run")
    )
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="program names, or after run the command")
    return parser


def _obey(command: str, rest: list[str], only: list[str]) -> int:
    if command == "run":
        return run(rest[1:] if rest[:1] == ["--"] else rest)
    if command == "status":
        return 0 if status() else 1
    if command == "logs":
        logs(rest[0] if rest else "")
    if command == "demo":
        demo.tell(Shape.of_running().gateway_urls()[0])
        return 0
    with _alone():
        if command == "restart":
            restart(rest)
        elif command == "up":
            began = time.monotonic()
            up(only)
            report("", "all ready", time.monotonic() - began)
            print("" if only else _greeting(Shape.asked_for()))
        else:
            down()
    if command == "clean":
        shutil.rmtree(LOCAL)
    return 0


def main() -> int:
    """Obeys the command line; a failure is told in words."""
    options = _parser().parse_args()
    try:
        return _obey(options.command, options.rest, [name for name in options.only.split(",") if name])
    except StepError as error:
        print(f"\n{error.name} failed: {error.__cause__}\n\nFix that and run make up again.", file=sys.stderr)
    except (LaunchError, ValueError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped half-way; make up goes on from here, make down stops it all.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
