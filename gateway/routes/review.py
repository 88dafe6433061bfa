"""What waits for a human, and what humans decide; for owner, organiser and staff."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, model_validator

from gateway.checkins import answers
from gateway.clients import DECIDE_MANY_S, DECIDE_S, ask
from gateway.http import problems
from gateway.http.fields import Id, IdempotencyKey, Model, PageSize, PageToken
from gateway.routes.dependencies import Caller, Services
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.clock import to_rfc3339
from servicekit.ids import to_text
from servicekit.rpc.status import from_status
from servicekit.tokens import Claims

router = APIRouter(prefix="/v1", tags=["review"])

StateName = Literal["pending", "approved", "refused", "closed"]
DecisionName = Literal["approve", "refuse"]
Revision = Annotated[int, Field(ge=1, le=2**63 - 1, description="The one that was looked at.")]
Reason = Annotated[str, Field(max_length=500)]

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

_encode = msgspec.json.Encoder().encode


class Approval(Model):
    """A yes; a reason may go with it."""

    revision: Revision
    reason: Reason = ""


class Refusal(Model):
    """A no, which needs a reason: the person reads it."""

    revision: Revision
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Annulment(Model):
    """Taking an accepted check-in back. Without a revision: as it is now."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]
    revision: Revision | None = None


class Item(Model):
    """One check-in of a decision on many, and the revision that the human saw."""

    id: Id
    revision: Revision


class Batch(Model):
    """One decision on many: on `items`, or on all that waits and came offline to an occurrence."""

    decision: DecisionName
    reason: Reason = ""
    items: Annotated[list[Item], Field(min_length=1, max_length=200)] | None = None
    occurrence_id: Id | None = None
    offline: Literal[True] | None = None

    @model_validator(mode="after")
    def _names_one_thing(self) -> "Batch":
        if (self.items is None) == (self.occurrence_id is None):
            raise ValueError("give either items or occurrence_id")
        if (self.occurrence_id is None) != (self.offline is None):
            raise ValueError("occurrence_id and offline: true go together")
        return self


class Review(msgspec.Struct):
    """A case. `is_recorded` is false while a decision is on its way; `claimed_at` is the phone's word."""

    id: str
    state: str
    revision: int
    user_name: str
    accuracy_m: int | None
    claimed_at: str | None
    received_at: str
    is_recorded: bool
    checkin: answers.Checkin
    history: list[answers.Event]


class BulkCase(msgspec.Struct):
    """How much waits of one occurrence, and how much of that came offline."""

    occurrence_id: str
    pending: int
    pending_offline: int


class ReviewPage(msgspec.Struct):
    """A page of cases, the longest waiting first; `cases` counts all that waits, on the first page only."""

    reviews: list[Review]
    cases: list[BulkCase]
    next_page_token: str


class Result(msgspec.Struct, omit_defaults=True):
    """What came of one: the case, or the problem with it."""

    id: str
    review: Review | None = None
    problem: problems.Problem | None = None


class Results(msgspec.Struct):
    """What came of a decision on many, one result for each check-in in order."""

    results: list[Result]


# What the OpenAPI document needs to know of these routes.
SCHEMAS = (ReviewPage, Results)


def _documented(name: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    meaning = {200: "As it is recorded.", 202: "Taken, and not in the record yet."}
    return {status: {"content": content, "description": meaning[status]} for status in statuses}


_DECIDED = _documented("Review", 200, 202)


@router.get("/reviews", response_class=Response, responses=_documented("ReviewPage", 200))
async def list_reviews(
    person: Caller,
    services: Services,
    activity_id: Annotated[Id, Query()],
    state: StateName = "pending",
    page_size: PageSize = 0,
    page_token: PageToken = "",
) -> Response:
    """What waits for a human in an activity, or was decided."""
    request = pb.ListReviewsRequest(
        activity_id=activity_id, state=_STATES[state], page_size=page_size, page_token=page_token
    )
    page: pb.ListReviewsResponse = await ask(services.checkin.ListReviews, request, person)
    cases = [BulkCase(to_text(case.occurrence_id), case.pending, case.pending_offline) for case in page.cases]
    return _json(ReviewPage([_review(one) for one in page.reviews], cases, page.next_page_token))


@router.post("/reviews/batch", response_class=Response, responses=_documented("Results", 200))
async def decide_many(
    body: Batch, request: Request, person: Caller, services: Services, idempotency_key: IdempotencyKey = ""
) -> Response:
    """Approves or refuses up to 200 named cases, or up to 1,000 that came offline to an occurrence."""
    wanted = pb.BatchDecideReviewsRequest(
        kind=_DECISIONS[body.decision],
        reason=body.reason,
        items=[pb.BatchDecideReviewsRequest.Item(checkin_id=one.id, revision=one.revision) for one in body.items or ()],
        occurrence_id=body.occurrence_id or b"",
        idempotency_key=idempotency_key,
    )
    decided: pb.BatchDecideReviewsResponse = await ask(
        services.checkin.BatchDecideReviews, wanted, person, timeout_s=DECIDE_MANY_S
    )
    request_id: str = request.state.request_id
    return _json(Results([_result(one, request_id) for one in decided.results]))


@router.get("/reviews/{checkin_id}", response_class=Response, responses=_documented("Review", 200))
async def get_review(checkin_id: Id, person: Caller, services: Services) -> Response:
    """One case and what happened to it."""
    return _json(_review(await ask(services.checkin.GetReview, pb.GetReviewRequest(checkin_id=checkin_id), person)))


@router.post("/reviews/{checkin_id}/approve", response_class=Response, responses=_DECIDED)
async def approve(
    checkin_id: Id, body: Approval, person: Caller, services: Services, idempotency_key: IdempotencyKey = ""
) -> Response:
    """Lets the person in."""
    return await _decide("approve", checkin_id, body, person, services, idempotency_key)


@router.post("/reviews/{checkin_id}/refuse", response_class=Response, responses=_DECIDED)
async def refuse(
    checkin_id: Id, body: Refusal, person: Caller, services: Services, idempotency_key: IdempotencyKey = ""
) -> Response:
    """Turns the attempt down; the person reads the reason and may appeal."""
    return await _decide("refuse", checkin_id, body, person, services, idempotency_key)


@router.post("/checkins/{checkin_id}/annul", response_class=Response, responses=_DECIDED)
async def annul(
    checkin_id: Id, body: Annulment, person: Caller, services: Services, idempotency_key: IdempotencyKey = ""
) -> Response:
    """Takes an accepted check-in back."""
    request = pb.AnnulCheckinRequest(
        checkin_id=checkin_id, revision=body.revision or 0, reason=body.reason, idempotency_key=idempotency_key
    )
    return _decided(await ask(services.checkin.AnnulCheckin, request, person, timeout_s=DECIDE_S))


async def _decide(
    decision: DecisionName,
    checkin_id: bytes,
    body: Approval | Refusal,
    person: Claims,
    services: Services,
    idempotency_key: str,
) -> Response:
    request = pb.DecideReviewRequest(
        checkin_id=checkin_id,
        kind=_DECISIONS[decision],
        revision=body.revision,
        reason=body.reason,
        idempotency_key=idempotency_key,
    )
    return _decided(await ask(services.checkin.DecideReview, request, person, timeout_s=DECIDE_S))


def _decided(review: pb.Review) -> Response:
    return _json(_review(review), 200 if review.is_recorded else 202)


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
    )


def _result(result: pb.DecisionResult, request_id: str) -> Result:
    identifier = to_text(result.checkin_id)
    if result.HasField("review"):
        return Result(identifier, review=_review(result.review))
    return Result(identifier, problem=problems.to_problem(from_status(result.status), request_id))


def _json(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(_encode(body), status, media_type="application/json")
