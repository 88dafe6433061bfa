"""Seconds and peak memory of exports, by rows and format: `python -m tests.load.exports [rows ...]`.

Each file is made in a process of its own, as the exporter makes it, of people who are in memory: what MySQL and the
other services take comes on top.
"""

import asyncio
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from servicekit.clock import now_us
from services.reporting.domain import Activity, Counted
from services.reporting.exports.job import Job, Wish
from services.reporting.exports.kinds import Format, Report, State
from services.reporting.exports.making import Making
from services.reporting.papers.papers import Papers, Signed
from services.reporting.papers.proof_token import ProofKeys
from tests.unit.reporting.papers.gathered import Meeting, told

_ROWS = (1000, 10_000, 100_000)
_KINDS = (
    *((Report.PEOPLE, Format.CSV), (Report.PEOPLE, Format.XLSX), (Report.REGISTER, Format.XLSX)),
    *((Report.ACTIVITY, Format.PDF), (Report.SIGN_SHEET, Format.PDF), (Report.PROOF, Format.PDF)),
)
_SURNAMES, _NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高",
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文博宇轩浩然",
)


class Indexed(Meeting):
    """A meeting of many, found as fast as an index finds them."""

    def __init__(self, people: int) -> None:
        super().__init__()
        chance, by_id = random.Random(1), defaultdict[bytes, list[Counted]](list)
        for number in range(people):
            name = chance.choice(_SURNAMES) + "".join(chance.choices(_NAMES, k=2))
            entry_id = self.expect(name, f"{number // 50 + 1}班", f"2026{number:06d}")
            if chance.random() < 0.92:
                self.come(entry_id, minute=chance.gauss(-8, 5), left_minute=55)
        for person in self.facts.people:
            by_id[person.user_id].append(person)

        async def of(activity_id: bytes, user_ids: Collection[bytes]) -> list[Counted]:
            return [each for user_id in user_ids for each in by_id.get(user_id, ())]

        self.facts.of = of  # type: ignore[method-assign]


class _Alone:
    """The activities there are: one, which was held once."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity

    async def get(self, activity_id: bytes) -> Activity:
        """That one."""
        return self._activity

    async def held_between(self, *_: object) -> list[Activity]:
        """None other."""
        return []

    async def before(self, *_: object) -> None:
        """Nothing was held before it."""


async def _school(_: bytes) -> str:
    return "实验中学"


async def make(rows: int, report: Report, form: Format) -> None:
    """Makes one file, and prints how long it took and what it weighs."""
    meeting = Indexed(rows)
    before = _peak_mb(resource.RUSAGE_SELF)
    sources = (await meeting.gathering()).sources

    activities = _Alone(meeting.activity)
    signed = Signed(ProofKeys({1: bytes(range(32))}), "https://qiandao.example.edu.cn")
    papers = Papers(activities, None, _school, signed)  # type: ignore[arg-type]
    wish = Wish(report, form, meeting.activity.activity_id)
    job = Job(*(bytes(16),) * 3, wish, State.RUNNING, *(0,) * 3, "", 0, 0, now_us(), 0, 0, "", b"", b"")
    began, cpu_s = time.monotonic(), _cpu_s()
    with tempfile.TemporaryDirectory() as folder:
        try:
            made = await Making(activities, activities, sources, papers).make(job, Path(folder), told)
            size = made.path.stat().st_size
        except Exception as error:  # What cannot be made is a figure too.
            print(f"{report.name} {form.name} {rows}: {error!r}", flush=True)
            return
    seconds, memory = time.monotonic() - began, _peak_mb(resource.RUSAGE_SELF) - before
    used, typst = _cpu_s() - cpu_s, _peak_mb(resource.RUSAGE_CHILDREN)
    took = f"{used:.1f} s of the processor in {seconds:.1f} s"
    print(f"{report.name} {form.name} {rows}: {took}, {memory} MB beside the people, Typst {typst} MB, {size} bytes")


def _cpu_s() -> float:
    """What this process and those that it started have used of the processor."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both)


def _peak_mb(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


def main() -> None:
    """Each in turn, in a process of its own."""
    if len(sys.argv) == 4:
        asyncio.run(make(int(sys.argv[1]), Report(int(sys.argv[2])), Format(int(sys.argv[3]))))
        return
    for rows in [*map(int, sys.argv[1:])] or _ROWS:
        for report, form in _KINDS:
            what = [str(rows), str(int(report)), str(int(form))]
            subprocess.run([sys.executable, "-m", "tests.load.exports", *what], check=True)


if __name__ == "__main__":
    main()
