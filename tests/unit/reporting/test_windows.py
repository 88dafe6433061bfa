"""What the projector knows of windows without asking."""

from servicekit.clock import now_us
from services.reporting.domain import DAY_US, Window
from services.reporting.windows import Windows

ACTIVITY, FIRST, SECOND = b"a" * 16, b"1" * 16, b"2" * 16


class FakeStore:
    """Windows as MySQL would give them: the last to close first."""

    def __init__(self, *windows: Window) -> None:
        self.stored = sorted(windows, key=lambda window: -window.closes_at)
        self.asked = 0

    async def windows(self, closing_after: int) -> list[Window]:
        """Those that close later."""
        self.asked = closing_after
        return self.stored

    async def windows_of(self, activity_id: bytes) -> list[Window]:
        """Every window of an activity."""
        return self.stored


async def test_what_was_read_is_known_without_asking() -> None:
    """An activity closes with its last window, an occurrence belongs to its activity; numbers live a day longer."""
    store = FakeStore(Window(FIRST, ACTIVITY, 1, 1, 5), Window(SECOND, ACTIVITY, 1, 6, 9))
    windows = Windows(store)
    assert (windows.closes_at(ACTIVITY), windows.activity_of(FIRST)) == (None, None)

    assert await windows.kept() == store.stored

    assert (windows.closes_at(ACTIVITY), windows.activity_of(FIRST), windows.activity_of(ACTIVITY)) == (
        9,
        ACTIVITY,
        None,
    )
    assert abs(now_us() - DAY_US - store.asked) < 5_000_000
