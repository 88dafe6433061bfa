"""What a check found: a verdict, what it says, and what to do about it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deploy.operate.ops import Visit
from deploy.operate.surroundings import Surroundings


class Verdict(StrEnum):
    """How it is with one thing."""

    OK = "ok"
    # Nothing to do, but good to know: a switch is on, a queue is long.
    NOTE = "note"
    WRONG = "wrong"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor.

    Attributes:
        advice: What to do or type next; empty when all is well.
    """

    verdict: Verdict
    what: str
    says: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What every check looks at.

    Attributes:
        visits: What the ops pages said, all fetched at the same moment.
    """

    seen: Surroundings
    visits: Sequence[Visit] = ()

    def samples(self, metric: str) -> list[tuple[str, Mapping[str, str], float]]:
        """(replica, labels, value) of every sample of a metric."""
        return [(visit.name, labels, value) for visit in self.visits for labels, value in visit.samples(metric)]


Check = Callable[[Scene], Awaitable[list[Finding]]]


def ok(what: str, says: str) -> Finding:
    """A finding that all is well."""
    return Finding(Verdict.OK, what, says)


def note(what: str, says: str, advice: str = "") -> Finding:
    """A finding that is good to know and nobody's task."""
    return Finding(Verdict.NOTE, what, says, advice)


def wrong(what: str, says: str, advice: str) -> Finding:
    """Somebody has to do something."""
    return Finding(Verdict.WRONG, what, says, advice)


def unseen(what: str, says: object) -> Finding:
    """Not to be seen from here."""
    return Finding(Verdict.UNSEEN, what, str(says))
