"""`qiandao calendar`: the rushes ahead, so that nobody upgrades into one. Its numbers are those of the metrics."""

from collections.abc import Iterator, Sequence

from deploy.operate.connections import mysql
from deploy.operate.screen import plural, span, table
from deploy.operate.surroundings import Surroundings
from servicekit.clock import SECOND_US, now_us, to_rfc3339
from services.activity.calendar import Expectation, read, together


async def look(seen: Surroundings, within_s: float, at_least: int) -> list[Expectation]:
    """Rushes of so many people that are under way or begin within that time, the first one first.

    Raises:
        OutOfReachError: MySQL is not known here, or does not answer.
    """
    _, url = seen.first_secret("DATABASE_URL", "activity")
    async with mysql(url) as connection:
        now = now_us()
        known = await read(connection, now)
    ahead = now + int(within_s * SECOND_US)
    coming = [
        each
        for each in together(known)
        if each.people >= at_least and each.rush_from <= ahead and now < each.rush_until
    ]
    return sorted(coming, key=lambda each: each.rush_from)


def render(ahead: Sequence[Expectation], within_s: float, at_least: int) -> Iterator[str]:
    """The rushes ahead as lines for people."""
    if not ahead:
        yield f"No rush of {at_least} people or more within {span(within_s)}."
        return
    now = now_us()
    rows = [(_when(each, now), to_rfc3339(each.starts_at), each.people) for each in ahead]
    yield from table(("rush", "starts at (UTC)", "people"), rows)
    yield ""
    people = sum(each.people for each in ahead)
    yield f"{plural(len(ahead), 'rush', 'rushes')}, {people} people: wait until the last is over, or go on knowing it."


def _when(each: Expectation, now: int) -> str:
    seconds = (each.rush_from - now) / SECOND_US
    return f"in {span(seconds)}" if seconds > 0 else "under way"


def to_json(ahead: Sequence[Expectation]) -> list[dict[str, object]]:
    """The rushes ahead for programs."""
    return [
        {"rush_from": to_rfc3339(each.rush_from), "starts_at": to_rfc3339(each.starts_at), "people": each.people}
        for each in ahead
    ]
