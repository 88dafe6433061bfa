"""Where everything is, as far as one can see from here: the local stack, or the environment of a process.

Every part of the command asks this file and nothing else, so that it works in the virtual environment without a single
variable set, and inside the container of any process with what that process may know.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.fleet import LOCAL, PROCESSES, SECRETS, SERVICES, environment, instance, local_place, ports

OPS_TARGETS = "QIANDAO_OPS_TARGETS"

# Any of these in the environment makes it that process's.
_OWN = ("OPS_ADDRESS", "DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE")


class OutOfReachError(Exception):
    """Something cannot be looked at, or used, from here; the text says what, why and what to do."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What can be reached.

    Attributes:
        origin: Where this knowledge comes from, in a few words.
        is_local: It is the local stack of this folder.
        environments: By process, what it finds, or would find, in its environment.
        ops: By replica, host:port of its ops page.
        absent: Replicas that the launcher of this folder did not start; whoever answers in their place is another's.
    """

    origin: str
    is_local: bool
    environments: Mapping[str, Mapping[str, str]]
    ops: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    def secret(self, process: str, name: str) -> str | None:
        """A variable of a process without its prefix, for example DATABASE_URL; None when it is not known here.

        Raises:
            OutOfReachError: It is in a file that cannot be read.
        """
        return self.variable(process, PROCESSES[process].prefix + name)

    def variable(self, process: str, variable: str) -> str | None:
        """A variable of a process by its whole name; None when it is not known here.

        Raises:
            OutOfReachError: It is in a file that cannot be read.
        """
        known = self.environments.get(process, {})
        if path := known.get(f"{variable}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise OutOfReachError(f"{variable}_FILE: {error.strerror}: {path}") from error
        return known.get(variable)

    def first_secret(self, name: str, *processes: str) -> tuple[str, str]:
        """The first of these processes whose variable is known, and its value.

        Raises:
            OutOfReachError: None of them is known here.
        """
        for process in processes:
            if value := self.secret(process, name):
                return process, value
        variables = " or ".join(PROCESSES[process].prefix + name for process in processes)
        raise OutOfReachError(f"{variables} is not known here; {self.elsewhere(*processes)}")

    def targets(self) -> dict[str, str]:
        """The gRPC target of every service that is known."""
        known = {name: self._shared(f"QIANDAO_{name.upper()}_TARGET") for name in SERVICES}
        return {name: target for name, target in known.items() if target}

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every variable that names a file, with the file; each file once."""
        seen = set()
        for known in self.environments.values():
            for variable, path in sorted(known.items()):
                if variable.endswith("_FILE") and path not in seen:
                    seen.add(path)
                    yield variable, Path(path)

    def restart(self, process: str) -> str:
        """How to bring a process back."""
        if self.is_local:
            return f"make up starts it; make logs s={process} says why it ended"
        return f"kubectl logs deploy/{process} --previous says why it ended"

    def elsewhere(self, *processes: str) -> str:
        """Where to run the command instead."""
        if self.is_local:
            return "make up writes it"
        return f"run this where it is: kubectl exec deploy/{processes[0]} -- qiandao ..."

    def _shared(self, variable: str) -> str | None:
        return next((known[variable] for known in self.environments.values() if variable in known), None)


def find(environ: Mapping[str, str] = os.environ, ops: str = "") -> Surroundings:
    """The surroundings of this very process.

    Args:
        ops: host:port,... of further ops pages; else what QIANDAO_OPS_TARGETS says.

    Raises:
        OutOfReachError: This is neither a process's environment nor beside a local stack.
    """
    named = ops or environ.get(OPS_TARGETS, "")
    own = {name: dict(environ) for name, process in PROCESSES.items() if _has(environ, process.prefix)}
    if own:
        listed = {name: _seen_from_here(known, name) for name, known in own.items()}
        return Surroundings(
            f"the environment of {', '.join(own)}",
            False,
            own,
            {**{k: v for k, v in listed.items() if v}, **named_ops(named)},
        )
    if not SECRETS.exists():
        raise OutOfReachError(
            "There is nothing here to look at: neither a local stack (`make up` starts one) nor the environment of a"
            " process (`kubectl exec deploy/checkin -- qiandao doctor` has it)."
        )
    return _local(named_ops(named))


def named_ops(text: str) -> dict[str, str]:
    """`host:port` or `name=host:port`, separated by commas, by name.

    Raises:
        OutOfReachError: It is not of that form.
    """
    found = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, address = entry.rpartition("=")
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise OutOfReachError(f"{entry!r} is not host:port or name=host:port, as --ops and {OPS_TARGETS} want it")
        found[name or address] = address
    return found


def _has(environ: Mapping[str, str], prefix: str) -> bool:
    return any(prefix + name in environ for name in _OWN)


def _seen_from_here(known: Mapping[str, str], process: str) -> str:
    """Its own ops address: one that listens everywhere listens on the loopback too."""
    host, _, port = known.get(f"{PROCESSES[process].prefix}OPS_ADDRESS", "").rpartition(":")
    everywhere = ("0.0.0.0", "[::]")  # noqa: S104  read, not bound
    return f"{'127.0.0.1' if host in everywhere else host}:{port}" if port else ""


def _local(named: Mapping[str, str]) -> Surroundings:
    # Only beside the code of the launcher, which no image has.
    from deploy.local.launch import running
    from deploy.local.stack import Shape

    shape = Shape.of_running()
    place = local_place(shape.counts, shape.http_port)
    environments, ops = {}, {}
    for process in PROCESSES.values():
        for replica in range(shape.counts[process.name]):
            listening = ports(process, replica, shape.http_port)
            ops[instance(process.name, replica)] = f"127.0.0.1:{listening['ops']}"
        environments[process.name] = environment(process, ports(process, 0, shape.http_port), place)
    absent = frozenset(name for name in ops if running(name) is None)
    return Surroundings(f"the local stack in {LOCAL}", True, environments, {**ops, **named}, absent)
