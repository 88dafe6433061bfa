"""Where an attempt is, from what each place says."""

import pytest

from deploy.operate.trace import State, Step, Trail, _compare, _is_in_attempted, render, to_json, verdict
from domainkit.credentials import checkin_id
from protos.checkin.v1 import checkin_pb2 as pb
from servicekit.ids import new_id, to_text
from services.checkin.records.stored import Stored


def _trail(*steps: Step) -> Trail:
    return Trail(new_id(), steps=list(steps))


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([Step("attempt", State.NOT_HERE, "")], "Nowhere"),
        ([Step("mysql", State.UNSEEN, "gone")], "Not found where one can look from here"),
        ([Step("answer", State.HERE, "")], "in the recorder's hands"),
        ([Step("queue checkin.record.v1", State.HERE, "")], "Safe in RabbitMQ"),
        ([Step("inbox", State.STUCK, ""), Step("answer", State.HERE, "")], "Safe in checkin.inbox"),
        ([Step("dead letters of checkin.record.v1", State.STUCK, "")], "qiandao dead-letters replay"),
    ],
)
def test_the_verdict_names_the_place_nearest_to_the_end(steps: list[Step], words: str) -> None:
    """And what to do if it stays there."""
    assert words in verdict(_trail(*steps))


def _stored(judgement: pb.Judgement.ValueType) -> Stored:
    copy = pb.Copy(user_id=new_id(), attempt_id=new_id(), received_at=1, judgement=judgement)
    return Stored(copy, (copy,))


def test_a_recorded_attempt_that_the_numbers_lack_is_on_its_way() -> None:
    """The outcome is said in any case."""
    trail = _trail(Step("attempt", State.HERE, ""), Step("projector", *_compare(1, 2)))
    trail.stored = [_stored(pb.JUDGEMENT_ACCEPTED)]
    assert verdict(trail) == "Recorded as accepted; the numbers do not show it yet."


def test_an_undecided_attempt_waits_for_completion() -> None:
    """Which needs what was missing."""
    trail = _trail(Step("attempt", State.HERE, ""), Step("completion", State.STUCK, ""))
    trail.stored = [_stored(pb.JUDGEMENT_UNDECIDED)]
    assert verdict(trail).startswith("Recorded as provisional; completion decides it")


def test_numbers_of_a_lower_revision_are_behind() -> None:
    """Those of the same one are current."""
    assert _compare(3, 3)[0] is State.HERE
    assert _compare(2, 3)[0] is State.STUCK
    assert _compare(None, 3)[0] is State.STUCK


def test_a_message_is_known_by_either_id() -> None:
    """The phone's attempt_id, or the id of the record."""
    user_id, attempt_id = new_id(), new_id()
    body = pb.AttemptedBatch(copies=[pb.Copy(user_id=user_id, attempt_id=attempt_id)]).SerializeToString()
    assert _is_in_attempted(Trail(attempt_id), body)
    assert _is_in_attempted(Trail(checkin_id(user_id, attempt_id)), body)
    assert not _is_in_attempted(Trail(new_id()), body)


def test_a_message_that_cannot_be_read_is_searched_for_the_bytes() -> None:
    """A poison message is exactly what one looks for."""
    attempt_id = new_id()
    assert _is_in_attempted(Trail(attempt_id), b"\xff\xff" + attempt_id)


def test_places_line_up() -> None:
    """State, place, what it says; then where it is."""
    trail = _trail(Step("answer", State.HERE, "accepted"), Step("inbox", State.NOT_HERE, "not in the inbox"))
    lines = [*render(trail, coloured=False)]
    assert lines[:2] == ["  here    answer  accepted", "  -       inbox   not in the inbox"]
    assert to_json(trail)["id"] == to_text(trail.wanted)
