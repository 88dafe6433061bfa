"""The participants of a load run: phones that sign in, open an activity, and check in with what a real one sends."""

import random
import secrets
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import msgspec

from servicekit import ids
from tests.load.http_load import Answer, Balancer, Script, head, play, request, with_body
from tests.load.organiser import BSSID, LATITUDE, LONGITUDE, Activity, expect, until_served

_AT_ONCE = 48
_METRE = 1 / 111_320
_SPREAD_M = 100
# As the mini-program: soon at first, then every few seconds, by chance so that phones do not come in step.
_RETRIES = 60
_RETRY_S = (0.5, 3.0)
# One phone may sync every two seconds.
_SYNC_PAUSE_S = 2.0
_CHECKINS = "/v1/checkins"
_SYNC = "/v1/checkins/sync"


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with a phone; without a session until signed in.

    Attributes:
        distance_m: How far north of the activity's place they are; a few metres more or less.
        clock_off_s: How wrong the phone's clock is; None for one that does not say what it shows.
    """

    name: str
    distance_m: float = 0.0
    clock_off_s: float | None = None
    user_id: bytes = b""
    token: str = ""
    device_id: str = field(default_factory=lambda: secrets.token_hex(16))
    checkin_head: bytes = b""

    def take(self, session: dict[str, object]) -> None:
        """Keeps the session that signing in gave."""
        user = session["user"]
        assert isinstance(user, dict)
        self.user_id, self.token = ids.from_text(user["id"]), str(session["access_token"])
        self.checkin_head = head("POST", _CHECKINS, self.token)


@dataclass(slots=True, eq=False)
class Attempt:
    """One try of one person, prepared but for the token, and every answer to it.

    Attributes:
        touched: What a tag said to them; empty: they scan the screen.
    """

    person: Person
    activity: Activity
    attempt_id: bytes = field(default_factory=ids.new_id)
    answers: list[Answer] = field(default_factory=list)
    touched: str = ""
    _start: bytes = b""
    _end: bytes = b""

    def __post_init__(self) -> None:
        method = b"nfc" if self.touched else b"qr"
        self._start = b'{"attempt_id":"%b","method":"%b","token":"' % (ids.to_text(self.attempt_id).encode(), method)
        self._end = b'",' + msgspec.json.encode(_circumstances(self.person))[1:]

    def request(self, token: bytes = b"", receipt: str = "") -> bytes:
        """The bytes to send; the token is the one on the screen unless given."""
        return with_body(self.person.checkin_head, self.body(token, receipt))

    def body(self, token: bytes = b"", receipt: str = "") -> bytes:
        """What the request carries, which is also an item of a sync."""
        end = self._end[:-1] + b',"receipt":"%b"}' % receipt.encode() if receipt else self._end
        return self._start + (token or self.touched.encode() or self.activity.token) + end

    @property
    def key(self) -> tuple[bytes, bytes]:
        """(user_id, attempt_id)."""
        return self.person.user_id, self.attempt_id

    def once(self) -> Script:
        """Checks in, whatever comes back."""
        self.answers.append((yield self.request()))

    def until_answered(self, after_s: float = 0.0) -> Script:
        """Checks in as the mini-program does: the same attempt again, with its receipt, until it counts.

        Args:
            after_s: When this person comes, from the start of the run.
        """
        if after_s:
            yield after_s
        token, receipt, pause_s = self.activity.token, "", _RETRY_S[0]
        for _ in range(_RETRIES):
            answer = yield self.request(token, receipt)
            self.answers.append(answer)
            if answer.status and answer.status != 429 and answer.status < 500:
                return
            problem = answer.json() if answer.status in (429, 503) else {}
            receipt = problem.get("receipt", receipt)
            yield max(pause_s * random.uniform(0.5, 1.5), problem.get("retry_after_s", 0.0))
            pause_s = min(2 * pause_s, _RETRY_S[1])


def syncing(person: Person, attempts: Iterable[Attempt]) -> Script:
    """Sends what waited on a phone, again and again what was not kept; each attempt takes the answers to its item."""
    waiting = {ids.to_text(attempt.attempt_id): attempt for attempt in attempts}
    for _ in range(_RETRIES):
        items = b",".join(attempt.body() for attempt in waiting.values())
        answer = yield with_body(head("POST", _SYNC, person.token), b'{"attempts":[%b]}' % items)
        for result in answer.json()["results"] if answer.status == 200 else ():
            if result["outcome"]:
                kept = waiting.pop(result["attempt_id"])
                kept.answers.append(replace(answer, body=msgspec.json.encode(result)))
        if not waiting:
            return
        yield _SYNC_PAUSE_S * random.uniform(1, 1.5)


def people(prefix: str, count: int) -> list[Person]:
    """New people."""
    return [Person(f"{prefix}-{number}") for number in range(count)]


async def sign_in(balancer: Balancer, crowd: Sequence[Person]) -> None:
    """Signs everybody in."""
    await play(balancer, map(signing_in, crowd), _AT_ONCE, progress=line("signing in", len(crowd)))


async def open_pages(balancer: Balancer, visits: Iterable[tuple[Person, Activity]], count: int) -> None:
    """Lets each person open an activity as a phone does; from then on the gateway knows their token."""
    scripts = (opening(person, activity) for person, activity in visits)
    await play(balancer, scripts, _AT_ONCE, progress=line("opening the activity", count))


def signing_in(person: Person) -> Script:
    """Signs one person in."""
    person.take(expect((yield request("POST", "/v1/auth/wechat", {"code": f"sim:{person.name}"}))))


def opening(person: Person, activity: Activity) -> Script:
    """Opens an activity by its token."""
    body = {"token": activity.token.decode()}
    yield from until_served(request("POST", "/v1/activities/resolve", body, person.token))


def from_nothing(person: Person, activity: Activity, steps: list[list[Answer]], attempts: list[Attempt]) -> Script:
    """A first-time person: signs in, opens the activity, checks in, each as soon as the last is answered.

    Args:
        steps: Takes the answers, one list per step.
    """
    answer = yield request("POST", "/v1/auth/wechat", {"code": f"sim:{person.name}"})
    steps[0].append(answer)
    if answer.status != 200:
        return
    person.take(answer.json())
    body = {"token": activity.token.decode()}
    answer = yield request("POST", "/v1/activities/resolve", body, person.token)
    steps[1].append(answer)
    if answer.status != 200:
        return
    attempt = Attempt(person, activity)
    attempts.append(attempt)
    yield from attempt.once()
    steps[2] += attempt.answers


def _circumstances(person: Person) -> dict[str, object]:
    found = _usual_circumstances(person)
    if person.clock_off_s is not None:
        found["claimed_at"] = (datetime.now(UTC) + timedelta(seconds=person.clock_off_s)).isoformat()
    return found


def _usual_circumstances(person: Person) -> dict[str, object]:
    return {
        "direction": "in",
        "location": {
            "latitude": round(
                LATITUDE + person.distance_m * _METRE + random.uniform(-_SPREAD_M, _SPREAD_M) * _METRE, 6
            ),
            "longitude": round(LONGITUDE + random.uniform(-_SPREAD_M, _SPREAD_M) * _METRE, 6),
            "accuracy_m": random.randint(10, 40),
            "coord": "gcj02",
            "age_ms": random.randint(50, 2000),
        },
        "wifi": {"ssid": "Hall", "bssid": BSSID},
        "device_id": person.device_id,
        "elapsed_ms": random.randint(200, 3000),
        "client": {
            "scene": 1047,
            "scan_ms": random.randint(300, 2500),
            "locate_ms": random.randint(100, 1500),
            "platform": "android",
            "app_version": "1.0.0",
        },
    }


def line(what: str, count: int) -> Callable[[int], None]:
    """A progress line that rewrites itself on a terminal, and is written once elsewhere."""
    start = "\r" if sys.stdout.isatty() else ""

    def show(done: int) -> None:
        if start or done == count:
            end = "\n" if done == count else ""
            sys.stdout.write(f"{start}  {what}: {done:,} of {count:,}{end}")
            sys.stdout.flush()

    return show
