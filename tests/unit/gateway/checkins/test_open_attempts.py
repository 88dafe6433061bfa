"""How many attempts of one person may wait for their judgement."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest

from gateway.checkins.open_attempts import Provisional, TooManyOpenError
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.errors import UnavailableError
from servicekit.tokens import Claims

PERSON = Claims(ids.new_id(), ids.new_id(), 2e9, "token")


class Checkin:
    """Says which attempts are decided, and counts how often it is asked."""

    def __init__(self) -> None:
        self.decided: set[bytes] = set()
        self.is_gone = False
        self.asked = 0

    async def __call__(self, person: Claims) -> Collection[bytes]:
        """See `gateway.checkins.open_attempts.Decided`."""
        self.asked += 1
        if self.is_gone:
            raise UnavailableError("gone")
        return self.decided


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """See `time.monotonic`."""
        return self.now


@pytest.fixture
def checkin() -> Checkin:
    """See `Checkin`."""
    return Checkin()


@pytest.fixture
def clock() -> Clock:
    """See `Clock`."""
    return Clock()


@pytest.fixture
def provisional(checkin: Checkin, clock: Clock) -> Provisional:
    """Nothing open yet."""
    return Provisional(checkin, clock, people=2)


def note(provisional: Provisional, **changes: Any) -> bytes:
    """An answered attempt, provisional and of PERSON unless changed; its id."""
    fields = {"user_id": PERSON.user_id, "attempt_id": ids.new_id(), "outcome": pb.OUTCOME_PROVISIONAL}
    record = pb.Checkin(**{**fields, **changes})
    provisional.note(record)
    return record.attempt_id


async def test_a_fourth_is_too_much(provisional: Provisional, checkin: Checkin) -> None:
    """Three are open: another one is told when to come back, one of the three may be sent again."""
    mine = [note(provisional) for _ in range(3)]

    with pytest.raises(TooManyOpenError) as refused:
        await provisional.admit(PERSON, ids.new_id())
    await provisional.admit(PERSON, mine[0])

    assert refused.value.retry_after_s and refused.value.reason == "RATE_LIMITED"


async def test_fewer_than_three_ask_nobody(provisional: Provisional, checkin: Checkin) -> None:
    """The question is for the rare case."""
    for _ in range(2):
        note(provisional)
        await provisional.admit(PERSON, ids.new_id())

    assert checkin.asked == 0


async def test_decided_ones_make_room(provisional: Provisional, checkin: Checkin) -> None:
    """What completion has judged in the meantime counts no more."""
    mine = [note(provisional) for _ in range(3)]
    checkin.decided = set(mine[:1])

    await provisional.admit(PERSON, ids.new_id())

    assert (provisional.left(PERSON.user_id), checkin.asked) == (1, 1)


async def test_while_nobody_can_tell_they_stay_open(provisional: Provisional, checkin: Checkin) -> None:
    """checkin gone is when it matters most."""
    for _ in range(3):
        note(provisional)
    checkin.is_gone = True

    with pytest.raises(TooManyOpenError):
        await provisional.admit(PERSON, ids.new_id())


async def test_a_rush_of_questions_is_no_rush_on_checkin(clock: Clock) -> None:
    """Of a hundred people with three open ones only some are looked up at a time, and each gets an answer."""
    asked, may_answer = 0, asyncio.Event()

    async def decided(person: Claims) -> Collection[bytes]:
        """Nothing is, and it takes a while to say so."""
        nonlocal asked
        asked += 1
        await may_answer.wait()
        return ()

    provisional = Provisional(decided, clock)
    crowd = [Claims(ids.new_id(), ids.new_id(), 2e9, "token") for _ in range(100)]
    for person in crowd:
        for _ in range(3):
            note(provisional, user_id=person.user_id)
    rooms = [asyncio.ensure_future(provisional.room(person)) for person in crowd]
    await asyncio.wait(rooms, timeout=0)
    assert asked == 16
    may_answer.set()

    assert set(await asyncio.gather(*rooms)) == {0}


async def test_an_answer_closes_it(provisional: Provisional) -> None:
    """Sent again and decided, an attempt is open no longer."""
    mine = [note(provisional) for _ in range(3)]
    note(provisional, outcome=pb.OUTCOME_ACCEPTED, attempt_id=mine[1])

    assert provisional.left(PERSON.user_id) == 1


async def test_after_15_minutes_it_is_forgotten(provisional: Provisional, clock: Clock) -> None:
    """By then it is in review."""
    for _ in range(3):
        note(provisional)
    clock.now += 901

    assert provisional.left(PERSON.user_id) == 3


async def test_memory_is_bounded(provisional: Provisional) -> None:
    """The person whose last one is longest ago is forgotten first."""
    others = [ids.new_id(), ids.new_id()]
    note(provisional)
    for other in others:
        note(provisional, user_id=other)

    assert [provisional.left(user_id) for user_id in (PERSON.user_id, *others)] == [3, 2, 2]
