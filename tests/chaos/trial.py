"""One rush while something is broken: break it, mend it, wait until all is well again, count what became of everybody.

People come in three waves: around the moment of the break, so that it hits requests under way; all at one instant in
the middle of the fault; and one by one until after its end. Their phones do as ours do: they send the same attempt with
its receipt until it is answered. Every tenth person taps twice, and one stands 5 km away and must never be let in.
"""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from services.checkin.rules.merge import Outcome
from tests.chaos import history
from tests.load import phones
from tests.load.http_load import Answer, Script, play
from tests.load.organiser import Activity
from tests.load.phones import Attempt, Person
from tests.load.reconcile import Verdict, Watch, database, outcome_of, reconcile
from tests.load.rush import Scene

_FAR_M = 5_000.0
_SECOND_TAPS = 10
_SETTING_UP_AT_ONCE = 48
_BREAK_AT_S = 1.0
_AFTERWARDS_S = 1.5
_ANSWER_WITHIN_S = 5.0
_RUN_WITHIN_S = 300.0
_LOOK_S = 0.05
_SOON_S = 0.001
_PROBE_S = 0.5
_PROBES = 60
_COUNTERS_WITHIN_S = 180.0
_HOUR_S = 3600
# The QR outlives every fault, so that a phone whose answer was lost is not refused for the time when it tries again.
_DEFINITION = {"qr_period_s": 300}

Breaks = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """Something that breaks, and what people may be told meanwhile.

    Attributes:
        breaks: Gives a context that is the fault: broken on entering, mended on leaving.
        row: The row of the degradation matrix that this is; empty when it is none.
        hold_s: From broken until mending begins.
        told: What requests sent while it was broken may be answered; None for anything.
        is_known: The activity was in use before; otherwise it is new to checkin.
        clocks_off_h: How wrong phones' clocks may be; None for phones that do not say what theirs shows.
        are_phones_offline: People keep what they do on the phone, and all phones sync at the instant of the mending.
        recovers_within_s: From mended until a newcomer is accepted and nothing is on its way any more.
        people: How many; 0 for what the command line says.
        is_instant: Everybody comes at the same instant in the middle of the fault, and compared with a healthy rush.
        is_proxied: The stack must run with proxies between all programs.
        is_long: Left to the night.
    """

    name: str
    breaks: Breaks
    row: str = ""
    hold_s: float = 4.0
    told: frozenset[str] | None = None
    is_known: bool = True
    clocks_off_h: float | None = None
    are_phones_offline: bool = False
    recovers_within_s: float = 90.0
    people: int = 0
    is_instant: bool = False
    is_proxied: bool = False
    is_long: bool = False


@dataclass(slots=True)
class Result:
    """What became of everybody, in Jepsen's words.

    Attributes:
        answers: By what they said, of requests sent while it was broken.
        recovered: Attempts that nobody was answered for and that are stored all the same.
        pairs_ms: p99 of each healthy rush, and of the broken one after it, where they were compared.
        recovered_after_s: From mended until a newcomer was accepted and nothing was on its way any more.
        history_after_s: From mended until history was seen to be equal to a recount.
        failures: What makes the run red, in words.
    """

    fault: str
    row: str
    attempted: int = 0
    acknowledged: int = 0
    ok: int = 0
    lost: int = 0
    duplicated: int = 0
    recovered: int = 0
    answers: dict[str, int] = field(default_factory=dict)
    p99_ms: float = 0.0
    healthy_p99_ms: float = 0.0
    pairs_ms: list[tuple[float, float]] = field(default_factory=list)
    recovered_after_s: float = 0.0
    history_after_s: float = 0.0
    failures: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The result as it is printed."""
        said = ", ".join(f"{count} {what}" for what, count in self.answers.items()) or "nobody asked"
        pairs = ", ".join(f"{healthy:.0f} -> {broken:.0f}" for healthy, broken in self.pairs_ms)
        compared = f" (healthy {self.healthy_p99_ms:.0f}; pairs {pairs})" if self.pairs_ms else ""
        return (
            f"attempted {self.attempted}, acknowledged {self.acknowledged}, ok {self.ok}, lost {self.lost},"
            f" duplicated {self.duplicated}, recovered {self.recovered}; meanwhile {said}, p99 {self.p99_ms:.0f} ms"
            f"{compared}; well again after {self.recovered_after_s:.1f} s, history after {self.history_after_s:.1f} s"
        )


@dataclass(slots=True)
class _Moments:
    """When the fault began and ended, in seconds of `time.perf_counter`; infinity for not yet."""

    broken_at: float = float("inf")
    mending_at: float = float("inf")
    mended_at: float = float("inf")

    def is_during(self, answer: Answer) -> bool:
        """Whether the request was sent while everything about the fault was in force."""
        return self.broken_at <= answer.sent_at < self.mending_at


async def run(fault: Fault, scene: Scene, people: int) -> Result:
    """Runs one trial; whatever goes wrong with the system is told in the result.

    Raises:
        Exception: The trial itself could not be carried out.
    """
    trial = _Trial(fault, scene, fault.people or people)
    await trial.prepare()
    async with scene.organiser.screens([trial.activity]):
        await trial.play()
        return await trial.reconcile()


class _Trial:
    """A fault, the people who live through it, and everything they send."""

    def __init__(self, fault: Fault, scene: Scene, people: int) -> None:
        self.fault = fault
        self.activity: Activity
        self._scene = scene
        self._moments = _Moments()
        prefix = f"chaos-{secrets.token_hex(4)}"
        self._crowd = [_person(fault, f"{prefix}-{number}") for number in range(people)]
        self._far = Person(f"{prefix}-far", distance_m=_FAR_M)
        self._newcomers = phones.people(f"{prefix}-newcomer", _PROBES)
        self._attempts: list[Attempt] = []
        self._counted = 0
        self._result = Result(fault.name, fault.row)

    async def prepare(self) -> None:
        """Everybody signs in and opens the activity; if it is to be known, one of them checks in."""
        balancer = self._scene.balancer
        everybody = [*self._crowd, self._far, *self._newcomers]
        await play(balancer, map(phones.signing_in, everybody), _SETTING_UP_AT_ONCE)
        # Only now, so that the wait for it does not pass in its opening hours.
        (self.activity,) = await self._scene.organiser.open_activities(1, _DEFINITION)
        pages = (phones.opening(person, self.activity) for person in everybody)
        await play(balancer, pages, _SETTING_UP_AT_ONCE)
        if self.fault.is_known:
            await self._newcomer_is_accepted()

    async def play(self) -> None:
        """The rush and the fault, until everybody is answered and all is well again."""
        scripts = list(self._scripts())
        rush = asyncio.create_task(
            play(
                self._scene.balancer,
                scripts,
                len(scripts),
                timeout_s=_ANSWER_WITHIN_S,
                within_s=_RUN_WITHIN_S,
            )
        )
        try:
            await self._break_and_mend()
            accepted_at = await self._until_accepted()
            await rush
        finally:
            rush.cancel()
        left_s = self._moments.mended_at + self.fault.recovers_within_s - time.perf_counter()
        watch = Watch([self.activity], self._attempts)
        remains = await asyncio.to_thread(watch.settled, max(left_s, 1.0))
        settled_at = float("inf") if any(remains) else time.perf_counter()
        self._result.recovered_after_s = max(accepted_at, settled_at) - self._moments.mended_at
        if self._result.recovered_after_s > self.fault.recovers_within_s:
            what = f"{remains}" if any(remains) else f"a newcomer accepted after {self._result.recovered_after_s:.0f} s"
            self._fail(f"not well again within {self.fault.recovers_within_s:.0f} s: {what}")

    def _scripts(self) -> Iterator[Script]:
        """What each person does: the first third around the break, the second at one instant, the others spread."""
        hold_s = self.fault.hold_s
        for number, person in enumerate([*self._crowd, self._far]):
            wave = self._wave(number)
            taps = 1 if self.fault.is_instant or number % _SECOND_TAPS else 2
            if self.fault.are_phones_offline:
                yield self._once_online(person, list(self._taps(person, taps)), random.uniform(0, hold_s))
            elif wave == 0:
                first_s = _BREAK_AT_S + random.uniform(-0.4, 0.4)
                yield from (attempt.until_answered(first_s) for attempt in self._taps(person, taps))
            else:
                after_s = hold_s / 2 if wave == 1 else random.uniform(0, hold_s + _AFTERWARDS_S)
                yield from (self._once_broken(attempt, after_s) for attempt in self._taps(person, taps))

    def _wave(self, number: int) -> int:
        if self.fault.is_instant:
            return 1
        # Whoever came just before the break would make the activity known.
        return number % 3 if self.fault.is_known else 1 + number % 2

    def _taps(self, person: Person, count: int) -> Iterable[Attempt]:
        taps = [Attempt(person, self.activity) for _ in range(count)]
        self._attempts += taps
        return taps

    def _once_broken(self, attempt: Attempt, after_s: float) -> Script:
        """Comes so long after the break."""
        yield from self._pause_until(lambda: self._moments.broken_at + after_s)
        yield from attempt.until_answered()

    def _once_online(self, person: Person, attempts: Sequence[Attempt], after_s: float) -> Script:
        """Tries so long after the break in vain, and syncs when the phone has its network back."""
        yield from self._pause_until(lambda: self._moments.broken_at + after_s)
        now = time.perf_counter()
        for attempt in attempts:
            attempt.answers.append(Answer(0, b"", now, now, "offline"))
        yield from self._pause_until(lambda: self._moments.mended_at)
        yield from phones.syncing(person, attempts)

    def _pause_until(self, due_at: Callable[[], float]) -> Script:
        """Waits for a moment that is infinitely far until something has happened."""
        while (left_s := due_at() - time.perf_counter()) > 0:
            yield _LOOK_S if left_s == float("inf") else max(left_s, _SOON_S)

    async def _break_and_mend(self) -> None:
        moments = self._moments
        await asyncio.sleep(_BREAK_AT_S)
        async with self.fault.breaks():
            moments.broken_at = time.perf_counter()
            await asyncio.sleep(self.fault.hold_s)
            stats = await self._scene.organiser.stats(self.activity) if self.fault.is_instant else None
            self._counted = stats["checked_in"] if stats else 0
            moments.mending_at = time.perf_counter()
        moments.mended_at = time.perf_counter()

    async def _until_accepted(self) -> float:
        """When a newcomer was first accepted after the fault; infinity when none was in time."""
        deadline = self._moments.mended_at + self.fault.recovers_within_s
        while self._newcomers and time.perf_counter() < deadline:
            if await self._newcomer_is_accepted():
                return time.perf_counter()
            await asyncio.sleep(_PROBE_S)
        return float("inf")

    async def _newcomer_is_accepted(self) -> bool:
        (attempt,) = self._taps(self._newcomers.pop(), 1)
        await play(self._scene.balancer, [attempt.until_answered()], 1, timeout_s=_ANSWER_WITHIN_S)
        return outcome_of(attempt.answers[-1]) is Outcome.ACCEPTED

    async def reconcile(self) -> Result:
        """Compares what everybody was told with what is stored and counted."""
        result = self._result
        verdict = await reconcile(
            self._scene.organiser,
            [self.activity],
            self._attempts,
            settled_within_s=1,
            counters_within_s=_COUNTERS_WITHIN_S,
        )
        self._count(verdict)
        whole_at, differs = await asyncio.to_thread(history.until_whole, self.activity, _COUNTERS_WITHIN_S)
        result.history_after_s = whole_at - self._moments.mended_at
        if differs:
            self._fail(f"history differs from what is recorded: {differs}")
        meanwhile = [answer for attempt in self._attempts for answer in attempt.answers if self._is_during(answer)]
        result.answers = dict(Counter(map(_said, meanwhile)).most_common())
        result.p99_ms = _p99_ms(meanwhile)
        if not verdict.is_clean:
            for finding in verdict.findings:
                self._fail(finding)
        self._check_told()
        self._check_far()
        return result

    def _is_during(self, answer: Answer) -> bool:
        return self._moments.is_during(answer)

    def _count(self, verdict: Verdict) -> None:
        result = self._result
        result.attempted, result.acknowledged = len(self._attempts), verdict.answered
        result.lost, result.duplicated = verdict.lost, verdict.doubled
        result.ok, result.recovered = verdict.answered - verdict.lost, verdict.unanswered_but_stored
        if result.acknowledged < result.attempted:
            self._fail(f"{result.attempted - result.acknowledged} phones were never answered")

    def _check_told(self) -> None:
        told, answers = self.fault.told, self._result.answers
        if told is None:
            return
        if strange := answers.keys() - told:
            self._fail(f"meanwhile people were told {', '.join(sorted(strange))}")
        if "accepted" not in told and self.fault.is_instant and self._counted > self.fault.is_known:
            self._fail(f"{self._counted} people were counted as checked in before anybody could judge them")

    def _check_far(self) -> None:
        key = next(attempt.key for attempt in self._attempts if attempt.person is self._far)
        with database() as cursor:
            cursor.execute("SELECT COUNT(*) FROM seats WHERE user_id = %s AND holder IS NOT NULL", (key[0],))
            (held,) = cursor.fetchone() or (0,)
        if held:
            self._fail("somebody 5 km away was let in")

    def _fail(self, what: str) -> None:
        self._result.failures.append(what)


def _person(fault: Fault, name: str) -> Person:
    if fault.clocks_off_h is None:
        return Person(name)
    return Person(name, clock_off_s=random.uniform(-1, 1) * fault.clocks_off_h * _HOUR_S)


def _said(answer: Answer) -> str:
    """An answer in a word: an outcome, unavailable, no answer, or the status."""
    if outcome := outcome_of(answer):
        return outcome.name.lower()
    if answer.status == 503:
        return "unavailable"
    return f"{answer.status}" if answer.status else "no answer"


def _p99_ms(answers: Sequence[Answer]) -> float:
    took = sorted(1000 * answer.took_s for answer in answers if answer.status)
    return round(took[min(len(took) - 1, int(0.99 * len(took)))], 1) if took else 0.0
