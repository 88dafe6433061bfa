"""Between the domain and the wire: nothing is lost inward, and nothing secret goes outward."""

from protos.activity.v1 import activity_pb2 as pb
from services.activity import messages
from services.activity.definition import Definition
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


def test_a_card_has_no_field_for_a_credential() -> None:
    """Participants learn that Wi-Fi helps, not which; and neither code nor epoch."""
    secret = {"code", "wifi", "bssids", "epoch", "policy", "qr_period_s"}

    assert not secret & {field.name for field in pb.ActivityCard.DESCRIPTOR.fields}
    assert messages.to_card(ACTIVITY, ACTIVITY.occurrences[0]).uses_wifi


def test_a_snapshot_carries_all_that_judging_needs() -> None:
    """Every field of the lecture that a rule looks at."""
    definition = a_definition(b"o" * 16)

    [snapshot] = messages.to_snapshots(ACTIVITY)

    assert list(snapshot.bssids) == [definition.wifi[0].bssid]
    assert (snapshot.late_after_s, snapshot.has_late_after) == (600, True)
    assert snapshot.place.radius_m == 200
    assert (snapshot.code, snapshot.epoch, snapshot.revision) == (ACTIVITY.code, 1, 1)
    assert list(snapshot.gates) == ["东门", "西门"]
