"""`make exports`: what files take to make, by rows, and how they look: seconds, peak memory, and PNGs of their pages.

`python -m tests.load.exports [--n=2000] [--only=people,register] [--pictures=1]`. Each file is made in a process of
its own, as the exporter makes it, of people who are in memory: what MySQL and the other services take comes on top.
Pictures lie with the files in `.local/export-pictures`; those of xlsx need LibreOffice.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.fleet import ROOT
from protos.activity.v1 import activity_pb2
from servicekit.clock import now_us
from services.reporting.domain import DAY_US, Activity
from services.reporting.exports.job import Job, Wish
from services.reporting.exports.kinds import Format, Report, State
from services.reporting.exports.making import Making
from services.reporting.papers.organisations import Reports
from services.reporting.papers.papers import Papers, Signed
from services.reporting.papers.proof_token import ProofKeys
from services.reporting.periods.calendar import By
from services.reporting.trends.trends import Asked, Trend
from tests.load.command import up_to
from tests.load.crowds import Crowd
from tests.load.pictures import draw
from tests.unit.reporting.papers.gathered import NINE, ORGANISATION_ID, told
from tests.unit.reporting.papers.september import SEPTEMBER, a_large_september

# 3,000 is as many as papers list.
_ROWS = (1000, 3000, 10_000, 100_000)
_MOST_ROWS = 1_000_000
_FOLDER = ROOT / ".local" / "export-pictures"


@dataclass(frozen=True)
class File:
    """One to be made, and of which people."""

    report: Report
    format: Format
    crowd: Mapping[str, Any] = field(default_factory=dict)
    is_of_organisation: bool = False


_TERM = {"occurrences": 12}
_NOBODY = {"came": 0.0, "state": activity_pb2.STATE_CANCELLED}
FILES: Mapping[str, File] = {
    "people-csv": File(Report.PEOPLE, Format.CSV),
    "people": File(Report.PEOPLE, Format.XLSX),
    "people-nobody": File(Report.PEOPLE, Format.XLSX, _NOBODY),
    "checkins": File(Report.CHECKINS, Format.XLSX, _TERM),
    "checkins-nobody": File(Report.CHECKINS, Format.XLSX, _NOBODY),
    "register": File(Report.REGISTER, Format.XLSX),
    "register-term": File(Report.REGISTER, Format.XLSX, _TERM),
    "register-year": File(Report.REGISTER, Format.XLSX, {"occurrences": 36, "every_days": 2}),
    "register-organisation": File(Report.REGISTER, Format.XLSX, _TERM, is_of_organisation=True),
    "register-nobody": File(Report.REGISTER, Format.XLSX, _NOBODY),
    "activity": File(Report.ACTIVITY, Format.PDF),
    "activity-term": File(Report.ACTIVITY, Format.PDF, _TERM),
    "activity-nobody": File(Report.ACTIVITY, Format.PDF, _NOBODY),
    "sign-sheet": File(Report.SIGN_SHEET, Format.PDF),
    "sign-sheet-term": File(Report.SIGN_SHEET, Format.PDF, _TERM),
    "proof": File(Report.PROOF, Format.PDF),
    "proof-term": File(Report.PROOF, Format.PDF, _TERM),
    "organisation": File(Report.ORGANISATION, Format.PDF, is_of_organisation=True),
}


class _Held:
    """The activities there are, of which none was held before."""

    def __init__(self, activities: Sequence[Activity]) -> None:
        self._activities = activities

    async def get(self, activity_id: bytes) -> Activity:
        """The first."""
        return self._activities[0]

    async def at(self, activity_id: bytes, occurrence_id: bytes) -> Activity:
        """The first, which has one window."""
        return self._activities[0]

    async def held_between(self, *_: object) -> Sequence[Activity]:
        """All of them."""
        return self._activities

    async def before(self, *_: object) -> None:
        """Nothing."""


class _Answering:
    """A report over history that always tells the same."""

    def __init__(self, tell: Callable[..., object]) -> None:
        self._tell = tell

    async def of(self, *asked: object, **_: object) -> Any:
        """See `trends.Trends`, `quality.Qualities` and `behaviour.Behaviours`."""
        return self._tell(*asked)


def _history() -> Reports:
    found = a_large_september()
    by_what = {By.ACTIVITY: found.by_activity, By.GROUP: found.by_group, By.WEEKDAY: found.by_weekday}

    def trend(asked: Asked) -> Trend:
        return found.before if asked.period.last < SEPTEMBER.first else by_what.get(asked.by, found.over_time)

    told_of: tuple[Any, Any, Any] = (
        _Answering(trend),
        _Answering(lambda *_: found.quality),
        _Answering(lambda *_: found.behaviour),
    )
    return Reports(*told_of)


async def _school(_: bytes) -> str:
    return "云南师范大学附属实验中学（呈贡校区）"


def _wish(file: File, activity: Activity) -> Wish:
    if file.is_of_organisation:
        month = (NINE - 7 * DAY_US, NINE + 21 * DAY_US)
        return Wish(file.report, file.format, organisation_id=ORGANISATION_ID, from_at=month[0], to_at=month[1])
    return Wish(file.report, file.format, activity.activity_id)


async def make(name: str, rows: int, pictures: bool) -> None:
    """Makes one file, and prints how long it took and what it weighs."""
    file = FILES[name]
    crowd = Crowd(rows, **file.crowd)
    held = _Held([crowd.activity, crowd.second()] if file.is_of_organisation else [crowd.activity])
    before, sources = _peak_mb(resource.RUSAGE_SELF), (await crowd.gathering()).sources
    signed = Signed(ProofKeys({1: bytes(range(32))}), "https://qiandao.example.edu.cn")
    papers = Papers(held, _history(), _school, signed)
    wish = _wish(file, crowd.activity)
    job = Job(*(bytes(16),) * 3, wish, State.RUNNING, *(0,) * 3, "", 0, 0, now_us(), 0, 0, "", b"", b"")
    began, cpu_s = time.monotonic(), _cpu_s()
    with tempfile.TemporaryDirectory() as folder:
        try:
            made = await Making(held, held, sources, papers).make(job, Path(folder), told)
        except Exception as error:  # What cannot be made is a figure too.
            print(f"{name} {rows}: {error!r}", flush=True)
            return
        size = made.path.stat().st_size
        seconds, memory = time.monotonic() - began, _peak_mb(resource.RUSAGE_SELF) - before
        used, typst = _cpu_s() - cpu_s, _peak_mb(resource.RUSAGE_CHILDREN)
        took = f"{used:.1f} s of the processor in {seconds:.1f} s"
        print(f"{name} {rows}: {took}, {memory} MB beside the people, Typst {typst} MB, {size} bytes", flush=True)
        if pictures:
            _keep(made.path, f"{name}-{rows}.{wish.format.name.lower()}")


def _keep(made: Path, name: str) -> None:
    """The file, and how it looks."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    kept = _FOLDER / name
    kept.write_bytes(made.read_bytes())
    if kept.suffix != ".csv":
        found = draw(kept, _FOLDER)
        print(f"  {kept}: " + (f"{len(found)} pages" if found else "no pictures, for there is no LibreOffice"))


def _cpu_s() -> float:
    """What this process and those that it started have used of the processor."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in both)


def _peak_mb(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


def _names(text: str) -> list[str]:
    """The type of an argument that names files, apart by commas."""
    names = text.split(",")
    if unknown := [each for each in names if each not in FILES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none; there are {', '.join(FILES)}")
    return names


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load.exports", description=__doc__)
    parser.add_argument("--n", type=up_to(_MOST_ROWS), help=f"people; without it {', '.join(map(str, _ROWS))} in turn")
    parser.add_argument("--only", type=_names, default=[*FILES], help="files, apart by commas: " + ", ".join(FILES))
    parser.add_argument("--pictures", default="", help="1: keep the files and PNGs of their pages in .local/")
    return parser


def main() -> None:
    """Each in turn, in a process of its own."""
    options = _parser().parse_args()
    if options.n and len(options.only) == 1:
        asyncio.run(make(options.only[0], options.n, bool(options.pictures)))
        return
    for rows in [options.n] if options.n else _ROWS:
        for name in options.only:
            what = [f"--n={rows}", f"--only={name}", f"--pictures={options.pictures}"]
            subprocess.run([sys.executable, "-m", "tests.load.exports", *what], check=True)


if __name__ == "__main__":
    main()
