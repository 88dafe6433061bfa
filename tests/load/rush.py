"""`make rush`: one activity, N people, all at the same instant, on the public HTTP API, reconciled.

`python -m tests.load.rush [--n=1000] [--c=N] [--cold=1] [--nfc=1] [--viewers=500] [--exports=10000] [--repeat=1]
[--json=FILE]`; c equal to n is the instant, fewer connections make it a sustained run. Cold: first-time people who sign
in, open the activity and check in, all at once. NFC: everybody touches a tag that counts. Viewers: each rush twice in
turn, without and with so many live streams on the activity. Exports: the same, with as many exports of so many people
as may run at once.
"""

import argparse
import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median
from types import MappingProxyType
from typing import Any

from tests.load import conditions, exporting, figures, phones, walls
from tests.load.accounting import Batches, Meter, Program, Reading, gateways, programs
from tests.load.command import command, up_to
from tests.load.figures import Figures
from tests.load.http_load import Answer, Balancer, Script, play
from tests.load.organiser import Activity, Organiser
from tests.load.phones import Attempt, Person
from tests.load.reconcile import Verdict, database, reconcile, rows_of
from tests.load.tags import touches

_MAXIMUM = 20_000
_ROWS_WITHIN_S = 60.0
_ROWS_POLL_S = 0.02
_EXPORTED_CONNECTIONS = 128
_STEPS = ("sign in", "open the activity", "check in")

# What goes on at an activity meanwhile.
Beside = Callable[[Activity], AbstractAsyncContextManager[object]]


@dataclass(frozen=True, slots=True)
class Scene:
    """The running stack with an organiser in it."""

    balancer: Balancer
    organiser: Organiser
    programs: Sequence[Program]

    @classmethod
    async def enter(cls, name: str) -> "Scene":
        """Signs an organiser of that name in."""
        balancer = Balancer(gateways())
        return cls(balancer, await Organiser.sign_in(balancer, name), programs())

    def ops_ports(self) -> list[int]:
        """Where the processes tell their metrics."""
        return [program.ports["ops"] for program in self.programs if "ops" in program.ports]


async def measure(
    scene: Scene,
    activities: Sequence[Activity],
    scripts: Callable[[], Iterable[Script]],
    connections: int,
    answers: Callable[[], Sequence[Answer]],
    settled: Callable[[int], Awaitable[object]],
) -> Figures:
    """Plays scripts and measures them until their rows are committed and counted.

    Args:
        answers: The answers to the check-ins, once all scripts have ended.
        settled: Waits until so many people are shown as checked in.
    """
    meter = Meter({program.name: program.pid for program in scene.programs})
    batches = Batches(scene.ops_ports())
    before = Reading.now(meter)
    began_at = time.perf_counter()
    await play(scene.balancer, scripts(), connections)
    found = figures.of_answers(answers(), connections, began_at)
    expected = sum(found.outcomes.values())
    found.rows, found.durable_s = await asyncio.to_thread(wait_for_rows, activities, expected, began_at)
    await settled(found.outcomes.get("accepted", 0))
    found.charge(scene.programs, before, Reading.now(meter))
    found.memory_mb = {name: round(size, 1) for name, size in meter.memory_mb().items()}
    found.batches = batches.since()
    return found


def wait_for_rows(activities: Sequence[Activity], expected: int, began_at: float) -> tuple[int, float]:
    """Rows there are, and when the last of them was seen; asked for only once everybody is answered."""
    occurrences = [activity.occurrence_id for activity in activities]
    with database() as cursor:
        while True:
            rows, at = rows_of(cursor, occurrences), time.perf_counter() - began_at
            if rows >= expected or at > _ROWS_WITHIN_S:
                return rows, round(at, 4)
            time.sleep(_ROWS_POLL_S)


async def rush(
    scene: Scene, crowd: Sequence[Person], connections: int, *, are_known: bool = False, are_touching: bool = False
) -> tuple[Figures, Verdict]:
    """People who have the activity open check in, all together.

    Args:
        are_known: Their tokens are known to the gateway from an activity before, so opening this one is left out.
        are_touching: Each touches a tag.
    """
    changes = {"methods": ["qr", "nfc"]} if are_touching else {}
    found, verdict, _, _ = await crowded(
        scene, crowd, connections, are_known=are_known, are_touching=are_touching, changes=changes
    )
    return found, verdict


async def crowded(
    scene: Scene,
    crowd: Sequence[Person],
    connections: int,
    *,
    changes: Mapping[str, Any] = MappingProxyType({}),
    are_known: bool = False,
    are_touching: bool = False,
    beside: Beside = nullcontext,
) -> tuple[Figures, Verdict, Activity, list[Attempt]]:
    """A rush on an activity with these changes: what was measured and found, and what was tried there."""
    (activity,) = await scene.organiser.open_activities(1, changes)
    async with (
        scene.organiser.screens([activity]),
        scene.organiser.viewer(activity) as viewer,
        AsyncExitStack() as stack,
    ):
        if not are_known:
            await phones.open_pages(scene.balancer, ((person, activity) for person in crowd), len(crowd))
        await stack.enter_async_context(beside(activity))
        said = await touches(scene.organiser, activity, len(crowd)) if are_touching else [""] * len(crowd)
        attempts = [Attempt(person, activity, touched=each) for person, each in zip(crowd, said, strict=True)]
        found = await measure(
            scene,
            [activity],
            lambda: (attempt.once() for attempt in attempts),
            connections,
            lambda: [answer for attempt in attempts for answer in attempt.answers],
            viewer.sees,
        )
        return found, await reconcile(scene.organiser, [activity], attempts), activity, attempts


async def rush_cold(scene: Scene, crowd: Sequence[Person], connections: int) -> tuple[Figures, Verdict, list[Figures]]:
    """First-time people; the last figures are of each step on its own."""
    (activity,) = await scene.organiser.open_activities(1)
    steps: list[list[Answer]] = [[], [], []]
    attempts: list[Attempt] = []
    async with scene.organiser.screens([activity]), scene.organiser.viewer(activity) as viewer:
        began_at = time.perf_counter()
        found = await measure(
            scene,
            [activity],
            lambda: (phones.from_nothing(person, activity, steps, attempts) for person in crowd),
            connections,
            lambda: steps[2],
            viewer.sees,
        )
        verdict = await reconcile(scene.organiser, [activity], attempts)
    return found, verdict, [figures.of_answers(answers, connections, began_at) for answers in steps if answers]


async def rush_beside(scene: Scene, crowd: Sequence[Person], options: argparse.Namespace, beside: Beside) -> int:
    """Pairs of rushes, without and with what goes on beside; prints what that costs those who check in."""
    connections = min(options.c or options.n, options.n)
    is_clean, ratios, kept = True, [], []
    for number in range(options.repeat):
        runs: dict[bool, Figures] = {}
        for is_beside in (True, False) if number % 2 else (False, True):
            found, verdict, _, _ = await crowded(scene, crowd, connections, beside=beside if is_beside else nullcontext)
            is_clean &= verdict.is_clean and not found.errors
            runs[is_beside] = found
        alone, seen = runs[False], runs[True]
        ratios.append(seen.p99_ms / alone.p99_ms)
        kept.append(asdict(alone) | {"beside": asdict(seen)})
        print(
            f"pair {number + 1}: p99 {seen.p99_ms:.0f} ms with {_beside_words(options)}, {alone.p99_ms:.0f} without;"
            f" CPU {seen.cpu_total_us:.0f} and {alone.cpu_total_us:.0f} us; the rest of the machine used"
            f" {seen.foreign_cores:.2f} and {alone.foreign_cores:.2f} cores"
        )
    print(
        f"p99 with {_beside_words(options)} {median(ratios):.2f}x"
        f" (median of {', '.join(f'{ratio:.2f}' for ratio in ratios)})"
    )
    figures.keep(options.json, kept)
    return 0 if is_clean else 1


def _beside_words(options: argparse.Namespace) -> str:
    return f"{options.viewers} viewers" if options.viewers else f"exports of {options.exports} people"


async def _viewers(scene: Scene, name: str, count: int) -> Beside:
    """So many live streams, beside a rush."""
    staff = await walls.enlist(scene.balancer, scene.organiser, f"{name}-staff", count)
    return partial(walls.watched, scene.balancer, scene.organiser, staff=staff, count=count)


async def _exports(scene: Scene, name: str, count: int) -> Beside:
    """Exports of so many people who came before, beside a rush."""
    many = phones.people(f"{name}-many", count)
    await phones.sign_in(scene.balancer, many)
    _, _, large, _ = await crowded(scene, many, _EXPORTED_CONNECTIONS)
    return partial(exporting.exports_of, scene.organiser, large)


async def main(options: argparse.Namespace) -> int:
    """Runs as often as asked, prints, and answers whether all of it was clean."""
    name = f"rush-{secrets.token_hex(3)}"
    scene = await Scene.enter(name)
    print(*conditions.lines(), sep="\n")
    connections = min(options.c or options.n, options.n)
    is_clean, kept = True, []
    crowd = phones.people(name, options.n)
    if not options.cold:
        await phones.sign_in(scene.balancer, crowd)
    if options.viewers:
        return await rush_beside(scene, crowd, options, await _viewers(scene, name, options.viewers))
    if options.exports:
        return await rush_beside(scene, crowd, options, await _exports(scene, name, options.exports))
    for number in range(options.repeat):
        steps: list[Figures] = []
        if options.cold:
            crowd = phones.people(f"{name}-{number}", options.n)
            found, verdict, steps = await rush_cold(scene, crowd, connections)
        else:
            found, verdict = await rush(scene, crowd, connections, are_touching=bool(options.nfc))
        print()
        for step, figure in zip(_STEPS, steps, strict=False):
            print(
                f"{step + ':':<18} {figure.latency_line()}, all after {figure.answered_s:.3f} s; errors {figure.errors}"
            )
        print(*found.lines(), *verdict.lines(), sep="\n")
        is_clean &= verdict.is_clean and not any(figure.errors for figure in (found, *steps))
        kept.append(asdict(found) | {"verdict": asdict(verdict), "steps": [asdict(step) for step in steps]})
    figures.keep(options.json, kept)
    return 0 if is_clean else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load.rush", description=__doc__)
    parser.add_argument("--n", type=up_to(_MAXIMUM), default=1000, help="people")
    parser.add_argument("--c", type=int, default=0, help="connections; as many as people for the instant")
    parser.add_argument("--cold", type=int, default=0, help="1: people who were never here before")
    parser.add_argument("--nfc", type=int, default=0, help="1: people who touch a tag")
    parser.add_argument("--viewers", type=int, default=0, help="live streams, in every second rush")
    parser.add_argument("--exports", type=up_to(_MAXIMUM), default=0, help="people of exports, in every second rush")
    parser.add_argument("--repeat", type=int, default=1, help="rushes, each on an activity of its own")
    return parser


if __name__ == "__main__":
    command(main, _parser())
