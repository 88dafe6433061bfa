"""Whom an organisation knows, as far as anybody can tell."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest

from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.errors import UnavailableError
from servicekit.ids import new_id
from services.checkin.records.acquaintances import Acquaintances
from services.checkin.seats.seats import Answer
from tests.factories import a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities


@dataclass
class Sources:
    """MySQL, Redis and identity; `gone` are those that do not answer, `asked` those that were, in order."""

    tried: set[bytes] = field(default_factory=set)
    answered: dict[bytes, list[Answer]] = field(default_factory=dict)
    members: set[bytes] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    async def who_tried(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """MySQL."""
        self._ask("mysql")
        return self.tried & set(user_ids)

    async def answers_of_all(self, user_ids: Sequence[bytes]) -> dict[bytes, list[Answer]]:
        """Redis."""
        self._ask("redis")
        return {user_id: self.answered.get(user_id, []) for user_id in user_ids}

    async def among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """Identity."""
        self._ask("identity")
        return self.members & set(user_ids)

    def _ask(self, source: str) -> None:
        self.asked.append(source)
        if source in self.gone:
            raise UnavailableError(f"{source} is gone")


OCCURRENCE = an_occurrence()
HOME = OCCURRENCE.organisation_id


@pytest.fixture
def sources() -> Sources:
    """See `Sources`."""
    return Sources()


@pytest.fixture
def acquaintances(sources: Sources) -> Acquaintances:
    """What is tested."""
    return Acquaintances(sources, sources, FakeActivities([a_snapshot(OCCURRENCE)]), sources)


async def test_each_source_is_asked_for_those_whom_none_before_knows(
    acquaintances: Acquaintances, sources: Sources
) -> None:
    """Once for all of them, and not again for who is remembered."""
    came, just_came, member, stranger = (new_id() for _ in range(4))
    told = pb.Checkin(occurrence_id=OCCURRENCE.occurrence_id, method=pb.METHOD_QR)
    sources.tried, sources.members = {came}, {member}
    sources.answered[just_came] = [Answer(bytes(16), 1, told.SerializeToString())]

    known = await acquaintances.of(HOME, [came, just_came, member, stranger])

    assert known == {came, just_came, member}
    assert sources.asked == ["mysql", "redis", "identity"]
    assert await acquaintances.of(HOME, [came, just_came, member]) == known
    assert len(sources.asked) == 3
    assert acquaintances.remembered(new_id(), [came]) == set()


async def test_an_answer_that_nobody_can_read_stands_in_nobodys_way(
    acquaintances: Acquaintances, sources: Sources
) -> None:
    """It is as if nobody remembered it; the others of the same people are read."""
    guest, other = new_id(), new_id()
    told = pb.Checkin(occurrence_id=OCCURRENCE.occurrence_id, method=pb.METHOD_QR).SerializeToString()
    garbled = Answer(bytes(16), 1, b"\xff")
    sources.answered = {guest: [garbled, Answer(bytes(16), 2, told)], other: [garbled]}

    assert await acquaintances.who_came(HOME, [guest, other]) == {guest}


async def test_a_source_that_is_gone_stands_in_the_way_of_the_unknown_only(
    acquaintances: Acquaintances, sources: Sources
) -> None:
    """Whom another one knows is known; of the others nobody can tell."""
    came, member, stranger = (new_id() for _ in range(3))
    sources.tried, sources.members, sources.gone = {came}, {member}, {"mysql", "redis"}

    assert await acquaintances.of(HOME, [member]) == {member}
    with pytest.raises(UnavailableError):
        await acquaintances.of(HOME, [member, came, stranger])
    assert acquaintances.remembered(HOME, [member, came, stranger]) == {member}
