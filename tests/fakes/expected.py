"""Rosters and what participants say, without the activity service."""

from collections.abc import Collection, Mapping, Sequence

from domainkit.name_search import is_named_like
from servicekit.errors import UnavailableError
from services.reporting.expected.roster_client import EntryName
from services.reporting.expected.tally import Answer, Member, Roster


class FakeRosters:
    """One roster in memory, whatever its id.

    Attributes:
        asked: How often somebody wanted all of it.
    """

    def __init__(self, *members: Member) -> None:
        self.members = list(members)
        self.called: dict[bytes, EntryName] = {}
        self.asked = 0
        self.is_gone = False

    async def get(self, roster_id: bytes) -> Roster:
        """Everybody on it now, in order."""
        self._check()
        self.asked += 1
        return Roster(self.asked, sorted(self.members))

    async def names(self, roster_id: bytes, entry_ids: Collection[bytes]) -> dict[bytes, EntryName]:
        """Those that are known."""
        self._check()
        return {each: self.called[each] for each in entry_ids if each in self.called}

    def bind(self, entry_id: bytes, user_id: bytes) -> None:
        """Says who an entry is."""
        self.members = [each._replace(user_id=user_id) if each.entry_id == entry_id else each for each in self.members]

    def _check(self) -> None:
        if self.is_gone:
            raise UnavailableError("activity does not answer")


class FakeGuests:
    """Guests of one activity, whatever its id, and the entries of its roster."""

    def __init__(self, rosters: FakeRosters | None = None) -> None:
        self._rosters = rosters or FakeRosters()
        self.called: dict[bytes, str] = {}
        self.is_gone = False

    async def of(self, where: bytes, identifiers: Collection[bytes]) -> Mapping[bytes, str]:
        """Those that are known."""
        self._check()
        return {each: self.called[each] for each in identifiers if each in self.called}

    async def find(self, activity_id: bytes, roster_id: bytes, query: str) -> Collection[bytes]:
        """Those who are called so."""
        self._check()
        listed = {entry_id: entry.name for entry_id, entry in self._rosters.called.items()}
        return [each for each, name in {**listed, **self.called}.items() if is_named_like(name, query)]

    def _check(self) -> None:
        if self.is_gone:
            raise UnavailableError("activity does not answer")


class FakeParticipants:
    """What participants say, of one activity."""

    def __init__(self) -> None:
        self.said: dict[bytes, Answer] = {}
        self.told: dict[bytes, list[str]] = {}
        self.is_gone = False

    async def answers(self, activity_id: bytes) -> Mapping[bytes, Answer]:
        """What everybody answered who did."""
        self._check()
        return dict(self.said)

    async def details(self, activity_id: bytes, user_ids: Sequence[bytes]) -> dict[bytes, Collection[str]]:
        """Those who told anything."""
        self._check()
        return {each: self.told[each] for each in user_ids if each in self.told}

    def _check(self) -> None:
        if self.is_gone:
            raise UnavailableError("activity does not answer")
