"""What organisers change of an activity over real HTTP: what reaches the service, and what comes back."""

from typing import Any

import pytest

from protos.activity.v1 import activity_pb2 as pb
from servicekit import ids
from servicekit.errors import FieldError
from services.activity.errors import RevisionStaleError
from tests.component.gateway.conftest import Gateway, of_a_table

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
PATH = f"/v1/activities/{ID}"
AT, AT_US = "2026-09-01T00:00:00.000Z", 1788220800_000000
SEEN = {"if-match": '"7"'}


def an_activity(**changes: Any) -> pb.Activity:
    """An activity as the service answers."""
    fields = {"activity_id": ids.from_text(ID), "organisation_id": ids.from_text(ID), "time_zone": "Asia/Shanghai"}
    return pb.Activity(**{**fields, "starts_at": AT_US, "state": pb.STATE_PUBLISHED, "revision": 8, **changes})


async def patched(gateway: Gateway, body: dict[str, Any], headers: dict[str, str] = SEEN) -> Any:
    """The answer to a change."""
    gateway.services.answers |= {"UpdateActivity": an_activity(), "GetActivity": an_activity()}
    return await gateway.http.patch(PATH, json=body, headers={**gateway.bearer(), **headers})


@of_a_table
@pytest.mark.parametrize(
    ("body", "paths", "said"),
    [
        ({"title": "改名", "capacity": 0}, ["title", "capacity"], {"title": "改名"}),
        ({"starts_at": "2026-09-01T08:00:00"}, ["starts_at"], {"starts_at": AT_US}),
        ({"starts_at": "2026-09-01T02:00:00+02:00"}, ["starts_at"], {"starts_at": AT_US}),
        (
            {"starts_at": "2026-09-01T09:00:00", "time_zone": "Asia/Tokyo"},
            ["time_zone", "starts_at"],
            {"starts_at": AT_US, "time_zone": "Asia/Tokyo"},
        ),
        (
            {"late_after_s": 0},
            ["late_after_s", "has_late_after"],
            {"has_late_after": True},
        ),
        ({"late_after_s": None}, ["late_after_s", "has_late_after"], {}),
        ({"place": None}, ["place"], {}),
        ({"place": {"radius_m": 300}}, ["place.radius_m"], {"place": pb.Place(radius_m=300)}),
        (
            {"place": {"latitude": 25.5, "longitude": 102, "coord": "gcj02", "name": ""}},
            ["place.name", "place.latitude", "place.longitude"],
            {"place": pb.Place(latitude=25.5, longitude=102)},
        ),
        (
            {"policy": {"place": "all", "late": "refuse", "location_max_age_s": 60}},
            ["policy.place", "policy.late", "policy.location_max_age_s"],
            {"policy": pb.Policy(place=pb.PLACE_RULE_ALL, late=pb.GRADE_REFUSE, location_max_age_s=60)},
        ),
        ({"methods": ["place", "staff"]}, ["methods"], {"methods": [pb.METHOD_PLACE, pb.METHOD_STAFF]}),
        (
            {"wifi": [{"ssid": "Hall", "bssid": "3c:7c:3f:00:1a:2b"}], "gates": []},
            ["wifi", "gates"],
            {"wifi": [pb.Wifi(ssid="Hall", bssid=bytes.fromhex("3c7c3f001a2b"))]},
        ),
        ({"kind": "points", "strict": True}, ["kind", "strict"], {"kind": pb.KIND_POINTS, "strict": True}),
        ({}, [], {}),
    ],
)
async def test_a_change_names_what_was_said(
    lasting: Gateway, body: dict[str, Any], paths: list[str], said: dict[str, Any]
) -> None:
    """What is left out is not named, null is named and not said, and clocks on the wall are those of the activity."""
    answer = await patched(lasting, body)

    [sent] = lasting.services.requests("UpdateActivity")
    assert (answer.status_code, answer.json()["revision"]) == (200, 8)
    assert (list(sent.update_mask.paths), sent.revision) == (paths, 7)
    assert sent.activity == pb.Activity(activity_id=ids.from_text(ID), **said)


@of_a_table
@pytest.mark.parametrize(
    ("body", "headers", "field"),
    [
        ({}, {}, "revision"),
        ({"revision": 6}, SEEN, "revision"),
        ({}, {"if-match": "*"}, "if-match"),
        ({}, {"if-match": 'W/"7"'}, "if-match"),
        ({"place": {"radius_m": 0}}, SEEN, "place.radius_m"),
        ({"place": {"latitude": 25}}, SEEN, "place"),
        ({"capacity": -1}, SEEN, "capacity"),
        ({"qr_period_s": 0}, SEEN, "qr_period_s"),
        ({"title": None}, SEEN, "title"),
        ({"organisation_id": ID}, SEEN, "organisation_id"),
        ({"starts_at": "2026-09-01T08:00:00", "time_zone": "Asia/Nowhere"}, SEEN, "time_zone"),
    ],
)
async def test_a_change_that_makes_no_sense_is_explained(
    lasting: Gateway, body: dict[str, Any], headers: dict[str, str], field: str
) -> None:
    """The field is named, and the service is not asked."""
    answer = await patched(lasting, body, headers)

    assert answer.status_code in (400, 422)
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert lasting.services.requests("UpdateActivity") == []


@of_a_table
@pytest.mark.parametrize(("body", "headers"), [({"revision": 7}, {}), ({"revision": 7}, SEEN), ({}, {"if-match": "7"})])
async def test_the_revision_may_be_said_in_either_place(
    lasting: Gateway, body: dict[str, Any], headers: dict[str, str]
) -> None:
    """Or in both, if they agree."""
    assert (await patched(lasting, body, headers)).status_code == 200
    assert lasting.services.requests("UpdateActivity")[0].revision == 7


@of_a_table
async def test_a_stale_change_shows_what_was_changed(lasting: Gateway) -> None:
    """As a problem with the newest revision and a line for each field."""
    lasting.services.answers["UpdateActivity"] = RevisionStaleError(9, [FieldError("capacity", "was 0, is 80 now")])

    answer = await lasting.http.patch(PATH, json={"title": "改名"}, headers={**lasting.bearer(), **SEEN})

    problem = answer.json()
    assert (answer.status_code, problem["reason"]) == (409, "REVISION_STALE")
    assert problem["metadata"] == {"revision": "9"}
    assert problem["errors"] == [{"field": "capacity", "message": "was 0, is 80 now"}]


@of_a_table
async def test_a_copy_begins_when_the_clock_on_the_wall_says(lasting: Gateway) -> None:
    """In the activity's own time zone; the key makes a repeat harmless."""
    lasting.services.answers |= {"CopyActivity": an_activity(state=pb.STATE_DRAFT), "GetActivity": an_activity()}

    answer = await lasting.http.post(
        f"{PATH}/copy",
        json={"starts_at": "2026-09-01T08:00:00", "title": "第二讲"},
        headers={**lasting.bearer(), "idempotency-key": "k"},
    )

    [sent] = lasting.services.requests("CopyActivity")
    assert (answer.status_code, answer.json()["state"]) == (201, "draft")
    assert (sent.starts_at, sent.title, sent.idempotency_key) == (AT_US, "第二讲", "k")


@of_a_table
async def test_a_draft_is_tried(lasting: Gateway) -> None:
    """The answer is an activity of its own, which says what it tries out."""
    lasting.services.answers["RehearseActivity"] = an_activity(rehearsal_of=ids.from_text(ID))

    answer = await lasting.http.post(f"{PATH}/rehearsal", headers=lasting.bearer())

    assert (answer.status_code, answer.json()["rehearsal_of"]) == (201, ID)
    assert lasting.services.requests("RehearseActivity")[0].activity_id == ids.from_text(ID)


@of_a_table
async def test_an_activity_is_reopened_and_a_draft_deleted(lasting: Gateway) -> None:
    """One answers the activity, the other nothing."""
    lasting.services.answers |= {"ReopenActivity": an_activity(), "DeleteActivity": pb.DeleteActivityResponse()}

    reopened = await lasting.http.post(f"{PATH}/reopen", headers=lasting.bearer())
    deleted = await lasting.http.delete(PATH, headers=lasting.bearer())

    assert (reopened.status_code, reopened.json()["state"]) == (200, "published")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert lasting.services.requests("DeleteActivity")[0].activity_id == ids.from_text(ID)
