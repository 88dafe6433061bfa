"""What is remembered of activities while MySQL is gone."""

from servicekit.ids import new_id
from services.activity.domain import Activity
from services.activity.memory import Memory
from tests.fakes.activity import STARTS_AT, a_draft


def an_activity() -> Activity:
    """One with one occurrence."""
    return a_draft(new_id(), new_id(), new_id())


def test_what_was_read_is_found_again_by_each_of_its_keys() -> None:
    """Once, however many of its keys are asked for."""
    memory, activity = Memory(), an_activity()
    [occurrence] = activity.occurrences
    memory.keep([activity])
    for key in (activity.activity_id, activity.code, occurrence.occurrence_id):
        assert memory.recall([key]) == [activity]
    assert memory.recall([activity.activity_id, activity.code]) == [activity]


def test_absence_is_not_remembered() -> None:
    """One unknown key, and nobody can tell."""
    memory, activity = Memory(), an_activity()
    memory.keep([activity])
    assert memory.recall([activity.activity_id, bytes(16)]) is None


def test_a_revoked_code_leads_nowhere_and_the_new_revision_stays() -> None:
    """Whatever the outage brings back, it is not the QR that an organiser has replaced."""
    memory, old = Memory(), an_activity().publish(STARTS_AT)
    revoked = old.revoke()
    memory.keep([revoked])
    memory.keep([old])
    assert memory.recall([old.activity_id]) == [revoked]
    memory = Memory()
    memory.keep([old])
    memory.keep([revoked])
    assert memory.recall([old.code]) is None
    assert memory.recall([old.occurrences[0].occurrence_id]) == [revoked]


def test_memory_is_believed_for_an_hour() -> None:
    """A replica that alone cannot reach MySQL must not show an old QR for ever."""
    now = 0.0
    memory, activity = Memory(clock=lambda: now), an_activity()
    memory.keep([activity])
    now = 3601.0
    assert memory.recall([activity.activity_id]) is None


def test_the_one_not_read_for_longest_is_forgotten_first() -> None:
    """Memory is bounded, its index too."""
    memory, first, second, third = Memory(capacity=2), an_activity(), an_activity(), an_activity()
    memory.keep([first, second])
    memory.keep([first])
    memory.keep([third])
    assert memory.recall([second.occurrences[0].occurrence_id]) is None
    assert memory.recall([first.activity_id, third.activity_id]) == [first, third]


def test_a_deleted_one_is_forgotten_by_all_its_keys() -> None:
    """And whoever was never known is no error."""
    memory, activity = Memory(), an_activity()
    memory.keep([activity])
    memory.forget(activity.activity_id)
    memory.forget(activity.activity_id)
    assert [memory.recall([key]) for key in (activity.activity_id, activity.code)] == [None, None]
