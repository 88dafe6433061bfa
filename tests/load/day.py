"""`make day`: 200 activities and 100,000 check-ins, as fast as it goes, reconciled.

`python -m tests.load.day [--activities=200] [--n=100000] [--c=128] [--faults=1] [--json=FILE]`. With faults, 500 come
each second to two gateways and two checkins while every process of ours is killed once and started again; people try
again with the same attempt and the receipt they were given, as the mini-program does; only first tries count as right.
"""

import argparse
import asyncio
import os
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from deploy.local.stack import PYTHON
from services.checkin.rules.merge import Outcome
from tests.load import conditions, figures, phones
from tests.load.accounting import described, programs
from tests.load.command import command, up_to
from tests.load.figures import Figures
from tests.load.http_load import play
from tests.load.organiser import Activity
from tests.load.phones import Attempt, Person
from tests.load.reconcile import outcome_of, reconcile
from tests.load.rush import Scene, measure, wait_for_rows

AIM_S = 40.0
AIM_FIRST_TRY = 0.999

_MAXIMUM = 200_000
# So few that signing in stays short, so many that nobody comes more than once a second at 6,000/s.
_PEOPLE = 6250
_FAULT_RATE = 500
_FAULT_CONNECTIONS = 256
_FAULT_REPLICAS = {"gateway": 2, "checkin": 2}
_FIRST_FAULT_S = 5.0
# Accepted, or truthfully told that it is registered and will be judged.
_RIGHT = (Outcome.ACCEPTED, Outcome.PROVISIONAL)


def plan(crowd: Sequence[Person], activities: Sequence[Activity], count: int) -> Iterator[Attempt]:
    """Everybody's attempts, in rounds: each time another activity, and never the same twice for one person."""
    rounds = -(-count // len(crowd))
    stride = len(activities) // rounds
    for number in range(count):
        turn, who = divmod(number, len(crowd))
        yield Attempt(crowd[who], activities[(who + turn * stride) % len(activities)])


async def main(options: argparse.Namespace) -> int:
    """Runs the day, prints, and answers whether it was clean."""
    if options.faults:
        _check_replicas()
    began_at = time.perf_counter()
    name = f"day-{secrets.token_hex(3)}"
    scene = await Scene.enter(name)
    print(*conditions.lines(), sep="\n")
    crowd = phones.people(name, max(min(options.n, _PEOPLE), -(-options.n // options.activities)))
    await phones.sign_in(scene.balancer, crowd)
    activities = await scene.organiser.open_activities(options.activities)
    async with scene.organiser.screens(activities):
        visits = ((person, activities[number % len(activities)]) for number, person in enumerate(crowd))
        await phones.open_pages(scene.balancer, visits, len(crowd))
        attempts = list(plan(crowd, activities, options.n))
        if options.faults:
            found, is_good = await _with_faults(scene, activities, attempts)
        else:
            found, is_good = await _at_full_speed(scene, activities, attempts, options.c)
        verdict = await reconcile(scene.organiser, activities, attempts)
    print(*verdict.lines(), sep="\n")
    print(f"with setting up and reconciling it took {time.perf_counter() - began_at:.0f} s")
    figures.keep(options.json, asdict(found) | {"verdict": asdict(verdict)})
    return 0 if verdict.is_clean and is_good else 1


async def _at_full_speed(
    scene: Scene, activities: Sequence[Activity], attempts: Sequence[Attempt], connections: int
) -> tuple[Figures, bool]:
    watched = activities[0]
    expected = sum(attempt.activity is watched for attempt in attempts)
    async with scene.organiser.viewer(watched) as viewer:
        found = await measure(
            scene,
            activities,
            lambda: (attempt.once() for attempt in attempts),
            connections,
            lambda: [attempt.answers[0] for attempt in attempts],
            lambda _: viewer.sees(expected),
        )
    print("", *found.lines(), sep="\n")
    print(f"check-ins took {found.durable_s:.1f} s until the last commit; the aim is {AIM_S:.0f} s")
    return found, not found.errors


async def _with_faults(
    scene: Scene, activities: Sequence[Activity], attempts: Sequence[Attempt]
) -> tuple[Figures, bool]:
    began_at = time.perf_counter()
    scripts = (attempt.until_answered() for attempt in attempts)
    killing = asyncio.create_task(_kill_each(len(attempts) / _FAULT_RATE))
    await play(scene.balancer, scripts, _FAULT_CONNECTIONS, rate=_FAULT_RATE, timeout_s=5, within_s=1200)
    await killing
    found = figures.of_answers([attempt.answers[0] for attempt in attempts], _FAULT_CONNECTIONS, began_at)
    answered = sum(outcome_of(attempt.answers[-1]) is not None for attempt in attempts)
    found.rows, found.durable_s = await asyncio.to_thread(wait_for_rows, activities, answered, began_at)
    right = sum(outcome_of(attempt.answers[0]) in _RIGHT for attempt in attempts) / len(attempts)
    tries = max(len(attempt.answers) for attempt in attempts)
    print(f"\nfirst tries: {found.outcomes}; errors: {found.errors}", found.latency_line(), sep="\n")
    print(f"right at first try: {right:.3%}, the aim is {AIM_FIRST_TRY:.1%}; all answered after {tries} tries at most")
    return found, right >= AIM_FIRST_TRY and answered == len(attempts)


async def _kill_each(within_s: float) -> None:
    """Kills every process of ours in turn, evenly spread, and has the launcher start it again."""
    names = [program.name for program in programs() if program.kind == "process"]
    began_at = time.perf_counter()
    for number, name in enumerate(names):
        due_s = _FIRST_FAULT_S + number * (within_s - _FIRST_FAULT_S) / len(names)
        await asyncio.sleep(max(0.0, began_at + due_s - time.perf_counter()))
        killed_at = time.perf_counter()
        os.kill(next(program.pid for program in programs() if program.name == name), signal.SIGKILL)
        restart = await asyncio.create_subprocess_exec(
            PYTHON, "-m", "deploy.local.stack", "restart", name, stdout=asyncio.subprocess.DEVNULL
        )
        code = await restart.wait()
        state = f"back after {time.perf_counter() - killed_at:.1f} s" if code == 0 else "did not come back"
        print(f"  {killed_at - began_at:6.1f} s  killed {name}, {state}", flush=True)


def _check_replicas() -> None:
    running = described()["replicas"]
    if any(running[name] < count for name, count in _FAULT_REPLICAS.items()):
        wanted = ",".join(f"{name}={count}" for name, count in _FAULT_REPLICAS.items())
        raise SystemExit(f"faults need QIANDAO_REPLICAS={wanted}; `make day faults=1` starts that")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load.day", description=__doc__)
    parser.add_argument("--activities", type=int, default=200, help="activities, all open at once")
    parser.add_argument("--n", type=up_to(_MAXIMUM), default=100_000, help="check-ins")
    parser.add_argument("--c", type=int, default=128, help="connections")
    parser.add_argument("--faults", type=int, default=0, help="1: kill each process once on the way")
    return parser


if __name__ == "__main__":
    command(main, _parser())
