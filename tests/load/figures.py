"""What a load run measured, and how it is printed."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.load.accounting import Program, Reading
from tests.load.http_load import Answer


@dataclass(slots=True)
class Figures:
    """One measurement; times in milliseconds, CPU in microseconds per check-in.

    Attributes:
        answered_s: From the first send until everybody was answered.
        durable_s: From the first send until the last row was seen committed.
        cpu_us: By program; tools stand in for the outside world and are left out of the sum.
    """

    count: int
    connections: int
    outcomes: dict[str, int]
    errors: dict[str, int]
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    answered_s: float
    durable_s: float = 0.0
    rows: int = 0
    cpu_us: dict[str, float] = field(default_factory=dict)
    tools_us: dict[str, float] = field(default_factory=dict)
    loader_us: float = 0.0
    foreign_cores: float = 0.0
    memory_mb: dict[str, float] = field(default_factory=dict)
    batches: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def durable_rate(self) -> float:
        """Rows per second until the last commit."""
        return self.rows / self.durable_s if self.durable_s else 0.0

    @property
    def cpu_total_us(self) -> float:
        """All processes and servers, per check-in."""
        return sum(self.cpu_us.values())

    def charge(self, programs: Iterable[Program], before: Reading, after: Reading) -> None:
        """Takes the CPU used between two readings."""
        used = {name: 1e6 * seconds / self.count for name, seconds in before.until(after).items()}
        tools = {program.name for program in programs if program.kind == "tool"}
        self.cpu_us = {name: round(us, 1) for name, us in used.items() if name not in tools}
        self.tools_us = {name: round(us, 1) for name, us in used.items() if name in tools}
        self.loader_us = round(1e6 * (after.loader_s - before.loader_s) / self.count, 1)
        self.foreign_cores = round(before.foreign_cores(after), 2)

    def lines(self) -> Iterator[str]:
        """Everything, for people."""
        yield f"{self.count:,} check-ins over {self.connections:,} connections: {_counts(self.outcomes)}"
        yield f"errors: {_counts(self.errors)}"
        yield self.latency_line()
        yield (
            f"all answered after {self.answered_s:.3f} s; {self.rows:,} rows, the last committed after"
            f" {self.durable_s:.3f} s: {self.durable_rate:,.0f} durable check-ins/s"
        )
        for stage, made in self.batches.items():
            yield f"batches {stage:<8} {made['batches']:6,.0f} of {made['mean']:6.1f} on average"
        yield from self._cost_lines()

    def latency_line(self) -> str:
        """The spread of answer times."""
        return f"p50 {self.p50_ms:.1f}  p95 {self.p95_ms:.1f}  p99 {self.p99_ms:.1f}  max {self.max_ms:.1f} ms"

    def _cost_lines(self) -> Iterator[str]:
        total = self.cpu_total_us
        yield f"{'':<12} {'us CPU each':>12} {'share':>7} {'MB (PSS)':>9}"
        for name, used in sorted(self.cpu_us.items(), key=lambda entry: -entry[1]):
            yield f"{name:<12} {used:12.1f} {used / total:7.1%} {self.memory_mb.get(name, 0):9.1f}"
        yield f"{'together':<12} {total:12.1f} {1:7.1%} {sum(self.memory_mb.get(name, 0) for name in self.cpu_us):9.1f}"
        aside = {**self.tools_us, "load generator": self.loader_us}
        yield "not counted: " + ", ".join(f"{name} {used:.1f} us" for name, used in aside.items())
        yield f"the rest of the machine used {self.foreign_cores:.2f} cores meanwhile"


def of_answers(answers: Sequence[Answer], connections: int, began_at: float) -> Figures:
    """Latencies and outcomes of a wave that began at that moment; costs are added later."""
    took = sorted(1000 * answer.took_s for answer in answers if answer.status) or [0.0]
    return Figures(
        count=len(answers),
        connections=connections,
        outcomes=dict(Counter(filter(None, map(_outcome, answers))).most_common()),
        errors=dict(Counter(_error(answer) for answer in answers if _outcome(answer) is None).most_common()),
        p50_ms=_quantile(took, 0.50),
        p95_ms=_quantile(took, 0.95),
        p99_ms=_quantile(took, 0.99),
        max_ms=round(took[-1], 2),
        answered_s=round(max(answer.answered_at for answer in answers) - began_at, 4),
    )


def keep(path: str, kept: object) -> None:
    """Writes figures to a file as JSON; an empty path means that nobody wants them."""
    if path:
        Path(path).write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def _quantile(ascending: Sequence[float], share: float) -> float:
    return round(ascending[min(len(ascending) - 1, int(share * len(ascending)))], 2)


def _outcome(answer: Answer) -> str | None:
    """What a check-in came to, ours in words, anybody else's as its status; None for an error."""
    if answer.status not in (200, 201, 202, 422):
        return None
    body = answer.json()
    if "checkin" in body:
        return str(body["checkin"]["outcome"])
    return None if answer.status == 422 else str(answer.status)


def _error(answer: Answer) -> str:
    if not answer.status:
        return answer.error
    body = answer.json() if answer.body.startswith(b"{") else {}
    return f"{answer.status} {body.get('reason', '')}".strip()


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "none"
