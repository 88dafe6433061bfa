"""The surface over real HTTP: mapping to the services, problems, pages, one OpenAPI document."""

from typing import Any

import pytest

from protos.activity.v1 import activity_pb2
from protos.checkin.v1 import checkin_pb2
from protos.identity.v1 import identity_pb2
from protos.reporting.v1 import reporting_pb2
from servicekit import ids
from servicekit.errors import FieldError, InvalidArgumentError, PermissionDeniedError, UnavailableError
from tests.component.gateway.conftest import Gateway, a_record, of_a_table

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
AT_US = 1788220800_000000
AT = "2026-09-01T00:00:00.000Z"
NEW_ACTIVITY: dict[str, Any] = {
    "organisation_id": ID,
    "kind": "event",
    "title": "开工大会",
    "starts_at": "2026-09-01T08:00:00+08:00",
    "ends_at": "2026-09-01T10:00:00+08:00",
    "late_after_s": 0,
    "place": {"name": "一号厅", "latitude": 31.2, "longitude": 121.4, "coord": "gcj02"},
    "wifi": [{"ssid": "office", "bssid": "3C:7C:3F:00:1A:2B"}],
    "methods": ["qr", "code"],
}


def an_activity(**changes: Any) -> activity_pb2.Activity:
    """An activity as the service answers."""
    fields = {"activity_id": ids.from_text(ID), "organisation_id": ids.from_text(ID), "code": "K7M2PQ"}
    return activity_pb2.Activity(**{**fields, "starts_at": AT_US, "state": activity_pb2.STATE_DRAFT, **changes})


@of_a_table
async def test_signing_in_needs_no_token(lasting: Gateway) -> None:
    """The code of wx.login becomes tokens and a profile."""
    user = identity_pb2.User(user_id=ids.from_text(ID), name="小明", created_at=AT_US)
    lasting.services.answers["SignInWithWechat"] = identity_pb2.Session(
        access_token="a", expires_in_s=60, refresh_token="r", user=user
    )

    answer = await lasting.http.post("/v1/auth/wechat", json={"code": "sim:小明"})

    assert answer.json() == {
        "access_token": "a",
        "expires_in": 60,
        "refresh_token": "r",
        "user": {"id": ID, "name": "小明", "created_at": AT},
    }
    assert lasting.services.requests("SignInWithWechat") == [identity_pb2.SignInWithWechatRequest(code="sim:小明")]


@of_a_table
async def test_the_person_goes_along(lasting: Gateway) -> None:
    """Services are told who calls by the access token itself."""
    user_id = ids.new_id()
    lasting.services.answers["GetMe"] = identity_pb2.User(user_id=user_id, name="小明")

    answer = await lasting.http.get("/v1/me", headers=lasting.bearer(user_id))

    assert answer.json()["id"] == ids.to_text(user_id)
    assert lasting.services.calls[-1][2] == user_id


async def test_no_answer_about_a_person_is_kept_on_the_way(gateway: Gateway) -> None:
    """Whatever is asked, by whomever, and whatever comes of it."""
    document = (await gateway.http.get("/openapi.json")).json()["paths"]
    for path, methods in document.items():
        for method in methods:
            for headers in ({}, gateway.bearer()):
                answer = await gateway.http.request(method, path.replace("{", "").replace("}", ""), headers=headers)
                assert answer.headers["cache-control"] == "no-store", (method, path, answer.status_code)
    gateway.services.answers["GetMe"] = identity_pb2.User(user_id=ids.new_id(), name="小明")
    found = await gateway.http.get("/v1/me", headers=gateway.bearer())
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")


@of_a_table
async def test_signing_out_answers_nothing(lasting: Gateway) -> None:
    """204 has no body."""
    lasting.services.answers["EndSession"] = identity_pb2.EndSessionResponse()

    answer = await lasting.http.post("/v1/auth/logout", headers=lasting.bearer())

    assert (answer.status_code, answer.content) == (204, b"")


@of_a_table
async def test_an_organisation_is_created_once_per_key(lasting: Gateway) -> None:
    """The idempotency key goes to the service that owns the effect."""
    lasting.services.answers["CreateOrganisation"] = identity_pb2.Organisation(
        organisation_id=ids.from_text(ID), name="一班", role=identity_pb2.ROLE_OWNER
    )

    answer = await lasting.http.post(
        "/v1/organisations", json={"name": "一班"}, headers={**lasting.bearer(), "idempotency-key": "k-1"}
    )

    assert answer.status_code == 201 and answer.json()["role"] == "owner"
    assert lasting.services.requests("CreateOrganisation")[0].idempotency_key == "k-1"


@of_a_table
async def test_members_have_roles(lasting: Gateway) -> None:
    """Adding, changing, listing and removing members map to their RPCs."""
    member = identity_pb2.Member(
        user_id=ids.from_text(ID), name="小红", role=identity_pb2.ROLE_STAFF, joined_at=AT_US, group="三班"
    )
    lasting.services.answers |= {
        "AddMember": member,
        "UpdateMember": member,
        "ListMembers": identity_pb2.ListMembersResponse(members=[member], next_page_token="n"),
        "RemoveMember": identity_pb2.RemoveMemberResponse(),
    }
    path, header = f"/v1/organisations/{ID}/members", lasting.bearer()

    added = await lasting.http.post(path, json={"user_id": ID, "role": "staff"}, headers=header)
    wanted: dict[str, str | int] = {"page_size": 10, "name": "小", "group": "三班"}
    listed = await lasting.http.get(path, params=wanted, headers=header)
    changed = await lasting.http.patch(f"{path}/{ID}", json={"role": "staff"}, headers=header)
    await lasting.http.put(f"{path}/{ID}", json={"group": ""}, headers=header)
    removed = await lasting.http.delete(f"{path}/{ID}", headers=header)

    view = {"user_id": ID, "name": "小红", "role": "staff", "joined_at": AT, "group": "三班"}
    assert (added.json(), changed.json(), removed.status_code) == (view, view, 204)
    assert listed.json() == {"members": [view], "next_page_token": "n"}
    [asked] = lasting.services.requests("ListMembers")
    assert (asked.page_size, asked.name, asked.group) == (10, "小", "三班")
    role, group = lasting.services.requests("UpdateMember")
    assert (role.role, role.HasField("group")) == (identity_pb2.ROLE_STAFF, False)
    assert (group.role, group.HasField("group"), group.group) == (identity_pb2.ROLE_UNSPECIFIED, True, "")


@of_a_table
async def test_an_activity_is_created_with_its_defaults(lasting: Gateway) -> None:
    """What the organiser left out is filled in as the contract says, and units are converted."""
    lasting.services.answers["CreateActivity"] = an_activity()

    answer = await lasting.http.post("/v1/activities", json=NEW_ACTIVITY, headers=lasting.bearer())

    sent = lasting.services.requests("CreateActivity")[0].activity
    assert answer.status_code == 201 and answer.json()["id"] == ID and answer.json()["code"] == "K7M2PQ"
    assert answer.json()["starts_at"] == AT and sent.starts_at == AT_US
    assert (sent.place.radius_m, sent.qr_period_s, sent.offline_window_s) == (500, 60, 7200)
    assert sent.wifi[0].bssid == bytes.fromhex("3c7c3f001a2b") and sent.has_late_after
    assert (sent.policy.fence, sent.policy.late) == (activity_pb2.GRADE_REVIEW, activity_pb2.GRADE_ACCEPT)
    assert list(sent.methods) == [activity_pb2.METHOD_QR, activity_pb2.METHOD_CODE]


@of_a_table
@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"colour": "red"}, 400, "colour"),
        ({"title": 7}, 400, "title"),
        ({"starts_at": "2026-09-01T08:00:00", "time_zone": "Asia/Nowhere"}, 422, "time_zone"),
        ({"starts_at": "2026-13-01T08:00:00Z"}, 422, "starts_at"),
        ({"organisation_id": "7"}, 422, "organisation_id"),
        ({"place": {**NEW_ACTIVITY["place"], "coord": "wgs84"}}, 422, "place.coord"),
        ({"wifi": [{"bssid": "x"}]}, 422, "wifi.0.bssid"),
        ({"methods": []}, 422, "methods"),
        ({"capacity": -1}, 422, "capacity"),
        ({"capacity": 2**32}, 422, "capacity"),
        ({"capacity": "7"}, 400, "capacity"),
        ({"roster": "listed"}, 422, "roster"),
    ],
)
async def test_a_bad_activity_is_explained(lasting: Gateway, change: dict[str, Any], status: int, field: str) -> None:
    """Shape is 400, values are 422, and the field is named."""
    answer = await lasting.http.post("/v1/activities", json={**NEW_ACTIVITY, **change}, headers=lasting.bearer())

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert lasting.services.requests("CreateActivity") == []


@of_a_table
@pytest.mark.parametrize(
    "body", [b"{", b'{"name":"\\ud800"}', b'{"name":NaN}', b"[]", b"\xff", b'{"name":' + b"[" * 5000, b"1" * 6000]
)
async def test_a_malformed_body_is_400(lasting: Gateway, body: bytes) -> None:
    """Whatever is not JSON, or not the JSON asked for, is the client's fault."""
    headers = {**lasting.bearer(), "content-type": "application/json"}

    answer = await lasting.http.patch("/v1/me", content=body, headers=headers)

    assert answer.status_code == 400 and answer.headers["content-type"] == "application/problem+json"


@of_a_table
async def test_limits_hold_everywhere(lasting: Gateway) -> None:
    """Size, content type and credentials in the URL are checked before any route."""
    big = await lasting.http.patch("/v1/me", content=b" " * 70_000, headers=lasting.bearer())
    plain = await lasting.http.patch("/v1/me", content=b"{}", headers=lasting.bearer())
    leaked = await lasting.http.get("/v1/me?access_token=x", headers=lasting.bearer())
    nobody = await lasting.http.get("/v1/me")

    assert [answer.status_code for answer in (big, plain, leaked, nobody)] == [413, 415, 401, 401]
    assert all(answer.json()["instance"].endswith(answer.headers["x-request-id"]) for answer in (big, plain, nobody))


@of_a_table
async def test_two_authorization_headers_are_refused(lasting: Gateway) -> None:
    """A proxy in front may have believed the other one; the hot route says the same."""
    header = lasting.bearer()["authorization"]
    twice = [("authorization", header), ("Authorization", header)]
    body = {"content-type": "application/json"}
    me = await lasting.http.get("/v1/me", headers=twice)
    checkin = await lasting.http.post("/v1/checkins", content=b"{}", headers=[*twice, *body.items()])

    assert [answer.status_code for answer in (me, checkin)] == [401, 401]
    assert "one Authorization header" in me.json()["detail"] == checkin.json()["detail"]


@of_a_table
async def test_unknown_things_are_404(lasting: Gateway) -> None:
    """Ids that cannot be, ids of others, and paths that do not exist look alike."""
    header = lasting.bearer()
    paths = ["/v1/checkins/7", f"/v1/checkins/{ID}", f"/v1/activities/{ID}", "/v1/nothing", "/V1/me", "/v1/me/"]

    answers = [await lasting.http.get(path, headers=header) for path in paths]

    assert {(answer.status_code, answer.json()["reason"]) for answer in answers} == {(404, "NOT_FOUND")}


@of_a_table
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PermissionDeniedError("organisers only"), 403),
        (InvalidArgumentError("x", fields=[FieldError("title", "is too long")]), 422),
        (UnavailableError("gone"), 503),
    ],
)
async def test_errors_of_services_become_problems(
    lasting: Gateway, error: PermissionDeniedError | InvalidArgumentError | UnavailableError, status: int
) -> None:
    """Kind, reason and fields survive the way."""
    lasting.services.answers["PublishActivity"] = error

    answer = await lasting.http.post(f"/v1/activities/{ID}/publish", headers=lasting.bearer())

    assert (answer.status_code, answer.json()["reason"]) == (status, error.reason)
    assert [one["field"] for one in answer.json().get("errors", [])] == [field.field for field in error.fields]


@of_a_table
async def test_a_bug_in_a_service_stays_inside(lasting: Gateway) -> None:
    """An unexpected exception is a 500 without its text."""
    lasting.services.answers["GetMe"] = lambda request: 1 / 0

    answer = await lasting.http.get("/v1/me", headers=lasting.bearer())

    assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")
    assert "division" not in answer.text


@of_a_table
async def test_the_qr_comes_in_three_forms(lasting: Gateway) -> None:
    """JSON, SVG and PNG show the same token."""
    lasting.services.answers["GetQr"] = activity_pb2.Qr(
        token="T" * 75, url="https://q.cn/q/" + "T" * 75, slot=7, expires_at=AT_US, refresh_in_s=30, code="K7M2PQ"
    )
    path, header = f"/v1/activities/{ID}/qr", lasting.bearer()

    as_json = await lasting.http.get(path, headers=header)
    as_svg = await lasting.http.get(path + ".svg", headers=header)
    as_png = await lasting.http.get(path + ".png", params={"size": 256, "ecc": "H"}, headers=header)

    assert as_json.json() == {
        "token": "T" * 75,
        "url": "https://q.cn/q/" + "T" * 75,
        "slot": 7,
        "expires_at": AT,
        "refresh_in_s": 30,
        "code": "K7M2PQ",
    }
    assert as_svg.headers["content-type"] == "image/svg+xml" and as_png.content.startswith(b"\x89PNG")


@of_a_table
async def test_resolving_shows_no_credentials(lasting: Gateway) -> None:
    """A participant gets a card, by code or by token."""
    lasting.services.answers["ResolveActivity"] = activity_pb2.ActivityCard(
        activity_id=ids.from_text(ID), occurrence_id=ids.from_text(ID), title="开工大会", opens_at=AT_US
    )
    header = lasting.bearer()

    by_code = await lasting.http.get("/v1/activities/resolve", params={"code": "k7m2pq"}, headers=header)
    by_token = await lasting.http.post("/v1/activities/resolve", json={"token": "T" * 75}, headers=header)

    assert by_code.json() == by_token.json() and by_code.json()["opens_at"] == AT
    assert not {"code", "wifi", "token"} & by_code.json().keys()
    assert [one.WhichOneof("credential") for one in lasting.services.requests("ResolveActivity")] == ["code", "token"]
    assert lasting.services.requests("ResolveActivity")[0].code == "K7M2PQ"


@of_a_table
async def test_resolving_needs_exactly_one_key(lasting: Gateway) -> None:
    """Neither, or both, is a field error."""
    answer = await lasting.http.get("/v1/activities/resolve", headers=lasting.bearer())

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "code")


@of_a_table
async def test_my_records_are_listed(lasting: Gateway) -> None:
    """The list has the same view as the answer to a check-in."""
    record = a_record(checkin_pb2.Attempt(attempt_id=ids.new_id(), user_id=ids.new_id(), received_at=AT_US))
    lasting.services.answers |= {
        "ListCheckins": checkin_pb2.ListCheckinsResponse(checkins=[record], next_page_token="n"),
        "GetCheckin": record,
    }

    listed = await lasting.http.get("/v1/me/checkins", params={"page_size": 1}, headers=lasting.bearer())
    one = await lasting.http.get(f"/v1/checkins/{ids.to_text(record.checkin_id)}", headers=lasting.bearer())

    assert listed.json() == {"checkins": [one.json()["checkin"]], "next_page_token": "n"}
    assert one.json()["checkin"]["checked_in_at"] == AT


@of_a_table
@pytest.mark.parametrize(("leave", "rate"), [(1, 0.75), (5, None)])
async def test_numbers_of_those_expected(lasting: Gateway, leave: int, rate: float | None) -> None:
    """The rate leaves out who asked for leave; what is absent as a number is null."""
    stats = reporting_pb2.Stats(expected=5, has_expected=True, came=3, leave=leave, not_yet=1)
    stats.by_group.add(group="一班", expected=5, came=3, leave=1, absent=1)
    lasting.services.answers["GetStats"] = stats

    told = (await lasting.http.get(f"/v1/activities/{ID}/stats", headers=lasting.bearer())).json()

    assert (told["expected"], told["came"], told["leave"], told["not_yet"]) == (5, 3, leave, 1)
    assert (told["absent"], told["rate"]) == (None, rate)
    assert told["by_group"] == [{"group": "一班", "expected": 5, "came": 3, "leave": 1, "absent": 1}]


@of_a_table
async def test_numbers_of_an_open_roster_have_no_rate(lasting: Gateway) -> None:
    """expected and what is counted against it are null together."""
    lasting.services.answers["GetStats"] = reporting_pb2.Stats(
        checked_in=3, by_minute=[reporting_pb2.MinuteCount(minute_at=AT_US, count=3)], by_method={"qr": 3}, as_of=AT_US
    )

    answer = await lasting.http.get(f"/v1/activities/{ID}/stats", headers=lasting.bearer())

    against = ("expected", "came", "leave", "not_yet", "absent", "rate")
    assert [answer.json()[name] for name in against] == [None] * 6
    assert (answer.json()["by_group"], answer.json()["checked_in"]) == ([], 3)
    assert answer.json()["by_minute"] == [{"minute": AT, "count": 3, "span_s": 60}]
    assert answer.json()["by_method"] == {"qr": 3}


@of_a_table
async def test_people_are_filtered(lasting: Gateway) -> None:
    """Every filter of the contract reaches reporting."""
    person = reporting_pb2.Person(user_id=ids.from_text(ID), name="小明", status=reporting_pb2.STATUS_CHECKED_IN)
    lasting.services.answers["ListPeople"] = reporting_pb2.ListPeopleResponse(people=[person])
    filters = {"status": "checked_in", "q": "小", "gate": "北", "from": "2026-09-01T08:00:00+08:00"}

    answer = await lasting.http.get(f"/v1/activities/{ID}/people", params=filters, headers=lasting.bearer())

    [sent] = lasting.services.requests("ListPeople")
    assert (sent.status, sent.query, sent.gate, sent.from_at) == (reporting_pb2.STATUS_CHECKED_IN, "小", "北", AT_US)
    assert answer.json()["people"][0] | {} == {
        "user_id": ID,
        "name": "小明",
        "status": "checked_in",
        "punctuality": None,
        "checked_in_at": None,
        "method": None,
        "gate": None,
        "reasons": [],
        "is_inside": False,
        "left_at": None,
        "left_early": False,
        "is_listed": None,
        "entry_id": None,
        "number": "",
        "group": "",
        "answer": None,
        "mark": None,
        "details": [],
    }


@of_a_table
async def test_people_are_drawn(lasting: Gateway) -> None:
    """As many as asked, after the draw before; more than 50 are refused before anybody is asked."""
    person = reporting_pb2.Person(user_id=ids.from_text(ID), name="小明", is_inside=True)
    lasting.services.answers["DrawPeople"] = reporting_pb2.DrawPeopleResponse(people=[person], next_page_token="on")
    path, said = f"/v1/activities/{ID}/people/draw", {"count": "7", "page_token": "seed"}

    answer = await lasting.http.get(path, params=said, headers=lasting.bearer())

    [sent] = lasting.services.requests("DrawPeople")
    assert (sent.count, sent.page_token, sent.activity_id) == (7, "seed", ids.from_text(ID))
    assert (answer.json()["people"][0]["name"], answer.json()["next_page_token"]) == ("小明", "on")
    refused = await lasting.http.get(path, params={"count": "51"}, headers=lasting.bearer())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "count")


@of_a_table
async def test_the_queue_of_an_organisation(lasting: Gateway) -> None:
    """Every filter reaches checkin; count, where it waits and what becomes of it come back."""
    lapse = checkin_pb2.Lapse(kind=checkin_pb2.DECISION_KIND_REFUSE, at=AT_US)
    waiting = checkin_pb2.WaitingReviews(activity_id=ids.from_text(ID), activity_title="讲座", pending=3, lapse=lapse)
    own = ids.from_text(ID)
    record = checkin_pb2.Checkin(
        checkin_id=own,
        attempt_id=own,
        user_id=own,
        outcome=checkin_pb2.OUTCOME_PENDING_REVIEW,
        method=checkin_pb2.METHOD_QR,
    )
    cases = [checkin_pb2.Review(checkin=record, received_at=AT_US, lapse=each) for each in (lapse, None)]
    lasting.services.answers["ListWaiting"] = checkin_pb2.ListWaitingResponse(
        reviews=cases, count=1000, activities=[waiting], next_page_token="on"
    )
    path, said = f"/v1/organisations/{ID}/reviews", {"activity_id": ID, "reason": "LATE", "order": "newest"}

    answer = (await lasting.http.get(path, params=said, headers=lasting.bearer())).json()

    [sent] = lasting.services.requests("ListWaiting")
    assert (sent.organisation_id, sent.activity_id) == (ids.from_text(ID), ids.from_text(ID))
    assert (sent.reason, sent.is_newest_first) == ("LATE", True)
    told = {"counts_as": "absent", "at": AT}
    assert [one["lapse"] for one in answer["reviews"]] == [told, None]
    assert (answer["count"], answer["next_page_token"]) == (1000, "on")
    assert answer["activities"] == [
        {"activity_id": ID, "title": "讲座", "pending": 3, "pending_offline": 0, "lapse": told}
    ]
    on = (await lasting.http.get(path, params={"page_token": "on"}, headers=lasting.bearer())).json()
    assert on["count"] is None


@of_a_table
@pytest.mark.parametrize("said", [{"reason": "late"}, {"reason": "A" * 41}, {"order": "any"}, {"activity_id": "x"}])
async def test_a_queue_that_is_none(lasting: Gateway, said: dict[str, str]) -> None:
    """The field is named, and nobody is asked."""
    answer = await lasting.http.get(f"/v1/organisations/{ID}/reviews", params=said, headers=lasting.bearer())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, next(iter(said)))
    assert lasting.services.requests("ListWaiting") == []


@of_a_table
@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("present", activity_pb2.UNDECIDED_PRESENT),
        ("absent", activity_pb2.UNDECIDED_ABSENT),
        (None, activity_pb2.UNDECIDED_UNSPECIFIED),
    ],
)
async def test_what_becomes_of_the_undecided_is_changed_and_told(
    lasting: Gateway, said: str | None, number: activity_pb2.Undecided.ValueType
) -> None:
    """By the name of its policy; null takes it away."""
    activity = activity_pb2.Activity(activity_id=ids.from_text(ID), policy=activity_pb2.Policy(undecided=number))
    lasting.services.answers |= {"GetActivity": activity, "UpdateActivity": activity}
    body = {"revision": 1, "policy": {"undecided": said}}

    answer = await lasting.http.patch(f"/v1/activities/{ID}", json=body, headers=lasting.bearer())

    [sent] = lasting.services.requests("UpdateActivity")
    assert (list(sent.update_mask.paths), sent.activity.policy.undecided) == (["policy.undecided"], number)
    assert answer.json()["policy"]["undecided"] == said


@of_a_table
async def test_lists_of_those_expected(lasting: Gateway) -> None:
    """What is asked of the roster and of participants reaches reporting, and what they say comes back."""
    person = reporting_pb2.Person(
        user_id=ids.from_text(ID), entry_id=ids.from_text(ID), number="7", group="一班", is_listed=True,
        answer=reporting_pb2.ANSWER_LEAVE, details=["云大"],
    )  # fmt: skip
    lasting.services.answers["ListPeople"] = reporting_pb2.ListPeopleResponse(people=[person])
    filters = {"status": "absent", "group": "一班", "answer": "coming", "details": "missing"}

    answer = await lasting.http.get(f"/v1/activities/{ID}/people", params=filters, headers=lasting.bearer())

    [sent] = lasting.services.requests("ListPeople")
    assert (sent.status, sent.group) == (reporting_pb2.STATUS_ABSENT, "一班")
    assert (sent.answer, sent.lacks_details) == (reporting_pb2.ANSWER_COMING, True)
    [shown] = answer.json()["people"]
    assert (shown["status"], shown["entry_id"], shown["number"], shown["group"]) == (None, ID, "7", "一班")
    assert (shown["is_listed"], shown["answer"], shown["details"]) == (True, "leave", ["云大"])


@of_a_table
async def test_a_phone_learns_what_it_may_send(lasting: Gateway) -> None:
    """The field list is the one the decoder takes."""
    answer = await lasting.http.get("/v1/client-config")

    assert {"attempt_id", "receipt", "client"} <= set(answer.json()["features"]["checkin_fields"])
    assert answer.json()["features"]["checkin_methods"] == ["qr", "code", "nfc", "place"]


@of_a_table
async def test_one_document_describes_everything(lasting: Gateway) -> None:
    """OpenAPI 3.1 holds the hot route too, every reference resolves, and problems are documented."""
    document = (await lasting.http.get("/openapi.json")).json()

    hot = document["paths"]["/v1/checkins"]["post"]
    assert document["openapi"].startswith("3.1") and set(hot["responses"]) >= {"200", "201", "202", "422", "503"}
    for kind in ("schemas", "responses"):
        assert set(_references(document, kind)) <= set(document["components"][kind])
    assert "/q/{token}" not in document["paths"]


def _references(node: Any, kind: str) -> list[str]:
    if isinstance(node, dict):
        reference = node.get("$ref", "").rsplit("/", 2)
        own = [reference[2]] if reference[1:2] == [kind] else []
        return own + [name for child in node.values() for name in _references(child, kind)]
    return [name for child in node for name in _references(child, kind)] if isinstance(node, list) else []


@of_a_table
@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/v1/organisations/01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f", "PATCH, PUT"),
        ("/v1/activities", "GET, POST"),
        ("/v1/checkins", "POST"),
        ("/openapi.json", "GET"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(lasting: Gateway, path: str, allow: str) -> None:
    """All of them (RFC 9110, 15.5.6), also where they are routes of their own."""
    answer = await lasting.http.delete(path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


@of_a_table
@pytest.mark.parametrize("size", ["1_0", " 5 ", "+5", "٥", "５", "1.0", "0x5", "9" * 20])
async def test_numbers_of_a_query_are_as_json_has_them(lasting: Gateway, size: str) -> None:
    """Not what Python would read as one."""
    answer = await lasting.http.get("/v1/me/checkins", params={"page_size": size}, headers=lasting.bearer())

    assert answer.status_code in (400, 422)
    assert [error["field"] for error in answer.json()["errors"]] == ["page_size"]
