"""`qiandao trace`: where an attempt is now, from its answer to the numbers on the wall.

Looks at every place an attempt can be, in the order of its journey. Shows ids, times, outcomes and reasons; never opens
evidence, and leaves out what humans wrote.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from google.protobuf.message import DecodeError
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.operate.connections import engine, mysql, redis, rows
from deploy.operate.screen import Colour, pad, paint, plural, width
from deploy.operate.surroundings import OutOfReachError, Surroundings
from domainkit.credentials import checkin_id
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import from_datetime, to_rfc3339
from servicekit.errors import UnavailableError
from servicekit.ids import to_text
from servicekit.rabbitmq.browse import browse
from servicekit.rabbitmq.delivery import Delivery
from servicekit.rabbitmq.topology import DEAD_LETTERS
from servicekit.settings import ServerSettings, load
from services.checkin.queues import DECIDE_QUEUE, RECORD_QUEUE
from services.checkin.recording.store import seat_of
from services.checkin.records.records import Records
from services.checkin.records.stored import Stored
from services.checkin.rules.merge import Outcome, SeatState
from services.checkin.seats.seats import Seats
from services.reporting.live.numbers import LiveReader

_PEEK = 1000


class State(StrEnum):
    """What one place says."""

    HERE = "here"
    NOT_HERE = "-"
    # It should have gone on from here, or cannot by itself.
    STUCK = "stuck"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Step:
    """One place, and what it knows of the attempt."""

    place: str
    state: State
    says: str


@dataclass(slots=True)
class Trail:
    """Everything that was found.

    Attributes:
        wanted: The id that was asked for: an attempt's or a check-in's.
        stored: What MySQL holds; several people may have used the same attempt_id.
        people: Users whose answers are worth a look.
    """

    wanted: bytes
    people: set[bytes] = field(default_factory=set)
    stored: list[Stored] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def add(self, place: str, state: State, says: str) -> None:
        """Notes what a place says of the attempt."""
        self.steps.append(Step(place, state, says))

    def is_meant(self, user_id: bytes, attempt_id: bytes) -> bool:
        """Whether this attempt is the one asked for."""
        return self.wanted in (attempt_id, checkin_id(user_id, attempt_id))

    def is_at(self, place: str) -> bool:
        """Whether it was found at a place whose name begins so."""
        return any(step.place.startswith(place) and step.state in (State.HERE, State.STUCK) for step in self.steps)

    @property
    def is_blind(self) -> bool:
        """Whether the place could not be looked at where everything ends up."""
        return any(step.place == "mysql" for step in self.steps)

    @property
    def is_found(self) -> bool:
        """Whether anything knows it."""
        return any(step.state in (State.HERE, State.STUCK) for step in self.steps)


async def follow(seen: Surroundings, wanted: bytes, user_id: bytes | None = None) -> Trail:
    """Looks everywhere for an attempt, by its id or that of its record.

    Args:
        user_id: Whose it is, if known: makes MySQL's search instant and lets the answers in Redis be read before
            anything is recorded.
    """
    trail = Trail(wanted, {user_id} if user_id else set())
    async with _looking(trail, "mysql"):
        await _stored(seen, trail, user_id)
    async with _looking(trail, "answer"):
        await _answer(seen, trail)
    for queue in (RECORD_QUEUE, DECIDE_QUEUE):
        async with _looking(trail, f"queue {queue}"):
            await _queue(seen, trail, queue)
        async with _looking(trail, f"dead letters of {queue}"):
            await _dead_letters(seen, trail, queue)
    async with _looking(trail, "projector"):
        await _projected(seen, trail)
    return trail


def verdict(trail: Trail) -> str:
    """Where the attempt is now, in one sentence, and what to do if it stays there."""
    if trail.is_at("attempt"):
        return _verdict_stored(trail)
    if trail.is_at("inbox"):
        return "Safe in checkin.inbox, which the recorder drains: see that it runs (qiandao doctor)."
    if trail.is_at("dead letters"):
        return "Dead-lettered: not recorded until `qiandao dead-letters replay` succeeds."
    if trail.is_at("queue"):
        return "Safe in RabbitMQ, waiting for the recorder: see that it runs (qiandao doctor)."
    if trail.is_at("answer"):
        return (
            "Answered, and in the recorder's hands or on its way there; if it is not in MySQL in a minute, it is lost."
        )
    if any(step.state is State.UNSEEN for step in trail.steps):
        return "Not found where one can look from here; run it where the rest can be seen too."
    return "Nowhere: it never arrived, or was answered 4xx or 503 before anything was stored; the phone has its answer."


def render(trail: Trail, *, coloured: bool) -> Iterator[str]:
    """Lines for a terminal."""
    colours = {
        State.HERE: Colour.GREEN,
        State.STUCK: Colour.RED,
        State.NOT_HERE: Colour.FAINT,
        State.UNSEEN: Colour.FAINT,
    }
    columns = max(width(step.place) for step in trail.steps)
    for step in trail.steps:
        state = paint(pad(step.state, 6), colours[step.state], coloured=coloured)
        yield f"  {state}  {pad(step.place, columns)}  {step.says}"
    yield ""
    yield paint(verdict(trail), Colour.BOLD, coloured=coloured)


def to_json(trail: Trail) -> dict[str, object]:
    """The same for programs."""
    return {
        "id": to_text(trail.wanted),
        "is_found": trail.is_found,
        "verdict": verdict(trail),
        "steps": [{**asdict(step), "state": step.state.name.lower()} for step in trail.steps],
    }


@asynccontextmanager
async def _looking(trail: Trail, place: str) -> AsyncIterator[None]:
    """What cannot be reached from here is said, and the rest is looked at."""
    try:
        yield
    except (OutOfReachError, UnavailableError) as error:
        trail.add(place, State.UNSEEN, str(error))


async def _stored(seen: Surroundings, trail: Trail, user_id: bytes | None) -> None:
    """MySQL: the attempt, its seat, what waits beside it."""
    _, url = seen.first_secret("DATABASE_URL", "checkin", "recorder")
    async with engine(url) as lazily:
        async with lazily.connect() as connection:
            identifiers = await _identifiers(connection, trail.wanted, user_id)
        trail.stored = list((await Records(lazily).find(identifiers)).values())
    trail.people |= {stored.copy.user_id for stored in trail.stored}
    for stored in trail.stored:
        _tell(trail, stored)
    if not trail.stored:
        trail.add("attempt", State.NOT_HERE, "not in MySQL")
    async with mysql(url) as connection:
        for stored in trail.stored:
            await _undecided(connection, trail, stored)
        await _inbox(connection, trail)
        await _outbox(connection, trail)


async def _identifiers(connection: AsyncConnection, wanted: bytes, user_id: bytes | None) -> list[bytes]:
    """Check-in ids of what was asked for. An attempt_id alone is no key: that reads the whole table."""
    if user_id:
        return [wanted, checkin_id(user_id, wanted)]
    by_checkin = "SELECT checkin_id FROM attempts WHERE checkin_id = :wanted"
    by_attempt = "SELECT checkin_id FROM attempts WHERE attempt_id = :wanted"
    found = await rows(connection, by_checkin, wanted=wanted) or await rows(connection, by_attempt, wanted=wanted)
    return [row["checkin_id"] for row in found]


def _tell(trail: Trail, stored: Stored) -> None:
    copy, seat = stored.copy, stored.seat
    words = [stored.outcome.name.lower(), *dict.fromkeys(reason.reason for reason in copy.reasons)]
    words.append(f"check-in {to_text(stored.checkin_id)} of user {to_text(copy.user_id)}")
    words.append(f"by {_word(pb.Method.Name(copy.method), 'METHOD_')}, {plural(len(stored.copies), 'copy', 'copies')}")
    if copy.is_offline:
        words.append("offline")
    trail.add("attempt", State.HERE, ", ".join(words))
    for event in stored.history():
        stale = ", stale: without effect" if event.is_stale else ""
        trail.add(
            "history", State.HERE, f"{to_rfc3339(event.at)} {_word(pb.Event.Kind.Name(event.kind), 'KIND_')}{stale}"
        )
    if seat is None:
        trail.add("seat", State.NOT_HERE, "its credential did not open, so it asks for none")
    elif seat.holder == copy.attempt_id:
        trail.add("seat", State.HERE, f"held by it, revision {stored.revision}")
    else:
        whose = f"held by attempt {to_text(seat.holder)}" if seat.holder else SeatState(seat.state).name.lower()
        trail.add("seat", State.HERE, f"{whose}, revision {stored.revision}")
    if stored.review_state:
        trail.add("review", State.HERE, _word(pb.ReviewState.Name(stored.review_state), "REVIEW_STATE_"))


async def _undecided(connection: AsyncConnection, trail: Trail, stored: Stored) -> None:
    statement = "SELECT received_at FROM open_attempts WHERE user_id = :user AND attempt_id = :attempt"
    for row in await rows(connection, statement, user=stored.copy.user_id, attempt=stored.copy.attempt_id):
        since = to_rfc3339(from_datetime(row["received_at"]))
        trail.add("completion", State.STUCK, f"waits to be judged since {since}: antifraud or activity was not there")


async def _inbox(connection: AsyncConnection, trail: Trail) -> None:
    statement = "SELECT received_at, body FROM inbox ORDER BY received_at LIMIT :limit"
    waiting = [row for row in await rows(connection, statement, limit=_PEEK) if _is_in_attempted(trail, row["body"])]
    for row in waiting:
        since = to_rfc3339(from_datetime(row["received_at"]))
        trail.add("inbox", State.STUCK, f"in a batch that RabbitMQ did not take, since {since}")
    if not waiting:
        trail.add("inbox", State.NOT_HERE, "not in the inbox")


async def _outbox(connection: AsyncConnection, trail: Trail) -> None:
    statement = "SELECT kind, created_at FROM outbox WHERE LOCATE(:attempt, body) > 0"
    for stored in trail.stored:
        for row in await rows(connection, statement, attempt=stored.copy.attempt_id):
            since = to_rfc3339(from_datetime(row["created_at"]))
            trail.add("outbox", State.STUCK, f"{row['kind']} not carried out yet, since {since}")


async def _answer(seen: Surroundings, trail: Trail) -> None:
    """Redis: what the person was told in the last 15 minutes."""
    if not trail.people:
        trail.add(
            "answer", State.NOT_HERE, "not looked for: nobody knows whose it is before it is recorded; --user says so"
        )
        return
    _, url = seen.first_secret("REDIS_URL", "checkin", "recorder")
    async with redis(url) as client:
        seats = Seats(client)
        answers = [answer for person in trail.people for answer in await seats.answers_of(person)]
    told = [(answer, record) for answer in answers if (record := answer.record())]
    mine = [(answer, record) for answer, record in told if trail.is_meant(record.user_id, record.attempt_id)]
    for answer, record in mine:
        outcome = Outcome(record.outcome).name.lower()
        trail.add("answer", State.HERE, f"{outcome}, to the copy of {to_rfc3339(answer.received_at)}")
    if not mine:
        trail.add("answer", State.NOT_HERE, "none in the last 15 minutes")


async def _queue(seen: Surroundings, trail: Trail, queue: str) -> None:
    """RabbitMQ: messages that wait; those in a consumer's hands cannot be seen."""
    looked, found = await _browse(seen, trail, queue)
    for letter in found:
        trail.add(f"queue {queue}", State.HERE, f"waiting, published by {letter.user_id} at {letter.published_at}")
    if not found:
        put_back = f"; {plural(looked, 'message')} read and put back" if looked else ""
        trail.add(f"queue {queue}", State.NOT_HERE, f"not waiting there{put_back}")


async def _dead_letters(seen: Surroundings, trail: Trail, queue: str) -> None:
    _, found = await _browse(seen, trail, queue + DEAD_LETTERS)
    for letter in found:
        trail.add(f"dead letters of {queue}", State.STUCK, str(letter.headers.get("cause", "without a cause")))
    if not found:
        trail.add(f"dead letters of {queue}", State.NOT_HERE, "not among them")


async def _browse(seen: Surroundings, trail: Trail, queue: str) -> tuple[int, Sequence[Delivery]]:
    """How many messages were read, and those that carry the attempt; all go back."""
    _, url = seen.first_secret("AMQP_URL", "recorder", "checkin")
    is_in = _is_in_decided if queue.startswith(DECIDE_QUEUE) else _is_in_attempted
    ca_file = load(ServerSettings).amqp_ca_file
    async with browse(url, queue, ca_file=ca_file, process="trace", limit=_PEEK) as batch:
        return len(batch.deliveries), [letter for letter in batch.deliveries if is_in(trail, letter.body)]


async def _projected(seen: Surroundings, trail: Trail) -> None:
    """Redis: which revision of the seat the numbers contain."""
    if not any(stored.seat for stored in trail.stored):
        trail.add("projector", State.NOT_HERE, "nothing to project")
        return
    _, url = seen.first_secret("REDIS_URL", "projector", "reporting")
    async with redis(url) as client:
        reader = LiveReader(client)
        for stored in trail.stored:
            if key := seat_of(stored.copy):
                revision = await reader.revision(stored.copy.activity_id, key[0], key[1], key[2])
                trail.add("projector", *_compare(revision, stored.revision))


def _compare(projected: int | None, recorded: int) -> tuple[State, str]:
    if projected is None:
        return State.STUCK, "not in the live numbers: still on its way, or they ended a day after the activity closed"
    if projected < recorded:
        return State.STUCK, f"the live numbers contain revision {projected} of {recorded}: still on its way"
    return State.HERE, f"the live numbers contain revision {projected}"


def _verdict_stored(trail: Trail) -> str:
    outcomes = ", ".join(dict.fromkeys(stored.outcome.name.lower() for stored in trail.stored))
    if trail.is_at("completion"):
        return f"Recorded as {outcomes}; completion decides it once what it needs is back (qiandao doctor)."
    if any(step.place in ("outbox", "projector") and step.state is State.STUCK for step in trail.steps):
        return f"Recorded as {outcomes}; the numbers do not show it yet."
    if trail.is_at("dead letters"):
        return f"Recorded as {outcomes}; something else about it is dead-lettered: qiandao dead-letters list."
    return f"Recorded as {outcomes}."


def _is_in_attempted(trail: Trail, body: bytes) -> bool:
    return _is_in(trail, body, lambda: pb.AttemptedBatch.FromString(body).copies)


def _is_in_decided(trail: Trail, body: bytes) -> bool:
    return _is_in(trail, body, lambda: pb.DecidedBatch.FromString(body).decisions)


def _is_in(trail: Trail, body: bytes, items: Callable[[], Iterable[pb.Copy | pb.Decided]]) -> bool:
    """Whether a message carries it; one that cannot be read does if it has the id's bytes."""
    try:
        return any(trail.is_meant(item.user_id, item.attempt_id) for item in items())
    except DecodeError:
        return trail.wanted in body


def _word(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).lower()
