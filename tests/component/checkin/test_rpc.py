"""CheckinService over real gRPC: who may call what, one's own records, cases and decisions; fakes behind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from domainkit import person_codes
from domainkit.credentials import checkin_id
from domainkit.person_codes import PersonKeys
from domainkit.roles import Reach
from domainkit.sealed import Sealer
from protos.checkin.v1 import checkin_pb2 as pb
from protos.checkin.v1 import checkin_pb2_grpc
from protos.credential.v1 import credential_pb2
from protos.identity.v1 import identity_pb2
from servicekit.clock import now_us
from servicekit.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnavailableError,
)
from servicekit.ids import new_id
from servicekit.rpc.client import call
from servicekit.rpc.status import from_status
from services.checkin.judging.person_codes import PersonCodes
from services.checkin.judging.staff import Staff
from services.checkin.recording.store import to_merge
from services.checkin.records.acquaintances import Acquaintances
from services.checkin.records.cursor import Changes
from services.checkin.records.look import Looks
from services.checkin.records.records import ChangePosition, Position
from services.checkin.records.stored import Ruling, Said, Stored
from services.checkin.records.waiting import Sought
from services.checkin.reviewing.cases import Cases
from services.checkin.reviewing.marking import Marking
from services.checkin.reviewing.queue import Queue
from services.checkin.reviewing.review import Reviews
from services.checkin.rpc import ACCESS, CheckinServicer
from services.checkin.rules import merge
from services.checkin.rules.keys import AttemptKey
from services.checkin.rules.merge import Decision, DecisionKind
from services.checkin.rules.standing import Move
from services.checkin.seats.seats import Answer
from tests.component.conftest import Loopback, Signer
from tests.factories import HOUR_US, a_copy, a_snapshot, an_occurrence
from tests.fakes.checkin import FakeActivities, FakeDevices, FakeDoor, FakeNonces

SECRETS = {1: bytes(32)}
Item = pb.BatchDecideReviewsRequest.Item


@dataclass
class Stock:
    """Stored attempts, a recorder that decides at once, answers in Redis, and roles, all in memory."""

    copies: list[pb.Copy] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    answered: list[Answer] = field(default_factory=list)
    role: int = identity_pb2.ROLE_STAFF
    is_redis_gone: bool = False
    is_broker_gone: bool = False

    def _stored(self, copy: pb.Copy) -> Stored:
        rulings = [ruling for ruling in self.rulings if ruling.decision.attempt_id == copy.attempt_id]
        seat = merge.resolve_seat([to_merge(copy)], [ruling.decision for ruling in rulings])
        return Stored(copy, (copy,), seat, 1 + len(rulings), rulings)

    def _of(self, user_id: bytes) -> list[Stored]:
        mine = sorted(self.copies, key=lambda copy: copy.received_at, reverse=True)
        return [self._stored(copy) for copy in mine if copy.user_id == user_id]

    async def get(self, user_id: bytes, identifier: bytes) -> Stored | None:
        """A record among one's own."""
        return next((stored for stored in self._of(user_id) if stored.checkin_id == identifier), None)

    async def list_of(self, user_id: bytes, size: int, before: Position | None) -> list[Stored]:
        """A page of one's own."""
        mine = self._of(user_id)
        return [one for one in mine if not before or one.copy.received_at < before[0]][:size]

    async def who_tried(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """By themselves."""
        own = (copy for copy in self.copies if copy.organisation_id == organisation_id and not copy.is_staff)
        return {copy.user_id for copy in own} & set(user_ids)

    async def who_came(self, occurrence_ids: Collection[bytes], user_ids: Collection[bytes]) -> set[bytes]:
        """Whoever is stored as accepted."""
        held = (copy for copy in self.copies if copy.judgement == pb.JUDGEMENT_ACCEPTED)
        return {copy.user_id for copy in held if copy.occurrence_id in occurrence_ids} & set(user_ids)

    async def answers_of_all(self, user_ids: Sequence[bytes]) -> dict[bytes, list[Answer]]:
        """What Redis remembers of them."""
        return {user_id: await self.answers_of(user_id) for user_id in user_ids}

    async def among(self, organisation_id: bytes, user_ids: Collection[bytes]) -> set[bytes]:
        """None of these people: nobody is a member."""
        return set()

    async def which_are_stored(self, keys: Collection[AttemptKey]) -> set[AttemptKey]:
        """Those that are there."""
        return {(copy.user_id, copy.attempt_id) for copy in self.copies} & set(keys)

    async def changes_of(
        self, user_id: bytes, since: int, after: ChangePosition | None, size: int
    ) -> tuple[list[Stored], ChangePosition | None]:
        """All one's own, then nothing."""
        return ([] if since else self._of(user_id)), None

    async def find(self, identifiers: Collection[bytes]) -> dict[bytes, Stored]:
        """Anybody's."""
        every = map(self._stored, self.copies)
        return {stored.checkin_id: stored for stored in every if stored.checkin_id in identifiers}

    async def list_reviews(self, occurrence: object, state: int, size: int, after: object) -> list[Stored]:
        """All, whatever they read."""
        return [] if after else [self._stored(copy) for copy in self.copies][:size]

    async def tries_of(self, occurrence: object, user_id: bytes, limit: int) -> list[Stored]:
        """One person's."""
        return self._of(user_id)[:limit]

    async def bulk_cases(self, occurrence: object) -> list[pb.BulkCase]:
        """None."""
        return []

    async def waiting_in(self, activity_ids: Collection[bytes]) -> list[pb.WaitingReviews]:
        """Every attempt, as if it waited."""
        counts = [sum(copy.activity_id == each for copy in self.copies) for each in activity_ids]
        return [pb.WaitingReviews(activity_id=one, pending=n) for one, n in zip(activity_ids, counts, strict=True) if n]

    async def waiting(self, occurrence_id: bytes, limit: int, *, is_offline: bool = False) -> list[Stored]:
        """Every attempt, as if it waited."""
        return [self._stored(copy) for copy in self.copies if copy.is_offline >= is_offline][:limit]

    async def page(self, sought: Sought, size: int, after: Any, *, is_newest_first: bool) -> list[Stored]:
        """Every attempt at once, as if it waited."""
        return [] if after else [self._stored(copy) for copy in self.copies][:size]

    async def count(self, sought: Sought, limit: int) -> int:
        """All of them."""
        return len(self.copies)

    async def by_activity(self, sought: Sought, limit: int) -> list[pb.WaitingReviews]:
        """Of the activities where they are."""
        return await self.waiting_in({copy.activity_id for copy in self.copies})

    async def reach_of_caller(self) -> Reach:
        """Nowhere but by role."""
        return Reach([], [])

    async def said(self, occurrence_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, Said]:
        """What was decided on everybody's seat."""
        return {user_id: Said(1 + len(self.rulings), self.rulings) for user_id in user_ids}

    async def recorded(self, decision_ids: Collection[bytes]) -> dict[bytes, bool]:
        """All that were sent."""
        return dict.fromkeys(decision_ids, False)

    async def list_states(self, occurrence_id: bytes, size: int, after: Any) -> pb.ListRecordsResponse:
        """As many seats as there are, after the last."""
        users = sorted(copy.user_id for copy in self.copies if not after or copy.user_id > after[0])[:size]
        return pb.ListRecordsResponse(seats=[pb.SeatState(user_id=user, direction=pb.DIRECTION_IN) for user in users])

    async def totals(self, occurrence_ids: Sequence[bytes]) -> list[pb.Totals]:
        """Totals of one seat for each occurrence."""
        return [pb.Totals(occurrence_id=one, seats=1, revisions=3) for one in occurrence_ids]

    async def answers_of(self, user_id: bytes) -> list[Answer]:
        """What Redis remembers."""
        if self.is_redis_gone:
            raise UnavailableError("Redis is gone")
        return self.answered

    async def send(self, batch: pb.DecidedBatch) -> None:
        """The broker and the recorder at once."""
        if self.is_broker_gone:
            raise UnavailableError("no broker")
        for one in batch.decisions:
            kind = list(DecisionKind)[one.kind - 1]
            decision = Decision(one.decision_id, len(self.rulings) + 1, kind, one.attempt_id, one.decided_at, False)
            self.rulings.append(Ruling(decision, one.decided_by, one.reason))

    async def of(self, *_: Any) -> Any:
        """One role for everybody; as the port of names, which take people only, nobody has one."""
        return self.role if len(_) > 1 else {}

    async def accept(self, attempts: Sequence[pb.Attempt]) -> pb.BatchCreateCheckinsResponse:
        """One result per attempt, with what was presented."""
        told = (pb.Checkin(attempt_id=one.attempt_id, method=one.method, presented=one.presented) for one in attempts)
        results = [pb.CheckinResult(checkin=each) for each in told]
        return pb.BatchCreateCheckinsResponse(results=results)


class FakeRulings:
    """Somebody decided on every seat."""

    async def of(self, seats: Collection[tuple[bytes, bytes]]) -> list[pb.Ruling]:
        """With the same words."""
        return [pb.Ruling(occurrence_id=at, user_id=who, reason="看过现场录像") for at, who in seats]


@dataclass
class Checkin:
    """The service as a test sees it."""

    loopback: Loopback
    signer: Signer
    stock: Stock = field(default_factory=Stock)
    person: bytes = field(default_factory=new_id)
    keys: PersonKeys = field(default_factory=lambda: PersonKeys(SECRETS))
    nonces: FakeNonces = field(default_factory=FakeNonces)
    door: FakeDoor = field(default_factory=FakeDoor)
    rulings: Any = field(default_factory=lambda: FakeRulings())

    def __post_init__(self) -> None:
        self.occurrence = an_occurrence()

    async def start(self) -> None:
        """Serves."""
        stock: Any = self.stock
        activities: Any = FakeActivities([a_snapshot(self.occurrence)])
        evidence = Sealer(credential_pb2.Evidence, SECRETS)
        cases = Cases(stock, evidence, activities, 72 * HOUR_US)
        reviews = Reviews(stock, stock, activities, stock, cases, recorded_within_s=0)
        queue = Queue(stock, activities, stock, cases)
        acquaintances = Acquaintances(stock, stock, activities, stock)
        marking = Marking(stock, stock, activities, stock, acquaintances, recorded_within_s=0)
        changes = Changes(stock, Sealer(credential_pb2.Cursor, SECRETS))
        staff = Staff(stock, acquaintances, FakeDevices())
        looks = Looks(activities, staff, PersonCodes(self.keys, self.nonces), self.door, stock)
        servicer = CheckinServicer(
            stock, stock, stock, activities, changes, reviews, queue, marking, acquaintances, looks, self.rulings
        )
        register = checkin_pb2_grpc.add_CheckinServiceServicer_to_server
        await self.loopback.serve("checkin", register, servicer, ACCESS, self.signer.verifier())

    def store(self, **changes: Any) -> pb.Copy:
        """A stored attempt at the occurrence, just now."""
        home = {
            "occurrence_id": self.occurrence.occurrence_id,
            "activity_id": self.occurrence.activity_id,
            "organisation_id": self.occurrence.organisation_id,
            "received_at": now_us(),
        }
        copy = a_copy(**home | changes)
        self.stock.copies.append(copy)
        return copy

    async def ask(self, method: str, request: Any, caller: str = "gateway", token: str | None = "") -> Any:
        """One call; as the person unless told otherwise."""
        stub = checkin_pb2_grpc.CheckinServiceStub(self.loopback.connect("checkin", caller))
        token = self.signer.token(self.person) if token == "" else token
        return await call(getattr(stub, method), request, timeout_s=30, token=token)


def id_of(copy: pb.Copy) -> bytes:
    """The id of its record."""
    return checkin_id(copy.user_id, copy.attempt_id)


@pytest.fixture
async def checkin(loopback: Loopback, signer: Signer) -> Checkin:
    """See `Checkin`."""
    checkin = Checkin(loopback, signer)
    await checkin.start()
    return checkin


def test_every_method_says_who_may_call_it() -> None:
    """None is forgotten, and none is open to nobody."""
    methods = {f"/checkin.v1.CheckinService/{name}" for name in pb.DESCRIPTOR.services_by_name[
        "CheckinService"
    ].methods_by_name}  # fmt: skip
    assert set(ACCESS) == methods


@pytest.mark.parametrize("method", sorted(name.rpartition("/")[2] for name in ACCESS))
async def test_nobody_else_may_call(checkin: Checkin, method: str) -> None:
    """Personal methods need the gateway and a person; the others their process."""
    request_type = pb.DESCRIPTOR.services_by_name["CheckinService"].methods_by_name[method].input_type
    request = getattr(pb, request_type.name)()
    with pytest.raises(PermissionDeniedError):
        await checkin.ask(method, request, caller="antifraud")
    if ACCESS[f"/checkin.v1.CheckinService/{method}"].needs_person:
        with pytest.raises(UnauthenticatedError):
            await checkin.ask(method, request, token=None)


async def test_attempts_are_taken_whichever_release_wrote_them(checkin: Checkin) -> None:
    """A gateway of the one before writes flat fields only, one to come nested ones only."""
    old = pb.Attempt(attempt_id=new_id(), method=pb.METHOD_CODE, direction=pb.DIRECTION_IN)
    new = pb.Attempt(attempt_id=new_id(), presented=pb.Presented(method=pb.METHOD_CODE, direction=pb.DIRECTION_IN))

    request = pb.BatchCreateCheckinsRequest(attempts=[old, new])
    response = await checkin.ask("BatchCreateCheckins", request, token=None)

    told = [result.checkin for result in response.results]
    assert [(one.method, one.presented) for one in told] == [(pb.METHOD_CODE, new.presented)] * 2


async def test_a_record_comes_with_names_revision_and_history(checkin: Checkin) -> None:
    """Everything its person may see of it."""
    copy = checkin.store(user_id=checkin.person)
    record = await checkin.ask("GetCheckin", pb.GetCheckinRequest(checkin_id=id_of(copy)))
    assert (record.activity_title, record.place_name, record.revision) == ("新生讲座", "图书馆报告厅", 1)
    assert [event.kind for event in record.history] == [pb.Event.KIND_RECEIVED]


async def test_what_is_answered_but_not_recorded_is_there_too(checkin: Checkin) -> None:
    """From Redis; once it is recorded the record wins, and without Redis it alone is left."""
    stored = checkin.store(user_id=checkin.person)
    told = [
        pb.Checkin(checkin_id=id_of(stored), attempt_id=stored.attempt_id, outcome=pb.OUTCOME_PROVISIONAL),
        pb.Checkin(checkin_id=new_id(), attempt_id=new_id()),
    ]
    checkin.stock.answered = [Answer(bytes(16), now_us(), answer.SerializeToString()) for answer in told]

    page = await checkin.ask("ListCheckins", pb.ListCheckinsRequest(page_size=50))
    fresh = await checkin.ask("GetCheckin", pb.GetCheckinRequest(checkin_id=told[1].checkin_id))
    checkin.stock.is_redis_gone = True
    alone = await checkin.ask("ListCheckins", pb.ListCheckinsRequest(page_size=50))

    assert [one.checkin_id for one in page.checkins] == [told[1].checkin_id, id_of(stored)]
    assert page.checkins[1].outcome == pb.OUTCOME_ACCEPTED and fresh.checkin_id == told[1].checkin_id
    assert [one.checkin_id for one in alone.checkins] == [id_of(stored)]


async def test_identity_is_told_who_came_to_an_organisation_by_themselves(checkin: Checkin) -> None:
    """Recorded or only answered so far; whom staff let in, and who came elsewhere, did not."""
    came = checkin.store().user_id
    others = [checkin.store(is_staff=True).user_id, checkin.store(organisation_id=new_id()).user_id, new_id()]
    request = pb.FilterAcquaintancesRequest(
        organisation_id=checkin.occurrence.organisation_id, user_ids=[came, *others]
    )

    recorded = await checkin.ask("FilterAcquaintances", request, caller="identity", token=None)
    told = pb.Checkin(occurrence_id=checkin.occurrence.occurrence_id, method=pb.METHOD_QR)
    checkin.stock.answered = [Answer(bytes(16), now_us(), told.SerializeToString())]
    answered = await checkin.ask("FilterAcquaintances", request, caller="identity", token=None)
    told.method = pb.METHOD_STAFF
    checkin.stock.answered = [Answer(bytes(16), now_us(), told.SerializeToString())]
    by_staff = await checkin.ask("FilterAcquaintances", request, caller="identity", token=None)

    assert (recorded.user_ids, by_staff.user_ids) == ([came], [came])
    assert set(answered.user_ids) == {came, *others}


async def test_activity_is_told_who_came_to_its_occurrences(checkin: Checkin) -> None:
    """And nobody else is; of too many people nobody is told anything."""
    came = checkin.store().user_id
    occurrence_ids = [checkin.occurrence.occurrence_id]
    asked = pb.FilterAttendeesRequest(occurrence_ids=occurrence_ids, user_ids=[came, new_id()])
    crowd = pb.FilterAttendeesRequest(occurrence_ids=occurrence_ids, user_ids=[new_id() for _ in range(501)])

    told = await checkin.ask("FilterAttendees", asked, caller="activity", token=None)

    assert told.user_ids == [came]
    with pytest.raises(InvalidArgumentError):
        await checkin.ask("FilterAttendees", crowd, caller="activity", token=None)
    with pytest.raises(PermissionDeniedError):
        await checkin.ask("FilterAttendees", asked, caller="identity", token=None)


async def test_the_exporter_is_told_who_decided(checkin: Checkin) -> None:
    """And nobody else is, not even in a person's name; of too many seats, or of none, nobody is told anything."""
    seat = (checkin.occurrence.occurrence_id, new_id())
    request = pb.ListRulingsRequest(seats=[pb.ListRulingsRequest.Seat(occurrence_id=seat[0], user_id=seat[1])])

    told = await checkin.ask("ListRulings", request, caller="exporter", token=None)

    assert [(each.occurrence_id, each.user_id, each.reason) for each in told.rulings] == [(*seat, "看过现场录像")]
    crowd = pb.ListRulingsRequest(
        seats=[pb.ListRulingsRequest.Seat(occurrence_id=seat[0], user_id=new_id()) for _ in range(501)]
    )
    nameless = pb.ListRulingsRequest(seats=[pb.ListRulingsRequest.Seat(occurrence_id=seat[0], user_id=b"short")])
    for wrong in (crowd, nameless):
        with pytest.raises(InvalidArgumentError):
            await checkin.ask("ListRulings", wrong, caller="exporter", token=None)
    for caller in ("reporting", "gateway"):
        with pytest.raises(PermissionDeniedError):
            await checkin.ask("ListRulings", request, caller=caller)


async def test_a_page_is_no_longer_than_was_asked_for(checkin: Checkin) -> None:
    """However much is answered and not recorded yet; paging finds all of it once, each in its place."""
    for _ in range(3):
        copy = checkin.store(user_id=checkin.person)
        told = pb.Checkin(checkin_id=new_id(), attempt_id=new_id())
        checkin.stock.answered.append(Answer(bytes(16), copy.received_at + 1, told.SerializeToString()))
    every = [copy.attempt_id for copy in checkin.stock.copies]
    fresh = [pb.Checkin.FromString(answer.checkin).attempt_id for answer in checkin.stock.answered]

    found, token = [], ""
    sizes: list[int] = []
    while not sizes or token:
        page = await checkin.ask("ListCheckins", pb.ListCheckinsRequest(page_size=4, page_token=token))
        found += [one.attempt_id for one in page.checkins]
        sizes.append(len(page.checkins))
        token = page.next_page_token

    assert sizes == [4, 2]
    assert found == [one for pair in zip(reversed(fresh), reversed(every), strict=True) for one in pair]


async def test_pages_follow_one_another(checkin: Checkin) -> None:
    """By arrival; a token that is none is refused."""
    copies = [checkin.store(user_id=checkin.person, effective_at=1) for _ in range(5)]
    found, token = [], ""
    while True:
        page = await checkin.ask("ListCheckins", pb.ListCheckinsRequest(page_size=2, page_token=token))
        found += [one.attempt_id for one in page.checkins]
        token = page.next_page_token
        if not token:
            break
    assert found == [copy.attempt_id for copy in reversed(copies)]
    with pytest.raises(InvalidArgumentError):
        await checkin.ask("ListCheckins", pb.ListCheckinsRequest(page_token="rubbish"))


async def test_changes_are_given_once(checkin: Checkin) -> None:
    """With the cursor of the first call the second has nothing new."""
    copy = checkin.store(user_id=checkin.person)
    checkin.store()
    first = await checkin.ask("ListChanges", pb.ListChangesRequest())
    again = await checkin.ask("ListChanges", pb.ListChangesRequest(cursor=first.cursor))
    assert [one.attempt_id for one in first.changes] == [copy.attempt_id]
    assert (list(again.changes), again.has_more) == ([], False)


async def test_a_case_is_decided_on_the_revision_seen(checkin: Checkin) -> None:
    """Listed, looked at, approved; who saw the older revision is told to look again."""
    copy = checkin.store(judgement=pb.JUDGEMENT_PENDING_REVIEW)
    page = await checkin.ask("ListReviews", pb.ListReviewsRequest(activity_id=checkin.occurrence.activity_id))
    [case] = page.reviews
    decision = pb.DecideReviewRequest(
        checkin_id=id_of(copy), kind=pb.DECISION_KIND_APPROVE, revision=case.checkin.revision
    )

    decided = await checkin.ask("DecideReview", decision)

    assert (decided.checkin.outcome, decided.is_recorded) == (pb.OUTCOME_ACCEPTED, True)
    assert decided.checkin.activity_title == "新生讲座"
    with pytest.raises(ConflictError):
        await checkin.ask("DecideReview", decision)
    case = await checkin.ask("GetReview", pb.GetReviewRequest(checkin_id=id_of(copy)))
    assert [event.kind for event in case.checkin.history] == [pb.Event.KIND_RECEIVED, pb.Event.KIND_APPROVED]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.DecideReviewRequest(kind=pb.DECISION_KIND_APPROVE), "revision"),
        (pb.DecideReviewRequest(kind=pb.DECISION_KIND_ANNUL, revision=1), "kind"),
        (pb.DecideReviewRequest(kind=pb.DECISION_KIND_REFUSE, revision=1), "reason"),
        (pb.BatchDecideReviewsRequest(kind=pb.DECISION_KIND_APPROVE), "items"),
        (pb.BatchDecideReviewsRequest(kind=pb.DECISION_KIND_APPROVE, items=[Item(checkin_id=bytes(16))]), "items"),
        (
            pb.BatchDecideReviewsRequest(
                kind=pb.DECISION_KIND_APPROVE, items=[Item(checkin_id=bytes(16), revision=1)] * 2
            ),
            "items",
        ),
        (pb.AnnulCheckinRequest(checkin_id=bytes(16)), "reason"),
        (pb.AppealCheckinRequest(checkin_id=bytes(16), reason=" "), "reason"),
    ],
)
async def test_requests_that_make_no_sense(checkin: Checkin, request_: Any, field: str) -> None:
    """The field at fault is named."""
    method = type(request_).__name__.removesuffix("Request")
    with pytest.raises(InvalidArgumentError) as raised:
        await checkin.ask(method, request_)
    assert [one.field for one in raised.value.fields] == [field]


async def test_many_are_decided_with_a_result_each(checkin: Checkin) -> None:
    """In the order asked for; or all that came offline."""
    waiting = checkin.store(judgement=pb.JUDGEMENT_PENDING_REVIEW)
    offline = checkin.store(judgement=pb.JUDGEMENT_PENDING_REVIEW, is_offline=True)
    items = [Item(checkin_id=identifier, revision=1) for identifier in (bytes(16), id_of(waiting))]
    batch = pb.BatchDecideReviewsRequest(kind=pb.DECISION_KIND_REFUSE, reason="不在现场", items=items)
    refused = await checkin.ask("BatchDecideReviews", batch)
    approved = await checkin.ask(
        "BatchDecideReviews",
        pb.BatchDecideReviewsRequest(kind=pb.DECISION_KIND_APPROVE, occurrence_id=checkin.occurrence.occurrence_id),
    )
    assert isinstance(from_status(refused.results[0].status), NotFoundError)
    assert refused.results[1].review.checkin.outcome == pb.OUTCOME_REFUSED
    [result] = approved.results
    assert (result.checkin_id, result.review.checkin.outcome) == (id_of(offline), pb.OUTCOME_ACCEPTED)


async def test_annul_and_appeal(checkin: Checkin) -> None:
    """Staff take back what was accepted; a person speaks up against a refusal."""
    accepted = checkin.store()
    refused = checkin.store(user_id=checkin.person, judgement=pb.JUDGEMENT_REFUSED)
    annul = pb.AnnulCheckinRequest(checkin_id=id_of(accepted), reason="代签")
    annulled = await checkin.ask("AnnulCheckin", annul)
    appealed = await checkin.ask("AppealCheckin", pb.AppealCheckinRequest(checkin_id=id_of(refused), reason="我在"))
    assert annulled.checkin.outcome == pb.OUTCOME_ANNULLED
    assert appealed.outcome == pb.OUTCOME_PENDING_REVIEW
    assert appealed.history[-1].kind == pb.Event.KIND_APPEALED


async def test_all_that_somebody_tried_is_shown_to_reviewers(checkin: Checkin) -> None:
    """The refused try too, with why; what others tried is not among it."""
    refused = checkin.store(judgement=pb.JUDGEMENT_REFUSED)
    accepted = checkin.store(user_id=refused.user_id)
    checkin.store()

    request = pb.ListTriesRequest(activity_id=checkin.occurrence.activity_id, user_id=refused.user_id)
    found = await checkin.ask("ListTries", request)

    outcomes = {one.checkin.checkin_id: one.checkin.outcome for one in found.tries}
    assert outcomes == {id_of(refused): pb.OUTCOME_REFUSED, id_of(accepted): pb.OUTCOME_ACCEPTED}


async def test_members_see_no_cases(checkin: Checkin) -> None:
    """The same 404 as for what does not exist."""
    checkin.stock.role = identity_pb2.ROLE_MEMBER
    copy = checkin.store(judgement=pb.JUDGEMENT_PENDING_REVIEW)
    for request in (
        pb.GetReviewRequest(checkin_id=id_of(copy)),
        pb.ListTriesRequest(activity_id=checkin.occurrence.activity_id, user_id=copy.user_id),
        pb.ListReviewsRequest(activity_id=checkin.occurrence.activity_id),
        pb.DecideReviewRequest(checkin_id=id_of(copy), kind=pb.DECISION_KIND_APPROVE, revision=1),
    ):
        with pytest.raises(NotFoundError):
            await checkin.ask(type(request).__name__.removesuffix("Request"), request)


async def test_what_waits_is_counted_for_who_reviews_it(checkin: Checkin) -> None:
    """By activity; of an unknown one, and of one that is none of theirs, nothing is told; 201 are too many."""
    checkin.store()
    activity_id = checkin.occurrence.activity_id
    request = pb.CountReviewsRequest(activity_ids=[activity_id, new_id()])
    [found] = (await checkin.ask("CountReviews", request)).activities
    assert (found.activity_id, found.pending) == (activity_id, 1)

    checkin.stock.role = identity_pb2.ROLE_MEMBER
    assert not (await checkin.ask("CountReviews", request)).activities
    with pytest.raises(InvalidArgumentError):
        await checkin.ask("CountReviews", pb.CountReviewsRequest(activity_ids=[new_id() for _ in range(201)]))


async def test_the_queue_tells_count_and_titles_on_its_first_page_alone(checkin: Checkin) -> None:
    """And is nobody's who reviews nothing there."""
    for _ in range(3):
        checkin.store(judgement=pb.JUDGEMENT_PENDING_REVIEW)
    request = pb.ListWaitingRequest(organisation_id=checkin.occurrence.organisation_id, page_size=3)
    first = await checkin.ask("ListWaiting", request)
    assert (len(first.reviews), first.count, [each.activity_title for each in first.activities]) == (3, 3, ["新生讲座"])
    assert {each.checkin.activity_title for each in first.reviews} == {"新生讲座"}

    request.page_token = first.next_page_token
    second = await checkin.ask("ListWaiting", request)
    assert (second.count, list(second.activities), second.next_page_token) == (0, [], "")

    checkin.stock.role = identity_pb2.ROLE_MEMBER
    with pytest.raises(NotFoundError):
        await checkin.ask("ListWaiting", request)


async def test_without_the_broker_nothing_can_be_decided(checkin: Checkin) -> None:
    """UNAVAILABLE, and nothing has changed."""
    checkin.stock.is_broker_gone = True
    copy = checkin.store()
    with pytest.raises(UnavailableError):
        await checkin.ask("AnnulCheckin", pb.AnnulCheckinRequest(checkin_id=id_of(copy), reason="代签"))
    assert checkin.stock.rulings == []


async def test_read_models_page_through_seats(checkin: Checkin) -> None:
    """The projector reads states and totals; nobody stands behind it."""
    users = sorted(checkin.store().user_id for _ in range(5))
    found, token = [], ""
    while True:
        request = pb.ListRecordsRequest(occurrence_id=bytes(16), page_size=2, page_token=token)
        page = await checkin.ask("ListRecords", request, caller="projector", token=None)
        found += [seat.user_id for seat in page.seats]
        token = page.next_page_token
        if not token:
            break
    asked = pb.ListTotalsRequest(occurrence_ids=[bytes(16)])
    totals = await checkin.ask("ListTotals", asked, caller="reporting", token=None)
    assert found == users
    assert (totals.totals[0].seats, totals.totals[0].revisions) == (1, 3)


def a_look(checkin: Checkin, **changes: Any) -> pb.LookAtDoorRequest:
    """Staff look at somebody who came before, by themselves."""
    values = {"activity_id": checkin.occurrence.activity_id, "attempt_id": new_id()}
    return pb.LookAtDoorRequest(**({"user_id": checkin.store().user_id} | values | changes))


def a_code(checkin: Checkin, user_id: bytes, age_s: int = 0) -> str:
    """The code on somebody's phone, or a photograph of it."""
    issued_at, activity_id = now_us() // 1_000_000 - age_s, checkin.occurrence.activity_id
    [key] = checkin.keys.at_activity(user_id, activity_id, issued_at, issued_at)
    return person_codes.draw(key, user_id, activity_id, issued_at, new_id()[-4:])


async def test_staff_see_where_a_person_stands(checkin: Checkin) -> None:
    """When they came, at which gate, by whom, and that they have left."""
    request, staff = a_look(checkin), new_id()
    came = Move(7, new_id(), 1, merge.Outcome.ACCEPTED, pb.METHOD_STAFF, "北门", staff)
    left = Move(9, new_id(), 2, merge.Outcome.ACCEPTED, pb.METHOD_QR)
    checkin.door.did[checkin.occurrence.occurrence_id, request.user_id] = [came, left]
    checkin.door.called = {request.user_id: "李四", staff: "王老师"}

    view = await checkin.ask("LookAtDoor", request)

    held = pb.DuplicateOf(checkin_id=checkin_id(request.user_id, came.attempt_id), checked_in_at=7, gate="北门")
    held.method, held.actor_id, held.actor_name = pb.METHOD_STAFF, staff, "王老师"
    assert view == pb.DoorView(held=held, left_at=9, passes=1, name="李四")


async def test_a_look_learns_of_nobody_whom_staff_may_not_let_in(checkin: Checkin) -> None:
    """Strangers, oneself, an activity that is none, and all of it for who is no staff."""
    vouched = await checkin.ask("LookAtDoor", a_look(checkin, user_id=new_id(), is_vouched=True))
    assert vouched == pb.DoorView()
    for changes in ({"user_id": new_id()}, {"activity_id": new_id()}):
        with pytest.raises(NotFoundError):
            await checkin.ask("LookAtDoor", a_look(checkin, **changes))
    with pytest.raises(PermissionDeniedError):
        await checkin.ask("LookAtDoor", a_look(checkin, user_id=checkin.person))
    checkin.stock.role = identity_pb2.ROLE_MEMBER
    with pytest.raises(NotFoundError):
        await checkin.ask("LookAtDoor", a_look(checkin))


async def test_a_code_that_was_looked_at_is_the_attempt_s(checkin: Checkin) -> None:
    """The same look again is the same; for another attempt it is used, and a photograph is over."""
    stranger = new_id()
    code = a_code(checkin, stranger)
    look = a_look(checkin, user_id=stranger, person_token=code)
    assert [await checkin.ask("LookAtDoor", look) for _ in range(2)] == [pb.DoorView()] * 2
    assert [*checkin.nonces.taken.values()] == [look.attempt_id]
    for token, reason in ((code, "PERSON_CODE_USED"), (a_code(checkin, stranger, age_s=40), "PERSON_CODE_EXPIRED")):
        with pytest.raises(InvalidArgumentError) as caught:
            await checkin.ask("LookAtDoor", a_look(checkin, user_id=stranger, person_token=token))
        assert caught.value.reason == reason


async def test_without_redis_staff_may_still_look(checkin: Checkin) -> None:
    """The check-in itself goes to a human then."""
    stranger = new_id()
    checkin.nonces.is_gone = True
    look = a_look(checkin, user_id=stranger, person_token=a_code(checkin, stranger))
    assert await checkin.ask("LookAtDoor", look) == pb.DoorView()


async def test_people_are_marked_and_a_look_tells_it(checkin: Checkin) -> None:
    """Who came by themselves, and whom activity vouches for; a stranger and the actor have an error of their own."""
    came, guest, stranger = checkin.store().user_id, new_id(), new_id()
    people = [pb.MarkPeopleRequest.Person(user_id=one, is_vouched=one == guest) for one in (stranger, came, guest)]
    people.append(pb.MarkPeopleRequest.Person(user_id=checkin.person))
    request = pb.MarkPeopleRequest(
        activity_id=checkin.occurrence.activity_id, mark=pb.MARK_LATE, reason="晚到", people=people
    )

    results = (await checkin.ask("MarkPeople", request)).results

    assert [one.user_id for one in results] == [stranger, came, guest, checkin.person]
    assert [one.status.code for one in results if one.HasField("status")] == [5, 7]
    assert [one.marked.mark for one in results if one.HasField("marked")] == [pb.MARK_LATE] * 2
    view = await checkin.ask("LookAtDoor", a_look(checkin, user_id=came))
    assert view.mark == pb.MARK_LATE
    checkin.stock.role = identity_pb2.ROLE_MEMBER
    with pytest.raises(NotFoundError):
        await checkin.ask("MarkPeople", request)
