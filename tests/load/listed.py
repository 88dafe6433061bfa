"""`make listed`: a rush on a roster, with strangers among those who are expected, reconciled and recounted.

`python -m tests.load.listed [--n=1000] [--roster=5000] [--strangers=50] [--refuse=1] [--c=N] [--pairs=0]`; with
pairs the same crowd checks in to an open and to a listed activity in turn, and what the list costs is printed.
The list is uploaded as a file, and each of them is bound by the phone number that WeChat verified, as people do.
"""

import argparse
import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from deploy.local.wechat import number_of
from servicekit import ids
from tests.load import conditions, figures, http_load, phones
from tests.load.command import command, up_to
from tests.load.figures import Figures
from tests.load.http_load import Answer, Script, play, request, with_body
from tests.load.organiser import SetupError, expect
from tests.load.phones import Attempt, Person
from tests.load.reconcile import Verdict, database
from tests.load.rush import Scene, crowded

_MAXIMUM = 20_000
_AT_ONCE = 32
_IMPORT_WITHIN_S = 300.0
_COUNTED_WITHIN_S = 20.0
_POLL_S = 0.2
_CAME = """
SELECT COUNT(DISTINCT b.entry_id) FROM activity.roster_bindings b
JOIN activity.roster_entries e ON e.entry_id = b.entry_id AND e.valid_to = '9999-12-31'
JOIN seats s ON s.user_id = b.user_id AND s.direction = 1 AND s.state = 2 AND s.occurrence_id = %s
WHERE b.roster_id = %s AND b.valid_to = '9999-12-31'
"""
_EXPECTED = "SELECT COUNT(*) FROM activity.roster_entries WHERE roster_id = %s AND valid_to = '9999-12-31'"


def as_file(crowd: Sequence[Person], size: int) -> bytes:
    """A list of so many rows with the crowd at its beginning."""
    rows = [
        f"{person.name},A{number:06d},{number_of(person.name)},{number % 20 + 1}班"
        for number, person in enumerate(crowd)
    ]
    rows += [f"未到{number},B{number:06d},137{number:08d},{number % 20 + 1}班" for number in range(size - len(crowd))]
    return "\n".join(["姓名,学号,手机,分组", *rows]).encode()


class Roster:
    """A list of an organisation, made by import."""

    def __init__(self, scene: Scene, roster_id: str) -> None:
        self._scene = scene
        self.roster_id = roster_id

    @classmethod
    async def imported(cls, scene: Scene, rows: bytes) -> "Roster":
        """Creates one, and imports a file into it; prints how long that took."""
        path = f"/v1/organisations/{scene.organiser.organisation_id}/rosters"
        made = await scene.organiser.ask("POST", path, {"title": "压测名单"})
        roster = cls(scene, made["id"])
        began_at = time.perf_counter()
        found = await roster._import(rows)
        print(f"{found['added']:,} rows imported in {time.perf_counter() - began_at:.1f} s, {found['bad']} bad")
        return roster

    async def _import(self, rows: bytes) -> dict[str, Any]:
        head = http_load.head("POST", f"/v1/rosters/{self.roster_id}/imports", self._scene.organiser.token)
        begun = expect(await http_load.ask(self._scene.balancer, with_body(head, rows, "text/csv"), timeout_s=120))
        path = f"/v1/rosters/{self.roster_id}/imports/{begun['id']}"
        await self._until(path, "ready")
        await self._scene.organiser.ask("POST", f"{path}/apply", {"remove_missing": False})
        return await self._until(path, "applied")

    async def _until(self, path: str, state: str) -> dict[str, Any]:
        deadline = time.monotonic() + _IMPORT_WITHIN_S
        while (found := await self._scene.organiser.ask("GET", path))["state"] != state:
            if found["state"] == "failed" or time.monotonic() > deadline:
                raise SetupError(f"the import is {found['state']}: {found.get('error')}")
            await asyncio.sleep(_POLL_S)
        return found

    async def bind(self, crowd: Sequence[Person], activity_id: str) -> None:
        """Lets each say with their phone who they are."""
        scripts = (_binding(person, activity_id) for person in crowd)
        await play(self._scene.balancer, scripts, _AT_ONCE, progress=phones.line("saying who they are", len(crowd)))


def _binding(person: Person, activity_id: str) -> Script:
    body = {"code": f"sim:{person.name}"}
    expect((yield request("POST", f"/v1/activities/{activity_id}/me/phone", body, person.token)))


async def numbers_as_recounted(scene: Scene, activity: Any, roster: Roster, verdict: Verdict) -> dict[str, Any]:
    """The numbers of an activity once they equal a recount; a finding where they do not within 20 s."""
    occurrence_id, roster_id = activity.occurrence_id, ids.from_text(roster.roster_id)
    with database() as cursor:
        expected, came = _count(cursor, _EXPECTED, roster_id), _count(cursor, _CAME, occurrence_id, roster_id)
    recount = {"expected": expected, "came": came, "not_yet": expected - came, "rate": came / expected}
    deadline = time.monotonic() + _COUNTED_WITHIN_S
    while not _is_like(stats := await scene.organiser.stats(activity) or {}, recount):
        if time.monotonic() > deadline:
            shown = {name: stats.get(name) for name in recount}
            verdict.note("wrong", f"the list shows {shown}, a recount {recount}")
            break
        await asyncio.sleep(_POLL_S)
    return {name: stats.get(name) for name in recount}


def _count(cursor: Any, statement: str, *values: object) -> int:
    cursor.execute(statement, values)
    return int(cursor.fetchone()[0])


def _is_like(stats: Mapping[str, Any], recount: Mapping[str, float]) -> bool:
    shown = ((stats.get(name), value) for name, value in recount.items())
    return all(each is not None and abs(each - value) < 1e-3 for each, value in shown)


def _told_strangers(attempts: Sequence[Attempt], outcome: str, verdict: Verdict) -> None:
    for attempt in attempts:
        told = [_not_listed(answer) for answer in attempt.answers]
        if told != [outcome]:
            verdict.note("wrong", f"a stranger read {told} instead of {outcome} for NOT_ON_ROSTER")


def _not_listed(answer: Answer) -> str:
    checkin = answer.json().get("checkin") or {}
    is_told = any(reason["reason"] == "NOT_ON_ROSTER" for reason in checkin.get("reasons", ()))
    return str(checkin.get("outcome")) if is_told else f"{answer.status} {answer.error}"


async def main(options: argparse.Namespace) -> int:
    """Runs, prints, and answers whether all of it was clean."""
    name = f"listed-{secrets.token_hex(3)}"
    scene = await Scene.enter(name)
    print(*conditions.lines(), sep="\n")
    crowd, strangers = phones.people(name, options.n), phones.people(f"{name}-x", options.strangers)
    await phones.sign_in(scene.balancer, [*crowd, *strangers])
    roster = await Roster.imported(scene, as_file(crowd, max(options.roster, options.n)))
    asks = {
        "roster": "listed",
        "roster_id": roster.roster_id,
        "policy": {"not_listed": "refuse" if options.refuse else "review"},
    }
    (first,) = await scene.organiser.open_activities(1, asks)
    await roster.bind(crowd, first.activity_id)
    connections = options.c or options.n
    if options.pairs:
        kept = [await _pair(scene, crowd, connections, asks, number) for number in range(options.pairs)]
        ratios = [listed.cpu_total_us / opened.cpu_total_us for opened, listed, _ in kept]
        print(f"a list costs {median(ratios):.3f}x the CPU of none (median of {', '.join(f'{r:.3f}' for r in ratios)})")
        figures.keep(options.json, [asdict(opened) | {"listed": asdict(listed)} for opened, listed, _ in kept])
        return 0 if all(is_clean for *_, is_clean in kept) else 1
    return await _with_strangers(scene, crowd, strangers, roster, asks, options)


async def _with_strangers(
    scene: Scene,
    crowd: Sequence[Person],
    strangers: Sequence[Person],
    roster: Roster,
    asks: Mapping[str, Any],
    options: argparse.Namespace,
) -> int:
    told = "refused" if options.refuse else "pending_review"
    found, verdict, activity, attempts = await crowded(
        scene, [*crowd, *strangers], options.c or options.n + options.strangers, changes=asks
    )
    _told_strangers(attempts[len(crowd) :], told, verdict)
    shown = await numbers_as_recounted(scene, activity, roster, verdict)
    print(*found.lines(), *verdict.lines(), f"shown as recounted: {shown}; {len(strangers)} strangers {told}", sep="\n")
    figures.keep(options.json, [asdict(found) | {"verdict": asdict(verdict), "shown": shown}])
    return 0 if verdict.is_clean and not found.errors else 1


async def _pair(
    scene: Scene, crowd: Sequence[Person], connections: int, asks: Mapping[str, Any], number: int
) -> tuple[Figures, Figures, bool]:
    """The same crowd without and with a list; every second pair begins with the list."""
    runs: dict[bool, Figures] = {}
    is_clean = True
    for is_listed in (True, False) if number % 2 else (False, True):
        found, verdict, _, _ = await crowded(scene, crowd, connections, changes=asks if is_listed else {})
        is_clean &= verdict.is_clean and not found.errors
        runs[is_listed] = found
    opened, listed = runs[False], runs[True]
    print(
        f"pair {number + 1}: CPU {listed.cpu_total_us:.0f} listed by {opened.cpu_total_us:.0f} us open,"
        f" p99 {listed.p99_ms:.0f} by {opened.p99_ms:.0f} ms,"
        f" {listed.durable_rate:,.0f} by {opened.durable_rate:,.0f}/s"
    )
    return opened, listed, is_clean


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load.listed", description=__doc__)
    parser.add_argument("--n", type=up_to(_MAXIMUM), default=1000, help="people of the list who come")
    parser.add_argument("--roster", type=up_to(50_000), default=5000, help="rows of the list")
    parser.add_argument("--strangers", type=up_to(1000), default=50, help="people who come and are not on it")
    parser.add_argument("--refuse", type=int, default=0, help="1: the policy refuses strangers")
    parser.add_argument("--c", type=int, default=0, help="connections; as many as people for the instant")
    parser.add_argument("--pairs", type=int, default=0, help="rushes with and without a list in turn")
    return parser


if __name__ == "__main__":
    command(main, _parser())
