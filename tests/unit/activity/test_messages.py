"""Between the domain and the wire: nothing is lost inward, and nothing secret goes outward."""

from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from protos.activity.v1 import activity_pb2 as pb
from servicekit.errors import InvalidArgumentError
from services.activity import messages
from services.activity.definition import Definition, Detail, Grade, Method, Place, Policy, Question, Reentry
from tests.fakes.activity import a_definition, a_draft

ACTIVITY = a_draft(b"o" * 16, b"a" * 16, b"c" * 16)


def test_a_definition_survives_the_wire() -> None:
    """What staff read, sent back, says the same."""
    assert messages.to_definition(messages.to_message(ACTIVITY)) == ACTIVITY.definition


def test_what_a_message_leaves_out_has_the_defaults() -> None:
    """An empty message is an empty definition."""
    assert messages.to_definition(pb.Activity(organisation_id=b"o" * 16)) == Definition(b"o" * 16)


def test_zero_is_said_where_it_means_something() -> None:
    """No time before, late at once, nothing offline."""
    said = pb.Activity(organisation_id=b"o" * 16, opens_before_s=0, offline_window_s=0, has_late_after=True)

    definition = messages.to_definition(said)

    assert (definition.opens_before_s, definition.offline_window_s, definition.late_after_s) == (0, 0, 0)


def a_request(*paths: str, **said: Any) -> pb.UpdateActivityRequest:
    """A change of the lecture."""
    return pb.UpdateActivityRequest(activity=pb.Activity(**said), update_mask=FieldMask(paths=paths))


@pytest.mark.parametrize(
    ("request_", "change"),
    [
        (a_request("title", title=" 改 名 "), {"title": "改 名"}),
        (a_request("closes_after_s", "gates"), {"closes_after_s": 0, "gates": ()}),
        (a_request("late_after_s", "has_late_after"), {"late_after_s": None}),
        (a_request("late_after_s", "has_late_after", has_late_after=True), {"late_after_s": 0}),
        (a_request("place"), {"place": None}),
        (
            a_request("place.radius_m", place=pb.Place(radius_m=300)),
            {"place": Place("图书馆报告厅", 25.0389, 102.7183, 300.0)},
        ),
        (a_request("policy.late", policy=pb.Policy(late=pb.GRADE_REFUSE)), {"policy": Policy(late=Grade.REFUSE)}),
        (a_request("methods", methods=[pb.METHOD_STAFF]), {"methods": (Method.STAFF,)}),
        (a_request("reentry", reentry=pb.REENTRY_ONCE), {"reentry": Reentry.ONCE}),
        (a_request(title="nobody named it"), {}),
    ],
)
def test_what_a_mask_names_is_said_anew(request_: pb.UpdateActivityRequest, change: dict[str, Any]) -> None:
    """What it leaves out stays, and what it names and the request does not say is taken away."""
    assert messages.amended(ACTIVITY, request_) == replace(ACTIVITY.definition, **change)


@pytest.mark.parametrize("path", ["organisation_id", "code", "state", "nothing", "place.nothing", "title.x", ""])
def test_a_mask_that_names_something_else_is_refused(path: str) -> None:
    """Nobody moves an activity to another organisation, or gives it a code."""
    with pytest.raises(InvalidArgumentError) as refusal:
        messages.amended(ACTIVITY, a_request(path))
    assert [fault.field for fault in refusal.value.fields] == [path]


def test_a_place_is_somewhere() -> None:
    """A radius makes none where there is none yet; with a position it does."""
    nowhere = a_draft(b"o" * 16, b"a" * 16, b"c" * 16, place=None)
    radius = pb.Place(latitude=25, longitude=102, radius_m=300)

    with pytest.raises(InvalidArgumentError):
        messages.amended(nowhere, a_request("place.radius_m", place=radius))
    somewhere = a_request("place.radius_m", "place.latitude", "place.longitude", place=radius)
    assert messages.amended(nowhere, somewhere).place == Place("", 25, 102, 300)


def test_a_card_has_no_field_for_a_credential() -> None:
    """Participants learn that Wi-Fi helps, not which; and neither code nor epoch."""
    secret = {"code", "wifi", "bssids", "epoch", "policy", "qr_period_s"}

    assert not secret & {field.name for field in pb.ActivityCard.DESCRIPTOR.fields}
    assert messages.to_card(ACTIVITY, 0).uses_wifi


def test_a_snapshot_carries_all_that_judging_needs() -> None:
    """Every field of the lecture that a rule looks at."""
    definition = a_definition(b"o" * 16)

    [snapshot] = messages.to_snapshots(ACTIVITY)

    assert list(snapshot.bssids) == [definition.wifi[0].bssid]
    assert (snapshot.late_after_s, snapshot.has_late_after) == (600, True)
    assert snapshot.place.radius_m == 200
    assert (snapshot.code, snapshot.epoch, snapshot.revision) == (ACTIVITY.code, 1, 1)
    assert list(snapshot.gates) == ["东门", "西门"]


def test_a_roster_and_its_questions_go_everywhere_they_are_needed() -> None:
    """What was said comes back whole; judging gets the roster, a card only that there is one."""
    said = a_definition(b"o" * 16, roster_id=b"r" * 16, ask=(Question(Detail.NAME), Question(Detail.TEXT, "尺码")))
    listed = replace(ACTIVITY, definition=said)

    assert messages.to_definition(messages.to_message(listed)) == said
    assert messages.to_snapshots(listed)[0].roster_id == messages.to_changed(listed).roster_id == b"r" * 16
    changed = messages.to_changed(listed)
    assert (changed.questions, changed.offline_window_s) == (2, said.offline_window_s)
    card = messages.to_card(listed, 0)
    assert card.is_listed and [question.label for question in card.ask] == ["", "尺码"]
    assert not messages.to_card(ACTIVITY, 0).is_listed


def test_whether_who_went_may_come_again_goes_everywhere() -> None:
    """What was said comes back; judging and the phone go by it, and nothing said is as ever."""
    once = replace(ACTIVITY, definition=a_definition(b"o" * 16, reentry=Reentry.ONCE))

    assert messages.to_definition(messages.to_message(once)) == once.definition
    assert messages.to_snapshots(once)[0].reentry == pb.REENTRY_ONCE
    assert messages.to_card(once, 0).reentry == pb.REENTRY_ONCE
    assert messages.to_snapshots(ACTIVITY)[0].reentry == pb.REENTRY_IN_OUT
