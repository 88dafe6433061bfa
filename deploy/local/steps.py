"""Runs steps in the order of what they need, side by side where they are independent, with one line for each."""

import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter

_SIDE_BY_SIDE = 16


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do once; `run` returns a few words on how it went."""

    name: str
    run: Callable[[], str]
    needs: tuple[str, ...] = ()


class StepError(Exception):
    """A step failed; its cause is the step's own error."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def with_needs(steps: Iterable[Step], wanted: Iterable[str]) -> list[Step]:
    """The wanted steps and everything they need, in the given order.

    Raises:
        ValueError: There is no step of that name.
    """
    known = {step.name: step for step in steps}
    chosen: set[str] = set()
    waiting = list(wanted)
    if unknown := set(waiting) - known.keys():
        raise ValueError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    while waiting:
        step = known[waiting.pop()]
        if step.name not in chosen:
            chosen.add(step.name)
            waiting += [need for need in step.needs if need in known]
    return [step for step in known.values() if step.name in chosen]


def reversed_needs(steps: Iterable[Step]) -> list[Step]:
    """The same steps, each waiting for those that needed it."""
    forward = list(steps)
    return [
        Step(step.name, step.run, tuple(other.name for other in forward if step.name in other.needs))
        for step in forward
    ]


def run_all(steps: Iterable[Step]) -> None:
    """Runs all steps; needs that are not among them count as met.

    Raises:
        StepError: A step failed. What was under way is finished first, and nothing new is begun.
    """
    known = {step.name: step for step in steps}
    order = TopologicalSorter({step.name: set(step.needs) & known.keys() for step in known.values()})
    order.prepare()
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        under_way: dict[Future[None], str] = {}
        while order.is_active():
            under_way |= {pool.submit(_timed, known[name]): name for name in order.get_ready()}
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                name = under_way.pop(future)
                if error := future.exception():
                    raise StepError(name) from error
                order.done(name)


def _timed(step: Step) -> None:
    began = time.monotonic()
    how = step.run()
    report(step.name, how, time.monotonic() - began)


def report(name: str, how: str, took_s: float) -> None:
    """Prints one line of progress."""
    # One write, for `print` lets two threads mix their lines and line ends.
    sys.stdout.write(f"  {name:<14} {how:<32} {took_s:6.1f} s\n")
    sys.stdout.flush()
