"""The routes of review over real HTTP: what reaches checkin, what comes back, and one's own records with history."""

from typing import Any

import pytest

from protos.activity.v1 import activity_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.errors import ConflictError, NotFoundError, UnavailableError
from servicekit.rpc.status import to_status
from tests.component.gateway.conftest import Gateway, a_record, of_a_table

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
AT_US = 1788220800_000000
AT = "2026-09-01T00:00:00.000Z"


def a_review(*, is_recorded: bool = True, **changes: Any) -> pb.Review:
    """A case that waits."""
    attempt = pb.Attempt(attempt_id=ids.new_id(), user_id=ids.new_id(), received_at=AT_US)
    fields = {"checkin_id": ids.from_text(ID), "outcome": pb.OUTCOME_PENDING_REVIEW, "revision": 3, "is_offline": True}
    history = [
        pb.Event(kind=pb.Event.KIND_RECEIVED, at=AT_US),
        pb.Event(kind=pb.Event.KIND_REFUSED, at=AT_US, reason="不在现场", is_stale=True),
    ]
    return pb.Review(
        checkin=a_record(attempt, **fields, history=history),
        state=pb.REVIEW_STATE_PENDING,
        user_name="李四",
        accuracy_m=17.6,
        received_at=AT_US,
        is_recorded=is_recorded,
        **changes,
    )


async def test_cases_are_listed(gateway: Gateway) -> None:
    """Filters reach checkin; each case has what a human decides on."""
    case = pb.BulkCase(occurrence_id=ids.from_text(ID), pending=5, pending_offline=4)
    gateway.services.answers["ListReviews"] = pb.ListReviewsResponse(
        reviews=[a_review()], cases=[case], next_page_token="n"
    )
    query: dict[str, str | int] = {"activity_id": ID, "state": "refused", "page_size": 1}

    answer = await gateway.http.get("/v1/reviews", params=query, headers=gateway.bearer())

    [sent] = gateway.services.requests("ListReviews")
    assert (sent.activity_id, sent.state, sent.page_size) == (ids.from_text(ID), pb.REVIEW_STATE_REFUSED, 1)
    body = answer.json()
    assert body["cases"] == [{"occurrence_id": ID, "pending": 5, "pending_offline": 4}]
    [review] = body["reviews"]
    assert (review["id"], review["revision"], review["state"], review["accuracy_m"]) == (ID, 3, "pending", 18)
    assert (review["claimed_at"], review["received_at"], review["user_name"]) == (None, AT, "李四")
    assert (review["checkin"]["is_offline"], review["checkin"]["revision"]) == (True, 3)
    assert review["history"] == [
        {"event": "received", "at": AT},
        {"event": "refused", "at": AT, "reason": "不在现场", "is_stale": True},
    ]


async def test_where_something_waits_is_told_by_activity(gateway: Gateway) -> None:
    """The newest first, as the activities are listed; where nothing waits is left out."""
    old, new, quiet = (ids.new_id() for _ in range(3))
    activities = [
        activity_pb2.Activity(activity_id=one, title=title)
        for one, title in ((new, "晚会"), (quiet, "讲座"), (old, "例会"))
    ]
    gateway.services.answers["ListActivities"] = activity_pb2.ListActivitiesResponse(activities=activities)
    counts = [pb.WaitingReviews(activity_id=one, pending=n, pending_offline=1) for one, n in ((old, 2), (new, 7))]
    gateway.services.answers["CountReviews"] = pb.CountReviewsResponse(activities=counts)

    answer = await gateway.http.get(f"/v1/reviews/waiting?organisation_id={ID}", headers=gateway.bearer())

    [listed], [counted] = gateway.services.requests("ListActivities"), gateway.services.requests("CountReviews")
    assert (listed.organisation_id, listed.page_size) == (ids.from_text(ID), 200)
    assert list(counted.activity_ids) == [new, quiet, old]
    assert answer.json()["activities"] == [
        {"activity_id": ids.to_text(new), "title": "晚会", "pending": 7, "pending_offline": 1, "lapse": None},
        {"activity_id": ids.to_text(old), "title": "例会", "pending": 2, "pending_offline": 1, "lapse": None},
    ]


async def test_what_somebody_tried_is_listed(gateway: Gateway) -> None:
    """The activity and the person reach checkin; each try reads as a case does."""
    gateway.services.answers["ListTries"] = pb.ListTriesResponse(tries=[a_review()])
    person = ids.to_text(ids.new_id())

    answer = await gateway.http.get(f"/v1/activities/{ID}/people/{person}/tries", headers=gateway.bearer())

    [sent] = gateway.services.requests("ListTries")
    assert (sent.activity_id, sent.user_id) == (ids.from_text(ID), ids.from_text(person))
    assert [one["id"] for one in answer.json()["tries"]] == [ID]


@of_a_table
@pytest.mark.parametrize("query", [{}, {"activity_id": "x"}, {"activity_id": ID, "state": "open"}])
async def test_a_list_needs_an_activity_and_a_known_state(lasting: Gateway, query: dict[str, str]) -> None:
    """Anything else never reaches checkin."""
    answer = await lasting.http.get("/v1/reviews", params=query, headers=lasting.bearer())
    assert answer.status_code in (400, 422) and lasting.services.requests("ListReviews") == []


@of_a_table
@pytest.mark.parametrize(
    ("path", "body", "method", "expected"),
    [
        (
            f"/v1/reviews/{ID}/approve",
            {"revision": 3},
            "DecideReview",
            {"kind": pb.DECISION_KIND_APPROVE, "revision": 3, "reason": ""},
        ),
        (
            f"/v1/reviews/{ID}/refuse",
            {"revision": 3, "reason": "不在现场"},
            "DecideReview",
            {"kind": pb.DECISION_KIND_REFUSE, "revision": 3, "reason": "不在现场"},
        ),
        (f"/v1/checkins/{ID}/annul", {"reason": "代签"}, "AnnulCheckin", {"revision": 0, "reason": "代签"}),
        (
            f"/v1/checkins/{ID}/annul",
            {"reason": "代签", "revision": 4},
            "AnnulCheckin",
            {"revision": 4, "reason": "代签"},
        ),
    ],
)
async def test_a_decision_reaches_checkin_as_it_was_made(
    lasting: Gateway, path: str, body: dict[str, Any], method: str, expected: dict[str, Any]
) -> None:
    """With its key; 200 as recorded, 202 while it is on its way."""
    for is_recorded, status in ((True, 200), (False, 202)):
        lasting.services.answers[method] = a_review(is_recorded=is_recorded)
        headers = {**lasting.bearer(), "idempotency-key": "k-1"}
        answer = await lasting.http.post(path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["is_recorded"]) == (status, is_recorded)
    sent = lasting.services.requests(method)[0]
    assert {name: getattr(sent, name) for name in expected} == expected
    assert (sent.checkin_id, sent.idempotency_key) == (ids.from_text(ID), "k-1")


_BAD: list[tuple[str, dict[str, Any], str]] = [
    (f"/v1/reviews/{ID}/approve", {}, "revision"),
    (f"/v1/reviews/{ID}/approve", {"revision": 0}, "revision"),
    (f"/v1/reviews/{ID}/refuse", {"revision": 1}, "reason"),
    (f"/v1/reviews/{ID}/refuse", {"revision": 1, "reason": "x" * 501}, "reason"),
    (f"/v1/reviews/{ID}/refuse", {"revision": "1", "reason": "x"}, "revision"),
    (f"/v1/checkins/{ID}/annul", {}, "reason"),
    (f"/v1/checkins/{ID}/appeal", {"reason": ""}, "reason"),
    ("/v1/reviews/batch", {"decision": "approve"}, "body"),
    ("/v1/reviews/batch", {"decision": "approve", "occurrence_id": ID}, "body"),
    ("/v1/reviews/batch", {"decision": "approve", "items": [{"id": ID, "revision": 1}], "offline": True}, "body"),
    ("/v1/reviews/batch", {"decision": "approve", "items": []}, "items"),
    ("/v1/reviews/batch", {"decision": "annul", "items": [{"id": ID, "revision": 1}]}, "decision"),
    ("/v1/reviews/batch", {"decision": "approve", "items": [{"id": ID}]}, "items.0.revision"),
]


@of_a_table
@pytest.mark.parametrize(("path", "body", "field"), _BAD)
async def test_a_decision_that_makes_no_sense(lasting: Gateway, path: str, body: dict[str, Any], field: str) -> None:
    """The field is named and checkin is not asked."""
    answer = await lasting.http.post(path, json=body, headers=lasting.bearer())
    assert answer.status_code in (400, 422)
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not {"DecideReview", "BatchDecideReviews", "AnnulCheckin", "AppealCheckin"} & {
        name for name, _, _ in lasting.services.calls
    }


async def test_many_decisions_have_a_result_each(gateway: Gateway) -> None:
    """A case or a problem, in checkin's order."""
    other = ids.new_id()
    gateway.services.answers["BatchDecideReviews"] = pb.BatchDecideReviewsResponse(
        results=[
            pb.DecisionResult(checkin_id=ids.from_text(ID), review=a_review()),
            pb.DecisionResult(checkin_id=other, status=to_status(ConflictError("it has changed"))),
        ]
    )
    body = {"decision": "approve", "items": [{"id": ID, "revision": 3}, {"id": ids.to_text(other), "revision": 1}]}

    answer = await gateway.http.post("/v1/reviews/batch", json=body, headers=gateway.bearer())

    [sent] = gateway.services.requests("BatchDecideReviews")
    assert [(item.checkin_id, item.revision) for item in sent.items] == [(ids.from_text(ID), 3), (other, 1)]
    first, second = answer.json()["results"]
    assert (answer.status_code, first["review"]["id"], "problem" in first) == (200, ID, False)
    assert (second["id"], second["problem"]["reason"], second["problem"]["status"]) == (
        ids.to_text(other), "CONFLICT", 409,
    )  # fmt: skip


async def test_a_whole_offline_class_is_named_by_its_occurrence(gateway: Gateway) -> None:
    """No items then."""
    gateway.services.answers["BatchDecideReviews"] = pb.BatchDecideReviewsResponse()
    body = {"decision": "refuse", "reason": "停课", "occurrence_id": ID, "offline": True}
    answer = await gateway.http.post("/v1/reviews/batch", json=body, headers=gateway.bearer())
    [sent] = gateway.services.requests("BatchDecideReviews")
    assert (sent.occurrence_id, len(sent.items), answer.json()) == (ids.from_text(ID), 0, {"results": []})


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (ConflictError("it has changed", metadata={"revision": "4"}), 409, "CONFLICT"),
        (NotFoundError("there is no such check-in"), 404, "NOT_FOUND"),
        (UnavailableError("no broker"), 503, "UNAVAILABLE"),
    ],
)
async def test_what_checkin_says_no_to(gateway: Gateway, error: Exception, status: int, reason: str) -> None:
    """Problems as everywhere."""
    gateway.services.answers["DecideReview"] = error
    answer = await gateway.http.post(f"/v1/reviews/{ID}/approve", json={"revision": 3}, headers=gateway.bearer())
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


async def test_one_record_has_its_history(gateway: Gateway) -> None:
    """The person reads what happened and why."""
    gateway.services.answers["GetCheckin"] = a_review().checkin
    answer = await gateway.http.get(f"/v1/checkins/{ID}", headers=gateway.bearer())
    assert [event["event"] for event in answer.json()["history"]] == ["received", "refused"]
    assert answer.json()["message"] == "待人工核验，请留意结果"


@pytest.mark.parametrize(("kinds", "status"), [([pb.Event.KIND_APPEALED], 200), ([], 202)])
async def test_an_appeal_is_recorded_or_on_its_way(gateway: Gateway, kinds: list[Any], status: int) -> None:
    """Its history tells which."""
    record = a_review().checkin
    record.history.extend(pb.Event(kind=kind, at=AT_US) for kind in kinds)
    gateway.services.answers["AppealCheckin"] = record
    answer = await gateway.http.post(f"/v1/checkins/{ID}/appeal", json={"reason": "我在"}, headers=gateway.bearer())
    assert answer.status_code == status
    assert gateway.services.requests("AppealCheckin")[0].reason == "我在"
