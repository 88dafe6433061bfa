"""What waits in schema `checkin`: batches to come in, effects to go out, attempts to be decided."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from deploy.operate.connections import mysql, rows
from deploy.operate.finding import Finding, Scene, note, ok, unseen, wrong
from deploy.operate.screen import plural, span
from deploy.operate.surroundings import OutOfReachError
from servicekit.clock import from_datetime, now_us

_PATIENCE_S = 30.0
# After this a human is asked (services/checkin/rules/LAW.md, rule 21).
_UNDECIDED_LIMIT_S = 15 * 60.0
_ASK = (
    "SELECT (SELECT COUNT(*) FROM inbox) AS inbox, (SELECT MIN(received_at) FROM inbox) AS inbox_since,"
    " (SELECT COUNT(*) FROM outbox) AS outbox, (SELECT MIN(created_at) FROM outbox) AS outbox_since,"
    " (SELECT COUNT(*) FROM open_attempts) AS undecided,"
    " (SELECT MIN(received_at) FROM open_attempts) AS undecided_since"
)


async def waiting(scene: Scene) -> list[Finding]:
    """What has not reached its end yet, and since when."""
    try:
        _, url = scene.seen.first_secret("DATABASE_URL", "checkin", "recorder")
        async with mysql(url) as connection:
            answer = (await rows(connection, _ASK))[0]
    except OutOfReachError as error:
        return [unseen("records", error)]
    return list(judge(answer, now_us()))


def judge(answer: Mapping[str, int | datetime | None], now: int) -> Iterator[Finding]:
    """Findings on counts and on how long the oldest of each has waited."""
    count, age_s = _read(answer, "inbox", now)
    says = f"{plural(count, 'batch', 'batches')} that RabbitMQ did not take, since {span(age_s)}"
    if not count:
        yield ok("inbox", "empty")
    elif age_s > _PATIENCE_S:
        yield wrong("inbox", says, "the recorder drains it: see that it runs and look at its log")
    else:
        yield note("inbox", says)
    count, age_s = _read(answer, "outbox", now)
    if count and age_s > _PATIENCE_S:
        says = f"{plural(count, 'effect')} not carried out, since {span(age_s)}: hints and numbers are behind"
        yield wrong("outbox", says, "the recorder repeats them once Redis and RabbitMQ answer; look at its log")
    else:
        yield ok("outbox", f"{plural(count, 'effect')} on the way" if count else "empty")
    count, age_s = _read(answer, "undecided", now)
    says = f"{plural(count, 'provisional attempt')}, the oldest for {span(age_s)}"
    if not count:
        yield ok("provisional", "none")
    elif age_s > _UNDECIDED_LIMIT_S:
        yield wrong("provisional", says, "see antifraud, activity and breakers above; they are in review meanwhile")
    else:
        yield note("provisional", f"{says}; completion decides them")


def _read(answer: Mapping[str, int | datetime | None], what: str, now: int) -> tuple[int, float]:
    count, since = answer[what], answer[f"{what}_since"]
    assert isinstance(count, int)
    return count, (now - from_datetime(since)) / 1e6 if isinstance(since, datetime) else 0.0
