"""`make chaos`: rushes while the real thing is broken, each reconciled, in Jepsen's words.

`python -m tests.chaos [--only=NAME,...] [--n=300] [--long=1] [--json=FILE]`; a name is the beginning of a fault's.
Faults of the network need proxies between all programs, so the processes restart in between; at the end the stack runs
as `make up` leaves it. Exit code 1: something was lost, doubled or wrong, or did not recover in time.
"""

import argparse
import asyncio
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from deploy.local import launch
from tests.chaos import breaking, trial
from tests.chaos.faults import HEALTHY, faults
from tests.chaos.trial import Fault, Result
from tests.load import figures
from tests.load.command import command, up_to
from tests.load.organiser import SetupError
from tests.load.rush import Scene

# The machine swings between minutes, so what is compared runs in pairs, and the median pair speaks.
_PAIRS = 3
# How much slower than the healthy rush one may be in which everybody comes during the fault.
_SLOWER = 2.0
_MAXIMUM = 5_000
_ENTER_WITHIN_S, _ENTER_PAUSE_S = 15.0, 0.5


async def main(options: argparse.Namespace) -> int:
    """Runs the chosen faults, prints a line for each and a table of all, and answers whether all was well."""
    chosen = [fault for fault in faults() if _is_chosen(fault, options)]
    if not chosen:
        raise SystemExit(f"no fault begins with {options.only!r}; there are: {', '.join(f.name for f in faults())}")
    results: list[Result] = []
    began_at = time.monotonic()
    try:
        for number, fault in enumerate(chosen):
            print(f"{number + 1:3} of {len(chosen)}  {fault.name}", flush=True)
            await _ensure_stack(fault.is_proxied, must_restart=bool(results and results[-1].failures))
            results.append(await _run(fault, options.n))
            print(f"            {results[-1].line()}", flush=True)
            for failure in results[-1].failures[:5]:
                print(f"            RED: {failure}", flush=True)
    finally:
        await _ensure_stack(proxied=False)
    print("", *table(results), "", sep="\n")
    red = [result.fault for result in results if result.failures]
    print(f"{len(results)} faults in {time.monotonic() - began_at:.0f} s; red: {', '.join(red) or 'none'}")
    figures.keep(options.json, [asdict(result) for result in results])
    return 1 if red else 0


def _is_chosen(fault: Fault, options: argparse.Namespace) -> bool:
    if options.only:
        return fault.name.startswith(tuple(options.only.split(",")))
    return not fault.is_long or bool(options.long)


async def _ensure_stack(proxied: bool, *, must_restart: bool = False) -> None:
    """Has everything run in the shape that is needed; after a fault that was not survived, everything is seen to."""
    is_proxied = launch.running("toxiproxy") is not None
    if must_restart or is_proxied != proxied or launch.running("gateway") is None:
        print(f"            make up{' with proxies' if proxied else ''}", flush=True)
        await breaking.start_everything(proxied=proxied)


async def _run(fault: Fault, people: int) -> Result:
    if not fault.is_instant or fault is HEALTHY:
        return await _try(fault, people)
    pairs = [(await _try(HEALTHY, people), await _try(fault, people)) for _ in range(_PAIRS)]
    for healthy, broken in pairs:
        broken.healthy_p99_ms = healthy.p99_ms
    found = sorted((broken for _, broken in pairs), key=_slowdown)[len(pairs) // 2]
    found.failures = [failure for pair in pairs for result in pair for failure in result.failures]
    found.pairs_ms = [(healthy.p99_ms, broken.p99_ms) for healthy, broken in pairs]
    if _slowdown(found) > _SLOWER:
        found.failures.append(f"p99 is {_slowdown(found):.1f} times that of a healthy rush")
    return found


def _slowdown(result: Result) -> float:
    return result.p99_ms / (result.healthy_p99_ms or 1)


async def _try(fault: Fault, people: int) -> Result:
    """One trial in a scene of its own; one that breaks down is red, and the others go on."""
    try:
        return await trial.run(fault, await _enter(), people)
    except Exception as error:
        return Result(fault.name, fault.row, failures=[f"the trial broke down: {error!r}"])


async def _enter() -> Scene:
    """A scene of its own, once whatever was dead before is called again: refused connections rest for a moment."""
    deadline = time.monotonic() + _ENTER_WITHIN_S
    while True:
        try:
            return await Scene.enter(f"chaos-{secrets.token_hex(4)}")
        except SetupError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_ENTER_PAUSE_S)


def table(results: Sequence[Result]) -> Iterator[str]:
    """The results as a Markdown table."""
    yield "| fault | row of the matrix | answers meanwhile | p99 ms | well again s | history s | lost | duplicated | |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for result in results:
        said = ", ".join(f"{count} {what}" for what, count in result.answers.items())
        p99 = f"{result.p99_ms:.0f}" + (f" (healthy {result.healthy_p99_ms:.0f})" if result.healthy_p99_ms else "")
        is_well = "**red**" if result.failures else "ok"
        yield (
            f"| {result.fault} | {result.row} | {said} | {p99} | {result.recovered_after_s:.1f}"
            f" | {result.history_after_s:.1f} | {result.lost} | {result.duplicated} | {is_well} |"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", default="", help="comma-separated beginnings of names")
    parser.add_argument("--n", type=up_to(_MAXIMUM), default=300, help="people of a rush")
    parser.add_argument("--long", type=int, default=0, help="1: also the faults that are left to the night")
    return parser


if __name__ == "__main__":
    command(main, _parser())
