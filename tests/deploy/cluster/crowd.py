"""A running load on the public API while something happens to the cluster, reconciled afterwards.

People come at a steady rate, each with an attempt of their own, and behave as our phones do: what is not answered is
sent again with the same attempt_id and its receipt. A request that got no answer, or a 5xx, counts as failed, even
though its person was answered in the end.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

import msgspec

from tests.deploy.cluster import site
from tests.load import phones
from tests.load.http_load import Answer, Balancer, Script, Server, ask, play, request
from tests.load.organiser import Organiser
from tests.load.phones import Attempt, Person
from tests.load.reconcile import reconcile

_CONNECTIONS = 48
_SIGN_IN_WITHIN_S = 120.0
_LEAD_S, _TAIL_S = 5.0, 5.0
_SECOND_TAPS = 10
# The QR outlives a disturbance, so that no phone is refused for the time its retry took.
_DEFINITION = {"qr_period_s": 300}


@dataclass(slots=True)
class Outcome:
    """One line of the table.

    Attributes:
        release: Which release it tested; two if it began on one and ended on another.
        failed: Requests without an answer or with a 5xx, by what they got.
        may_fail: The share of requests of which that may be true.
        pods: Ready pods before and after.
        steady_s: From the beginning of the disturbance until everything was as wanted again.
    """

    name: str
    release: str = ""
    requests: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    may_fail: float = 0.0
    p99_ms: float = 0.0
    pods: tuple[int, int] = (0, 0)
    steady_s: float = 0.0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    provisional: int = 0
    remarks: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled or wrong, and no more failed than may."""
        has_failed = sum(self.failed.values()) > self.may_fail * self.requests
        return not (has_failed or self.lost or self.doubled or self.wrong)

    def line(self) -> str:
        """A row of a Markdown table."""
        failed = ", ".join(f"{count} x {what}" for what, count in self.failed.items()) or "0"
        cells = (
            self.name,
            self.release,
            f"{self.requests:,}",
            f"{failed} (at most {self.may_fail:.1%})" if self.may_fail else failed,
            f"{self.p99_ms:.0f}",
            f"{self.pods[0]} -> {self.pods[1]}",
            self.lost,
            self.doubled,
            f"{self.steady_s:.0f}",
            "; ".join(self.remarks),
        )
        return "| " + " | ".join(map(str, cells)) + " |"


HEAD = (
    "| disturbance | release | requests | failed | p99 ms | pods | lost | doubled | steady after s | remarks |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)

Disturbance = Callable[[Outcome], Awaitable[None]]


class Crowd:
    """Signed-in people and an organiser, reached through the gateway's Service."""

    def __init__(self, balancer: Balancer, organiser: Organiser, people: Sequence[Person]) -> None:
        self.balancer = balancer
        self.organiser = organiser
        self._people = people

    @classmethod
    async def gather(cls, name: str, count: int) -> "Crowd":
        """Signs everybody in."""
        balancer = Balancer([Server(site.PUBLIC_PORT)])
        await _until_people_can_sign_in(balancer, f"{name}-first")
        people = phones.people(name, count)
        await phones.sign_in(balancer, people)
        return cls(balancer, await Organiser.sign_in(balancer, f"{name}-organiser"), people)

    async def during(self, name: str, rate: float, disturb: Disturbance) -> Outcome:
        """Plays a load of so many people a second around a disturbance and counts what became of everybody."""
        found = Outcome(name)
        (activity,) = await self.organiser.open_activities(1, _DEFINITION)
        attempts: list[Attempt] = []
        over = asyncio.Event()

        def scripts() -> Iterator[Script]:
            for number, person in enumerate(itertools.cycle(self._people)):
                if over.is_set() or number >= len(self._people) * 20:
                    return
                attempts.append(Attempt(person, activity))
                yield attempts[-1].until_answered()
                if not number % _SECOND_TAPS:
                    attempts.append(Attempt(person, activity))
                    yield attempts[-1].until_answered()

        async with self.organiser.screens([activity]):
            load = asyncio.create_task(play(self.balancer, scripts(), _CONNECTIONS, rate=rate, timeout_s=10))
            await asyncio.sleep(_LEAD_S)
            before = len(await asyncio.to_thread(site.pods))
            began = time.monotonic()
            try:
                await disturb(found)
                found.steady_s = time.monotonic() - began
                await asyncio.sleep(_TAIL_S)
            finally:
                over.set()
                await load
            found.pods = (before, len(await asyncio.to_thread(site.pods)))
            _count(found, [answer for attempt in attempts for answer in attempt.answers])
            verdict = await reconcile(self.organiser, [activity], attempts)
        found.lost, found.doubled, found.wrong = verdict.lost, verdict.doubled, verdict.wrong
        found.remarks += verdict.findings[:3]
        return found

    async def rush(self, count: int) -> Outcome:
        """Everybody at the same instant."""
        found = Outcome(f"rush of {count:,}")
        (activity,) = await self.organiser.open_activities(1, _DEFINITION)
        attempts = [Attempt(person, activity) for person in self._people[:count]]
        ready = len(await asyncio.to_thread(site.pods))
        began = time.monotonic()
        async with self.organiser.screens([activity]):
            await play(self.balancer, (attempt.until_answered() for attempt in attempts), count)
            found.steady_s = time.monotonic() - began
            _count(found, [answer for attempt in attempts for answer in attempt.answers])
            verdict = await reconcile(self.organiser, [activity], attempts)
        found.pods = (ready, len(await asyncio.to_thread(site.pods)))
        found.lost, found.doubled, found.wrong = verdict.lost, verdict.doubled, verdict.wrong
        found.remarks += verdict.findings[:3]
        return found


async def _until_people_can_sign_in(balancer: Balancer, name: str) -> None:
    """Waits until the pods of a new release have found one another by name."""
    message = request("POST", "/v1/auth/wechat", {"code": f"sim:{name}"})
    async with asyncio.timeout(_SIGN_IN_WITHIN_S):
        while (await ask(balancer, message)).status != 200:  # noqa: ASYNC110  other processes ring no bell
            await asyncio.sleep(1)


def _count(found: Outcome, answers: Sequence[Answer]) -> None:
    found.requests = len(answers)
    for answer in answers:
        if not answer.status or answer.status >= 500:
            found.failed[_what(answer)] = found.failed.get(_what(answer), 0) + 1
        found.provisional += answer.status == 202
    if found.provisional:
        found.remarks.append(f"{found.provisional} provisional at first")
    took = sorted(1000 * answer.took_s for answer in answers if answer.status)
    found.p99_ms = took[int(0.99 * len(took))] if took else 0.0


def _what(answer: Answer) -> str:
    """Its status and what it said, or the error where there is neither."""
    try:
        return f"{answer.status} {answer.json()['detail']}"
    except (msgspec.DecodeError, KeyError, TypeError):
        return str(answer.status or answer.error)


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    """For programs."""
    return [asdict(outcome) for outcome in outcomes]
