"""CheckinService: batches from the gateway, a person's own records, review, and what read models are rebuilt from."""

from collections.abc import Iterable
from typing import Any, cast

import grpc

from domainkit.copies import settle
from protos.checkin.v1 import checkin_pb2 as pb
from protos.checkin.v1 import checkin_pb2_grpc
from servicekit import pages
from servicekit.errors import NotFoundError, ServiceError, UnavailableError, invalid
from servicekit.plain_text import tidy
from servicekit.rpc.interceptors import by, for_person, person
from servicekit.rpc.status import to_status
from services.checkin.accepting.accept import Acceptance
from services.checkin.judging.snapshots import Activities
from services.checkin.records.acquaintances import Acquaintances
from services.checkin.records.cursor import Changes
from services.checkin.records.look import Looks
from services.checkin.records.own_list import OwnList, Place
from services.checkin.records.records import Position, Records, ReviewPosition
from services.checkin.records.rulings import Rulings
from services.checkin.reviewing.decision import Word, kind_of
from services.checkin.reviewing.marking import Marking
from services.checkin.reviewing.queue import Queue
from services.checkin.reviewing.review import PAGE, Result, Reviews
from services.checkin.rules.merge import DecisionKind
from services.checkin.seats.seats import Seats

_SERVICE = "/checkin.v1.CheckinService/"
_PERSONAL = (
    "GetCheckin",
    "ListCheckins",
    "ListChanges",
    "ListReviews",
    "CountReviews",
    "ListWaiting",
    "GetReview",
    "ListTries",
    "DecideReview",
    "BatchDecideReviews",
    "AnnulCheckin",
    "AppealCheckin",
    "LookAtDoor",
    "MarkPeople",
)
ACCESS = {_SERVICE + method: for_person("gateway") for method in _PERSONAL} | {
    _SERVICE + "BatchCreateCheckins": by("gateway"),
    _SERVICE + "ListRecords": by("reporting", "projector"),
    _SERVICE + "ListTotals": by("reporting", "projector"),
    _SERVICE + "ListRulings": by("exporter"),
    _SERVICE + "FilterAcquaintances": by("identity"),
    _SERVICE + "FilterAttendees": by("activity"),
}
_MAXIMUM_TOTALS = 1000
_MAXIMUM_PEOPLE = 500
_ID_BYTES = 16

Context = grpc.aio.ServicerContext[Any, Any]


class CheckinServicer(checkin_pb2_grpc.CheckinServiceServicer):
    """Maps the wire to `accept.py`, `review.py` and the stored records."""

    def __init__(
        self,
        acceptance: Acceptance,
        seats: Seats,
        records: Records,
        activities: Activities,
        changes: Changes,
        reviews: Reviews,
        queue: Queue,
        marking: Marking,
        acquaintances: Acquaintances,
        looks: Looks,
        rulings: Rulings,
    ) -> None:
        self._acceptance = acceptance
        self._seats = seats
        self._records = records
        self._own = OwnList(records)
        self._activities = activities
        self._changes = changes
        self._reviews = reviews
        self._queue = queue
        self._marking = marking
        self._acquaintances = acquaintances
        self._looks = looks
        self._rulings = rulings

    async def BatchCreateCheckins(
        self, request: pb.BatchCreateCheckinsRequest, context: Context
    ) -> pb.BatchCreateCheckinsResponse:
        """A result per attempt, in order."""
        for attempt in request.attempts:
            settle(attempt)
        return await self._acceptance.accept(request.attempts)

    async def GetCheckin(self, request: pb.GetCheckinRequest, context: Context) -> pb.Checkin:
        """From MySQL with its history, else what was answered in the last 15 minutes."""
        user_id = person().user_id
        stored = await self._records.get(user_id, request.checkin_id)
        if stored is not None:
            record = stored.record()
            record.history.extend(stored.history())
        else:
            record = await self._answered(user_id, request.checkin_id)
        await self._name_activities([record])
        return record

    async def ListCheckins(self, request: pb.ListCheckinsRequest, context: Context) -> pb.ListCheckinsResponse:
        """A page from MySQL and of what is answered but not recorded yet, see `own_list.py`."""
        user_id, size = person().user_id, pages.page_size(request.page_size)
        place = pages.decode(request.page_token, int, int, bytes, int, int)
        # Asked for first: what is recorded meanwhile is found twice rather than never.
        fresh = await self._unrecorded(user_id)
        records, more = await self._own.page(user_id, size, Place(*cast(Place, place)) if place else None, fresh)
        await self._name_activities(records)
        return pb.ListCheckinsResponse(checkins=records, next_page_token=pages.encode(*more) if more else "")

    async def ListChanges(self, request: pb.ListChangesRequest, context: Context) -> pb.ListChangesResponse:
        """What a phone has not seen yet."""
        size = pages.page_size(request.page_size)
        response = await self._changes.after(person().user_id, request.cursor, size)
        await self._name_activities(response.changes)
        return response

    async def ListReviews(self, request: pb.ListReviewsRequest, context: Context) -> pb.ListReviewsResponse:
        """A page of an activity's cases, the longest waiting first."""
        size, state = pages.page_size(request.page_size), request.state or pb.REVIEW_STATE_PENDING
        after = cast(ReviewPosition | None, pages.decode(request.page_token, int, bytes, bytes))
        found, cases, more = await self._reviews.page(person().user_id, request.activity_id, state, size, after)
        await self._name_activities([review.checkin for review in found])
        token = pages.encode(*more) if more else ""
        return pb.ListReviewsResponse(reviews=found, cases=cases, next_page_token=token)

    async def CountReviews(self, request: pb.CountReviewsRequest, context: Context) -> pb.CountReviewsResponse:
        """How much waits in each of some activities."""
        if len(request.activity_ids) > PAGE:
            raise invalid("activity_ids", f"must be {PAGE} at most")
        found = await self._reviews.waiting(person().user_id, request.activity_ids)
        return pb.CountReviewsResponse(activities=found)

    async def ListWaiting(self, request: pb.ListWaitingRequest, context: Context) -> pb.ListWaitingResponse:
        """A page of what waits in all of an organisation."""
        after = cast(ReviewPosition | None, pages.decode(request.page_token, int, bytes, bytes))
        page = await self._queue.page(person().user_id, request, pages.page_size(request.page_size), after)
        await self._name_activities([review.checkin for review in page.reviews])
        return pb.ListWaitingResponse(
            reviews=page.reviews,
            next_page_token=pages.encode(*page.more) if page.more else "",
            count=page.count,
            activities=page.activities,
        )

    async def GetReview(self, request: pb.GetReviewRequest, context: Context) -> pb.Review:
        """One case with its history."""
        return await self._named(await self._reviews.get(person().user_id, request.checkin_id))

    async def ListTries(self, request: pb.ListTriesRequest, context: Context) -> pb.ListTriesResponse:
        """What one person tried at an activity."""
        tries = await self._reviews.tries(person().user_id, request.activity_id, request.user_id)
        await self._name_activities([one.checkin for one in tries])
        return pb.ListTriesResponse(tries=tries)

    async def DecideReview(self, request: pb.DecideReviewRequest, context: Context) -> pb.Review:
        """Approves or refuses one."""
        kind = kind_of(request.kind, DecisionKind.APPROVE, DecisionKind.REFUSE)
        if not request.revision:
            raise invalid("revision", "is required: the one you decide on")
        word = Word(person().user_id, kind, tidy(request.reason), request.idempotency_key)
        return await self._named(await self._reviews.decide(word, request.checkin_id, request.revision))

    async def BatchDecideReviews(
        self, request: pb.BatchDecideReviewsRequest, context: Context
    ) -> pb.BatchDecideReviewsResponse:
        """Approves or refuses many; a result per item, in order."""
        kind = kind_of(request.kind, DecisionKind.APPROVE, DecisionKind.REFUSE)
        word = Word(person().user_id, kind, tidy(request.reason), request.idempotency_key)
        if request.occurrence_id and not request.items:
            results = await self._reviews.decide_offline(word, request.occurrence_id)
        else:
            results = await self._reviews.decide_all(word, _saw_revisions(request))
        await self._name_activities([one.checkin for one in results.values() if isinstance(one, pb.Review)])
        return pb.BatchDecideReviewsResponse(
            results=[_to_result(identifier, result) for identifier, result in results.items()]
        )

    async def AnnulCheckin(self, request: pb.AnnulCheckinRequest, context: Context) -> pb.Review:
        """Takes an accepted check-in back."""
        word = Word(person().user_id, DecisionKind.ANNUL, tidy(request.reason), request.idempotency_key)
        return await self._named(await self._reviews.decide(word, request.checkin_id, request.revision))

    async def AppealCheckin(self, request: pb.AppealCheckinRequest, context: Context) -> pb.Checkin:
        """The calling person's word against a refusal; its history tells whether it is recorded."""
        word = Word(person().user_id, DecisionKind.APPEAL, tidy(request.reason), request.idempotency_key)
        stored = await self._reviews.appeal(word, request.checkin_id)
        record = stored.record()
        record.history.extend(stored.history())
        await self._name_activities([record])
        return record

    async def MarkPeople(self, request: pb.MarkPeopleRequest, context: Context) -> pb.MarkPeopleResponse:
        """What each counts as now, in order."""
        results = await self._marking.mark(person().user_id, request)
        return pb.MarkPeopleResponse(results=[_to_mark(user_id, result) for user_id, result in results.items()])

    async def ListRecords(self, request: pb.ListRecordsRequest, context: Context) -> pb.ListRecordsResponse:
        """A page of an occurrence's seats."""
        size = pages.page_size(request.page_size)
        after = cast(tuple[bytes, int] | None, pages.decode(request.page_token, bytes, int))
        response = await self._records.list_states(request.occurrence_id, size, after)
        if len(response.seats) == size:
            response.next_page_token = pages.encode(response.seats[-1].user_id, response.seats[-1].direction)
        return response

    async def ListTotals(self, request: pb.ListTotalsRequest, context: Context) -> pb.ListTotalsResponse:
        """Seats and revisions of each occurrence, in order."""
        if len(request.occurrence_ids) > _MAXIMUM_TOTALS:
            raise invalid("occurrence_ids", f"must be at most {_MAXIMUM_TOTALS}")
        return pb.ListTotalsResponse(totals=await self._records.totals(request.occurrence_ids))

    async def ListRulings(self, request: pb.ListRulingsRequest, context: Context) -> pb.ListRulingsResponse:
        """The last word on each seat on which there is one."""
        if len(request.seats) > _MAXIMUM_PEOPLE:
            raise invalid("seats", f"must be at most {_MAXIMUM_PEOPLE}")
        seats = {(each.occurrence_id, each.user_id) for each in request.seats}
        if any(len(each) != _ID_BYTES for seat in seats for each in seat):
            raise invalid("seats", "each has an occurrence_id and a user_id of 16 bytes")
        return pb.ListRulingsResponse(rulings=await self._rulings.of(seats))

    async def FilterAcquaintances(
        self, request: pb.FilterAcquaintancesRequest, context: Context
    ) -> pb.FilterAcquaintancesResponse:
        """Those who came, or tried to."""
        if len(request.user_ids) > _MAXIMUM_PEOPLE:
            raise invalid("user_ids", f"must be at most {_MAXIMUM_PEOPLE}")
        came = await self._acquaintances.who_came(request.organisation_id, set(request.user_ids))
        return pb.FilterAcquaintancesResponse(user_ids=came)

    async def FilterAttendees(self, request: pb.FilterAttendeesRequest, context: Context) -> pb.FilterAttendeesResponse:
        """Those who came, as it is recorded."""
        for name, most in (("occurrence_ids", _MAXIMUM_TOTALS), ("user_ids", _MAXIMUM_PEOPLE)):
            if len(getattr(request, name)) > most:
                raise invalid(name, f"must be at most {most}")
        came = await self._records.who_came(request.occurrence_ids, request.user_ids)
        return pb.FilterAttendeesResponse(user_ids=came)

    async def LookAtDoor(self, request: pb.LookAtDoorRequest, context: Context) -> pb.DoorView:
        """Where a person stands, for owner, organiser and staff."""
        return await self._looks.look(request, person().user_id)

    async def _answered(self, user_id: bytes, identifier: bytes) -> pb.Checkin:
        for _, record in await self._answers(user_id):
            if record.checkin_id == identifier:
                return record
        raise NotFoundError("there is no such check-in")

    async def _unrecorded(self, user_id: bytes) -> dict[Position, pb.Checkin]:
        """What a person was answered and MySQL does not have yet, by its place in their list."""
        told = await self._answers(user_id)
        if not told:
            return {}
        stored = await self._records.which_are_stored([(user_id, record.attempt_id) for _, record in told])
        return {(at, record.attempt_id): record for at, record in told if (user_id, record.attempt_id) not in stored}

    async def _answers(self, user_id: bytes) -> list[tuple[int, pb.Checkin]]:
        """What a person was told lately: when the attempt arrived, and the record."""
        try:
            answers = await self._seats.answers_of(user_id)
        except UnavailableError:
            # Without Redis only what is recorded can be shown; the rest follows within a second.
            return []
        return [(answer.received_at, record) for answer in answers if (record := answer.record())]

    async def _named(self, review: pb.Review) -> pb.Review:
        await self._name_activities([review.checkin])
        return review

    async def _name_activities(self, records: Iterable[pb.Checkin]) -> None:
        records = list(records)
        try:
            await self._activities.find({record.occurrence_id for record in records if record.occurrence_id}, (), ())
        except UnavailableError:
            # Titles are an ornament here.
            return
        for record in records:
            if snapshot := self._activities.get(record.occurrence_id):
                record.activity_title = snapshot.occurrence.title
                record.place_name = snapshot.occurrence.place_name


def _saw_revisions(request: pb.BatchDecideReviewsRequest) -> dict[bytes, int]:
    """What the human saw of each.

    Raises:
        InvalidArgumentError: Nothing is named, too much, one thing twice, or an item without a revision.
    """
    if request.occurrence_id or not 1 <= len(request.items) <= PAGE:
        raise invalid("items", f"name 1 to {PAGE} check-ins, or else an occurrence")
    if not all(item.revision for item in request.items):
        raise invalid("items", "each needs the revision you decide on")
    saw = {item.checkin_id: item.revision for item in request.items}
    if len(saw) < len(request.items):
        raise invalid("items", "must not name the same check-in twice")
    return saw


def _to_mark(user_id: bytes, result: pb.Marked | ServiceError) -> pb.MarkResult:
    if isinstance(result, ServiceError):
        return pb.MarkResult(user_id=user_id, status=to_status(result))
    return pb.MarkResult(user_id=user_id, marked=result)


def _to_result(identifier: bytes, result: Result) -> pb.DecisionResult:
    if isinstance(result, ServiceError):
        return pb.DecisionResult(checkin_id=identifier, status=to_status(result))
    return pb.DecisionResult(checkin_id=identifier, review=result)
