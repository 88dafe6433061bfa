"""What stands on labels and sign sheets, of the people of a roster. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domainkit.chinese_days import span_text
from domainkit.entry_codes import code_of
from servicekit.clock import SECOND_US
from servicekit.errors import invalid
from services.activity.domain import Activity
from services.activity.door.printing import Label, Labels, Row, Sheet
from services.activity.rosters.entry_rows import Listed

MOST = 3000
MOST_BLANK = 500
# As many as a page has, for a list without people.
_PAGE = 23


def check(groups: Iterable[tuple[str, int]], group: str | None) -> None:
    """Looks whether a paper can have everybody who is meant.

    Args:
        groups: Those of a roster, and how many are in each.

    Raises:
        InvalidArgumentError: There are too many people, or there is no such group.
    """
    sizes = dict(groups)
    if group is not None and group not in sizes:
        raise invalid("group", "is no group of this roster; leave it out to print everybody")
    count = sum(sizes.values()) if group is None else sizes[group]
    if count > MOST:
        raise invalid("group", f"must name one group to print: a paper has at most {MOST} people, not {count}")


def labels_of(people: Sequence[Listed]) -> Labels:
    """A label for each, group by group."""
    said = [(one.said, one.group, code_of(one.entry_id)) for one in _by_group(people)]
    return Labels([Label(one.name, one.number, group, code) for one, group, code in said])


def sheet_of(
    activity: Activity, organisation: str, people: Sequence[Listed], group: str | None, blank_rows: int, now: int
) -> Sheet:
    """A list of an activity to sign, with rows for whoever comes too.

    Args:
        organisation: What it is called, or empty.
        now: Microseconds since 1970 UTC: of several occurrences the one that goes on or comes next is meant.
    """
    rows = [Row(one.said.name, one.said.number, one.group) for one in _by_group(people)]
    rows += [Row()] * (blank_rows if rows or blank_rows else _PAGE)
    place = activity.definition.place
    place_name = place.name if place else ""
    return Sheet(activity.definition.title, organisation, _time_of(activity, now), place_name, group or "", rows)


def _by_group(people: Sequence[Listed]) -> list[Listed]:
    """Groups in the order in which the roster begins with them, people in its order; without who was erased."""
    named = [one for one in people if one.said.name]
    first = {group: at for at, group in reversed([*enumerate(one.group for one in named)])}
    return sorted(named, key=lambda one: first[one.group])


def _time_of(activity: Activity, now: int) -> str:
    windows = activity.occurrences
    window = next((one for one in windows if now <= one.closes_at), windows[-1])
    zone = ZoneInfo(activity.definition.time_zone)
    starts, ends = (datetime.fromtimestamp(at / SECOND_US, zone) for at in (window.starts_at, window.ends_at))
    return span_text(starts, ends)
