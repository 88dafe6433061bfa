"""The recorder's handlers on a real server: poison, lost connections, a hanging MySQL, and the inbox."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import event, func, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import SECOND_US, now_us, to_datetime
from servicekit.errors import UnavailableError
from servicekit.ids import from_text, least_id_at, new_id, to_text
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.consumer import Batch
from servicekit.rabbitmq.delivery import Delivery
from servicekit.rabbitmq.outbox import Outbox, OutboxRow
from servicekit.rabbitmq.publisher import PublishRefusedError
from services.checkin.recording import intake, store, transactions
from services.checkin.recording.drain import InboxDrain
from services.checkin.recording.intake import DecideWorker, RecordWorker, repeating
from services.checkin.recording.record import Recorder
from services.checkin.records.records import Records
from services.checkin.tables import attempts, inbox, metadata, outbox, recorded_batches, seats
from tests.contract.wire import Wire
from tests.factories import STARTS_AT, a_copy

Eventually = Callable[[Callable[[], bool | Awaitable[bool]]], Awaitable[None]]

QUEUE = "checkin.record.v1"


@dataclass
class Broker:
    """What the handlers ask of RabbitMQ: a channel that notes what is settled, and dead letters that can be refused."""

    settled: list[tuple[str, int, bool]] = field(default_factory=list)
    dead: list[tuple[Delivery, str, bytes]] = field(default_factory=list)
    is_gone: bool = False

    async def basic_ack(self, tag: int, multiple: bool) -> None:
        """Notes an acknowledgement."""
        self.settled.append(("ack", tag, multiple))

    async def dead_letter(self, queue: str, delivery: Delivery, cause: str, body: bytes | None = None) -> None:
        """Notes a dead letter, or refuses it."""
        if self.is_gone:
            raise PublishRefusedError("not connected")
        self.dead.append((delivery, cause, delivery.body if body is None else body))

    def batch(self, *deliveries: Delivery) -> Batch:
        """Deliveries as a consumer would hand them over."""
        channel: Any = self
        publisher: Any = self
        return Batch(deliveries, channel, QUEUE, publisher)

    @property
    def dead_copies(self) -> list[pb.Copy]:
        """All copies among the dead letters."""
        return [copy for _, _, body in self.dead for copy in pb.AttemptedBatch.FromString(body).copies]


class Later:
    """An outbox whose effects wait for the sweeper."""

    async def deliver_now(self, rows: Sequence[OutboxRow]) -> None:
        """Does nothing now."""


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The recorder's engine, on a schema with its tables."""
    engine = create_engine(database_url, pool_size=4, count_changed_rows=True, is_repeated=True)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(inbox.delete())
        await connection.execute(recorded_batches.delete())
    yield engine
    await engine.dispose()


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    """A line to MySQL."""
    wire = Wire(database_url)
    await wire.open()
    yield wire
    wire.thaw()
    await wire.close()


@pytest.fixture
async def wired(wire: Wire, engine: AsyncEngine, database_url: str) -> AsyncIterator[AsyncEngine]:
    """The recorder's engine over that line."""
    port = make_url(wire.url).port
    url = make_url(database_url).set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
    wired = create_engine(url, pool_size=2, pool_timeout_s=0.3, count_changed_rows=True, is_repeated=True)
    yield wired
    await wired.dispose()


@pytest.fixture
def broker() -> Broker:
    """RabbitMQ, as far as handlers see it."""
    return Broker()


@pytest.fixture
def worker(engine: AsyncEngine) -> RecordWorker:
    """A worker that records for real."""
    return RecordWorker(a_recorder(engine), Later())


def a_recorder(engine: AsyncEngine) -> Recorder:
    """A recorder whose effects stay in the outbox."""
    rows = Outbox(engine, outbox, {})
    return Recorder(lambda: transactions.begin(engine, rows))


def a_delivery(body: bytes, tag: int = 1, publisher: str = "checkin", tries: int = 0) -> Delivery:
    """A message as it comes from the broker."""
    return Delivery(body, to_text(new_id()), "attempted.v1", publisher, {}, "checkin", "attempted.v1", None, False, tag,
                    tries)  # fmt: skip


def carrying(*copies: pb.Copy, tag: int = 1, publisher: str = "checkin") -> Delivery:
    """A message with these copies."""
    return a_delivery(pb.AttemptedBatch(copies=copies).SerializeToString(), tag, publisher)


async def is_recorded(engine: AsyncEngine, *copies: pb.Copy) -> list[bool]:
    """Whether each copy's attempt is stored."""
    async with engine.connect() as connection:
        found = await store.read_attempts(connection, [(copy.user_id, copy.attempt_id) for copy in copies])
    return [(copy.user_id, copy.attempt_id) in found for copy in copies]


POISON = {
    "more than its column holds": {"gate": "x" * 65},
    "a number that is none": {"distance_m": float("nan")},
    "an identifier that is none": {"occurrence_id": b"short"},
    "a time that is none": {"effective_at": 2**62},
    "a judgement that is none": {"judgement": pb.JUDGEMENT_UNSPECIFIED},
    "a reason that is none": {"reasons": [pb.Reason(reason="LATE", numbers={"late_by_s": float("inf")})]},
}


class TestPoison:
    """What nobody can record goes aside alone."""

    @pytest.mark.parametrize("changes", POISON.values(), ids=POISON)
    async def test_only_the_bad_copy_of_a_message_goes_to_the_dead_letters(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine, changes: dict[str, Any]
    ) -> None:
        """Its neighbours in the message and in the batch are recorded, and then all is acknowledged."""
        good, bad = [a_copy() for _ in range(5)], a_copy(**changes)
        messages = [carrying(*good[:2], tag=1), carrying(good[2], bad, good[3], tag=2), carrying(good[4], tag=3)]
        await worker.handle(broker.batch(*messages))
        assert await is_recorded(engine, *good) == [True] * 5
        [(delivery, cause, _)] = broker.dead
        assert (delivery, broker.dead_copies) == (messages[1], [bad])
        assert cause
        assert broker.settled == [("ack", 2, False), ("ack", 3, True)]

    async def test_several_bad_copies_are_found(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine
    ) -> None:
        """Each of many, wherever it stands, and each message's in a letter of its own."""
        copies = [a_copy(gate="x" * 65 if number % 10 == 7 else "南门") for number in range(60)]
        messages = [carrying(*copies[start : start + 20], tag=start + 1) for start in range(0, 60, 20)]
        await worker.handle(broker.batch(*messages))
        bad = [copy for copy in copies if len(copy.gate) == 65]
        assert broker.dead_copies == bad
        assert len(broker.dead) == 3
        assert await is_recorded(engine, *copies) == [copy not in bad for copy in copies]

    @pytest.mark.parametrize(
        ("body", "publisher"), [(b"not a batch", "checkin"), (b"", "projector"), (b"", "")]
    )  # fmt: skip
    async def test_an_unreadable_or_untrusted_message_goes_as_it_is(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine, body: bytes, publisher: str
    ) -> None:
        """Its neighbours are recorded."""
        good = a_copy()
        await worker.handle(broker.batch(a_delivery(body, 1, publisher), carrying(good, tag=2)))
        assert [body for _, _, body in broker.dead] == [body]
        assert await is_recorded(engine, good) == [True]

    async def test_what_cannot_be_buried_is_not_acknowledged(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine
    ) -> None:
        """Without the dead letters the message returns to the queue, and comes again as a repetition."""
        good, bad = a_copy(), a_copy(gate="x" * 65)
        broker.is_gone = True
        with pytest.raises(UnavailableError):
            await worker.handle(broker.batch(carrying(good, bad)))
        assert (broker.settled, await is_recorded(engine, good)) == ([], [True])
        broker.is_gone = False
        await worker.handle(broker.batch(carrying(good, bad)))
        assert broker.dead_copies == [bad]

    async def test_a_missing_table_is_nobodys_poison(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine
    ) -> None:
        """What MySQL cannot do for anybody, as before a migration, leaves every message in the queue."""
        async with engine.begin() as connection:
            await connection.exec_driver_sql("RENAME TABLE seats TO seats_elsewhere")
        try:
            with pytest.raises(UnavailableError):
                await worker.handle(broker.batch(carrying(a_copy())))
        finally:
            async with engine.begin() as connection:
                await connection.exec_driver_sql("RENAME TABLE seats_elsewhere TO seats")
        assert (broker.settled, broker.dead) == ([], [])

    async def test_a_gateway_cannot_accept_anybody(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine
    ) -> None:
        """Whatever it claims is undecided, its own refusals of a QR apart."""
        claimed = a_copy(judgement=pb.JUDGEMENT_ACCEPTED)
        refused = a_copy(judgement=pb.JUDGEMENT_REFUSED, reasons=[pb.Reason(reason="QR_EXPIRED")])
        await worker.handle(broker.batch(carrying(claimed, refused, publisher="gateway")))
        async with engine.connect() as connection:
            query = select(attempts.c.judgement).where(attempts.c.attempt_id.in_([claimed.attempt_id,
                                                                                 refused.attempt_id]))  # fmt: skip
            found = sorted(await connection.scalars(query))
        assert found == [pb.JUDGEMENT_REFUSED, pb.JUDGEMENT_UNDECIDED]


_GARBAGE = {
    "copies that are none": {"copies": b"\xff\xff"},
    "no copy at all": {"copies": b""},
    "another's copies": {"copies": pb.Copies(copies=[a_copy(), a_copy()]).SerializeToString()},
    "reasons that are none": {"reasons": "[[1]"},
    "reasons of another shape": {"reasons": '{"LATE": 5}'},
}


@pytest.mark.parametrize("garbage", _GARBAGE.values(), ids=_GARBAGE)
class TestStoredGarbage:
    """What cannot be read where it is stored stays there, is shown as far as it can be, and stops nobody."""

    async def test_what_comes_for_it_goes_aside_and_its_neighbours_go_on(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine, garbage: dict[str, Any]
    ) -> None:
        """A second copy cannot be merged with it, and written over it something might be lost."""
        stored, neighbour, new = a_copy(), a_copy(), a_copy()
        await worker.record_now([stored, neighbour])
        await _spoil(engine, stored, garbage)
        second = [_later(stored), _later(neighbour)]
        await worker.handle(broker.batch(carrying(*second, new)))
        assert broker.dead_copies == second[:1]
        assert "cannot be read" in broker.dead[0][1]
        assert await is_recorded(engine, new) == [True]
        async with engine.connect() as connection:
            found = await store.read_attempts(connection, [(neighbour.user_id, neighbour.attempt_id)])
            kept = select(attempts.c[next(iter(garbage))]).where(attempts.c.attempt_id == stored.attempt_id)
            assert await connection.scalar(kept) == next(iter(garbage.values()))
        assert len(found[neighbour.user_id, neighbour.attempt_id]) == 2

    async def test_the_inbox_is_emptied_all_the_same(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine, garbage: dict[str, Any]
    ) -> None:
        """The batch goes in one by one, and what is dead is buried."""
        stored, new = a_copy(), a_copy()
        await worker.record_now([stored])
        await _spoil(engine, stored, garbage)
        await put(engine, body_of(_later(stored), new))
        await InboxDrain(engine, a_recorder(engine), worker, Later(), broker).drain()
        assert broker.dead_copies == [_later(stored)]
        assert await is_recorded(engine, new) == [True]

    async def test_lists_show_it_beside_its_neighbours(
        self, worker: RecordWorker, engine: AsyncEngine, garbage: dict[str, Any]
    ) -> None:
        """What its plain columns say is enough for its person, for completion and for reviewers."""
        first = a_copy(judgement=pb.JUDGEMENT_UNDECIDED)
        other = a_copy(judgement=pb.JUDGEMENT_UNDECIDED, user_id=first.user_id)
        await worker.record_now([first, other])
        await _spoil(engine, first, garbage)
        records = Records(engine)
        listed = await records.list_of(first.user_id, 10, None)
        assert {stored.copy.attempt_id for stored in listed} == {first.attempt_id, other.attempt_id}
        assert {(first.user_id, first.attempt_id), (other.user_id, other.attempt_id)} <= set(
            await records.open_attempts(1000)
        )
        while await worker.flag_overdue(now_us()):
            pass
        assert len(await records.find([stored.checkin_id for stored in listed])) == 2


async def _spoil(engine: AsyncEngine, copy: pb.Copy, garbage: dict[str, Any]) -> None:
    async with engine.begin() as connection:
        await connection.execute(attempts.update().where(attempts.c.attempt_id == copy.attempt_id).values(garbage))


def _later(copy: pb.Copy) -> pb.Copy:
    again = pb.Copy()
    again.CopyFrom(copy)
    again.received_at += 1
    return again


class TestNotes:
    """What tells the audit that a message is recorded: to the last copy, and not a moment before."""

    async def test_messages_are_noted_in_the_transaction_that_records_them(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine
    ) -> None:
        """All of a batch's messages in one statement; coming again changes nothing."""
        messages = [carrying(a_copy(), a_copy(), tag=1), carrying(a_copy(), tag=2)]
        statements = statements_of(engine)
        await worker.handle(broker.batch(*messages))
        assert await are_noted(engine, *messages) == [True, True]
        assert sum("recorded_batches" in statement for statement in statements[: statements.index("commit")]) == 1
        assert statements.count("commit") == 1
        await worker.handle(broker.batch(*messages))
        assert await are_noted(engine, *messages) == [True, True]

    @pytest.mark.parametrize("changes", POISON.values(), ids=POISON)
    async def test_a_message_with_something_dead_is_not_noted(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine, changes: dict[str, Any]
    ) -> None:
        """Its neighbours are; its own note comes when the dead part has been replayed."""
        good, bad = a_copy(), a_copy(**changes)
        messages = [carrying(a_copy(), tag=1), carrying(good, bad, tag=2), carrying(a_copy(), tag=3)]
        await worker.handle(broker.batch(*messages))
        assert await are_noted(engine, *messages) == [True, False, True]
        [(letter, _, _)] = broker.dead
        mended = pb.AttemptedBatch(copies=[a_copy()]).SerializeToString()
        assert await worker.take(replace(letter, body=body_of(bad))) != []
        assert await are_noted(engine, messages[1]) == [False]
        assert await worker.take(replace(letter, body=mended)) == []
        assert await are_noted(engine, messages[1]) == [True]

    async def test_a_halved_message_is_noted_last(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine
    ) -> None:
        """While poison is searched for, what is recorded of a message speaks for no whole one."""
        spread, poisoned = carrying(*(a_copy() for _ in range(20)), tag=1), carrying(a_copy(gate="x" * 65), tag=2)
        statements = statements_of(engine)
        await worker.handle(broker.batch(spread, poisoned))
        assert await are_noted(engine, spread, poisoned) == [True, False]
        attempts_at = [at for at, statement in enumerate(statements) if "INTO attempts" in statement]
        (noted_at,) = [at for at, statement in enumerate(statements) if "INTO recorded_batches" in statement]
        assert len(attempts_at) > 2
        assert noted_at > max(attempts_at)

    async def test_only_checkins_messages_are_noted(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine
    ) -> None:
        """A gateway cannot say of another's message that it is there, nor is an id that is none in anybody's way."""
        gateways = carrying(a_copy(), publisher="gateway")
        copy = a_copy()
        nameless = replace(carrying(copy, tag=2), message_id="e2e")
        await worker.handle(broker.batch(gateways, nameless))
        assert await are_noted(engine, gateways) == [False]
        assert await is_recorded(engine, copy) == [True]

    async def test_notes_of_old_messages_go_and_the_others_stay(
        self, worker: RecordWorker, broker: Broker, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By the time in their id, page by page."""
        monkeypatch.setattr(intake, "_FORGOTTEN_AT_ONCE", 2)
        made_at, young = now_us() - 60 * SECOND_US, carrying(a_copy())
        ids = {tag: to_text(least_id_at(made_at)[:-1] + bytes([tag])) for tag in (2, 3, 4)}
        old = [replace(carrying(a_copy(), tag=tag), message_id=message_id) for tag, message_id in ids.items()]
        await worker.handle(broker.batch(young, *old))
        await worker.forget_batches(made_at)
        assert await are_noted(engine, young, *old) == [True] * 4
        await worker.forget_batches(made_at + 1000)
        assert await are_noted(engine, young, *old) == [True] + [False] * 3


def statements_of(engine: AsyncEngine) -> list[str]:
    """What the engine sends from now on, commits included."""
    seen: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
    event.listen(engine.sync_engine, "commit", lambda _: seen.append("commit"))
    return seen


async def are_noted(engine: AsyncEngine, *messages: Delivery) -> list[bool]:
    """Whether each message is known to be recorded to the last copy."""
    ids = [from_text(message.message_id) for message in messages]
    noted = await Records(engine).which_are_recorded(ids)
    return [message_id in noted for message_id in ids]


class TestDecisions:
    """What the handler of human decisions does with messages."""

    async def test_an_early_decision_waits_its_turn_and_is_given_up_in_the_end(
        self, broker: Broker, engine: AsyncEngine
    ) -> None:
        """It is put off while there is hope; afterwards it is a dead letter with its cause."""
        worker = DecideWorker(a_recorder(engine), Later())
        known = a_copy()
        await RecordWorker(a_recorder(engine), Later()).record_now([known])
        early, timely = a_decision(a_copy()), a_decision(known)
        body = pb.DecidedBatch(decisions=[early, timely]).SerializeToString()
        batch = broker.batch(a_delivery(body))
        await worker.handle(batch)
        assert (batch.unsettled, broker.settled, broker.dead) == ([], [], [])
        await worker.handle(broker.batch(a_delivery(body, tries=10)))
        [(_, cause, letter)] = broker.dead
        assert cause == "nobody knows its attempt on that seat"
        assert list(pb.DecidedBatch.FromString(letter).decisions) == [early]
        assert broker.settled == [("ack", 1, False)]

    async def test_only_checkin_may_decide(self, broker: Broker, engine: AsyncEngine) -> None:
        """A gateway's decision is a dead letter, and so is what a column cannot hold."""
        worker, known = DecideWorker(a_recorder(engine), Later()), a_copy()
        too_long = a_decision(known, reason="x" * 501)
        messages = [
            a_delivery(pb.DecidedBatch(decisions=[a_decision(known)]).SerializeToString(), 1, "gateway"),
            a_delivery(pb.DecidedBatch(decisions=[too_long]).SerializeToString(), 2),
        ]
        await worker.handle(broker.batch(*messages))
        assert [delivery.tag for delivery, _, _ in broker.dead] == [1, 2]


def a_decision(copy: pb.Copy, **changes: Any) -> pb.Decided:
    """An annulment of a copy's attempt."""
    values: dict[str, Any] = {
        "decision_id": new_id(),
        "kind": pb.DECISION_KIND_ANNUL,
        "occurrence_id": copy.occurrence_id,
        "user_id": copy.user_id,
        "direction": copy.direction,
        "attempt_id": copy.attempt_id,
        "decided_at": STARTS_AT,
        "decided_by": new_id(),
    }
    return pb.Decided(**(values | changes))


class TestOutages:
    """MySQL as it is on a bad day."""

    @pytest.mark.parametrize(
        "moment",
        [b"INSERT INTO seats", b"INSERT INTO attempts", b"INSERT INTO outbox", b"INTO recorded_batches", b"COMMIT"],
    )
    async def test_a_connection_lost_in_a_transaction_is_repeated(
        self, wire: Wire, wired: AsyncEngine, engine: AsyncEngine, broker: Broker, moment: bytes
    ) -> None:
        """Wherever it breaks, at the commit of unknown outcome too, the batch is stored once and acknowledged."""
        cuts: list[bytes] = []

        def cut(said: bytes) -> None:
            if moment in said and not cuts:
                cuts.append(said)
                wire.cut()
                wire.mend()

        wire.overhear = cut
        worker, copies = RecordWorker(a_recorder(wired), Later()), [a_copy() for _ in range(3)]
        await worker.handle(broker.batch(carrying(*copies)))
        assert len(cuts) == 1
        assert await is_recorded(engine, *copies) == [True] * 3
        assert broker.settled == [("ack", 1, True)]
        async with engine.connect() as connection:
            in_seats = select(seats.c.revision).where(seats.c.user_id.in_([copy.user_id for copy in copies]))
            assert list(await connection.scalars(in_seats)) == [1, 1, 1]

    async def test_without_mysql_the_messages_stay_in_the_queue(
        self, wire: Wire, wired: AsyncEngine, broker: Broker
    ) -> None:
        """The handler says "not now", and so does the probe, until MySQL answers."""
        worker, copy = RecordWorker(a_recorder(wired), Later()), a_copy()
        wire.cut()
        with pytest.raises(UnavailableError):
            await worker.handle(broker.batch(carrying(copy)))
        with pytest.raises(UnavailableError):
            await intake.answers(wired)
        assert (broker.settled, broker.dead) == ([], [])
        wire.mend()
        await intake.answers(wired)
        await worker.handle(broker.batch(carrying(copy)))
        assert broker.settled == [("ack", 1, True)]

    async def test_a_hanging_mysql_costs_a_deadline_and_no_connection(self, wire: Wire, wired: AsyncEngine) -> None:
        """More often than there are connections; when it wakes up, what it had begun does no harm."""
        recorder, copies = a_recorder(wired), [a_copy()]
        await recorder.record([a_copy()])
        for _ in range(3):
            wire.freeze()
            with pytest.raises(UnavailableError):
                await repeating(lambda: recorder.record(copies), within_s=0.2)
        wire.thaw()
        _, new = await repeating(lambda: recorder.record(copies))
        assert new in (0, 1)
        assert await is_recorded(wired, *copies) == [True]

    async def test_a_deadlock_is_repeated(
        self, engine: AsyncEngine, broker: Broker, eventually: Eventually, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Somebody else takes the same seats in another order and has more to lose, so that we are the victim."""
        caplog.set_level("INFO", "services.checkin.recording.intake")
        first, second = sorted((a_copy(), a_copy()), key=lambda copy: copy.occurrence_id)
        worker = RecordWorker(a_recorder(engine), Later())

        async def is_waiting() -> bool:
            # InnoDB renews this view only when nobody has looked for 0.1 s.
            await asyncio.sleep(0.15)
            query = text("SELECT trx_query FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
            async with engine.connect() as connection:
                return any(second.user_id.hex() in statement for statement in await connection.scalars(query))

        async with engine.connect() as other:
            await occupy(other, second, *(a_copy() for _ in range(200)))
            handling = asyncio.create_task(worker.handle(broker.batch(carrying(first, second))))
            await eventually(is_waiting)
            await occupy(other, first)
            await other.rollback()
            await handling
        assert "1213" in caplog.text
        assert await is_recorded(engine, first, second) == [True, True]
        assert broker.settled == [("ack", 1, True)]


async def occupy(connection: AsyncConnection, *copies: pb.Copy) -> None:
    """Takes the seats of these copies without committing."""
    rows = ",".join(
        f"(0x{copy.occurrence_id.hex()}, 0x{copy.user_id.hex()}, 1, 0, 1, 1, 'occupied')" for copy in copies
    )
    columns = "occurrence_id, user_id, direction, pass_no, state, revision, fingerprint"
    await connection.exec_driver_sql(f"INSERT INTO seats ({columns}) VALUES {rows}")


class TestInbox:
    """Batches that came straight to MySQL."""

    @pytest.fixture
    def drain(self, engine: AsyncEngine, worker: RecordWorker, broker: Broker) -> InboxDrain:
        """The inbox's drain."""
        return InboxDrain(engine, a_recorder(engine), worker, Later(), broker)

    async def test_all_that_waits_is_recorded_and_gone(self, drain: InboxDrain, engine: AsyncEngine) -> None:
        """Several pages of it, what is recorded already included."""
        copies = [a_copy() for _ in range(30)]
        await a_recorder(engine).record(copies[:1])
        await put(engine, *(body_of(copy) for copy in copies))
        await drain.drain()
        assert await is_recorded(engine, *copies) == [True] * 30
        assert await waiting(engine) == 0
        ids = [number.to_bytes(16, "big") for number in range(1, 31)]
        assert await Records(engine).which_are_recorded(ids) == set(ids)

    async def test_a_bad_copy_goes_to_the_dead_letters_and_the_rest_is_recorded(
        self, drain: InboxDrain, engine: AsyncEngine, broker: Broker
    ) -> None:
        """With cause and publisher as if it had come through the queue."""
        good, bad = [a_copy() for _ in range(3)], a_copy(gate="x" * 65)
        await put(engine, body_of(good[0]), body_of(good[1], bad), b"not a batch", body_of(good[2]))
        await drain.drain()
        assert await is_recorded(engine, *good) == [True] * 3
        assert [body for _, _, body in broker.dead] == [body_of(bad), b"not a batch"]
        whole = [number.to_bytes(16, "big") for number in (1, 4)]
        ids = [number.to_bytes(16, "big") for number in range(1, 5)]
        assert await Records(engine).which_are_recorded(ids) == set(whole)
        assert {delivery.user_id for delivery, _, _ in broker.dead} == {"checkin"}
        assert await waiting(engine) == 0

    async def test_what_cannot_be_buried_stays_and_holds_up_nobody(
        self, drain: InboxDrain, engine: AsyncEngine, broker: Broker
    ) -> None:
        """More poison than a page holds, while RabbitMQ is gone, and somebody healthy behind it."""
        good = a_copy()
        broker.is_gone = True
        await put(engine, *(b"not a batch" for _ in range(9)), body_of(good))
        await drain.drain()
        assert (await is_recorded(engine, good), await waiting(engine)) == ([True], 9)
        broker.is_gone = False
        await drain.drain()
        assert (len(broker.dead), await waiting(engine)) == (9, 0)

    async def test_two_recorders_share_the_work(self, drain: InboxDrain, engine: AsyncEngine, broker: Broker) -> None:
        """Neither waits for the other's rows, and nothing comes twice."""
        copies = [a_copy() for _ in range(40)]
        await put(engine, *(body_of(copy) for copy in copies))
        await asyncio.gather(drain.drain(), drain.drain(), drain.drain())
        await drain.drain()
        assert await is_recorded(engine, *copies) == [True] * 40
        async with engine.connect() as connection:
            mine = attempts.c.user_id.in_([copy.user_id for copy in copies])
            assert set(await connection.scalars(select(attempts.c.revision).where(mine))) == {1}


def body_of(*copies: pb.Copy) -> bytes:
    """An attempted.v1 with these copies."""
    return pb.AttemptedBatch(copies=copies).SerializeToString()


async def put(engine: AsyncEngine, *bodies: bytes) -> None:
    """Puts batches into the inbox, as checkin does."""
    async with engine.begin() as connection:
        rows = [
            {"message_id": number.to_bytes(16, "big"), "body": body, "publisher": "checkin",
             "received_at": to_datetime(now_us())}
            for number, body in enumerate(bodies, start=1)
        ]  # fmt: skip
        await connection.execute(inbox.insert(), rows)


async def waiting(engine: AsyncEngine) -> int:
    """How many batches wait."""
    async with engine.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(inbox))).scalar_one())
