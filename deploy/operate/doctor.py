"""`qiandao doctor`: what is wrong and what to do; looks only, changes nothing."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from deploy.operate.checks import files, keys, mysql, processes, rabbitmq, records, redis, switches, targets
from deploy.operate.finding import Check, Finding, Scene, Verdict
from deploy.operate.ops import visit_all
from deploy.operate.screen import Colour, pad, paint, plural, width
from deploy.operate.surroundings import Surroundings

CHECKS: tuple[Check, ...] = (
    processes.readiness,
    processes.versions,
    targets.handshakes,
    mysql.schemas,
    redis.memory,
    rabbitmq.queues,
    processes.broker_connections,
    processes.breakers,
    records.waiting,
    keys.sealed,
    redis.heartbeat,
    switches.on,
    processes.clocks,
    processes.event_loops,
    files.certificates,
    files.secrets,
)

_COLOURS = {
    Verdict.OK: Colour.GREEN,
    Verdict.NOTE: Colour.YELLOW,
    Verdict.WRONG: Colour.RED,
    Verdict.UNSEEN: Colour.FAINT,
}
_VERDICT_COLUMNS = 6


async def examine(seen: Surroundings) -> list[Finding]:
    """All findings, in the order of the checks, which run side by side."""
    scene = Scene(seen, await visit_all(seen))
    return [finding for found in await asyncio.gather(*(check(scene) for check in CHECKS)) for finding in found]


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nobody has to do anything."""
    return not any(finding.verdict is Verdict.WRONG for finding in findings)


def render(seen: Surroundings, findings: Sequence[Finding], *, coloured: bool) -> Iterator[str]:
    """Lines for a terminal."""
    yield f"qiandao doctor: {seen.origin}"
    yield ""
    columns = max((width(finding.what) for finding in findings), default=0)
    for finding in findings:
        verdict = paint(pad(finding.verdict, _VERDICT_COLUMNS), _COLOURS[finding.verdict], coloured=coloured)
        yield f"  {verdict}  {pad(finding.what, columns)}  {finding.says}"
        if finding.advice:
            yield f"  {'':{_VERDICT_COLUMNS}}  {'':{columns}}  -> {finding.advice}"
    yield ""
    yield _summary(findings, coloured=coloured)


def to_json(seen: Surroundings, findings: Sequence[Finding]) -> dict[str, object]:
    """The same for programs."""
    return {
        "origin": seen.origin,
        "is_well": is_well(findings),
        "findings": [{**asdict(finding), "verdict": str(finding.verdict)} for finding in findings],
    }


def _summary(findings: Sequence[Finding], *, coloured: bool) -> str:
    counts = {verdict: sum(finding.verdict is verdict for finding in findings) for verdict in Verdict}
    rest = f" {plural(counts[Verdict.UNSEEN], 'thing')} cannot be seen from here." if counts[Verdict.UNSEEN] else ""
    if not counts[Verdict.WRONG]:
        return paint("All is well.", Colour.GREEN, coloured=coloured) + rest
    names = ", ".join(dict.fromkeys(finding.what for finding in findings if finding.verdict is Verdict.WRONG))
    return paint(f"Wrong: {names}.", Colour.RED, coloured=coloured) + rest
