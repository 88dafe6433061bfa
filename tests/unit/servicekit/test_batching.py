"""Natural batching: batches form by themselves, fairly, and nobody's trouble is a neighbour's."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from servicekit.batching import Linger, NaturalBatcher, QueueFullError
from tests.virtual_time import VirtualLoop


@dataclass(frozen=True)
class Item:
    """A thing to send; its number tells it apart."""

    number: int
    key: str = "activity"
    owner: str | None = None


@dataclass
class Wire:
    """A `send` whose batches fly until the test lands them."""

    batches: list[list[Item]] = field(default_factory=list)
    flying: list[tuple[list[Item], "asyncio.Future[Sequence[str | Exception]]"]] = field(default_factory=list)

    async def send(self, items: list[Item]) -> Sequence[str | Exception]:
        """Records the batch and waits for its landing."""
        self.batches.append(items)
        landing: asyncio.Future[Sequence[str | Exception]] = asyncio.get_running_loop().create_future()
        self.flying.append((items, landing))
        return await landing

    def land(self, index: int = 0, failing: frozenset[int] = frozenset()) -> None:
        """Answers one batch: an error for the items numbered in `failing`."""
        items, landing = self.flying.pop(index)
        landing.set_result([ValueError(i.number) if i.number in failing else f"sent {i.number}" for i in items])

    def crash(self, index: int = 0) -> None:
        """Lets one whole batch fail."""
        self.flying.pop(index)[1].set_exception(ConnectionError("gone"))


async def settle() -> None:
    """Lets everything happen that can happen without a landing."""
    for _ in range(6):
        await asyncio.sleep(0)


def numbers(batches: Sequence[Sequence[Item]]) -> list[list[int]]:
    """The batches, as their items' numbers."""
    return [[item.number for item in batch] for batch in batches]


def batcher_on(wire: Wire, **options: object) -> NaturalBatcher[Item, str]:
    """A batcher that knows keys and owners, one batch in flight unless told otherwise."""
    defaults: dict[str, object] = {
        "max_in_flight": 1, "max_batch": 4, "key": lambda i: i.key, "owner": lambda i: i.owner
    }  # fmt: skip
    return NaturalBatcher(wire.send, **{**defaults, **options})  # type: ignore[arg-type]


async def test_an_idle_batcher_sends_at_once() -> None:
    """The first item waits for nobody."""
    wire = Wire()
    batcher = batcher_on(wire)
    answer = batcher.submit(Item(1))
    await settle()
    assert numbers(wire.batches) == [[1]]
    wire.land()
    assert await answer == "sent 1"


async def test_what_arrives_meanwhile_goes_together() -> None:
    """Items that come while a batch flies share the next one."""
    wire = Wire()
    batcher = batcher_on(wire)
    answers = [batcher.submit(Item(1))]
    await settle()
    answers += [batcher.submit(Item(n)) for n in (2, 3)]
    await settle()
    assert numbers(wire.batches) == [[1]]
    wire.land()
    await settle()
    wire.land()
    assert await asyncio.gather(*answers) == ["sent 1", "sent 2", "sent 3"]
    assert numbers(wire.batches) == [[1], [2, 3]]


async def test_a_batch_has_a_bound() -> None:
    """What does not fit flies beside it or after it, in order."""
    wire = Wire()
    batcher = batcher_on(wire, max_in_flight=2)
    for number in range(10):
        batcher.submit(Item(number))
    await settle()
    assert numbers(wire.batches) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    wire.land()
    await settle()
    assert numbers(wire.batches)[2:] == [[8, 9]]


async def test_a_second_flight_waits_until_it_is_worth_it() -> None:
    """Beside one that flies only a batch of some size leaves; when nothing flies, any does."""
    wire = Wire()
    batcher = batcher_on(wire, max_in_flight=2, worth=3)
    for number in (1, 2, 3):
        batcher.submit(Item(number))
        await settle()
    assert numbers(wire.batches) == [[1]]
    batcher.submit(Item(4))
    await settle()
    assert numbers(wire.batches) == [[1], [2, 3, 4]]


async def test_a_long_line_leaves_half_a_batch_to_others() -> None:
    """A crowded activity fills what others leave, and no more than half while they wait."""
    wire = Wire()
    batcher = batcher_on(wire)
    batcher.submit(Item(0))
    await settle()
    for n in range(1, 9):
        batcher.submit(Item(n, "crowd"))
    for n in (11, 12, 13):
        batcher.submit(Item(n, "club"))
    for _ in range(3):
        wire.land()
        await settle()
    assert numbers(wire.batches)[1:] == [[1, 2, 11, 12], [3, 4, 13, 5], [6, 7, 8]]


async def test_more_keys_than_room_take_turns() -> None:
    """With more activities than places in a batch, those left out are first in the next."""
    wire = Wire()
    batcher = batcher_on(wire, max_batch=2)
    batcher.submit(Item(0))
    await settle()
    for n in range(6):
        batcher.submit(Item(n, f"activity {n % 3}"))
    for _ in range(3):
        wire.land()
        await settle()
    assert numbers(wire.batches)[1:] == [[0, 1], [2, 3], [4, 5]]


async def test_an_owners_second_item_waits_for_the_next_batch() -> None:
    """A user is never twice in one batch; items without an owner may be."""
    wire = Wire()
    batcher = batcher_on(wire)
    for n, owner in enumerate(["ada", "ada", "bob", "ada", None, None]):
        batcher.submit(Item(n, owner=owner))
    for _ in range(3):
        await settle()
        wire.land()
    assert numbers(wire.batches) == [[0, 2, 4, 5], [1], [3]]


async def test_one_items_exception_is_its_own() -> None:
    """An exception among the results is raised for that item alone."""
    wire = Wire()
    batcher = batcher_on(wire)
    answers = [batcher.submit(Item(n)) for n in range(3)]
    await settle()
    wire.land(failing=frozenset({1}))
    assert await answers[0] == "sent 0"
    with pytest.raises(ValueError, match="1"):
        await answers[1]
    assert await answers[2] == "sent 2"


async def test_a_failing_send_fails_its_batch_and_no_other() -> None:
    """When `send` raises, each of its items gets the error and the next batch flies."""
    wire = Wire()
    batcher = batcher_on(wire)
    lost = batcher.submit(Item(1))
    await settle()
    later = batcher.submit(Item(2))
    wire.crash()
    with pytest.raises(ConnectionError):
        await lost
    await settle()
    wire.land()
    assert await later == "sent 2"


async def test_a_wrong_number_of_results_is_an_error_for_all() -> None:
    """Results that cannot be matched are given to nobody."""

    async def send(_: list[Item]) -> list[str]:
        return ["only one"]

    batcher: NaturalBatcher[Item, str] = NaturalBatcher(send)
    results = await asyncio.gather(batcher.submit(Item(1)), batcher.submit(Item(2)), return_exceptions=True)
    assert [str(result) for result in results] == ["1 results for 2 items"] * 2


async def test_a_full_queue_refuses_at_once() -> None:
    """Beyond max_waiting `submit` raises, and takes items again when the line has moved."""
    wire = Wire()
    batcher = batcher_on(wire, max_waiting=1)
    batcher.submit(Item(1))
    with pytest.raises(QueueFullError):
        batcher.submit(Item(2))
    await settle()
    batcher.submit(Item(3))
    assert batcher.waiting == 1


async def test_a_cancelled_waiter_withdraws_only_itself() -> None:
    """An item given up in line is not sent; one given up in flight changes nothing for its neighbours."""
    wire = Wire()
    batcher = batcher_on(wire)
    flying = [batcher.submit(Item(n)) for n in (1, 2)]
    await settle()
    waiting = [batcher.submit(Item(n)) for n in (3, 4)]
    flying[0].cancel()
    waiting[0].cancel()
    wire.land()
    await settle()
    wire.land()
    assert [await flying[1], await waiting[1]] == ["sent 2", "sent 4"]
    assert numbers(wire.batches) == [[1, 2], [4]]


async def test_drain_waits_for_what_was_taken() -> None:
    """Shutdown ends when the last item has its answer."""
    wire = Wire()
    batcher = batcher_on(wire)
    answers = [batcher.submit(Item(n)) for n in range(6)]
    drained = asyncio.create_task(batcher.drain())
    while not drained.done():
        await settle()
        if wire.flying:
            wire.land()
    assert all(answer.done() for answer in answers)
    assert (batcher.waiting, batcher.in_flight) == (0, 0)


async def test_the_observer_hears_of_each_batch() -> None:
    """Size and the longest wait are reported when a batch leaves."""
    wire = Wire()
    seen: list[tuple[int, float]] = []
    batcher = batcher_on(wire, observe=lambda size, waited_s: seen.append((size, waited_s)))
    batcher.submit(Item(1))
    batcher.submit(Item(2))
    await settle()
    [(size, waited_s)] = seen
    assert size == 2
    assert 0 <= waited_s < 1


async def test_a_batch_runs_in_no_ones_context() -> None:
    """A submitter's context variables, such as its span, do not reach `send`."""
    who: ContextVar[str] = ContextVar("who", default="nobody")

    async def send(items: list[Item]) -> list[str]:
        return [who.get()] * len(items)

    who.set("ada")
    batcher: NaturalBatcher[Item, str] = NaturalBatcher(send)
    assert await batcher.submit(Item(1)) == "nobody"


LINGER = Linger(after=3, quiet_s=0.006, at_most_s=0.015)


@dataclass
class Sky:
    """Batches in virtual time: each flies for a while, and what waits meanwhile is watched.

    Attributes:
        flights_ms: How long each flight takes, in turns.
    """

    flights_ms: Sequence[int]
    max_batch: int = 4
    max_in_flight: int = 2
    batches: list[list[Item]] = field(default_factory=list)
    left_at: list[float] = field(default_factory=list)
    unsent: list[Item] = field(default_factory=list)
    came_at: dict[Item, float] = field(default_factory=dict)
    flying: int = 0
    company_until: float = -math.inf
    company_at_most: float = -math.inf

    def __post_init__(self) -> None:
        self.loop = VirtualLoop(self._watch)
        self.batcher: NaturalBatcher[Item, str] = NaturalBatcher(
            self._send,
            max_in_flight=self.max_in_flight,
            max_batch=self.max_batch,
            worth=self.max_batch,
            linger=LINGER,
            key=lambda item: item.key,
            owner=lambda item: item.owner,
        )

    async def _send(self, items: list[Item]) -> Sequence[str | Exception]:
        for item in items:
            self.unsent.remove(item)
        flies_ms = self.flights_ms[len(self.batches) % len(self.flights_ms)]
        self._check_fairness(items)
        self.batches.append(items)
        self.left_at.append(self.loop.time())
        self.flying += 1
        await asyncio.sleep(flies_ms / 1000)
        self.flying -= 1
        if len(items) >= LINGER.after:
            self.company_until = self.loop.time() + LINGER.quiet_s
            self.company_at_most = self.loop.time() + LINGER.at_most_s
        return [f"sent {item.number}" for item in items]

    def _check_fairness(self, batch: Sequence[Item]) -> None:
        [(key, most)] = Counter(item.key for item in batch).most_common(1)
        owners = {item.owner for item in batch if item.owner}
        # Who came in this very moment may have come too late for it.
        behind = [
            item
            for item in self.ready()
            if item.key != key and item.owner not in owners and self.came_at[item] < self.loop.time()
        ]
        assert most <= math.ceil(self.max_batch / 2) or not behind

    def ready(self) -> list[Item]:
        """Those that may leave: an owner's first, and whatever has no owner."""
        firsts = {item.owner: item for item in reversed(self.unsent) if item.owner}
        return [item for item in self.unsent if item.owner is None or firsts[item.owner] is item]

    def _watch(self, now: float, until: float) -> None:
        """Nobody who may leave waits longer than promised."""
        ready = self.ready()
        if not ready or self.flying == self.max_in_flight:
            return
        assert len(ready) < self.max_batch
        company_at = max(self.company_until, now)
        assert until <= (max(company_at, self.left_at[-1] + 0.1) if self.flying else company_at) + 1e-6

    def submit(self, *items: Item) -> list["asyncio.Future[str]"]:
        """Items come, all in one round of the loop."""
        self.unsent += items
        if self.loop.time() <= self.company_until:
            self.company_until = min(self.loop.time() + LINGER.quiet_s, self.company_at_most)
        self.came_at |= dict.fromkeys(items, self.loop.time())
        return [self.batcher.submit(item) for item in items]

    def run(self, script: Coroutine[Any, Any, None]) -> None:
        """Plays a script and lets all of it land."""
        try:
            self.loop.run_until_complete(script)
            self.loop.run_until_complete(self.batcher.drain())
        finally:
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.run_until_complete(settle())
            self.loop.close()

    @property
    def timetable_ms(self) -> list[tuple[int, int]]:
        """When each batch left, and how many went with it."""
        return [(round(1000 * at), len(batch)) for at, batch in zip(self.left_at, self.batches, strict=True)]


def people(*numbers: int) -> list[Item]:
    """Items of somebody each."""
    return [Item(number) for number in numbers]


def test_after_a_large_batch_the_next_waits_for_company() -> None:
    """When nobody came for six milliseconds, all who came leave together; the first waited for nobody."""

    async def script() -> None:
        sky.submit(*people(1, 2, 3))
        await asyncio.sleep(0.010)
        sky.submit(*people(4))
        await asyncio.sleep(0.004)
        sky.submit(*people(5))
        await asyncio.sleep(0.010)

    sky = Sky([10])
    sky.run(script())
    assert sky.timetable_ms == [(0, 3), (20, 2)]


def test_a_stream_of_company_is_not_waited_out() -> None:
    """Somebody every four milliseconds would hold the batch for ever: it leaves 15 ms after the landing."""

    async def script() -> None:
        sky.submit(*people(1, 2, 3))
        await asyncio.sleep(0.010)
        for number in range(4, 10):
            await asyncio.sleep(0.004)
            sky.submit(*people(number))

    sky = Sky([10], max_batch=100)
    sky.run(script())
    assert sky.timetable_ms[:2] == [(0, 3), (25, 3)]


async def test_a_busy_loop_hears_who_came_meanwhile() -> None:
    """A timer that rings late has not seen what arrived during the work; the next round has."""
    batches: list[int] = []

    async def send(items: list[Item]) -> list[str]:
        batches.append(len(items))
        await asyncio.sleep(0)
        return [""] * len(items)

    batcher: NaturalBatcher[Item, str] = NaturalBatcher(send, linger=Linger(3, quiet_s=0.005, at_most_s=10))
    await asyncio.gather(*map(batcher.submit, people(1, 2, 3)))
    first = batcher.submit(Item(4))
    asyncio.get_running_loop().call_soon(time.sleep, 0.020)
    await asyncio.sleep(0.001)
    second = batcher.submit(Item(5))
    await asyncio.gather(first, second)
    assert batches == [3, 2]


def test_a_full_batch_waits_for_nobody() -> None:
    """Neither for the end of the wait nor for the batch in the air."""

    async def script() -> None:
        sky.submit(*people(1, 2, 3))
        await asyncio.sleep(0.011)
        sky.submit(*people(4, 5, 6, 7))
        await asyncio.sleep(0.001)
        sky.submit(*people(8, 9, 10, 11))
        await asyncio.sleep(0.100)

    sky = Sky([10, 50, 50])
    sky.run(script())
    assert sky.timetable_ms == [(0, 3), (11, 4), (12, 4)]


def test_a_small_batch_is_followed_at_once() -> None:
    """Few people are no rush: nobody waits for company that does not come."""

    async def script() -> None:
        sky.submit(*people(1, 2))
        await asyncio.sleep(0.005)
        sky.submit(*people(3))
        await asyncio.sleep(0.100)
        sky.submit(*people(4))

    sky = Sky([10])
    sky.run(script())
    assert sky.timetable_ms == [(0, 2), (10, 1), (105, 1)]


def test_an_idle_batcher_has_forgotten_the_rush() -> None:
    """Once the wait is over, who comes alone leaves alone, and at once."""

    async def script() -> None:
        sky.submit(*people(1, 2, 3))
        await asyncio.sleep(0.017)
        sky.submit(*people(4))

    sky = Sky([10])
    sky.run(script())
    assert sky.timetable_ms == [(0, 3), (17, 1)]


def test_a_slow_flight_frees_the_next_after_a_tenth_of_a_second() -> None:
    """Even when nobody comes any more who would ring the bell."""

    async def script() -> None:
        sky.submit(*people(1))
        await asyncio.sleep(0.010)
        sky.submit(*people(2, 3))
        await asyncio.sleep(0.300)

    sky = Sky([2000, 10])
    sky.run(script())
    assert sky.timetable_ms == [(0, 1), (100, 2)]


def test_one_persons_many_items_make_no_full_batch() -> None:
    """Of an owner only the first may leave, so that a crowd of one is neither full nor worth a flight."""

    async def script() -> None:
        sky.submit(*people(1))
        await asyncio.sleep(0.010)
        sky.submit(*(Item(number, owner="ada") for number in range(2, 9)))
        await asyncio.sleep(0.040)

    sky = Sky([50, 10])
    sky.run(script())
    assert sky.timetable_ms[:2] == [(0, 1), (50, 1)]


def test_nobody_lingers_at_the_end() -> None:
    """A shutdown sends what waits."""

    async def script() -> None:
        sky.submit(*people(1, 2, 3))
        await asyncio.sleep(0.011)
        sky.submit(*people(4))

    sky = Sky([10])
    sky.run(script())
    assert sky.timetable_ms == [(0, 3), (11, 1)]


ARRIVALS = st.tuples(
    st.integers(0, 40), st.integers(1, 9), st.sampled_from("ABC"), st.sampled_from([None, None, "ada", "bob"])
)


@given(
    arrivals=st.lists(ARRIVALS, max_size=40),
    flights_ms=st.lists(st.integers(1, 250), min_size=1, max_size=9),
    max_batch=st.integers(1, 9),
    max_in_flight=st.integers(1, 3),
)
def test_nobody_waits_longer_than_promised_and_every_key_gets_its_share(
    arrivals: list[tuple[int, int, str, str | None]], flights_ms: list[int], max_batch: int, max_in_flight: int
) -> None:
    """For company as long as it comes; beside a flight until that is 0.1 s old. `Sky` watches, whatever comes."""

    async def script() -> None:
        for pause_ms, count, key, owner in arrivals:
            await asyncio.sleep(pause_ms / 1000)
            answers.extend(sky.submit(*(Item(len(answers) + number, key, owner) for number in range(count))))
        await asyncio.gather(*answers)

    sky, answers = Sky(flights_ms, max_batch, max_in_flight), list["asyncio.Future[str]"]()
    sky.run(script())
    sent = [item.number for batch in sky.batches for item in batch]
    assert sorted(sent) == list(range(len(answers)))
    assert [answer.result() for answer in answers] == [f"sent {number}" for number in range(len(answers))]


class BatcherMachine(RuleBasedStateMachine):
    """Random arrivals, landings, failures and cancellations against the promises of the docstring."""

    @initialize(max_in_flight=st.integers(1, 4), max_batch=st.integers(1, 7), max_waiting=st.integers(1, 30))
    def start(self, max_in_flight: int, max_batch: int, max_waiting: int) -> None:
        """A batcher of some shape on an event loop of its own."""
        self.loop = asyncio.new_event_loop()
        self.wire = Wire()
        self.max_in_flight, self.max_batch, self.max_waiting = max_in_flight, max_batch, max_waiting
        self.batcher = batcher_on(self.wire, max_in_flight=max_in_flight, max_batch=max_batch, max_waiting=max_waiting)
        self.answers: dict[Item, asyncio.Future[str]] = {}
        self.unsent: list[Item] = []
        self.withdrawn: set[Item] = set()
        self.failed: set[Item] = set()
        self.stood_in_line: set[Item] = set()
        self.checked = 0

    @rule(
        arrivals=st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["ada", "bob", "cy", None])), max_size=12),
        at_once=st.booleans(),
    )
    def arrive(self, arrivals: list[tuple[str, str | None]], at_once: bool) -> None:
        """People come, all in one round of the loop or one after the other."""
        for key, owner in arrivals:
            self.loop.run_until_complete(self._submit(Item(len(self.answers), key, owner)))
            if not at_once:
                self._settle()
        self._settle()

    async def _submit(self, item: Item) -> None:
        if self.batcher.waiting >= self.max_waiting:
            with pytest.raises(QueueFullError):
                self.batcher.submit(item)
            return
        self.answers[item] = self.batcher.submit(item)
        if item.owner is None or all(other.owner != item.owner for other in self.unsent):
            self.stood_in_line.add(item)
        self.unsent.append(item)

    @precondition(lambda self: self.wire.flying)
    @rule(data=st.data())
    def land(self, data: st.DataObject) -> None:
        """One of the batches lands, some of its items refused."""
        index = data.draw(st.integers(0, len(self.wire.flying) - 1))
        refused = data.draw(st.sets(st.sampled_from(self.wire.flying[index][0])))
        self.failed |= refused
        self.wire.land(index, frozenset(item.number for item in refused))
        self._settle()

    @precondition(lambda self: self.wire.flying)
    @rule()
    def crash(self) -> None:
        """A whole batch fails."""
        self.failed |= set(self.wire.flying[0][0])
        self.wire.crash()
        self._settle()

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        """A waiter goes away, before or after its item was sent."""
        item = data.draw(st.sampled_from(list(self.answers)))
        if self.answers[item].cancel() and item in self.unsent:
            self.withdrawn.add(item)

    def _settle(self) -> None:
        self.loop.run_until_complete(settle())
        for batch in self.wire.batches[self.checked :]:
            self._check(batch)
        self.checked = len(self.wire.batches)

    def _check(self, batch: list[Item]) -> None:
        assert 0 < len(batch) <= self.max_batch
        assert not self.withdrawn & set(batch)
        owners = [item.owner for item in batch if item.owner]
        assert len(owners) == len(set(owners))
        for item in batch:
            self.unsent.remove(item)
        ahead = {item.owner for item in self.withdrawn & set(self.unsent)} | set(owners)
        [(key, most)] = Counter(item.key for item in batch).most_common(1)
        if most > math.ceil(self.max_batch / 2):
            left = [item for item in self.unsent if item in self.stood_in_line - self.withdrawn]
            assert not [item for item in left if item.key != key and item.owner not in ahead]

    @invariant()
    def in_bounds(self) -> None:
        """Never more flights than allowed, and never an idle place while something waits."""
        if not hasattr(self, "wire"):
            return
        assert len(self.wire.flying) == self.batcher.in_flight <= self.max_in_flight
        if self.batcher.in_flight < self.max_in_flight:
            assert self.batcher.waiting == 0

    def teardown(self) -> None:
        """Everything lands: each item went out once or was withdrawn, in order, and has its own answer."""
        if not hasattr(self, "wire"):
            return
        try:
            self._finish()
        finally:
            for flight in asyncio.all_tasks(self.loop):
                flight.cancel()
            self.loop.run_until_complete(settle())
            self.loop.close()

    def _finish(self) -> None:
        while self.wire.flying:
            self.wire.land()
            self._settle()
        self.loop.run_until_complete(self.batcher.drain())
        sent = [item for batch in self.wire.batches for item in batch]
        assert Counter(sent) == Counter(set(self.answers) - self.withdrawn)
        for line in ("A", "B", "C"):
            self._assert_in_order([item for item in sent if item.key == line and item in self.stood_in_line])
        for owner in ("ada", "bob", "cy"):
            self._assert_in_order([item for item in sent if item.owner == owner])
        for item, answer in self.answers.items():
            self._assert_answered(item, answer)

    @staticmethod
    def _assert_in_order(items: list[Item]) -> None:
        assert [item.number for item in items] == sorted(item.number for item in items)

    def _assert_answered(self, item: Item, answer: "asyncio.Future[str]") -> None:
        assert answer.done()
        if answer.cancelled():
            return
        if item in self.failed:
            assert isinstance(answer.exception(), ValueError | ConnectionError)
        else:
            assert answer.result() == f"sent {item.number}"


TestBatcherMachine = BatcherMachine.TestCase
TestBatcherMachine.settings = settings(stateful_step_count=30)
