"""What a kiosk sends and is told, over real HTTP: whose attempt it makes, and how little it says of anybody."""

from typing import Any

import httpx
import pytest

from domainkit import person_codes
from domainkit.person_codes import PersonKeys
from gateway.checkins.attempts import staff_attempt_id
from protos.activity.v1 import activity_pb2
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit import ids
from servicekit.errors import NotFoundError, PermissionDeniedError, RateLimitedError, UnauthenticatedError
from servicekit.keyring import parse_secrets
from tests.component.gateway.conftest import SECRET, Gateway, a_record, judge_as
from tests.component.gateway.routes.test_displays import COOKIE_OF_IT
from tests.component.gateway.routes.test_displays import SECRET as SECRET_OF_IT

ACTIVITY, LI, MAKER, KIOSK = ids.new_id(), ids.new_id(), ids.new_id(), ids.new_id()
KEYS = PersonKeys(parse_secrets(SECRET))
PRINTED = {"entry_code": "K7M2P-QRT49"}

Json = dict[str, Any]


def a_visitor(**changes: Any) -> activity_pb2.KioskVisitor:
    """Li before a kiosk, which names people by the ends of their names."""
    display = activity_pb2.Display(
        display_id=KIOSK,
        activity_id=ACTIVITY,
        kind=activity_pb2.Display.KIND_KIOSK,
        show_names=activity_pb2.Display.NAMES_MASKED,
        state=activity_pb2.Display.STATE_OPEN,
        created_by=MAKER,
        gate="签到台 1",
    )
    for name, value in changes.pop("display", {}).items():
        setattr(display, name, value)
    return activity_pb2.KioskVisitor(**({"user_id": LI, "name": "李小红", "group": "三班"} | changes), display=display)


@pytest.fixture(autouse=True)
def door(gateway: Gateway) -> None:
    """Li is an entry of the roster."""
    gateway.services.answers["ResolveAtKiosk"] = a_visitor()


async def come(gateway: Gateway, way: Json, attempt_id: bytes = b"") -> httpx.Response:
    """Somebody shows or types a code, each time anew."""
    body = {"attempt_id": ids.to_text(attempt_id or ids.new_id()), **way}
    return await gateway.http.post("/v1/displays/checkins", json=body, headers={"cookie": COOKIE_OF_IT})


def shown(activity_id: bytes = ACTIVITY) -> str:
    """Li's code."""
    [key] = KEYS.at_activity(LI, activity_id, 1_790_000_000, 1_790_000_000)
    return person_codes.draw(key, LI, activity_id, 1_790_000_000, b"once")


async def test_an_attempt_is_of_who_made_the_kiosk(gateway: Gateway) -> None:
    """At the gate that it is, with the kiosk beside it; who it is was vouched for by activity alone."""
    attempt_id = ids.new_id()
    answer = await come(gateway, PRINTED, attempt_id)
    again = await come(gateway, PRINTED, attempt_id)
    await come(gateway, {"person_token": (token := shown())})

    assert answer.status_code == again.status_code == 200
    first, second, third = gateway.services.attempts()
    assert first.attempt_id == second.attempt_id == staff_attempt_id(MAKER, attempt_id)
    assert first.body_hash == second.body_hash
    for attempt in (first, third):
        assert (attempt.actor_id, attempt.user_id, attempt.activity_id) == (MAKER, LI, ACTIVITY)
        assert (attempt.gate, attempt.display_id, attempt.method) == ("签到台 1", KIOSK, pb.METHOD_STAFF)
    assert (first.is_vouched, first.token, third.is_vouched, third.token) == (True, "", False, token)
    asked = gateway.services.requests("ResolveAtKiosk")
    assert {each.secret for each in asked} == {SECRET_OF_IT}
    assert (asked[0].entry_code, asked[2].user_id) == (PRINTED["entry_code"], LI)


async def test_it_is_told_what_a_stranger_may_read(gateway: Gateway) -> None:
    """No id of anybody or anything."""
    answer = (await come(gateway, PRINTED)).json()

    assert answer["outcome"] == "accepted" and answer["person"] == {"name": "李*红", "group": "三班"}
    assert answer["checked_in_at"] and answer["earlier"] is None
    assert answer.keys() == {
        *(
            "outcome",
            "direction",
            "reasons",
            "message",
            "person",
            "checked_in_at",
            "punctuality",
            "late_by_s",
            "earlier",
        )
    }


@pytest.mark.parametrize(
    ("names", "person"),
    [
        (activity_pb2.Display.NAMES_NONE, None),
        (activity_pb2.Display.NAMES_FULL, {"name": "李小红", "group": "三班"}),
    ],
)
async def test_people_are_named_as_the_organiser_chose(gateway: Gateway, names: Any, person: Json | None) -> None:
    """Or not at all."""
    gateway.services.answers["ResolveAtKiosk"] = a_visitor(display={"show_names": names})
    assert (await come(gateway, PRINTED)).json()["person"] == person


async def test_people_go_where_the_kiosk_is_for_that(gateway: Gateway) -> None:
    """The display says so, not the browser."""
    out = activity_pb2.Display.DIRECTION_OUT
    gateway.services.answers["ResolveAtKiosk"] = a_visitor(display={"direction": out})
    answer = await come(gateway, PRINTED)
    tries = await come(gateway, PRINTED | {"direction": "in"})

    assert answer.json()["direction"] == "out"
    assert [attempt.presented.direction for attempt in gateway.services.attempts()] == [pb.DIRECTION_OUT]
    assert (tries.status_code, tries.json()["reason"]) == (400, "INVALID_ARGUMENT")


async def test_who_came_before_reads_when_and_where(gateway: Gateway) -> None:
    """And not who let them in."""

    def judge(request: pb.BatchCreateCheckinsRequest) -> pb.BatchCreateCheckinsResponse:
        held = pb.DuplicateOf(checkin_id=LI, checked_in_at=7_000_000, gate="北门", actor_id=MAKER, actor_name="王老师")
        records = [
            a_record(
                each, outcome=pb.OUTCOME_DUPLICATE, duplicate_of=held, reasons=[pb.Reason(reason="ALREADY_CHECKED_IN")]
            )
            for each in request.attempts
        ]
        return pb.BatchCreateCheckinsResponse(results=[pb.CheckinResult(checkin=each) for each in records])

    gateway.services.answers["BatchCreateCheckins"] = judge
    answer = await come(gateway, PRINTED)

    assert answer.json()["earlier"] == {"checked_in_at": "1970-01-01T00:00:07.000Z", "gate": "北门"}
    assert answer.json()["outcome"] == "duplicate" and "王老师" not in answer.text


async def test_who_is_refused_is_not_named(gateway: Gateway) -> None:
    """It is an outcome with its reasons, for a screen to say."""
    gateway.services.answers["BatchCreateCheckins"] = judge_as(
        outcome=pb.OUTCOME_REFUSED, reasons=[pb.Reason(reason="PERSON_CODE_EXPIRED", numbers={"expired_since_s": 9})]
    )
    answer = await come(gateway, {"person_token": shown()})

    assert (answer.status_code, answer.json()["outcome"], answer.json()["person"]) == (200, "refused", None)
    assert answer.json()["reasons"] == [{"reason": "PERSON_CODE_EXPIRED", "expired_since_s": 9}]


@pytest.mark.parametrize(
    ("way", "reason", "status"),
    [
        ({"person_token": "https://example.com"}, "PERSON_CODE_MALFORMED", 422),
        ({"person_token": shown(ids.new_id())}, "PERSON_CODE_FOREIGN", 422),
        ({"person_token": shown()[:-4] + "AAAA"}, "PERSON_CODE_SIGNATURE", 422),
        ({}, "INVALID_ARGUMENT", 422),
        (PRINTED | {"person_token": shown()}, "INVALID_ARGUMENT", 422),
        ({"user_id": ids.to_text(LI)}, "INVALID_ARGUMENT", 400),
        ({"guest": {"id": ids.to_text(LI), "name": "李四"}}, "INVALID_ARGUMENT", 400),
    ],
)
async def test_only_one_code_of_here_is_taken(gateway: Gateway, way: Json, reason: str, status: int) -> None:
    """No ids, no names and no guests; nothing of it reaches checkin, and nobody is named."""
    answer = await come(gateway, way)

    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert gateway.services.attempts() == [] and "李小红" not in answer.text


async def test_who_made_the_kiosk_does_not_check_themselves_in(gateway: Gateway) -> None:
    """As nobody does as staff."""
    gateway.services.answers["ResolveAtKiosk"] = a_visitor(user_id=MAKER)
    answer = await come(gateway, PRINTED)
    assert answer.status_code == 403 and gateway.services.attempts() == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnauthenticatedError("this browser is no display of this activity any more"), 401),
        (PermissionDeniedError("this display only shows"), 403),
        (NotFoundError("nobody on this activity's roster has this"), 404),
        (RateLimitedError("too many wrong codes", retry_after_s=41), 429),
    ],
)
async def test_what_activity_refuses_goes_no_further(gateway: Gateway, error: Exception, status: int) -> None:
    """And a kiosk is told how long to wait."""
    gateway.services.answers["ResolveAtKiosk"] = error
    answer = await come(gateway, PRINTED)

    assert answer.status_code == status and gateway.services.attempts() == []
    assert answer.headers.get("retry-after") == ("41" if status == 429 else None)


async def test_foreign_pages_cannot_check_anybody_in(gateway: Gateway) -> None:
    """A form of theirs is no JSON; and nobody signed in is a kiosk."""
    form = await gateway.http.post("/v1/displays/checkins", data=PRINTED, headers={"cookie": COOKIE_OF_IT})
    person = await gateway.http.post("/v1/displays/checkins", json=PRINTED, headers=gateway.bearer())
    both = await gateway.http.post(
        "/v1/displays/checkins", json=PRINTED, headers={"cookie": COOKIE_OF_IT} | gateway.bearer()
    )

    assert (form.status_code, person.status_code, both.status_code) == (415, 401, 401)
    assert gateway.services.calls == []


async def test_a_kiosk_sends_two_a_second(gateway: Gateway) -> None:
    """Ten at once; no person is as fast."""
    answers = [await come(gateway, PRINTED) for _ in range(14)]
    assert {answer.status_code for answer in answers[:10]} == {200}
    assert answers[-1].status_code == 429 and int(answers[-1].headers["retry-after"]) == 1
