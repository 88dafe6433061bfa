"""Reconciliation: what people were answered against what MySQL holds, by the merge law itself.

Lost: an attempt answered 2xx or 422 without a row, an answer of accepted or duplicate without a held seat, a dead
letter until it is replayed. Doubled: a seat with two holders. Wrong: an answer that may not have become what is stored,
a stored seat that the law does not give, counters that differ from a recount, an attempt that stays undecided, a batch
that stays in the inbox.

Source: services/checkin/rules/LAW.md, rule 25.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import aio_pika
from pymysql.cursors import Cursor

from deploy.fleet import SECRETS, VHOST, Place
from deploy.local.credentials import Vault
from deploy.local.servers import connect_admin
from servicekit import ids
from servicekit.clock import from_datetime
from services.checkin.recording.store import DECISION_KINDS
from services.checkin.rules import merge
from services.checkin.rules.merge import Copy, Decision, DecisionKind, Judgement, Outcome, SeatState
from tests.load.http_load import Answer
from tests.load.organiser import Activity, Organiser
from tests.load.phones import Attempt

RECORD_QUEUE = "checkin.record.v1"
_DEAD_LETTERS = (f"{RECORD_QUEUE}.dlq", "checkin.decide.v1.dlq")

SETTLED_WITHIN_S = 60.0
COUNTERS_WITHIN_S = 20.0
_POLL_S = 0.1
_KEYS_PER_READ = 500
_SHOWN = 5
_METHODS = {1: "qr", 2: "code", 3: "nfc", 4: "place", 5: "staff"}
_LATE = 2

Key = tuple[bytes, bytes]
SeatKey = tuple[bytes, bytes, int]


@dataclass(slots=True)
class Verdict:
    """What a reconciliation found; examples of what is wrong, in words."""

    answered: int = 0
    stored: int = 0
    unanswered_but_stored: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    undecided: int = 0
    dead_letters: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing lost, nothing doubled, nothing wrong."""
        return not (self.lost or self.doubled or self.wrong)

    def note(self, kind: str, finding: str) -> None:
        """Counts one finding of kind lost, doubled or wrong."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.findings.append(f"{kind}: {finding}")

    def lines(self) -> Iterator[str]:
        """The verdict as it is printed."""
        yield (
            f"answered {self.answered:,}, stored {self.stored:,}"
            f" ({self.unanswered_but_stored} of them unanswered), dead letters {self.dead_letters}"
        )
        yield from self.findings[:_SHOWN]
        yield f"lost {self.lost}, doubled {self.doubled}" + (f", wrong {self.wrong}" if self.wrong else "")


class Stored(NamedTuple):
    """A row of `attempts`."""

    user_id: bytes
    attempt_id: bytes
    occurrence_id: bytes | None
    direction: int
    judgement: int
    received_at: Any
    effective_at: Any
    is_staff: int
    method: int
    punctuality: int

    def copy(self) -> Copy:
        """Its winning copy, as the law sees it; canonical bytes matter between copies of one attempt only."""
        received_at, effective_at = from_datetime(self.received_at), from_datetime(self.effective_at)
        judgement = Judgement(self.judgement)
        return Copy(self.attempt_id, received_at, effective_at, judgement, bool(self.is_staff), b"", b"")


@contextmanager
def database() -> Iterator[Cursor]:
    """Schema `checkin` as the launcher's own account, each statement its own transaction."""
    with closing(connect_admin(Vault(SECRETS))) as connection, connection.cursor() as cursor:
        cursor.execute("USE checkin")
        yield cursor


def rows_of(cursor: Cursor, occurrences: Sequence[bytes]) -> int:
    """How many attempts these occurrences have."""
    return _count(cursor, "SELECT COUNT(*) FROM attempts WHERE occurrence_id IN %s", occurrences)


def _count(cursor: Cursor, statement: str, *values: object) -> int:
    cursor.execute(statement, values)
    (count,) = cursor.fetchone() or (0,)
    return int(count)


def _in_pages(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    return (keys[start : start + _KEYS_PER_READ] for start in range(0, len(keys), _KEYS_PER_READ))


def outcome_of(answer: Answer) -> Outcome | None:
    """What an answer says of the attempt; None where it says nothing of it."""
    if answer.status not in (200, 201, 202, 422):
        return None
    checkin = answer.json().get("checkin")
    return Outcome[checkin["outcome"].upper()] if checkin else None


class Remains(NamedTuple):
    """What is on its way: attempts answered but not stored, attempts stored but undecided, batches in the inbox."""

    missing: int
    undecided: int
    inbox: int


class Watch:
    """Sees what happens to some attempts of some activities, until nothing of it is on its way."""

    def __init__(self, activities: Sequence[Activity], attempts: Iterable[Attempt]) -> None:
        self._occurrences = [activity.occurrence_id for activity in activities]
        self._missing = {attempt.key for attempt in attempts if any(map(outcome_of, attempt.answers))}

    def look(self, cursor: Cursor) -> Remains:
        """What remains at this moment."""
        for keys in _in_pages(sorted(self._missing)):
            cursor.execute("SELECT user_id, attempt_id FROM attempts WHERE (user_id, attempt_id) IN %s", (keys,))
            self._missing.difference_update(cursor.fetchall())
        undecided = _count(
            cursor,
            "SELECT COUNT(*) FROM open_attempts JOIN attempts USING (user_id, attempt_id) WHERE occurrence_id IN %s",
            self._occurrences,
        )
        return Remains(len(self._missing), undecided, _count(cursor, "SELECT COUNT(*) FROM inbox"))

    def settled(self, within_s: float) -> Remains:
        """What remains when nothing does, or when the time is over; blocks."""
        deadline = time.monotonic() + within_s
        with database() as cursor:
            while any(remains := self.look(cursor)) and time.monotonic() < deadline:
                time.sleep(_POLL_S)
        return remains


async def reconcile(
    organiser: Organiser,
    activities: Sequence[Activity],
    attempts: Sequence[Attempt],
    *,
    settled_within_s: float = SETTLED_WITHIN_S,
    counters_within_s: float = COUNTERS_WITHIN_S,
) -> Verdict:
    """Compares every answer with what is stored, and the counters with a recount.

    Args:
        settled_within_s: How long recorder and completion may take to have everything stored and decided.
        counters_within_s: How long the numbers may lag behind after that.
    """
    verdict = Verdict()
    answered = _answered(attempts, verdict)
    occurrences = [activity.occurrence_id for activity in activities]
    remains = await asyncio.to_thread(Watch(activities, attempts).settled, settled_within_s)
    verdict.undecided = remains.undecided
    if remains.undecided or remains.inbox:
        verdict.note("wrong", f"{remains.undecided} attempts are undecided and {remains.inbox} batches in the inbox")
    with database() as cursor:
        stored = {row[:2]: row for row in _read_attempts(cursor, occurrences, answered)}
        held = list(_read_seats(cursor, occurrences))
        decisions = _read_decisions(cursor, occurrences)
    verdict.stored = len(stored)
    verdict.unanswered_but_stored = len(stored.keys() - answered.keys())
    seats = _resolve(stored.values(), decisions)
    _compare_answers(answered, stored, seats, verdict)
    _compare_seats(held, seats, verdict)
    verdict.dead_letters = sum([await messages_in(queue) for queue in _DEAD_LETTERS])
    if verdict.dead_letters:
        verdict.lost += verdict.dead_letters
        verdict.findings.append(f"lost: {verdict.dead_letters} messages in the dead letters")
    recount = _recount(stored.values(), seats, decisions)
    await _compare_counters(organiser, activities, recount, counters_within_s, verdict)
    return verdict


async def messages_in(queue: str) -> int:
    """How many messages are ready in a queue of the local broker."""
    password = (SECRETS / "rabbitmq-admin").read_text()
    connection = await aio_pika.connect(f"amqp://admin:{password}@{Place().amqp}/{VHOST}", timeout=5)
    async with connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0


def _answered(attempts: Iterable[Attempt], verdict: Verdict) -> dict[Key, list[Outcome]]:
    """Everything each attempt was told, and a check that it was told to the right one."""
    found: dict[Key, list[Outcome]] = {}
    for attempt in attempts:
        for answer in attempt.answers:
            outcome = outcome_of(answer)
            if outcome is None:
                continue
            found.setdefault(attempt.key, []).append(outcome)
            checkin = answer.json()["checkin"]
            if (ids.from_text(checkin["user_id"]), ids.from_text(checkin["attempt_id"])) != attempt.key:
                verdict.note("wrong", f"{checkin['attempt_id']} was answered to another attempt")
    verdict.answered = len(found)
    return found


_COLUMNS = ", ".join(Stored._fields)


def _read_attempts(cursor: Cursor, occurrences: Sequence[bytes], answered: Iterable[Key]) -> Iterator[Stored]:
    cursor.execute(f"SELECT {_COLUMNS} FROM attempts WHERE occurrence_id IN %s", (occurrences,))
    there = set()
    for row in map(Stored._make, cursor.fetchall()):
        there.add(row[:2])
        yield row
    # A refused attempt may have no occurrence: its credential did not open.
    for keys in _in_pages([key for key in answered if key not in there]):
        cursor.execute(f"SELECT {_COLUMNS} FROM attempts WHERE (user_id, attempt_id) IN %s", (keys,))
        yield from map(Stored._make, cursor.fetchall())


def _read_seats(cursor: Cursor, occurrences: Sequence[bytes]) -> Iterator[tuple[SeatKey, bytes]]:
    """Every held seat with its holder."""
    cursor.execute(
        "SELECT occurrence_id, user_id, direction, holder FROM seats WHERE state = %s AND occurrence_id IN %s",
        (int(SeatState.HELD), occurrences),
    )
    for occurrence_id, user_id, direction, holder in cursor.fetchall():
        yield (occurrence_id, user_id, direction), holder


def _read_decisions(cursor: Cursor, occurrences: Sequence[bytes]) -> dict[SeatKey, list[Decision]]:
    cursor.execute(
        "SELECT occurrence_id, user_id, direction, decision_id, sequence, kind, attempt_id, decided_at, is_stale"
        " FROM decisions WHERE occurrence_id IN %s",
        (occurrences,),
    )
    found: dict[SeatKey, list[Decision]] = defaultdict(list)
    for *seat, decision_id, sequence, kind, attempt_id, decided_at, is_stale in cursor.fetchall():
        at = from_datetime(decided_at)
        decision = Decision(decision_id, sequence, DECISION_KINDS[kind], attempt_id, at, bool(is_stale))
        found[seat[0], seat[1], seat[2]].append(decision)
    return found


def _resolve(stored: Iterable[Stored], decisions: Mapping[SeatKey, list[Decision]]) -> dict[SeatKey, merge.Seat]:
    by_seat: dict[SeatKey, list[Copy]] = defaultdict(list)
    for row in stored:
        if row.occurrence_id is not None:
            by_seat[row.occurrence_id, row.user_id, row.direction].append(row.copy())
    return {seat: merge.resolve_seat(copies, decisions.get(seat, ())) for seat, copies in by_seat.items()}


def _compare_answers(
    answered: Mapping[Key, list[Outcome]],
    stored: Mapping[Key, Stored],
    seats: Mapping[SeatKey, merge.Seat],
    verdict: Verdict,
) -> None:
    for key, told in answered.items():
        row, name = stored.get(key), ids.to_text(key[1])
        if row is None:
            verdict.note("lost", f"{name} was answered {told[-1].name} and has no row")
            continue
        seat = seats.get((row.occurrence_id or b"", row.user_id, row.direction))
        now = seat.outcomes[row.attempt_id] if seat else Outcome.REFUSED
        if seat and seat.state is SeatState.FREE and {Outcome.ACCEPTED, Outcome.DUPLICATE} & set(told):
            verdict.note("lost", f"{name} was answered {told[-1].name} and nobody holds the seat")
        for outcome in told:
            if not merge.may_become(outcome, now):
                verdict.note("wrong", f"{name} was answered {outcome.name} and is stored {now.name}")


def _compare_seats(
    held: Sequence[tuple[SeatKey, bytes]], seats: Mapping[SeatKey, merge.Seat], verdict: Verdict
) -> None:
    for seat, count in Counter(key for key, _ in held).items():
        if count > 1:
            verdict.note("doubled", f"seat {seat[0].hex()}/{seat[1].hex()} has {count} holders")
    holders = dict(held)
    lawful = {key: seat.holder for key, seat in seats.items() if seat.holder is not None}
    for key in holders.keys() | lawful.keys():
        if holders.get(key) != lawful.get(key):
            verdict.note("wrong", f"seat {key[0].hex()}/{key[1].hex()} is not held by whom the law says")


def _recount(
    stored: Iterable[Stored], seats: Mapping[SeatKey, merge.Seat], decisions: Mapping[SeatKey, Sequence[Decision]]
) -> dict[bytes, Counter[str]]:
    """The counters by occurrence: people by the seat on the way in, or by what staff say of them."""
    rows = {(row.user_id, row.attempt_id): row for row in stored}
    found: dict[bytes, Counter[str]] = defaultdict(Counter)
    for key in seats.keys() | decisions.keys():
        occurrence_id, user_id, direction = key
        if direction == 1:
            seat, mark = seats.get(key), merge.mark_of(decisions.get(key, ()))
            holder = rows[user_id, seat.holder] if seat and seat.holder else None
            standing = _standing(seat.outcomes.values() if seat else ())
            found[occurrence_id].update(_counted(standing, holder, mark.kind if mark else None))
    return found


def _counted(standing: str, holder: Stored | None, mark: DecisionKind | None) -> Counter[str]:
    """What one person counts as: methods and lateness are of who is checked in."""
    if mark in (DecisionKind.MARK_LEAVE, DecisionKind.MARK_ABSENT):
        return Counter()
    if holder is None and mark is None:
        return Counter([standing])
    method = _METHODS[holder.method] if holder else "staff"
    is_late = mark is DecisionKind.MARK_LATE if mark or not holder else holder.punctuality == _LATE
    return Counter({"checked_in": 1, f"method:{method}": 1, "late": int(is_late)})


def _standing(outcomes: Iterable[Outcome]) -> str:
    """The best of what somebody without a seat reads."""
    order = (Outcome.PENDING_REVIEW, Outcome.PROVISIONAL, Outcome.REFUSED)
    return next((each.name.lower() for each in order if each in outcomes), "absent")


async def _compare_counters(
    organiser: Organiser,
    activities: Sequence[Activity],
    recount: Mapping[bytes, Counter[str]],
    within_s: float,
    verdict: Verdict,
) -> None:
    deadline = asyncio.get_running_loop().time() + within_s
    for activity in activities:
        expected = +recount.get(activity.occurrence_id, Counter())
        expected.pop("absent", None)
        while (shown := _counters(await organiser.stats(activity))) != expected:
            if asyncio.get_running_loop().time() > deadline:
                verdict.note(
                    "wrong", f"activity {activity.activity_id} shows {dict(shown)}, a recount {dict(expected)}"
                )
                break
            await asyncio.sleep(0.2)


def _counters(stats: dict[str, Any] | None) -> Counter[str]:
    if stats is None:
        return Counter()
    names = ("checked_in", "pending_review", "provisional", "refused", "late")
    shown = Counter({name: stats[name] for name in names})
    shown.update({f"method:{name}": count for name, count in stats["by_method"].items()})
    return +shown
