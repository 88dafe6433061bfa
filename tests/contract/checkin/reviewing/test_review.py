"""Decisions all the way on a real server: checked against what is stored, recorded, and told as recorded."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domainkit.credentials import checkin_id
from domainkit.organisations import OneActivity
from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2
from servicekit.errors import ConflictError
from servicekit.ids import new_id
from servicekit.mysql.database import create_engine
from servicekit.rabbitmq.outbox import Outbox
from services.checkin.recording import transactions
from services.checkin.recording.intake import repeating
from services.checkin.recording.record import Recorder
from services.checkin.records.records import Records
from services.checkin.reviewing.cases import Cases
from services.checkin.reviewing.decision import Word
from services.checkin.reviewing.review import Reviews
from services.checkin.rules.merge import DecisionKind, Outcome
from services.checkin.tables import metadata, outbox
from tests.factories import HOUR_US, a_copy, a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities


@dataclass
class Everybody:
    """The ports around: everybody is staff and nameless, and the recorder takes decisions straight away."""

    recorder: Recorder

    async def of(self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None) -> int:
        """A role."""
        return identity_pb2.ROLE_STAFF

    async def send(self, batch: pb.DecidedBatch) -> None:
        """The queue and the recorder at once."""
        await repeating(lambda: self.recorder.decide(list(batch.decisions)))


class Nameless:
    """Names of nobody."""

    async def of(self, people: Mapping[bytes, bytes]) -> dict[bytes, str]:
        """None."""
        return {}


class Court:
    """Reviews on a real schema, with one occurrence."""

    def __init__(self, engine: AsyncEngine) -> None:
        rows = Outbox(engine, outbox, {})
        self.recorder = Recorder(lambda: transactions.begin(engine, rows))
        self.records = Records(engine)
        self.occurrence = an_occurrence()
        everybody = Everybody(self.recorder)
        activities = FakeActivities([a_snapshot(self.occurrence)])
        evidence = Sealer(credential_pb2.Evidence, {1: bytes(32)})
        self.reviews = Reviews(
            self.records, everybody, activities, everybody, Cases(Nameless(), evidence, activities, HOUR_US)
        )
        self.reviewer = new_id()

    async def attempt(self, judgement: int = pb.JUDGEMENT_PENDING_REVIEW, **changes: object) -> bytes:
        """Records an attempt of long ago; returns its checkin id."""
        home = {
            "occurrence_id": self.occurrence.occurrence_id,
            "activity_id": self.occurrence.activity_id,
            "organisation_id": self.occurrence.organisation_id,
            "judgement": judgement,
            "received_at": 1,
            "effective_at": 1,
        }
        copy = a_copy(**home | changes)
        await self.recorder.record([copy])
        return checkin_id(copy.user_id, copy.attempt_id)

    def word(self, kind: DecisionKind = DecisionKind.APPROVE, key: str = "", actor: bytes = b"") -> Word:
        """The reviewer's."""
        return Word(actor or self.reviewer, kind, "看过现场录像", key)

    async def listed(self, state: int) -> list[bytes]:
        """Who is on the reviewers' list in a state."""
        return [stored.checkin_id for stored in await self.records.list_reviews(self.occurrence, state, 50, None)]


@pytest.fixture
async def court(database_url: str) -> AsyncIterator[Court]:
    """See `Court`."""
    engine = create_engine(database_url, count_changed_rows=True)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield Court(engine)
    await engine.dispose()


async def test_a_case_goes_through_every_state(court: Court) -> None:
    """Pending, refused, appealed, approved, annulled, approved again: each answer is what is stored then."""
    person = new_id()
    identifier = await court.attempt(user_id=person)
    assert await court.listed(pb.REVIEW_STATE_PENDING) == [identifier]

    refused = await court.reviews.decide(court.word(DecisionKind.REFUSE), identifier, 1)
    assert (refused.state, refused.checkin.revision) == (pb.REVIEW_STATE_REFUSED, 2)
    appealed = await court.reviews.appeal(court.word(DecisionKind.APPEAL, actor=person), identifier)
    assert (appealed.outcome, await court.listed(pb.REVIEW_STATE_PENDING)) == (Outcome.PENDING_REVIEW, [identifier])
    approved = await court.reviews.decide(court.word(), identifier, 3)
    assert (approved.state, approved.checkin.outcome) == (pb.REVIEW_STATE_APPROVED, pb.OUTCOME_ACCEPTED)
    assert await court.records.holders(court.occurrence.occurrence_id) == [person]
    annulled = await court.reviews.decide(court.word(DecisionKind.ANNUL), identifier, 0)
    assert (annulled.state, annulled.checkin.outcome) == (pb.REVIEW_STATE_CLOSED, pb.OUTCOME_ANNULLED)
    again = await court.reviews.decide(court.word(), identifier, 5)
    assert (again.checkin.outcome, again.checkin.revision) == (pb.OUTCOME_ACCEPTED, 6)


async def test_of_decisions_at_the_same_moment_one_counts(court: Court) -> None:
    """Four reviewers saw the same; one is recorded with effect, the others are told to look again."""
    identifier = await court.attempt()
    words = [court.word(kind, actor=new_id()) for kind in [DecisionKind.APPROVE, DecisionKind.REFUSE] * 2]
    answers = await asyncio.gather(
        *(court.reviews.decide(word, identifier, 1) for word in words), return_exceptions=True
    )
    assert [type(answer) for answer in answers if not isinstance(answer, pb.Review)] == [ConflictError] * 3
    review = await court.reviews.get(court.reviewer, identifier)
    assert [event.is_stale for event in review.checkin.history].count(False) == 2


async def test_a_decision_that_comes_twice_is_recorded_once(court: Court) -> None:
    """The same key at the same moment: one decision, the same answer to both."""
    identifier = await court.attempt()
    answers = await asyncio.gather(*(court.reviews.decide(court.word(key="k"), identifier, 1) for _ in range(3)))
    assert {(answer.checkin.outcome, answer.checkin.revision) for answer in answers} == {(pb.OUTCOME_ACCEPTED, 2)}
    review = await court.reviews.get(court.reviewer, identifier)
    assert len(review.checkin.history) == 2


async def test_a_whole_class_is_decided_with_one_holder_each(court: Court) -> None:
    """Somebody with two attempts that wait gets in once; of the other they are told that it changed meanwhile."""
    twice = new_id()
    for user_id in (twice, twice, new_id(), new_id()):
        await court.attempt(user_id=user_id, is_offline=True)
    results = await court.reviews.decide_offline(court.word(), court.occurrence.occurrence_id)
    assert sum(isinstance(result, pb.Review) for result in results.values()) == 3
    assert sum(isinstance(result, ConflictError) for result in results.values()) == 1
    holders = await court.records.holders(court.occurrence.occurrence_id)
    assert len(holders) == 3 and twice in holders
    assert await court.listed(pb.REVIEW_STATE_PENDING) == []
