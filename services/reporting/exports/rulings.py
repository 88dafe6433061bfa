"""Who decided on somebody at an occurrence, as files say it: the last word, who said it, when and why."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from protos.checkin.v1 import checkin_pb2
from services.reporting.exports import texts
from services.reporting.exports.vocabulary import REASONS

# An occurrence, and the id as which somebody was there.
Place = tuple[bytes, bytes]


class Ruling(NamedTuple):
    """What was decided.

    Attributes:
        by: The name of who did; a word where no human did, or where they have none.
        reason: In their words; may be empty.
    """

    at: int
    by: str
    reason: str


class Decisions(Protocol):
    """See `checkin_client.Records`."""

    async def rulings(self, seats: Collection[Place]) -> Collection[checkin_pb2.Ruling]:
        """What counts of what was decided on some seats; raises ServiceError when checkin is gone."""


class Names(Protocol):
    """See `identity_client.Identity`."""

    async def names(self, user_ids: Collection[bytes]) -> Mapping[bytes, str]:
        """The names of people who have one; raises UnavailableError."""


class Rulings:
    """Asks for many seats at once, and for the names of everybody who decided on them."""

    def __init__(self, decisions: Decisions, names: Names) -> None:
        self._decisions = decisions
        self._names = names

    async def of(self, seats: Collection[Place]) -> Mapping[Place, Ruling]:
        """What was decided where anything was; raises ServiceError when checkin or identity is gone."""
        found = await self._decisions.rulings(seats) if seats else ()
        people = {each.decided_by for each in found if each.decided_by}
        names = await self._names.names(people) if people else {}
        return {(each.occurrence_id, each.user_id): _ruling(each, names) for each in found}


def _ruling(said: checkin_pb2.Ruling, names: Mapping[bytes, str]) -> Ruling:
    if not said.decided_by:
        return Ruling(said.decided_at, texts.BY_RULE, REASONS.get(said.reason, said.reason))
    return Ruling(said.decided_at, names.get(said.decided_by) or texts.NAMELESS, said.reason)
