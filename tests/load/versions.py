"""`make compare before=../other`: two checkouts of this system in turn, each with its own stack, data and load run.

Both use the same ports, so one is stopped while the other is measured; at the end this one runs again.
The other checkout needs a virtual environment, and may share this one:
`git worktree add ../other <commit> && ln -s $PWD/.venv ../other/`.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from deploy.fleet import ROOT
from deploy.local import interpreter

_PYTHON = ".venv/bin/python"
# The first run of each turn warms everything up and is thrown away.
_RUNS = 3
_PEOPLE, _PEOPLE_EACH = 10_000, 300
_RATIOS = ("rate", "cpu_us", "p50_ms", "p99_ms")


@dataclass(frozen=True, slots=True)
class Turn:
    """One checkout measured once: check-ins made durable per second, CPU microseconds of each, and answer times."""

    rate: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


def compare(before: Path, pairs: int, connections: int) -> dict[str, Any]:
    """Measures both in turn, prints each pair, and returns the pairs with the medians of their ratios.

    Args:
        connections: Of the sustained run; a few take long, so that fewer people come over them.

    Raises:
        subprocess.CalledProcessError: A stack did not start, or a run was not clean.
    """
    found = []
    for name, tree in (("now", ROOT), ("before", before)):
        print(f"{name}: {interpreter.told(tree / '.venv')}")
    _stack(ROOT, "down")
    try:
        for number in range(pairs):
            # Every second pair begins with the other one, so that neither has the better place.
            order = [before, ROOT] if number % 2 else [ROOT, before]
            turns = {tree: _measure(tree, connections) for tree in order}
            ratios = {name: getattr(turns[ROOT], name) / getattr(turns[before], name) for name in _RATIOS}
            found.append(ratios)
            print(
                f"pair {number + 1}: now {turns[ROOT].rate:,.0f}/s by {turns[before].rate:,.0f}/s before"
                f" = {ratios['rate']:.2f}x; CPU {turns[ROOT].cpu_us:.0f} by {turns[before].cpu_us:.0f} us"
                f" = {ratios['cpu_us']:.2f}x; p50 {turns[ROOT].p50_ms:.1f} by {turns[before].p50_ms:.1f} ms,"
                f" p99 {turns[ROOT].p99_ms:.1f} by {turns[before].p99_ms:.1f} ms",
                flush=True,
            )
    finally:
        # One that did not start whole holds the ports.
        _stack(before, "down")
        _stack(ROOT, "up")
    medians = {name: median(ratios[name] for ratios in found) for name in _RATIOS}
    print(
        f"medians over {connections} connections: rate {medians['rate']:.2f}x, CPU {medians['cpu_us']:.2f}x,"
        f" p50 {medians['p50_ms']:.2f}x, p99 {medians['p99_ms']:.2f}x of what it was before"
    )
    return {"medians": medians, "pairs": found}


def _measure(tree: Path, connections: int) -> Turn:
    people = min(_PEOPLE, _PEOPLE_EACH * connections)
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        _stack(tree, "up")
        try:
            options = f"--n={people}", f"--c={connections}", f"--repeat={_RUNS}", f"--json={file.name}"
            _run(tree, "-m", "tests.load.rush", *options)
        finally:
            _stack(tree, "down")
        runs = json.loads(Path(file.name).read_text())[1:]
    return Turn(
        median(run["rows"] / run["durable_s"] for run in runs),
        median(sum(run["cpu_us"].values()) for run in runs),
        median(run["p50_ms"] for run in runs),
        median(run["p99_ms"] for run in runs),
    )


def _stack(tree: Path, command: str) -> None:
    _run(tree, "-m", "deploy.local.stack", command)


def _run(tree: Path, *arguments: str) -> None:
    subprocess.run([str(tree / _PYTHON), *arguments], cwd=tree, check=True, stdout=subprocess.DEVNULL)
