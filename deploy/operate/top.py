"""`qiandao top`: activities by outcome and reason in the last 5 minutes, over all replicas of checkin."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import msgspec

from deploy.operate.connections import http, mysql, ops_addresses, rows
from deploy.operate.screen import Colour, cut, paint, plural, span, table
from deploy.operate.surroundings import OPS_TARGETS, OutOfReachError, Surroundings
from servicekit import ids

_OUTCOMES = ("accepted", "duplicate", "pending_review", "provisional", "refused")
_HEAD = ("activity", "answers", "accepted", "duplicate", "pending", "provisional", "refused", "title", "reasons")
_TITLE_COLUMNS = 24
_REASONS_SHOWN = 4


class Line(msgspec.Struct, frozen=True):
    """A line of the page /recent."""

    activity_id: str | None
    outcome: str
    reason: str
    count: int


class Page(msgspec.Struct, frozen=True):
    """The page /recent, as `services/checkin/accepting/recent.py` makes it."""

    span_s: int
    at: int
    lines: list[Line]


@dataclass(slots=True)
class Activity:
    """What was answered for one activity, or where none is known."""

    activity_id: str | None
    title: str = ""
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many answers there were, whatever they were."""
        return self.outcomes.total()


@dataclass(frozen=True, slots=True)
class Picture:
    """One look.

    Attributes:
        asked: Replicas that answered.
        silent: Replicas that did not, with why.
        total: Answers of all activities, also of those not shown.
        activities: The busiest ones.
        hidden: How many more there are.
    """

    span_s: int
    asked: Sequence[str]
    silent: Mapping[str, str]
    total: int
    activities: Sequence[Activity]
    hidden: int = 0


async def look(seen: Surroundings, limit: int) -> Picture:
    """The busiest activities of the last minutes.

    Raises:
        OutOfReachError: No replica of checkin can be asked from here.
    """
    addresses = {name: address for name, address in (await ops_addresses(seen)).items() if _may_be_checkin(name)}
    async with http() as client:
        answers = await asyncio.gather(*(_fetch(client, address) for address in addresses.values()))
    pages = {name: page for name, page in zip(addresses, answers, strict=True) if isinstance(page, Page)}
    silent = {name: page for name, page in zip(addresses, answers, strict=True) if isinstance(page, str) and page}
    if not pages:
        told = "".join(f"\n  {name}: {cause}" for name, cause in silent.items())
        raise OutOfReachError(f"no checkin process can be asked; name them with --ops or {OPS_TARGETS}{told}")
    everything = merge(pages.values())
    activities = everything[:limit]
    titles = await _titles(seen, [found.activity_id for found in activities if found.activity_id])
    for found in activities:
        found.title = titles.get(found.activity_id or "", "")
    return Picture(
        span_s=max(page.span_s for page in pages.values()),
        asked=[*pages],
        silent=silent,
        total=sum(found.total for found in everything),
        activities=activities,
        hidden=len(everything) - len(activities),
    )


def merge(pages: Iterable[Page]) -> list[Activity]:
    """What all replicas counted together, the busiest activity first."""
    found: dict[str | None, Activity] = {}
    for page in pages:
        for line in page.lines:
            activity = found.setdefault(line.activity_id, Activity(line.activity_id))
            activity.outcomes[line.outcome] += line.count
            if line.reason:
                activity.reasons[line.reason] += line.count
    return sorted(found.values(), key=lambda activity: (-activity.total, activity.activity_id or ""))


def render(picture: Picture, *, coloured: bool) -> Iterator[str]:
    """Lines for a terminal."""
    replicas = plural(len(picture.asked), "replica")
    yield f"{plural(picture.total, 'answer')} in the last {span(picture.span_s)}, from {replicas} of checkin"
    for name, cause in picture.silent.items():
        yield paint(f"{name} is missing: {cause}", Colour.RED, coloured=coloured)
    yield ""
    if not picture.activities:
        yield "Nobody has checked in lately."
        return
    head, *lines = table(_HEAD, map(_row, picture.activities))
    yield paint(head, Colour.BOLD, coloured=coloured)
    yield from lines
    if picture.hidden:
        yield f"and {plural(picture.hidden, 'more activity', 'more activities')}: --limit shows them"


def to_json(picture: Picture) -> dict[str, object]:
    """The same for programs."""
    built: dict[str, object] = msgspec.to_builtins(picture)
    return built


def _row(activity: Activity) -> list[object]:
    counts = [f"{count:,}" for count in (activity.total, *(activity.outcomes[outcome] for outcome in _OUTCOMES))]
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in activity.reasons.most_common(_REASONS_SHOWN))
    return [activity.activity_id or "(not known)", *counts, cut(activity.title, _TITLE_COLUMNS) or "-", reasons]


def _may_be_checkin(name: str) -> bool:
    """Replicas that were named by address only may be anything; those that are not checkin have no such page."""
    return name.partition(".")[0].partition("@")[0] == "checkin" or ":" in name


async def _fetch(client: httpx.AsyncClient, address: str) -> Page | str:
    """The page, or why there is none; an empty text when the process there is not checkin."""
    try:
        response = await client.get(f"http://{address}/recent")
    except httpx.HTTPError as error:
        return f"{address} does not answer: {error!r}"
    return msgspec.json.decode(response.content, type=Page) if response.is_success else ""


async def _titles(seen: Surroundings, activity_ids: Sequence[str]) -> dict[str, str]:
    """Titles of these activities; none when no database that has them can be reached."""
    if not activity_ids:
        return {}
    placed = ", ".join(f"0x{ids.from_text(activity_id).hex()}" for activity_id in activity_ids)
    statement = f"SELECT activity_id, title FROM activities WHERE activity_id IN ({placed})"  # noqa: S608  checked hex
    try:
        _, url = seen.first_secret("DATABASE_URL", "reporting", "projector")
        async with mysql(url) as connection:
            return {ids.to_text(row["activity_id"]): row["title"] for row in await rows(connection, statement)}
    except OutOfReachError:
        return {}
