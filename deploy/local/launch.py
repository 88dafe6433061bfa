"""Starts, finds again and stops detached programs by their pid files.

A pid file holds more than the pid: when that process began, and a digest of what it runs. So a recycled pid is never
taken for ours, let alone killed, and a program whose code or settings have changed since is known to be out of date.
"""

import hashlib
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.fleet import LOCAL, ROOT
from deploy.local.credentials import write

RUN = LOCAL / "run"
LOGS = LOCAL / "log"

_POLL_S = 0.05
_STALL_S = 10.0
_LOG_LINES, _LOG_LINE_STARTS, _LOG_LINE_ENDS = 12, 150, 250
_LOG_LIMIT_BYTES = 16 * 1024 * 1024
_OPEN_FILES = 65_536
# A detached child is never waited for, and Python warns of one that is forgotten while it runs.
CHILDREN: list[subprocess.Popen[bytes]] = []
_CODE = ("*.py", "*.sql", "*.lua", "*.html", "*.typ")


class LaunchError(Exception):
    """Something did not start; the text says what, why and what to do."""


@dataclass(frozen=True, slots=True)
class Program:
    """What can be started.

    Attributes:
        ports: By purpose; refused with a clear word when another program has one of them.
        is_ready: Asked until it is true; must answer within about a second.
        needs: Programs and steps that come before this one.
        code: Files and folders under the root that it runs; a change restarts it.
        fingerprint: Whatever else it depends on, such as the content of its configuration.
        user: The system user it runs as; None for the caller.
        grace_s: From SIGTERM to SIGKILL.
    """

    name: str
    command: tuple[str, ...]
    ports: Mapping[str, int]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    fingerprint: str = ""
    user: str | None = None
    prepare: Callable[[], None] | None = None
    ready_within_s: float = 60
    grace_s: float = 30

    def digest(self) -> str:
        """Changes whenever a running copy would be out of date."""
        parts = [self.command, sorted(self.environment.items()), self.fingerprint, digest_of(self.code)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Record:
    """A pid file: one process that was started."""

    name: str
    pid: int
    started: str
    digest: str
    ports: dict[str, int]

    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        return _birth(self.pid) == self.started

    def uptime_s(self) -> float:
        """Seconds since it began."""
        ticks = int(self.started.partition(" ")[0])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def digest_of(paths: Iterable[str], patterns: tuple[str, ...] = _CODE) -> str:
    """One digest over the content of files and of the code in folders, all given relative to the root."""
    total = hashlib.sha256()
    for path in sorted(_files(paths, patterns)):
        total.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(paths: Iterable[str], patterns: tuple[str, ...]) -> Iterator[Path]:
    for path in (ROOT / name for name in paths):
        if path.is_file():
            yield path
        for pattern in patterns:
            yield from path.rglob(pattern)


def record(name: str) -> Record | None:
    """What the pid file says, alive or not."""
    try:
        return Record(**json.loads((RUN / f"{name}.pid").read_text()))
    except FileNotFoundError:
        return None


def running(name: str) -> Record | None:
    """The live process of that name."""
    found = record(name)
    return found if found and found.is_alive() else None


def names_on_file() -> list[str]:
    """Everything that was started and not stopped, alive or not."""
    return sorted(path.stem for path in RUN.glob("*.pid"))


def ensure(program: Program) -> str:
    """Makes a program run and be ready, and says what that took.

    Raises:
        LaunchError: It did not start, or did not become ready in time.
    """
    before, digest = record(program.name), program.digest()
    if before and before.is_alive() and before.digest == digest and _wait_ready(program, before, _STALL_S):
        return "running"
    if before and before.is_alive():
        stop(program.name, program.grace_s)
        verdict = "restarted: it did not answer" if before.digest == digest else "restarted: changed"
    else:
        verdict = "restarted: it was dead" if before else "started"
    start(program, digest)
    return verdict


def start(program: Program, digest: str | None = None) -> None:
    """Starts a program that does not run, and waits until it is ready.

    Raises:
        LaunchError: A port is taken, or it ended, or did not become ready in time.
    """
    _check_ports(program)
    if program.prepare:
        program.prepare()
    born = _spawn(program, digest or program.digest())
    if _wait_ready(program, born, program.ready_within_s):
        return
    fate = f"is not ready after {program.ready_within_s:.0f} s" if born.is_alive() else "ended at once"
    raise LaunchError(f"{program.name} {fate}. The end of {log_path(program.name)}:\n{_tail(program.name)}")


def _spawn(program: Program, digest: str) -> Record:
    _raise_open_files()
    with _open_log(program.name) as log:
        child = subprocess.Popen(
            program.command,
            cwd=ROOT,
            env={**_inherited(), **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=program.user,
            group=program.user,
            extra_groups=[] if program.user else None,
        )
    CHILDREN.append(child)
    born = Record(program.name, child.pid, _birth(child.pid) or "", digest, dict(program.ports))
    write(RUN / f"{program.name}.pid", json.dumps(asdict(born)))
    return born


def _inherited() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TZ") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


def _raise_open_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(most, _OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def log_path(name: str) -> Path:
    """Where the output of a program goes."""
    return LOGS / f"{name}.log"


@contextmanager
def _open_log(name: str) -> Iterator[int]:
    path = log_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        path.rename(path.with_suffix(".log.1"))
    with path.open("ab") as file:
        yield file.fileno()


def _tail(name: str) -> str:
    lines = log_path(name).read_text(errors="replace").splitlines()[-_LOG_LINES:]
    return "\n".join(f"    {_shortened(line)}" for line in lines) or "    (it said nothing)"


def _shortened(line: str) -> str:
    # A JSON line begins with what happened and ends with the error itself; the traceback lies between.
    if len(line) <= _LOG_LINE_STARTS + _LOG_LINE_ENDS:
        return line
    return f"{line[:_LOG_LINE_STARTS]} ... {line[-_LOG_LINE_ENDS:]}"


def _check_ports(program: Program) -> None:
    for purpose, port in program.ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise LaunchError(_taken(program.name, purpose, port)) from None


def _taken(name: str, purpose: str, port: int) -> str:
    advice = "set QIANDAO_HTTP_PORT to a free one" if purpose == "http" else "stop that program"
    return (
        f"{name} needs port {port} ({purpose}), and another program has it (`ss -ltnp 'sport = :{port}'` shows which). "
        f"If it is another copy of this system, run `make down` there; otherwise {advice}."
    )


def answers_http(port: int, path: str) -> bool:
    """Whether a program on this machine answers a GET with 200, within a second."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait_ready(program: Program, process: Record, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while process.is_alive() and time.monotonic() < deadline:
        if program.is_ready():
            return True
        time.sleep(_POLL_S)
    return False


def stop(name: str, grace_s: float) -> str:
    """Stops a program: SIGTERM, then SIGKILL to all its family when the grace is over; says how it went."""
    process = running(name)
    verdict = "was not running"
    if process:
        os.kill(process.pid, signal.SIGTERM)
        verdict = "stopped" if _wait_gone(process, grace_s) else "killed: it did not stop in time"
        if process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)
            _wait_gone(process, _STALL_S)
    (RUN / f"{name}.pid").unlink(missing_ok=True)
    return verdict


def _wait_gone(process: Record, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while process.is_alive():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _birth(pid: int) -> str | None:
    """When a process began, in clock ticks since boot, with the boot's own id; None when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in brackets and may hold anything, so count from its end.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{fields[19]} {boot}"
