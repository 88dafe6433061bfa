"""What is remembered of activities while MySQL is gone."""

from servicekit.ids import new_id
from services.activity.domain import Activity
from services.activity.memory import Memory
from tests.fakes_activity import a_draft


def an_activity() -> Activity:
    """One with one occurrence."""
    return a_draft(new_id(), new_id(), new_id())


def test_what_was_found_is_found_again_by_the_same_key() -> None:
    """By its id when it was asked for by id, once each."""
    memory, activity = Memory(), an_activity()
    memory.keep({activity.activity_id}, [activity])
    assert memory.recall([activity.activity_id]) == [activity]
    assert memory.recall([activity.code]) is None


def test_absence_is_not_remembered() -> None:
    """One unknown key, and nobody can tell."""
    memory, activity = Memory(), an_activity()
    memory.keep({activity.activity_id}, [activity])
    assert memory.recall([activity.activity_id, bytes(16)]) is None


def test_memory_is_believed_for_an_hour() -> None:
    """A replica that alone cannot reach MySQL must not show an old QR for ever."""
    now = 0.0
    memory, activity = Memory(clock=lambda: now), an_activity()
    memory.keep({activity.activity_id}, [activity])
    now = 3601.0
    assert memory.recall([activity.activity_id]) is None


def test_the_oldest_is_forgotten_first() -> None:
    """Memory is bounded."""
    memory, first, second = Memory(capacity=1), an_activity(), an_activity()
    memory.keep({first.activity_id, second.activity_id}, [first, second])
    assert memory.recall([first.activity_id]) is None
    assert memory.recall([second.activity_id]) == [second]
