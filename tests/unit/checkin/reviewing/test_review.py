"""Review: who may decide what on which attempt, and what comes of it."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pytest

from domainkit.credentials import checkin_id, evidence_binding
from domainkit.organisations import OneActivity
from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2
from servicekit.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ServiceError,
    UnavailableError,
)
from servicekit.ids import new_id
from servicekit.mysql.idempotency import IdempotencyKeyReusedError
from services.checkin.recording.store import to_merge
from services.checkin.records.records import ReviewPosition
from services.checkin.records.stored import Ruling, Stored
from services.checkin.reviewing.cases import Cases
from services.checkin.reviewing.decision import Word
from services.checkin.reviewing.review import MAXIMUM_BULK, PAGE, Reviews
from services.checkin.rules import merge
from services.checkin.rules.merge import Decision, DecisionKind, Outcome
from services.checkin.rules.occurrence import Occurrence
from tests.factories import HOUR_US, a_copy, a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities

STAFF, MEMBER = identity_pb2.ROLE_STAFF, identity_pb2.ROLE_MEMBER
SEALER = Sealer(credential_pb2.Evidence, {1: bytes(32)})


@dataclass
class Office:
    """One organisation's attempts in memory, a recorder that decides at once, and reviewers with roles."""

    occurrence: Occurrence = field(default_factory=an_occurrence)
    copies: dict[bytes, pb.Copy] = field(default_factory=dict)
    rulings: dict[bytes, list[Ruling]] = field(default_factory=dict)
    roles: dict[bytes, int] = field(default_factory=dict)
    sent: list[pb.DecidedBatch] = field(default_factory=list)
    breaks_after: int | None = None
    is_recording: bool = True
    is_stale: bool = False
    has_names: bool = True

    def __post_init__(self) -> None:
        self.reviewer = self.person(STAFF)
        activities = FakeActivities([a_snapshot(self.occurrence)])
        cases = Cases(self._Names(self), SEALER, activities, 72 * HOUR_US)
        self.reviews = Reviews(self, self, activities, self._Roles(self), cases, 0)

    def person(self, role: int = 0) -> bytes:
        """Somebody with a role in the organisation."""
        user_id = new_id()
        self.roles[user_id] = role
        return user_id

    def attempt(self, judgement: int = pb.JUDGEMENT_PENDING_REVIEW, **changes: object) -> bytes:
        """A recorded attempt; returns its checkin id."""
        home = {
            "occurrence_id": self.occurrence.occurrence_id,
            "activity_id": self.occurrence.activity_id,
            "organisation_id": self.occurrence.organisation_id,
            # Before anything that is decided here.
            "received_at": 1,
        }
        copy = a_copy(**home | {"judgement": judgement} | changes)
        identifier = checkin_id(copy.user_id, copy.attempt_id)
        self.copies[identifier] = copy
        return identifier

    def outcome(self, identifier: bytes) -> Outcome:
        """What it reads now."""
        return self._stored(identifier).outcome

    def decided(self) -> list[pb.Decided]:
        """Everything that went to the recorder."""
        return [decided for batch in self.sent for decided in batch.decisions]

    def _stored(self, identifier: bytes) -> Stored:
        copy, rulings = self.copies[identifier], self.rulings.get(identifier, [])
        if not copy.occurrence_id:
            return Stored(copy, (copy,))
        seat = merge.resolve_seat([to_merge(copy)], [ruling.decision for ruling in rulings])
        return Stored(copy, (copy,), seat, 1 + len(rulings), rulings)

    async def find(self, identifiers: Collection[bytes]) -> dict[bytes, Stored]:
        """Records by checkin id."""
        return {identifier: self._stored(identifier) for identifier in identifiers if identifier in self.copies}

    async def list_reviews(
        self, occurrence: Occurrence, state: int, size: int, after: ReviewPosition | None
    ) -> list[Stored]:
        """The first of all."""
        return [self._stored(identifier) for identifier in list(self.copies)[:size]]

    async def waiting_in(self, activity_ids: Collection[bytes]) -> list[pb.WaitingReviews]:
        """Nothing waits."""
        return []

    async def tries_of(self, occurrence: Occurrence, user_id: bytes, limit: int) -> list[Stored]:
        """One person's."""
        return [self._stored(key) for key, copy in self.copies.items() if copy.user_id == user_id][:limit]

    async def bulk_cases(self, occurrence: Occurrence) -> list[pb.BulkCase]:
        """One case, with all that waits."""
        return [pb.BulkCase(occurrence_id=occurrence.occurrence_id, pending=len(self.copies))]

    async def waiting(self, occurrence_id: bytes, limit: int, *, is_offline: bool = False) -> list[Stored]:
        """Those that wait."""
        every = [self._stored(identifier) for identifier, copy in self.copies.items() if copy.is_offline >= is_offline]
        return [stored for stored in every if stored.outcome is Outcome.PENDING_REVIEW][:limit]

    async def recorded(self, decision_ids: Collection[bytes]) -> dict[bytes, bool]:
        """What the recorder has."""
        every = (ruling.decision for rulings in self.rulings.values() for ruling in rulings)
        return {one.decision_id: one.is_stale for one in every if one.decision_id in decision_ids}

    async def send(self, batch: pb.DecidedBatch) -> None:
        """Takes the batch; the recorder has it at once unless it rests."""
        if self.breaks_after is not None and len(self.sent) >= self.breaks_after:
            raise UnavailableError("no broker")
        self.sent.append(batch)
        for decided in batch.decisions if self.is_recording else ():
            rulings = self.rulings.setdefault(checkin_id(decided.user_id, decided.attempt_id), [])
            decision = Decision(
                decided.decision_id, len(rulings) + 1, list(DecisionKind)[decided.kind - 1],
                decided.attempt_id, decided.decided_at, self.is_stale,
            )  # fmt: skip
            rulings.append(Ruling(decision, decided.decided_by, decided.reason))

    @dataclass
    class _Roles:
        office: "Office"

        async def of(self, organisation_id: bytes, user_id: bytes, activity: OneActivity | None = None) -> int:
            """A role here, none elsewhere."""
            is_here = organisation_id == self.office.occurrence.organisation_id
            return self.office.roles.get(user_id, 0) if is_here else 0

    @dataclass
    class _Names:
        office: "Office"

        async def of(self, people: Mapping[bytes, bytes]) -> Mapping[bytes, str]:
            """Everybody has the same."""
            return dict.fromkeys(people, "李四" if self.office.has_names else "")

    def word(self, kind: DecisionKind = DecisionKind.APPROVE, actor: bytes = b"", key: str = "") -> Word:
        """The reviewer's, unless somebody else speaks."""
        return Word(actor or self.reviewer, kind, "看过现场录像", key)


@pytest.fixture
def office() -> Office:
    """See `Office`."""
    return Office()


async def told(office: Office, identifier: bytes, word: Word, revision: int = 1) -> ServiceError | pb.Review:
    """What the reviewer is told."""
    try:
        return await office.reviews.decide(word, identifier, revision)
    except ServiceError as error:
        return error


async def test_an_approved_attempt_is_accepted(office: Office) -> None:
    """The decision names what was seen, and the answer is the case as it is recorded."""
    identifier = office.attempt()
    review = await office.reviews.decide(office.word(), identifier, 1)
    assert (review.checkin.outcome, review.checkin.revision, review.is_recorded) == (pb.OUTCOME_ACCEPTED, 2, True)
    [decided] = office.decided()
    assert (decided.decided_by, decided.saw_revision, decided.kind) == (office.reviewer, 1, pb.DECISION_KIND_APPROVE)
    assert (decided.occurrence_id, decided.reason) == (office.occurrence.occurrence_id, "看过现场录像")


async def test_a_decision_that_is_not_recorded_in_time_says_so(office: Office) -> None:
    """It is safe all the same: the answer is the case as it was."""
    office.is_recording = False
    review = await office.reviews.decide(office.word(), office.attempt(), 1)
    assert (review.is_recorded, review.checkin.outcome) == (False, pb.OUTCOME_PENDING_REVIEW)


_ACCEPTED, _UNDECIDED, _REFUSED = pb.JUDGEMENT_ACCEPTED, pb.JUDGEMENT_UNDECIDED, pb.JUDGEMENT_REFUSED
_PENDING = pb.JUDGEMENT_PENDING_REVIEW


@pytest.mark.parametrize(
    ("kind", "judgement", "outcome"),
    [
        (DecisionKind.APPROVE, _PENDING, Outcome.ACCEPTED),
        (DecisionKind.APPROVE, _UNDECIDED, Outcome.ACCEPTED),
        (DecisionKind.APPROVE, _REFUSED, Outcome.ACCEPTED),
        (DecisionKind.APPROVE, _ACCEPTED, None),
        (DecisionKind.REFUSE, _PENDING, Outcome.REFUSED),
        (DecisionKind.REFUSE, _UNDECIDED, Outcome.REFUSED),
        (DecisionKind.REFUSE, _REFUSED, None),
        (DecisionKind.REFUSE, _ACCEPTED, None),
        (DecisionKind.ANNUL, _ACCEPTED, Outcome.ANNULLED),
        (DecisionKind.ANNUL, _PENDING, None),
        (DecisionKind.ANNUL, _REFUSED, None),
    ],
)
async def test_what_goes_with_what(office: Office, kind: DecisionKind, judgement: int, outcome: Outcome | None) -> None:
    """A decision either means what it says or is a conflict; nobody who was accepted is refused later."""
    identifier = office.attempt(judgement)
    before, answer = office.outcome(identifier), await told(office, identifier, office.word(kind))
    assert isinstance(answer, ConflictError if outcome is None else pb.Review)
    assert office.outcome(identifier) is (outcome or before)


async def test_an_annulled_check_in_can_be_let_in_anew(office: Office) -> None:
    """The law gives the seat back to who was approved after the annul."""
    identifier = office.attempt(_ACCEPTED)
    await office.reviews.decide(office.word(DecisionKind.ANNUL), identifier, 0)
    await office.reviews.decide(office.word(), identifier, 2)
    assert office.outcome(identifier) is Outcome.ACCEPTED


async def test_what_an_annul_left_waiting_can_be_refused(office: Office) -> None:
    """No review takes back what machines accepted; so it is annulled, and waits no more."""
    identifier = office.attempt(_ACCEPTED, received_at=2)
    copy = office.copies[identifier]
    annul = Decision(new_id(), 1, DecisionKind.ANNUL, copy.attempt_id, 1, is_stale=False)
    office.rulings[identifier] = [Ruling(annul, office.reviewer, "代签")]
    assert office.outcome(identifier) is Outcome.PENDING_REVIEW
    review = await office.reviews.decide(office.word(DecisionKind.REFUSE), identifier, 2)
    assert (review.checkin.outcome, review.state) == (pb.OUTCOME_ANNULLED, pb.REVIEW_STATE_CLOSED)


@pytest.mark.parametrize("role", [0, MEMBER])
async def test_to_others_nothing_is_there(office: Office, role: int) -> None:
    """Strangers and members read the same of a case as of none, whatever they ask."""
    identifier, nobody = office.attempt(), office.person(role)
    words = [await told(office, one, office.word(actor=nobody)) for one in (identifier, new_id())]
    for ask in (office.reviews.get(nobody, identifier), office.reviews.get(nobody, new_id())):
        with pytest.raises(NotFoundError) as raised:
            await ask
        words.append(raised.value)
    assert {str(word) for word in words} == {"there is no such check-in"}
    for ask_many in (
        office.reviews.page(nobody, office.occurrence.activity_id, pb.REVIEW_STATE_PENDING, 50, None),
        office.reviews.decide_offline(office.word(actor=nobody), office.occurrence.occurrence_id),
    ):
        with pytest.raises(NotFoundError):
            await ask_many
    assert office.sent == []


@pytest.mark.parametrize("kind", [DecisionKind.APPROVE, DecisionKind.REFUSE, DecisionKind.ANNUL])
async def test_nobody_decides_on_their_own(office: Office, kind: DecisionKind) -> None:
    """Not even an owner."""
    owner = office.person(identity_pb2.ROLE_OWNER)
    identifier = office.attempt(user_id=owner)
    assert isinstance(await told(office, identifier, office.word(kind, owner)), PermissionDeniedError)
    assert office.sent == []


async def test_a_revision_that_has_passed_is_a_conflict(office: Office) -> None:
    """Of two reviewers who look at the same case, the second is told to look again, and at what."""
    identifier = office.attempt()
    await office.reviews.decide(office.word(), identifier, 1)
    answer = await told(office, identifier, office.word(DecisionKind.REFUSE), 1)
    assert isinstance(answer, ConflictError) and answer.metadata == {"revision": "2"}


async def test_a_decision_that_another_overtook_on_the_way_is_a_conflict(office: Office) -> None:
    """The recorder kept it as stale; who decided is told."""
    office.is_stale = True
    assert isinstance(await told(office, office.attempt(), office.word()), ConflictError)


async def test_a_repeated_decision_gets_the_first_answer(office: Office) -> None:
    """The same key changes nothing more, though the revision has passed; with another reason it is a conflict."""
    identifier, word = office.attempt(), office.word(key="k-1")
    first = await office.reviews.decide(word, identifier, 1)
    again = await office.reviews.decide(word, identifier, 1)
    assert again == first and len(office.decided()) == 1
    other = Word(office.reviewer, DecisionKind.APPROVE, "别的原因", "k-1")
    assert isinstance(await told(office, identifier, other), IdempotencyKeyReusedError)


def test_a_key_is_of_one_person_one_kind_and_one_check_in(office: Office) -> None:
    """The same text said by another, or of another, is another decision."""
    said = [
        office.word(key="k").decision_id(bytes(16)),
        office.word(key="k").decision_id(bytes(16)),
        office.word(key="k").decision_id(new_id()),
        office.word(key="k", actor=new_id()).decision_id(bytes(16)),
        office.word(DecisionKind.REFUSE, key="k").decision_id(bytes(16)),
    ]
    assert len(set(said)) == 4
    assert office.word().decision_id(bytes(16)) != office.word().decision_id(bytes(16))


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\x00b", "a\nb", "a\u202eb"])
def test_a_reason_that_cannot_be_kept_is_refused(reason: str) -> None:
    """Missing, too long, or with characters that change how other text is shown."""
    with pytest.raises(InvalidArgumentError) as raised:
        Word(bytes(16), DecisionKind.REFUSE, reason)
    assert [field.field for field in raised.value.fields] == ["reason"]


def test_an_approval_needs_no_reason() -> None:
    """A yes speaks for itself."""
    assert Word(bytes(16), DecisionKind.APPROVE, "").reason == ""


async def test_a_person_appeals_once(office: Office) -> None:
    """A refusal goes to review; the second appeal is answered without effect."""
    person = office.person()
    identifier = office.attempt(_REFUSED, user_id=person)
    word = office.word(DecisionKind.APPEAL, person)
    for _ in range(2):
        assert (await office.reviews.appeal(word, identifier)).outcome is Outcome.PENDING_REVIEW
    assert len(office.decided()) == 1


async def test_appeals_at_the_same_instant_are_one_decision(office: Office) -> None:
    """Each finds no appeal yet, whatever its key; the recorder keeps one of a decision_id."""
    office.is_recording = False
    person = office.person()
    identifier = office.attempt(_REFUSED, user_id=person)
    words = [Word(person, DecisionKind.APPEAL, "我在现场", key) for key in ("", "one", "two")]
    await asyncio.gather(*(office.reviews.appeal(word, identifier) for word in words))
    assert len({decided.decision_id for decided in office.decided()}) == 1


async def test_only_the_person_appeals_and_only_a_refusal(office: Office) -> None:
    """To staff a foreign record is not theirs to appeal, and what waits is not refused."""
    refused, waiting = office.attempt(_REFUSED), office.attempt(user_id=(person := office.person()))
    with pytest.raises(NotFoundError):
        await office.reviews.appeal(office.word(DecisionKind.APPEAL), refused)
    with pytest.raises(ConflictError):
        await office.reviews.appeal(office.word(DecisionKind.APPEAL, person), waiting)


async def test_what_belongs_to_no_activity_cannot_be_decided(office: Office) -> None:
    """Its credential did not open: reviewers do not see it, and its person is told so."""
    person = office.person()
    identifier = office.attempt(_REFUSED, user_id=person, occurrence_id=b"")
    with pytest.raises(NotFoundError):
        await office.reviews.get(office.reviewer, identifier)
    with pytest.raises(ConflictError):
        await office.reviews.appeal(office.word(DecisionKind.APPEAL, person), identifier)


async def test_what_the_gateway_took_alone_belongs_to_its_occurrences_organisation(office: Office) -> None:
    """Nobody could be asked then which one that is."""
    identifier = office.attempt(_UNDECIDED, activity_id=b"", organisation_id=b"")
    assert (await office.reviews.get(office.reviewer, identifier)).state == pb.REVIEW_STATE_PENDING


async def test_a_whole_offline_class_is_decided_at_once(office: Office) -> None:
    """In messages of 200, what is one's own and what came online left out."""
    own = office.attempt(user_id=office.reviewer, is_offline=True)
    offline = [office.attempt(is_offline=True) for _ in range(2 * PAGE + 20)]
    online = office.attempt()
    results = await office.reviews.decide_offline(office.word(), office.occurrence.occurrence_id)
    assert [len(batch.decisions) for batch in office.sent] == [PAGE, PAGE, 20]
    assert {office.outcome(identifier) for identifier in offline} == {Outcome.ACCEPTED}
    assert isinstance(results[own], PermissionDeniedError) and online not in results
    assert len(results) == len(offline) + 1 <= MAXIMUM_BULK


async def test_one_bad_item_never_blocks_the_rest(office: Office) -> None:
    """Foreign, passed and good ones side by side, in their order."""
    good, accepted, foreign = office.attempt(), office.attempt(_ACCEPTED), new_id()
    elsewhere = office.attempt(organisation_id=new_id())
    results = await office.reviews.decide_all(office.word(), {foreign: 1, good: 1, elsewhere: 1, accepted: 1})
    kinds = [type(result) for result in results.values()]
    assert kinds == [NotFoundError, pb.Review, NotFoundError, ConflictError]


async def test_when_the_broker_goes_in_the_middle_the_rest_is_told_so(office: Office) -> None:
    """What was handed over counts; only when nothing was does the whole fail."""
    office.breaks_after = 1
    waiting = {office.attempt(): 1 for _ in range(PAGE + 5)}
    results = await office.reviews.decide_all(office.word(), waiting)
    assert [type(result) for result in results.values()] == [pb.Review] * PAGE + [UnavailableError] * 5
    with pytest.raises(UnavailableError):
        await office.reviews.decide_all(office.word(), {office.attempt(): 1})


async def test_a_case_shows_what_a_human_needs(office: Office) -> None:
    """The name, what the phone claims, and what happened; without identity it goes without the name."""
    user_id, attempt_id = new_id(), new_id()
    evidence = SEALER.seal(credential_pb2.Evidence(claimed_at=7), evidence_binding(user_id, attempt_id))
    identifier = office.attempt(user_id=user_id, attempt_id=attempt_id, evidence=evidence)
    review = await office.reviews.get(office.reviewer, identifier)
    assert (review.user_name, review.claimed_at, review.accuracy_m) == ("李四", 7, 18.0)
    assert [event.kind for event in review.checkin.history] == [pb.Event.KIND_RECEIVED]
    office.has_names = False
    reviews, cases, more = await office.reviews.page(
        office.reviewer, office.occurrence.activity_id, pb.REVIEW_STATE_PENDING, 1, None
    )
    assert [[event.kind for event in each.checkin.history] for each in reviews] == [[pb.Event.KIND_RECEIVED]]
    assert (reviews[0].user_name, cases[0].pending, more is not None) == ("", 1, True)
