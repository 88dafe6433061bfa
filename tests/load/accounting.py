"""What a load run costs: CPU and memory of every program of the stack, batch sizes, and what else the machine did.

CPU comes from the kernel's clock of each process, which is exact to the nanosecond and knows threads that ended; its
children (RabbitMQ's helpers, workers of a cluster) are counted with it.
"""

import json
import os
import re
import time
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.stack import STACK
from tests.load.http_load import HOST, Server

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Linux: the clock of a whole process is made from its id; clock_getcpuclockid(3) does the same.
_PROCESS_CLOCK = 2
_BATCHES = re.compile(r'^checkin_batch_size_(sum|count)\{stage="(\w+)"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Program:
    """A running program; `kind` is process, server or tool, and tools only stand in for the outside world."""

    name: str
    kind: str
    pid: int
    ports: Mapping[str, int]


def described() -> Any:
    """What the launcher says of the running stack.

    Raises:
        SystemExit: Nothing runs.
    """
    if not STACK.exists():
        raise SystemExit("nothing runs here; `make up` starts it")
    return json.loads(STACK.read_text())


def programs() -> list[Program]:
    """Everything that runs."""
    found = described()["programs"]
    return [Program(each["name"], each["kind"], each["pid"], each["ports"]) for each in found]


def gateways() -> list[Server]:
    """The public API."""
    return [Server(each.ports["http"], each.ports["ops"]) for each in programs() if each.name.startswith("gateway")]


class Meter:
    """Reads what programs have used.

    Args:
        roots: Process ids by the name under which their whole family counts.
    """

    def __init__(self, roots: Mapping[str, int]) -> None:
        children = _children()
        self._families = {name: _family(pid, children) for name, pid in roots.items()}

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds of each so far."""
        return {name: sum(map(_cpu_s, family)) for name, family in self._families.items()}

    def memory_mb(self) -> dict[str, float]:
        """Proportional share of memory of each, in MB."""
        return {name: sum(map(_memory_mb, family)) for name, family in self._families.items()}


@dataclass(frozen=True, slots=True)
class Reading:
    """CPU used up to a moment: by each program, by this one, and by the whole machine."""

    at: float
    programs: Mapping[str, float]
    loader_s: float
    machine_s: float

    @classmethod
    def now(cls, meter: Meter) -> "Reading":
        """The counters as they are."""
        return cls(time.perf_counter(), meter.cpu_s(), time.process_time(), _machine_s())

    def until(self, later: "Reading") -> dict[str, float]:
        """CPU seconds by program between the two."""
        return {name: later.programs[name] - used for name, used in self.programs.items()}

    def foreign_cores(self, later: "Reading") -> float:
        """Cores that neither the programs nor this one used, on average between the two."""
        ours = sum(self.until(later).values()) + later.loader_s - self.loader_s
        return max(0.0, (later.machine_s - self.machine_s - ours) / (later.at - self.at))


class Batches:
    """How many batches of which size each stage made, from `/metrics`."""

    def __init__(self, ops_ports: Iterable[int]) -> None:
        self._ports = list(ops_ports)
        self._before = self._read()

    def since(self) -> dict[str, dict[str, float]]:
        """Batches and their mean size by stage since this was made."""
        found = {}
        for stage, (items, batches) in self._read().items():
            before = self._before.get(stage, (0.0, 0.0))
            if made := batches - before[1]:
                found[stage] = {"batches": made, "mean": round((items - before[0]) / made, 1)}
        return found

    def _read(self) -> dict[str, tuple[float, float]]:
        totals: dict[str, dict[str, float]] = {}
        for port in self._ports:
            for what, stage, value in _BATCHES.findall(_metrics(port)):
                total = totals.setdefault(stage, {"sum": 0.0, "count": 0.0})
                total[what] += float(value)
        return {stage: (total["sum"], total["count"]) for stage, total in totals.items()}


def _metrics(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=5) as answer:
            return str(answer.read(), "utf-8")
    except OSError as error:
        raise SystemExit(
            f"no metrics on port {port} ({error}); was the stack changed while it was measured?"
        ) from error


def _cpu_s(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | _PROCESS_CLOCK)
    except OSError:
        return 0.0


def _memory_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _machine_s() -> float:
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split(None, 8)[1:8])
    return (user + nice + system + irq + softirq) / _TICKS_PER_S


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            # The name in brackets may hold anything, so count from its end.
            found.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    return found


def _family(root: int, children: Mapping[int, list[int]]) -> list[int]:
    family = [root]
    for pid in family:
        family += children.get(pid, [])
    return family
