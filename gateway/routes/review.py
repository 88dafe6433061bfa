"""What waits for a human, and what humans decide; for owner, organiser and staff."""

from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta
from starlette.responses import Response

from gateway.checkins import answers
from gateway.clients import DECIDE_MANY_S, DECIDE_S, ask
from gateway.http import problems
from gateway.http.fields import Id, IdText, Input, Keyed, NextPageToken, Page, Time
from gateway.openapi import RECORDED
from gateway.routes.activity_shapes import Title, UndecidedName
from gateway.routes.dependencies import Call, Routes, reply
from protos.activity.v1 import activity_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text
from servicekit.rpc.status import from_status

routes = Routes("review")

_ACTIVITIES = 200

StateName = Literal["pending", "approved", "refused", "closed"]
DecisionName = Literal["approve", "refuse"]
Revision = Annotated[int, Meta(ge=1, le=2**63 - 1, description="The one that was looked at.")]
Reason = Annotated[str, Meta(max_length=500)]
GivenReason = Annotated[str, Meta(min_length=1, max_length=500, examples=["不在现场"])]

_STATES: dict[StateName, pb.ReviewState.ValueType] = {
    "pending": pb.REVIEW_STATE_PENDING,
    "approved": pb.REVIEW_STATE_APPROVED,
    "refused": pb.REVIEW_STATE_REFUSED,
    "closed": pb.REVIEW_STATE_CLOSED,
}
_STATE_NAMES: dict[int, StateName] = {number: name for name, number in _STATES.items()}
_DECISIONS: dict[DecisionName, pb.DecisionKind.ValueType] = {
    "approve": pb.DECISION_KIND_APPROVE,
    "refuse": pb.DECISION_KIND_REFUSE,
}
_LAPSES: dict[int, UndecidedName] = {pb.DECISION_KIND_APPROVE: "present", pb.DECISION_KIND_REFUSE: "absent"}


class Yes(int):
    """True, and nothing else."""

    @classmethod
    def parse(cls, value: object) -> Self:
        """From JSON; ValueError for anything else."""
        if value is not True:
            raise ValueError("must be true")
        return cls(value)


class Approval(Input):
    """A yes; a reason may go with it."""

    revision: Revision
    reason: Reason = ""


class Refusal(Input):
    """A no, which needs a reason: the person reads it."""

    revision: Revision
    reason: GivenReason


class Annulment(Input):
    """Taking an accepted check-in back. Without a revision: as it is now."""

    reason: GivenReason
    revision: Revision | None = None


class Item(Input):
    """One check-in of a decision on many, and the revision that the human saw."""

    id: Id
    revision: Revision


class Batch(Input):
    """One decision on many: on `items`, or on all that waits and came offline to an occurrence."""

    decision: DecisionName
    reason: Reason = ""
    items: Annotated[list[Item], Meta(min_length=1, max_length=200)] | None = None
    occurrence_id: Id | None = None
    offline: Annotated[Yes, Meta(extra_json_schema={"type": "boolean", "const": True})] | None = None

    def __post_init__(self) -> None:
        """Refuses a batch that does not name one thing."""
        if (self.items is None) == (self.occurrence_id is None):
            raise ValueError("give either items or occurrence_id")
        if (self.occurrence_id is None) != (self.offline is None):
            raise ValueError("occurrence_id and offline: true go together")


class ListQuery(Page, kw_only=True):
    """Of which activity, what of it, and which part of the list."""

    activity_id: Id
    state: StateName = "pending"


class Lapse(msgspec.Struct):
    """What becomes of what waits when nobody decides, as the activity's policy says."""

    counts_as: UndecidedName
    at: Annotated[Time, Meta(description="No sooner than then; a human's word puts it off.")]


class Review(msgspec.Struct):
    """A case. `is_recorded` is false while a decision is on its way; `claimed_at` is the phone's word."""

    id: IdText
    state: StateName
    revision: int
    user_name: Annotated[str, Meta(examples=["李雷"])]
    accuracy_m: int | None
    claimed_at: Time | None
    received_at: Time
    is_recorded: bool
    checkin: answers.Checkin
    history: list[answers.Event]
    lapse: Annotated[Lapse | None, Meta(description="Of what waits; null: until somebody decides.")]


class Tries(msgspec.Struct):
    """What one person tried at an activity, the last first; 50 at most."""

    tries: list[Review]


class BulkCase(msgspec.Struct):
    """How much waits of one occurrence, and how much of that came offline."""

    occurrence_id: IdText
    pending: int
    pending_offline: int


class ReviewPage(msgspec.Struct):
    """A page of cases, the longest waiting first; `cases` counts all that waits, on the first page only."""

    reviews: list[Review]
    cases: list[BulkCase]
    next_page_token: NextPageToken


class WaitingQuery(msgspec.Struct):
    """Of which organisation; without one of all whose activities the caller sees."""

    organisation_id: Id | None = None


class WaitingActivity(msgspec.Struct):
    """How much waits for a human in an activity, and how much of that came offline."""

    activity_id: IdText
    title: Title
    pending: int
    pending_offline: int
    lapse: Annotated[Lapse | None, Meta(description="The soonest; null: it waits until somebody decides.")]


class QueueQuery(Page, kw_only=True):
    """What of an organisation's queue."""

    activity_id: Annotated[Id | None, Meta(description="Of one activity alone.")] = None
    reason: Annotated[str, Meta(pattern="^([A-Z][A-Z_]{0,39})?$", description="With this among its reasons.")] = ""
    order: Annotated[Literal["oldest", "newest"], Meta(description="What comes first.")] = "oldest"


class Queue(msgspec.Struct):
    """A page of what waits for the caller in all of an organisation, without their own attempts.

    `count` and `activities` are on the first page only: a thousand stands for more than 999, and of activities it
    names the 200 where the most waits, whatever is filtered.
    """

    reviews: list[Review]
    count: Annotated[int | None, Meta(examples=[12])]
    activities: list[WaitingActivity]
    next_page_token: NextPageToken


class WaitingActivities(msgspec.Struct):
    """Where something waits, the newest activity first."""

    activities: list[WaitingActivity]


class Decided(msgspec.Struct, omit_defaults=True):
    """What came of one: the case, or the problem with it."""

    id: IdText
    review: Review | None = None
    problem: problems.Problem | None = None


class Results(msgspec.Struct):
    """What came of a decision on many, one result for each check-in in order."""

    results: list[Decided]


_ANSWERS = {200: Review, 202: Review}


@routes.on("GET", "/v1/reviews")
async def list_reviews(call: Call, query: ListQuery) -> ReviewPage:
    """What waits for a human in an activity, or was decided."""
    request = pb.ListReviewsRequest(
        activity_id=query.activity_id,
        state=_STATES[query.state],
        page_size=query.page_size,
        page_token=query.page_token,
    )
    page: pb.ListReviewsResponse = await ask(call.services.checkin.ListReviews, request, call.person)
    cases = [BulkCase(to_text(case.occurrence_id), case.pending, case.pending_offline) for case in page.cases]
    return ReviewPage([_review(one) for one in page.reviews], cases, page.next_page_token)


@routes.on("GET", "/v1/reviews/waiting")
async def list_waiting(call: Call, query: WaitingQuery) -> WaitingActivities:
    """Where something waits for a human, of the 200 newest activities."""
    listing = activity_pb2.ListActivitiesRequest(organisation_id=query.organisation_id or b"", page_size=_ACTIVITIES)
    page: activity_pb2.ListActivitiesResponse = await ask(call.services.activity.ListActivities, listing, call.person)
    titles = {one.activity_id: one.title for one in page.activities}
    request = pb.CountReviewsRequest(activity_ids=titles)
    counted: pb.CountReviewsResponse = await ask(call.services.checkin.CountReviews, request, call.person)
    counts = {one.activity_id: one for one in counted.activities}
    return WaitingActivities([_waiting(titles[key], counts[key]) for key in titles if key in counts])


@routes.on("GET", "/v1/organisations/{organisation_id}/reviews")
async def list_queue(call: Call, organisation_id: Id, query: QueueQuery) -> Queue:
    """What waits for the caller in all of an organisation, or in those of its activities whose staff they are."""
    request = pb.ListWaitingRequest(
        organisation_id=organisation_id,
        activity_id=query.activity_id or b"",
        reason=query.reason,
        is_newest_first=query.order == "newest",
        page_size=query.page_size,
        page_token=query.page_token,
    )
    page: pb.ListWaitingResponse = await ask(call.services.checkin.ListWaiting, request, call.person)
    where = [_waiting(each.activity_title, each) for each in page.activities]
    count = None if query.page_token else page.count
    return Queue([_review(one) for one in page.reviews], count, where, page.next_page_token)


_A_BATCH = {
    "decision": "approve",
    "items": [{"id": "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f", "revision": 3}],
}


@routes.on("POST", "/v1/reviews/batch", example=_A_BATCH)
async def decide_many(call: Call, headers: Keyed, body: Batch) -> Results:
    """Approves or refuses up to 200 named cases, or up to 1,000 that came offline to an occurrence."""
    request = pb.BatchDecideReviewsRequest(
        kind=_DECISIONS[body.decision],
        reason=body.reason,
        items=[pb.BatchDecideReviewsRequest.Item(checkin_id=one.id, revision=one.revision) for one in body.items or ()],
        occurrence_id=body.occurrence_id or b"",
        idempotency_key=headers.idempotency_key,
    )
    decided: pb.BatchDecideReviewsResponse = await ask(
        call.services.checkin.BatchDecideReviews, request, call.person, timeout_s=DECIDE_MANY_S
    )
    return Results([_result(one, call.request_id) for one in decided.results])


@routes.on("GET", "/v1/reviews/{checkin_id}")
async def get_review(call: Call, checkin_id: Id) -> Review:
    """One case and what happened to it."""
    request = pb.GetReviewRequest(checkin_id=checkin_id)
    return _review(await ask(call.services.checkin.GetReview, request, call.person))


@routes.on("GET", "/v1/activities/{activity_id}/people/{user_id}/tries")
async def list_tries(call: Call, activity_id: Id, user_id: Id) -> Tries:
    """What one person tried at an activity and why each reads as it does; of who never tried nothing."""
    request = pb.ListTriesRequest(activity_id=activity_id, user_id=user_id)
    found: pb.ListTriesResponse = await ask(call.services.checkin.ListTries, request, call.person)
    return Tries([_review(one) for one in found.tries])


@routes.on("POST", "/v1/reviews/{checkin_id}/approve", answers=_ANSWERS, meanings=RECORDED)
async def approve(call: Call, checkin_id: Id, headers: Keyed, body: Approval) -> Response:
    """Lets the person in."""
    return await _decide("approve", call, checkin_id, headers, body)


@routes.on("POST", "/v1/reviews/{checkin_id}/refuse", answers=_ANSWERS, meanings=RECORDED)
async def refuse(call: Call, checkin_id: Id, headers: Keyed, body: Refusal) -> Response:
    """Turns the attempt down; the person reads the reason and may appeal."""
    return await _decide("refuse", call, checkin_id, headers, body)


@routes.on("POST", "/v1/checkins/{checkin_id}/annul", answers=_ANSWERS, meanings=RECORDED)
async def annul(call: Call, checkin_id: Id, headers: Keyed, body: Annulment) -> Response:
    """Takes an accepted check-in back."""
    request = pb.AnnulCheckinRequest(
        checkin_id=checkin_id,
        revision=body.revision or 0,
        reason=body.reason,
        idempotency_key=headers.idempotency_key,
    )
    return _decided(await ask(call.services.checkin.AnnulCheckin, request, call.person, timeout_s=DECIDE_S))


async def _decide(
    decision: DecisionName, call: Call, checkin_id: bytes, headers: Keyed, body: Approval | Refusal
) -> Response:
    request = pb.DecideReviewRequest(
        checkin_id=checkin_id,
        kind=_DECISIONS[decision],
        revision=body.revision,
        reason=body.reason,
        idempotency_key=headers.idempotency_key,
    )
    return _decided(await ask(call.services.checkin.DecideReview, request, call.person, timeout_s=DECIDE_S))


def _decided(review: pb.Review) -> Response:
    return reply(_review(review), 200 if review.is_recorded else 202)


def _review(review: pb.Review) -> Review:
    return Review(
        to_text(review.checkin.checkin_id),
        _STATE_NAMES.get(review.state, "closed"),
        review.checkin.revision,
        review.user_name,
        round(review.accuracy_m) if review.accuracy_m > 0 else None,
        to_rfc3339(review.claimed_at) if review.claimed_at else None,
        to_rfc3339(review.received_at),
        review.is_recorded,
        answers.to_checkin(review.checkin),
        answers.to_history(review.checkin),
        _lapse(review),
    )


def _waiting(title: str, count: pb.WaitingReviews) -> WaitingActivity:
    return WaitingActivity(to_text(count.activity_id), title, count.pending, count.pending_offline, _lapse(count))


def _lapse(of: pb.Review | pb.WaitingReviews) -> Lapse | None:
    name = _LAPSES.get(of.lapse.kind)
    return Lapse(name, to_rfc3339(of.lapse.at)) if name else None


def _result(result: pb.DecisionResult, request_id: str) -> Decided:
    identifier = to_text(result.checkin_id)
    if result.HasField("review"):
        return Decided(identifier, review=_review(result.review))
    return Decided(identifier, problem=problems.to_problem(from_status(result.status), request_id))
