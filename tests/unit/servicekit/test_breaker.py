"""The breaker opens on what speaks against a dependency, and lets one caller at a time find out whether it is back."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from prometheus_client import REGISTRY

from servicekit.breaker import AsyncBreaker, CircuitOpenError
from servicekit.errors import InternalError, NotFoundError, UnavailableError

RESET_S = 5.0
LONGEST_REST_S = RESET_S * 1.25


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass
class Dependency:
    """A callee that fails on demand and counts who reached it."""

    clock: Clock = field(default_factory=Clock)
    error: BaseException | None = None
    takes_s: float = 0.0
    calls: int = 0

    async def answer(self) -> str:
        """One answer, or the error of the hour."""
        self.calls += 1
        self.clock.now += self.takes_s
        if self.error is not None:
            raise self.error
        return "answer"


def breaker_for(dependency: Dependency, **options: Any) -> AsyncBreaker:
    """A breaker that opens after two failures and is slow above one second."""
    defaults: dict[str, Any] = {"fail_max": 2, "reset_s": RESET_S, "slow_s": 1.0, "clock": dependency.clock}
    return AsyncBreaker("antifraud", **{**defaults, **options})


async def attempt(breaker: AsyncBreaker, dependency: Dependency) -> str:
    """The answer, or the name of the error."""
    try:
        return await breaker.call(dependency.answer)
    except (Exception, asyncio.CancelledError) as error:
        return type(error).__name__


async def opened(dependency: Dependency, **options: Any) -> AsyncBreaker:
    """A breaker that two failures have opened, over a dependency that works again."""
    breaker = breaker_for(dependency, **options)
    dependency.error = UnavailableError("down")
    for _ in range(2):
        await attempt(breaker, dependency)
    dependency.error, dependency.calls = None, 0
    assert breaker.state == "open"
    return breaker


@pytest.mark.parametrize("error", [UnavailableError("down"), InternalError("bug"), TimeoutError(), ConnectionError()])
async def test_consecutive_failures_open_it(error: Exception) -> None:
    """What speaks against the dependency opens the circuit, and then nothing reaches it."""
    dependency = Dependency(error=error)
    breaker = breaker_for(dependency)
    names = [await attempt(breaker, dependency) for _ in range(3)]
    assert names == [type(error).__name__] * 2 + ["CircuitOpenError"]
    assert dependency.calls == 2


async def test_a_success_between_failures_resets_the_count() -> None:
    """Only failures in a row open it."""
    dependency = Dependency()
    breaker = breaker_for(dependency)
    for error in (ConnectionError(), None, ConnectionError(), None):
        dependency.error = error
        await attempt(breaker, dependency)
    assert breaker.state == "closed"


@pytest.mark.parametrize("error", [NotFoundError("no such activity"), asyncio.CancelledError()])
async def test_refusals_and_cancellations_do_not_count(error: BaseException) -> None:
    """A well-formed no and a caller who went away say nothing against the dependency."""
    dependency = Dependency(error=error)
    breaker = breaker_for(dependency)
    for _ in range(5):
        await attempt(breaker, dependency)
    assert breaker.state == "closed"


@pytest.mark.parametrize("error", [None, NotFoundError("no"), asyncio.CancelledError()])
async def test_slow_calls_count_however_they_ended(error: BaseException | None) -> None:
    """Calls above slow_s open the circuit even when they succeed."""
    dependency = Dependency(takes_s=1.5, error=error)
    breaker = breaker_for(dependency)
    for _ in range(2):
        await attempt(breaker, dependency)
    assert breaker.state == "open"


async def test_it_says_when_to_come_back() -> None:
    """The refusal names the dependency and the rest that is left."""
    dependency = Dependency()
    breaker = await opened(dependency)
    with pytest.raises(CircuitOpenError) as refusal:
        await breaker.call(dependency.answer)
    assert refusal.value.metadata == {"dependency": "antifraud"}
    assert RESET_S <= (refusal.value.retry_after_s or 0) <= LONGEST_REST_S


async def test_one_caller_tries_while_the_others_are_refused() -> None:
    """Half open, exactly one call is under way."""
    dependency = Dependency()
    breaker = await opened(dependency)
    dependency.clock.now += LONGEST_REST_S
    async with breaker.calling():
        assert breaker.state == "half_open"
        assert breaker.is_open
        assert await attempt(breaker, dependency) == "CircuitOpenError"
    assert not breaker.is_open


async def test_a_failed_trial_opens_it_again() -> None:
    """The rest starts anew when the trial fails."""
    dependency = Dependency()
    breaker = await opened(dependency)
    dependency.clock.now += LONGEST_REST_S
    dependency.error = ConnectionError()
    assert [await attempt(breaker, dependency) for _ in range(2)] == ["ConnectionError", "CircuitOpenError"]


async def test_a_cancelled_trial_leaves_its_place_to_the_next() -> None:
    """A trial whose caller went away decides nothing."""
    dependency = Dependency()
    breaker = await opened(dependency)
    dependency.clock.now += LONGEST_REST_S
    dependency.error = asyncio.CancelledError()
    await attempt(breaker, dependency)
    assert breaker.state == "half_open"
    dependency.error = None
    assert await attempt(breaker, dependency) == "answer"


async def test_a_late_answer_to_an_old_call_is_ignored() -> None:
    """A call that began before the circuit opened cannot close it or keep it open."""
    dependency = Dependency()
    breaker = breaker_for(dependency)
    async with breaker.calling():
        breaker.force_open("blocked")
    assert breaker.state == "open"


async def test_it_can_be_forced_open() -> None:
    """Somebody who knows better opens it at once, and each repetition starts the rest anew."""
    dependency = Dependency()
    breaker = breaker_for(dependency)
    breaker.force_open("alarm")
    dependency.clock.now += LONGEST_REST_S
    breaker.force_open("alarm")
    assert await attempt(breaker, dependency) == "CircuitOpenError"
    dependency.clock.now += LONGEST_REST_S
    assert await attempt(breaker, dependency) == "answer"


async def test_the_probe_spares_the_caller_a_failing_trial() -> None:
    """When the probe fails the dependency is not called and the circuit stays open."""
    dependency = Dependency()
    health = Dependency(error=TimeoutError("blocked"))
    breaker = await opened(dependency, probe=health.answer)
    dependency.clock.now += LONGEST_REST_S
    assert await attempt(breaker, dependency) == "CircuitOpenError"
    assert (breaker.state, dependency.calls) == ("open", 0)
    health.error = None
    dependency.clock.now += LONGEST_REST_S
    assert await attempt(breaker, dependency) == "answer"


async def test_being_forced_open_during_the_probe_refuses_the_trial() -> None:
    """A probe that succeeds does not overrule an alarm that came meanwhile."""
    dependency = Dependency()

    async def probe() -> None:
        breaker.force_open("alarm")

    breaker = await opened(dependency, probe=probe)
    dependency.clock.now += LONGEST_REST_S
    assert await attempt(breaker, dependency) == "CircuitOpenError"
    dependency.clock.now += LONGEST_REST_S
    assert not breaker.is_open


async def test_its_state_is_a_metric(caplog: pytest.LogCaptureFixture) -> None:
    """Every change shows in breaker_state, breaker_transitions_total and the log."""
    labels = {"dependency": "antifraud", "state": "open"}
    before = REGISTRY.get_sample_value("breaker_transitions_total", labels) or 0
    await opened(Dependency())
    assert REGISTRY.get_sample_value("breaker_state", {"dependency": "antifraud"}) == 2
    assert REGISTRY.get_sample_value("breaker_transitions_total", labels) == before + 1
    assert "circuit of antifraud: open" in caplog.text


async def test_a_rested_circuit_shows_that_the_next_call_may_try() -> None:
    """Where nobody calls, an outage long over does not look like one."""
    dependency = Dependency()
    await opened(dependency)
    dependency.clock.now += LONGEST_REST_S
    assert REGISTRY.get_sample_value("breaker_state", {"dependency": "antifraud"}) == 1


@dataclass(eq=False)
class Guarded:
    """A call under way: what it entered, and in which phase of the circuit."""

    guard: Any
    is_trial: bool
    phase: int
    began_at: float


def step(awaitable: Any) -> None:
    """Runs a coroutine that never waits."""
    with pytest.raises(StopIteration):
        awaitable.send(None)


ENDINGS: list[BaseException | None] = [
    None,
    UnavailableError("x"),
    OSError(),
    NotFoundError("x"),
    asyncio.CancelledError(),
]


class BreakerMachine(RuleBasedStateMachine):
    """Overlapping calls with every ending, checked against the rules written out plainly."""

    @initialize(fail_max=st.integers(1, 3), success_threshold=st.integers(1, 3))
    def start(self, fail_max: int, success_threshold: int) -> None:
        """A closed breaker."""
        self.clock = Clock()
        self.breaker = AsyncBreaker(
            "model",
            fail_max=fail_max,
            reset_s=RESET_S,
            success_threshold=success_threshold,
            slow_s=1.0,
            clock=self.clock,
        )
        self.fail_max, self.success_threshold = fail_max, success_threshold
        self.calls: list[Guarded] = []
        self.expected, self.failures, self.successes, self.phase, self.opened_at = "closed", 0, 0, 0, 0.0

    def _become(self, state: str) -> None:
        self.expected, self.failures, self.successes = state, 0, 0
        self.phase += 1
        if state == "open":
            self.opened_at = self.clock.now

    @rule()
    def begin(self) -> None:
        """Somebody calls."""
        is_resting = self.expected == "open" and self.clock.now < self.opened_at + LONGEST_REST_S
        guard = self.breaker.calling()
        if is_resting or any(call.is_trial for call in self.calls):
            with pytest.raises(CircuitOpenError):
                guard.__aenter__().send(None)
            return
        step(guard.__aenter__())
        if self.expected == "open":
            self._become("half_open")
        self.calls.append(Guarded(guard, self.expected == "half_open", self.phase, self.clock.now))

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), ending=st.sampled_from(ENDINGS))
    def end(self, data: st.DataObject, ending: BaseException | None) -> None:
        """A call ends one way or the other."""
        call = data.draw(st.sampled_from(self.calls))
        self.calls.remove(call)
        step(call.guard.__aexit__(ending and type(ending), ending, None))
        if call.phase != self.phase:
            return
        if self.clock.now - call.began_at > 1.0 or isinstance(ending, UnavailableError | OSError):
            self._failed()
        elif not isinstance(ending, asyncio.CancelledError):
            self._succeeded()

    def _failed(self) -> None:
        self.failures += 1
        if self.expected == "half_open" or self.failures >= self.fail_max:
            self._become("open")

    def _succeeded(self) -> None:
        self.failures = 0
        self.successes += 1
        if self.expected == "half_open" and self.successes >= self.success_threshold:
            self._become("closed")

    @rule(seconds=st.sampled_from([0.4, 2.0, LONGEST_REST_S]))
    def wait(self, seconds: float) -> None:
        """Time passes; never into the range that chance decides."""
        self.clock.now += seconds
        if self.expected == "open" and RESET_S <= self.clock.now - self.opened_at < LONGEST_REST_S:
            self.clock.now = self.opened_at + LONGEST_REST_S

    @rule()
    def force_open(self) -> None:
        """An alarm."""
        self.breaker.force_open("alarm")
        if self.expected == "open":
            self.opened_at = self.clock.now
        else:
            self._become("open")

    @invariant()
    def agrees(self) -> None:
        """State as expected, at most one trial, and no trial unless half open or overtaken by an alarm."""
        if not hasattr(self, "breaker"):
            return
        assert self.breaker.state == self.expected
        assert sum(call.is_trial for call in self.calls) <= 1


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(stateful_step_count=40)
