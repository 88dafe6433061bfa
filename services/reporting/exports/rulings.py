"""Who decided on somebody at an occurrence, as files say it: the last word, who said it, when and why."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import NamedTuple, Protocol

from protos.checkin.v1 import checkin_pb2
from servicekit.errors import UnavailableError
from services.reporting.exports import texts
from services.reporting.exports.vocabulary import REASONS

log = logging.getLogger(__name__)

# An occurrence, and the id as which somebody was there.
Place = tuple[bytes, bytes]


class Ruling(NamedTuple):
    """What was decided.

    Attributes:
        by: The name of who did; a word where no human did, or where they have none.
        at: Microseconds since 1970 UTC; 0: nobody can tell whether anything was.
        reason: In their words; may be empty.
    """

    at: int
    by: str
    reason: str


# What was decided on people at occurrences, where anything was; raises ServiceError.
Ask = Callable[[Collection[Place]], Awaitable[Mapping[Place, Ruling]]]
UNREADABLE = Ruling(0, texts.UNREADABLE, texts.UNREADABLE_HINT)


class RulingsGoneError(UnavailableError):
    """Nobody can tell now who decided."""

    reason = "RULINGS_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("what was decided cannot be read now; the file waits for it")


class Awaited:
    """What was decided, as one attempt at a file asks for it.

    Args:
        is_last: It does without, and says so in the file, rather than that there never is one.
    """

    def __init__(self, ask: Ask, *, is_last: bool) -> None:
        self._ask = ask
        self._is_last = is_last
        self._is_gone = False

    async def of(self, places: Collection[Place]) -> Mapping[Place, Ruling]:
        """See `Ask`; `UNREADABLE` of everybody where the last attempt finds nobody to ask.

        Raises:
            RulingsGoneError: Nobody can tell now; try again.
        """
        if not self._is_gone:
            try:
                return await self._ask(places)
            except UnavailableError as error:
                if not self._is_last:
                    raise RulingsGoneError from error
                log.warning("a file is made that does not say who decided: %s", error)
                self._is_gone = True
        return dict.fromkeys(places, UNREADABLE)


async def nothing_decided(places: Collection[Place]) -> Mapping[Place, Ruling]:
    """See `Ask`; of a file that has no room for it."""
    return {}


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
