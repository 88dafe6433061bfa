"""Activities in memory, as papers find them: who is expected, what they did, and what they are called."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from domainkit.presence import moment
from services.reporting.domain import DAY_US, MINUTE_US, SECOND_US, Activity, Counted, SeatView, Status, Window
from services.reporting.expected.roster_client import EntryName
from services.reporting.expected.tally import Member
from services.reporting.exports.reading import Gathering, Sources, gather
from services.reporting.exports.rulings import Place, Ruling
from services.reporting.people.naming import Naming
from services.reporting.people.pages import People
from tests.fakes.expected import FakeGuests, FakeParticipants, FakeRosters

# A Monday, at nine in the morning in Shanghai.
MONDAY, NINE = date(2026, 9, 7), 1_788_742_800 * SECOND_US
ORGANISATION_ID, ROSTER_ID = b"g" * 16, b"r" * 16


class Remembered:
    """Facts and windows in memory."""

    def __init__(self) -> None:
        self.people: list[Counted] = []
        self.windows: list[Window] = []

    async def user_ids(self, activity_id: bytes, after: bytes, size: int, occurrence_id: bytes = b"") -> list[bytes]:
        """See `exports.reading.Facts`."""
        here = await self.of(activity_id, {each.user_id for each in self.people}, occurrence_id)
        return sorted({each.user_id for each in here if each.user_id > after})[:size]

    async def of(self, activity_id: bytes, user_ids: Collection[bytes], occurrence_id: bytes = b"") -> list[Counted]:
        """See `exports.reading.Facts`."""
        wanted = set(user_ids)
        here = [each for each in self.people if occurrence_id in (b"", each.occurrence_id)]
        return [each for each in here if each.user_id in wanted]

    async def windows_of(self, activity_id: bytes) -> list[Window]:
        """See `exports.reading.Windows`."""
        return self.windows


class Users:
    """Identity: what people who are on no roster are called."""

    def __init__(self) -> None:
        self.called: dict[bytes, str] = {}

    async def names(self, user_ids: Collection[bytes]) -> dict[bytes, str]:
        """Those that are known."""
        return {each: self.called[each] for each in user_ids if each in self.called}

    async def find(self, query: str) -> Collection[bytes]:
        """Nobody."""
        return ()


class Meeting:
    """An activity of some Mondays, or days that lie otherwise apart, with a roster unless it is told otherwise."""

    def __init__(self, occurrences: int = 1, *, every_days: int = 7, **changes: Any) -> None:
        activity = Activity(
            *(b"a" * 16, ORGANISATION_ID, "九月安全培训", "Asia/Shanghai", 3, 1, 0, 0, NINE), roster_id=ROSTER_ID
        )
        self.activity = replace(activity, **changes)
        self.facts, self.users = Remembered(), Users()
        self.ruled: dict[Place, Ruling] = {}
        self.rosters, self.participants = FakeRosters(), FakeParticipants()
        for number in range(occurrences):
            starts_at = NINE + number * every_days * DAY_US
            self.facts.windows.append(
                Window(
                    *(bytes([number + 1]) * 16, self.activity.activity_id, 1),
                    *(starts_at - 30 * MINUTE_US, starts_at + 60 * MINUTE_US),
                    *(MONDAY + timedelta(days=every_days * number), starts_at),
                )
            )
        self.activity = replace(self.activity, closes_at=self.facts.windows[-1].closes_at)

    def expect(self, name: str, group: str = "", number: str = "") -> bytes:
        """One more on the roster."""
        entry_id = (len(self.rosters.members) + 1).to_bytes(16, "big")
        self.rosters.members.append(Member(entry_id, b"", group))
        self.rosters.called[entry_id] = EntryName(name, number)
        return entry_id

    def stranger(self, name: str) -> bytes:
        """Somebody who is expected by nobody."""
        user_id = b"\xff" * 8 + (len(self.users.called) + 1).to_bytes(8, "big")
        self.users.called[user_id] = name
        return user_id

    def come(self, user_id: bytes, occurrence: int = 0, minute: float = -5, **said: Any) -> None:
        """Somebody comes, so many minutes from the start; or whatever else is said of their seat."""
        window = self.facts.windows[occurrence]
        at = window.starts_at + int(minute * MINUTE_US)
        left_minute = said.pop("left_minute", None)
        view = _seat(at, punctuality="late" if minute > 0 else "on_time", **said)
        left = None if left_minute is None else _seat(window.starts_at + int(left_minute * MINUTE_US))
        self.facts.people.append(Counted(user_id, view, left, window.occurrence_id))

    async def gathering(self, user_ids: Collection[bytes] = ()) -> Gathering:
        """It as it is read for a file, of everybody or of some."""
        naming = Naming(self.users, self.rosters, FakeGuests(self.rosters))
        people: Any = People(self.facts, self.rosters, self.participants, naming)  # type: ignore[arg-type]

        async def phones(*_: object) -> dict[bytes, str]:
            return {}

        async def rulings(seats: Collection[Place]) -> dict[Place, Ruling]:
            return {each: self.ruled[each] for each in seats if each in self.ruled}

        return await gather(Sources(self.facts, people, self.facts, phones, rulings), self.activity, user_ids)


def _seat(
    at: int,
    *,
    status: Status = Status.CHECKED_IN,
    punctuality: str = "on_time",
    method: str = "qr",
    gate: str = "",
    reasons: Sequence[str] = (),
) -> SeatView:
    is_held = status is Status.CHECKED_IN
    last = moment(at, bytes(16)) if is_held else ""
    return SeatView(is_held, at, [], int(status), method, gate, punctuality if is_held else "", [*reasons], last)


async def told(done: int, total: int, row_count: int) -> None:
    """Nobody looks."""
