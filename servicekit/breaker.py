"""Circuit breakers for coroutines, on pybreaker's counting.

pybreaker alone does not fit asyncio: as a decorator on `async def` it never opens, and `with breaker.calling()` lets
every caller through when half open and counts cancellations as failures. Here one caller tries at a time, only what
says something about the dependency counts, and rest times follow the monotonic clock.

Source: measured with pybreaker 1.4.1.
"""

import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Literal, TypeVar

import pybreaker
from prometheus_client import Counter, Gauge

from servicekit.errors import Kind, ServiceError, UnavailableError
from servicekit.series import from_start

log = logging.getLogger(__name__)

T = TypeVar("T")

State = Literal["closed", "half_open", "open"]

_STATES: dict[str, State] = {
    pybreaker.STATE_CLOSED: "closed",
    pybreaker.STATE_HALF_OPEN: "half_open",
    pybreaker.STATE_OPEN: "open",
}
_LEVELS: dict[State, int] = {"closed": 0, "half_open": 1, "open": 2}
_FAILURES = {Kind.UNAVAILABLE, Kind.INTERNAL}

_STATE = Gauge("breaker_state", "0 closed, 1 half open (one caller tries), 2 open (calls refused).", ["dependency"])
_TRANSITIONS = Counter("breaker_transitions_total", "Changes of state.", ["dependency", "state"])


class CircuitOpenError(UnavailableError):
    """The dependency failed lately and rests; nothing was sent to it."""

    def __init__(self, dependency: str, retry_after_s: float) -> None:
        super().__init__(
            f"{dependency} is not available; try again",
            retry_after_s=retry_after_s,
            metadata={"dependency": dependency},
        )


def is_failure(error: Exception) -> bool:
    """Whether an error speaks against the dependency: all but a refusal, which is a healthy answer."""
    return not isinstance(error, ServiceError) or error.kind in _FAILURES


class AsyncBreaker(pybreaker.CircuitBreakerListener):
    """Guards the calls to one dependency; for one event loop.

    Closed, it opens after `fail_max` failures without a success between them. Open, it refuses until its rest is over.
    Half open, one caller at a time tries: a failure opens it again, `success_threshold` successes close it. Answers to
    calls that began before the last change of state are ignored.

    Args:
        dependency: The label of its metrics, from a fixed set.
        fail_max: Consecutive failures that open it.
        reset_s: The rest; up to a quarter is added by chance, so that replicas do not try all at once.
        success_threshold: Successes in a row that close it.
        slow_s: A call that took longer is a failure however it ended, a cancelled one too. None: time does not matter.
        probe: Awaited before the trial call; when it raises, the trial has failed and its caller is refused.
        counts: Which errors are failures; the others count as success. Cancellations are neither.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        dependency: str,
        *,
        fail_max: int = 5,
        reset_s: float = 5.0,
        success_threshold: int = 1,
        slow_s: float | None = None,
        probe: Callable[[], Awaitable[object]] | None = None,
        counts: Callable[[Exception], bool] = is_failure,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.dependency = dependency
        self._reset_s = reset_s
        self._slow_s = float("inf") if slow_s is None else slow_s
        self._probe = probe
        self._counts = counts
        self._clock = clock
        self._retry_at = 0.0
        self._is_trying = False
        self._changes = 0
        self._circuit = pybreaker.CircuitBreaker(
            fail_max=fail_max, success_threshold=success_threshold, throw_new_error_on_trip=False, listeners=[self]
        )
        _STATE.labels(dependency).set_function(self._level)
        from_start(_TRANSITIONS, dependency=(dependency,), state=_LEVELS)

    @property
    def state(self) -> State:
        """closed, half_open or open."""
        return _STATES[self._circuit.current_state]

    @property
    def is_open(self) -> bool:
        """Whether a call made now would be refused."""
        return self._circuit.current_state != pybreaker.STATE_CLOSED and (
            self._is_trying or self._clock() < self._retry_at
        )

    def calling(self) -> "_Call":
        """Guards a block: `async with breaker.calling(): ...`.

        Put the deadline inside the block: a timeout outside reaches it as a cancellation, which does not count.

        Raises:
            CircuitOpenError: On entering, when calls are refused.
        """
        return _Call(self)

    async def call(self, function: Callable[[], Awaitable[T]]) -> T:
        """The result of one guarded call.

        Raises:
            CircuitOpenError: Calls are refused; `function` was not called.
        """
        async with _Call(self):
            return await function()

    def force_open(self, cause: str) -> None:
        """Opens at once, or starts the rest anew, because something else knows that the dependency is gone."""
        if self.state == "open":
            self._rest()
            return
        log.warning("circuit of %s forced open: %s", self.dependency, cause)
        self._circuit.open()

    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        """Told by pybreaker; not for callers."""
        self._changes += 1
        state = _STATES[new_state.name]
        if state == "open":
            self._rest()
        _TRANSITIONS.labels(self.dependency, state).inc()
        log.log(logging.INFO if state == "closed" else logging.WARNING, "circuit of %s: %s", self.dependency, state)

    def _level(self) -> int:
        """The metric: once its rest is over an open breaker lets one caller try, should anybody come."""
        is_resting = self._clock() < self._retry_at
        return _LEVELS["half_open" if self.state == "open" and not is_resting else self.state]

    def _rest(self) -> None:
        self._retry_at = self._clock() + self._reset_s * random.uniform(1, 1.25)  # noqa: S311  jitter, not a secret

    async def _begin_trial(self) -> None:
        """Takes the one place of a caller who tries, or refuses."""
        wait_s = self._retry_at - self._clock()
        if wait_s > 0 or self._is_trying:
            raise CircuitOpenError(self.dependency, max(wait_s, 1.0))
        self._is_trying = True
        if self.state == "open":
            self._circuit.half_open()
        if self._probe is not None:
            await self._try_probe(self._probe)

    async def _try_probe(self, probe: Callable[[], Awaitable[object]]) -> None:
        changes = self._changes
        try:
            await probe()
        except Exception as error:
            self._is_trying = False
            if changes == self._changes:
                self._count(error)
            raise CircuitOpenError(self.dependency, self._reset_s) from error
        except BaseException:
            self._is_trying = False
            raise
        if changes != self._changes:
            self._is_trying = False
            raise CircuitOpenError(self.dependency, self._reset_s)

    def _end(self, call: "_Call", error: BaseException | None) -> None:
        if call.is_trial:
            self._is_trying = False
        if call.changes != self._changes:
            return
        if self._clock() - call.started_at > self._slow_s:
            self._count(error if isinstance(error, Exception) else TimeoutError(f"{self.dependency} was slow"))
        elif isinstance(error, Exception) and self._counts(error):
            self._count(error)
        # A success changes nothing while no failure is counted: the usual case costs no bookkeeping.
        elif (error is None or isinstance(error, Exception)) and (call.is_trial or self._circuit.fail_counter):
            self._circuit.call(_succeed)

    def _count(self, error: Exception) -> None:
        with suppress(type(error)):
            self._circuit.call(_fail, error)


class _Call:
    """One guarded call, between entering and leaving."""

    __slots__ = ("_breaker", "changes", "is_trial", "started_at")

    def __init__(self, breaker: AsyncBreaker) -> None:
        self._breaker = breaker

    async def __aenter__(self) -> None:
        breaker = self._breaker
        self.is_trial = breaker._circuit.current_state != pybreaker.STATE_CLOSED
        if self.is_trial:
            await breaker._begin_trial()
        self.changes = breaker._changes
        self.started_at = breaker._clock()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._breaker._end(self, error)


def _succeed() -> None:
    """A success, as pybreaker hears of it."""


def _fail(error: Exception) -> None:
    """A failure, as pybreaker hears of it."""
    raise error
