"""What becomes of who is not on the roster of an occurrence (rule 26 of the law)."""

from collections.abc import Sequence
from typing import Protocol

from services.checkin.judging.case import Case, undecided
from services.checkin.judging.roster_client import Asked
from services.checkin.rules.merge import Judgement
from services.checkin.rules.occurrence import Grade, Method, Reason

_NOT_ON_ROSTER = Reason("NOT_ON_ROSTER")


class RostersPort(Protocol):
    """Who is on rosters; waits for Redis once and then for one call to each roster at a time, and never raises."""

    async def are_listed(self, asked: Sequence[Asked]) -> Sequence[bool | None]:
        """For each, in order, whether they were listed when they came; None where nobody can tell."""


async def look_up(rosters: RostersPort, cases: Sequence[Case]) -> None:
    """Asks about the cases whose occurrence has a roster, if there are any; it can only make a finding worse."""
    asking = [case for case in cases if case.is_open and _is_asked_about(case)]
    if not asking:
        return
    for case, is_listed in zip(asking, await rosters.are_listed([*map(_asked, asking)]), strict=True):
        if is_listed is False:
            _tell_not_listed(case)
        elif is_listed is None and not _is_seen(case):
            case.close(undecided(case.finding))


def _is_asked_about(case: Case) -> bool:
    """Where there is a roster: all but those of whom activity has said that they are entries, or guests."""
    return bool(case.asking.occurrence.roster_id) and not case.attempt.is_vouched


def _asked(case: Case) -> Asked:
    attempt = case.attempt
    return case.asking.occurrence.roster_id, attempt.user_id, attempt.received_at, not attempt.has_receipt


def _is_seen(case: Case) -> bool:
    """Whether staff see whom they let in; before a kiosk nobody does."""
    return case.attempt.method == Method.STAFF and not case.attempt.display_id


def _tell_not_listed(case: Case) -> None:
    if _is_seen(case):
        case.finding = case.finding.worsened(case.finding.judgement, _NOT_ON_ROSTER)
    elif case.asking.occurrence.not_listed_policy is Grade.REFUSE:
        case.close(case.finding.worsened(Judgement.REFUSED, _NOT_ON_ROSTER))
    else:
        case.finding = case.finding.worsened(Judgement.PENDING_REVIEW, _NOT_ON_ROSTER)
