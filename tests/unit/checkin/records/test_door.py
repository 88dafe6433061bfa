"""What staff at a door are told of a person: what is recorded, what was answered since, and nothing that is slow."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import UnavailableError
from servicekit.ids import new_id
from services.checkin.records.door import Door
from services.checkin.rules.keys import AttemptKey, PersonKey
from services.checkin.rules.merge import Outcome
from services.checkin.rules.occurrence import Direction, Method
from services.checkin.rules.standing import Move, standing
from services.checkin.seats.seats import Answer

LI, LECTURE, STAFF = new_id(), new_id(), new_id()
PERSON = (LECTURE, LI)


@dataclass
class Sources:
    """MySQL, Redis and identity; `gone` are those that do not answer, and `silent` those that never will."""

    stored: dict[AttemptKey, tuple[bytes, Move]] = field(default_factory=dict)
    told: list[pb.Checkin] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    async def moves_of(self, people: Collection[PersonKey]) -> Mapping[AttemptKey, tuple[bytes, Move]]:
        """MySQL."""
        await self._ask("mysql")
        return self.stored

    async def answers_of_all(self, user_ids: Sequence[bytes]) -> dict[bytes, list[Answer]]:
        """Redis."""
        await self._ask("redis")
        return {LI: [Answer(bytes(16), 0, record.SerializeToString()) for record in self.told]}

    async def of(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """Identity."""
        await self._ask("identity")
        return dict.fromkeys(user_ids, "王老师")

    async def _ask(self, source: str) -> None:
        if source in self.silent:
            await asyncio.Event().wait()
        if source in self.gone:
            raise UnavailableError(f"{source} is gone")

    def answer(self, outcome: Outcome, at: int, direction: int = Direction.IN, *reasons: str) -> bytes:
        """Li was answered; returns the attempt."""
        record = pb.Checkin(user_id=LI, attempt_id=new_id(), occurrence_id=LECTURE, checked_in_at=at, gate="北门")
        record.outcome = pb.Outcome.ValueType(outcome)
        record.direction, record.method = pb.Direction.ValueType(direction), pb.METHOD_STAFF
        record.presented.actor_id = STAFF
        record.reasons.extend(pb.Reason(reason=reason) for reason in reasons)
        self.told.append(record)
        return record.attempt_id


@pytest.fixture
def sources() -> Sources:
    """See `Sources`."""
    return Sources()


@pytest.fixture
def door(sources: Sources) -> Door:
    """What is tested."""
    return Door(sources, sources, sources)


async def test_what_is_only_answered_is_told_too(door: Door, sources: Sources) -> None:
    """By whom and where; of another occurrence it is not."""
    attempt_id = sources.answer(Outcome.ACCEPTED, 7)
    sources.answer(Outcome.ACCEPTED, 8)
    sources.told[-1].occurrence_id = new_id()

    [move] = (await door.moves({PERSON}))[PERSON]

    assert move == Move(7, attempt_id, Direction.IN, Outcome.ACCEPTED, Method.STAFF, "北门", STAFF)


async def test_what_is_recorded_is_right(door: Door, sources: Sources) -> None:
    """Of an attempt that was answered otherwise before."""
    attempt_id = sources.answer(Outcome.PROVISIONAL, 7)
    stored = Move(7, attempt_id, Direction.IN, Outcome.ACCEPTED, Method.QR)
    sources.stored[LI, attempt_id] = LECTURE, stored
    assert await door.moves({PERSON}) == {PERSON: [stored]}


async def test_of_answered_duplicates_only_those_count_of_which_it_is_known(door: Door, sources: Sources) -> None:
    """Who went again, or came again: whether another one was accepted by itself only the record says."""
    sources.answer(Outcome.ACCEPTED, 1)
    sources.answer(Outcome.DUPLICATE, 2, Direction.IN, "NO_REENTRY", "ALREADY_CHECKED_IN")
    sources.answer(Outcome.ACCEPTED, 3, Direction.OUT)
    sources.answer(Outcome.DUPLICATE, 4, Direction.IN, "ENTERED_AGAIN", "ALREADY_CHECKED_IN")
    sources.answer(Outcome.DUPLICATE, 5, Direction.OUT, "LEFT_AGAIN")
    now = standing((await door.moves({PERSON}))[PERSON])
    assert (now.passes, now.is_inside, now.left_at) == (2, False, 5)


async def test_without_redis_the_record_is_told(door: Door, sources: Sources) -> None:
    """It follows within a second."""
    sources.gone.add("redis")
    assert await door.moves({PERSON}) == {PERSON: []}


@pytest.mark.parametrize("fault", ["gone", "silent"])
async def test_nobody_waits_at_a_door_for_what_is_nice_to_know(door: Door, sources: Sources, fault: str) -> None:
    """A batch goes on after 50 ms; who looks is told that nobody can tell."""
    getattr(sources, fault).update({"mysql", "identity"})
    assert await door.recall({PERSON}) == {}
    assert await door.names({STAFF}) == {}
    if fault == "gone":
        with pytest.raises(UnavailableError):
            await door.moves({PERSON})


async def test_people_have_names(door: Door) -> None:
    """As identity says them."""
    assert await door.names({STAFF}) == {STAFF: "王老师"}
